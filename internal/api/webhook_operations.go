package api

import "fairground/internal/web"

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
