package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

const (
	object      = "mail"
	deliverKind = "mail.deliver"
	expireKind  = "mail.expire"
	attempts    = 30 // with the pauses of job: about 22 hours
)

// Send queues a message in the caller's transaction. It returns an error of kind Invalid for an address, subject or
// text that cannot be sent. A message to an address whose mail comes back is kept as failed, see Undeliverable.
func Send(tx *db.Tx, m Message) error {
	if err := m.check(); err != nil {
		return fmt.Errorf("mail.Send(%s): %w", m.Kind.Name, err)
	}
	id, state, problem := tx.NewID(), Queued, ""
	if dead, err := Undeliverable(tx, m.To); err != nil {
		return fmt.Errorf("mail.Send(%s): %w", m.Kind.Name, err)
	} else if dead && !m.Kind.Secret {
		state, problem = Failed, "not sent, because earlier mails to this address came back"
	}
	if err := insert(tx, id, m, problem); err != nil {
		return fmt.Errorf("mail.Send(%s): %w", m.Kind.Name, err)
	}
	if !tx.Actor().IsZero() { // bookkeeping, such as a reader of the change log, has no author to log
		tx.Log(db.Change{Object: object, Record: id, Diff: map[string]any{"kind": m.Kind.Name, "state": state}})
	}
	if state == Failed {
		return nil
	}
	if _, err := job.Enqueue(tx, job.Job{Kind: deliverKind, Payload: order{id}}); err != nil {
		return fmt.Errorf("mail.Send(%s): %w", m.Kind.Name, err)
	}
	return nil
}

// Outbox is Send as a value, for packages that declare the interface they need.
type Outbox struct{}

// Send is the function Send.
func (Outbox) Send(tx *db.Tx, m Message) error { return Send(tx, m) }

// order is the payload of a delivery. The message itself stays in its table, so that a secret is in one place.
type order struct {
	Message value.ID `json:"message"`
}

// Transport delivers one mail, and returns Sent or Kept, or a *Refusal, or another error, which is tried again.
type Transport interface {
	Deliver(ctx context.Context, from From, m Mail) (State, error)
}

// Refusal is what a mail server said no with.
type Refusal struct {
	Code      int
	Permanent bool
	Status    string // the enhanced code (RFC 3463), such as 5.1.1; empty when the server gave none
	Recipient bool   // it was said about the recipient, not about us or the text
	Text      string // without the recipient's address
}

// Error returns code and text.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the mail server answered %d %s", r.Code, r.Text)
}

// Mailbox is the Transport of development: it sends nothing and keeps every message in the table, secrets included.
type Mailbox struct{}

// Deliver keeps the message.
func (Mailbox) Deliver(context.Context, From, Mail) (State, error) { return Kept, nil }

// Handlers are the jobs of one database: deliveries, and the daily removal of messages that ended longer ago than keep.
// from reads the sender from the site's settings, at each delivery.
func Handlers(d *db.DB, t Transport, from func(*db.Tx) (From, error), keep time.Duration) []job.Handler {
	p := &postman{db: d, transport: t, from: from}
	return []job.Handler{
		{Kind: deliverKind, Run: p.deliver, Attempts: attempts, Timeout: 2 * time.Minute},
		{Kind: expireKind, Every: 24 * time.Hour, Run: func(ctx context.Context, _ job.Claim) error {
			return d.Maintain(ctx, "mail.Expire", func(tx *db.Tx) error {
				_, err := Expire(tx, tx.Now().Add(-keep))
				return err
			})
		}},
	}
}

type postman struct {
	db        *db.DB
	transport Transport
	from      func(*db.Tx) (From, error)
}

func (p *postman) deliver(ctx context.Context, c job.Claim) error {
	var o order
	if err := c.Payload(&o); err != nil {
		return job.Permanent(err)
	}
	m, from, err := p.read(ctx, o.Message)
	if value.KindOf(err) == value.NotFound {
		return nil // it was erased with its recipient
	}
	if err != nil {
		return err
	}
	if m.State == Sent || m.State == Kept {
		return nil
	}
	if problem := unsendable(m, p.db.Clock().Now()); problem != "" {
		return p.giveUp(ctx, m, problem, nil)
	}
	state, err := p.transport.Deliver(ctx, from, m)
	if err == nil {
		return p.db.Maintain(ctx, "mail: note delivery", func(tx *db.Tx) error {
			if err := finish(tx, m, state, ""); err != nil {
				return err
			}
			return c.Finish(tx)
		})
	}
	return p.failed(ctx, c, m, err)
}

func (p *postman) read(ctx context.Context, id value.ID) (m Mail, from From, err error) {
	err = p.db.Read(ctx, func(tx *db.Tx) error {
		if m, err = Find(tx, id); err != nil {
			return err
		}
		if from, err = p.from(tx); err != nil {
			// A missing setting must not look like a missing message.
			return fmt.Errorf("mail: who it comes from: %v", err)
		}
		return nil
	})
	return m, from, err
}

// unsendable says why a message must not go out any more, or "".
func unsendable(m Mail, now time.Time) string {
	if m.Text == "" {
		return "its text was erased"
	}
	if !m.Until.IsZero() && now.After(m.Until) {
		return "its time was over before it could be sent"
	}
	return ""
}

func (p *postman) failed(ctx context.Context, c job.Claim, m Mail, err error) error {
	var no *Refusal
	if errors.As(err, &no) && no.Permanent || c.Attempt >= attempts {
		return p.giveUp(ctx, m, err.Error(), no)
	}
	note := p.db.Maintain(ctx, "mail: note attempt", func(tx *db.Tx) error { return noteAttempt(tx, m.ID, err.Error()) })
	return errors.Join(err, note)
}

// giveUp is a change of the site, not bookkeeping: somebody waits for a mail that will not come. The job dies with the
// message, so that staff see it among the dead and may let it run again. no is what the server refused, or nil.
func (p *postman) giveUp(ctx context.Context, m Mail, problem string, no *Refusal) error {
	err := p.db.Write(ctx, value.SystemActor("mail"), "mail.fail", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: object, Record: m.ID, Diff: map[string]any{"state": []State{m.State, Failed}, "error": problem}})
		if no != nil && no.Permanent && no.Recipient {
			if err := noteFailure(tx, m.To, isHard(no.Status, no.Text), no.Status, no.Text); err != nil {
				return err
			}
		}
		return finish(tx, m, Failed, problem)
	})
	if err != nil {
		return err
	}
	return job.Permanent(fmt.Errorf("mail %d: %s", m.ID, problem))
}
