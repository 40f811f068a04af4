package mail

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"fairground/internal/value"
)

const longestSender = 80 // characters

// senderName is a person's name as it may stand before our address: on one line, and not looking like an address or
// like part of a header, whatever the person called themselves.
func senderName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), strings.ContainsRune("<>@\"\\,;:()[]", c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	runes := []rune(strings.Join(strings.Fields(name), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), longestSender)]))
}

// source is the whole mail as it goes out, signed.
func source(from From, m Mail) ([]byte, error) {
	written, err := compose(from, m)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := written.WriteTo(&out); err != nil {
		return nil, err
	}
	if from.Signer == nil {
		return out.Bytes(), nil
	}
	return from.Signer.Sign(out.Bytes())
}

// envelope is who the mail comes back to.
func envelope(from From, m Mail) value.Email {
	if from.Returns == nil {
		return from.Address
	}
	return from.Returns.Address(m.ID)
}

// compose writes the message as mail. Its Message-ID comes from its id, so a mail that goes out twice is one mail.
func compose(from From, m Mail) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if !isLine(from.Name) {
		return nil, fmt.Errorf("the sender's name is not one line")
	}
	if err := checkAddress("from", from.Address); err != nil {
		return nil, err
	}
	name := from.Name
	if m.Sender != "" {
		name = senderName(m.Sender)
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	if err := errors.Join(letter.FromFormat(name, string(from.Address)), letter.To(string(m.To))); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := letter.ReplyTo(string(m.ReplyTo)); err != nil {
			return nil, err
		}
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(m.At)
	letter.SetMessageIDWithValue(m.ID.Text("eml") + "@" + domainOf(from.Address))
	setHeaders(letter, from, m)
	if err := unsubscribe(letter, m.Unsubscribe); err != nil {
		return nil, err
	}
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

// setHeaders writes what programs read. A mail with the words of a person is not marked as a program's, so that an
// answer by hand is what people's programs offer; vacation answers to it are known by their own headers. X-Loop names
// the domain we receive for: a mail that comes back with it was forwarded by a program.
func setHeaders(letter *gomail.Msg, from From, m Mail) {
	if m.Sender == "" {
		letter.SetGenHeader("Auto-Submitted", "auto-generated")
	}
	if from.Returns != nil {
		letter.SetGenHeader("X-Loop", strings.ToLower(from.Returns.Domain))
	}
	if m.Thread != "" {
		root := threadRoot(m.Thread, domainOf(from.Address))
		letter.SetGenHeader("In-Reply-To", root)
		letter.SetGenHeader("References", root)
	}
	for name, text := range m.Headers {
		letter.SetGenHeader(gomail.Header(name), text)
	}
}

// threadRoot is the Message-ID of a mail that never was, to which all mails of a thread answer.
func threadRoot(thread, domain string) string {
	sum := sha256.Sum256([]byte(thread))
	return "<t-" + lower32.EncodeToString(sum[:15]) + "@" + domain + ">"
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

// isDomain accepts a full domain such as market.example.org.
func isDomain(domain string) bool {
	labels := strings.Split(strings.ToLower(domain), ".")
	return len(domain) <= 253 && len(labels) > 1 && !slices.ContainsFunc(labels, func(label string) bool {
		return label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != ""
	})
}

func domainOf(address value.Email) string {
	return string(address[strings.LastIndexByte(string(address), '@')+1:])
}
