package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"fairground/internal/app"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/mail/mailtest"
	"fairground/internal/value"
)

const (
	talks      = 100 // conversations by mail at the same time
	talksEach  = 5   // of one buyer
	mailDomain = "members.example"
)

// relay measures messages that travel as mail in both directions. Everybody reads and answers by mail: what the market
// sends to somebody arrives at a mail server of this program, which answers to the masked address with a mail that is
// signed for the member's domain. So each message that is counted came in by SMTP, was proven, trimmed, screened, stored
// and told, and went out signed. Market and mail program are one process here.
func (b *bench) relay(t *town) error {
	r, err := newRelay(b, t)
	if err != nil {
		return err
	}
	defer r.sink.Close()
	config := t.config
	config.SMTP, config.MailIn, config.MailName = "smtp+plain://"+r.sinkAddress, "127.0.0.1:0", "mail."+townHost
	config.Resolver = r.names
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(b.err, &slog.HandlerOptions{Level: slog.LevelWarn}))) // not every request
	e := *b.environment
	e.config = config
	return e.withApp(func(a *app.App) error {
		group := job.NewGroup(b.ctx)
		err := r.run(a, group)
		stopping, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 20*time.Second)
		defer cancel()
		return errors.Join(err, group.Stop(stopping))
	})
}

// relay is the world outside: a mail server, and people who answer.
type relay struct {
	*bench
	town        *town
	names       mailtest.Names
	signer      *mail.Signer
	sink        *smtp.Server
	sinkAddress string
	out         *mail.SMTP // to the market
	answers     chan letter

	mu      sync.Mutex
	sent    map[string]time.Time // by conversation: when somebody answered last
	took_ms []float64            // from an answer to its arrival on the other side
	from    time.Time            // what arrives earlier does not count
	came    int                  // answers that came out since then
	again   int                  // mails that were refused for now
	failure error
}

// letter is what the market sent to somebody.
type letter struct {
	to, replyTo value.Email
	subject     string
	thread      string
}

func newRelay(b *bench, t *town) (*relay, error) {
	r := &relay{bench: b, town: t, names: mailtest.Names{}, answers: make(chan letter, 16*talks), sent: make(map[string]time.Time)}
	key, err := mail.SecretKey([]byte("the secret of the benchmark"), mailDomain)
	if err != nil {
		return nil, err
	}
	if r.signer, err = mail.NewSigner(mailDomain, key); err != nil {
		return nil, err
	}
	records, err := mail.DNSRecords(mailDomain, mail.Route{}, r.signer)
	if err != nil {
		return nil, err
	}
	for _, one := range records {
		r.names[one.Name] = append(r.names[one.Name], one.Value)
	}
	return r, r.listen()
}

// listen starts the mail server at which everybody has a mailbox.
func (r *relay) listen() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r.sinkAddress = listener.Addr().String()
	r.sink = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailbox{relay: r}, nil }))
	r.sink.Domain, r.sink.ErrorLog = mailDomain, log.New(io.Discard, "", 0)
	go r.sink.Serve(listener)
	return nil
}

// mailbox takes the mails of one connection.
type mailbox struct {
	relay *relay
	to    string
}

// Mail begins one.
func (m *mailbox) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt notes for whom it is.
func (m *mailbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	m.to = to
	return nil
}

// Data takes it.
func (m *mailbox) Data(body io.Reader) error {
	got, err := netmail.ReadMessage(body)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, got.Body); err != nil {
		return err
	}
	m.relay.arrived(value.Email(m.to), got.Header)
	return nil
}

// Reset forgets what came so far.
func (m *mailbox) Reset() {}

// Logout ends the connection.
func (m *mailbox) Logout() error { return nil }

// arrived counts a message that came out on the other side, and hands it to whoever answers.
func (r *relay) arrived(to value.Email, head netmail.Header) {
	reply, err := netmail.ParseAddress(head.Get("Reply-To"))
	if err != nil {
		return // a mail that is no message, such as a notice
	}
	l := letter{to: to, replyTo: value.Email(reply.Address), subject: head.Get("Subject"), thread: head.Get("References")}
	r.mu.Lock()
	now := time.Now()
	if at, ok := r.sent[l.thread]; ok {
		r.came++
		if !r.from.IsZero() && at.After(r.from) {
			r.took_ms = append(r.took_ms, milliseconds(now.Sub(at)))
		}
	}
	r.mu.Unlock()
	r.answers <- l
}

// run opens the market to mail and visitors, lets conversations begin, and counts.
func (r *relay) run(a *app.App, group *job.Group) error {
	receiver, err := a.Receiver()
	if err != nil {
		return err
	}
	if err := receiver.Listen(); err != nil {
		return err
	}
	r.out, err = mail.NewSMTP(mail.SMTPConfig{Host: "127.0.0.1", Port: receiver.Addr().(*net.TCPAddr).Port, Security: mail.Plain, Domain: mailDomain})
	if err != nil {
		return err
	}
	defer r.out.Close()
	group.Go("mail in", func(ctx context.Context) { r.fail(receiver.Serve(ctx)) })
	group.Go("attend", func(ctx context.Context) { a.Attend(ctx, group) })
	if err := r.begin(a); err != nil {
		return err
	}
	for range 8 {
		group.Go("people", r.answer)
	}
	return r.count()
}

func (r *relay) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure == nil {
		r.failure = err
	}
}

// answer writes back to whoever wrote, until ctx ends.
func (r *relay) answer(ctx context.Context) {
	for turn := 0; ; turn++ {
		var l letter
		select {
		case <-ctx.Done():
			return
		case l = <-r.answers:
		}
		r.mu.Lock()
		r.sent[l.thread] = time.Now()
		r.mu.Unlock()
		from := mail.From{Name: "Somebody", Address: l.to, Signer: r.signer}
		m := mail.Mail{ID: value.ID(time.Now().UnixNano()), At: time.Now(), Message: mail.Message{
			Kind: mail.Kind{Name: "bench.answer"}, To: l.replyTo, Subject: "Re: " + l.subject, Sender: "Somebody",
			Text: fmt.Sprintf("Yes, that suits me well. I bring the papers along, and we look at it together by daylight (%d).\n\n"+
				"On 1 May 2026, the market wrote:\n%s", turn, strings.Repeat("> what stood in the mail before\n", 20)),
		}}
		if err := r.deliver(ctx, from, m); err != nil && ctx.Err() == nil {
			r.fail(fmt.Errorf("answering a message by mail: %w", err))
		}
	}
}

// deliver sends a mail, again after a moment when it is refused for now, as mail servers do.
func (r *relay) deliver(ctx context.Context, from mail.From, m mail.Mail) error {
	for {
		_, err := r.out.Deliver(ctx, from, m)
		if no := (*mail.Refusal)(nil); !errors.As(err, &no) || no.Permanent {
			return err
		}
		r.mu.Lock()
		r.again++
		r.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
}

// begin lets buyers ask about listings on the site; everything after that is mail.
func (r *relay) begin(a *app.App) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: a.Handler()}
	go server.Serve(listener)
	defer server.Close()
	spare := r.town.buyers[len(r.town.buyers)-talks/talksEach:]
	var p *person
	for i := range talks {
		if i%talksEach == 0 {
			if p, err = enter(listener.Addr().String(), spare[i/talksEach], i); err != nil {
				return err
			}
		}
		path := "/messages/about/" + r.town.offers[i%len(r.town.offers)].ID.Text(listing.ShortID)
		text := fmt.Sprintf("Good evening! Is this still to be had? I would come by this week (%d).", i)
		if _, err := p.submit(path, url.Values{"text": {text}}, http.StatusSeeOther); err != nil {
			return err
		}
	}
	return nil
}

// count waits until answers come out on the other side, and then counts for a while what does.
func (r *relay) count() error {
	if err := r.wait(r.length(3*time.Second, time.Second), 1); err != nil {
		return err
	}
	r.mu.Lock()
	r.from, r.came = time.Now(), 0
	r.mu.Unlock()
	if err := r.wait(r.length(10*time.Second, 3*time.Second), 10); err != nil {
		return err
	}
	r.mu.Lock()
	came, again, took := r.came, r.again, sortedCopy(r.took_ms)
	perSecond := float64(came) / time.Since(r.from).Seconds()
	r.mu.Unlock()
	r.figure("relay_per_s", perSecond)
	r.spread("relay", took)
	r.row("  relayed by mail, %d conversations %8.0f/s, each a mail in and a mail out   p50 %.0f ms   p95 %.0f ms   p99 %.0f ms", talks,
		perSecond, percentile(took, .5), percentile(took, .95), percentile(took, .99))
	r.figure("relay_again", float64(again))
	r.row("  mails to be sent again             %8d", again)
	r.row("  memory of market and mail program  %8.0f MB private", memory_mb("self", "RssAnon"))
	return nil
}

// wait lasts at least so long, and until so many have come out.
func (r *relay) wait(d time.Duration, least int) error {
	const patience = time.Minute
	for began := time.Now(); ; {
		select {
		case <-time.After(min(d, 50*time.Millisecond)):
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
		r.mu.Lock()
		came, failure := r.came, r.failure
		r.mu.Unlock()
		switch passed := time.Since(began); {
		case failure != nil:
			return failure
		case passed >= d && came >= least:
			return nil
		case passed >= d+patience:
			return value.Errorf(value.Internal, "%d messages came out on the other side within %s", came, passed.Round(time.Second))
		}
	}
}
