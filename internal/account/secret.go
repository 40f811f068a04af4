package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"

	"fairground/internal/site"
	"fairground/internal/value"
)

const secretLength = 32

// newSecret returns 256 random bits as the text a cookie or a link carries, and the hash of it that is stored.
func newSecret() (text string, hash []byte) {
	secret := make([]byte, secretLength)
	rand.Read(secret) // never fails
	sum := sha256.Sum256(secret)
	return base64.RawURLEncoding.EncodeToString(secret), sum[:]
}

// hashSecret is the hash of what a cookie or a link carried; ok is false for a text that newSecret cannot have made.
func hashSecret(text string) (hash []byte, ok bool) {
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(secret) != secretLength {
		return nil, false
	}
	sum := sha256.Sum256(secret)
	return sum[:], true
}

// mark stands for an address in the log and in limits: the same for the same address, and without the site's secret
// nobody can tell whose it is.
func mark(s *site.Site, email value.Email) string {
	mac := hmac.New(sha256.New, s.Key("account address"))
	mac.Write([]byte(email))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

// fieldOf is the form field an error belongs to, if any.
func fieldOf(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return known.Field
	}
	return ""
}
