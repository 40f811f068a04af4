package app

import (
	"context"
	"encoding/json"

	"fairground/internal/account"
	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

// automation makes the automations of a site.
func (a *App) automation(s *site.Site, records *record.Store) *automation.Desk {
	return &automation.Desk{
		DB: s.DB, Records: records, Staff: colleagues{}, Hooks: hooks{a},
		Link: func(object *record.Object, id value.ID) string {
			return a.origin(s) + "/console/records/" + object.Key + "/" + object.ID(id)
		},
	}
}

// colleagues is the staff as automations need them.
type colleagues struct{}

// Asker is somebody on the staff, Forbidden when they are suspended.
func (colleagues) Asker(tx *db.Tx, id value.ID) (record.Asker, error) {
	found, err := account.Find(tx, id)
	if err != nil {
		return record.Asker{}, err
	}
	if found.Kind != value.Staff || found.State != account.Active {
		return record.Asker{}, value.Errorf(value.Forbidden, "whoever switched this on does not work here any more")
	}
	return askerOf(found.ID, found.Role), nil
}

// Mail is where somebody on the staff gets mail.
func (colleagues) Mail(tx *db.Tx, id value.ID) (value.Email, error) {
	found, err := account.Find(tx, id)
	if err == nil && (found.Kind != value.Staff || found.State != account.Active) {
		return "", value.Fieldf("to", "this colleague does not work here any more")
	}
	return found.Email, err
}

// Parse reads an account's outside id.
func (colleagues) Parse(text string) (value.ID, error) { return value.ParseID(account.IDKind, text) }

// hooks calls addresses for automations, by jobs that are repeated until the receiver takes the message.
type hooks struct{ app *App }

const callKind = "automation.call"

type call struct {
	Flow    value.ID        `json:"flow"`
	Address string          `json:"address"`
	Body    json.RawMessage `json:"body"`
}

// Call queues a message.
func (h hooks) Call(tx *db.Tx, flow value.ID, address string, payload any) error {
	if err := h.app.api.CheckAddress(address); err != nil {
		return err
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	_, err = job.Enqueue(tx, job.Job{Kind: callKind, Payload: call{flow, address, body}})
	return err
}

// callJob sends what Call queued.
func (a *App) callJob(s *site.Site) job.Handler {
	return job.Handler{Kind: callKind, Attempts: 12, Run: func(ctx context.Context, c job.Claim) error {
		var what call
		if err := c.Payload(&what); err != nil {
			return err
		}
		err := a.api.Call(ctx, s, what.Flow, what.Address, c.ID, what.Body)
		if value.KindOf(err) == value.Invalid {
			return job.Permanent(err)
		}
		return err
	}}
}
