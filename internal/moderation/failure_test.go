package moderation_test

import (
	"errors"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func (o *office) failures() (all []moderation.Failure) {
	o.Helper()
	o.read(func(tx *db.Tx) (err error) {
		all, err = moderation.Failures(tx, 10)
		return err
	})
	return all
}

// A hook that fails holds up nothing behind it, and what it should have done is done in the end, once.
func TestAFailingHookIsTriedAgainAlone(t *testing.T) {
	eachOffice(t, func(o *office) {
		var told []moderation.Failure
		o.desk.Troubled = func(tx *db.Tx, f moderation.Failure) error {
			tx.After(func() { told = append(told, f) })
			return nil
		}
		o.hooks.fault = "begin notice"
		n, err := o.desk.File(ctx, visitor, aNotice())
		o.ok(err)
		if c := o.held(42, safety.Hold); c.State != moderation.CaseOpen { // behind the notice in the log
			o.Fatalf("what comes after a failure waits for it: %+v", c)
		}
		failed := o.failures()
		if len(failed) != 1 || failed[0].Object != "notice" || failed[0].Record != n.ID || failed[0].Fault == "" || failed[0].Attempts != 1 {
			o.Fatalf("%+v", failed)
		}
		o.read(func(tx *db.Tx) error { // what the entry did before its hook failed is undone
			_, err := moderation.FindCaseOf(tx, "notice", n.ID)
			if value.KindOf(err) != value.NotFound {
				o.Errorf("half of it was done: %v", err)
			}
			return nil
		})
		o.catchUp()
		retry := func(want int) {
			o.Helper()
			if n, err := o.desk.Retry(ctx); n != want || err != nil {
				o.Errorf("%d succeeded: %v", n, err)
			}
		}
		retry(0) // not due yet
		for attempt := 2; attempt <= 4; attempt++ {
			o.clock.At = o.failures()[0].Next
			retry(0)
			if f := o.failures()[0]; f.Attempts != attempt || !f.Next.After(o.clock.At.Add(time.Minute)) {
				o.Errorf("attempt %d: %+v", attempt, f)
			}
		}
		if len(told) != 1 || told[0].Attempts != 3 || told[0].Record != n.ID {
			o.Errorf("people were told of %+v", told)
		}
		o.hooks.fault = ""
		o.clock.At = o.failures()[0].Next
		retry(1)
		retry(0)
		if len(o.failures()) != 0 || o.hooks.done["begin notice"] != 1 {
			o.Errorf("in the end %v is done, and %+v is left", o.hooks.done, o.failures())
		}
		o.read(func(tx *db.Tx) error {
			c, err := moderation.FindCaseOf(tx, "notice", n.ID)
			if c.State != moderation.CaseOpen {
				o.Errorf("its case is %+v", c)
			}
			return err
		})
	})
}

// What was over before a failure could be made good is over afterwards.
func TestALateConsequenceOpensNothingThatIsOver(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(42, safety.Hold)
		o.ok(o.decide(7, 42, moderation.ToRemove))
		o.catchUp()
		made := o.lastDecision(42).ID
		id := value.ID(900)
		filed := func(diff map[string]any) {
			o.write(func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "appeal", Record: id, Diff: diff})
				return nil
			})
		}
		o.desk.Troubled = func(*db.Tx, moderation.Failure) error { return errors.New("no mail") }
		filed(map[string]any{"state": "open", "decision": made})
		o.write(func(tx *db.Tx) error { // the room of decisions is broken: its table is away
			_, err := tx.Exec("alter table decision rename to decision_away")
			tx.Log(db.Change{Object: "test", Record: 1})
			return err
		})
		o.catchUp()
		if len(o.failures()) != 1 {
			o.Fatalf("%+v", o.failures())
		}
		for range 2 { // that nobody can be told fails nothing else
			o.clock.At = o.failures()[0].Next
			_, err := o.desk.Retry(ctx)
			o.ok(err)
		}
		o.write(func(tx *db.Tx) error {
			_, err := tx.Exec("alter table decision_away rename to decision")
			tx.Log(db.Change{Object: "test", Record: 1})
			return err
		})
		filed(map[string]any{"state": []string{"open", "upheld"}})
		o.catchUp()
		o.clock.At = o.failures()[0].Next
		if n, err := o.desk.Retry(ctx); n != 1 || err != nil {
			o.Fatalf("%d succeeded: %v", n, err)
		}
		o.read(func(tx *db.Tx) error {
			c, err := moderation.FindCaseOf(tx, "appeal", id)
			if value.KindOf(err) != value.NotFound {
				o.Errorf("an appeal that was answered has the case %+v", c)
			}
			return nil
		})
	})
}
