package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"fairground/internal/value"
)

// signed are the headers that a signature covers. Those that exist once in a mail stand here twice, so that nobody can
// add a second one behind which the true one hides.
var signed = []string{
	"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "Message-ID", "Reply-To", "Reply-To",
	"In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Type", "Content-Transfer-Encoding",
	"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
}

// Key is one key of a domain. Its selector names it in the domain name system, so that keys can be changed one after
// the other.
type Key struct {
	Selector string
	Private  crypto.Signer // *rsa.PrivateKey of at least 2048 bits, or ed25519.PrivateKey
}

// Signer signs the mails of one domain (DKIM), once with each of its keys. Many receivers know RSA only, so one of the
// keys should be of that kind. Safe for several goroutines.
type Signer struct {
	domain string
	keys   []Key
}

// NewSigner checks the keys. It returns an error of kind Invalid for a key that receivers would not take.
func NewSigner(domain string, keys ...Key) (*Signer, error) {
	if len(keys) == 0 || !isDomain(domain) {
		return nil, value.Errorf(value.Invalid, "signing mail needs a domain and a key")
	}
	for _, k := range keys {
		if !isDomain(k.Selector + ".example") {
			return nil, value.Errorf(value.Invalid, "a selector has letters, digits and hyphens, not %q", k.Selector)
		}
		switch private := k.Private.(type) {
		case ed25519.PrivateKey:
		case *rsa.PrivateKey:
			if private.N.BitLen() < 2048 {
				return nil, value.Errorf(value.Invalid, "the key %s is too short; mail needs RSA of 2048 bits or Ed25519", k.Selector)
			}
		default:
			return nil, value.Errorf(value.Invalid, "the key %s is of another kind than RSA and Ed25519", k.Selector)
		}
	}
	return &Signer{domain: strings.ToLower(domain), keys: keys}, nil
}

// Sign puts the signatures before a raw mail with CRLF line ends.
func (s *Signer) Sign(source []byte) ([]byte, error) {
	var out bytes.Buffer
	for _, k := range s.keys {
		signer, err := dkim.NewSigner(&dkim.SignOptions{
			Domain: s.domain, Selector: k.Selector, Signer: k.Private, HeaderKeys: signed,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		})
		if err != nil {
			return nil, err
		}
		_, err = signer.Write(source)
		if err := errors.Join(err, signer.Close()); err != nil {
			return nil, fmt.Errorf("mail: signing with %s of %s: %w", k.Selector, s.domain, err)
		}
		out.WriteString(signer.Signature())
	}
	out.Write(source)
	return out.Bytes(), nil
}

// SecretKey is the Ed25519 key of a domain, made of a secret of the site: the same secret gives the same key, so there
// is no file to keep. Its selector is "fg-ed".
func SecretKey(secret []byte, domain string) (Key, error) {
	if len(secret) < 16 {
		return Key{}, fmt.Errorf("mail.SecretKey(%s): the secret is too short", domain)
	}
	seed, err := hkdf.Key(sha256.New, secret, nil, "fairground mail signature of "+strings.ToLower(domain), ed25519.SeedSize)
	if err != nil {
		return Key{}, fmt.Errorf("mail.SecretKey(%s): %w", domain, err)
	}
	return Key{Selector: "fg-ed", Private: ed25519.NewKeyFromSeed(seed)}, nil
}

// KeyFile reads a private key (PEM: PKCS #8 or PKCS #1). When there is no such file it makes an RSA key of 2048 bits,
// which takes about a second, and writes it so that only the program's own account can read it.
func KeyFile(path, selector string) (Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("mail.KeyFile(%s): %w", path, err)
	}
	private, err := parseKey(text)
	if err != nil {
		return Key{}, fmt.Errorf("mail.KeyFile(%s): %w", path, err)
	}
	return Key{Selector: selector, Private: private}, nil
}

// makeKey gives the file its name last, so that a file is a whole key or is not there. The name is given by a link,
// because of two programs that start at once the second must take the first one's key.
func makeKey(path string) ([]byte, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".key-*") // CreateTemp lets nobody else read
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft.Name())
	err = pem.Encode(draft, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("the file has no PEM key")
	}
	if private, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return private, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read")
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the key cannot sign")
	}
	return private, nil
}

// record is the key as the domain name system publishes it.
func (k Key) record() (string, error) {
	if public, ok := k.Private.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), nil
	}
	der, err := x509.MarshalPKIXPublicKey(k.Private.Public())
	if err != nil {
		return "", err
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
}
