package listing

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// LongestFeature is how far ahead a listing can be featured.
const LongestFeature = 90 * 24 * time.Hour

// Feature gives a listing one of the marked places above the others until a time; the zero time ends it. Only staff
// do that here. It changes nothing about what may be seen: a listing that is not visible is not featured either.
func (d *Desk) Feature(ctx context.Context, actor value.Actor, id value.ID, until time.Time) error {
	if actor.Kind != value.Staff {
		return value.Errorf(value.Forbidden, "only staff feature listings")
	}
	err := d.DB.Write(ctx, actor, "listing.feature", func(tx *db.Tx) error {
		l, err := findToChange(tx, id)
		if err != nil {
			return err
		}
		switch {
		case until.IsZero():
			return unfeature(tx, id)
		case l.Status != Live || !l.Restricted.IsZero():
			return &value.Error{Kind: value.Conflict, Key: "listing.feature_not_live", Message: "only a listing that is live can be featured"}
		case !until.After(tx.Now()) || until.After(tx.Now().Add(LongestFeature)):
			return value.Fieldf("days", "feature it for 1 to %d days", int(LongestFeature/(24*time.Hour)))
		}
		_, err = tx.Exec(`
			insert into listing_feature (listing, until_us) values ($1, $2)
			on conflict (listing) do update set until_us = excluded.until_us`, int64(id), value.Micros(until))
		if err == nil {
			tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"featured_until": until}})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("listing.Feature(%s): %w", id, err)
	}
	return nil
}

func unfeature(tx *db.Tx, id value.ID) error {
	n, err := tx.Exec("delete from listing_feature where listing = $1", int64(id))
	if err == nil && n > 0 {
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"featured_until": nil}})
	}
	return err
}

// Featured returns until when those of some listings are featured that are now.
func Featured(tx *db.Tx, ids []value.ID) (map[value.ID]time.Time, error) {
	list, args := db.List(2, ids)
	until := make(map[value.ID]time.Time)
	err := db.Each(tx, func(row db.Scanner) error {
		var id value.ID
		var until_us int64
		err := row.Scan(&id, &until_us)
		until[id] = value.FromMicros(until_us)
		return err
	}, "select listing, until_us from listing_feature where until_us > $1 and listing in ("+list+")", append([]any{value.Micros(tx.Now())}, args...)...)
	return until, err
}

// endFeatures ends up to limit features whose time is over, so that the index learns of it.
func endFeatures(tx *db.Tx, limit int) error {
	over, err := db.All(tx, db.Column[value.ID], "select listing from listing_feature where until_us <= $1 order by until_us limit $2", value.Micros(tx.Now()), limit)
	for _, id := range over {
		if err := unfeature(tx, id); err != nil {
			return err
		}
	}
	return err
}
