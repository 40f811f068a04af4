package account

import (
	"context"

	"fairground/internal/value"
)

// Texts sends short messages to telephones. Send returns when the message was taken over, or an error; the text holds
// a code, so it must not be logged.
type Texts interface {
	Send(ctx context.Context, phone value.Phone, text string) error
}

// OpenID is another house whose sign-in a site accepts.
type OpenID struct {
	Name   string // in addresses, such as "acme"; letters, digits and hyphens
	Label  string // on the button
	Issuer string // https address that the house calls itself by

	ClientID     string
	ClientSecret string

	For     value.ActorKind // value.Staff or value.Member; whose accounts it opens
	Domains []string        // of the mail addresses it may speak for; empty is all, for members only
}
