package account

import (
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Proof is what is proven of somebody, for a badge beside their name.
type Proof struct {
	Mail   bool // they used a link sent to their address
	Phone  bool // they typed a code sent to their number
	Since  time.Time
	Erased bool // the account is nobody's any more
}

// Verified tells what is proven of an account, or an error of kind NotFound.
func Verified(tx *db.Tx, id value.ID) (Proof, error) {
	all, err := VerifiedOf(tx, []value.ID{id})
	if err != nil {
		return Proof{}, err
	}
	p, ok := all[id]
	if !ok {
		return p, value.Errorf(value.NotFound, "there is no such account")
	}
	return p, nil
}

// VerifiedOf is Verified for many accounts at once; those that are unknown are missing.
func VerifiedOf(tx *db.Tx, ids []value.ID) (map[value.ID]Proof, error) {
	all := make(map[value.ID]Proof, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	marks, args := make([]string, len(ids)), make([]any, len(ids))
	for i, id := range ids {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), id
	}
	err := db.Each(tx, func(row db.Scanner) error {
		var id value.ID
		var p Proof
		var created_us int64
		err := row.Scan(&id, &p.Mail, &p.Phone, &p.Erased, &created_us)
		p.Since = value.FromMicros(created_us)
		all[id] = p
		return err
	}, `
		select id, verified_us is not null, phone_us is not null, erased_us is not null, created_us
		from account
		where id in (`+strings.Join(marks, ", ")+`)`, args...)
	return all, err
}
