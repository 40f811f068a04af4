package inbound

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fairground/internal/value"
)

func TestReceiverTakesAMail(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example", "c-2@reply.example")
	r, _ := start(t, d, false, nil)
	c := dial(t, r)
	if greeting := c.want("220"); !strings.Contains(greeting, "mx.market.example") {
		t.Errorf("greets with %q", greeting)
	}
	c.want("250", "EHLO mail.example")
	c.secure()
	c.want("250", "EHLO mail.example")
	c.want("250", "MAIL FROM:<mina@mail.example>")
	c.want("250", "RCPT TO:<C-1@Reply.example>")
	c.want("250", "RCPT TO:<c-2@reply.example>")
	c.want("354", "DATA")
	c.want("250", "From: mina@mail.example", "Subject: s", "", "..dots", "text\n.\nMAIL FROM:<eve@mail.example>", ".")
	c.want("221", "QUIT")
	got := d.taken()
	if len(got) != 2 || d.to[0] != "c-1@reply.example" || d.to[1] != "c-2@reply.example" {
		t.Fatalf("%v", d.to)
	}
	// A lone line feed does not end the mail, so no second mail hides in it.
	if in := got[0]; in.Envelope != "mina@mail.example" || !in.Results.TLS || in.Results.Hello != "mail.example" || in.Text != ".dots\ntext\n.\nMAIL FROM:<eve@mail.example>" {
		t.Errorf("%+v", in)
	}
}

func TestAnswersInTheConversation(t *testing.T) {
	t.Parallel()
	d := alive("ok@reply.example")
	for name, kind := range map[value.Email]value.Kind{"gone@reply.example": value.NotFound, "not-yours@reply.example": value.Forbidden,
		"later@reply.example": value.Limited, "down@reply.example": value.Unavailable, "empty@reply.example": value.Invalid} {
		d.known[name] = value.Errorf(kind, "words for\r\n250 a person")
	}
	d.known["fault@reply.example"] = fmt.Errorf("a secret fault")
	r, _ := start(t, d, false, nil)
	for to, want := range map[string]string{
		"gone@": "550 5.1.1", "not-yours@": "554 5.7.1 words for  250 a person", "later@": "451 4.7.1", "down@": "451 4.3.0",
		"empty@": "554 5.6.0 words for", "fault@": "451 4.3.0", "ok@": "250",
	} {
		c := dial(t, r)
		c.want("220")
		c.want("250", "EHLO a.example")
		c.want("250", "MAIL FROM:<>")
		c.want("250", "RCPT TO:<"+to+"reply.example>")
		c.want("354", "DATA")
		if got := c.say("From: a@b.example", "", "text", "."); !strings.HasPrefix(got, want) || strings.Contains(got, "secret") {
			t.Errorf("%s: %q, want %q", to, got, want)
		}
		c.want("250", "NOOP")
	}
	if got := d.taken(); len(got) != 1 || !got[0].Auto {
		t.Errorf("%d taken", len(got))
	}
}

func TestOutcomesOfSeveralRecipients(t *testing.T) {
	t.Parallel()
	d := alive("ok@reply.example")
	d.known["no@reply.example"] = value.Errorf(value.Forbidden, "not yours")
	d.known["later@reply.example"] = value.Errorf(value.Limited, "slowly")
	r, _ := start(t, d, false, nil)
	for to, want := range map[string]string{
		"no ok":       "554 5.7.1 no@reply.example: not yours (the other recipients have it)",
		"ok no later": "451 4.7.1",
		"no no":       "554 5.7.1 no@reply.example: not yours",
	} {
		c := dial(t, r)
		c.want("220")
		c.want("250", "EHLO a.example")
		c.want("250", "MAIL FROM:<a@b.example>")
		for one := range strings.FieldsSeq(to) {
			c.want("250", "RCPT TO:<"+one+"@reply.example>")
		}
		c.want("354", "DATA")
		if got := c.say("From: a@b.example", "", "text", "."); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", to, got, want)
		}
	}
}

func TestNothingIsRelayed(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, true, nil)
	c := dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("250", "MAIL FROM:<a@b.example>")
	for _, to := range []string{"victim@elsewhere.example", "c-1%elsewhere.example@reply.example", "@reply.example:victim@elsewhere.example", "c-1@reply.example@elsewhere.example"} {
		if got := c.say("RCPT TO:<" + to + ">"); !strings.HasPrefix(got, "5") {
			t.Errorf("%s was answered %q", to, got)
		}
	}
	c.want("502", "DATA")
	if len(d.taken()) != 0 {
		t.Error("a mail was taken")
	}
}

func TestWrongRecipientsEndTheConnectionAndThenTheNetworksWelcome(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, true, func(c *Config) { c.Strangers_per_hour = 7 })
	c := dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("250", "MAIL FROM:<a@b.example>")
	for i := range mostStrangers {
		c.want("550 5.1.1", fmt.Sprintf("RCPT TO:<c-%d@reply.example>", i+100))
	}
	if got := c.say("RCPT TO:<c-1@reply.example>"); !strings.HasPrefix(got, "421") && !strings.HasPrefix(got, "broken") {
		t.Errorf("after five wrong ones: %q", got)
	}
	c = dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("550", "RCPT TO:<x@reply.example>")
	c.want("550", "RCPT TO:<y@reply.example>")
	c.want("250", "RSET")
	c.want("451 4.7.1", "MAIL FROM:<a@b.example>")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example", "c-2@reply.example", "c-3@reply.example")
	r, _ := start(t, d, true, func(c *Config) {
		c.Size_bytes, c.Recipients, c.PerNetwork, c.Mails_per_minute = 10_000, 2, 2, 4
	})
	c := dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("552 5.3.4", "MAIL FROM:<a@b.example> SIZE=20000")
	c.want("553 5.1.7", "MAIL FROM:<root@host>")
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("250", "RCPT TO:<c-1@reply.example>")
	c.want("250", "RCPT TO:<c-2@reply.example>")
	c.want("452", "RCPT TO:<c-3@reply.example>")
	c.want("354", "DATA")
	c.want("552 5.3.4", "From: a@b.example", "", strings.Repeat("text\r\n", 3000), ".")
	second := dial(t, r)
	second.want("220")
	third := dial(t, r)
	third.want("421 4.7.0")
	second.conn.Close()
	waitFor(t, func() bool { return strings.HasPrefix(dial(t, r).say(), "220") })
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("250", "RSET")
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("250", "RSET")
	c.want("451 4.7.1", "MAIL FROM:<a@b.example>")
	if len(d.taken()) != 0 {
		t.Error("a mail was taken")
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}

func TestMemoryHasALimit(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, false, func(c *Config) { c.Memory_bytes = 200_000 })
	send := func(size int) string {
		c := dial(t, r)
		c.want("220")
		c.want("250", "EHLO a.example")
		c.want("250", "MAIL FROM:<a@b.example>")
		c.want("250", "RCPT TO:<c-1@reply.example>")
		c.want("354", "DATA")
		return c.say("From: a@b.example", "", strings.Repeat("text\r\n", size/6), ".")
	}
	for range 3 {
		if got := send(1_000_000); !strings.HasPrefix(got, "451 4.7.1") {
			t.Errorf("too much was answered %q", got)
		}
		if got := send(1000); !strings.HasPrefix(got, "250") {
			t.Errorf("little was answered %q", got)
		}
	}
	if held := r.held.Load(); held != 0 {
		t.Errorf("%d bytes are held by nobody", held)
	}
}

func TestLongLineAndBrokenMail(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, false, nil)
	begin := func() *talk {
		c := dial(t, r)
		c.want("220")
		c.want("250", "EHLO a.example")
		c.want("250", "MAIL FROM:<a@b.example>")
		c.want("250", "RCPT TO:<c-1@reply.example>")
		c.want("354", "DATA")
		return c
	}
	if got := begin().say("From: a@b.example", "", strings.Repeat("x", 3*longestLine), "."); !strings.HasPrefix(got, "5") {
		t.Errorf("a long line was answered %q", got)
	}
	c := begin()
	fmt.Fprint(c.conn, "From: a@b.example\r\n\r\nhalf a ma")
	c.conn.Close()
	if got := begin().say("From: a@b.example", "", "whole", "."); !strings.HasPrefix(got, "250") {
		t.Error(got)
	}
	if got := d.taken(); len(got) != 1 || got[0].Text != "whole" {
		t.Errorf("%+v", got)
	}
}

func TestLoopsAreRefused(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, false, nil)
	for head, want := range map[string]string{
		"X-Loop: Reply.example": "554 5.4.6", "X-Loop: elsewhere.example": "250",
		strings.Repeat("Received: from a.example\r\n", 26) + "X-A: b": "554 5.4.6",
	} {
		c := dial(t, r)
		c.want("220")
		c.want("250", "EHLO a.example")
		c.want("250", "MAIL FROM:<a@b.example>")
		c.want("250", "RCPT TO:<c-1@reply.example>")
		c.want("354", "DATA")
		if got := c.say("From: a@b.example", head, "", "text", "."); !strings.HasPrefix(got, want) {
			t.Errorf("%.30q was answered %q, want %s", head, got, want)
		}
	}
}

func TestStopLetsMailsUnderWayIn(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	inside, goOn := make(chan struct{}), make(chan struct{})
	d.before = func() { close(inside); <-goOn }
	r, stop := start(t, d, false, nil)
	idle := dial(t, r)
	idle.want("220")
	idle.want("250", "EHLO a.example")
	c := dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("250", "RCPT TO:<c-1@reply.example>")
	c.want("354", "DATA")
	answer := make(chan string, 1)
	go func() { answer <- c.say("From: a@b.example", "", "text", ".") }()
	<-inside
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	if got := idle.say(); !strings.HasPrefix(got, "421") {
		t.Errorf("the idle connection heard %q", got)
	}
	select {
	case <-stopped:
		t.Error("it stopped while a mail was under way")
	default:
	}
	close(goOn)
	if got := <-answer; !strings.HasPrefix(got, "250") || len(d.taken()) != 1 {
		t.Errorf("the mail under way heard %q", got)
	}
	<-stopped
	if _, err := net.Dial("tcp", r.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func TestSpeaksWithTheLibrarysClientInChunks(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	r, _ := start(t, d, false, nil)
	c := dial(t, r)
	c.want("220")
	c.want("250", "EHLO a.example")
	c.want("250", "MAIL FROM:<a@b.example>")
	c.want("250", "RCPT TO:<c-1@reply.example>")
	text := "From: a@b.example\r\n\r\nin chunks"
	fmt.Fprintf(c.conn, "BDAT %d\r\n%s", len(text), text)
	c.want("250")
	c.want("250", "BDAT 0 LAST")
	client, err := smtp.DialStartTLS(r.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.SendMail("a@b.example", []string{"c-1@reply.example"}, strings.NewReader("From: a@b.example\r\n\r\nby hand\r\n")); err != nil {
		t.Fatal(err)
	}
	if got := d.taken(); len(got) != 2 || got[0].Text != "in chunks" || got[1].Text != "by hand" {
		t.Errorf("%+v", got)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	d := alive()
	for name, c := range map[string]Config{
		"no name":    {Accepts: d.accepts, Handle: d.handle},
		"short name": {Name: "localhost", Accepts: d.accepts, Handle: d.handle},
		"tricks":     {Name: "a.b\r\n250 x", Accepts: d.accepts, Handle: d.handle},
		"no desk":    {Name: "mx.market.example"},
	} {
		if _, err := NewReceiver(c); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	r, _ := start(t, d, false, nil)
	other, err := NewReceiver(Config{Name: "mx.market.example", Listen: r.Addr().String(), Accepts: d.accepts, Handle: d.handle})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Serve(t.Context()); err == nil {
		t.Error("an occupied port is no error")
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"192.0.2.77:5": "192.0.2.0/24", "[2001:db8:1:2::3]:5": "2001:db8:1::/48", "[::ffff:192.0.2.9]:5": "192.0.2.0/24"} {
		address, err := net.ResolveTCPAddr("tcp", from)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, own := prefixOf(address); got.String() != want || own {
			t.Errorf("%s is of %s", from, got)
		}
	}
	clock := &value.FixedClock{At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	n := newNetworks(Config{Clock: clock, Mails_per_minute: 10, Strangers_per_hour: 10, Connections: 10, PerNetwork: 1})
	for i := range mostNetworks + 10 {
		var a [4]byte
		a[0], a[1], a[2] = byte(i>>16)+1, byte(i>>8), byte(i)
		g, ok := n.enter(fakeConn{from: &net.TCPAddr{IP: net.IP(a[:]), Port: 1}})
		if !ok {
			t.Fatal(i)
		}
		n.leave(g)
	}
	if len(n.known) > mostNetworks {
		t.Errorf("%d networks are remembered", len(n.known))
	}
}

type fakeConn struct {
	net.Conn
	from net.Addr
}

func (c fakeConn) RemoteAddr() net.Addr { return c.from }

// BenchmarkReceive is the whole way of a mail in: conversation, reading, trimming, handing over.
func BenchmarkReceive(b *testing.B) {
	d := alive("c-1@reply.example")
	r, _ := start(b, d, false, nil)
	client, err := smtp.DialStartTLS(r.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	raw := plainMail + "Content-Type: text/plain; charset=utf-8\n\nYes, at six.\n\nOn 1 May 2026, Ben wrote:\n" + strings.Repeat("> quoted words\n", 40)
	for b.Loop() {
		if err := client.SendMail("a@b.example", []string{"c-1@reply.example"}, strings.NewReader(raw)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
