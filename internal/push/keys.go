package push

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// Keys are a site's key pair. The zero Keys cannot sign.
type Keys struct {
	private *ecdsa.PrivateKey
	public  string
}

const scalarLength = 32 // bytes of a private key of P-256

// KeysFrom derives the pair that belongs to a secret of 32 bytes or more; the same secret has the same pair. Nothing of
// the secret can be told from the pair.
func KeysFrom(secret []byte) (Keys, error) {
	if len(secret) < scalarLength {
		return Keys{}, fmt.Errorf("push.KeysFrom: a secret of %d bytes is too short", len(secret))
	}
	private, err := derive(secret, 0)
	if err != nil {
		return Keys{}, fmt.Errorf("push.KeysFrom: %w", err)
	}
	public, err := private.PublicKey.ECDH()
	if err != nil {
		return Keys{}, fmt.Errorf("push.KeysFrom: %w", err)
	}
	return Keys{private, encode(public.Bytes())}, nil
}

// derive tries again with the next number: about one derived number in four thousand million is none of the curve's.
func derive(secret []byte, try int) (*ecdsa.PrivateKey, error) {
	scalar, err := hkdf.Key(sha256.New, secret, nil, fmt.Sprintf("web push signing key %d", try), scalarLength)
	if err != nil {
		return nil, err
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil && try < 10 {
		return derive(secret, try+1)
	}
	return private, err
}

// Public is the public key as browsers take it (applicationServerKey): an uncompressed point in base64url.
func (k Keys) Public() string { return k.public }

// String keeps the private key out of logs.
func (k Keys) String() string { return "push keys " + k.public }

// tokenAge is how long a signature is good for; a day is the most that services accept.
const tokenAge = 12 * time.Hour

// authorization is the header that tells the service of an endpoint who sends, and where its owner is reached.
func (k Keys) authorization(endpoint *url.URL, contact string, now time.Time) (string, error) {
	head, err := json.Marshal(map[string]string{"typ": "JWT", "alg": "ES256"})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"aud": endpoint.Scheme + "://" + endpoint.Host, "exp": now.Add(tokenAge).Unix(), "sub": contact})
	if err != nil {
		return "", err
	}
	signed := encode(head) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 2*scalarLength)
	r.FillBytes(signature[:scalarLength])
	s.FillBytes(signature[scalarLength:])
	return "vapid t=" + signed + "." + encode(signature) + ", k=" + k.public, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// newPair is a key pair for one message.
func newPair() (*ecdh.PrivateKey, error) { return ecdh.P256().GenerateKey(rand.Reader) }
