package api

import (
	"context"
	"reflect"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// WebhookEdit is what is to change; nil leaves a thing as it is.
type WebhookEdit struct {
	Name      *string
	URL       *string
	Events    []string
	Condition *string
	Active    *bool // true also ends the rest after failures
}

// EditWebhook changes a webhook. rev is the revision that was read; 0 changes whatever is there. Another revision is a
// Conflict.
func (a *API) EditWebhook(ctx context.Context, s *site.Site, actor value.Actor, id value.ID, rev int64, e WebhookEdit) (Webhook, error) {
	var h Webhook
	err := s.DB.Write(ctx, actor, "webhook.update", func(tx *db.Tx) (err error) {
		h, err = a.editWebhook(tx, s, id, rev, e)
		return err
	})
	return h, err
}

func (a *API) editWebhook(tx *db.Tx, s *site.Site, id value.ID, rev int64, e WebhookEdit) (Webhook, error) {
	before, err := findWebhook(tx, id)
	if err != nil {
		return before, err
	}
	if rev != 0 && rev != before.Rev {
		return before, value.Errorf(value.Conflict, "this webhook is at revision %d now; read it again and repeat your change", before.Rev)
	}
	after := e.applied(before)
	if err := a.checkWebhook(tx, s, &after); err != nil {
		return before, err
	}
	diff := webhookDiff(before, after)
	if len(diff) == 0 {
		return before, nil
	}
	after.Rev++
	tx.Log(db.Change{Object: webhookObject, Record: id, Diff: diff})
	if err := updateWebhook(tx, after); err != nil {
		return before, err
	}
	if after.State == WebhookActive && before.State != WebhookActive {
		return after, enqueueDrain(tx, id, tx.Now()) // something may have waited
	}
	return after, nil
}

func (e WebhookEdit) applied(h Webhook) Webhook {
	if e.Name != nil {
		h.Name = *e.Name
	}
	if e.URL != nil {
		h.URL = *e.URL
	}
	if e.Events != nil {
		h.Events = e.Events
	}
	if e.Condition != nil {
		h.Condition = *e.Condition
	}
	if e.Active != nil {
		h.State, h.Reason = WebhookDisabled, "switched off"
		if *e.Active {
			h = h.healthy()
			h.State, h.Reason = WebhookActive, ""
		}
	}
	return h
}

// edit is how the change log tells a field's change.
type edit struct {
	Old any `json:"old"`
	New any `json:"new"`
}

func webhookDiff(before, after Webhook) map[string]edit {
	diff := make(map[string]edit)
	add := func(name string, old, new any) {
		if !reflect.DeepEqual(old, new) {
			diff[name] = edit{old, new}
		}
	}
	add("name", before.Name, after.Name)
	add("url", before.URL, after.URL)
	add("events", before.Events, after.Events)
	add("condition", before.Condition, after.Condition)
	add("state", before.State, after.State)
	return diff
}

// RemoveWebhook removes a webhook with the log of its deliveries.
func (a *API) RemoveWebhook(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error {
	return s.DB.Write(ctx, actor, "webhook.delete", func(tx *db.Tx) error { return removeWebhook(tx, id) })
}

func removeWebhook(tx *db.Tx, id value.ID) error {
	h, err := findWebhook(tx, id)
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: webhookObject, Record: id, Diff: map[string]any{"name": h.Name, "url": h.URL}})
	return deleteWebhook(tx, id)
}

// RotateSecret gives a webhook a new secret and returns it. For a day messages are signed with the former one too.
func (a *API) RotateSecret(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (Webhook, string, error) {
	var h Webhook
	err := s.DB.Write(ctx, actor, "webhook.rotate", func(tx *db.Tx) (err error) {
		h, err = rotate(tx, id)
		return err
	})
	return h, h.secret(s, h.generation), err
}

func rotate(tx *db.Tx, id value.ID) (Webhook, error) {
	h, err := findWebhook(tx, id)
	if err != nil {
		return h, err
	}
	h.generation++
	h.Rev++
	h.rotated = tx.Now()
	tx.Log(db.Change{Object: webhookObject, Record: id, Diff: map[string]any{"secret": "rotated"}})
	return h, updateWebhook(tx, h)
}
