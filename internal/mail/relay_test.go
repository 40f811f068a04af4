package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/mail/inbound"
	"fairground/internal/value"
)

var (
	siteSecret = []byte("a secret of the lakeside site")
	returns    = &Returns{Domain: "reply.market.example.org", Secret: siteSecret}
)

func TestSenderThreadAndReturn(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	from := lakeside
	from.Returns = returns
	m := sample()
	m.Sender, m.Thread, m.ReplyTo = "Mina at Lakeside Market", "conversation 7", "c-abc@reply.market.example.org"
	if _, err := p.transport(t).Deliver(t.Context(), from, m); err != nil {
		t.Fatal(err)
	}
	envelope, got := p.only(t)
	if id, err := returns.ID(value.Email(envelope.from)); err != nil || id != m.ID {
		t.Errorf("comes back to %s: %v", envelope.from, err)
	}
	root := threadRoot("conversation 7", "market.example.org")
	for name, want := range map[string]string{
		"From": `"Mina at Lakeside Market" <post@market.example.org>`, "In-Reply-To": root, "References": root,
		"Auto-Submitted": "", "X-Loop": "reply.market.example.org", "Reply-To": "<c-abc@reply.market.example.org>",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if root == threadRoot("conversation 8", "market.example.org") || strings.Contains(root, "conversation") {
		t.Errorf("the root of a thread is %s", root)
	}
}

func TestSenderNamesCannotTrick(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Mina at Lakeside Market":                     "Mina at Lakeside Market",
		"Zoë Müller-Łoś":                              "Zoë Müller-Łoś",
		"support@bank.example":                        "supportbank.example",
		"Mina\" <eve@mail.example>":                   "Mina evemail.example",
		"Mina\r\nBcc: eve@mail.example":               "Mina Bcc evemail.example",
		"\u202eanim\u2066":                            "anim",
		"  many \t spaces ":                           "many spaces",
		strings.Repeat("long ", 40):                   strings.TrimSpace(strings.Repeat("long ", 16)),
		"=?utf-8?q?=3Ceve=40mail=2Eexample=3E?= Mina": "=?utf-8?q?=3Ceve=40mail=2Eexample=3E?= Mina",
	} {
		if got := senderName(name); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
		m := sample()
		m.Sender = name
		written, err := source(lakeside, m)
		if err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(bytes.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		shown, err := read.Header.AddressList("From")
		if err != nil || len(shown) != 1 || shown[0].Address != "post@market.example.org" || shown[0].Name != want || read.Header.Get("Bcc") != "" {
			t.Errorf("%q is shown as %v, %v", name, shown, err)
		}
	}
	m := sample()
	m.Sender = "<>@"
	if err := m.check(); err == nil {
		t.Error("a sender without a name was accepted")
	}
}

func TestReturnAddressesAreProved(t *testing.T) {
	t.Parallel()
	made := returns.Address(12345)
	if parsed, err := value.ParseEmail(string(made)); err != nil || parsed != made {
		t.Fatal(made, err)
	}
	if id, err := returns.ID(value.Email(strings.ToUpper(string(made)))); err != nil || id != 12345 {
		t.Errorf("in capitals: %d, %v", id, err)
	}
	foreign := Returns{Domain: returns.Domain, Secret: []byte("another site's secret")}
	local, _, _ := strings.Cut(string(made), "@")
	for _, wrong := range []value.Email{foreign.Address(12345), returns.Address(12346)[:16] + made[16:], value.Email(local + "@elsewhere.example"),
		value.Email(local + "x@reply.market.example.org"), "b-@reply.market.example.org", "c-abc@reply.market.example.org", ""} {
		if id, err := returns.ID(wrong); value.KindOf(err) != value.NotFound {
			t.Errorf("%s gave %d, %v", wrong, id, err)
		}
	}
}

// send puts a mail through the transport and returns it.
func sendVia(t *testing.T, d *db.DB, to value.Email) Mail {
	t.Helper()
	mustSend(t, d, Message{Kind: receipt, To: to, Subject: "s", Text: "t"})
	run(t, d, &script{})
	return newest(t, d)
}

func TestBouncesMarkAnAddress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		undeliverable := func(address value.Email) (dead bool) {
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) { dead, err = Undeliverable(tx, address); return err })
			if err != nil {
				t.Fatal(err)
			}
			return dead
		}
		back := func(m Mail, in inbound.Incoming) {
			if err := TakeReturn(t.Context(), d, m.ID, in); err != nil {
				t.Fatal(err)
			}
		}
		m := sendVia(t, d, "gone@example.org")
		back(m, inbound.Incoming{Envelope: "gone@example.org", Auto: true, Subject: "On holiday"})
		back(m, inbound.Incoming{Bounce: &inbound.Bounce{Action: "delayed", Status: "4.4.1"}})
		if found := newest(t, d); found.State != Sent || undeliverable("gone@example.org") {
			t.Errorf("a vacation answer or a delay failed the mail: %+v", found)
		}
		report := inbound.Incoming{Bounce: &inbound.Bounce{Recipient: "gone@example.org", Action: "failed", Status: "5.1.1", Diagnostic: "550 <gone@example.org>: unknown"}}
		back(m, report)
		back(m, report)
		found := newest(t, d)
		if found.State != Failed || strings.Contains(found.Error, "gone@") || !strings.Contains(found.Error, "5.1.1") || !undeliverable("gone@example.org") {
			t.Errorf("%+v", found)
		}
		var f Failure
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) { f, err = FindFailure(tx, "gone@example.org"); return err })
		if err != nil || f.Times != 1 || !f.Hard || strings.Contains(f.Problem, "gone@") {
			t.Errorf("%+v %v", f, err)
		}
		if m := sendVia(t, d, "gone@example.org"); m.State != Failed || m.Attempts != 0 || m.Error == "" {
			t.Errorf("mailed again: %+v", m)
		}
		mustSend(t, d, Message{Kind: signIn, To: "gone@example.org", Subject: "s", Text: "code"})
		run(t, d, &script{})
		if m := newest(t, d); m.State != Sent {
			t.Errorf("a link that was asked for did not go out: %+v", m)
		}
		if err := write(t, d, func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "account", Record: 1})
			return Forgive(tx, "gone@example.org")
		}); err != nil {
			t.Fatal(err)
		}
		if undeliverable("gone@example.org") || sendVia(t, d, "gone@example.org").State != Sent {
			t.Error("it was not forgiven")
		}
		if err := TakeReturn(t.Context(), d, 42, report); value.KindOf(err) != value.NotFound {
			t.Errorf("a report on no mail: %v", err)
		}
	})
}

func TestSoftFailuresAddUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		for i := range mostFailures {
			m := sendVia(t, d, "full@example.org")
			if m.State != Sent {
				t.Fatalf("stopped after %d", i)
			}
			err := TakeReturn(t.Context(), d, m.ID, inbound.Incoming{Bounce: &inbound.Bounce{Recipient: "full@example.org", Action: "failed", Status: "5.2.2"}})
			if err != nil {
				t.Fatal(err)
			}
		}
		if m := sendVia(t, d, "full@example.org"); m.State != Failed {
			t.Errorf("after %d failures: %+v", mostFailures, m)
		}
		m := sendVia(t, d, "moved@example.org") // a forwarding whose end is dead says nothing of the address we know
		err := TakeReturn(t.Context(), d, m.ID, inbound.Incoming{Bounce: &inbound.Bounce{Recipient: "end@example.net", Action: "failed", Status: "5.1.1"}})
		if err != nil || sendVia(t, d, "moved@example.org").State != Sent {
			t.Errorf("%v", err)
		}
		var n int64
		if err := d.Maintain(t.Context(), "forget", func(tx *db.Tx) (err error) { n, err = Forget(tx, "full@example.org"); return err }); err != nil || n != mostFailures+1 {
			t.Errorf("forgot %d, %v", n, err)
		}
	})
}

func TestRefusedRecipientIsMarked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		p := startPost(t, StartTLS)
		p.refuse = refusing(550, "unknown") // with the status 5.1.1
		mustSend(t, d, Message{Kind: receipt, To: "gone@example.org", Subject: "s", Text: "t"})
		run(t, d, p.transport(t))
		var f Failure
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) { f, err = FindFailure(tx, "gone@example.org"); return err })
		if err != nil || !f.Hard || f.Status != "5.1.1" {
			t.Errorf("%+v %v", f, err)
		}
	})
}

func TestIsHard(t *testing.T) {
	t.Parallel()
	for reply, want := range map[[2]string]bool{
		{"5.1.1", ""}: true, {"5.1.10", ""}: true, {"5.2.1", ""}: true, {"5.2.2", "mailbox full"}: false, {"5.7.1", "spam"}: false,
		{"", "550 no such user here"}: true, {"5.0.0", "Recipient address rejected: User unknown"}: true, {"", "550 blocked"}: false, {"4.2.2", "no such user"}: false,
	} {
		if isHard(reply[0], reply[1]) != want {
			t.Errorf("%v is not %v", reply, want)
		}
	}
}
