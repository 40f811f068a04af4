package rulebook_test

import (
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
)

// TestThePastIsFoundInWhatIsStored lets the gate keep its outcomes and people decide about records, of whom it finds out
// what content they looked at.
func TestThePastIsFoundInWhatIsStored(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var decided []rulebook.Decided
		book := rulebook.New(rulebook.Config{DB: w.Site.DB, Gate: w.gate, Provider: w.provider, Past: rulebook.Past{
			Decided: func(*db.Tx, time.Time) ([]rulebook.Decided, error) { return decided, nil },
		}})
		w.save(deposit(), 0)
		keep := func(s safety.Subject) {
			w.ok(w.Site.DB.Write(w.ctx(), w.actor(), "test", func(tx *db.Tx) error {
				out := w.gate.Screen(w.ctx(), s, safety.Review{})
				if out.Verdict != safety.Hold {
					t.Fatalf("it is %s", out.Verdict)
				}
				return safety.Keep(tx, out)
			}))
			w.clock.pass(time.Minute)
		}
		decide := func(s safety.Subject, refused bool) {
			decided = append(decided, rulebook.Decided{Object: s.Object, Record: s.Record, Refused: refused, At: w.clock.Now()})
			w.clock.pass(time.Minute)
		}
		refused, kept, open := w.subject("Space", offered), w.subject("Space", offered), w.subject("Space", offered)
		for _, s := range []safety.Subject{refused, kept, open} {
			keep(s)
		}
		decide(refused, true)
		decide(kept, true)
		decide(kept, false) // somebody thought better of it
		edited := refused
		edited.Hash[5]++
		keep(edited) // after the decision: nobody decided about this content
		w.read(func(tx *db.Tx) error {
			all, err := book.Precisions(tx, time.UTC)
			if p := all["site/parking-deposit"]; p.Right != 1 || p.Wrong != 1 || p.Open != 2 || p.Fired() != 4 {
				t.Errorf("measured %+v", p)
			}
			return err
		})
	})
}
