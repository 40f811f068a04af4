package api

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID       value.ID
	Webhook  value.ID
	Seq      int64  // of the change; 0 for a ping
	Type     string // person.created, or ping
	State    DeliveryState
	Attempts int
	Created  time.Time
	Next     time.Time // of the next attempt, while it waits
	Tried    time.Time // last; zero when never
	Status   int       // of the last answer; 0 when there was none
	Took     time.Duration
	Error    string // why the last attempt failed
	Excerpt  string // how the last answer began, at most 1 kB
}

// DeliveryState says what became of a delivery.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting"
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed" // for good, unless somebody replays it
)

// DeliveryKind is the kind of a delivery's id in addresses, and the beginning of webhook-id.
const DeliveryKind = "msg"

const (
	pingType      = "ping"
	keepDelivered = 30 * 24 * time.Hour // how long the log of deliveries is kept
)

// pauses are the waits after failed attempts. With the last attempt an event has had about three days.
var pauses = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Deliveries lists the deliveries of a webhook, newest first: those of one state, or all when it is empty, before
// another one, or the newest when that is zero.
func Deliveries(tx *db.Tx, webhook value.ID, state DeliveryState, before value.ID, limit int) ([]Delivery, error) {
	return findDeliveries(tx, webhook, state, before, limit)
}

// Ping sends a webhook an event of type ping at once and returns how that went. It works for disabled webhooks too.
func (a *API) Ping(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (Delivery, error) {
	var h Webhook
	var d Delivery
	err := s.DB.Write(ctx, actor, "webhook.ping", func(tx *db.Tx) (err error) {
		if h, err = findWebhook(tx, id); err != nil {
			return err
		}
		d = Delivery{ID: tx.NewID(), Webhook: id, Type: pingType, State: Failed, Created: tx.Now(), Next: tx.Now()} // until it has arrived; it is not repeated
		tx.Log(db.Change{Object: webhookObject, Record: id, Diff: map[string]any{"ping": d.ID.Text(DeliveryKind)}})
		return insertDeliveries(tx, []Delivery{d})
	})
	if err != nil {
		return d, err
	}
	body, err := pingBody(d)
	if err != nil {
		return d, err
	}
	d = a.attempt(ctx, s, h, d, body)
	err = s.DB.Maintain(ctx, "note a ping", func(tx *db.Tx) error { return updateDelivery(tx, d) })
	return d, err
}

// ReplayDelivery sends an event again, with the id it had, whatever became of it.
func (a *API) ReplayDelivery(ctx context.Context, s *site.Site, actor value.Actor, webhook, id value.ID) (Delivery, error) {
	var d Delivery
	err := s.DB.Write(ctx, actor, "webhook.replay", func(tx *db.Tx) (err error) {
		d, err = replayOne(tx, webhook, id)
		return err
	})
	return d, err
}

func replayOne(tx *db.Tx, webhook, id value.ID) (Delivery, error) {
	d, err := findDelivery(tx, webhook, id)
	if err != nil {
		return d, err
	}
	if d.Seq == 0 {
		return d, value.Errorf(value.Invalid, "a ping is not repeated; send another one")
	}
	d.State, d.Attempts, d.Next = Waiting, 0, tx.Now()
	tx.Log(db.Change{Object: webhookObject, Record: webhook, Diff: map[string]any{"replay": id.Text(DeliveryKind)}})
	if err := updateDelivery(tx, d); err != nil {
		return d, err
	}
	return d, enqueueDrain(tx, webhook, tx.Now())
}

// longestReplay is how far back a replay can begin.
const longestReplay = 30 * 24 * time.Hour

// ReplaySince sends a webhook every event since a moment again, those too that happened while it was disabled. A job
// looks for them in the log.
func (a *API) ReplaySince(ctx context.Context, s *site.Site, actor value.Actor, webhook value.ID, since time.Time) error {
	return s.DB.Write(ctx, actor, "webhook.replay", func(tx *db.Tx) error { return replaySince(tx, webhook, since) })
}

func replaySince(tx *db.Tx, webhook value.ID, since time.Time) error {
	h, err := findWebhook(tx, webhook)
	if err != nil {
		return err
	}
	if h.State != WebhookActive {
		return value.Errorf(value.Conflict, "this webhook is disabled; switch it on first")
	}
	if since.After(tx.Now()) || since.Before(tx.Now().Add(-longestReplay)) {
		return value.Fieldf("since", "choose a moment of the last 30 days")
	}
	tx.Log(db.Change{Object: webhookObject, Record: webhook, Diff: map[string]any{"replay_since": since}})
	_, err = job.Enqueue(tx, job.Job{Kind: replayJob, Key: fmt.Sprint(int64(webhook)), Payload: replayOrder{webhook, value.Micros(since)}})
	return err
}

func enqueueDrain(tx *db.Tx, webhook value.ID, at time.Time) error {
	_, err := job.Enqueue(tx, job.Job{Kind: deliverJob, Key: fmt.Sprint(int64(webhook)), Payload: drainOrder{webhook}, RunAt: at})
	return err
}
