package api

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
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
