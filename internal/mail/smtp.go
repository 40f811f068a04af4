package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
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
	Domain   string         // fully qualified: of Message-ID and of the greeting
	Timeout  time.Duration  // for connecting, and again for sending; 0 is 30 s
	Roots    *x509.CertPool // nil is the machine's
}

// SMTP is the Transport that hands mail to a server. It connects for each message. Safe for several goroutines.
type SMTP struct{ config SMTPConfig }

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

// Deliver sends one mail.
func (s *SMTP) Deliver(ctx context.Context, from From, m Mail) (State, error) {
	letter, err := s.letter(from, m)
	if err != nil {
		return "", &Refusal{Permanent: true, Text: masked(err, m.To)}
	}
	var conn net.Conn
	client, err := s.client(&conn)
	if err != nil {
		return "", fmt.Errorf("mail.Deliver: %w", err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if conn != nil {
			conn.Close() // the library leaves it open
		}
		// Whatever is wrong before the message is named concerns the server or our account, so it is tried again.
		return "", fmt.Errorf("mail.Deliver: connecting to %s: %s", s.config.Host, masked(err, m.To))
	}
	err = client.SendWithSMTPClient(session, letter)
	// The server has answered for the message; how the connection ends changes nothing.
	_ = client.CloseWithSMTPClient(session)
	if err != nil && !letter.IsDelivered() {
		return "", refusal(err, m.To)
	}
	return Sent, nil
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

// letter writes the message as mail. Its Message-ID comes from its id, so a mail that goes out twice is one mail.
func (s *SMTP) letter(from From, m Mail) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if !isLine(from.Name) {
		return nil, fmt.Errorf("the sender's name is not one line")
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	if err := errors.Join(letter.FromFormat(from.Name, string(from.Address)), letter.To(string(m.To))); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := letter.ReplyTo(string(m.ReplyTo)); err != nil {
			return nil, err
		}
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(m.At)
	letter.SetMessageIDWithValue(m.ID.Text("eml") + "@" + s.config.Domain)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	for name, text := range m.Headers {
		letter.SetGenHeader(gomail.Header(name), text)
	}
	if err := unsubscribe(letter, m.Unsubscribe); err != nil {
		return nil, err
	}
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

// unsubscribe offers one click where the address is https, as RFC 8058 wants it, and a link otherwise.
func unsubscribe(letter *gomail.Msg, address string) error {
	switch {
	case address == "":
		return nil
	case strings.HasPrefix(address, "https:"):
		return letter.SetListUnsubscribeOneClick(address)
	}
	letter.SetListUnsubscribe(address)
	return nil
}

// refusal keeps what the server said. 530 and 535 are about our account, not about the message.
func refusal(err error, to value.Email) error {
	var no *gomail.SendError
	if !errors.As(err, &no) || no.ErrorCode() == 0 {
		return fmt.Errorf("mail.Deliver: %s", masked(err, to))
	}
	code := no.ErrorCode()
	return &Refusal{Code: code, Permanent: code >= 500 && code != 530 && code != 535, Text: masked(err, to)}
}

const longestProblem = 500 // bytes of an error worth keeping

// masked is an error as a table may keep it: one short line that shows who was meant only to those who know.
func masked(err error, to value.Email) string {
	text, _, _ := strings.Cut(err.Error(), ", affected recipient") // the library repeats whom and what
	text = regexp.MustCompile("(?i)"+regexp.QuoteMeta(string(to))).ReplaceAllLiteralString(text, to.Masked())
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
