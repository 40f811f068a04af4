package mail

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/mail/inbound"
	"fairground/internal/value"
)

var (
	siteSecret = []byte("a secret of the lakeside site")
	returns    = &Returns{Domain: "reply.market.example.org", Secret: siteSecret}
)

// newSigner has a key of each kind.
func newSigner(t testing.TB) *Signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	modern, err := SecretKey(siteSecret, "market.example.org")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("market.example.org", Key{"fg1", private}, modern)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// published answers for the domain name system with the records that an operator is told to publish.
func published(t testing.TB, s *Signer) func(string) ([]string, error) {
	t.Helper()
	records, err := DNSRecords("market.example.org", Route{Receiver: "mx.market.example.org", Senders: []string{"relay.example.org"}, Reports: "post@market.example.org"}, s)
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) ([]string, error) {
		for _, r := range records {
			if r.Name == name && r.Type == "TXT" {
				return []string{r.Value}, nil
			}
		}
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
}

func TestSignaturesHold(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	signer := newSigner(t)
	from := lakeside
	from.Signer, from.Returns = signer, returns
	m := sample()
	m.Text, m.HTML = "Grüße\n\n.\nend   \n\n\n", "<p>Grüße</p>"
	m.Subject = strings.Repeat("Grüße an alle ", 12)
	if _, err := p.transport(t).Deliver(t.Context(), from, m); err != nil {
		t.Fatal(err)
	}
	got, _ := p.only(t)
	check := func(source string) (held int) {
		all, err := dkim.VerifyWithOptions(strings.NewReader(source), &dkim.VerifyOptions{LookupTXT: published(t, signer)})
		if err != nil || len(all) != 2 {
			t.Fatal(len(all), err)
		}
		for _, one := range all {
			if one.Err == nil && one.Domain == "market.example.org" {
				held++
			}
		}
		return held
	}
	if held := check(got.source); held != 2 {
		t.Errorf("%d of 2 signatures hold", held)
	}
	for name, forged := range map[string]string{
		"body":          strings.Replace(got.source, "end", "END", 1),
		"subject":       strings.Replace(got.source, "\nSubject:", "\nSubject: x", 1),
		"second from":   "From: eve@market.example.org\r\n" + got.source,
		"second to":     "To: eve@market.example.org\r\n" + got.source,
		"new reply-to":  "Reply-To: eve@mail.example.org\r\n" + got.source,
		"added subject": "Subject: other\r\n" + got.source,
	} {
		if held := check(forged); held != 0 || forged == got.source {
			t.Errorf("%s: %d signatures hold on a forged mail", name, held)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good, err := SecretKey(siteSecret, "Market.example.org")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := SecretKey(siteSecret, "market.example.org")
	other, _ := SecretKey(siteSecret, "other.example.org")
	if !good.Private.(ed25519.PrivateKey).Equal(again.Private) || good.Private.(ed25519.PrivateKey).Equal(other.Private) {
		t.Error("a key is of its secret and its domain")
	}
	if _, err := SecretKey([]byte("short"), "market.example.org"); err == nil {
		t.Error("a short secret was taken")
	}
	for name, keys := range map[string][]Key{"none": nil, "weak": {{"a", weak}}, "selector": {{"a b", good.Private}}, "no key": {{"a", nil}}} {
		if _, err := NewSigner("market.example.org", keys...); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewSigner("localhost", good); value.KindOf(err) != value.Invalid {
		t.Errorf("a short domain: %v", err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dkim.pem")
	made, err := KeyFile(path, "fg1")
	if err != nil {
		t.Fatal(err)
	}
	read, err := KeyFile(path, "fg1")
	if err != nil || !read.Private.(*rsa.PrivateKey).Equal(made.Private) || read.Selector != "fg1" {
		t.Errorf("%v", err)
	}
	if found, err := os.Stat(path); err != nil || found.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", found.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) != 0 {
		t.Errorf("drafts are left: %v", left)
	}
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := KeyFile(path, "fg1"); err == nil {
		t.Error("a broken file was taken")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "no key" {
		t.Error("a broken file was replaced")
	}
}

func TestDNSRecords(t *testing.T) {
	t.Parallel()
	records, err := DNSRecords("market.example.org", Route{Receiver: "mx.market.example.org", Senders: []string{"relay.example.org"}}, newSigner(t))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range records {
		names = append(names, r.Type+" "+r.Name)
		for piece := range strings.SplitSeq(r.Zone(), `"`) {
			if len(piece) > 255 {
				t.Errorf("a piece of %d bytes: %s", len(piece), r.Zone())
			}
		}
		if r.Why == "" {
			t.Errorf("%s does not say why", r.Name)
		}
	}
	want := "MX market.example.org, TXT market.example.org, TXT fg1._domainkey.market.example.org, TXT fg-ed._domainkey.market.example.org, TXT _dmarc.market.example.org"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("%s", got)
	}
	if records[0].Zone() != "market.example.org. 3600 IN MX 10 mx.market.example.org." || records[1].Value != "v=spf1 mx a:relay.example.org -all" {
		t.Errorf("%s\n%s", records[0].Zone(), records[1].Value)
	}
}

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

// counting counts the connections of a transport.
func counting(t *testing.T, p *post) *atomic.Int32 {
	t.Helper()
	var n atomic.Int32
	p.connected = func() { n.Add(1) }
	return &n
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	n := counting(t, p)
	p.config.Batch = 4
	s := p.transport(t)
	for range 10 {
		if _, err := s.Deliver(t.Context(), lakeside, sample()); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.received()) != 10 || n.Load() != 3 {
		t.Errorf("%d mails over %d connections", len(p.received()), n.Load())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deliver(t.Context(), lakeside, sample()); err != nil || n.Load() != 4 {
		t.Errorf("after Close: %v, %d connections", err, n.Load())
	}
}

func TestConnectionThatTheServerEndedIsMadeAnew(t *testing.T) {
	t.Parallel()
	for _, security := range []Security{StartTLS, TLS, Plain} {
		p := startPost(t, security)
		s := p.transport(t)
		for i := range 3 {
			if _, err := s.Deliver(t.Context(), lakeside, sample()); err != nil {
				t.Fatalf("%s, mail %d: %v", security, i, err)
			}
			p.hangUp()
		}
		if len(p.received()) != 3 {
			t.Errorf("%s: %d mails came", security, len(p.received()))
		}
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	p.config.Idle = 50 * time.Millisecond
	s := p.transport(t)
	if _, err := s.Deliver(t.Context(), lakeside, sample()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s.lines.mu.Lock()
		left := len(s.lines.idle)
		s.lines.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the connection stays open")
		}
	}
}

func TestRefusalsDoNotHurtTheNextMail(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	s := p.transport(t)
	for i, refuse := range []func(string) error{nil, refusing(550, "no"), nil, refusing(450, "later"), nil} {
		p.mu.Lock()
		p.refuse = refuse
		p.mu.Unlock()
		_, err := s.Deliver(t.Context(), lakeside, sample())
		if (err == nil) != (refuse == nil) {
			t.Errorf("mail %d: %v", i, err)
		}
	}
	if len(p.received()) != 3 {
		t.Errorf("%d mails came", len(p.received()))
	}
}

// BenchmarkRelay is mail out over kept connections, signed twice, to a server that takes all; four at a time, as a
// worker does it.
func BenchmarkRelay(b *testing.B) {
	p := startPost(b, StartTLS)
	s := p.transport(b)
	from := lakeside
	from.Signer, from.Returns = newSigner(b), returns
	m := sample()
	m.Text = strings.Repeat("a line of the message\n", 40)
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Deliver(context.Background(), from, m); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkRelayDurably is the same with the queue: written with its job, delivered in batches, noted.
func BenchmarkRelayDurably(b *testing.B) {
	p := startPost(b, StartTLS)
	d := dbtest.Open(b, dbtest.Cluster(b, db.SQLite), schemas)
	signer := newSigner(b)
	worker := job.NewWorker(d, 4, Handlers(d, p.transport(b), func(*db.Tx) (From, error) {
		return From{Name: lakeside.Name, Address: lakeside.Address, Signer: signer, Returns: returns}, nil
	}, time.Hour)...)
	const batch = 100
	mails := 0
	for b.Loop() {
		err := d.Write(b.Context(), system, "test.send", func(tx *db.Tx) error {
			for range batch {
				if err := Send(tx, Message{Kind: receipt, To: "mia@example.org", Subject: "s", Text: strings.Repeat("line\n", 40)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := worker.RunDue(b.Context()); err != nil {
			b.Fatal(err)
		}
		mails += batch
	}
	if got := len(p.received()); got != mails {
		b.Fatalf("%d of %d came", got, mails)
	}
	b.ReportMetric(float64(mails)/b.Elapsed().Seconds(), "mails/s")
}
