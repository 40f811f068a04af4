package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"fairground/internal/value"
)

// puppet is a server that says what a test tells it, to see the conversation itself.
type puppet struct {
	mu      sync.Mutex
	heard   []string
	answers map[string]string // by the first word of a command
}

func startPuppet(t *testing.T, answers map[string]string) (*puppet, *SMTP) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &puppet{answers: answers}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.talk(conn)
		}
	}()
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Security: Plain, Domain: "market.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

func (p *puppet) talk(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 puppet\r\n")
	in := bufio.NewReader(conn)
	text := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		p.mu.Lock()
		if !text || word == "." {
			p.heard = append(p.heard, strings.TrimSpace(line))
		}
		answer := p.answers[word]
		p.mu.Unlock()
		if text && word != "." {
			continue
		}
		text = word == "DATA" && strings.HasPrefix(answer, "354")
		fmt.Fprint(conn, strings.ReplaceAll(answer, "\n", "\r\n")+"\r\n")
		if strings.HasPrefix(answer, "421") {
			return
		}
	}
}

// words are the commands after EHLO.
func (p *puppet) words() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, line := range p.heard {
		word, _, _ := strings.Cut(line, " ")
		all = append(all, word)
	}
	return strings.TrimPrefix(strings.Join(all, " "), "EHLO ")
}

func obedient(change map[string]string) map[string]string {
	all := map[string]string{"EHLO": "250-puppet\n250 PIPELINING", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 ok", "QUIT": "221 bye", "RSET": "250 ok"}
	for word, answer := range change {
		all[word] = answer
	}
	return all
}

func TestConversations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers map[string]string
		want    *Refusal // nil: it is sent
		heard   string   // the words after EHLO
	}{
		"together":               {nil, nil, "MAIL RCPT DATA ."},
		"in turn":                {map[string]string{"EHLO": "250 puppet"}, nil, "MAIL RCPT DATA ."},
		"in turn, refused":       {map[string]string{"EHLO": "250 puppet", "RCPT": "550 5.1.1 unknown"}, &Refusal{Code: 550, Permanent: true, Status: "5.1.1", Recipient: true}, "MAIL RCPT QUIT"},
		"together, refused":      {map[string]string{"RCPT": "550 5.1.1 unknown", "DATA": "554 no recipient"}, &Refusal{Code: 550, Permanent: true, Status: "5.1.1", Recipient: true}, "MAIL RCPT DATA QUIT"},
		"a text for nobody":      {map[string]string{"RCPT": "550 5.1.1 unknown", ".": "554 no recipient"}, &Refusal{Code: 550, Permanent: true, Status: "5.1.1", Recipient: true}, "MAIL RCPT DATA . QUIT"},
		"the sender is refused":  {map[string]string{"MAIL": "550 5.7.1 not you", "RCPT": "503 no", "DATA": "503 no"}, &Refusal{Code: 550, Permanent: true, Status: "5.7.1"}, "MAIL RCPT DATA QUIT"},
		"the text is refused":    {map[string]string{".": "554 5.7.1 looks like spam"}, &Refusal{Code: 554, Permanent: true, Status: "5.7.1"}, "MAIL RCPT DATA . QUIT"},
		"later":                  {map[string]string{"RCPT": "451 4.7.1 greylisted", "DATA": "554 no"}, &Refusal{Code: 451, Status: "4.7.1", Recipient: true}, "MAIL RCPT DATA QUIT"},
		"several lines of words": {map[string]string{".": "250-first\n250 second"}, nil, "MAIL RCPT DATA ."},
	} {
		p, s := startPuppet(t, obedient(c.answers))
		_, err := s.Deliver(context.Background(), lakeside, sample())
		var no *Refusal
		if (err == nil) != (c.want == nil) || err != nil && !errors.As(err, &no) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want != nil {
			no.Text = ""
			if *no != *c.want {
				t.Errorf("%s: %+v", name, *no)
			}
		}
		await(t, name+": "+c.heard, func() bool { return p.words() == c.heard })
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	p, s := startPuppet(t, obedient(map[string]string{"EHLO": "250-puppet\n250-8BITMIME\n250 SMTPUTF8"}))
	for _, to := range []value.Email{"mia@example.org", "grüße@example.org"} {
		m := sample()
		m.To = to
		if _, err := s.Deliver(context.Background(), lakeside, m); err != nil {
			t.Fatal(err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.heard[1] != "MAIL FROM:<post@market.example.org> BODY=8BITMIME" || p.heard[5] != "MAIL FROM:<post@market.example.org> BODY=8BITMIME SMTPUTF8" {
		t.Errorf("%q", p.heard)
	}
}

func TestGoodbyeAtOnceIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	_, s := startPuppet(t, obedient(map[string]string{"MAIL": "421 4.3.2 going down"}))
	_, err := s.Deliver(context.Background(), lakeside, sample())
	var no *Refusal
	if err == nil || errors.As(err, &no) && no.Permanent {
		t.Errorf("%v", err)
	}
}
