package api

import "time"

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
