package app

import (
	"context"
	"time"

	"fairground/internal/api"
	"fairground/internal/db"
	"fairground/internal/office"
	"fairground/internal/site"
	"fairground/internal/value"
)

// developers shows tokens and webhooks of the API in the words of the office.
type developers struct{ api *api.API }

// Scopes are what tokens may do.
func (developers) Scopes() []office.Scope {
	var all []office.Scope
	for _, verb := range api.Verbs() {
		all = append(all, office.Scope{Verb: string(verb), Limitable: verb.Limitable()})
	}
	return all
}

// Tokens are those of all accounts.
func (developers) Tokens(ctx context.Context, s *site.Site) (all []office.Token, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := api.Tokens(tx, 0)
		for _, t := range found {
			all = append(all, tokenOf(t))
		}
		return err
	})
	return all, err
}

func tokenOf(t api.Token) office.Token {
	shown := office.Token{
		ID: t.ID, Name: t.Name, LastFour: t.LastFour, Account: t.Account, Created: t.Created, Expires: t.Expires, Used: t.Used, Revoked: t.Revoked,
	}
	for _, scope := range t.Scopes {
		shown.Scopes = append(shown.Scopes, string(scope))
	}
	return shown
}

// MakeToken makes a token and returns its secret.
func (developers) MakeToken(ctx context.Context, s *site.Site, actor value.Actor, t office.Token) (office.Token, string, error) {
	made, secret, err := api.MakeToken(ctx, s, actor, api.NewToken{Name: t.Name, Account: t.Account, Scopes: t.Scopes, Expires: t.Expires})
	return tokenOf(made), secret, err
}

// RevokeToken ends a token.
func (developers) RevokeToken(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error {
	return api.RevokeToken(ctx, s, actor, id)
}

// Webhooks are those of all accounts.
func (developers) Webhooks(ctx context.Context, s *site.Site) (all []office.Webhook, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := api.Webhooks(tx)
		for _, h := range found {
			all = append(all, webhookOf(h))
		}
		return err
	})
	return all, err
}

// Webhook is one of them, or NotFound.
func (developers) Webhook(ctx context.Context, s *site.Site, id value.ID) (h office.Webhook, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := api.FindWebhook(tx, id)
		h = webhookOf(found)
		return err
	})
	return h, err
}

func webhookOf(h api.Webhook) office.Webhook {
	return office.Webhook{
		ID: h.ID, Account: h.Account, Name: h.Name, URL: h.URL, Events: h.Events, Condition: h.Condition,
		Active: h.State == api.WebhookActive, Reason: h.Reason, Failures: h.Failures, Rev: h.Rev,
	}
}

// MakeWebhook makes a webhook and returns its secret.
func (d developers) MakeWebhook(ctx context.Context, s *site.Site, actor value.Actor, h office.Webhook) (office.Webhook, string, error) {
	made, secret, err := d.api.MakeWebhook(ctx, s, actor, api.WebhookDraft{Account: h.Account, Name: h.Name, URL: h.URL, Events: h.Events, Condition: h.Condition})
	return webhookOf(made), secret, err
}

// EditWebhook changes one.
func (d developers) EditWebhook(ctx context.Context, s *site.Site, actor value.Actor, h office.Webhook) (office.Webhook, error) {
	events := append([]string{}, h.Events...) // nil would leave them as they are
	changed, err := d.api.EditWebhook(ctx, s, actor, h.ID, h.Rev, api.WebhookEdit{Name: &h.Name, URL: &h.URL, Events: events, Condition: &h.Condition, Active: &h.Active})
	return webhookOf(changed), err
}

// RemoveWebhook removes one.
func (d developers) RemoveWebhook(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error {
	return d.api.RemoveWebhook(ctx, s, actor, id)
}

// RotateSecret gives one another secret; the former holds for a day.
func (d developers) RotateSecret(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (string, error) {
	_, secret, err := d.api.RotateSecret(ctx, s, actor, id)
	return secret, err
}

// Ping sends a message that says nothing, at once.
func (d developers) Ping(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (office.Delivery, error) {
	sent, err := d.api.Ping(ctx, s, actor, id)
	return deliveryOf(sent), err
}

// Deliveries are the newest messages of a webhook.
func (developers) Deliveries(ctx context.Context, s *site.Site, webhook value.ID, state string, before value.ID, limit int) (all []office.Delivery, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := api.Deliveries(tx, webhook, api.DeliveryState(state), before, limit)
		for _, d := range found {
			all = append(all, deliveryOf(d))
		}
		return err
	})
	return all, err
}

func deliveryOf(d api.Delivery) office.Delivery {
	return office.Delivery{
		ID: d.ID, Type: d.Type, State: string(d.State), Attempts: d.Attempts, Created: d.Created, Status: d.Status, Took: d.Took,
		Error: d.Error, Excerpt: d.Excerpt, Repeats: d.Seq != 0,
	}
}

// ReplayDelivery sends one message again.
func (d developers) ReplayDelivery(ctx context.Context, s *site.Site, actor value.Actor, webhook, id value.ID) error {
	_, err := d.api.ReplayDelivery(ctx, s, actor, webhook, id)
	return err
}

// ReplaySince sends everything again that happened since a moment.
func (d developers) ReplaySince(ctx context.Context, s *site.Site, actor value.Actor, webhook value.ID, since time.Time) error {
	return d.api.ReplaySince(ctx, s, actor, webhook, since)
}
