package appeal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

var (
	visitor = value.Actor{Kind: value.Visitor}
	decider = value.Actor{Kind: value.Staff, ID: 7}
	second  = value.Actor{Kind: value.Staff, ID: 8}
	other   = value.Actor{Kind: value.Staff, ID: 9}
)

const (
	statementCode = "AAAAA-BBBBB-CCCCC-DDDDD"
	noticeCode    = "EEEEE-FFFFF-GGGGG-HHHHH"
	earlyCode     = "IIIII-JJJJJ-KKKKK-LLLLL"
)

// hand is a clock that the test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (c *hand) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *hand) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// bench stands for the rooms that decide and explain: it knows one decision, its statement and a notice.
type bench struct {
	ruling     appeal.Ruling
	overturned []string
	refuses    error
	begun      []string
	looks      int
	instead    []appeal.Instead // what took decisions' places
}

func (b *bench) Lesser(*db.Tx, value.ID) ([]string, error) {
	return []string{"restrict", "change", "suspend"}, nil
}

func (b *bench) Replace(tx *db.Tx, decision value.ID, with appeal.Instead, _ string) (value.ID, error) {
	tx.After(func() { b.instead = append(b.instead, with) })
	return decision + 1, b.refuses
}

func (b *bench) Statement(*db.Tx, value.ID) (string, error) { return "NEWWW-BBBBB-CCCCC-DDDDD", nil }

func (b *bench) ByStatement(_ *db.Tx, code string) (appeal.Ruling, error) {
	b.looks++
	if code != statementCode {
		return appeal.Ruling{}, value.Errorf(value.NotFound, "no statement")
	}
	return b.ruling, nil
}

func (b *bench) ByNotice(_ *db.Tx, code string) (appeal.Ruling, error) {
	b.looks++
	if code == earlyCode {
		return appeal.Ruling{}, value.Errorf(value.Conflict, "not answered")
	}
	if code != noticeCode {
		return appeal.Ruling{}, value.Errorf(value.NotFound, "no notice")
	}
	r := b.ruling
	r.Statement, r.Email, r.Account = nil, "ines@example.org", 0
	return r, nil
}

func (b *bench) ByDecision(_ *db.Tx, id value.ID) (appeal.Ruling, error) {
	if id != b.ruling.Decision {
		return appeal.Ruling{}, value.Errorf(value.NotFound, "no decision")
	}
	return b.ruling, nil
}

func (b *bench) Overturn(tx *db.Tx, decision value.ID, reason string) error {
	tx.After(func() { b.overturned = append(b.overturned, reason); b.ruling.Reversed = true })
	return b.refuses
}

func (b *bench) Begin(tx *db.Tx, kind, object string, record value.ID) error {
	tx.After(func() { b.begun = append(b.begun, "begin "+kind+" "+object) })
	return nil
}

func (b *bench) Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error {
	tx.After(func() { b.begun = append(b.begun, "end "+kind+" "+object+" "+by) })
	return nil
}

type letter struct {
	to            value.Email
	subject, text string
}

// world is one site whose staff decided something on 2 March.
type world struct {
	*testing.T
	*sitetest.World
	clock   *hand
	bench   *bench
	desk    *appeal.Desk
	letters []letter
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = clock })
			w := newWorld(t, cluster, clock)
			w.clock.pass(time.Hour)
			test(w)
		})
	}
}

func newWorld(t *testing.T, cluster *db.Cluster, clock *hand) *world {
	t.Helper()
	w := &world{T: t, World: sitetest.New(t, cluster, []db.Schema{account.Schema(), appeal.Schema()}), clock: clock}
	w.bench = &bench{ruling: appeal.Ruling{
		Decision: 71, Object: "listing", Record: 42, Measure: "remove", Ground: "scam", Reason: "It asks for a deposit before a viewing.",
		DecidedBy: decider.String(), SecondedBy: second.String(), Made: clock.Now(), Title: "Flat by the lake", Account: 31, Email: "anna@example.org",
		Statement: []appeal.Part{{Heading: "What we decided", Text: "We have taken it off the site."}}, Locale: "de", Href: "/console/listings/lst_x",
	}}
	w.desk = &appeal.Desk{Site: w.Site, Origin: func(*site.Site) string { return "https://lake.example.org" }, Rulings: w.bench, Overturn: w.bench.Overturn, Replacer: w.bench,
		Duties: w.bench, Post: func(tx *db.Tx, to value.Email, _ value.Locale, subject, text string) error {
			tx.After(func() { w.letters = append(w.letters, letter{to, subject, text}) })
			return nil
		}}
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused demands an error of a kind with a key of the catalogue.
func (w *world) refused(err error, kind value.Kind, key string) {
	w.Helper()
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != kind || known.Key != key {
		w.Errorf("got %v, want %s %q", err, kind, key)
	}
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

func anAppeal() appeal.Appeal {
	return appeal.Appeal{Text: "I show the flat to everyone and ask for nothing before.", Name: "Anna", Locale: "de"}
}

func (w *world) try(code string, a appeal.Appeal) (appeal.Appeal, error) {
	return w.desk.File(context.Background(), visitor, code, a)
}

func (w *world) file(code string) appeal.Appeal {
	w.Helper()
	a, err := w.try(code, anAppeal())
	w.ok(err)
	return a
}

func (w *world) answer(by value.Actor, id value.ID, how appeal.State) error {
	if how == appeal.Partly {
		return w.desk.AnswerInPart(context.Background(), by, id, appeal.Instead{Measure: "change"}, "The photos prove that the flat is real.")
	}
	return w.desk.Answer(context.Background(), by, id, how, "The photos prove that the flat is real.")
}

func (w *world) stored(id value.ID) (a appeal.Appeal) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		a, err = appeal.Find(tx, id)
		return err
	})
	return a
}

func (w *world) look(code string) (f appeal.Found, err error) {
	w.Helper()
	_ = w.Site.DB.Read(context.Background(), func(tx *db.Tx) error {
		f, err = w.desk.Look(tx, code)
		return nil
	})
	return f, err
}
