package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

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

// disable switches a webhook off and writes to its owner. It reads the webhook again, since its settings may have been
// changed during the attempt.
func (k desk) disable(ctx context.Context, h Webhook, d Delivery) (Webhook, error) {
	reason := fmt.Sprintf("nothing has arrived since %s", h.Failing.Format(time.RFC3339))
	if d.Status == http.StatusGone {
		reason = "the receiver answered 410, which means that it is gone"
	}
	err := k.site.DB.Write(ctx, value.SystemActor("webhook"), "webhook.disable", func(tx *db.Tx) error {
		now, err := findWebhook(tx, h.ID)
		if err != nil {
			return err
		}
		now.State, now.Reason, now.Failing, now.Failures, now.rest = WebhookDisabled, reason, h.Failing, h.Failures, h.rest
		now.Rev++
		h = now
		tx.Log(db.Change{Object: webhookObject, Record: h.ID, Diff: map[string]any{"state": edit{WebhookActive, WebhookDisabled}, "reason": reason}})
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
