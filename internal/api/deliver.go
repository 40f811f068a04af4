package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sort"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/mail"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	deliverJob = "webhook.deliver"
	replayJob  = "webhook.replay"
	purgeJob   = "api.purge"

	drainTime   = 90 * time.Second   // after it, a job makes room for others
	drainBatch  = 50                 // deliveries read at once
	longestRest = 5 * time.Minute    // of a webhook between two tries while it fails
	givesUp     = 5 * 24 * time.Hour // of failing, after which a webhook is disabled
)

type drainOrder struct {
	Webhook value.ID `json:"webhook"`
}

type replayOrder struct {
	Webhook  value.ID `json:"webhook"`
	Since_us int64    `json:"since_us"`
}

// desk does the background work of one site.
type desk struct {
	api  *API
	site *site.Site
}

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
	for _, row := range rows {
		if row.At.Before(h.Created) {
			continue
		}
		_, verb, ok := k.event(tx.Context(), h, c, row)
		if !ok {
			continue
		}
		made = append(made, Delivery{ID: tx.NewID(), Webhook: h.ID, Seq: row.Seq, Type: row.Object + "." + string(verb), Created: row.At, Next: tx.Now()})
	}
	return made, nil
}

// event is what a webhook is to be told of a change; ok is false when it is nothing.
func (k desk) event(ctx context.Context, h Webhook, c Caller, row change.Row) (Change, Verb, bool) {
	seen, verb, ok := see(ctx, k.api.sight(k.site), c, row)
	if !ok || !h.wants(row.Object, verb) {
		return seen, verb, false
	}
	if h.Condition == "" {
		return seen, verb, true
	}
	if k.api.config.Conditions == nil {
		return seen, verb, false
	}
	fits, err := k.api.config.Conditions.Holds(ctx, k.site, c, h.Condition, row)
	if err != nil { // a condition that errs does not hold
		slog.Debug("the condition of a webhook", "site", k.site.Slug, "webhook", h.ID, "error", err)
	}
	return seen, verb, fits && err == nil
}

// drain sends what is due to one webhook, in order, and stops at the first failure: a receiver that is down costs one
// attempt and then rests, however much waits for it, and keeps no other from being told.
func (k desk) drain(ctx context.Context, c job.Claim) error {
	var o drainOrder
	if err := c.Payload(&o); err != nil {
		return err
	}
	end := time.Now().Add(drainTime)
	for {
		h, due, err := k.due(ctx, o.Webhook)
		if value.KindOf(err) == value.NotFound {
			return nil // the webhook was removed
		}
		if err != nil {
			return err
		}
		if h.State != WebhookActive || len(due) == 0 || k.site.DB.Clock().Now().Before(h.rest) || time.Now().After(end) {
			return k.leave(ctx, c, h)
		}
		for _, d := range due {
			if h, err = k.deliver(ctx, h, d); err != nil {
				return err
			}
			if h.Failures > 0 || h.State != WebhookActive || time.Now().After(end) {
				break
			}
		}
	}
}

func (k desk) due(ctx context.Context, webhook value.ID) (h Webhook, due []Delivery, err error) {
	err = k.site.DB.Read(ctx, func(tx *db.Tx) error {
		if h, err = findWebhook(tx, webhook); err != nil {
			return err
		}
		due, err = findDue(tx, webhook, drainBatch)
		return err
	})
	return h, due, err
}

// leave ends the job and makes the next one, for when something is due and the webhook has rested.
func (k desk) leave(ctx context.Context, c job.Claim, h Webhook) error {
	return k.site.DB.Maintain(ctx, "webhook.leave", func(tx *db.Tx) error {
		if err := c.Finish(tx); err != nil || h.State != WebhookActive {
			return err
		}
		next, err := nextDelivery(tx, h.ID)
		if err != nil || next.IsZero() {
			return err
		}
		if next.Before(h.rest) {
			next = h.rest
		}
		return enqueueDrain(tx, h.ID, next)
	})
}

// deliver makes one attempt and notes how it went, for the delivery and for the webhook.
func (k desk) deliver(ctx context.Context, h Webhook, d Delivery) (Webhook, error) {
	body, ok, err := k.body(ctx, h, d)
	if err != nil {
		return h, err
	}
	now := k.site.DB.Clock().Now()
	if !ok {
		d.State, d.Error, d.Tried = Failed, "the owner of the webhook may not see this any more", now
		return h, k.note(ctx, h, d, false)
	}
	d = k.api.attempt(ctx, k.site, h, d, body)
	recovered := d.State == Delivered && h.Failures > 0
	if d.State == Delivered {
		h = h.healthy()
	} else {
		h = h.failed(now)
		d = d.again(now)
	}
	if h.hopeless(now, d) {
		return k.disable(ctx, h, d)
	}
	return h, k.note(ctx, h, d, recovered)
}

func (k desk) note(ctx context.Context, h Webhook, d Delivery, recovered bool) error {
	return k.site.DB.Maintain(ctx, "note a delivery", func(tx *db.Tx) error {
		if err := updateDelivery(tx, d); err != nil {
			return err
		}
		if recovered {
			if err := hurry(tx, h.ID); err != nil {
				return err
			}
		}
		return noteHealth(tx, h)
	})
}

// again decides when a failed delivery is tried next, or that it is not. The pause varies by a tenth.
func (d Delivery) again(now time.Time) Delivery {
	if d.Attempts > len(pauses) {
		d.State = Failed
		return d
	}
	pause := pauses[d.Attempts-1]
	d.Next = now.Add(pause + rand.N(pause/10))
	return d
}

func (h Webhook) healthy() Webhook {
	h.Failing, h.Failures, h.rest = time.Time{}, 0, time.Time{}
	return h
}

// failed lets a webhook rest, longer each time.
func (h Webhook) failed(now time.Time) Webhook {
	if h.Failing.IsZero() {
		h.Failing = now
	}
	h.rest = now.Add(min(pauses[0]<<min(h.Failures, 10), longestRest))
	h.Failures++
	return h
}

// hopeless reports whether a webhook has failed for too long, or has said that it is gone for good.
func (h Webhook) hopeless(now time.Time, d Delivery) bool {
	return d.Status == http.StatusGone || !h.Failing.IsZero() && now.Sub(h.Failing) >= givesUp
}

// disable switches a webhook off and writes to its owner.
func (k desk) disable(ctx context.Context, h Webhook, d Delivery) (Webhook, error) {
	h.State, h.Reason = WebhookDisabled, fmt.Sprintf("nothing has arrived since %s", h.Failing.Format(time.RFC3339))
	if d.Status == http.StatusGone {
		h.Reason = "the receiver answered 410, which means that it is gone"
	}
	h.Rev++
	err := k.site.DB.Write(ctx, value.SystemActor("webhook"), "webhook.disable", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: webhookObject, Record: h.ID, Diff: map[string]any{"state": edit{WebhookActive, WebhookDisabled}, "reason": h.Reason}})
		if err := updateDelivery(tx, d); err != nil {
			return err
		}
		if err := updateWebhook(tx, h); err != nil {
			return err
		}
		return k.writeToOwner(ctx, tx, h)
	})
	return h, err
}

func (k desk) writeToOwner(ctx context.Context, tx *db.Tx, h Webhook) error {
	owner, ok, err := h.caller(tx)
	if err != nil || !ok {
		return err
	}
	if k.api.config.Letters != nil {
		ctx = k.api.config.Letters(site.With(ctx, k.site), owner.Account.Locale)
	}
	return mail.Send(tx, mail.Message{
		Kind: mail.Kind{Name: "webhook.disabled"}, To: owner.Account.Email,
		Subject: text.T(ctx, "api.mail.webhook_disabled", "name", h.Name),
		Text:    text.T(ctx, "api.mail.webhook_disabled_text", "name", h.Name, "url", h.URL, "reason", h.Reason),
	})
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

// replay makes deliveries of the past: it finds the first change since a moment by halves and reads from there.
func (k desk) replay(ctx context.Context, c job.Claim) error {
	var o replayOrder
	if err := c.Payload(&o); err != nil {
		return err
	}
	seq, last, err := k.firstSince(ctx, value.FromMicros(o.Since_us))
	for err == nil && seq < last {
		err = k.site.DB.Maintain(ctx, "webhook.replay", func(tx *db.Tx) error {
			seq, err = k.replayBatch(tx, o, seq, last)
			return err
		})
	}
	if value.KindOf(err) == value.NotFound {
		return nil // the webhook was removed
	}
	return err
}

// firstSince returns the number before the first change since a moment, and that of the newest.
func (k desk) firstSince(ctx context.Context, since time.Time) (seq, last int64, err error) {
	err = k.site.DB.Read(ctx, func(tx *db.Tx) error {
		if last, err = change.Last(tx); err != nil {
			return err
		}
		first := sort.Search(int(last), func(i int) bool {
			rows, problem := change.Since(tx, int64(i), 1)
			if problem != nil {
				err = problem
			}
			return len(rows) == 0 || !rows[0].At.Before(since)
		})
		seq = int64(first)
		return err
	})
	return seq, last, err
}

// replayBatch makes the deliveries of some changes and returns the number of the last one.
func (k desk) replayBatch(tx *db.Tx, o replayOrder, seq, last int64) (int64, error) {
	h, err := findWebhook(tx, o.Webhook)
	if err != nil {
		return seq, err
	}
	rows, err := change.Since(tx, seq, batch)
	if err != nil || len(rows) == 0 {
		return last, err
	}
	h.Created = value.FromMicros(o.Since_us)
	made, err := k.deliveries(tx, h, rows)
	if err != nil {
		return seq, err
	}
	for _, d := range made {
		if d.Seq <= last {
			if err := deliverAgain(tx, d); err != nil {
				return seq, err
			}
		}
	}
	if len(made) > 0 {
		if err := enqueueDrain(tx, h.ID, tx.Now()); err != nil {
			return seq, err
		}
	}
	return rows[len(rows)-1].Seq, nil
}

// purge forgets what is past its time.
func (k desk) purge(ctx context.Context, _ job.Claim) error {
	for {
		var n, m int64
		err := k.site.DB.Maintain(ctx, "api.purge", func(tx *db.Tx) (err error) {
			if n, err = purgeAnswers(tx, tx.Now().Add(-keyAge)); err != nil {
				return err
			}
			m, err = purgeDeliveries(tx, tx.Now().Add(-keepDelivered))
			return err
		})
		if err != nil || n+m == 0 {
			return err
		}
	}
}
