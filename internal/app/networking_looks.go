package app

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// photosOf are the photos of listings.
func photosOf(tx *db.Tx, ids []value.ID) (map[value.ID][]network.Photo, error) {
	found, err := listing.FindMany(tx, ids)
	all := map[value.ID][]network.Photo{}
	for _, l := range found {
		for _, p := range l.Photos {
			all[l.ID] = append(all[l.ID], network.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height})
		}
	}
	return all, err
}

// networkLooks gives veiled photos of networks to reviewers.
type networkLooks struct {
	desk *moderation.Desk
	read func(ctx context.Context, sha256 string, shown moderation.Shown) (kind string, content []byte, err error)
}

// Seen says which photos a reviewer looked at before.
func (networkLooks) Seen(tx *db.Tx, reviewer value.ID, hashes []string) (map[string]bool, error) {
	return moderation.Seen(tx, reviewer, hashes)
}

// See reads photos, records the looks, and only then gives them.
func (n networkLooks) See(ctx context.Context, actor value.Actor, photos map[string]value.ID, again bool) (got network.Looked, err error) {
	looks, shown, err := n.looksAt(ctx, actor, photos, again)
	if err != nil {
		return got, err
	}
	read, allowed := map[string]string{}, looks[:0:0]
	for _, l := range looks {
		kind, content, err := n.read(ctx, l.Sha256, shown)
		switch value.KindOf(err) {
		case value.Forbidden:
			got.Said = text.T(ctx, "console.look_never")
			continue
		case value.NotFound:
			continue
		}
		if err != nil {
			return got, err
		}
		read[l.Sha256] = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content)
		allowed = append(allowed, l)
	}
	got.Looks, err = n.desk.See(ctx, actor, allowed)
	if moderation.IsVeiled(err) {
		return network.Looked{Said: text.T(ctx, whyVeiled(err))}, nil
	}
	got.Photos = read
	return got, err
}

// looksAt are the looks in the order of their hashes, and how the reviewer wants to see.
func (n networkLooks) looksAt(ctx context.Context, actor value.Actor, photos map[string]value.ID, again bool) (looks []moderation.Look, shown moderation.Shown, err error) {
	err = n.desk.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := moderation.FindReviewer(tx, actor.ID)
		if err != nil {
			return err
		}
		looks, shown = nil, r.Shown
		for _, sha := range slices.Sorted(maps.Keys(photos)) {
			c, err := moderation.FindCaseOf(tx, listing.Object, photos[sha])
			if err != nil && value.KindOf(err) != value.NotFound {
				return err
			}
			looks = append(looks, moderation.Look{Sha256: sha, Object: listing.Object, Record: photos[sha], Severe: c.Severity == moderation.Grave, Again: again})
		}
		return nil
	})
	return looks, shown, err
}

func whyVeiled(err error) string {
	switch {
	case errors.Is(err, moderation.ErrRest):
		return "console.look_rest"
	case errors.Is(err, moderation.ErrEnough):
		return "console.look_enough"
	default:
		return "console.look_seen"
	}
}

// Looked tells how long looks lasted.
func (n networkLooks) Looked(ctx context.Context, actor value.Actor, looks []value.ID, took time.Duration) error {
	return n.desk.Looked(ctx, actor, looks, took)
}
