package api

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const webhookColumns = `id, account, name, url, events, condition, state, reason, generation, coalesce(rotated_us, 0), created_us, rev,
	coalesce(failing_us, 0), failures, coalesce(rest_us, 0)`

func scanWebhook(row db.Scanner) (Webhook, error) {
	var h Webhook
	var events string
	var rotated_us, created_us, failing_us, rest_us int64
	err := row.Scan(&h.ID, &h.Account, &h.Name, &h.URL, &events, &h.Condition, &h.State, &h.Reason, &h.generation, &rotated_us,
		&created_us, &h.Rev, &failing_us, &h.Failures, &rest_us)
	if err != nil {
		return h, err
	}
	h.rotated, h.Created = orNever(rotated_us), value.FromMicros(created_us)
	h.Failing, h.rest = orNever(failing_us), orNever(rest_us)
	if err := json.Unmarshal([]byte(events), &h.Events); err != nil {
		return h, fmt.Errorf("the events of webhook %d: %w", h.ID, err)
	}
	return h, nil
}

func findWebhook(tx *db.Tx, id value.ID) (Webhook, error) {
	return db.One(tx, scanWebhook, "select "+webhookColumns+" from webhook where id = $1", id)
}

func findWebhooks(tx *db.Tx) ([]Webhook, error) {
	return db.All(tx, scanWebhook, "select "+webhookColumns+" from webhook order by name, id")
}

func findActiveWebhooks(tx *db.Tx) ([]Webhook, error) {
	return db.All(tx, scanWebhook, "select "+webhookColumns+" from webhook where state = 'active' order by id")
}

func insertWebhook(tx *db.Tx, h Webhook) error {
	events, err := json.Marshal(h.Events)
	if err != nil {
		return err
	}
	return tx.Insert("webhook",
		[]string{"id", "account", "name", "url", "events", "condition", "state", "reason", "generation", "created_us", "rev", "failures"},
		[][]any{{h.ID, h.Account, h.Name, h.URL, string(events), h.Condition, string(h.State), h.Reason, h.generation, value.Micros(h.Created), h.Rev, 0}})
}

func updateWebhook(tx *db.Tx, h Webhook) error {
	events, err := json.Marshal(h.Events)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`
		update webhook set name = $2, url = $3, events = $4, condition = $5, state = $6, reason = $7, generation = $8, rotated_us = $9,
			rev = $10, failing_us = $11, failures = $12, rest_us = $13
		where id = $1`,
		h.ID, h.Name, h.URL, string(events), h.Condition, string(h.State), h.Reason, h.generation, db.TimeOrNull(h.rotated),
		h.Rev, db.TimeOrNull(h.Failing), h.Failures, db.TimeOrNull(h.rest))
	return err
}

func deleteWebhook(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("delete from webhook where id = $1", id)
	return err
}

// noteHealth keeps how a webhook's last delivery went.
func noteHealth(tx *db.Tx, h Webhook) error {
	_, err := tx.Exec("update webhook set failing_us = $2, failures = $3, rest_us = $4 where id = $1",
		h.ID, db.TimeOrNull(h.Failing), h.Failures, db.TimeOrNull(h.rest))
	return err
}

const deliveryColumns = "id, webhook, seq, type, state, attempts, created_us, next_us, coalesce(tried_us, 0), status, took_ms, error, excerpt"

func scanDelivery(row db.Scanner) (Delivery, error) {
	var d Delivery
	var created_us, next_us, tried_us, took_ms int64
	err := row.Scan(&d.ID, &d.Webhook, &d.Seq, &d.Type, &d.State, &d.Attempts, &created_us, &next_us, &tried_us, &d.Status, &took_ms, &d.Error, &d.Excerpt)
	d.Created, d.Next, d.Tried = value.FromMicros(created_us), value.FromMicros(next_us), orNever(tried_us)
	d.Took = time.Duration(took_ms) * time.Millisecond
	return d, err
}

func findDelivery(tx *db.Tx, webhook, id value.ID) (Delivery, error) {
	return db.One(tx, scanDelivery, "select "+deliveryColumns+" from webhook_delivery where id = $1 and webhook = $2", id, webhook)
}

// findDeliveries lists deliveries, newest first, before one of them; state may be empty.
func findDeliveries(tx *db.Tx, webhook value.ID, state DeliveryState, before value.ID, limit int) ([]Delivery, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.All(tx, scanDelivery, "select "+deliveryColumns+` from webhook_delivery
		where webhook = $1 and ($2 = '' or state = $2) and id < $3
		order by id desc
		limit $4`, webhook, string(state), int64(before), limit)
}

// findDue lists what is to be sent to a webhook now, oldest first.
func findDue(tx *db.Tx, webhook value.ID, limit int) ([]Delivery, error) {
	return db.All(tx, scanDelivery, "select "+deliveryColumns+` from webhook_delivery
		where webhook = $1 and state = 'waiting' and next_us <= $2
		order by next_us, id
		limit $3`, webhook, value.Micros(tx.Now()), limit)
}

// nextDelivery is when the next delivery of a webhook is due; the zero time when none waits.
func nextDelivery(tx *db.Tx, webhook value.ID) (time.Time, error) {
	us, err := db.One(tx, db.Column[int64],
		"select coalesce(min(next_us), 0) from webhook_delivery where webhook = $1 and state = 'waiting'", webhook)
	return orNever(us), err
}

func insertDeliveries(tx *db.Tx, all []Delivery) error {
	rows := make([][]any, len(all))
	for i, d := range all {
		rows[i] = []any{d.ID, d.Webhook, d.Seq, d.Type, string(d.State), 0, value.Micros(d.Created), value.Micros(d.Next), 0, 0, "", ""}
	}
	return tx.Insert("webhook_delivery",
		[]string{"id", "webhook", "seq", "type", "state", "attempts", "created_us", "next_us", "status", "took_ms", "error", "excerpt"}, rows)
}

// deliverAgain lets an event wait for its delivery anew, whether it was ever to be delivered or not.
func deliverAgain(tx *db.Tx, d Delivery) error {
	_, err := tx.Exec(`
		insert into webhook_delivery (id, webhook, seq, type, state, attempts, created_us, next_us, status, took_ms, error, excerpt)
		values ($1, $2, $3, $4, 'waiting', 0, $5, $6, 0, 0, '', '')
		on conflict (webhook, seq) where seq > 0 do update set state = 'waiting', attempts = 0, next_us = excluded.next_us`,
		d.ID, d.Webhook, d.Seq, d.Type, value.Micros(d.Created), value.Micros(d.Next))
	return err
}

func updateDelivery(tx *db.Tx, d Delivery) error {
	_, err := tx.Exec(`
		update webhook_delivery set state = $2, attempts = $3, next_us = $4, tried_us = $5, status = $6, took_ms = $7, error = $8, excerpt = $9
		where id = $1`,
		d.ID, string(d.State), d.Attempts, value.Micros(d.Next), db.TimeOrNull(d.Tried), d.Status, d.Took.Milliseconds(), d.Error, d.Excerpt)
	return err
}

// hurry makes what waits after failures due now: the webhook answers again.
func hurry(tx *db.Tx, webhook value.ID) error {
	_, err := tx.Exec("update webhook_delivery set next_us = $2 where webhook = $1 and state = 'waiting' and next_us > $2",
		webhook, value.Micros(tx.Now()))
	return err
}

// purgeDeliveries forgets old deliveries, some at a time, and returns how many.
func purgeDeliveries(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec(`
		delete from webhook_delivery
		where id in (select id from webhook_delivery where created_us < $1 order by created_us limit 5000)`, value.Micros(before))
}
