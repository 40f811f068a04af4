package account

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// The second factor is a code of six digits that a program on one's telephone shows, new every 30 seconds (RFC 6238).
const (
	codeAge     = 10 * time.Minute // how long the question for a code stands
	codeStep_s  = 30
	codeSlack   = 1 // steps that a telephone's clock may be off
	mostTries   = 5 // of one question
	seedLength  = 20
	seedPurpose = "second factor"
)

// secondFactor is an account's, as stored.
type secondFactor struct {
	seed      []byte
	step      int64 // the last whose code was used
	confirmed time.Time
}

// halfway is a sign-in whose first factor was right.
type halfway struct {
	By   Way    `json:"by"`
	Next string `json:"next"`
}

func hasSecondFactor(tx *db.Tx, id value.ID) (bool, error) {
	n, err := db.One(tx, db.Column[int64], "select count(*) from second_factor where account = $1 and confirmed_us is not null", id)
	return n > 0, err
}

func findSecondFactor(tx *db.Tx, s *site.Site, id value.ID) (f secondFactor, err error) {
	var sealed []byte
	var confirmed_us int64
	err = tx.Row("select secret, step, coalesce(confirmed_us, 0) from second_factor where account = $1", id).Scan(&sealed, &f.step, &confirmed_us)
	if err != nil {
		return f, err
	}
	f.confirmed = timeOrZero(confirmed_us)
	f.seed, err = unseal(s, id, sealed)
	return f, err
}

// startSecondFactor makes a new secret, not in use before a first code confirms that the telephone has it.
func startSecondFactor(tx *db.Tx, s *site.Site, id value.ID) error {
	seed := make([]byte, seedLength)
	rand.Read(seed) // never fails
	sealed, err := seal(s, id, seed)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`
		insert into second_factor (account, secret, step, created_us) values ($1, $2, 0, $3)
		on conflict (account) do update set secret = excluded.secret, step = 0, created_us = excluded.created_us
		where second_factor.confirmed_us is null`, id, sealed, value.Micros(tx.Now()))
	if err == nil && n == 0 {
		err = &value.Error{Kind: value.Conflict, Key: "account.factor_is_on", Message: "the second factor is on already; switch it off first"}
	}
	return err
}

// matchingStep is the time step whose code was typed, later than the last one used; ok is false for a wrong, an old and
// a repeated code.
func (f secondFactor) matchingStep(code string, now time.Time) (step int64, ok bool) {
	present := now.Unix() / codeStep_s
	for step = max(present-codeSlack, f.step+1); step <= present+codeSlack; step++ {
		want, err := hotp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(f.seed), uint64(step),
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// useStep marks a step's code as used. Of requests that bring the same code at once, one succeeds.
func useStep(tx *db.Tx, id value.ID, step int64) error {
	n, err := tx.Exec("update second_factor set step = $2 where account = $1 and step < $2", id, step)
	if err == nil && n == 0 {
		err = wrongCode()
	}
	return err
}

// answerCode finishes a sign-in by the second factor: a code of the telephone, or a recovery code.
func (d *Door) answerCode(ctx context.Context, hash []byte, typed string, v visit) (entry, error) {
	s := site.From(ctx)
	var c ceremony
	var f secondFactor
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if c, err = findCeremony(tx, hash, askingCode); err == nil {
			f, err = findSecondFactor(tx, s, c.account)
		}
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return entry{}, over()
	}
	if err != nil {
		return entry{}, err
	}
	key := s.Slug + " code " + c.account.String()
	if err := d.config.ByCode.Allow(key); err != nil {
		return entry{}, err
	}
	step, right := f.matchingStep(digits(typed), s.DB.Clock().Now())
	in, err := d.codeAnswered(ctx, s, c, step, right, typed, v)
	if err == nil {
		d.config.ByCode.Forget(key)
		return in, nil
	}
	if value.KindOf(err) == value.Invalid && fieldOf(err) == "code" {
		return entry{}, d.codeFailed(ctx, s, c, v, err)
	}
	return entry{}, err
}

func (d *Door) codeAnswered(ctx context.Context, s *site.Site, c ceremony, step int64, right bool, typed string, v visit) (in entry, err error) {
	var half halfway
	if err := c.read(&half); err != nil {
		return in, err
	}
	author := value.Actor{Kind: value.Visitor}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := Find(tx, c.account)
		author = a.Actor()
		return err
	})
	if err != nil {
		return in, err
	}
	err = s.DB.Write(ctx, author, "account.sign_in", func(tx *db.Tx) error {
		if _, err := takeCeremony(tx, c.id, askingCode); value.KindOf(err) == value.NotFound {
			return over()
		} else if err != nil {
			return err
		}
		with, err := "code", error(nil)
		if right {
			err = useStep(tx, c.account, step)
		} else {
			with, err = "recovery code", d.useRecoveryCode(tx, s, c.account, typed, v)
		}
		in, err = admit(tx, c.account, half.By, v.leadingTo(half.Next), map[string]any{"second_factor": with}, err)
		return err
	})
	return in, err
}

// codeFailed counts a wrong code; after the last try the sign-in starts anew.
func (d *Door) codeFailed(ctx context.Context, s *site.Site, c ceremony, v visit, why error) error {
	err := s.DB.Write(ctx, visitor, "account.second_factor_failed", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: c.account, Diff: map[string]any{"network": v.network}})
		if _, err := tx.Exec("update ceremony set tries = tries + 1 where id = $1", c.id); err != nil {
			return err
		}
		_, err := tx.Exec("delete from ceremony where id = $1 and tries >= $2", c.id, mostTries)
		return err
	})
	if err != nil {
		return err
	}
	if c.tries+1 >= mostTries {
		return over()
	}
	return why
}

// confirmSecondFactor switches the second factor on by its first code and returns the recovery codes, which are shown
// once.
func (d *Door) confirmSecondFactor(ctx context.Context, session Session, code string, v visit) (codes []string, err error) {
	s := site.From(ctx)
	if err := d.config.ByCode.Allow(s.Slug + " confirm " + session.Account.String()); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, session.Actor(), "account.second_factor_on", func(tx *db.Tx) error {
		f, err := findSecondFactor(tx, s, session.Account)
		if value.KindOf(err) == value.NotFound || err == nil && !f.confirmed.IsZero() {
			return over()
		}
		if err != nil {
			return err
		}
		step, right := f.matchingStep(digits(code), tx.Now())
		if !right {
			return wrongCode()
		}
		_, err = tx.Exec("update second_factor set step = $2, confirmed_us = $3 where account = $1", session.Account, step, value.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if codes, err = newRecoveryCodes(tx, s, session.Account); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"second_factor": "on"}})
		return d.warn(tx, session.Account, v.origin, "account.warn_factor_on")
	})
	return codes, err
}

// endSecondFactor switches it off. It is no error when it was off.
func (d *Door) endSecondFactor(ctx context.Context, session Session, v visit) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.second_factor_off", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"second_factor": "off"}})
		was, err := hasSecondFactor(tx, session.Account)
		if err != nil {
			return err
		}
		if err := dropSecondFactor(tx, session.Account); err != nil || !was {
			return err
		}
		return d.warn(tx, session.Account, v.origin, "account.warn_factor_off")
	})
}

func dropSecondFactor(tx *db.Tx, id value.ID) error {
	for _, statement := range []string{"delete from second_factor where account = $1", "delete from recovery_code where account = $1"} {
		if _, err := tx.Exec(statement, id); err != nil {
			return err
		}
	}
	return nil
}

// seedAddress is what the telephone reads from the picture: whose secret it is and where for.
func seedAddress(siteName string, email value.Email, seed []byte) string {
	query := url.Values{"secret": {seedText(seed)}, "issuer": {siteName}, "period": {strconv.Itoa(codeStep_s)}, "digits": {"6"}}
	return "otpauth://totp/" + url.PathEscape(siteName+":"+string(email)) + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

func seedText(seed []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
}

// seal encrypts a secret for the database. It opens only with the site's key and for the same account.
func seal(s *site.Site, id value.ID, plain []byte) ([]byte, error) {
	box, err := boxOf(s)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) // never fails
	return box.Seal(nonce, nonce, plain, []byte(id.String())), nil
}

func unseal(s *site.Site, id value.ID, sealed []byte) ([]byte, error) {
	box, err := boxOf(s)
	if err != nil {
		return nil, err
	}
	if len(sealed) < box.NonceSize() {
		return nil, fmt.Errorf("account.unseal(%s): %d bytes are too few", id, len(sealed))
	}
	plain, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(id.String()))
	if err != nil {
		return nil, fmt.Errorf("account.unseal(%s): %w", id, err)
	}
	return plain, nil
}

func boxOf(s *site.Site) (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.Key(seedPurpose))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// digits leaves out the spaces that people type between groups.
func digits(typed string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || c == '-' {
			return -1
		}
		return c
	}, typed)
}

func wrongCode() error {
	err := value.Fieldf("code", "this code is not right, or it was used before; take the one shown now")
	err.Key = "account.code_wrong"
	return err
}
