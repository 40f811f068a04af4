package account

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// securityAlert is the kind of alert by which somebody hears of a change of their own security.
const securityAlert = "account.security"

// Alerts are the kinds of alert this package writes. Nobody can switch them off.
func Alerts() []AlertKind { return []AlertKind{{Name: securityAlert, Service: true, Duty: true}} }

// warn tells an account's owner what was changed, within the write that changes it; key and args are the sentence.
func (d *Door) warn(tx *db.Tx, id value.ID, origin, key string, args ...any) error {
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	if d.config.Teller == nil || a.Kind != value.Member {
		return d.warnAt(tx, a, a.Email, origin, key, args...)
	}
	return d.config.Teller.Tell(tx, Alert{To: id, Kind: securityAlert, Href: "/account/security", Words: func(ctx context.Context) Words {
		what := text.T(ctx, key, args...)
		return Words{Subject: what, Text: what + "\n\n" + text.T(ctx, "account.warning_hint")}
	}})
}

// warnAt writes the letter to an address of the account, its present or its former one.
func (d *Door) warnAt(tx *db.Tx, a Account, to value.Email, origin, key string, args ...any) error {
	ctx := d.inLanguage(tx.Context(), a.Locale)
	name := site.From(ctx).Settings().Name
	return d.config.Post.Send(tx, Letter{
		To: to, Name: a.Name, Purpose: "security",
		Subject: text.T(ctx, "account.warning_subject", "site", name),
		Text: text.T(ctx, "account.warning_text", "site", name, "name", a.Name, "what", text.T(ctx, key, args...),
			"hint", text.T(ctx, "account.warning_hint"), "link", origin+"/account/security"),
	})
}
