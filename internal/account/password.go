package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"fairground/internal/value"
)

// What one hash costs: about 30 ms and 19 MiB, the least that current advice calls safe for argon2id.
const (
	argonTime     = 2
	argonMemory   = 19 * 1024 // KiB
	argonThreads  = 1
	saltLength    = 16
	derivedLength = 32
)

// The lengths of a password, in characters.
const (
	ShortestPassword = 8
	LongestPassword  = 200
)

// Passwords turns passwords into hashes and checks them, a few at a time: each takes 19 MiB while it runs, so a storm
// of sign-ins waits instead of filling the memory. It is safe for use by several goroutines.
type Passwords struct {
	running chan struct{} // one token for each that may run
	waiting chan struct{} // one token for each that runs or waits
	decoy   string        // the hash of no password, for addresses without one
}

// mostWaiting bounds the queue; at 30 ms each and two at a time its end is about three seconds away.
const mostWaiting = 200

// NewPasswords returns a Passwords that runs so many at once; 0 means one for each processor, two at least.
func NewPasswords(atOnce int) *Passwords {
	if atOnce < 1 {
		atOnce = max(2, runtime.GOMAXPROCS(0))
	}
	noise := make([]byte, saltLength+derivedLength)
	rand.Read(noise) // never fails
	return &Passwords{
		running: make(chan struct{}, atOnce),
		waiting: make(chan struct{}, atOnce+mostWaiting),
		decoy:   encodeHash(parameters{argonMemory, argonTime, argonThreads}, noise[:saltLength], noise[saltLength:]),
	}
}

// CheckPassword refuses passwords that are too short, too long or not text. Nothing else: length is what counts. The
// error belongs to the field named.
func CheckPassword(field, password string) error {
	n := utf8.RuneCountInString(norm.NFC.String(password))
	if !utf8.ValidString(password) || strings.ContainsRune(password, 0) || n < ShortestPassword || n > LongestPassword {
		err := value.Fieldf(field, "choose a password of %d to %d characters", ShortestPassword, LongestPassword)
		err.Key, err.Args = "account.password_length", []any{"least", ShortestPassword, "most", LongestPassword}
		return err
	}
	return nil
}

// Hash checks a password and returns its argon2id hash in PHC form, to be stored. It takes its time, so it does not
// belong inside a transaction.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword("password", password); err != nil {
		return "", err
	}
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails
	cost := parameters{argonMemory, argonTime, argonThreads}
	derived, err := p.derive(ctx, password, salt, cost, derivedLength)
	if err != nil {
		return "", err
	}
	return encodeHash(cost, salt, derived), nil
}

// Matches reports whether a password belongs to a hash. With an empty hash it does the same work and says no, so that
// the time tells nobody whether there was one. It returns an error of kind Unavailable when too many wait.
func (p *Passwords) Matches(ctx context.Context, hash, password string) (bool, error) {
	real := hash != ""
	if !real {
		hash = p.decoy
	}
	cost, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	got, err := p.derive(ctx, password, salt, cost, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && real, nil
}

// derive waits for its turn. Equal texts may be typed as different bytes (é is one character or two), so the composed
// form is what counts.
func (p *Passwords) derive(ctx context.Context, password string, salt []byte, cost parameters, length int) ([]byte, error) {
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return nil, busy()
	}
	select {
	case p.running <- struct{}{}:
		defer func() { <-p.running }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, cost.time, cost.memory_kib, cost.threads, uint32(length)), nil
}

func busy() error {
	return &value.Error{Kind: value.Unavailable, Key: "account.busy", Message: "too many people are signing in just now; please try again in a moment"}
}

type parameters struct {
	memory_kib uint32
	time       uint32
	threads    uint8
}

func encodeHash(cost parameters, salt, derived []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.memory_kib, cost.time, cost.threads, encode(salt), encode(derived))
}

// decodeHash reads a PHC string. Its costs come from the database or an import, so they are bounded.
func decodeHash(hash string) (cost parameters, salt, derived []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, fmt.Errorf("account: a stored password is not an argon2id hash")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.memory_kib, &cost.time, &cost.threads); err == nil {
		salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	}
	if err == nil {
		derived, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	sane := cost.memory_kib >= 8 && cost.memory_kib <= 1<<18 && cost.time >= 1 && cost.time <= 10 && cost.threads >= 1 && cost.threads <= 16 &&
		len(salt) >= 8 && len(salt) <= 64 && len(derived) >= 16 && len(derived) <= 64
	if err != nil || !sane {
		return cost, nil, nil, fmt.Errorf("account: a stored password hash is malformed")
	}
	return cost, salt, derived, nil
}
