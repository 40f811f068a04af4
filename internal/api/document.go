package api

import (
	"net/http"
	"strconv"

	"fairground/internal/site"
	"fairground/internal/web"
)

// newDocument is the part of the document that all sites share.
func newDocument() *Document {
	d := &Document{
		OpenAPI: "3.1.0",
		Info: DocumentInfo{
			Title: "Fairground", Version: "1", Summary: "Records, changes and webhooks of one marketplace.",
			Description: "Send a token as `Authorization: Bearer`. Lists come in pages: follow `Link: rel=\"next\"`. " +
				"Changes take `If-Match` with the `ETag` you have read, and an `Idempotency-Key` that lets you repeat a request safely. " +
				"Problems are `application/problem+json`.",
		},
		Servers:  []Server{{URL: Path}},
		Security: []map[string][]string{{"token": {}}},
		Tags: []Tagged{
			{"token", "The token you call with."},
			{"changes", "Everything that happens, in order, as a stream or in pages."},
			{"webhooks", "Addresses that are told of changes, after the Standard Webhooks specification."},
		},
		Paths: make(map[string]map[string]*Operation),
		Components: Components{
			Schemas:   make(map[string]*Shape),
			Responses: make(map[string]*Response),
			SecuritySchemes: map[string]Security{"token": {
				Type: "http", Scheme: "bearer", BearerFormat: "fgt_…", Description: "A token made in the console, under Settings.",
			}},
		},
	}
	problem := d.Describe(Problem{})
	for status, kind := range kinds {
		d.Components.Responses[strconv.Itoa(status)] = &Response{
			Description: kind[1] + ".", Content: map[string]Media{problemType: {Schema: problem}},
		}
	}
	d.Webhooks = map[string]map[string]*Operation{"event": {"post": {
		ID: "event", Summary: "A message to a webhook", Tags: []string{"webhooks"}, Parameters: messageHeaders(),
		Body:      &Body{Required: true, Content: JSON(d.Describe(Event{}))},
		Responses: map[string]*Response{"2XX": {Description: "Anything from 200 to 299 means that the event has arrived. 410 disables the webhook."}},
	}}}
	return d
}

func messageHeaders() []Parameter {
	text := &Shape{Type: "string"}
	return []Parameter{
		{Name: "webhook-id", In: "header", Required: true, Schema: text, Description: "The same for every attempt of one event; let it count once."},
		{Name: "webhook-timestamp", In: "header", Required: true, Schema: text, Description: "Seconds since 1970 of this attempt; refuse what is old."},
		{Name: "webhook-signature", In: "header", Required: true, Schema: text, Description: "`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body; several, with spaces between, after a rotation."},
	}
}

// documentOf is a site's document as a caller may know it.
func (a *API) documentOf(r *http.Request) (*Document, error) {
	return a.documentFor(r.Context(), site.From(r.Context()), CallerFrom(r.Context()))
}

func (a *API) showDocument(w http.ResponseWriter, r *http.Request) error {
	d, err := a.documentOf(r)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, d)
}
