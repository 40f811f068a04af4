package notice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// FlaggerKind is the outside kind of a flagger's id.
const FlaggerKind = "flg"

// Trusted is a trusted flagger.
type Trusted struct {
	ID        value.ID
	Name      string
	Email     value.Email
	Since     time.Time
	Suspended time.Time // zero: not

	Filed, Answered, Founded int
}

// Precision is the founded share of the answered notices, from 0 to 1; false while none is answered.
func (t Trusted) Precision() (float64, bool) {
	if t.Answered == 0 {
		return 0, false
	}
	return float64(t.Founded) / float64(t.Answered), true
}

// keyOf hashes a flagger's key: it has 130 bits of chance in it, so that a plain hash is enough.
func keyOf(typed string) [sha256.Size]byte {
	return sha256.Sum256([]byte("fairground flagger " + strings.ToUpper(strings.TrimSpace(typed))))
}

var errNoFlagger = &value.Error{Kind: value.Invalid, Field: "key", Key: "notice.fault.key", Message: "this key belongs to no trusted flagger; check it, or choose another way to report"}

// trusted returns the flagger whose key a report of that lane has; nil for the other lanes.
func trusted(tx *db.Tx, r Report) (*Trusted, error) {
	if r.Lane != Flagger {
		return nil, nil
	}
	t, err := findFlaggerByKey(tx, keyOf(r.Key))
	if value.KindOf(err) == value.NotFound || err == nil && !t.Suspended.IsZero() {
		return nil, errNoFlagger
	}
	return &t, err
}

// AddFlagger makes a trusted flagger and returns the key, which is shown once and not kept.
func (d *Desk) AddFlagger(ctx context.Context, in *db.DB, actor value.Actor, name string, email value.Email) (key string, err error) {
	if name = strings.TrimSpace(name); !between(name, 2, longestLine) {
		return "", &value.Error{Kind: value.Invalid, Field: "name", Key: "notice.fault.name", Message: "write the name of the organisation"}
	}
	key = rand.Text()
	err = in.Write(ctx, actor, "flagger.add", func(tx *db.Tx) error {
		id := tx.NewID()
		tx.Log(db.Change{Object: "flagger", Record: id, Diff: map[string]any{"name": name}})
		return insertFlagger(tx, id, name, email, keyOf(key))
	})
	return key, err
}

// SuspendFlagger takes the trust away, or gives it back: what misuse leads to (DSA, article 22, paragraph 6).
func (d *Desk) SuspendFlagger(ctx context.Context, in *db.DB, actor value.Actor, id value.ID, suspended bool) error {
	return in.Write(ctx, actor, "flagger.suspend", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "flagger", Record: id, Diff: map[string]any{"suspended": suspended}})
		return suspendFlagger(tx, id, suspended)
	})
}
