package inbound

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"fairground/internal/value"
)

// Config is what a Receiver needs. What is marked optional has a default, given in the package comment.
type Config struct {
	Listen string // such as ":25" or "127.0.0.1:2525"
	Name   string // the server's full name, with which it greets, such as mail.market.example.org
	// Certificate for STARTTLS. With nil the Receiver makes one of its own at each start, which other mail servers
	// take as they take every certificate they cannot check: the way is encrypted, its end not proved.
	Certificate *tls.Certificate

	// Accepts says whether an address takes mail: nil, or an error, see the package comment. It is called with the
	// address in lower case, for each recipient, before the mail itself comes.
	Accepts func(ctx context.Context, recipient value.Email) error
	// Handle keeps a mail. After nil it is ours, and its sender will not send it again. It may be called again with a
	// mail it had already (same recipient and Digest), and at the same time for several mails.
	Handle func(ctx context.Context, recipient value.Email, in Incoming) error

	Resolver Resolver     // optional; the machine's
	Clock    value.Clock  // optional; the machine's
	Log      *slog.Logger // optional; without it nothing is logged

	Size_bytes         int64         // optional
	Memory_bytes       int64         // optional
	Recipients         int           // optional
	Connections        int           // optional
	PerNetwork         int           // optional
	Mails_per_minute   int           // optional
	Strangers_per_hour int           // optional
	Idle               time.Duration // optional
	Transfer           time.Duration // optional
}

// Resolver asks the domain name system; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, address string) (names []string, err error)
}

func orDefault[T comparable](given *T, usual T) {
	var zero T
	if *given == zero {
		*given = usual
	}
}

// complete fills in what was left out.
func (c Config) complete() Config {
	orDefault(&c.Size_bytes, 15<<20)
	orDefault(&c.Memory_bytes, 192<<20)
	orDefault(&c.Recipients, 10)
	orDefault(&c.Connections, 200)
	orDefault(&c.PerNetwork, 20)
	orDefault(&c.Mails_per_minute, 1200)
	orDefault(&c.Strangers_per_hour, 60)
	orDefault(&c.Idle, time.Minute)
	orDefault(&c.Transfer, 5*time.Minute)
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
