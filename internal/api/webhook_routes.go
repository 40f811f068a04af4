package api

import (
	"encoding/json"
	"net/http"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// webhookShown is a webhook as the API writes it.
type webhookShown struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	URL        string     `json:"url" format:"uri"`
	Events     []string   `json:"events"`
	Condition  string     `json:"condition"`
	State      string     `json:"state" enum:"active,disabled"`
	Reason     string     `json:"reason" doc:"Why it is disabled."`
	Created    time.Time  `json:"created"`
	Failing    *time.Time `json:"failing_since,omitempty" doc:"Since when nothing has arrived."`
	Generation int64      `json:"secret_generation" doc:"Counts the secrets it has had."`
	Secret     string     `json:"secret,omitempty" doc:"The key of its signatures; only in the answer that made it."`
}

func showWebhook(h Webhook) webhookShown {
	shown := webhookShown{
		ID: h.ID.Text(WebhookKind), Name: h.Name, URL: h.URL, Events: h.Events, Condition: h.Condition, State: string(h.State),
		Reason: h.Reason, Created: h.Created, Generation: h.generation,
	}
	if !h.Failing.IsZero() {
		shown.Failing = &h.Failing
	}
	return shown
}

// webhookBody is what a request says of a webhook; what it leaves out keeps its value.
type webhookBody struct {
	Name      *string  `json:"name,omitempty" doc:"1 to 80 characters on one line."`
	URL       *string  `json:"url,omitempty" format:"uri" doc:"Where messages go: https, and on the public internet."`
	Events    []string `json:"events,omitempty" doc:"person.created, person.updated, person.deleted, person.*, or * for all."`
	Condition *string  `json:"condition,omitempty" doc:"A condition in CEL over the record; empty for every record."`
	Active    *bool    `json:"active,omitempty" doc:"false switches it off; true on again, without the rest after failures."`
}

// deliveryShown is a delivery as the API writes it.
type deliveryShown struct {
	ID       string     `json:"id" doc:"The webhook-id of its messages."`
	Seq      int64      `json:"seq" doc:"The change it tells of; 0 for a ping."`
	Type     string     `json:"type"`
	State    string     `json:"state" enum:"waiting,delivered,failed"`
	Attempts int        `json:"attempts"`
	Created  time.Time  `json:"created"`
	Next     *time.Time `json:"next_attempt,omitempty"`
	Tried    *time.Time `json:"last_attempt,omitempty"`
	Status   int        `json:"status" doc:"Of the last answer; 0 when there was none."`
	Took_ms  int64      `json:"took_ms"`
	Error    string     `json:"error"`
	Excerpt  string     `json:"response" doc:"How the last answer began."`
}

func showDelivery(d Delivery) deliveryShown {
	shown := deliveryShown{
		ID: d.ID.Text(DeliveryKind), Seq: d.Seq, Type: d.Type, State: string(d.State), Attempts: d.Attempts, Created: d.Created,
		Status: d.Status, Took_ms: d.Took.Milliseconds(), Error: d.Error, Excerpt: d.Excerpt,
	}
	if d.State == Waiting {
		shown.Next = &d.Next
	}
	if !d.Tried.IsZero() {
		shown.Tried = &d.Tried
	}
	return shown
}

type webhookList struct {
	Webhooks []webhookShown `json:"webhooks"`
}

type deliveryList struct {
	Deliveries []deliveryShown `json:"deliveries"`
}

type replayBody struct {
	Since    *time.Time `json:"since,omitempty" doc:"Every event since this moment, of the last 30 days."`
	Delivery string     `json:"delivery,omitempty" doc:"Or one delivery, by its id."`
}

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
		after, err := a.editWebhook(tx, s, id, 0, WebhookEdit{Name: b.Name, URL: b.URL, Events: b.Events, Condition: b.Condition, Active: b.Active})
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

func (a *API) webhookOperations() []operation {
	d := a.document
	text := &Shape{Type: "string"}
	id := Parameter{Name: "id", In: "path", Required: true, Schema: text, Description: "Of the webhook."}
	key := Parameter{Name: keyHeader, In: "header", Schema: text, Description: "Lets this request be repeated for a day without a second effect."}
	match := Parameter{Name: "If-Match", In: "header", Schema: text, Description: "The ETag you have read."}
	one := func(description string) map[string]*Response {
		return map[string]*Response{"200": {Description: description, Content: JSON(d.Describe(webhookShown{}))}}
	}
	made := map[string]*Response{"201": {Description: "The webhook with its secret, which is not shown again.", Content: JSON(d.Describe(webhookShown{}))}}
	body := &Body{Required: true, Content: JSON(d.Describe(webhookBody{}))}
	accepted := map[string]*Response{"202": {Description: "It will be sent."}}
	small := []web.Option{web.BodyLimit(64 << 10)}
	at := func(method, path string, h web.Handler, o Operation) operation {
		o.Scope, o.Tags = WebhooksWrite, []string{"webhooks"}
		return operation{method: method, path: "/webhooks" + path, handler: h, options: small, Operation: o}
	}
	return []operation{
		at("GET", "", a.listWebhooks, Operation{ID: "listWebhooks", Summary: "All webhooks",
			Responses: map[string]*Response{"200": {Description: "The webhooks.", Content: JSON(d.Describe(webhookList{}))}}}),
		at("POST", "", a.createWebhook, Operation{ID: "createWebhook", Summary: "Make a webhook", Parameters: []Parameter{key}, Body: body, Responses: made,
			Description: "It acts for the account of the token and is told what that account may see. The token must be able to read what the events name."}),
		at("GET", "/{id}", a.showWebhook, Operation{ID: "showWebhook", Summary: "One webhook", Parameters: []Parameter{id}, Responses: one("The webhook.")}),
		at("PATCH", "/{id}", a.changeWebhook, Operation{ID: "changeWebhook", Summary: "Change a webhook", Parameters: []Parameter{id, match, key}, Body: body, Responses: one("The webhook as it is now.")}),
		at("DELETE", "/{id}", a.deleteWebhook, Operation{ID: "deleteWebhook", Summary: "Remove a webhook", Parameters: []Parameter{id, match, key},
			Responses: map[string]*Response{"204": {Description: "It is removed."}}}),
		at("POST", "/{id}/rotation", a.rotateSecret, Operation{ID: "rotateSecret", Summary: "Give it a new secret", Parameters: []Parameter{id, key}, Responses: made,
			Description: "For a day messages are signed with both."}),
		at("POST", "/{id}/ping", a.pingWebhook, Operation{ID: "pingWebhook", Summary: "Send a message to try it", Parameters: []Parameter{id},
			Responses: map[string]*Response{"200": {Description: "How it went.", Content: JSON(d.Describe(deliveryShown{}))}}}),
		at("GET", "/{id}/deliveries", a.listDeliveries, Operation{ID: "listDeliveries", Summary: "What was sent", Parameters: []Parameter{id,
			{Name: "state", In: "query", Schema: &Shape{Type: "string", Enum: []any{"waiting", "delivered", "failed"}}},
			{Name: "limit", In: "query", Schema: &Shape{Type: "integer", Minimum: number(1), Maximum: number(LargestPage), Default: 50}},
			{Name: "cursor", In: "query", Schema: text, Description: "From the Link of the page before."}},
			Responses: map[string]*Response{"200": {Description: "A page, newest first.", Content: JSON(d.Describe(deliveryList{}))}}}),
		at("POST", "/{id}/replay", a.replayWebhook, Operation{ID: "replayWebhook", Summary: "Send again", Parameters: []Parameter{id, key},
			Body: &Body{Required: true, Content: JSON(d.Describe(replayBody{}))}, Responses: accepted}),
	}
}
