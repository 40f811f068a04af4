package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/wneessen/go-mail/smtp"

	"fairground/internal/value"
)

const mostIdle = 4 // connections kept open

// line is an open connection to the mail server, for one mail at a time.
type line struct {
	*smtp.Client
	pipelining bool // the server takes several commands at once
	used       int  // mails sent over it
	idleSince  time.Time
}

// lines are the connections that wait for the next mail, the one used last at the end.
type lines struct {
	mu   sync.Mutex
	idle []*line
}

// take returns the connection used last, if it was used lately, and closes those that were not.
func (p *lines) take(patience time.Duration) *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(patience)
	if len(p.idle) == 0 {
		return nil
	}
	last := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return last
}

func (p *lines) sweep(patience time.Duration) {
	for len(p.idle) > 0 && time.Since(p.idle[0].idleSince) > patience {
		p.idle[0].quit()
		p.idle = p.idle[1:]
	}
}

// put keeps a connection for the next mail. A timer closes it when none comes.
func (p *lines) put(l *line, patience time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) >= mostIdle {
		l.quit()
		return
	}
	l.idleSince = time.Now()
	p.idle = append(p.idle, l)
	time.AfterFunc(patience+time.Second, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sweep(patience)
	})
}

// Close ends the connections that wait. The SMTP can be used on.
func (s *SMTP) Close() error {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	s.lines.sweep(-1)
	return nil
}

// quit says goodbye and does not wait for the answer: what was sent was answered before.
func (l *line) quit() {
	_ = l.UpdateDeadline(time.Second)
	_, _ = l.Text.Cmd("QUIT")
	_ = l.Client.Close()
}

// Deliver sends one mail.
func (s *SMTP) Deliver(ctx context.Context, from From, m Mail) (State, error) {
	written, err := source(from, m)
	if err != nil {
		return "", &Refusal{Permanent: true, Text: masked(err, m.To)}
	}
	l := s.lines.take(s.config.Idle)
	waited := l != nil
	for {
		if l == nil {
			if l, err = s.connect(ctx); err != nil {
				// Whatever is wrong before the message is named concerns the server or our account, so it is tried again.
				return "", fmt.Errorf("mail.Deliver: connecting to %s: %s", s.config.Host, masked(err, m.To))
			}
		}
		heard, err := l.send(s.config.Timeout, envelope(from, m), m.To, written)
		if err == nil {
			s.keep(l)
			return Sent, nil
		}
		l.quit()
		if !waited || heard {
			return "", refusal(err, m.To)
		}
		// The server had ended the connection while it waited, so it knows nothing of this mail.
		l, waited = nil, false
	}
}

func (s *SMTP) keep(l *line) {
	if l.used++; l.used >= s.config.Batch {
		l.quit()
		return
	}
	s.lines.put(l, s.config.Idle)
}

func (s *SMTP) connect(ctx context.Context) (*line, error) {
	var conn net.Conn
	client, err := s.client(&conn)
	if err != nil {
		return nil, err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if conn != nil {
			conn.Close() // the library leaves it open
		}
		return nil, err
	}
	pipelining, _ := session.Extension("PIPELINING")
	return &line{Client: session, pipelining: pipelining}, nil
}

// stepError is a refusal with the step at which it came.
type stepError struct {
	said      *textproto.Error
	recipient bool
}

// Error is what the server said.
func (e stepError) Error() string { return e.said.Error() }

// Unwrap lets errors.As find the answer.
func (e stepError) Unwrap() error { return e.said }

// send carries one mail over. heard is false when the server did not answer at all, or only said goodbye.
func (l *line) send(timeout time.Duration, from, to value.Email, source []byte) (heard bool, err error) {
	if err := l.UpdateDeadline(timeout); err != nil {
		return false, err
	}
	steps := []string{"MAIL FROM:<" + string(from) + ">" + l.wishes(from, to), "RCPT TO:<" + string(to) + ">", "DATA"}
	if l.pipelining {
		err = l.together(steps)
	} else {
		err = l.inTurn(steps)
	}
	if err != nil {
		var no *textproto.Error
		return errors.As(err, &no) && no.Code != 421, err
	}
	return true, l.text(source)
}

// wishes are what the server must know of the mail before: letters beyond ASCII in its text, and in its addresses.
func (l *line) wishes(from, to value.Email) string {
	all := ""
	if ok, _ := l.Extension("8BITMIME"); ok {
		all = " BODY=8BITMIME"
	}
	beyond := strings.ContainsFunc(string(from+to), func(c rune) bool { return c > unicode.MaxASCII })
	if ok, _ := l.Extension("SMTPUTF8"); ok && beyond {
		all += " SMTPUTF8"
	}
	return all
}

var expected = []int{25, 25, 354}

// together sends the commands at once (RFC 2920) and reads their answers in order. When the server takes a text for
// a recipient it refused, it gets an empty one.
func (l *line) together(steps []string) error {
	for _, step := range steps {
		if _, err := l.Text.W.WriteString(step + "\r\n"); err != nil {
			return err
		}
	}
	if err := l.Text.W.Flush(); err != nil {
		return err
	}
	var refused error
	for i := range steps {
		err := l.answer(i)
		var no *textproto.Error
		if err != nil && !errors.As(err, &no) {
			return errors.Join(refused, err)
		}
		if refused == nil {
			refused = err
		}
		if i == len(steps)-1 && err == nil && refused != nil {
			_, _ = io.WriteString(l.Text.W, ".\r\n")
		}
	}
	return refused
}

func (l *line) inTurn(steps []string) error {
	for i, step := range steps {
		if _, err := l.Text.Cmd("%s", step); err != nil {
			return err
		}
		if err := l.answer(i); err != nil {
			return err
		}
	}
	return nil
}

// answer reads the answer to a step.
func (l *line) answer(step int) error {
	_, _, err := l.Text.ReadResponse(expected[step])
	var no *textproto.Error
	if errors.As(err, &no) {
		return stepError{no, step == 1}
	}
	return err
}

func (l *line) text(source []byte) error {
	w := l.Text.DotWriter()
	_, err := io.Copy(w, bytes.NewReader(source))
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	_, _, err = l.Text.ReadResponse(250)
	return err
}

// refusal keeps what the server said. 530 and 535 are about our account, not about the message.
func refusal(err error, to value.Email) error {
	var no *textproto.Error
	if !errors.As(err, &no) {
		return fmt.Errorf("mail.Deliver: %s", masked(err, to))
	}
	var step stepError
	return &Refusal{
		Code: no.Code, Permanent: no.Code >= 500 && no.Code != 530 && no.Code != 535,
		Status: statusInText.FindString(no.Msg), Recipient: errors.As(err, &step) && step.recipient, Text: masked(errors.New(no.Msg), to),
	}
}
