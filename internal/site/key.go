package site

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fairground/internal/value"
)

const secretLength = 32

// Key derives the site's key for one purpose, 32 bytes. The same purpose always gives the same key; keys of different
// purposes or sites tell nothing of each other.
func (s *Site) Key(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, s.secret, nil, "fairground "+purpose, secretLength)
	if err != nil {
		panic(err) // only for lengths that SHA-256 cannot give
	}
	return key
}

// providerName is the file name of the provider's own secret. No site's slug has an underscore.
const providerName = "_provider"

// ProviderKey derives a key for one purpose from the provider's secret, which is made when it is first asked for.
func (r *Registry) ProviderKey(purpose string) ([]byte, error) {
	if err := r.keys.make(providerName); err != nil && value.KindOf(err) != value.Conflict {
		return nil, fmt.Errorf("site.ProviderKey: %w", err)
	}
	secret, err := r.keys.read(providerName)
	if err != nil {
		return nil, fmt.Errorf("site.ProviderKey: %w", err)
	}
	return hkdf.Key(sha256.New, secret, nil, "fairground provider "+purpose, secretLength)
}

// keys is the directory of the sites' secrets: <slug>.key, 64 hexadecimal digits, readable by the program only.
type keys struct{ dir string }

func (k keys) file(slug string) string { return filepath.Join(k.dir, slug+".key") }

// read returns a site's secret. A missing or damaged file is an error that names it, because nothing can replace it.
func (k keys) read(slug string) ([]byte, error) {
	file := k.file(slug)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, value.Errorf(value.Unavailable, "the secret of site %s is missing: put its file back at %s; clearances, seals and sign-ins depend on it", slug, file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the secret of site %s: %w", slug, err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != secretLength {
		return nil, value.Errorf(value.Unavailable, "the secret of site %s is damaged: %s must hold 64 hexadecimal digits; put it back from a backup", slug, file)
	}
	return secret, nil
}

// make writes a new random secret and returns when it is on disk. It never replaces one: that is a Conflict.
func (k keys) make(slug string) error {
	secret := make([]byte, secretLength)
	rand.Read(secret) // never fails
	return k.write(slug, secret)
}

func (k keys) write(slug string, secret []byte) error {
	if len(secret) != secretLength {
		return value.Errorf(value.Invalid, "the secret of a site is %d bytes, not %d", secretLength, len(secret))
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(k.file(slug), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return value.Errorf(value.Conflict, "there is a secret for a site %s already at %s; move it away if that site is gone", slug, k.file(slug))
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(hex.EncodeToString(secret) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close(), k.sync()); err != nil {
		return errors.Join(err, k.remove(slug)) // half a secret is none
	}
	return nil
}

func (k keys) remove(slug string) error {
	if err := os.Remove(k.file(slug)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sync makes the name of a new file survive a loss of power.
func (k keys) sync() error {
	dir, err := os.Open(k.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
