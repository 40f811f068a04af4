package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Webhook is an address that is told of changes.
type Webhook struct {
	ID        value.ID
	Account   value.ID // its owner; it is told what the owner may see
	Name      string
	URL       string
	Events    []string // person.created, person.*, *
	Condition string   // CEL over the record; empty for all
	State     WebhookState
	Reason    string // why it was disabled
	Created   time.Time
	Rev       int64
	Failing   time.Time // since when nothing has arrived; zero when the last delivery did
	Failures  int       // in a row

	generation int64
	rotated    time.Time
	rest       time.Time // nothing is sent before it
}

// WebhookState says whether a webhook is told anything.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive   WebhookState = "active"
	WebhookDisabled WebhookState = "disabled"
)

// WebhookKind is the kind of a webhook's id in addresses.
const WebhookKind = "whk"

const (
	webhookObject = "webhook"
	mostWebhooks  = 100 // of a site
	mostEvents    = 50
	secretPrefix  = "whsec_"
	rotationTime  = 24 * time.Hour // for which both secrets sign
)

// WebhookDraft is what somebody wants a webhook to be.
type WebhookDraft struct {
	Account   value.ID // of the staff; its owner
	Name      string
	URL       string
	Events    []string
	Condition string
}

// MakeWebhook makes a webhook and returns it with the secret by which its receiver tells our messages from others'.
// Errors of kind Invalid are on the fields account, name, url, events and condition.
func (a *API) MakeWebhook(ctx context.Context, s *site.Site, actor value.Actor, d WebhookDraft) (Webhook, string, error) {
	var made Webhook
	err := s.DB.Write(ctx, actor, "webhook.create", func(tx *db.Tx) (err error) {
		made, err = a.makeWebhook(tx, s, d)
		return err
	})
	return made, made.secret(s, made.generation), err
}

func (a *API) makeWebhook(tx *db.Tx, s *site.Site, d WebhookDraft) (Webhook, error) {
	h := Webhook{
		ID: tx.NewID(), Account: d.Account, Name: d.Name, URL: d.URL, Events: d.Events, Condition: d.Condition,
		State: WebhookActive, Created: tx.Now(), Rev: 1, generation: 1,
	}
	if _, err := activeStaff(tx, d.Account); err != nil {
		return h, err
	}
	if err := a.checkWebhook(tx, s, &h); err != nil {
		return h, err
	}
	all, err := findWebhooks(tx)
	if err != nil {
		return h, err
	}
	if len(all) >= mostWebhooks {
		return h, value.Errorf(value.Conflict, "this site has %d webhooks; remove one first", len(all))
	}
	tx.Log(db.Change{Object: webhookObject, Record: h.ID, Diff: map[string]any{
		"name": h.Name, "url": h.URL, "events": h.Events, "condition": h.Condition, "account": h.Account,
	}})
	return h, insertWebhook(tx, h)
}

// checkWebhook checks and tidies what people write.
func (a *API) checkWebhook(tx *db.Tx, s *site.Site, h *Webhook) error {
	var err error
	if h.Name, err = oneLine("name", h.Name, 80); err != nil {
		return err
	}
	if err = a.out.CheckURL(h.URL); err != nil {
		return err
	}
	if h.Events, err = checkEvents(h.Events); err != nil {
		return err
	}
	if h.Condition = strings.TrimSpace(h.Condition); h.Condition == "" {
		return nil
	}
	if a.conditions() == nil {
		return value.Fieldf("condition", "conditions are not available here; leave it empty")
	}
	c, _, err := h.caller(tx) // that of an account which may see nothing any more allows no condition
	if err != nil {
		return err
	}
	return a.conditions().Check(tx.Context(), s, c, h.objects(), h.Condition)
}

// checkEvents accepts *, object.*, and object.created, object.updated or object.deleted.
func checkEvents(events []string) ([]string, error) {
	if len(events) == 0 || len(events) > mostEvents {
		return nil, value.Fieldf("events", "choose at least one event, and at most %d", mostEvents)
	}
	for _, event := range events {
		object, verb, _ := strings.Cut(event, ".")
		verbs := []string{"*", string(Created), string(Updated), string(Deleted)}
		if event != "*" && (!objectName.MatchString(object) || !slices.Contains(verbs, verb)) {
			return nil, value.Fieldf("events", "there is no event %q; write person.created, person.updated, person.deleted, person.* or *", short(event))
		}
	}
	sorted := slices.Sorted(slices.Values(events))
	return slices.Compact(sorted), nil
}

// wants reports whether a webhook is to be told of an event.
func (h Webhook) wants(object string, verb Verb) bool {
	return slices.Contains(h.Events, "*") || slices.Contains(h.Events, object+".*") || slices.Contains(h.Events, object+"."+string(verb))
}

// objects are the objects its events name, each once; an empty name stands for all.
func (h Webhook) objects() []string {
	var names []string
	for _, event := range h.Events {
		object, _, _ := strings.Cut(event, ".")
		if object == "*" {
			object = ""
		}
		names = append(names, object)
	}
	return slices.Compact(names)
}

// caller is whom a webhook acts for: its owner, with every scope, and no more than the owner's role allows. ok is false
// when the owner is not on the staff any more, or suspended.
func (h Webhook) caller(tx *db.Tx) (c Caller, ok bool, err error) {
	a, err := account.Find(tx, h.Account)
	if err != nil || a.Kind != value.Staff || a.State != account.Active {
		return c, false, err
	}
	return Caller{Name: h.Name, Account: a, Scopes: Verbs()}, true, nil
}

// secret is the key of one generation, as the receiver keeps it. It is derived, so that no table holds it.
func (h Webhook) secret(s *site.Site, generation int64) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(h.key(s, generation))
}

func (h Webhook) key(s *site.Site, generation int64) []byte {
	mac := hmac.New(sha256.New, s.Key("webhook-secret"))
	fmt.Fprintf(mac, "%d.%d", h.ID, generation)
	return mac.Sum(nil)
}

// sign is the header webhook-signature of the Standard Webhooks: one signature, and for a day after a rotation the one
// of the former secret beside it.
func (h Webhook) sign(s *site.Site, id string, at time.Time, body []byte) string {
	generations := []int64{h.generation}
	if !h.rotated.IsZero() && at.Before(h.rotated.Add(rotationTime)) {
		generations = append(generations, h.generation-1)
	}
	signatures := make([]string, len(generations))
	for i, generation := range generations {
		mac := hmac.New(sha256.New, h.key(s, generation))
		fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

// Webhooks lists the webhooks of a site, by name.
func Webhooks(tx *db.Tx) ([]Webhook, error) { return findWebhooks(tx) }

// FindWebhook returns a webhook, or an error of kind NotFound.
func FindWebhook(tx *db.Tx, id value.ID) (Webhook, error) { return findWebhook(tx, id) }
