package inbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"fairground/internal/value"
)

const (
	longestLine  = 16 << 10 // bytes; senders break lines at 998, and some do not
	acceptsTime  = 30 * time.Second
	handleTime   = 2 * time.Minute
	farewellTime = 20 * time.Second // for mails that are under way when the Receiver stops
)

// Receiver is our mail server. It takes mail for our own addresses and for no others.
type Receiver struct {
	config   Config
	server   *smtp.Server
	networks *networks
	held     atomic.Int64  // bytes of mails that are being received
	readers  chan struct{} // a place for each mail that is parsed, so that pages have processors left
	listener net.Listener
	base     context.Context // of Accepts and Handle; a mail under way is finished when the program stops
}

// NewReceiver checks the settings and makes the server; Listen or Serve open its port.
func NewReceiver(c Config) (*Receiver, error) {
	if c.Accepts == nil || c.Handle == nil {
		return nil, fmt.Errorf("inbound.NewReceiver: Accepts and Handle are needed")
	}
	if !isHostName(c.Name) {
		return nil, value.Errorf(value.Invalid, "the mail receiver needs a full name such as mail.market.example.org, not %q", c.Name)
	}
	c = c.complete()
	certificate, err := certificateOf(c)
	if err != nil {
		return nil, fmt.Errorf("inbound.NewReceiver(%s): %w", c.Name, err)
	}
	r := &Receiver{config: c, networks: newNetworks(c), base: context.Background(), readers: make(chan struct{}, max(1, runtime.NumCPU()/2))}
	r.server = smtp.NewServer(smtp.BackendFunc(r.visit))
	s := r.server
	s.Domain, s.MaxRecipients, s.MaxMessageBytes, s.MaxLineLength = c.Name, c.Recipients, c.Size_bytes, longestLine
	s.ReadTimeout, s.WriteTimeout = c.Idle, c.Idle
	s.EnableSMTPUTF8 = false // our addresses are ASCII
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	s.ErrorLog = log.New(logLines{c.Log}, "", 0)
	return r, nil
}

// Listen opens the port, so that a program learns of an occupied port at its start.
func (r *Receiver) Listen() error {
	listener, err := net.Listen("tcp", r.config.Listen)
	if err != nil {
		return fmt.Errorf("inbound.Listen(%s): %w", r.config.Listen, err)
	}
	r.listener = &door{Listener: listener, receiver: r}
	return nil
}

// Addr is the address that Listen opened.
func (r *Receiver) Addr() net.Addr { return r.listener.Addr() }

// Serve receives mail until ctx ends. Then it takes no more connections, lets the mails that are under way come in for
// up to 20 s, and returns nil. It calls Listen when that was not done. A Receiver serves once.
func (r *Receiver) Serve(ctx context.Context) error {
	if r.listener == nil {
		if err := r.Listen(); err != nil {
			return err
		}
	}
	r.base = context.WithoutCancel(ctx)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
		defer cancel()
		r.networks.sendIdleHome()
		if err := r.server.Shutdown(farewell); err != nil {
			_ = r.server.Close()
			r.networks.closeAll()
		}
	})
	err := r.server.Serve(r.listener)
	if !stop() {
		<-ended
		return nil
	}
	if err != nil {
		return fmt.Errorf("inbound.Serve(%s): %w", r.config.Listen, err)
	}
	return nil
}

// answer is what the other server hears about an error of Accepts or Handle.
func (r *Receiver) answer(err error) error {
	if err == nil {
		return nil
	}
	var ready *smtp.SMTPError
	if errors.As(err, &ready) {
		return ready
	}
	reply := func(code int, enhanced smtp.EnhancedCode, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: oneLine(text)}
	}
	switch value.KindOf(err) {
	case value.NotFound:
		return reply(550, smtp.EnhancedCode{5, 1, 1}, "this address takes no mail, or not any more")
	case value.Forbidden, value.Conflict:
		return reply(554, smtp.EnhancedCode{5, 7, 1}, messageOf(err))
	case value.Invalid:
		return reply(554, smtp.EnhancedCode{5, 6, 0}, messageOf(err))
	case value.Limited:
		return reply(451, smtp.EnhancedCode{4, 7, 1}, "too much at the moment, please try again later")
	case value.Unavailable:
		return reply(451, smtp.EnhancedCode{4, 3, 0}, "not possible at the moment, please try again later")
	}
	r.config.Log.Error("a mail could not be taken", "error", err)
	return reply(451, smtp.EnhancedCode{4, 3, 0}, "a fault of ours, please try again later")
}

// messageOf is the sentence for a person, without the cause.
func messageOf(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return "refused"
}

// oneLine is a text as it may stand in an answer: ASCII, one line, at most 300 bytes.
func oneLine(text string) string {
	text = strings.Map(func(c rune) rune {
		switch {
		case c < ' ':
			return ' '
		case c > '~':
			return '?'
		}
		return c
	}, text)
	return text[:min(len(text), 300)]
}

// logLines takes what the SMTP library complains about: broken connections of others, which are no errors of ours.
type logLines struct{ to *slog.Logger }

func (l logLines) Write(line []byte) (int, error) {
	l.to.Debug("mail receiver", "says", strings.TrimSpace(string(line)))
	return len(line), nil
}

var _ io.Writer = logLines{}
