package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// The world of these tests is a weekly market: traders and their stalls. Three people work there.

const (
	ada value.ID = 7 // may do everything
	jon value.ID = 8 // may only look
	eve value.ID = 9 // does not see what a stall pays, and may not change its size
)

type world struct {
	t       testing.TB
	db      *db.DB
	records *record.Store
	desk    *Desk
	jobs    *job.Worker

	suspended map[value.ID]bool
	asked     func(n int) error // is called before each chunk, and whenever an asker is wanted
	asks      int
	rated     func() // is called while a chunk is written, for each amount in another currency
}

func (w *world) asker(id value.ID) record.Asker {
	a := record.Asker{Actor: value.Actor{Kind: value.Staff, ID: id}, Account: id, Role: "clerk"}
	switch id {
	case jon:
		a.Role, a.Rights = "looker", []record.Right{record.See}
	case eve:
		a.Role, a.Rights = "helper", []record.Right{record.See, record.Make, record.Edit}
	default:
		a.Rights, a.Define = []record.Right{record.See, record.Make, record.Edit, record.Delete, record.Export}, true
	}
	return a
}

func (w *world) ask(_ *db.Tx, id value.ID) (record.Asker, error) {
	w.asks++
	if w.asked != nil {
		if err := w.asked(w.asks); err != nil {
			return record.Asker{}, err
		}
	}
	if w.suspended[id] {
		return record.Asker{}, value.Errorf(value.Forbidden, "suspended")
	}
	return w.asker(id), nil
}

func en(text string) record.Names { return record.Names{"en": text} }

func trader() *record.Object {
	return &record.Object{Key: "trader", Short: "trd", Labels: en("Trader"), Plural: en("Traders"), Icon: "users", Title: "name", Fields: []*record.Field{
		{Key: "name", Labels: en("Name"), Type: record.Text, Required: true},
		{Key: "email", Labels: en("E-mail"), Type: record.Mail, Unique: true},
		{Key: "stalls", Labels: en("Stalls"), Type: record.Rollup, Options: record.Options{Rollup: &record.RollupPlan{From: "stall", By: "trader", Op: "count"}}},
	}}
}

func marketDay() *record.Object {
	return &record.Object{Key: "market_day", Short: "mkd", Labels: en("Market day"), Plural: en("Market days"), Icon: "calendar", Title: "name", Fields: []*record.Field{
		{Key: "name", Labels: en("Name"), Type: record.Text, Required: true},
	}}
}

// stall has a field of every type.
func stall() *record.Object {
	choices := func(keys ...string) record.Options {
		var o record.Options
		for _, key := range keys {
			o.Choices = append(o.Choices, record.Option{Key: key, Labels: en(strings.ToUpper(key[:1]) + key[1:])})
		}
		return o
	}
	return &record.Object{Key: "stall", Short: "stl", Labels: en("Stall"), Plural: en("Stalls"), Icon: "list", Title: "name", Fields: []*record.Field{
		{Key: "name", Labels: en("Name of the stall"), Type: record.Text, Required: true, Unique: true},
		{Key: "about", Labels: en("About"), Type: record.LongText},
		{Key: "size", Labels: en("Size"), Type: record.Integer, Check: "size > 0", Message: en("A stall is at least one metre long."), Locked: []string{"helper"}},
		{Key: "weight", Labels: en("Weight"), Type: record.Decimal, Options: record.Options{Scale: 3}},
		{Key: "rent", Labels: en("Rent"), Type: record.MoneyType, Hidden: []string{"helper"}},
		{Key: "covered", Labels: en("Covered"), Type: record.YesNo, Default: "false"},
		{Key: "starts", Labels: en("From"), Type: record.Date},
		{Key: "inspected", Labels: en("Inspected"), Type: record.DateTime},
		{Key: "status", Labels: en("Status"), Type: record.Choice, Options: choices("new", "open", "closed"), Default: `"new"`},
		{Key: "goods", Labels: en("Goods"), Type: record.Choices, Options: choices("bikes", "books", "plants")},
		{Key: "mail", Labels: en("E-mail"), Type: record.Mail},
		{Key: "phone", Labels: en("Telephone"), Type: record.Phone},
		{Key: "page", Labels: en("Web page"), Type: record.Link},
		{Key: "spot", Labels: en("Spot"), Type: record.Place},
		{Key: "papers", Labels: en("Papers"), Type: record.File},
		{Key: "trader", Labels: en("Trader"), Type: record.Reference, Options: record.Options{Target: "trader"}},
		{Key: "days", Labels: en("Days"), Type: record.References, Options: record.Options{Target: "market_day"}},
		{Key: "subject", Labels: en("About what"), Type: record.AnyReference},
		{Key: "number", Labels: en("Number"), Type: record.Autonumber, Options: record.Options{Prefix: "S-", Start: 100}},
		{Key: "area", Labels: en("Area"), Type: record.Formula, Options: record.Options{Formula: "size * 3", Result: record.Integer}},
	}}
}

// shop belongs to another room, which never takes the number 13.
func shop() *record.Object {
	return &record.Object{Key: "shop", Short: "shp", Labels: en("Shop"), Plural: en("Shops"), Icon: "list", Title: "name",
		Fields: []*record.Field{{Key: "name", Labels: en("Name"), Type: record.Text}, {Key: "seats", Labels: en("Seats"), Type: record.Integer}},
		Owned: &record.Owned{Table: "shop", Key: "id", Created: "{t}.created_us", Updated: "{t}.created_us",
			Columns: map[string][]string{"name": {"{t}.name"}, "seats": {"{t}.seats"}},
			Update: func(u record.OwnedUpdate) error {
				if u.Values["seats"] == int64(13) {
					return value.Fieldf("seats", "no shop has 13 seats")
				}
				n, err := u.Tx.Exec("update shop set seats = $2 where id = $1", int64(u.ID), u.Values["seats"])
				u.Tx.Log(db.Change{Object: "shop", Record: u.ID, Diff: map[string]any{"seats": u.Values["seats"]}})
				if err == nil && n == 0 {
					err = value.Errorf(value.NotFound, "there is no such shop")
				}
				return err
			}}}
}

// each runs a test in a fresh world on both engines.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, []db.Schema{job.Schema(), record.Schema(), Schema()}, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func open(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, suspended: map[value.ID]bool{}}
	w.records = record.New(d, record.Config{Owned: []*record.Object{shop()}, Rate: func(string, time.Time) (float64, bool) {
		if w.rated != nil {
			w.rated()
		}
		return 2, true
	}})
	blobs, err := media.LocalBlobs(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.must(w.records.Ensure(t.Context()))
	w.apply(record.Step{Op: record.AddObject, NewObject: trader()}, record.Step{Op: record.AddObject, NewObject: marketDay()}, record.Step{Op: record.AddObject, NewObject: stall()})
	w.desk = &Desk{DB: d, Records: w.records, Files: blobs, Asker: w.ask}
	w.jobs = job.NewWorker(d, 1, w.desk.Jobs()...)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) apply(steps ...record.Step) {
	w.t.Helper()
	_, err := w.records.Apply(w.t.Context(), w.asker(ada), "test", steps)
	w.must(err)
}

func (w *world) upload(object, name, content string) Import {
	w.t.Helper()
	m, err := w.desk.Upload(w.t.Context(), w.asker(ada), object, name, strings.NewReader(content))
	w.must(err)
	return m
}

// ready uploads a file and settles what was suggested, with a key.
func (w *world) ready(object, content, key string) Import {
	w.t.Helper()
	m := w.upload(object, "file.csv", content)
	s := m.Settings
	s.Key = key
	m, err := w.desk.Configure(w.t.Context(), w.asker(ada), m.ID, m.Rev, s)
	w.must(err)
	return m
}

func (w *world) start(m Import) {
	w.t.Helper()
	_, err := w.desk.Start(w.t.Context(), w.asker(ada), m.ID)
	w.must(err)
}

func (w *world) work() {
	w.t.Helper()
	_, err := w.jobs.RunDue(w.t.Context())
	w.must(err)
}

// carry starts an import and waits for its end.
func (w *world) carry(m Import) Import {
	w.t.Helper()
	w.start(m)
	w.work()
	return w.find(m.ID)
}

// imports brings a file in at once.
func (w *world) imports(object, content, key string) Import {
	w.t.Helper()
	return w.carry(w.ready(object, content, key))
}

func (w *world) find(id value.ID) (m Import) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		m, err = w.desk.Find(tx, w.asker(ada), id)
		return err
	}))
	return m
}

func (w *world) undo(id value.ID) Import {
	w.t.Helper()
	_, err := w.desk.Undo(w.t.Context(), w.asker(ada), id)
	w.must(err)
	w.work()
	return w.find(id)
}

func (w *world) try(m Import) Trial {
	w.t.Helper()
	trial, err := w.desk.Try(w.t.Context(), w.asker(ada), m.ID)
	w.must(err)
	return trial
}

func (w *world) errorFile(id value.ID) string {
	w.t.Helper()
	var out bytes.Buffer
	w.must(w.desk.ErrorFile(w.t.Context(), w.asker(ada), id, &out))
	return out.String()
}

// counts fails the test unless an import ended in a state with these numbers.
func counts(t testing.TB, m Import, state State, made, changed, same, failed int64) {
	t.Helper()
	if m.State != state || m.Made != made || m.Changed != changed || m.Same != same || m.Failed != failed || m.Done != made+changed+same+failed {
		t.Fatalf("%s (%s): %d rows: made %d, changed %d, same %d, failed %d; want %s: %d, %d, %d, %d",
			m.State, m.Reason, m.Done, m.Made, m.Changed, m.Same, m.Failed, state, made, changed, same, failed)
	}
}

func (w *world) all(object string) (all []*record.Record) {
	w.t.Helper()
	w.must(w.records.Each(w.t.Context(), w.asker(ada), record.Query{Object: object, Sort: []record.Sort{{Field: "id"}}}, func(rec *record.Record) error {
		all = append(all, rec)
		return nil
	}))
	return all
}

func (w *world) create(object string, v record.Values) *record.Record {
	w.t.Helper()
	rec, err := w.records.Create(w.t.Context(), w.asker(ada), object, v)
	w.must(err)
	return rec
}

func (w *world) update(object string, id value.ID, v record.Values) {
	w.t.Helper()
	_, err := w.records.Update(w.t.Context(), w.asker(ada), object, id, 0, v)
	w.must(err)
}

// contents is what records hold, without what every record has anew: ids and numbers.
func contents(all []*record.Record) []string {
	var texts []string
	for _, rec := range all {
		var parts []string
		for _, f := range rec.Object.Fields {
			if f.Type != record.Autonumber {
				parts = append(parts, f.Key+"="+f.Show(rec.Values[f.Key]))
			}
		}
		texts = append(texts, fmt.Sprint(rec.Rev, parts))
	}
	slices.Sort(texts)
	return texts
}

// wantKind fails the test unless an error is of a kind, and its message holds a text.
func wantKind(t testing.TB, err error, kind value.Kind, part string) {
	t.Helper()
	if value.KindOf(err) != kind || err != nil && !strings.Contains(err.Error(), part) {
		t.Fatalf("got %v (%s), want %s with %q", err, value.KindOf(err), kind, part)
	}
}

// rows makes a file of stalls.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("name,size,rent,status\n")
	for i := range n {
		fmt.Fprintf(&b, "Stall %d,%d,CHF %d.50,Open\n", i, i%9+1, i)
	}
	return b.String()
}

func (w *world) exported(q record.Query, fields []string, f sheet.Format) string {
	w.t.Helper()
	var out bytes.Buffer
	_, err := w.desk.Export(w.t.Context(), w.asker(ada), q, fields, f, &out)
	w.must(err)
	return out.String()
}

// blobs stands in for a store, to spoil what it gives.
type blobs struct {
	media.Blobs
	open func(io.ReadSeekCloser) (io.ReadSeekCloser, error)
}

func (b blobs) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	file, err := b.Blobs.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return b.open(file)
}
