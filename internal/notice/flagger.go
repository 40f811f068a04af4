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
	Awarded   string // by whom, such as a Digital Services Coordinator; empty: by this site
	Website   string
	Since     time.Time
	Suspended time.Time // zero: not
	Ended     time.Time // zero: it goes on
	Reason    string    // of the suspension or the end

	counted // what came of all notices
	Months  []counted
}

// Precision is the founded share of the answered notices, from 0 to 1; false while none is answered.
func (t counted) Precision() (float64, bool) {
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
	if value.KindOf(err) == value.NotFound || err == nil && (!t.Suspended.IsZero() || !t.Ended.IsZero()) {
		return nil, errNoFlagger
	}
	return &t, err
}

// AddFlagger makes a trusted flagger of a name, an address, and what is told of it, and returns the key, which is shown once and not
// kept.
func (d *Desk) AddFlagger(ctx context.Context, in *db.DB, actor value.Actor, t Trusted) (key string, err error) {
	t.Name, t.Awarded, t.Website = strings.TrimSpace(t.Name), strings.TrimSpace(t.Awarded), strings.TrimSpace(t.Website)
	switch {
	case !between(t.Name, 2, longestLine):
		return "", &value.Error{Kind: value.Invalid, Field: "name", Key: "notice.fault.name", Message: "write the name of the organisation"}
	case !between(t.Awarded, 0, longestLine):
		return "", &value.Error{Kind: value.Invalid, Field: "awarded", Key: "notice.fault.long", Message: "write at most 200 characters"}
	case t.Website != "" && (!strings.HasPrefix(t.Website, "https://") || !between(t.Website, 11, longestLine)):
		return "", &value.Error{Kind: value.Invalid, Field: "website", Key: "notice.fault.website", Message: "write an address that begins with https://"}
	}
	key = rand.Text()
	err = in.Write(ctx, actor, "flagger.add", func(tx *db.Tx) error {
		t.ID = tx.NewID()
		tx.Log(db.Change{Object: "flagger", Record: t.ID, Diff: map[string]any{"name": t.Name}})
		return insertFlagger(tx, t, keyOf(key))
	})
	return key, err
}

// Standing is what staff do with the trust in a flagger.
type Standing string

// The standings. To end is for good: whoever is trusted again gets a new key.
const (
	Suspend Standing = "suspend"
	Restore Standing = "restore"
	End     Standing = "end"
)

// ChangeFlagger suspends the trust while misuse is looked into, gives it back, or ends it (DSA, article 22, paragraphs 6 and 7). All but
// Restore takes a reason; one whose trust ended is an error of kind Conflict.
func (d *Desk) ChangeFlagger(ctx context.Context, in *db.DB, actor value.Actor, id value.ID, to Standing, reason string) error {
	reason = strings.TrimSpace(reason)
	if to != Restore && !between(reason, 5, longestStatement) {
		return &value.Error{Kind: value.Invalid, Field: "reason", Key: "notice.fault.reason", Message: "write the reason; whoever is concerned may ask for it"}
	}
	return in.Write(ctx, actor, "flagger."+string(to), func(tx *db.Tx) error {
		t, err := findFlagger(tx, id)
		if err != nil {
			return err
		}
		if !t.Ended.IsZero() {
			return &value.Error{Kind: value.Conflict, Field: "reason", Key: "notice.fault.ended", Message: "this trust has ended; add the organisation again"}
		}
		switch to {
		case Suspend:
			t.Suspended, t.Reason = tx.Now(), reason
		case Restore:
			t.Suspended, t.Reason = time.Time{}, ""
		case End:
			t.Ended, t.Reason = tx.Now(), reason
		default:
			return value.Fieldf("standing", "choose suspend, restore or end")
		}
		tx.Log(db.Change{Object: "flagger", Record: id, Diff: map[string]any{"standing": to, "reason": reason}})
		return storeStanding(tx, t)
	})
}
