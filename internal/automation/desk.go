package automation

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/mail"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Object is what the change log calls a flow.
const Object = "automation"

// Desk holds the flows of one site.
type Desk struct {
	DB      *db.DB
	Records *record.Store
	Staff   Staff
	Hooks   Hooks
	Link    func(object *record.Object, id value.ID) string // the console's page of a record, for mails
}

// Staff is what flows need to know of the people who own them and get their mails.
type Staff interface {
	// Asker is a member of staff as records see them; NotFound or Forbidden when they are suspended.
	Asker(tx *db.Tx, account value.ID) (record.Asker, error)
	// Mail is where they get mail.
	Mail(tx *db.Tx, account value.ID) (value.Email, error)
	// Parse reads an account's outside id.
	Parse(text string) (value.ID, error)
}

// Hooks calls addresses outside for a flow. The call is queued in the transaction and repeated until it succeeds or is
// given up. An address that may never be called is Invalid.
type Hooks interface {
	Call(tx *db.Tx, flow value.ID, address string, payload any) error
}

// author answers for what flows write; the run log tells for whom.
var author = value.SystemActor("automation")

const runKind = "automation.run"

// Jobs are the handlers that carry flows out.
func (d *Desk) Jobs() []job.Handler {
	return []job.Handler{
		{Kind: runKind, Run: d.run, Attempts: attempts, Timeout: 2 * time.Minute},
		{Kind: "automation.clock", Run: func(ctx context.Context, _ job.Claim) error { return d.Tick(ctx) }, Every: time.Minute},
		{Kind: "automation.tidy", Run: d.tidy, Every: 24 * time.Hour},
	}
}

// keepRuns is how long the run log reaches back.
const keepRuns = 90 * 24 * time.Hour

func (d *Desk) tidy(ctx context.Context, _ job.Claim) error {
	return d.DB.Maintain(ctx, "automation.tidy", func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from automation_run where at_us < $1", value.Micros(tx.Now().Add(-keepRuns))); err != nil {
			return err
		}
		_, err := tx.Exec("delete from automation_chain where at_us < $1", value.Micros(tx.Now().Add(-24*time.Hour)))
		return err
	})
}

// Save makes a flow (ID 0) or changes one whose revision is f.Rev. A changed flow is off until it was tried again.
func (d *Desk) Save(ctx context.Context, a record.Asker, f Flow) (Flow, error) {
	if !a.Define {
		return f, forbidden
	}
	err := d.DB.Write(ctx, a.Actor, "automation.save", func(tx *db.Tx) error {
		sight, err := d.Records.Sight(tx, a)
		if err != nil {
			return err
		}
		if err := f.check(sight); err != nil {
			return err
		}
		rev := f.Rev
		f.Active, f.Owner = false, a.Account
		f.Rev = rev + 1
		if f.ID == 0 {
			if err := room(tx); err != nil {
				return err
			}
			f.ID, f.Rev, f.Tested = tx.NewID(), 1, 0
			err = insertFlow(tx, f)
		} else {
			err = updateFlow(tx, f, rev)
		}
		tx.Log(db.Change{Object: Object, Record: f.ID, Diff: f})
		return err
	})
	return f, err
}

var forbidden = value.Errorf(value.Forbidden, "your role may not change automations")

func room(tx *db.Tx) error {
	n, err := db.One(tx, db.Column[int], "select count(*) from automation_flow")
	if err == nil && n >= MostFlows {
		return value.Errorf(value.Limited, "there are %d automations already; remove one first", MostFlows)
	}
	return err
}

// Switch turns a flow on or off. It is turned on for the revision that was tried last, on behalf of the asker.
func (d *Desk) Switch(ctx context.Context, a record.Asker, id value.ID, on bool) error {
	if !a.Define {
		return forbidden
	}
	return d.DB.Write(ctx, a.Actor, "automation.switch", func(tx *db.Tx) error {
		f, err := Find(tx, id)
		if err != nil {
			return err
		}
		if on && f.Tested != f.Rev {
			return value.Errorf(value.Conflict, "try it on some records first; then it can be switched on")
		}
		if f.Active = on; on {
			f.Owner, f.next = a.Account, f.When.after(tx.Now())
		}
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"active": on}})
		return updateFlow(tx, f, f.Rev)
	})
}

// Remove deletes a flow and its log.
func (d *Desk) Remove(ctx context.Context, a record.Asker, id value.ID) error {
	if !a.Define {
		return forbidden
	}
	return d.DB.Write(ctx, a.Actor, "automation.remove", func(tx *db.Tx) error {
		f, err := Find(tx, id)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"removed": f}})
		return deleteFlow(tx, id)
	})
}

var staffMail = mail.Kind{Name: "automation.note"}
