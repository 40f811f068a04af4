package inbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"fairground/internal/value"
)

const mostStrangers = 5 // wrong recipients of one connection

// visit is one conversation with another mail server.
type visit struct {
	receiver   *Receiver
	conn       *smtp.Conn
	guest      *guest
	envelope   value.Email
	recipients []value.Email
	strangers  int
}

func (r *Receiver) visit(c *smtp.Conn) (smtp.Session, error) {
	g, ok := guestOf(c.Conn())
	if !ok {
		return nil, fmt.Errorf("inbound: a connection that did not come through the door")
	}
	return &visit{receiver: r, conn: c, guest: g}, nil
}

// guestOf finds our connection below TLS.
func guestOf(conn net.Conn) (*guest, bool) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	g, ok := conn.(*guest)
	return g, ok
}

// Reset forgets the mail that was begun.
func (v *visit) Reset() { v.envelope, v.recipients = "", nil }

// Logout has nothing to do: the guest leaves when its connection closes.
func (v *visit) Logout() error { return nil }

// Mail begins a mail.
func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if !v.guest.mayMail(v.receiver.config.Clock) {
		return v.receiver.answer(value.Errorf(value.Limited, "too many mails"))
	}
	v.Reset()
	if from == "" {
		return nil
	}
	envelope, err := value.ParseEmail(from)
	if err != nil {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 1, 7}, Message: "the sender is not a full mail address"}
	}
	v.envelope = envelope
	return nil
}

// Rcpt names a recipient, which must be one of ours.
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	r := v.receiver
	recipient, err := value.ParseEmail(to)
	if err != nil {
		err = value.Errorf(value.NotFound, "no address")
	} else {
		ctx, cancel := context.WithTimeout(r.base, acceptsTime)
		defer cancel()
		err = r.config.Accepts(ctx, recipient)
	}
	if value.KindOf(err) == value.NotFound {
		return v.strange(err)
	}
	if err != nil {
		return r.answer(err)
	}
	v.recipients = append(v.recipients, recipient)
	return nil
}

// strange answers a wrong recipient, and hangs up on who tries many.
func (v *visit) strange(err error) error {
	v.strangers++
	v.guest.stranger(v.receiver.config.Clock)
	if v.strangers < mostStrangers {
		return v.receiver.answer(err)
	}
	// The next command finds no time left to be read, and the server says goodbye.
	v.guest.dismissed.Store(true)
	return v.receiver.answer(err)
}

// Data takes the mail's text and hands it over.
func (v *visit) Data(body io.Reader) error {
	r := v.receiver
	v.guest.busy.Store(true)
	defer v.guest.busy.Store(false)
	_ = v.guest.Conn.SetReadDeadline(time.Now().Add(r.config.Transfer))
	raw, err := r.hold(body)
	defer r.held.Add(-int64(cap(raw)))
	if err != nil {
		return r.broken(err)
	}
	ctx, cancel := context.WithTimeout(r.base, handleTime)
	defer cancel()
	in, err := r.read(ctx, v.envelope, raw)
	if err != nil {
		return r.answer(err)
	}
	if in.Loop = in.Loop || v.ours(in.loops); in.Loop {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 4, 6}, Message: "this mail has been here before"}
	}
	in.Results = r.results(ctx, v.caller(), in, raw)
	return v.handOver(ctx, in)
}

// read waits for its turn.
func (r *Receiver) read(ctx context.Context, envelope value.Email, raw []byte) (Incoming, error) {
	select {
	case r.readers <- struct{}{}:
		defer func() { <-r.readers }()
		return Read(envelope, raw)
	case <-ctx.Done():
		return Incoming{}, value.Errorf(value.Unavailable, "too many mails at once")
	}
}

// broken answers a mail whose text did not arrive whole.
func (r *Receiver) broken(err error) error {
	var ready *smtp.SMTPError
	if errors.As(err, &ready) || value.KindOf(err) == value.Limited {
		return r.answer(err)
	}
	if errors.Is(err, smtp.ErrTooLongLine) {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "a line of this mail is too long"}
	}
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "the mail did not arrive whole"}
}

// ours says whether one of these domains, which a mail names as its senders, is that of a recipient.
func (v *visit) ours(domains []string) bool {
	return slices.ContainsFunc(v.recipients, func(to value.Email) bool { return slices.Contains(domains, domainOf(string(to))) })
}

// hold reads a mail while there is memory for it. What it returns counts as held, also with an error.
func (r *Receiver) hold(body io.Reader) ([]byte, error) {
	var raw bytes.Buffer
	counted := 0
	for {
		raw.Grow(max(raw.Len()/4, 32<<10))
		if more := raw.Cap() - counted; more > 0 {
			counted += more
			if r.held.Add(int64(more)) > r.config.Memory_bytes {
				return raw.Bytes()[:raw.Len():counted], value.Errorf(value.Limited, "too many mails at once")
			}
		}
		_, err := io.CopyN(&raw, body, int64(raw.Available()))
		held := raw.Bytes()[:raw.Len():counted]
		if errors.Is(err, io.EOF) {
			return held, nil
		}
		if err != nil {
			return held, err
		}
	}
}

// handOver gives the mail to each recipient. Who sent it hears of the gravest outcome: a mail that somebody must get
// later comes again, and one that somebody refused is answered with who did.
func (v *visit) handOver(ctx context.Context, in Incoming) error {
	r := v.receiver
	var later, refused *smtp.SMTPError
	taken := 0
	for _, recipient := range v.recipients {
		var no *smtp.SMTPError
		if !errors.As(r.answer(r.config.Handle(ctx, recipient, in)), &no) {
			taken++
			continue
		}
		if no.Temporary() {
			later = no
			continue
		}
		if len(v.recipients) > 1 {
			no.Message = oneLine(string(recipient) + ": " + no.Message)
		}
		refused = no
	}
	switch {
	case later != nil:
		return later
	case refused == nil:
		return nil
	case taken > 0:
		refused.Message = oneLine(refused.Message + " (the other recipients have it)")
	}
	return refused
}

// caller is what the results need to know of the other server.
func (v *visit) caller() caller {
	_, secured := v.conn.TLSConnectionState()
	return caller{address: v.guest.address, hello: strings.ToLower(v.conn.Hostname()), tls: secured}
}
