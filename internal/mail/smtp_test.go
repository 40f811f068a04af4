package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fairground/internal/value"
)

var lakeside = From{Name: "Marktplatz am See", Address: "post@market.example.org"}

func sample() Mail {
	return Mail{
		ID: 12345, At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), State: Queued,
		Message: Message{Kind: Kind{Name: "notice.receipt"}, To: "mia@example.org", Subject: "Your notice", Text: "It came in."},
	}
}

func TestLetterSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	m := sample()
	m.Subject = "Grüße vom Marktplatz: 自転車 für 120 € – ein sehr langer Betreff, der über eine Zeile hinausgeht"
	m.Text = "Guten Tag\n\n.ein Punkt am Anfang\nFrom hier\n" + strings.Repeat("lang ", 300) + "\nÄÖÜ 🚲"
	m.HTML = "<p>Guten Tag</p>"
	m.ReplyTo = "reply+7@market.example.org"
	m.Unsubscribe = "https://market.example.org/stop/abc"
	m.Headers = map[string]string{"In-Reply-To": "<a@b.example>", "X-Fairground-Site": "lakeside"}
	if state, err := p.transport(t).Deliver(t.Context(), lakeside, m); err != nil || state != Sent {
		t.Fatal(state, err)
	}
	envelope, got := p.only(t)
	if !envelope.tls || envelope.from != "post@market.example.org" || strings.Join(envelope.to, ",") != "mia@example.org" {
		t.Errorf("envelope %+v", envelope)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"To": "<mia@example.org>", "From": `"Marktplatz am See" <post@market.example.org>`, "Reply-To": "<reply+7@market.example.org>",
		"Message-Id": "<" + m.ID.Text("eml") + "@market.example.org>", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": "<https://market.example.org/stop/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"In-Reply-To": "<a@b.example>", "X-Fairground-Site": "lakeside", "Date": "Fri, 01 May 2026 12:00:00 +0000",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	text, html := parts(t, got.Header.Get("Content-Type"), got.Body)
	if text != m.Text || html != m.HTML {
		t.Errorf("text %q, html %q", text, html)
	}
	for line := range strings.SplitSeq(envelope.source, "\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// parts decodes the two alternatives.
func parts(t *testing.T, contentType string, body io.Reader) (text, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", contentType, err)
	}
	reader := multipart.NewReader(body, params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		content := strings.ReplaceAll(string(decoded), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			html = content
		} else {
			text = content
		}
	}
}

func TestInjectionIsRefused(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	for name, change := range map[string]func(*Message){
		"subject CRLF":       func(m *Message) { m.Subject = "a\r\nBcc: eve@example.org" },
		"subject LF":         func(m *Message) { m.Subject = "a\nBcc: eve@example.org" },
		"subject CR":         func(m *Message) { m.Subject = "a\rBcc: eve@example.org" },
		"subject separator":  func(m *Message) { m.Subject = "a\u2028Bcc: eve@example.org" },
		"subject NEL":        func(m *Message) { m.Subject = "a\u0085Bcc: eve@example.org" },
		"subject bytes":      func(m *Message) { m.Subject = "a\xff" },
		"subject empty":      func(m *Message) { m.Subject = "" },
		"subject long":       func(m *Message) { m.Subject = strings.Repeat("ü", 201) },
		"to two":             func(m *Message) { m.To = "mia@example.org, eve@example.org" },
		"to named":           func(m *Message) { m.To = "Mia <mia@example.org>" },
		"to CRLF":            func(m *Message) { m.To = "mia@example.org>\r\nRCPT TO:<eve@example.org" },
		"to empty":           func(m *Message) { m.To = "" },
		"reply to":           func(m *Message) { m.ReplyTo = "x@example.org\r\nBcc: eve@example.org" },
		"header CRLF":        func(m *Message) { m.Headers = map[string]string{"References": "<a>\r\nBcc: eve@example.org"} },
		"header name":        func(m *Message) { m.Headers = map[string]string{"X-Fairground-A: b\r\nBcc": "eve@example.org"} },
		"header Bcc":         func(m *Message) { m.Headers = map[string]string{"Bcc": "eve@example.org"} },
		"header From":        func(m *Message) { m.Headers = map[string]string{"From": "eve@example.org"} },
		"header not ASCII":   func(m *Message) { m.Headers = map[string]string{"X-Fairground-A": "ü"} },
		"unsubscribe CRLF":   func(m *Message) { m.Unsubscribe = "https://a.example/\r\nBcc:eve@example.org" },
		"unsubscribe two":    func(m *Message) { m.Unsubscribe = "https://a.example/>,<https://b.example/" },
		"unsubscribe script": func(m *Message) { m.Unsubscribe = "javascript:alert(1)" },
		"unsubscribe none":   func(m *Message) { m.Kind.Bulk = true },
		"text NUL":           func(m *Message) { m.Text = "a\x00b" },
		"text bytes":         func(m *Message) { m.Text = "\xff" },
		"text empty":         func(m *Message) { m.Text = "" },
		"text huge":          func(m *Message) { m.Text = strings.Repeat("a", 2<<20) },
		"no kind":            func(m *Message) { m.Kind = Kind{} },
	} {
		m := sample()
		change(&m.Message)
		if err := m.check(); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if _, err := p.transport(t).Deliver(t.Context(), lakeside, m); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	for _, from := range []From{{Name: "Lakeside\r\nBcc: eve@example.org", Address: lakeside.Address}, {Name: "Lakeside", Address: "a@b.example\r\nBcc: eve@example.org"}, {}} {
		if _, err := p.transport(t).Deliver(t.Context(), from, sample()); err == nil {
			t.Errorf("sent from %+v", from)
		}
	}
	if got := p.received(); len(got) != 0 {
		t.Errorf("letters came: %+v", got)
	}
}

func TestBodyCannotEndTheMail(t *testing.T) {
	t.Parallel()
	p := startPost(t, StartTLS)
	m := sample()
	m.Text = "before\r\n.\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<eve@example.org>\n.\nafter\r.\rend"
	if _, err := p.transport(t).Deliver(t.Context(), lakeside, m); err != nil {
		t.Fatal(err)
	}
	if got, _ := p.only(t); !strings.Contains(got.source, "after") || got.to[0] != "mia@example.org" {
		t.Errorf("%+v", got)
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server Security
		change func(*SMTPConfig)
		sent   bool
	}{
		"STARTTLS":                {StartTLS, func(*SMTPConfig) {}, true},
		"TLS":                     {TLS, func(*SMTPConfig) {}, true},
		"plain, as told":          {Plain, func(*SMTPConfig) {}, true},
		"STARTTLS is not offered": {Plain, func(c *SMTPConfig) { c.Security = StartTLS }, false},
		"unknown certificate":     {StartTLS, func(c *SMTPConfig) { c.Roots = x509.NewCertPool() }, false},
		"another host's":          {StartTLS, func(c *SMTPConfig) { c.Host = "127.0.0.1" }, false},
		"signed in":               {StartTLS, func(c *SMTPConfig) { c.Account, c.Password = "fair", "correct horse" }, true},
		"wrong password":          {StartTLS, func(c *SMTPConfig) { c.Account, c.Password = "fair", "staple" }, false},
	} {
		p := startPost(t, c.server)
		c.change(&p.config)
		_, err := p.transport(t).Deliver(t.Context(), lakeside, sample())
		if (err == nil) != c.sent || len(p.received()) == 1 != c.sent {
			t.Errorf("%s: %v, %d letters", name, err, len(p.received()))
		}
		var no *Refusal
		if errors.As(err, &no) && no.Permanent {
			t.Errorf("%s: a fault of the settings fails the message for good", name)
		}
		if err != nil && strings.Contains(err.Error(), "staple") {
			t.Errorf("%s: the error has the password", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, permanent := range map[int]bool{421: false, 450: false, 452: false, 550: true, 552: true, 554: true, 530: false} {
		p := startPost(t, StartTLS)
		p.refuse = refusing(code, "not now")
		_, err := p.transport(t).Deliver(t.Context(), lakeside, sample())
		var no *Refusal
		if !errors.As(err, &no) || no.Code != code || no.Permanent != permanent {
			t.Errorf("%d: %#v", code, err)
			continue
		}
		if strings.Contains(err.Error(), "mia@") || !strings.Contains(err.Error(), "m…@example.org") {
			t.Errorf("%d: the error names the recipient: %v", code, err)
		}
	}
	p := startPost(t, StartTLS)
	p.afterAll = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"}
	var no *Refusal
	if _, err := p.transport(t).Deliver(t.Context(), lakeside, sample()); !errors.As(err, &no) || !no.Permanent {
		t.Errorf("refused after the body: %v", err)
	}
}

func TestSilentServerTimesOut(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel and never greets
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Domain: "market.example.org", Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := s.Deliver(context.Background(), lakeside, sample()); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestParseSMTP(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]SMTPConfig{
		"smtp://fair:a%40b@mail.example.org": {Host: "mail.example.org", Port: 587, Account: "fair", Password: "a@b", Security: StartTLS},
		"smtps://mail.example.org:2465":      {Host: "mail.example.org", Port: 2465, Security: TLS},
		"smtp+plain://localhost":             {Host: "localhost", Port: 25, Security: Plain},
	} {
		want.Domain = "market.example.org"
		if got, err := ParseSMTP(address, want.Domain); err != nil || got != want {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
	for _, c := range [][2]string{
		{"mail.example.org:587", "market.example.org"}, {"http://mail.example.org", "market.example.org"}, {"smtp://", "market.example.org"},
		{"smtp://mail.example.org:0", "market.example.org"}, {"smtp://a:secretword@mail.example.org:99999", "market.example.org"},
		{"smtp+plain://a:secretword@mail.example.org", "market.example.org"}, {"smtp://mail.example.org", "localhost"},
		{"smtp://a:secretword@mail.example.org:x", "market.example.org"}, {"smtp://mail.example.org", "a.b\r\nc"},
	} {
		_, err := ParseSMTP(c[0], c[1])
		if value.KindOf(err) != value.Invalid || strings.Contains(err.Error(), "secretword") {
			t.Errorf("%v: %v", c, err)
		}
	}
}
