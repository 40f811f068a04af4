package backup_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/backup"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

var tester = value.SystemActor("test")

// odd is a table with everything that a column can hold, and with rows that refer to later ones.
var odd = db.Schema{Feature: "odd", Files: fstest.MapFS{
	"schema/0001_odd.sqlite.sql": {Data: []byte(`create table odd (
		id bigint primary key, next bigint references odd (id), n bigint, f double precision, t text, j jsonb, b blob, yes boolean)`)},
	"schema/0001_odd.postgres.sql": {Data: []byte(`create table odd (
		id bigint primary key, next bigint references odd (id), n bigint, f double precision, t text, j jsonb, b bytea, yes boolean)`)},
}}

func siteSchemas() []db.Schema {
	return []db.Schema{audit.Schema(), job.Schema(), mail.Schema(), account.Schema(), safety.Schema(), listing.Schema(),
		search.Schema(), moderation.Schema(), odd}
}

func allSchemas() []db.Schema {
	return append([]db.Schema{change.Schema(), site.Schema()}, siteSchemas()...)
}

// world is an installation with one site that is in use.
type world struct {
	*testing.T
	*sitetest.World
	blobs  *media.Local
	rules  *safety.RuleSet
	desk   *listing.Desk
	seller listing.Seller
	leaf   value.ID
	before map[string]bool // databases that were there before
}

func newWorld(t *testing.T, engine db.Engine) *world {
	t.Helper()
	blobs, err := media.LocalBlobs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	provider, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(provider, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, World: sitetest.New(t, dbtest.Cluster(t, engine), siteSchemas()), blobs: blobs, rules: rules}
	w.before = w.databases()
	return w
}

// furnish gives the site listings, members, photos, a mail and what must not travel.
func (w *world) furnish(listings int) {
	w.Helper()
	w.desk = &listing.Desk{DB: w.Site.DB, Gate: w.gate(w.Site), Trees: listing.NewTrees(w.Site.DB)}
	w.ok(w.Site.DB.Write(w.Context(), tester, "test.furnish", func(tx *db.Tx) error {
		parent, err := listing.AddCategory(tx, listing.Category{Slug: "sport", Names: listing.Names{"en": "Sport"}, Icon: "bike"})
		if err != nil {
			return err
		}
		leaf, err := listing.AddCategory(tx, listing.Category{Parent: parent.ID, Slug: "bicycles", Names: listing.Names{"en": "Bicycles"}, Icon: "bike"})
		if err != nil {
			return err
		}
		w.leaf = leaf.ID
		w.seller = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio T.", Town: "Pully", Since: tx.Now()}
		if err := listing.AddSeller(tx, w.seller); err != nil {
			return err
		}
		person, err := account.Create(tx, account.Account{Kind: value.Staff, Name: "Aya K.", Email: "aya@lakeside.example", Role: account.Safety})
		if err != nil {
			return err
		}
		for i, secret := range []bool{true, false} {
			if err := mail.Send(tx, mail.Message{Kind: mail.Kind{Name: "letter", Secret: secret}, To: "aya@lakeside.example", Subject: fmt.Sprint("letter ", i), Text: "the only words"}); err != nil {
				return err
			}
		}
		return tx.Insert("session", []string{"id", "account", "created_us", "seen_us", "expires_us", "device", "ip_short"}, [][]any{
			{[]byte("cookie"), int64(person.ID), 1, 1, 1, "phone", "192.0.2"}})
	}))
	w.submit(listings)
	w.oddRows()
	for i := range 5 {
		content := strings.Repeat(fmt.Sprint("photo ", i), 1000*i)
		w.ok(w.files(w.Site).Put(w.Context(), fmt.Sprintf("photo/ab/%064d-320.webp", i), strings.NewReader(content), int64(len(content))))
	}
	w.seal()
}

func (w *world) submit(listings int) {
	w.Helper()
	var batch []listing.Submission
	for i := range listings {
		batch = append(batch, w.submission(i))
	}
	var tally listing.Tally
	w.ok(w.desk.SubmitMany(w.Context(), tester, batch, &tally))
	if tally.Live != listings {
		w.Fatalf("only %+v came out live", tally)
	}
}

func (w *world) submission(i int) listing.Submission {
	return listing.Submission{Seller: w.seller, Content: listing.Content{
		Kind: listing.Sell, Category: w.leaf, Locale: "en", Title: fmt.Sprintf("Road bicycle, frame %d", i),
		Body: "Serviced in May, kept indoors.\n\"Quoted\", <tagged> & ünïcode \u2028 too.", Price: value.MoneyFromUnits(int64(100+i%900), "CHF"),
		Place: listing.Place{Name: "Pully", Point: value.Point{Lat: 46.5104 + float64(i)/1e7, Lon: 6.6618}}, Attributes: listing.Attributes{},
	}}
}

func (w *world) oddRows() {
	w.Helper()
	w.ok(w.Site.DB.Write(w.Context(), tester, "test.odd", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "odd", Record: 1})
		return tx.Insert("odd", []string{"id", "n", "f", "t", "j", "b", "yes"}, [][]any{
			{1, int64(9223372036854775807), 0.1, "", `{"k": "value", "a": [1, "two", null]}`, []byte{}, true},
			{2, int64(-9223372036854775808), 1e300, "tab\tline\nquote\" back\\ \u2028 😀", `"text"`, []byte{0, 255, 10}, false},
			{3, nil, nil, nil, nil, nil, nil},
			{4, 0, -5e-324, "null", `12`, []byte("\n"), nil},
			{5, 1, 123456789.123456789, strings.Repeat("long ", 400_000), "true", bytes.Repeat([]byte{7}, 100_000), true},
		})
	}))
	w.ok(w.Site.DB.Write(w.Context(), tester, "test.odd", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "odd", Record: 1})
		_, err := tx.Exec("update odd set next = 6 - id")
		return err
	}))
}

func (w *world) seal() {
	w.Helper()
	_, err := audit.Sealer(w.sealKey(w.Site)).CatchUp(w.Context(), w.Site.DB)
	w.ok(err)
}

func (w *world) sealKey(s *site.Site) audit.Key {
	w.Helper()
	key, err := audit.NewKey(s.Slug, s.Key("audit"))
	w.ok(err)
	return key
}

func (w *world) gate(s *site.Site) *safety.Gate {
	w.Helper()
	gate, err := safety.NewGate(s.Key("clearance"), s.DB.IDs(), w.rules)
	w.ok(err)
	return gate
}

func (w *world) files(s *site.Site) media.Blobs { return media.Blobs(w.blobs) }

func (w *world) secret() []byte {
	w.Helper()
	secret, err := w.Secret(w.Site.Slug)
	w.ok(err)
	return secret
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// backup returns the backup of the site.
func (w *world) backup() (*bytes.Reader, backup.Manifest) {
	w.Helper()
	var file bytes.Buffer
	m, err := backup.Write(w.Context(), &file, backup.Source{Site: w.Site, Files: w.files(w.Site), Program: "test"})
	w.ok(err)
	return bytes.NewReader(file.Bytes()), m
}

func (w *world) target(slug string, secret []byte) backup.Target {
	return backup.Target{
		Cluster: w.Cluster, Registry: w.Registry, Schemas: allSchemas(), Actor: tester, Slug: slug, Secret: secret,
		Files: w.files, Check: w.check,
	}
}

// check is what fairground check does.
func (w *world) check(ctx context.Context, s *site.Site) error {
	gate := w.gate(s)
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		faults, _, err := listing.Check(tx, gate)
		if err != nil {
			return err
		}
		_, forged, err := safety.CheckClearances(tx, gate)
		if len(faults)+len(forged) > 0 {
			return fmt.Errorf("%v %v", faults, forged)
		}
		return err
	})
	if err != nil {
		return err
	}
	report, err := audit.Verify(ctx, s.DB, w.sealKey(s).Public())
	if err == nil && !report.OK() {
		return fmt.Errorf("%v", report.Problems)
	}
	return err
}

func (w *world) databases() map[string]bool {
	w.Helper()
	names, err := w.Cluster.Names(w.Context())
	w.ok(err)
	all := make(map[string]bool)
	for _, name := range names {
		all[name] = true
	}
	return all
}

// rows is a table as text, one row a line, with the JSON of both engines alike.
func (w *world) rows(s *site.Site, query string) string {
	w.Helper()
	var all strings.Builder
	w.ok(s.DB.Read(w.Context(), func(tx *db.Tx) error {
		return db.Each(tx, func(row db.Scanner) error {
			var text string
			err := row.Scan(&text)
			all.WriteString(text + "\n")
			return err
		}, query)
	}))
	return all.String()
}

func slugOf(t *testing.T) string { return strings.ReplaceAll(dbtest.NewName(), "_", "-") }

// eachPair runs a test for each engine to back up from and each to restore into.
func eachPair(t *testing.T, test func(t *testing.T, from, to db.Engine)) {
	t.Helper()
	t.Parallel()
	engines := []db.Engine{db.SQLite, db.Postgres}
	for _, from := range engines {
		for _, to := range engines {
			t.Run(fmt.Sprintf("%s to %s", from, to), func(t *testing.T) {
				t.Parallel()
				test(t, from, to)
			})
		}
	}
}

func read(t *testing.T, r io.Reader) []byte {
	t.Helper()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// patience is how long a test waits for writers beside it.
const patience = 20 * time.Second
