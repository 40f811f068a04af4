package legal_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

var staff = value.Actor{Kind: value.Staff, ID: 7}

// hand is a clock that the test moves, also backwards.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (c *hand) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *hand) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// letter is a mail that was queued.
type letter struct {
	to            value.Email
	locale        value.Locale
	subject, text string
}

// world is one site with its statements, and a postbox.
type world struct {
	*testing.T
	*sitetest.World
	clock   *hand
	desk    *legal.Statements
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
			test(newWorld(t, cluster, clock))
		})
	}
}

func newWorld(t *testing.T, cluster *db.Cluster, clock *hand) *world {
	t.Helper()
	w := &world{T: t, World: sitetest.New(t, cluster, []db.Schema{job.Schema(), account.Schema(), legal.Schema()}), clock: clock}
	w.desk = &legal.Statements{Site: w.Site, Origin: origin, Post: w.post}
	return w
}

func origin(*site.Site) string { return "https://lake.example.org" }

func (w *world) post(tx *db.Tx, to value.Email, locale value.Locale, subject, text string) error {
	tx.After(func() { w.letters = append(w.letters, letter{to, locale, subject, text}) })
	return nil
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), staff, "test", fn))
}

func aDecision(id value.ID) legal.Decision {
	return legal.Decision{ID: id, Object: "listing", Record: 4200 + id, Measure: legal.Remove, Ground: "scam",
		Reason: "The text asks for a deposit before a viewing.", Notice: 9, Since: time.Date(2026, time.March, 2, 7, 0, 0, 0, time.UTC)}
}

func anAuthor(locale value.Locale) legal.About {
	return legal.About{Author: 31, Name: "Anna Muster", Email: "anna@example.org", Locale: locale, Title: "Flat by the lake",
		Texts: []string{"Flat by the lake", "Two rooms."}, Photos: []string{"a", "b"}, Made: time.Date(2026, time.February, 20, 8, 0, 0, 0, time.UTC)}
}

// state makes a statement and returns it.
func (w *world) state(d legal.Decision, a legal.About) (s legal.Statement) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "decision", Record: d.ID})
		return w.desk.State(tx, d, a)
	})
	w.read(func(tx *db.Tx) (err error) {
		s, err = legal.FindByDecision(tx, d.ID)
		return err
	})
	return s
}

// log is what the change log says of an object, as one text.
func (w *world) log(object string, record value.ID) string {
	w.Helper()
	var all []string
	for _, row := range sitetest.History(w.T, w.Site, object, record) {
		all = append(all, row.Diff)
	}
	return strings.Join(all, "\n")
}

// numbered waits until the log has numbers for everything.
func (w *world) numbered() { w.Helper(); w.ok(change.Number(context.Background(), w.Site.DB)) }

// dutiesAbout are those about one record, the newest first.
func dutiesAbout(tx *db.Tx, object string, record value.ID) (all []legal.Duty, err error) {
	for _, state := range []string{"", "done"} {
		found, err := legal.Board(tx, legal.DutyFilter{State: state}, tx.Now())
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if d.Object == object && d.Record == record {
				all = append(all, d)
			}
		}
	}
	slices.SortFunc(all, func(a, b legal.Duty) int { return cmp.Compare(b.ID, a.ID) })
	return all, nil
}
