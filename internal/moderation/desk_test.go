package moderation_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

var ctx = context.Background()

func person(id value.ID) value.Actor { return value.Actor{Kind: value.Staff, ID: id} }

// rack is a room that can do everything. Its records are rows, so that what is rolled back is gone.
type rack struct{ refuses bool }

const rackSchema = `create table rack_thing (id bigint primary key, state text not null, note text not null)`

func (r *rack) state(tx *db.Tx, record value.ID) (state string, err error) {
	err = tx.Row("select state from rack_thing where id = $1", int64(record)).Scan(&state)
	return state, err
}

func (r *rack) set(tx *db.Tx, record value.ID, state, note string) error {
	before, err := r.state(tx, record)
	if err != nil {
		return err
	}
	_, err = tx.Exec("update rack_thing set state = $2, note = $3 where id = $1", int64(record), state, note)
	tx.Log(db.Change{Object: "listing", Record: record, Diff: map[string]any{"status": []string{before, state}}})
	return err
}

func (r *rack) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	if r.refuses {
		return false, nil
	}
	return true, r.set(tx, record, "live", reason)
}

func (r *rack) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	if removed {
		return r.set(tx, record, "removed", reason)
	}
	return r.set(tx, record, "rejected", reason)
}

func (r *rack) Describe(tx *db.Tx, record value.ID) (moderation.About, error) {
	_, err := r.state(tx, record)
	return moderation.About{Author: 900 + record, Locale: "de", Category: "bikes", Title: "A bicycle"}, err
}

func (r *rack) Ask(tx *db.Tx, record value.ID, what string) error {
	return r.set(tx, record, "challenged", what)
}

func (r *rack) Restrict(tx *db.Tx, record value.ID, reason string) error {
	return r.set(tx, record, "restricted", reason)
}

func (r *rack) Before(tx *db.Tx, record value.ID) (string, error) { return r.state(tx, record) }

func (r *rack) Revert(tx *db.Tx, record value.ID, before string) error {
	return r.set(tx, record, before, "")
}

func (r *rack) Restore(tx *db.Tx, record value.ID, reason string) (bool, error) {
	return r.Release(tx, record, reason)
}

func (r *rack) Waits(tx *db.Tx, record value.ID) (bool, error) {
	state, err := r.state(tx, record)
	return state == "held" || state == "challenged", err
}

// hooks are what legal, evidence and the accounts do. They count what was committed; fault makes one of them fail.
type hooks struct {
	fault string
	done  map[string]int
}

func (h *hooks) do(tx *db.Tx, what string) error {
	if h.fault == what {
		return errors.New("the power failed")
	}
	tx.After(func() { h.done[what]++ })
	return nil
}

func (h *hooks) State(tx *db.Tx, d moderation.Decision, a moderation.About) error {
	if d.ID == 0 || d.Locale != a.Locale || d.Measure == "" {
		return fmt.Errorf("a statement about %+v", d)
	}
	return h.do(tx, "state")
}

func (h *hooks) Revoke(tx *db.Tx, _ value.ID, _ string) error { return h.do(tx, "revoke") }

func (h *hooks) Preserve(tx *db.Tx, _ string, _, _ value.ID, _ moderation.About) error {
	return h.do(tx, "preserve")
}

func (h *hooks) Begin(tx *db.Tx, kind, _ string, _ value.ID) error { return h.do(tx, "begin "+kind) }

func (h *hooks) Discharge(tx *db.Tx, kind, _ string, _ value.ID, _ string) error {
	return h.do(tx, "discharge "+kind)
}

func (h *hooks) Suspend(tx *db.Tx, account value.ID, _ string) error {
	return h.do(tx, fmt.Sprintf("suspend %d", account))
}

func (h *hooks) Unsuspend(tx *db.Tx, account value.ID, _ string) error {
	return h.do(tx, fmt.Sprintf("unsuspend %d", account))
}

// office is a world with a clock, a rack and all hooks.
type office struct {
	*testing.T
	db    *db.DB
	desk  *moderation.Desk
	rack  *rack
	hooks *hooks
	clock *value.FixedClock
}

func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			o := &office{T: t, rack: &rack{}, hooks: &hooks{done: map[string]int{}}, clock: &value.FixedClock{At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = o.clock, value.NewIDs(o.clock, 1) })
			o.db = dbtest.Open(t, cluster, []db.Schema{safety.Schema(), moderation.Schema()})
			o.desk = &moderation.Desk{DB: o.db, Rooms: map[string]moderation.Room{"listing": o.rack}, Reasons: o.hooks, Evidence: o.hooks, Duties: o.hooks,
				Suspender: o.hooks, Sampling: moderation.Sampling{Percent: -1}}
			o.write(func(tx *db.Tx) error {
				_, err := tx.Exec(rackSchema)
				tx.Log(db.Change{Object: "test", Record: 1})
				return err
			})
			test(o)
		})
	}
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// kind checks the kind of an error.
func (o *office) kind(what string, err error, want value.Kind) {
	o.Helper()
	if value.KindOf(err) != want {
		o.Errorf("%s: %v, want kind %q", what, err, want)
	}
}

func (o *office) write(fn func(tx *db.Tx) error) {
	o.Helper()
	o.ok(o.db.Write(ctx, value.SystemActor("test"), "test.write", fn))
}

func (o *office) read(fn func(tx *db.Tx) error) {
	o.Helper()
	o.ok(o.db.Read(ctx, fn))
}

func (o *office) catchUp() {
	o.Helper()
	_, err := o.desk.Reader().CatchUp(ctx, o.db)
	o.ok(err)
}

// held puts a listing on the rack that screening held, and returns its case.
func (o *office) held(id value.ID, verdict safety.Verdict) moderation.Case {
	o.Helper()
	o.write(func(tx *db.Tx) error {
		_, err := tx.Exec("insert into rack_thing (id, state, note) values ($1, 'held', '')", int64(id))
		if err != nil {
			return err
		}
		return safety.Keep(tx, safety.Outcome{Verdict: verdict, Stage: "listing", Object: "listing", Record: id,
			Firings: []safety.Firing{{Rule: "test/words", Version: 1, Outcome: verdict, Policy: "provider/7", Category: "SCAMS_AND_FRAUD", Ground: safety.Words{"de": "Es wird Geld im Voraus verlangt."}}}})
	})
	o.catchUp()
	return o.caseOf(id)
}

// caseOf is the undecided case about a listing, or the zero Case.
func (o *office) caseOf(id value.ID) (c moderation.Case) {
	o.Helper()
	o.read(func(tx *db.Tx) (err error) {
		c, err = moderation.FindCaseOf(tx, "listing", id)
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	return c
}

func (o *office) find(id value.ID) (c moderation.Case) {
	o.Helper()
	o.read(func(tx *db.Tx) (err error) {
		c, err = moderation.FindCase(tx, id)
		return err
	})
	return c
}

func (o *office) stateOf(id value.ID) (state string) {
	o.Helper()
	o.read(func(tx *db.Tx) (err error) {
		state, err = o.rack.state(tx, id)
		return err
	})
	return state
}

func (o *office) lastDecision(id value.ID) moderation.Decision {
	o.Helper()
	var all []moderation.Decision
	o.read(func(tx *db.Tx) (err error) {
		all, err = moderation.Decisions(tx, "listing", id, 10)
		return err
	})
	if len(all) == 0 {
		return moderation.Decision{}
	}
	return all[0]
}

func about(id value.ID, measure moderation.Measure) moderation.Decision {
	d := moderation.Decision{Object: "listing", Record: id, Measure: measure, Ground: moderation.Scam, Reason: "It asks for money in advance."}
	if measure == moderation.ToRemove {
		d.Outcome = moderation.Reject
	}
	return d
}

func (o *office) decide(by, id value.ID, measure moderation.Measure) error {
	return o.desk.Decide(ctx, person(by), about(id, measure))
}
