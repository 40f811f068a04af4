package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"strings"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	recoveryCodes  = 10
	recoveryLength = 12 // of 32 signs: 60 random bits
	recoverySigns  = "abcdefghjkmnpqrstuvwxyz023456789"
)

// newRecoveryCodes takes the place of the old ones and returns them as they are shown, once.
func newRecoveryCodes(tx *db.Tx, s *site.Site, id value.ID) ([]string, error) {
	if _, err := tx.Exec("delete from recovery_code where account = $1", id); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	rows := make([][]any, recoveryCodes)
	for i := range codes {
		code := randomCode()
		codes[i] = code[:4] + "-" + code[4:8] + "-" + code[8:]
		rows[i] = []any{id, recoveryHash(s, id, code)}
	}
	return codes, tx.Insert("recovery_code", []string{"account", "code"}, rows)
}

func randomCode() string {
	random := make([]byte, recoveryLength)
	rand.Read(random) // never fails
	for i, b := range random {
		random[i] = recoverySigns[int(b)%len(recoverySigns)] // 256 is a multiple of 32
	}
	return string(random)
}

func recoveryHash(s *site.Site, id value.ID, code string) []byte {
	mac := hmac.New(sha256.New, s.Key("recovery code"))
	mac.Write([]byte(id.String() + " " + code))
	return mac.Sum(nil)
}

// useRecoveryCode uses a code up, or says that it is wrong. Its owner is told.
func (d *Door) useRecoveryCode(tx *db.Tx, s *site.Site, id value.ID, typed string, v visit) error {
	code := digits(strings.ToLower(typed))
	n, err := tx.Exec("update recovery_code set used_us = $3 where account = $1 and code = $2 and used_us is null",
		id, recoveryHash(s, id, code), value.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if n == 0 {
		return wrongCode()
	}
	left, err := countRecoveryCodes(tx, id)
	if err != nil {
		return err
	}
	return d.warn(tx, id, v.origin, "account.warn_recovery_used", "left", left)
}

// countRecoveryCodes is how many are left.
func countRecoveryCodes(tx *db.Tx, id value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from recovery_code where account = $1 and used_us is null", id)
}

// renewRecoveryCodes makes new codes for who has a second factor.
func (d *Door) renewRecoveryCodes(ctx context.Context, session Session, v visit) (codes []string, err error) {
	s := site.From(ctx)
	err = s.DB.Write(ctx, session.Actor(), "account.recovery_codes", func(tx *db.Tx) error {
		on, err := hasSecondFactor(tx, session.Account)
		if err != nil {
			return err
		}
		if !on {
			return over()
		}
		if codes, err = newRecoveryCodes(tx, s, session.Account); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"recovery_codes": len(codes)}})
		return d.warn(tx, session.Account, v.origin, "account.warn_recovery_new")
	})
	return codes, err
}
