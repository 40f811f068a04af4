package member

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	mailPause      = 10 * time.Minute    // between two mails about the same
	alertAge       = 90 * 24 * time.Hour // after which an alert is forgotten
	longestSubject = 180                 // characters; a mail's may have 200
	longestName    = 80                  // characters
	longestText    = 20_000              // characters
)

// Tell stores an alert and queues its mail and its pushes, as the recipient wants them, within the write that causes it. The context of
// tx carries the site. An unknown account is told nothing.
func (d *Desk) Tell(tx *db.Tx, a account.Alert) error {
	if err := d.tell(tx, a); err != nil {
		return fmt.Errorf("member.Tell(%s): %w", a.Kind, err)
	}
	return nil
}

func (d *Desk) tell(tx *db.Tx, a account.Alert) error {
	kind, known := d.kinds[a.Kind]
	if !known || a.Words == nil {
		return fmt.Errorf("the kind is not registered, or the alert has no words")
	}
	s, found := site.Found(tx.Context())
	if !found {
		return fmt.Errorf("the context carries no site")
	}
	to, err := account.Find(tx, a.To)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	wants, err := d.wantsOf(tx, to, kind)
	if err != nil || wants.nothing() {
		return err
	}
	return d.deliver(tx, s, to, kind, wants, a)
}

// deliver stores the alert, in the place of the one about the same that was not seen yet, and sees to its mail.
func (d *Desk) deliver(tx *db.Tx, s *site.Site, to account.Account, kind account.AlertKind, wants wants, a account.Alert) error {
	said := a.Words(d.config.Letters(tx.Context(), locale(s, to)))
	n := note{
		account: to.ID, kind: kind.Name, record: a.Record, href: web.LocalPath(a.Href, ""), subject: oneLine(said.Subject, longestSubject),
		body: manyLines(said.Text), replyTo: a.ReplyTo, sender: oneLine(a.Sender, longestName), thread: a.Thread, stop: web.LocalPath(a.Stop, ""), times: 1,
		listed: wants.site, at: tx.Now(),
	}
	if n.subject == "" {
		return fmt.Errorf("its words have no subject")
	}
	if err := gather(tx, &n); err != nil {
		return err
	}
	isNew := n.id == 0
	if isNew {
		n.id = tx.NewID()
	}
	if wants.mail {
		if err := d.mailNowOrLater(tx, s, to, kind, &n); err != nil {
			return err
		}
	}
	if wants.push {
		devices, err := listDevices(tx, to.ID)
		if err != nil {
			return err
		}
		if err := pushNowOrLater(tx, &n, devices); err != nil {
			return err
		}
	}
	if !tx.Actor().IsZero() { // bookkeeping, such as a reader of the change log, has no author to log
		tx.Log(db.Change{Object: "member_alert", Record: n.id, Diff: map[string]any{"kind": n.kind, "times": n.times}})
	}
	return saveNote(tx, n, isNew)
}

// gather gives an alert the place and the past of those about the same.
func gather(tx *db.Tx, n *note) error {
	if n.record == 0 {
		return nil
	}
	before, err := unseenNote(tx, *n)
	if err != nil {
		return err
	}
	n.id, n.times, n.mailDue, n.pushed = before.id, before.times+1, before.mailDue, before.pushed
	n.mailed, err = lastMailed(tx, *n)
	return err
}

// mailNowOrLater mails an alert at once, or has it wait when the last mail about the same is too young. Duties, and what
// can be answered by mail, never wait.
func (d *Desk) mailNowOrLater(tx *db.Tx, s *site.Site, to account.Account, kind account.AlertKind, n *note) error {
	free := n.mailed.Add(mailPause)
	if kind.Duty || n.replyTo != "" || n.mailed.IsZero() || !tx.Now().Before(free) {
		n.mailed, n.mailDue = tx.Now(), time.Time{}
		return d.mail(tx, s, to, kind, *n)
	}
	if !n.mailDue.IsZero() { // one waits already and will say the newest
		return nil
	}
	n.mailDue = free
	return enqueueMail(tx, *n)
}

const mailJob = "member.alert_mail"

type mailOrder struct {
	Alert value.ID `json:"alert"`
}

func enqueueMail(tx *db.Tx, n note) error {
	_, err := job.Enqueue(tx, job.Job{Kind: mailJob, Key: n.id.String(), Payload: mailOrder{n.id}, RunAt: n.mailDue})
	return err
}

// mailWaiting sends the mail of an alert that had to wait, unless it was seen or switched off meanwhile.
func (d *Desk) mailWaiting(ctx context.Context, s *site.Site, c job.Claim) error {
	var order mailOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	return s.DB.Write(ctx, value.SystemActor("member"), "member.mail_alert", func(tx *db.Tx) error {
		n, err := findNote(tx, order.Alert)
		if value.KindOf(err) == value.NotFound || err == nil && (n.mailDue.IsZero() || !n.seen.IsZero()) {
			return nil
		}
		if err != nil {
			return err
		}
		to, kind := account.Account{}, d.kinds[n.kind]
		if to, err = account.Find(tx, n.account); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		wants, err := d.wantsOf(tx, to, kind)
		if err != nil {
			return err
		}
		if wants.mail {
			if err := d.mail(tx, s, to, kind, n); err != nil {
				return err
			}
			n.mailed = tx.Now()
		}
		n.mailDue = time.Time{}
		tx.Log(db.Change{Object: "member_alert", Record: n.id, Diff: map[string]any{"kind": n.kind, "mailed": wants.mail}})
		return saveNote(tx, n, false)
	})
}

// oneLine makes a subject or a name that a mail can carry.
func oneLine(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	return value.Clip(strings.ToValidUTF8(text, "\ufffd"), most-1)
}

func manyLines(text string) string {
	text = strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && unicode.IsControl(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
	return value.Clip(strings.TrimSpace(text), longestText-1)
}

// Unseen counts the alerts that somebody has not looked at yet, up to 99, for the navigation.
func Unseen(tx *db.Tx, account value.ID) (int, error) { return countUnseen(tx, account, 99) }

// Saw marks the alerts of one kind about one record as seen, for pages that show what the alert is about. It is
// bookkeeping and may run within any write.
func Saw(tx *db.Tx, account value.ID, kind string, record value.ID) error {
	return markSeen(tx, account, kind, record)
}
