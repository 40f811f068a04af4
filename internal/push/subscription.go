package push

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"fairground/internal/value"
)

// Subscription is where one browser takes messages of one site, and what only that browser can read them with.
type Subscription struct {
	Endpoint string // at the browser's push service; whoever knows it can try to send there, so it is a secret of its owner
	Key      []byte // the browser's public key: an uncompressed point of P-256
	Auth     []byte // 16 bytes that the browser shares with this site
}

const (
	longestEndpoint = 1000
	authLength      = 16
)

// ParseSubscription reads what a browser hands over; the keys are base64url, as browsers write them. Where the endpoint
// leads is for Sender.Check. Errors are of kind Invalid.
func ParseSubscription(endpoint, key, auth string) (Subscription, error) {
	s := Subscription{Endpoint: endpoint, Key: decode(key), Auth: decode(auth)}
	if endpoint == "" || len(endpoint) > longestEndpoint {
		return Subscription{}, value.Fieldf("endpoint", "the address of the push service is missing or too long")
	}
	if _, err := ecdh.P256().NewPublicKey(s.Key); err != nil {
		return Subscription{}, value.Fieldf("p256dh", "the key of this browser is not a point of the curve")
	}
	if len(s.Auth) != authLength {
		return Subscription{}, value.Fieldf("auth", "the secret of this browser has not 16 bytes")
	}
	return s, nil
}

// Mark names a subscription without giving it away: twelve bytes of the endpoint's SHA-256, in hexadecimal.
func (s Subscription) Mark() string {
	sum := sha256.Sum256([]byte(s.Endpoint))
	return hex.EncodeToString(sum[:12])
}

// decode reads base64url with or without padding; nil when it is none, or far too long.
func decode(text string) []byte {
	const longest = 200
	if len(text) > longest {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil
	}
	return b
}
