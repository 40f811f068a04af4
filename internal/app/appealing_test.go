package app

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/site"
	"fairground/internal/value"
)

// lead is a third of the safety desk, who answers appeals against what the two decided.
var lead = value.Actor{Kind: value.Staff, ID: 9}

// hand is the machine's clock, put forward by the test.
type hand struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *hand) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().UTC().Add(c.ahead)
}

func (c *hand) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.ahead += d }

// within is a context of a site, as requests and jobs have it.
func within(r *Rooms) context.Context { return site.With(context.Background(), r.Site) }

// eachTimed is eachWorld with a clock.
func eachTimed(t *testing.T, test func(w *world, clock *hand)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &hand{}
			config := Config{Directory: t.TempDir(), Unsafe: true, Clock: clock}
			if engine == db.Postgres {
				config.PostgresURL = dbtest.PostgresURL(t)
			}
			test(newWorld(t, config), clock)
		})
	}
}

// anna is a member with an account, who answers for a seller.
func (w *world) anna(r *Rooms, seller value.ID) (a account.Account) {
	w.Helper()
	err := r.Site.DB.Write(context.Background(), tester, "test", func(tx *db.Tx) (err error) {
		if a, err = account.Create(tx, account.Account{Kind: value.Member, Name: "Anna", Email: value.Email("anna" + tx.NewID().String() + "@example.org"), Locale: "en"}); err != nil {
			return err
		}
		return listing.GiveSeat(tx, listing.Seat{Seller: seller, Account: a.ID, Role: listing.Owner})
	})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *world) read(r *Rooms, fn func(tx *db.Tx) error) {
	w.Helper()
	if err := r.Site.DB.Read(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

// statements are those about a listing, the newest first.
func (w *world) statements(r *Rooms, id value.ID) (all []legal.Statement) {
	w.Helper()
	w.read(r, func(tx *db.Tx) (err error) {
		all, err = legal.OfRecord(tx, listing.Object, id)
		return err
	})
	return all
}

func (w *world) state(r *Rooms, of value.ID) (a account.Account) {
	w.Helper()
	w.read(r, func(tx *db.Tx) (err error) {
		a, err = account.Find(tx, of)
		return err
	})
	return a
}

// appealed files an appeal under the code of a statement.
func (w *world) appealed(r *Rooms, s legal.Statement) appeal.Appeal {
	w.Helper()
	filed, err := r.Appeals.File(within(r), value.Actor{Kind: value.Visitor}, s.Code, appeal.Appeal{Text: "This is too much for a small slip.", Locale: "en"})
	if err != nil {
		w.Fatal(err)
	}
	return filed
}

// decideIn is decide in the context of the site.
func decideIn(r *Rooms, actor value.Actor, id value.ID, outcome moderation.Outcome) error {
	return r.Moderation.Decide(within(r), actor, moderation.Decision{
		Object: listing.Object, Record: id, Outcome: outcome, Ground: moderation.Scam, Reason: "looked at it with care"})
}

// suspend has two people suspend the author of a listing and remove it.
func (w *world) suspend(r *Rooms, id value.ID) {
	w.Helper()
	ctx := within(r)
	items := []moderation.Item{{Object: listing.Object, Record: id}}
	p, err := r.Moderation.Propose(ctx, safe, items, moderation.Decision{Measure: moderation.ToSuspend, Ground: moderation.Scam, Reason: "It asks for a deposit before a viewing."})
	if err != nil {
		w.Fatal(err)
	}
	results, err := r.Moderation.Confirm(ctx, wise, p.ID, nil)
	if err != nil || len(results) != 1 || results[0].Err != nil {
		w.Fatalf("%+v, %v", results, err)
	}
}

func TestAnAppealThatIsRightInPartChangesTheMeasure(t *testing.T) {
	eachTimed(t, func(w *world, _ *hand) {
		r := w.lake
		ctx := within(r)
		for _, test := range []struct {
			measure string
			status  listing.Status
			legal   legal.Measure
			shown   bool
		}{{"change", listing.Challenged, legal.Change, false}, {"restrict", listing.Live, legal.Restrict, true}} {
			l := w.submit(r, plain)
			anna := w.anna(r, l.Seller.ID)
			if err := decideIn(r, safe, l.ID, moderation.Remove); err != nil {
				w.Fatal(err)
			}
			first := w.statements(r, l.ID)[0]
			a := w.appealed(r, first)
			if err := r.Appeals.AnswerInPart(ctx, safe, a.ID, appeal.Instead{Measure: test.measure}, "A smaller step is enough here."); value.KindOf(err) != value.Forbidden {
				w.Errorf("whoever decided answers: %v", err)
			}
			if err := r.Appeals.AnswerInPart(ctx, lead, a.ID, appeal.Instead{Measure: "suspend", Until: r.Site.DB.Clock().Now().AddDate(0, 0, 3)}, "A smaller step is enough here."); value.KindOf(err) != value.Invalid {
				w.Errorf("an appeal makes it worse: %v", err)
			}
			if err := r.Appeals.AnswerInPart(ctx, lead, a.ID, appeal.Instead{Measure: test.measure}, "A smaller step is enough here."); err != nil {
				w.Fatal(err)
			}
			now := w.find(r, l.ID)
			if now.Status != test.status || now.Reachable(r.Gate, r.Site.DB.Clock().Now()) != test.shown || now.Restricted.IsZero() == test.shown {
				w.Errorf("%s: %s, restricted %v", test.measure, now.Status, now.Restricted)
			}
			all := w.statements(r, l.ID)
			if len(all) != 2 || all[1].Reversed.IsZero() || all[0].Measure != test.legal || all[0].Replaces != first.Decision || all[0].Author != anna.ID || all[0].Delivery != legal.Waiting ||
				!strings.Contains(all[0].Parts.Measure, "After an appeal this takes the place of our decision") {
				w.Errorf("%s: %+v", test.measure, all)
			}
			var f appeal.Found
			w.read(r, func(tx *db.Tx) (err error) { f, err = r.Appeals.Look(tx, a.Code); return err })
			if f.Appeal.State != appeal.Partly || f.Appeal.Successor != all[0].Decision || f.Statement != all[0].Code {
				w.Errorf("%s: the member is shown %+v", test.measure, f)
			}
			if again := w.appealed(r, all[0]); again.Decision != all[0].Decision {
				w.Errorf("the lesser measure cannot be appealed: %+v", again)
			}
		}
		w.sound(r)
	})
}

func TestASuspensionIsShortenedByAnAppeal(t *testing.T) {
	eachTimed(t, func(w *world, clock *hand) {
		r := w.lake
		ctx := within(r)
		l := w.submit(r, plain)
		anna := w.anna(r, l.Seller.ID)
		w.suspend(r, l.ID)
		if w.state(r, anna.ID).State != account.Suspended {
			w.Fatal("nobody was suspended")
		}
		a := w.appealed(r, w.statements(r, l.ID)[0])
		until := clock.Now().AddDate(0, 0, 5).Truncate(time.Second)
		for _, two := range []value.Actor{safe, wise} {
			if err := r.Appeals.AnswerInPart(ctx, two, a.ID, appeal.Instead{Measure: "suspend", Until: until}, "Five days are enough."); value.KindOf(err) != value.Forbidden {
				w.Errorf("one of the two answers: %v", err)
			}
		}
		if err := r.Appeals.AnswerInPart(ctx, lead, a.ID, appeal.Instead{Measure: "suspend", Until: until.AddDate(3, 0, 0)}, "Three years are enough."); value.KindOf(err) != value.Invalid {
			w.Errorf("a suspension for years: %v", err)
		}
		if err := r.Appeals.AnswerInPart(ctx, lead, a.ID, appeal.Instead{Measure: "suspend", Until: until}, "Five days are enough."); err != nil {
			w.Fatal(err)
		}
		s := w.statements(r, l.ID)[0]
		if s.Measure != legal.Suspend || !s.Until.Equal(until) || !s.Taken || w.state(r, anna.ID).State != account.Suspended || w.find(r, l.ID).Status != listing.Removed {
			w.Errorf("%+v, account %s, listing %s", s, w.state(r, anna.ID).State, w.find(r, l.ID).Status)
		}
		record, err := legal.ParseRecord(s.DSA)
		if err != nil || record.EndAccount == "" || len(record.Faults()) > 0 {
			w.Errorf("%+v: %v, %v", record, record.Faults(), err)
		}
		clock.pass(4 * 24 * time.Hour)
		w.jobs(r)
		if w.state(r, anna.ID).State != account.Suspended {
			w.Error("the suspension ended a day too early")
		}
		clock.pass(25 * time.Hour)
		w.jobs(r)
		if w.state(r, anna.ID).State != account.Active {
			w.Error("the suspension did not end")
		}
	})
}

func TestASuspensionOfAnotherDecisionIsNotLifted(t *testing.T) {
	eachTimed(t, func(w *world, clock *hand) {
		r := w.lake
		l := w.submit(r, plain)
		anna := w.anna(r, l.Seller.ID)
		w.suspend(r, l.ID)
		a := w.appealed(r, w.statements(r, l.ID)[0])
		if err := r.Appeals.AnswerInPart(within(r), lead, a.ID, appeal.Instead{Measure: "suspend", Until: clock.Now().AddDate(0, 0, 5)}, "Five days are enough."); err != nil {
			w.Fatal(err)
		}
		other := w.submit(r, plain+" Another one.")
		err := r.Site.DB.Write(context.Background(), tester, "test", func(tx *db.Tx) error {
			return listing.GiveSeat(tx, listing.Seat{Seller: other.Seller.ID, Account: anna.ID, Role: listing.Owner})
		})
		if err != nil {
			w.Fatal(err)
		}
		w.suspend(r, other.ID)
		clock.pass(6 * 24 * time.Hour)
		w.jobs(r)
		if w.state(r, anna.ID).State != account.Suspended {
			w.Error("the end of one suspension ended another")
		}
	})
}

// jobs runs what is due.
func (w *world) jobs(r *Rooms) {
	w.Helper()
	if _, err := r.Jobs.RunDue(within(r)); err != nil {
		w.Fatal(err)
	}
}

// TestTheRuleOfADecisionReachesItsStatement: staff decide about what a rule held; the statement knows the rule, its category
// and since when the site has looked.
func TestTheRuleOfADecisionReachesItsStatement(t *testing.T) {
	eachTimed(t, func(w *world, clock *hand) {
		r := w.lake
		l := w.submit(r, doubt)
		w.anna(r, l.Seller.ID)
		if _, err := r.CatchUp(within(r)); err != nil { // the case opens
			w.Fatal(err)
		}
		opened := clock.Now()
		clock.pass(3 * time.Hour)
		if err := decideIn(r, safe, l.ID, moderation.Reject); err != nil {
			w.Fatal(err)
		}
		s := w.statements(r, l.ID)[0]
		record, err := legal.ParseRecord(s.DSA)
		if err != nil || s.Rule == "" || s.Source != legal.FromAutomation || record.AutomatedDetection != "Yes" || record.AutomatedDecision != "AUTOMATED_DECISION_PARTIALLY" ||
			record.Category != "STATEMENT_CATEGORY_SCAMS_AND_FRAUD" || len(record.Keywords) == 0 || len(record.Faults()) > 0 || s.Delivery != legal.Waiting {
			w.Errorf("%+v, rule %q, %v", record, s.Rule, err)
		}
		if s.Since.Sub(opened).Abs() > time.Minute || s.Made.Sub(opened) < 2*time.Hour {
			w.Errorf("looked at since %s, the case opened %s", s.Since, opened)
		}
	})
}
