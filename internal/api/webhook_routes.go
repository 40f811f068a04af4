package api

import (
	"encoding/json"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// coverage refuses a caller whose token may not read all that a webhook would tell. Otherwise a narrow token could make
// a wide webhook.
func coverage(c Caller, h Webhook) error {
	for _, object := range h.objects() {
		if c.Scopes.May(ChangesRead, object) || c.Scopes.May(RecordsRead, object) {
			continue
		}
		return c.Require(ChangesRead, object)
	}
	return nil
}

func (a *API) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	list := webhookList{Webhooks: []webhookShown{}}
	err := read(r, func(tx *db.Tx) error {
		all, err := findWebhooks(tx)
		for _, h := range all {
			list.Webhooks = append(list.Webhooks, showWebhook(h))
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list)
}

func (a *API) showWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := a.webhookOf(r)
	if err != nil || Fresh(w, r, h.Rev) {
		return err
	}
	return writeJSON(w, http.StatusOK, showWebhook(h))
}

// webhookOf is the webhook of the address.
func (a *API) webhookOf(r *http.Request) (h Webhook, err error) {
	id, err := pathID(r, "id", WebhookKind)
	if err != nil {
		return h, err
	}
	err = read(r, func(tx *db.Tx) error {
		h, err = findWebhook(tx, id)
		return err
	})
	return h, err
}

func (a *API) createWebhook(w http.ResponseWriter, r *http.Request) error {
	var b webhookBody
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	s, c := site.From(r.Context()), CallerFrom(r.Context())
	return a.withSecret(w, r, body, "webhook.create", func(tx *db.Tx) (Webhook, error) {
		edit := WebhookEdit{Name: b.Name, URL: b.URL, Events: b.Events, Condition: b.Condition}
		draft := edit.applied(Webhook{})
		h, err := a.makeWebhook(tx, s, WebhookDraft{Account: c.Account.ID, Name: draft.Name, URL: draft.URL, Events: draft.Events, Condition: draft.Condition})
		if err != nil {
			return h, err
		}
		return h, coverage(c, h)
	})
}

func (a *API) rotateSecret(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id", WebhookKind)
	if err != nil {
		return err
	}
	return a.withSecret(w, r, nil, "webhook.rotate", func(tx *db.Tx) (Webhook, error) {
		h, err := rotate(tx, id)
		if err != nil {
			return h, err
		}
		return h, coverage(CallerFrom(r.Context()), h)
	})
}

// withSecret answers with a webhook and its secret. What is kept for the idempotency key is without the secret, which
// no table holds; it is derived again when the request is repeated.
func (a *API) withSecret(w http.ResponseWriter, r *http.Request, body []byte, action string, effect func(tx *db.Tx) (Webhook, error)) error {
	answer, err := a.once(r, body, action, func(tx *db.Tx) (Answer, error) {
		h, err := effect(tx)
		if err != nil {
			return Answer{}, err
		}
		answer, err := AnswerJSON(http.StatusCreated, showWebhook(h))
		answer.Header["Location"] = Path + "/webhooks/" + h.ID.Text(WebhookKind)
		answer.Header["ETag"] = Tag(h.Rev)
		return answer, err
	})
	if err != nil {
		return err
	}
	var shown webhookShown
	if err := json.Unmarshal(answer.Body, &shown); err != nil {
		return err
	}
	id, err := value.ParseID(WebhookKind, shown.ID)
	if err != nil {
		return err
	}
	shown.Secret = Webhook{ID: id}.secret(site.From(r.Context()), shown.Generation)
	full, err := AnswerJSON(answer.Status, shown)
	if err != nil {
		return err
	}
	answer.Body = full.Body
	return answer.Write(w)
}

func (a *API) changeWebhook(w http.ResponseWriter, r *http.Request) error {
	var b webhookBody
	id, err := pathID(r, "id", WebhookKind)
	if err != nil {
		return err
	}
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	s, c := site.From(r.Context()), CallerFrom(r.Context())
	return a.Write(w, r, body, "webhook.update", func(tx *db.Tx) (Answer, error) {
		before, err := findWebhook(tx, id)
		if err != nil {
			return Answer{}, err
		}
		if err := CheckMatch(r, before.Rev, true); err != nil {
			return Answer{}, err
		}
		after, err := a.editWebhook(tx, s, id, 0, WebhookEdit(b))
		if err != nil {
			return Answer{}, err
		}
		if err := coverage(c, after); err != nil {
			return Answer{}, err
		}
		answer, err := AnswerJSON(http.StatusOK, showWebhook(after))
		answer.Header["ETag"], answer.Unchanged = Tag(after.Rev), after.Rev == before.Rev
		return answer, err
	})
}

func (a *API) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id", WebhookKind)
	if err != nil {
		return err
	}
	return a.Write(w, r, nil, "webhook.delete", func(tx *db.Tx) (Answer, error) {
		h, err := findWebhook(tx, id)
		if err != nil {
			return Answer{}, err
		}
		if err := CheckMatch(r, h.Rev, false); err != nil {
			return Answer{}, err
		}
		return Answer{Status: http.StatusNoContent}, removeWebhook(tx, id)
	})
}

func (a *API) pingWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := a.webhookOf(r)
	if err != nil {
		return err
	}
	d, err := a.Ping(r.Context(), site.From(r.Context()), CallerFrom(r.Context()).Actor(), h.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showDelivery(d))
}

func (a *API) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	h, err := a.webhookOf(r)
	if err != nil {
		return err
	}
	page, err := ReadPage(r, 50)
	if err != nil {
		return err
	}
	state := DeliveryState(r.URL.Query().Get("state"))
	if state != "" && state != Waiting && state != Delivered && state != Failed {
		return badRequest(value.Fieldf("state", "state is waiting, delivered or failed"))
	}
	about := "deliveries " + h.ID.String() + " " + string(state)
	var before value.ID
	cursors := CursorsOf(site.From(r.Context()))
	if page.Cursor != "" {
		if err := cursors.Open(about, page.Cursor, &before); err != nil {
			return err
		}
	}
	var all []Delivery
	err = read(r, func(tx *db.Tx) error {
		all, err = findDeliveries(tx, h.ID, state, before, page.Limit+1)
		return err
	})
	if err != nil {
		return err
	}
	list := deliveryList{Deliveries: []deliveryShown{}}
	if len(all) > page.Limit {
		all = all[:page.Limit]
		next, err := cursors.Seal(about, all[page.Limit-1].ID)
		if err != nil {
			return err
		}
		LinkNext(w, r, next)
	}
	for _, d := range all {
		list.Deliveries = append(list.Deliveries, showDelivery(d))
	}
	return writeJSON(w, http.StatusOK, list)
}

func (a *API) replayWebhook(w http.ResponseWriter, r *http.Request) error {
	var b replayBody
	id, err := pathID(r, "id", WebhookKind)
	if err != nil {
		return err
	}
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	if (b.Since == nil) == (b.Delivery == "") {
		return value.Fieldf("since", "send either since or delivery")
	}
	return a.Write(w, r, body, "webhook.replay", func(tx *db.Tx) (Answer, error) {
		if b.Since != nil {
			return Answer{Status: http.StatusAccepted}, replaySince(tx, id, *b.Since)
		}
		delivery, err := value.ParseID(DeliveryKind, b.Delivery)
		if err != nil {
			return Answer{}, err
		}
		_, err = replayOne(tx, id, delivery)
		return Answer{Status: http.StatusAccepted}, err
	})
}

// readInto reads a body and returns it too, for the idempotency key.
func readInto(r *http.Request, into any) ([]byte, error) {
	body, err := ReadBody(r)
	if err != nil {
		return nil, err
	}
	return body, Decode(body, into)
}
