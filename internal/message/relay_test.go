package message_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/value"
)

// aliasOf is the address at which somebody may answer, as it stood in the newest mail they got.
func (w *world) aliasOf(who value.ID) string {
	w.Helper()
	told := w.market.to(who)
	if len(told) == 0 {
		w.Fatal("no mail was sent")
	}
	alias, domain, _ := strings.Cut(string(told[len(told)-1].ReplyTo), "@")
	if domain != "reply.lakeside.example" {
		w.Fatalf("the mail is answered to %q", told[len(told)-1].ReplyTo)
	}
	return alias
}

func mailFrom(from value.Email, words string) message.Incoming {
	return message.Incoming{From: from, Subject: "Re: something", Text: words, SPF: "pass", DKIM: "none", MessageID: "<" + words + "@mail.example.org>"}
}

func TestMailIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Does it fit?")
		alias := w.aliasOf(w.aya)
		if len(alias) != 28 || !strings.HasPrefix(alias, "c-") {
			t.Errorf("the alias is %q", alias)
		}
		if w.aliasOf(w.jon) != alias {
			t.Error("a side has two aliases")
		}
		w.ok(w.desk.Receive(w.ctx(), strings.ToUpper(alias), mailFrom("jon@example.org", "It does, says Jon.")))
		w.get(w.mina, c.Href()).want(200, "It does, says Jon.", "by mail").lacks("jon@example.org", "Jon Marti")
		back := w.aliasOf(w.mina)
		if back == alias {
			t.Error("both sides have one alias")
		}
		w.ok(w.desk.Receive(w.ctx(), back, mailFrom("Mina@Example.org", "Then I take it.")))
		w.get(w.aya, c.Href()).want(200, "Then I take it.")
		for _, a := range append(w.market.to(w.aya), w.market.to(w.mina)...) {
			words := a.Words(w.ctx())
			all := fmt.Sprint(a.Sender, a.ReplyTo, a.Thread, a.Href, words)
			for _, secret := range []string{"@example.org", "aya", "Aya", "jon@", "mina@", w.mina.Text("acc"), w.mina.String()} {
				if strings.Contains(all, secret) {
					t.Errorf("a mail has %q: %s", secret, all)
				}
			}
		}
	})
}

// What must not become a message, and why.
func TestMailIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start(w.mina, w.lamp, "Does it fit?")
		alias := w.aliasOf(w.aya)
		unverified := w.market.persons[w.jon]
		unverified.Verified = false
		w.market.persons[w.jon] = unverified
		with := func(change func(*message.Incoming)) message.Incoming {
			in := mailFrom("aya@example.org", "A mail")
			change(&in)
			return in
		}
		for name, c := range map[string]struct {
			alias string
			in    message.Incoming
			want  value.Kind
		}{
			"from somebody else":          {alias, mailFrom("ines@example.org", "I am Aya"), value.Forbidden},
			"from the other side":         {alias, mailFrom("mina@example.org", "I am Mina"), value.Forbidden},
			"from an unproven address":    {alias, mailFrom("jon@example.org", "I am Jon"), value.Forbidden},
			"with a forged sender":        {alias, with(func(in *message.Incoming) { in.SPF, in.DKIM = "fail", "none" }), value.Forbidden},
			"with a broken signature":     {alias, with(func(in *message.Incoming) { in.DKIM = "fail" }), value.Forbidden},
			"with nothing that proves it": {alias, with(func(in *message.Incoming) { in.SPF, in.DKIM = "none", "none" }), value.Forbidden},
			"to an alias never made":      {"c-" + strings.Repeat("a", 26), mailFrom("aya@example.org", "Hello"), value.NotFound},
			"to a malformed alias":        {"c-'; drop table message", mailFrom("aya@example.org", "Hello"), value.NotFound},
			"without a word":              {alias, with(func(in *message.Incoming) { in.Text = " \n\u200b " }), value.Invalid},
			"of a hundred pages":          {alias, with(func(in *message.Incoming) { in.Text = strings.Repeat("Word after word. ", 20_000) }), value.Invalid},
		} {
			wantKind(t, w.desk.Receive(w.ctx(), c.alias, c.in), c.want)
			if n := w.count(`select count(*) from message`); n != 1 {
				t.Fatalf("%s: there are %d messages", name, n)
			}
		}
		w.ok(w.desk.Receive(w.ctx(), alias, with(func(in *message.Incoming) { in.SPF, in.DKIM, in.Text = "fail", "pass", "Forwarded" })))
	})
}

func TestLoopsAndRepetitionsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.start(w.mina, w.lamp, "Does it fit?")
		alias := w.aliasOf(w.aya)
		absent := mailFrom("aya@example.org", "I am away until Monday")
		absent.Auto = true
		for range 3 {
			w.ok(w.desk.Receive(w.ctx(), alias, absent))
		}
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() { w.ok(w.desk.Receive(w.ctx(), alias, mailFrom("aya@example.org", "Yes it does"))) })
		}
		wait.Wait()
		if n := w.count(`select count(*) from message where via = 'mail'`); n != 1 {
			t.Errorf("%d messages came of one mail", n)
		}
		var err error
		for i := 0; i < 100 && err == nil; i++ {
			err = w.desk.Receive(w.ctx(), alias, mailFrom("aya@example.org", fmt.Sprint("Loop ", i)))
		}
		wantKind(t, err, value.Limited)
	})
}

func TestAliasesDie(t *testing.T) {
	for name, end := range map[string]func(w *world, c message.Conversation){
		"blocked": func(w *world, c message.Conversation) { w.ok(w.desk.Act(w.ctx(), member(w.mina), c.ID, "block")) },
		"removed": func(w *world, _ message.Conversation) {
			w.market.set(w.lamp, func(l *message.Listing) { l.Open, l.Removed = false, true })
		},
		"quiet":  func(w *world, _ message.Conversation) { w.clock.pass(message.AliasAge + time.Minute) },
		"erased": func(w *world, _ message.Conversation) { w.ok(w.erase(w.mina)) },
		"quiet, tidied": func(w *world, _ message.Conversation) {
			w.clock.pass(message.AliasAge + time.Minute)
			if _, err := message.Tidy(w.ctx(), w.Site.DB); err != nil {
				w.Fatal(err)
			}
			if n := w.count(`select count(*) from message_alias`); n != 0 {
				w.Errorf("%d aliases are left", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				c := w.start(w.mina, w.lamp, "Does it fit?")
				alias := w.aliasOf(w.aya)
				end(w, c)
				wantKind(t, w.desk.Receive(w.ctx(), alias, mailFrom("aya@example.org", "Too late")), value.NotFound)
			})
		})
	}
}

func TestMailWithFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "How does it look?")
		in := mailFrom("aya@example.org", "Like this")
		in.Attachments = []message.Attachment{
			{Name: "lamp.png", Type: "image/png", Bytes: picture(t, 30)}, {Name: "run.exe", Type: "application/octet-stream", Bytes: []byte("MZ")},
			{Name: "fake.png", Type: "image/png", Bytes: []byte("<script>")},
		}
		w.ok(w.desk.Receive(w.ctx(), w.aliasOf(w.aya), in))
		page := w.get(w.mina, c.Href()).want(200, "Like this").lacks("left out", "run.exe")
		w.get(w.mina, photoIn(t, page)).want(200)
		w.get(w.aya, c.Href()).want(200, "Some files of your mail were left out")
		only := mailFrom("aya@example.org", "")
		only.MessageID = "<only@mail.example.org>"
		only.Attachments = in.Attachments[:1]
		w.ok(w.desk.Receive(w.ctx(), w.aliasOf(w.aya), only))
	})
}

func (w *world) erase(who value.ID) error {
	return w.write(value.SystemActor("test"), func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test", Record: who})
		return message.Estate{}.Erase(tx, who, func(string, string, string) {})
	})
}
