package mail

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/mail/inbound"
	"fairground/internal/mail/mailtest"
	"fairground/internal/value"
)

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

// BenchmarkRelayBothWays is a mail out of our transport and in through our Receiver, read and trimmed: what the relay
// costs when both directions are ours.
func BenchmarkRelayBothWays(b *testing.B) {
	var came atomic.Int64
	r, err := inbound.NewReceiver(inbound.Config{Listen: "127.0.0.1:0", Name: "mx.market.example.org", Resolver: mailtest.Names{},
		Accepts: func(context.Context, value.Email) error { return nil },
		Handle:  func(context.Context, value.Email, inbound.Incoming) error { came.Add(1); return nil }})
	if err != nil {
		b.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go r.Serve(ctx)
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: r.Addr().(*net.TCPAddr).Port, Security: Plain, Domain: "market.example.org"})
	if err != nil {
		b.Fatal(err)
	}
	from := lakeside
	from.Signer = newSigner(b)
	m := sample()
	m.Text = strings.Repeat("a line of the message\n", 20) + "\nOn 1 May 2026, Ben wrote:\n" + strings.Repeat("> a quoted line\n", 40)
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Deliver(ctx, from, m); err != nil {
				b.Error(err)
				return
			}
		}
	})
	if came.Load() < int64(b.N) {
		b.Errorf("%d of %d came", came.Load(), b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
