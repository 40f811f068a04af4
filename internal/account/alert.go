package account

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Alert tells a member that something happened that concerns them: a message came, a listing expires, a price dropped.
// Features write alerts; package member decides by the person's preferences whether one is shown, mailed, or dropped.
type Alert struct {
	To   value.ID // the account
	Kind string   // as registered: the feature's name, a dot, and what it is, such as "message.new"
	Href string   // where it leads, a path on this site
	// Words writes the alert in the language of the context, which is the recipient's.
	Words func(ctx context.Context) Words

	Record  value.ID    // what it is about; a newer alert of the same kind about it takes the place of one not yet seen
	ReplyTo value.Email // of the mail; optional
	Sender  string      // name the mail comes from, such as "Mina at Lakeside Market"; optional
	// Thread gathers the mails of one conversation in the reader's program; optional.
	Thread string
	// Stop is a path on this site that ends what this alert is about by one POST without signing in, as RFC 8058 has it, and
	// shows a button for it; the mail carries it in the place of the address that stops the whole kind. Optional.
	Stop string
}

// Words are what an alert says.
type Words struct {
	Subject string // one line; also what stands in the list of alerts
	Text    string // the mail's, plain; the address of Href and the way to stop such mail are added below it
}

// AlertKind is a sort of alert that people may switch off by channel.
type AlertKind struct {
	Name string // "message.new"; its words are the catalogue's keys "alert.NAME" and "alert.NAME.hint"
	// Service alerts belong to something the person does here (a message they wait for); they are mailed unless switched
	// off. Others are mailed only to those who asked (promise 6).
	Service bool
	// Duty alerts cannot be switched off: decisions on one's content, security of one's account.
	Duty bool
}

// Teller delivers alerts; package member is one. Tell runs within the write that causes the alert.
type Teller interface {
	Tell(tx *db.Tx, a Alert) error
}
