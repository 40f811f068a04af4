package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/mail/inbound"
	"fairground/internal/value"
)

// Returns makes the addresses to which mails that cannot be delivered come back: one for each mail, such as
// b-01jc2k7q8w4e9-k3m…@reply.market.example. Its last part proves that we made it, so nobody can claim that another
// person's address is dead. Domain is one whose mail our Receiver takes.
type Returns struct {
	Domain string
	Secret []byte // of the site, at least 16 bytes
}

var lower32 = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

const returnPrefix = "b-"

func (r Returns) proof(id value.ID) string {
	sum := hmac.New(sha256.New, r.Secret)
	fmt.Fprintf(sum, "return %d %s", int64(id), strings.ToLower(r.Domain))
	return lower32.EncodeToString(sum.Sum(nil)[:10])
}

// Address is where the mail of an id comes back to.
func (r Returns) Address(id value.ID) value.Email {
	number := strings.TrimPrefix(id.Text("eml"), "eml_")
	return value.Email(returnPrefix + number + "-" + r.proof(id) + "@" + strings.ToLower(r.Domain))
}

// IsReturn says whether an address has the form that Address makes, whoever made it.
func (r Returns) IsReturn(address value.Email) bool {
	local, domain, _ := strings.Cut(strings.ToLower(string(address)), "@")
	return domain == strings.ToLower(r.Domain) && strings.HasPrefix(local, returnPrefix) && strings.Count(local, "-") == 2
}

// ID is the mail that an address made by Address belongs to. It returns an error of kind NotFound for any other.
func (r Returns) ID(address value.Email) (value.ID, error) {
	unknown := value.Errorf(value.NotFound, "there is no such address")
	if !r.IsReturn(address) {
		return 0, unknown
	}
	local, _, _ := strings.Cut(strings.ToLower(string(address)), "@")
	number, proof, _ := strings.Cut(strings.TrimPrefix(local, returnPrefix), "-")
	id, err := value.ParseID("eml", "eml_"+number)
	if err != nil || !hmac.Equal([]byte(proof), []byte(r.proof(id))) {
		return 0, unknown
	}
	return id, nil
}

var statusInText = regexp.MustCompile(`\b[45]\.\d{1,3}\.\d{1,3}\b`)

// TakeReturn reads what came back to the return address of a mail: a delivery report fails the mail and notes the
// failure of its address (see Undeliverable); reports of a delay and vacation answers change nothing. It returns an
// error of kind NotFound when the mail is gone. The same report twice counts once.
func TakeReturn(ctx context.Context, d *db.DB, id value.ID, in inbound.Incoming) error {
	b := in.Bounce
	if b == nil && in.Envelope == "" {
		b = &inbound.Bounce{Action: "failed", Status: statusInText.FindString(in.Full), Diagnostic: in.Subject} // of a server that knows no reports
	}
	return d.Write(ctx, value.SystemActor("mail"), "mail.bounce", func(tx *db.Tx) error {
		m, err := Find(tx, id)
		if err != nil {
			return err
		}
		if b == nil || b.Action != "failed" || m.State == Failed {
			return nil
		}
		problem := strings.TrimSpace("came back: " + b.Status + " " + b.Diagnostic)
		tx.Log(db.Change{Object: object, Record: m.ID, Diff: map[string]any{"state": []State{m.State, Failed}, "bounce": b.Status}})
		if err := finish(tx, m, Failed, masked(fmt.Errorf("%s", problem), m.To)); err != nil {
			return err
		}
		hard := isHard(b.Status, b.Diagnostic) && (b.Recipient == "" || b.Recipient == m.To)
		return noteFailure(tx, m.To, hard, b.Status, problem)
	})
}

// Failure is what is known of an address whose mail came back.
type Failure struct {
	Address value.Email
	Hard    bool // it does not exist, or not any more
	Times   int  // failures in a row
	Status  string
	Problem string // what the other server said
	At      time.Time
}

const (
	mostFailures  = 5 // of other kinds, as a full mailbox
	failureMemory = 30 * 24 * time.Hour
)

// Undeliverable says whether the address gets no more mail, because it does not exist or failed five times in a row.
// Send then keeps a mail to it as failed instead of sending it, unless its kind is Secret: such a mail was asked for
// this minute by somebody who says that they read it.
func (f Failure) Undeliverable() bool { return f.Hard || f.Times >= mostFailures }

// Undeliverable is Failure.Undeliverable of one address, false for one that never failed.
func Undeliverable(tx *db.Tx, address value.Email) (bool, error) {
	f, err := FindFailure(tx, address)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return f.Undeliverable(), err
}

// Forgive forgets the failures of an address, after its owner proved that mail arrives, as by opening a link in one.
func Forgive(tx *db.Tx, address value.Email) error {
	_, err := tx.Exec("delete from mail_failure where address = $1", string(address))
	return err
}

// Forget erases the mails to an address and what is known of it, when its owner is erased. It returns how many mails.
func Forget(tx *db.Tx, address value.Email) (int64, error) {
	if err := Forgive(tx, address); err != nil {
		return 0, err
	}
	return tx.Exec("delete from mail_message where to_address = $1", string(address))
}

var unknownRecipient = regexp.MustCompile(`(?i)(user|recipient|address|mailbox|account|empfänger)\b.{0,40}(unknown|not found|does not exist|doesn't exist|invalid|disabled|unbekannt)|` +
	`(no such|unknown|invalid) (user|recipient|address|mailbox|account)`)

// isHard says whether a failure means that there is no such address. Most 5.x.x do not: they are about content, size
// or reputation.
func isHard(status, text string) bool {
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4":
		return true
	case "", "5.0.0", "5.1.0", "5.5.0":
		return unknownRecipient.MatchString(text)
	}
	return false
}

// noteFailure counts. The problem is kept without the address, which the row has.
func noteFailure(tx *db.Tx, address value.Email, hard bool, status, problem string) error {
	now := tx.Now()
	_, err := tx.Exec(`insert into mail_failure (address, hard, times, status, problem, at_us)
		values ($1, $2, 1, $3, $4, $5)
		on conflict (address) do update
		set hard = excluded.hard or mail_failure.hard,
			times = case when mail_failure.at_us < $6 then 1 else mail_failure.times + 1 end,
			status = excluded.status, problem = excluded.problem, at_us = excluded.at_us`,
		string(address), hard, status, masked(fmt.Errorf("%s", problem), address), value.Micros(now), value.Micros(now.Add(-failureMemory)))
	return err
}

// FindFailure returns what is known of an address, or an error of kind NotFound when its mail never came back.
func FindFailure(tx *db.Tx, address value.Email) (Failure, error) {
	f, err := db.One(tx, func(row db.Scanner) (Failure, error) {
		var f Failure
		var at_us int64
		err := row.Scan(&f.Address, &f.Hard, &f.Times, &f.Status, &f.Problem, &at_us)
		f.At = moment(at_us)
		return f, err
	}, "select address, hard, times, status, problem, at_us from mail_failure where address = $1", string(address))
	if err != nil {
		return f, fmt.Errorf("mail.FindFailure(%s): %w", address.Masked(), err)
	}
	return f, nil
}
