package api

import (
	"context"

	"fairground/internal/site"
	"fairground/internal/value"
)

// Call sends one message to an address, signed like those of a webhook of this id, and guarded as they are against
// leading into this machine or its network. It returns an error of kind Unavailable when the receiver did not take it,
// which may work later, and Invalid for an address that is never called.
func (a *API) Call(ctx context.Context, s *site.Site, caller value.ID, address string, message value.ID, body []byte) error {
	if err := a.out.CheckURL(address); err != nil {
		return err
	}
	d := a.attempt(ctx, s, Webhook{ID: caller, URL: address}, Delivery{ID: message}, body)
	if d.State != Delivered {
		return value.Errorf(value.Unavailable, "%s", d.Error)
	}
	return nil
}

// CheckAddress returns an error of kind Invalid for an address that Call would refuse.
func (a *API) CheckAddress(address string) error { return a.out.CheckURL(address) }

// CallSecret is the secret by which the receiver of Call's messages knows that they are genuine.
func CallSecret(s *site.Site, caller value.ID) string { return Webhook{ID: caller}.secret(s, 0) }
