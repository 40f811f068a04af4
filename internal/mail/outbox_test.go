package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/value"
)

var (
	schemas = []db.Schema{job.Schema(), Schema()}
	signIn  = Kind{Name: "account.sign_in", Secret: true}
	receipt = Kind{Name: "notice.receipt"}
	system  = value.SystemActor("test")
)

func sender(*db.Tx) (From, error) { return lakeside, nil }

// script is a Transport that answers as it was told, and then Sent.
type script struct {
	mu      sync.Mutex
	answers []error
	got     []Mail
}

func (s *script) Deliver(_ context.Context, _ From, m Mail) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
	if len(s.answers) == 0 {
		return Sent, nil
	}
	err := s.answers[0]
	s.answers = s.answers[1:]
	return Sent, err
}

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), system, "test.send", fn)
}

func mustSend(t *testing.T, d *db.DB, m Message) {
	t.Helper()
	if err := write(t, d, func(tx *db.Tx) error { return Outbox{}.Send(tx, m) }); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, d *db.DB, transport Transport) {
	t.Helper()
	if _, err := job.NewWorker(d, 1, Handlers(d, transport, sender, 90*24*time.Hour)...).RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// hurry makes every waiting job due.
func hurry(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Maintain(t.Context(), "hurry", func(tx *db.Tx) error {
		_, err := tx.Exec("update job set run_at_us = 0 where state = 'waiting' and kind = $1", deliverKind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newest(t *testing.T, d *db.DB) Mail {
	t.Helper()
	var all []Mail
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = Messages(tx, 10)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	return all[0]
}

func dead(t *testing.T, d *db.DB) []job.Failed {
	t.Helper()
	var all []job.Failed
	if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { all, err = job.Dead(tx, 10); return err }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSendDeliversOverSMTP(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		p := startPost(t, StartTLS)
		until := d.Clock().Now().Add(time.Hour)
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "Größe 42", Text: "Es kam an.", HTML: "<p>Es kam an.</p>",
			ReplyTo: "r@market.example.org", Headers: map[string]string{"List-Id": "<a.example>"}, Until: until})
		queued := newest(t, d)
		if queued.State != Queued || !queued.DoneAt.IsZero() || !queued.Until.Equal(until) || queued.Headers["List-Id"] != "<a.example>" {
			t.Errorf("queued as %+v", queued)
		}
		run(t, d, p.transport(t))
		got, _ := p.only(t)
		if got.to[0] != "mia@example.org" || !got.tls {
			t.Errorf("%+v", got)
		}
		m := newest(t, d)
		if m.State != Sent || m.Attempts != 1 || m.DoneAt.IsZero() || m.Text != "Es kam an." || m.HTML == "" {
			t.Errorf("stored as %+v", m)
		}
		run(t, d, p.transport(t))
		p.only(t)
	})
}

func TestMailExistsExactlyIfItsCauseDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		message := Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: "t"}
		failed := write(t, d, func(tx *db.Tx) error {
			if err := Send(tx, message); err != nil {
				return err
			}
			return errors.New("the cause failed")
		})
		bad := write(t, d, func(tx *db.Tx) error {
			return Send(tx, Message{Kind: receipt, To: "mia@example.org", Subject: "a\r\nBcc: eve@example.org", Text: "t"})
		})
		if failed == nil || value.KindOf(bad) != value.Invalid {
			t.Fatal(failed, bad)
		}
		var s script
		run(t, d, &s)
		if len(s.got) != 0 {
			t.Errorf("sent %+v", s.got)
		}
		if err := d.Maintain(t.Context(), "a reader sends", func(tx *db.Tx) error { return Send(tx, message) }); err != nil {
			t.Fatal(err)
		}
		run(t, d, &s)
		if len(s.got) != 1 || newest(t, d).State != Sent {
			t.Errorf("bookkeeping sent %d", len(s.got))
		}
	})
}

func TestSecretsAreErased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		secret := Message{Kind: signIn, To: "mia@example.org", Subject: "Sign in", Text: "code q7-secret", HTML: "<b>q7-secret</b>"}
		for name, c := range map[string]struct {
			transport Transport
			state     State
			erased    bool
		}{
			"sent":    {&script{}, Sent, true},
			"refused": {&script{answers: []error{&Refusal{Code: 550, Permanent: true}}}, Failed, true},
			"waiting": {&script{answers: []error{&Refusal{Code: 450}}}, Queued, false},
			"kept":    {Mailbox{}, Kept, false},
		} {
			mustSend(t, d, secret)
			run(t, d, c.transport)
			m := newest(t, d)
			if m.State != c.state || (m.Text == "" && m.HTML == "") != c.erased || m.Attempts != 1 {
				t.Errorf("%s: %+v", name, m)
			}
			hurry(t, d)
			run(t, d, &script{})
		}
		if log := changes(t, d); strings.Contains(log, "q7-secret") || strings.Contains(log, "mia@") || !strings.Contains(log, "account.sign_in") {
			t.Errorf("the change log has %s", log)
		}
	})
}

// changes is the whole change log. On PostgreSQL an entry shows once no older transaction of any test is open.
func changes(t *testing.T, d *db.DB) string {
	t.Helper()
	var all []change.Row
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) { all, err = change.Since(tx, 0, 1000); return err })
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%+v", all)
		if strings.Contains(text, "mail.fail") {
			return text
		}
		if time.Now().After(deadline) {
			t.Fatalf("the change log has only %s", text)
		}
	}
}

func TestRefusedForNowIsTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		p := startPost(t, StartTLS)
		p.refuse = refusing(450, "greylisted")
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: "t"})
		run(t, d, p.transport(t))
		if m := newest(t, d); m.State != Queued || m.Attempts != 1 || !strings.Contains(m.Error, "greylisted") || strings.Contains(m.Error, "mia@") {
			t.Errorf("after a 450: %+v", m)
		}
		p.refuse = nil
		run(t, d, p.transport(t))
		if len(p.received()) != 0 {
			t.Error("it did not wait")
		}
		hurry(t, d)
		run(t, d, p.transport(t))
		p.only(t)
		if m := newest(t, d); m.State != Sent || m.Attempts != 2 || m.Error != "" {
			t.Errorf("then: %+v", m)
		}
	})
}

func TestRefusedForGoodFailsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		p := startPost(t, StartTLS)
		p.refuse = refusing(550, "no such mailbox")
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: "t"})
		run(t, d, p.transport(t))
		m := newest(t, d)
		if m.State != Failed || !strings.Contains(m.Error, "no such mailbox") {
			t.Errorf("%+v", m)
		}
		if log := changes(t, d); !strings.Contains(log, "mail.fail") || !strings.Contains(log, "system:mail") || strings.Contains(log, "mia@") {
			t.Errorf("the change log has %s", log)
		}
		all := dead(t, d)
		if len(all) != 1 || strings.Contains(all[0].Error, "mia@") || strings.Contains(all[0].Payload, "mia@") {
			t.Fatalf("dead jobs %+v", all)
		}
		p.refuse = nil // the mailbox was made; staff let it run again
		if err := write(t, d, func(tx *db.Tx) error { return job.Retry(tx, all[0].ID) }); err != nil {
			t.Fatal(err)
		}
		run(t, d, p.transport(t))
		p.only(t)
		if m := newest(t, d); m.State != Sent {
			t.Errorf("after staff's retry: %+v", m)
		}
	})
}

func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		s := &script{}
		for range attempts + 5 {
			s.answers = append(s.answers, errors.New("connection refused"))
		}
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: "t"})
		for range attempts + 5 {
			run(t, d, s)
			hurry(t, d)
		}
		if m := newest(t, d); m.State != Failed || m.Attempts != attempts || len(s.got) != attempts || len(dead(t, d)) != 1 {
			t.Errorf("%d deliveries, %+v", len(s.got), m)
		}
	})
}

func TestLateMailIsNotSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		s := &script{}
		mustSend(t, d, Message{Kind: signIn, To: "mia@example.org", Subject: "s", Text: "code", Until: d.Clock().Now().Add(-time.Minute)})
		run(t, d, s)
		if m := newest(t, d); len(s.got) != 0 || m.State != Failed || m.Text != "" {
			t.Errorf("%d sent, %+v", len(s.got), m)
		}
	})
}

func TestMissingSenderIsNoMissingMail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: "t"})
		unset := func(*db.Tx) (From, error) { return From{}, value.Errorf(value.NotFound, "no setting") }
		if _, err := job.NewWorker(d, 1, Handlers(d, &script{}, unset, time.Hour)...).RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		hurry(t, d)
		run(t, d, &script{})
		if m := newest(t, d); m.State != Sent {
			t.Errorf("the mail was dropped: %+v", m)
		}
	})
}

func TestExpireKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		mustSend(t, d, Message{Kind: receipt, To: "mia@example.org", Subject: "old", Text: "t"})
		run(t, d, &script{})
		mustSend(t, d, Message{Kind: receipt, To: "ben@example.org", Subject: "waiting", Text: "t"})
		expire := func(before time.Time) (n int64) {
			err := d.Maintain(t.Context(), "expire", func(tx *db.Tx) (err error) { n, err = Expire(tx, before); return err })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		now := d.Clock().Now()
		if n := expire(now.Add(-time.Hour)); n != 0 {
			t.Errorf("removed %d young ones", n)
		}
		if n := expire(now.Add(time.Hour)); n != 1 || newest(t, d).Subject != "waiting" {
			t.Errorf("removed %d", n)
		}
		var to []Mail
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) { to, err = MessagesTo(tx, "ben@example.org", 5); return err })
		if err != nil || len(to) != 1 {
			t.Errorf("to Ben: %d, %v", len(to), err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error { _, err := Find(tx, 42); return err })
		if value.KindOf(err) != value.NotFound {
			t.Errorf("an unknown id: %v", err)
		}
	})
}

// BenchmarkDeliver is a mail's whole way: queued durably, connected with STARTTLS, taken by the server, noted.
func BenchmarkDeliver(b *testing.B) {
	p := startPost(b, StartTLS)
	transport := p.transport(b)
	d := dbtest.Open(b, dbtest.Cluster(b, db.SQLite), schemas)
	worker := job.NewWorker(d, 4, Handlers(d, transport, sender, time.Hour)...)
	for b.Loop() {
		err := d.Write(b.Context(), system, "test.send", func(tx *db.Tx) error {
			return Send(tx, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: strings.Repeat("line\n", 40)})
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := worker.RunDue(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
