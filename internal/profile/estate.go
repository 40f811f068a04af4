package profile

import (
	"fmt"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a person: their own profile and the invitations they sent or got.
type Estate struct{ Desk *Desk }

// Name names the part of an export.
func (Estate) Name() string { return "profile" }

// exported is a profile as its author takes it away.
type exported struct {
	Seller  string   `json:"seller"`
	Shown   *Content `json:"shown,omitempty"`
	Pending *Content `json:"pending,omitempty"`
	State   State    `json:"state"`
	Reason  string   `json:"reason,omitempty"`
}

// Export puts the profiles of the sellers that an account owns, and the invitations it got.
func (e Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	owned, err := e.owned(tx, account)
	if err != nil {
		return err
	}
	profiles, err := findMany(tx, owned)
	if err != nil {
		return err
	}
	if err := putPhotos(profiles, put); err != nil {
		return err
	}
	rows := make([]exported, 0, len(profiles))
	for _, p := range profiles {
		row := exported{Seller: p.Seller.Text(SellerShortID), State: p.State, Reason: p.Reason}
		if p.HasShown {
			row.Shown = &p.Shown
		}
		if p.State != Clear {
			row.Pending = &p.Pending
		}
		rows = append(rows, row)
	}
	return put("profiles", rows)
}

// putPhotos puts the photos of profiles, each as the key of its largest size.
func putPhotos(profiles map[value.ID]Profile, put func(name string, rows any) error) error {
	for _, p := range profiles {
		for name, photo := range map[string]Photo{"shown": p.Shown.Photo, "pending": p.Pending.Photo} {
			sizes := media.SizesOf(photo.Sha256, photo.Width, photo.Height)
			if photo.IsZero() || len(sizes) == 0 {
				continue
			}
			if err := put("photos/"+p.Seller.Text(SellerShortID)[len(SellerShortID)+1:]+"-"+name+".webp", sizes[len(sizes)-1].Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// Erase deletes the member's own profile, with what the change log says of it, and their invitations. A shop's profile
// stays: it is the shop's.
func (e Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	if _, err := tx.Exec("delete from team_invitation where account = $1 or invited_by = $1", int64(account)); err != nil {
		return err
	}
	mine, err := e.Desk.own(tx, account)
	switch {
	case value.KindOf(err) == value.NotFound:
	case err != nil:
		return err
	default:
		if err := eraseProfile(tx, mine.ID); err != nil {
			return err
		}
		if err := e.Desk.Sellers.Rename(tx, mine.ID, plainName(mine), ""); err != nil {
			return err
		}
	}
	shops, err := e.owned(tx, account)
	if err == nil && (len(shops) > 1 || len(shops) == 1 && shops[0] != mine.ID) {
		ctx := tx.Context()
		keep(text.T(ctx, "profile.kept"), text.T(ctx, "profile.kept.why"), text.T(ctx, "profile.kept.until"))
	}
	return err
}

func eraseProfile(tx *db.Tx, seller value.ID) error {
	n, err := tx.Exec("delete from profile where seller = $1", int64(seller))
	if err != nil || n == 0 {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: seller, Diff: map[string]any{"erased": true}})
	if _, err := change.Erase(tx, Object, seller); err != nil {
		return fmt.Errorf("profile.Erase(%s): %w", seller, err)
	}
	return nil
}

// owned are the sellers that an account owns.
func (e Estate) owned(tx *db.Tx, account value.ID) ([]value.ID, error) {
	seats, err := e.Desk.Sellers.Held(tx, account)
	var ids []value.ID
	for _, seat := range seats {
		if seat.Role == Owner {
			ids = append(ids, seat.Seller)
		}
	}
	return ids, err
}
