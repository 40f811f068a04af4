package mail

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/value"
)

// Kind is a sort of mail that a feature sends, such as {Name: "account.sign_in", Secret: true}.
type Kind struct {
	Name   string // the feature's name, a dot, and what it is
	Secret bool   // the body lets somebody in, and is erased when it was sent
	Bulk   bool   // nobody asked for this one message, so it needs Unsubscribe
}

// Message is one mail to one recipient. The zero value of what is marked optional leaves it out.
type Message struct {
	Kind        Kind
	To          value.Email
	ReplyTo     value.Email // optional
	Subject     string
	Text        string
	HTML        string            // optional; Text must say the same
	Unsubscribe string            // optional; absolute address that stops mails of this kind by one POST
	Headers     map[string]string // optional; see check for the names allowed
	Until       time.Time         // optional; not to be sent later
	// Sender is the person whose words these are, such as "Mina at Lakeside Market"; optional. It stands before the
	// site's address, cleaned of all that could look like an address. A mail with a Sender is not marked as automatic.
	Sender string
	// Thread gathers mails in the reader's program: all with the same Thread answer to one; optional.
	Thread string
}

// From is who a site's mail comes from.
type From struct {
	Name    string
	Address value.Email
	Signer  *Signer  // optional; without it mails are not signed
	Returns *Returns // optional; without it mails come back to Address, and nobody learns that they did
}

const (
	longestSubject = 200     // characters
	longestHeader  = 900     // bytes; a line of mail has at most 998
	longestBody    = 1 << 20 // bytes, of text and of HTML
	longestThread  = 200     // bytes
)

// check refuses what could not be sent, or would be sent as something else.
func (m *Message) check() error {
	if m.Kind.Name == "" || strings.ContainsFunc(m.Kind.Name, unicode.IsControl) {
		return fmt.Errorf("a mail needs a kind")
	}
	if err := checkAddress("to", m.To); err != nil {
		return err
	}
	if m.ReplyTo != "" {
		if err := checkAddress("reply_to", m.ReplyTo); err != nil {
			return err
		}
	}
	if m.Subject == "" || utf8.RuneCountInString(m.Subject) > longestSubject || !isLine(m.Subject) {
		return value.Fieldf("subject", "write a subject on one line of at most %d characters", longestSubject)
	}
	for field, body := range map[string]string{"text": m.Text, "html": m.HTML} {
		if len(body) > longestBody || !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
			return value.Fieldf(field, "the mail is too long, or not valid UTF-8")
		}
	}
	if m.Text == "" {
		return value.Fieldf("text", "write a text")
	}
	if len(m.Thread) > longestThread || m.Sender != "" && senderName(m.Sender) == "" {
		return fmt.Errorf("the thread's name is too long, or the sender has no name")
	}
	if err := m.checkHeaders(); err != nil {
		return err
	}
	return m.checkUnsubscribe()
}

// checkAddress parses again, because any text can be converted to a value.Email.
func checkAddress(field string, address value.Email) error {
	parsed, err := value.ParseEmail(string(address))
	if err != nil || parsed != address || !isLine(string(address)) {
		return value.Fieldf(field, "this is not a mail address")
	}
	return nil
}

// checkHeaders allows what threads and lists need, and names of our own. All others are ours to write.
func (m *Message) checkHeaders() error {
	for name, text := range m.Headers {
		switch {
		case name == "In-Reply-To", name == "References", name == "List-Id", isOwnHeader(name):
		default:
			return fmt.Errorf("a mail may not set the header %q", name)
		}
		if text == "" || len(text) > longestHeader || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
			return fmt.Errorf("the header %s may only have printable ASCII: %q", name, text)
		}
	}
	return nil
}

func isOwnHeader(name string) bool {
	rest, ok := strings.CutPrefix(name, "X-Fairground-")
	return ok && rest != "" && strings.Trim(strings.ToLower(rest), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (m *Message) checkUnsubscribe() error {
	if m.Unsubscribe == "" {
		if m.Kind.Bulk {
			return fmt.Errorf("a mail of kind %s needs the address that stops it", m.Kind.Name)
		}
		return nil
	}
	u, err := url.Parse(m.Unsubscribe)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(m.Unsubscribe) > longestHeader ||
		strings.ContainsFunc(m.Unsubscribe, func(c rune) bool { return c <= ' ' || c > '~' || c == '<' || c == '>' || c == ',' }) {
		return fmt.Errorf("the address that stops mails of kind %s is malformed", m.Kind.Name)
	}
	return nil
}

// isLine is valid UTF-8 without control characters and without the other characters that end lines.
func isLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool {
		return unicode.IsControl(c) || c == '\u2028' || c == '\u2029'
	})
}
