package moderation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Look is one look of a reviewer at a veiled photo.
type Look struct {
	Sha256 string
	Object string // whose photo it is
	Record value.ID
	Severe bool // counts towards the day's cap
	Again  bool // asked for although they have seen this photo
}

// Why a photo stays veiled.
var (
	ErrSeen   = value.Errorf(value.Conflict, "you have looked at this photo before; ask again to see it once more")
	ErrEnough = value.Errorf(value.Limited, "you have looked at as many severe photos today as you or your lead have set")
	ErrRest   = value.Errorf(value.Limited, "you have worked for long without a break; take ten minutes before the next severe photo")
)

var shaShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// See records looks at photos before they are shown, in one transaction, and returns the ids of the looks in the order
// of the photos. A photo that was seen before is an error that wraps ErrSeen, unless it is asked for again; beyond the
// day's cap it is ErrEnough, and ErrRest for a severe photo when a break is due. Nothing is recorded then, and nothing may be shown.
func (d *Desk) See(ctx context.Context, actor value.Actor, looks []Look) (ids []value.ID, err error) {
	if err := onlyStaff(actor); err != nil {
		return nil, err
	}
	for _, l := range looks {
		if !shaShape.MatchString(l.Sha256) {
			return nil, value.Errorf(value.Invalid, "a photo is named by its SHA-256")
		}
	}
	err = d.DB.Write(ctx, actor, "photo.look", func(tx *db.Tx) error {
		ids = nil
		for _, l := range looks {
			id, err := see(tx, l)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("moderation.See: %w", err)
	}
	return ids, nil
}

func see(tx *db.Tx, l Look) (value.ID, error) {
	me := tx.Actor().ID
	seen, err := Seen(tx, me, []string{l.Sha256})
	if err != nil {
		return 0, err
	}
	if seen[l.Sha256] && !l.Again {
		return 0, ErrSeen
	}
	if l.Severe {
		left, err := LooksLeft(tx, me)
		if err != nil {
			return 0, err
		}
		if left <= 0 {
			return 0, ErrEnough
		}
		if tired, err := tired(tx, me); err != nil || tired {
			return 0, cmp.Or[error](err, ErrRest)
		}
	}
	id := tx.NewID()
	tx.Log(db.Change{Object: "look", Record: id, Diff: map[string]any{"object": l.Object, "record": l.Record, "sha256": l.Sha256, "severe": l.Severe}})
	return id, tx.Insert("exposure", []string{"id", "reviewer", "sha256", "object", "record", "severe", "again", "look_ms", "made_us"}, [][]any{
		{int64(id), int64(me), l.Sha256, l.Object, int64(l.Record), l.Severe, l.Again, 0, value.Micros(tx.Now())}})
}

// tired reports whether somebody has worked without a pause for as long as they set.
func tired(tx *db.Tx, account value.ID) (bool, error) {
	r, err := FindReviewer(tx, account)
	if err != nil {
		return false, err
	}
	worked, err := WorkingFor(tx, account)
	return worked >= time.Duration(r.BreakMinutes)*time.Minute, err
}

// longestLook is what a look counts for at most: a page that was left open is no look of an hour.
const longestLook = 10 * time.Minute

// Looked tells how long looks lasted. Only their own reviewer can tell, once.
func (d *Desk) Looked(ctx context.Context, actor value.Actor, ids []value.ID, lasted time.Duration) error {
	look_ms := min(max(lasted, 0), longestLook).Milliseconds()
	err := d.DB.Write(ctx, actor, "photo.looked", func(tx *db.Tx) error {
		for _, id := range ids {
			n, err := tx.Exec("update exposure set look_ms = $3 where id = $1 and reviewer = $2 and look_ms = 0", int64(id), int64(actor.ID), max(look_ms, 1))
			if err != nil {
				return err
			}
			if n > 0 {
				tx.Log(db.Change{Object: "look", Record: id, Diff: map[string]any{"look_ms": look_ms}})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("moderation.Looked: %w", err)
	}
	return nil
}

// Seen tells which of the photos somebody has looked at.
func Seen(tx *db.Tx, account value.ID, hashes []string) (map[string]bool, error) {
	seen := map[string]bool{}
	for _, sha256 := range hashes {
		is, err := db.One(tx, db.Column[bool], "select exists (select 1 from exposure where sha256 = $1 and reviewer = $2)", sha256, int64(account))
		if err != nil {
			return nil, err
		}
		seen[sha256] = is
	}
	return seen, nil
}

// Looking reports whether somebody is looking at a photo now: a look of theirs was recorded within ten minutes and they
// have not ended it.
func Looking(tx *db.Tx, account value.ID, sha256 string) (bool, error) {
	return db.One(tx, db.Column[bool], `
		select exists (select 1 from exposure where sha256 = $1 and reviewer = $2 and look_ms = 0 and made_us > $3 and made_us <= $4)`,
		sha256, int64(account), value.Micros(tx.Now().Add(-longestLook)), value.Micros(tx.Now()))
}

// Views counts the people who have looked at a photo and their looks: what a report to an authority states is derived
// from these events and from nothing else.
func Views(tx *db.Tx, sha256 string) (people, looks int, err error) {
	err = tx.Row("select count(distinct reviewer), count(*) from exposure where sha256 = $1", sha256).Scan(&people, &looks)
	return people, looks, err
}

// LooksLeft returns how many severe photos somebody may still look at today, in UTC. Looks of a later time than now, which
// a clock that was set back leaves behind, count as today's.
func LooksLeft(tx *db.Tx, account value.ID) (int, error) {
	r, err := FindReviewer(tx, account)
	if err != nil {
		return 0, err
	}
	made, err := db.One(tx, db.Column[int], "select count(*) from exposure where reviewer = $1 and severe and made_us >= $2",
		int64(account), value.Micros(tx.Now().UTC().Truncate(24*time.Hour)))
	return max(r.DailyLooks-made, 0), err
}

// IsVeiled reports whether an error means that a photo stays veiled.
func IsVeiled(err error) bool {
	return errors.Is(err, ErrSeen) || errors.Is(err, ErrEnough) || errors.Is(err, ErrRest)
}
