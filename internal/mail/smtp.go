package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"fairground/internal/value"
)

// Security says how the way to the mail server is protected.
type Security string

// The ways. StartTLS and TLS check the server's certificate.
const (
	StartTLS Security = "starttls" // required: a server that does not offer it gets nothing
	TLS      Security = "tls"      // from the first byte
	Plain    Security = "plain"    // for a server on the same machine; never with a password
)

// SMTPConfig says which server takes our mail.
type SMTPConfig struct {
	Host     string
	Port     int
	Account  string // empty: without signing in
	Password string
	Security Security
	Domain   string         // fully qualified: with which we greet the server
	Timeout  time.Duration  // for connecting, and again for sending; 0 is 30 s
	Roots    *x509.CertPool // nil is the machine's
	Idle     time.Duration  // how long an unused connection stays open; 0 is 20 s
	Batch    int            // mails over one connection before it is made anew; 0 is 200
}

// SMTP is the Transport that hands mail to a server. It keeps a few connections open for a moment, because mails come
// in batches. One SMTP serves all sites that use the same server; what differs between them is in From. Safe for
// several goroutines.
type SMTP struct {
	config SMTPConfig
	lines  lines
}

// ParseSMTP reads an address such as smtp://account:password@mail.example.org:587, smtps:// for TLS from the first
// byte, or smtp+plain:// for none. domain is the site's own. Errors never hold the password.
func ParseSMTP(address, domain string) (SMTPConfig, error) {
	c := SMTPConfig{Domain: domain}
	u, err := url.Parse(address)
	if err != nil {
		return c, value.Errorf(value.Invalid, "the address of the mail server cannot be read; write smtp://account:password@host:587")
	}
	switch u.Scheme {
	case "smtp":
		c.Security, c.Port = StartTLS, 587
	case "smtps":
		c.Security, c.Port = TLS, 465
	case "smtp+plain":
		c.Security, c.Port = Plain, 25
	default:
		return c, value.Errorf(value.Invalid, "the address of the mail server begins with smtp://, smtps:// or smtp+plain://")
	}
	c.Host, c.Account = u.Hostname(), u.User.Username()
	c.Password, _ = u.User.Password()
	if port := u.Port(); port != "" {
		if c.Port, err = strconv.Atoi(port); err != nil {
			return c, value.Errorf(value.Invalid, "the port of the mail server is no number")
		}
	}
	_, err = NewSMTP(c)
	return c, err
}

// NewSMTP checks the settings; it does not connect.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Idle == 0 {
		c.Idle = 20 * time.Second
	}
	if c.Batch == 0 {
		c.Batch = 200
	}
	if c.Security == "" {
		c.Security = StartTLS
	}
	switch {
	case c.Host == "" || c.Port < 1 || c.Port > 65535:
		return nil, value.Errorf(value.Invalid, "the mail server needs a host and a port")
	case !slices.Contains([]Security{StartTLS, TLS, Plain}, c.Security):
		return nil, value.Errorf(value.Invalid, "the mail server's security is starttls, tls or plain")
	case c.Security == Plain && c.Password != "":
		return nil, value.Errorf(value.Invalid, "a password does not go to a mail server without TLS")
	case !strings.Contains(strings.Trim(c.Domain, "."), ".") || !isLine(c.Domain) || strings.ContainsAny(c.Domain, " <>@"):
		return nil, value.Errorf(value.Invalid, "mail needs a full domain such as market.example.org")
	}
	return &SMTP{config: c}, nil
}

func (s *SMTP) client(conn *net.Conn) (*gomail.Client, error) {
	c := s.config
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithHELO(c.Domain),
		gomail.WithTLSConfig(&tls.Config{ServerName: c.Host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch c.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.Security != TLS {
		options = append(options, gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			made, err := new(net.Dialer).DialContext(ctx, network, address)
			*conn = made
			return made, err
		}))
	}
	if c.Account != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(c.Account), gomail.WithPassword(c.Password))
	}
	return gomail.NewClient(c.Host, options...)
}

const longestProblem = 500 // bytes of an error worth keeping

// masked is an error as a table may keep it: one short line that shows who was meant only to those who know.
func masked(err error, to value.Email) string {
	text := regexp.MustCompile("(?i)"+regexp.QuoteMeta(string(to))).ReplaceAllLiteralString(err.Error(), to.Masked())
	text = strings.ToValidUTF8(strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, text), "")
	if len(text) > longestProblem {
		text = strings.ToValidUTF8(text[:longestProblem], "")
	}
	return text
}
