package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	netmail "net/mail"
	netsmtp "net/smtp"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/mail/inbound"
	"fairground/internal/mail/mailtest"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	replyDomain = "reply.market.example.org"
	seller      = "samira.seller@home.example"
	buyer       = "benno.buyer@firm.example"
)

// TestTheStoryByMail lets two members write to each other from their mail programs. Neither sees an address of the
// other; what is forged, dead, automatic or undeliverable ends where it should.
func TestTheStoryByMail(t *testing.T) {
	t.Parallel()
	p := newPostbox(t)
	sam, ben := p.joinByMail("Samira", seller), p.joinByMail("Benno", buyer)
	key := sam.postPlainly("City bicycle with a basket")
	sam.soonLive(key)

	status, _, talk := ben.writeAbout(key, "Is it still there? I could come on Saturday.")
	if status != 200 || !strings.HasPrefix(talk, "/messages/cnv_") {
		t.Fatalf("the message was answered %d at %s", status, talk)
	}
	asked := p.newest(seller, "Is it still there?")
	p.masked(asked, buyer)
	p.verified(asked.source)

	p.take(seller, asked.replyTo(), p.home.signed(answer(asked, seller, "Yes, it is. Saturday at ten?")))
	ben.inTime("the answer is on the site", func() bool { _, page, _ := ben.get(talk); return strings.Contains(page, "Saturday at ten?") })
	if page := ben.sees(talk); strings.Contains(page, "home.example") || strings.Contains(page, "sent from the kitchen") {
		t.Error("the signature or the quotation came along")
	}
	answered := p.newest(buyer, "Saturday at ten?")
	p.masked(answered, seller)
	p.verified(answered.source)
	if answered.replyTo() == asked.replyTo() {
		t.Error("both sides have one address")
	}

	p.take(buyer, answered.replyTo(), p.firm.signed(answer(answered, buyer, "Perfect, see you then.")))
	p.masked(p.newest(seller, "see you then"), buyer)

	t.Run("forged", func(t *testing.T) { p.forged(t, sam, talk, asked, answered) })
	t.Run("automatic", func(t *testing.T) { p.automatic(t, sam, talk, asked) })
	t.Run("returned", func(t *testing.T) { p.returned(t, sam, talk, answered) })
	t.Run("dead", func(t *testing.T) { p.dead(t, ben, talk, asked) })
}

// forged sends what must not become a message.
func (p *postbox) forged(t *testing.T, reader *person, talk string, asked, answered arrived) {
	letter := answer(asked, seller, "Send the money by courier, says the forger.")
	for name, c := range map[string]struct {
		from, to string
		raw      []byte
	}{
		"without a signature":               {seller, asked.replyTo(), letter},
		"with another house's signature":    {seller, asked.replyTo(), p.firm.signed(letter)},
		"from the other side":               {buyer, asked.replyTo(), p.firm.signed(answer(asked, buyer, "The forger again."))},
		"to the other side's address":       {seller, answered.replyTo(), p.home.signed(letter)},
		"changed after it was signed":       {seller, asked.replyTo(), bytes.Replace(p.home.signed(letter), []byte("courier"), []byte("voucher"), 1)},
		"with an address that is a comment": {seller, asked.replyTo(), p.firm.signed(bytes.Replace(letter, []byte("From: "), []byte("From: \"samira.seller@home.example\" <x@firm.example> ("), 1))},
	} {
		if code := p.give(t, c.from, c.to, c.raw); code < 500 {
			t.Errorf("%s: answered %d", name, code)
		}
	}
	if page := reader.sees(talk); strings.Contains(page, "forger") {
		t.Error("a forged mail became a message")
	}
}

// automatic sends what machines send: it is taken and ends there, and a mail of ours that comes back is refused.
func (p *postbox) automatic(t *testing.T, reader *person, talk string, asked arrived) {
	before := len(p.all())
	away := bytes.Replace(answer(asked, seller, "I am away until Monday, says a program."), []byte("Subject:"), []byte("Auto-Submitted: auto-replied\r\nSubject:"), 1)
	p.take(seller, asked.replyTo(), p.home.signed(away))
	if code := p.give(t, seller, asked.replyTo(), []byte(asked.source)); code < 500 {
		t.Errorf("our own mail coming back was answered %d", code)
	}
	p.catchUp()
	if page := reader.sees(talk); strings.Contains(page, "says a program") {
		t.Error("a vacation answer became a message")
	}
	if all := p.all(); len(all) != before {
		t.Errorf("%d mails went out because of a program: %s", len(all)-before, all[len(all)-1].source)
	}
}

// returned brings a report that an address is gone; after it that person gets no mail, and reads on the site.
func (p *postbox) returned(t *testing.T, writer *person, talk string, lost arrived) {
	p.take("", lost.from, report(lost, buyer))
	if !p.undeliverable(buyer) {
		t.Error("the address is not given up")
	}
	if p.undeliverable(seller) {
		t.Error("the address of the other side is given up")
	}
	writer.write(talk, "Shall I keep it for you until noon?")
	p.readers[buyer].sees(talk, "until noon?")
	p.catchUp()
	for _, letter := range p.all() {
		if slices.Contains(letter.to, buyer) && strings.Contains(letter.text(), "until noon?") {
			t.Error("it was mailed all the same")
		}
	}
	forged := lost.from[:len(lost.from)-len("@"+replyDomain)-2] + "zz@" + replyDomain
	if code := p.give(t, "", forged, report(lost, seller)); code != 550 {
		t.Errorf("a report on a mail that we never sent was answered %d", code)
	}
}

// dead writes to an address whose conversation was blocked, and to one that never was.
func (p *postbox) dead(t *testing.T, blocker *person, talk string, asked arrived) {
	if status, _, _ := blocker.post(talk + "/block"); status != 200 {
		t.Fatalf("blocking was answered %d", status)
	}
	for _, to := range []string{asked.replyTo(), "c-" + strings.Repeat("a", 26) + "@" + replyDomain, "sales@" + replyDomain, "c-x@elsewhere.example"} {
		code := p.give(t, seller, to, p.home.signed(answer(asked, seller, "Too late, says a blocked person.")))
		if code != 550 && code != 554 {
			t.Errorf("mail to %s was answered %d", to, code)
		}
	}
	if page := blocker.sees(talk); strings.Contains(page, "Too late") {
		t.Error("a dead address took a message")
	}
}

// answer is what a mail program makes of an answer: the quoted mail below, a signature with the writer's own address.
func answer(to arrived, from, words string) []byte {
	m := to.parsed()
	lines := []string{
		"From: " + from, "To: " + to.replyTo(), "Subject: Re: " + m.Header.Get("Subject"), "Message-ID: <" + fmt.Sprintf("%x", []byte(words)) + "@mail.example>",
		"In-Reply-To: " + m.Header.Get("Message-ID"), "Date: " + m.Header.Get("Date"), "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "",
		words, "", "-- ", "sent from the kitchen of " + from, "", "On Friday, somebody at Lakeside Market wrote:", "> Is it still there?", "",
	}
	return []byte(strings.Join(lines, "\r\n"))
}

// report says as mail servers do (RFC 3464) that there is no such mailbox.
func report(lost arrived, address string) []byte {
	lines := []string{
		"From: Mail Delivery System <mailer-daemon@firm.example>", "To: " + lost.from, "Subject: Undelivered Mail Returned to Sender", "Message-ID: <report@firm.example>",
		"Date: Fri, 01 May 2026 12:30:00 +0200", "Auto-Submitted: auto-replied", "MIME-Version: 1.0", `Content-Type: multipart/report; report-type=delivery-status; boundary="part"`, "",
		"--part", "Content-Type: text/plain", "", "The mailbox does not exist.", "",
		"--part", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.firm.example", "",
		"Final-Recipient: rfc822; " + address, "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no such user", "", "--part--", "",
	}
	return []byte(strings.Join(lines, "\r\n"))
}

// postbox is the market with a mail server beside it that takes what it sends, and the houses of two members.
type postbox struct {
	*running
	mu         sync.Mutex
	letters    []arrived
	names      mailtest.Names
	home, firm house
	port       string             // of our receiver
	readers    map[string]*person // by their addresses
}

// arrived is a mail as it came to the sink.
type arrived struct {
	from   string // of the envelope
	to     []string
	source string
}

func (a arrived) parsed() *netmail.Message {
	m, err := netmail.ReadMessage(strings.NewReader(a.source))
	if err != nil {
		panic(err) // the test cannot go on
	}
	return m
}

func (a arrived) replyTo() string { return strings.Trim(a.parsed().Header.Get("Reply-To"), "<>") }

// text is what a person reads.
func (a arrived) text() string {
	in, err := inbound.Read("", []byte(a.source))
	if err != nil {
		return ""
	}
	return in.Full
}

// house is the provider of somebody's mailbox.
type house struct{ signer *mail.Signer }

func (h house) signed(raw []byte) []byte {
	signed, err := h.signer.Sign(raw)
	if err != nil {
		panic(err)
	}
	return signed
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	p := &postbox{names: mailtest.Names{}, readers: map[string]*person{}}
	p.home, p.firm = p.newHouse(t, "home.example"), p.newHouse(t, "firm.example")
	p.running = runWith(t, app.Config{SMTP: "smtp+plain://" + p.sink(t), MailIn: "127.0.0.1:0", MailName: "mx.market.example.org", Resolver: p.names}, app.Demo{Listings: 12, Seed: 7})
	p.onSite(func(ctx context.Context, s *site.Site) error {
		settings := s.Settings()
		settings.ReplyDomain, settings.FromEmail = replyDomain, "post@market.example.org"
		if err := s.SaveSettings(ctx, value.SystemActor("test"), settings); err != nil {
			return err
		}
		if err := p.app.Registry.SetHosts(ctx, value.SystemActor("test"), app.DemoSlug, "market.example.org"); err != nil {
			return err
		}
		records, err := p.app.DNSRecords(s)
		p.publish(records)
		return err
	})
	p.receive(t)
	return p
}

func (p *postbox) newHouse(t *testing.T, domain string) house {
	t.Helper()
	key, err := mail.SecretKey([]byte("the secret of "+domain), domain)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := mail.NewSigner(domain, key)
	if err != nil {
		t.Fatal(err)
	}
	records, err := mail.DNSRecords(domain, mail.Route{}, signer)
	if err != nil {
		t.Fatal(err)
	}
	p.publish(records)
	return house{signer}
}

func (p *postbox) publish(records []mail.Record) {
	for _, r := range records {
		if r.Type == "TXT" {
			p.names[r.Name] = append(p.names[r.Name], r.Value)
		}
	}
}

func (p *postbox) onSite(fn func(context.Context, *site.Site) error) {
	p.Helper()
	if err := p.app.Registry.Use(context.Background(), app.DemoSlug, fn); err != nil {
		p.Fatal(err)
	}
}

// receive starts our receiver.
func (p *postbox) receive(t *testing.T) {
	t.Helper()
	r, err := p.app.Receiver()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	p.port = r.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// sink starts the server that takes what we send, and returns its address.
func (p *postbox) sink(t *testing.T) string {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &dropping{box: p}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// dropping is one connection to the sink.
type dropping struct {
	box *postbox
	now arrived
}

func (d *dropping) Reset()        { d.now = arrived{} }
func (d *dropping) Logout() error { return nil }

func (d *dropping) Mail(from string, _ *smtp.MailOptions) error {
	d.now.from = from
	return nil
}

func (d *dropping) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.now.to = append(d.now.to, to)
	return nil
}

func (d *dropping) Data(body io.Reader) error {
	source, err := io.ReadAll(body)
	d.now.source = string(source)
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.letters = append(d.box.letters, d.now)
	return err
}

func (p *postbox) all() []arrived {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.letters)
}

// newest waits for a mail to somebody with some words, and returns it.
func (p *postbox) newest(to, words string) (found arrived) {
	p.Helper()
	p.inTime("a mail with "+words, func() bool {
		for _, letter := range slices.Backward(p.all()) {
			if slices.Contains(letter.to, to) && strings.Contains(letter.text(), words) {
				found = letter
				return true
			}
		}
		return false
	})
	return found
}

// masked fails when a mail shows an address of the other side, or is not answered to a masked one.
func (p *postbox) masked(letter arrived, other string) {
	p.Helper()
	if found := mailtest.Leaks([]byte(letter.source), other); len(found) > 0 {
		p.Errorf("the mail shows %v:\n%s", found, letter.source)
	}
	if !regexp.MustCompile(`^c-[a-z2-7]{26}@` + regexp.QuoteMeta(replyDomain) + `$`).MatchString(letter.replyTo()) {
		p.Errorf("it is answered to %s", letter.replyTo())
	}
	if !strings.HasPrefix(letter.from, "b-") || !strings.HasSuffix(letter.from, "@"+replyDomain) {
		p.Errorf("it comes back to %s", letter.from)
	}
}

// verified fails unless both signatures hold for the domain that the mail shows.
func (p *postbox) verified(source string) {
	p.Helper()
	all, err := dkim.VerifyWithOptions(strings.NewReader(source), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return p.names.LookupTXT(context.Background(), name) },
	})
	if err != nil || len(all) != 2 {
		p.Errorf("%d signatures: %v", len(all), err)
	}
	for _, v := range all {
		if v.Err != nil || v.Domain != "market.example.org" {
			p.Errorf("the signature of %s: %v", v.Domain, v.Err)
		}
	}
}

// give hands a mail to our receiver as another server does, and returns the code of the answer.
func (p *postbox) give(t *testing.T, from, to string, raw []byte) int {
	t.Helper()
	c, err := netsmtp.Dial(p.port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Hello("mx.firm.example"); err != nil {
		t.Fatal(err)
	}
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil { // as servers do: the way is secret, its end is not proved
		t.Fatal(err)
	}
	if err := errors.Join(c.Mail(from), c.Rcpt(to)); err != nil {
		return codeOf(t, err)
	}
	w, err := c.Data()
	if err != nil {
		return codeOf(t, err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	return codeOf(t, w.Close())
}

func codeOf(t *testing.T, err error) int {
	t.Helper()
	var answer *textproto.Error
	switch {
	case err == nil:
		return 250
	case errors.As(err, &answer):
		t.Logf("answered %v", answer)
		return answer.Code
	}
	t.Fatal(err)
	return 0
}

// take hands in a mail that has to be taken.
func (p *postbox) take(from, to string, raw []byte) {
	p.Helper()
	if code := p.give(p.T, from, to, raw); code != 250 {
		p.Fatalf("mail to %s was answered %d", to, code)
	}
}

func (p *postbox) undeliverable(address value.Email) (dead bool) {
	p.Helper()
	p.onSite(func(ctx context.Context, s *site.Site) error {
		return s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			dead, err = mail.Undeliverable(tx, address)
			return err
		})
	})
	return dead
}

// catchUp does what is due, so that what would be sent is sent.
func (p *postbox) catchUp() {
	p.Helper()
	p.onSite(func(ctx context.Context, s *site.Site) error {
		_, err := p.app.Rooms(s).CatchUp(ctx)
		return err
	})
}

// joinByMail joins with the link that comes by mail.
func (p *postbox) joinByMail(name, address string) *person {
	p.Helper()
	who := p.visitor()
	if status, _, at := who.post("/join", "name", name, "email", address); status != 200 || at != "/join/sent" {
		p.Fatalf("joining was answered %d at %s", status, at)
	}
	link := first(p.T, `(/join/confirm/[A-Za-z0-9_-]+)`, p.newest(address, "/join/confirm/").text())
	if status, _, at := who.post(link); status != 200 || at == link {
		p.Fatalf("the link was answered %d at %s", status, at)
	}
	p.readers[address] = who
	return who
}
