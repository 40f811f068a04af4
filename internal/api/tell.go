package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
)

// tell is the reader of the change log: it makes the deliveries that follow from changes, and a job for each webhook
// that has some. What the owner of a webhook may not see makes none.
func (k desk) tell(tx *db.Tx, rows []change.Row) error {
	hooks, err := findActiveWebhooks(tx)
	if err != nil || len(hooks) == 0 {
		return err
	}
	for _, h := range hooks {
		made, err := k.deliveries(tx, h, rows)
		if err != nil {
			return err
		}
		if len(made) == 0 {
			continue
		}
		if err := insertDeliveries(tx, made); err != nil {
			return err
		}
		if err := enqueueDrain(tx, h.ID, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

// deliveries are those that follow from changes for one webhook.
func (k desk) deliveries(tx *db.Tx, h Webhook, rows []change.Row) ([]Delivery, error) {
	var made []Delivery
	c, ok, err := h.caller(tx)
	if err != nil || !ok {
		return nil, err
	}
	objects, sight := h.objects(), k.api.sight(k.site)
	for _, row := range rows {
		name := nameOf(tx.Context(), sight, row)
		if row.At.Before(h.Created) || !slices.Contains(objects, "") && !slices.Contains(objects, name) {
			continue
		}
		_, verb, ok := k.event(tx.Context(), h, c, row)
		if !ok {
			continue
		}
		made = append(made, Delivery{ID: tx.NewID(), Webhook: h.ID, Seq: row.Seq, Type: name + "." + string(verb), State: Waiting, Created: row.At, Next: tx.Now()})
	}
	return made, nil
}

// event is what a webhook is to be told of a change; ok is false when it is nothing.
func (k desk) event(ctx context.Context, h Webhook, c Caller, row change.Row) (Change, Verb, bool) {
	seen, verb, ok := see(ctx, k.api.sight(k.site), c, row)
	if !ok || !h.wants(seen.Object, verb) {
		return seen, verb, false
	}
	if h.Condition == "" {
		return seen, verb, true
	}
	if k.api.conditions() == nil {
		return seen, verb, false
	}
	fits, err := k.api.conditions().Holds(ctx, k.site, c, h.Condition, row)
	if err != nil { // a condition that errs does not hold
		slog.Debug("the condition of a webhook", "site", k.site.Slug, "webhook", h.ID, "error", err)
	}
	return seen, verb, fits && err == nil
}

// Event is the body of a webhook's message.
type Event struct {
	Type      string    `json:"type" doc:"The object and what happened to it: person.created, person.updated, person.deleted; or ping."`
	Timestamp time.Time `json:"timestamp" doc:"When it happened."`
	Data      Change    `json:"data"`
}

// body makes the message from the log as it is now. What was erased meanwhile is not in it, and ok is false for what
// the owner may not see any more.
func (k desk) body(ctx context.Context, h Webhook, d Delivery) (body []byte, ok bool, err error) {
	var event Event
	err = k.site.DB.Read(ctx, func(tx *db.Tx) error {
		c, active, err := h.caller(tx)
		if err != nil || !active {
			return err
		}
		rows, err := change.Since(tx, d.Seq-1, 1)
		if err != nil || len(rows) == 0 || rows[0].Seq != d.Seq {
			return err
		}
		event = Event{Type: d.Type, Timestamp: rows[0].At}
		event.Data, _, ok = see(tx.Context(), k.api.sight(k.site), c, rows[0])
		return nil
	})
	if err != nil || !ok {
		return nil, false, err
	}
	body, err = json.Marshal(event)
	return body, true, err
}

func pingBody(d Delivery) ([]byte, error) {
	return json.Marshal(map[string]any{"type": pingType, "timestamp": d.Created, "data": map[string]any{}})
}
