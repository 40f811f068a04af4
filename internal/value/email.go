package value

import (
	"net/mail"
	"strings"
)

// Email is a mail address in lower case, at most 254 bytes (RFC 5321).
type Email string

// ParseEmail checks one bare address. It returns an error of kind Invalid on the field "email".
func ParseEmail(text string) (Email, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(text)
	_, domain, _ := strings.Cut(text, "@")
	if err != nil || parsed.Address != text || len(text) > 254 || !strings.Contains(domain, ".") {
		return "", Fieldf("email", "write a mail address such as name@example.org")
	}
	return Email(text), nil
}

// Masked shows who is meant to somebody who knows the address, and no more: "m…@example.org".
func (e Email) Masked() string {
	local, domain, ok := strings.Cut(string(e), "@")
	if !ok || local == "" {
		return ""
	}
	return string([]rune(local)[:1]) + "…@" + domain
}
