package app

import (
	"context"

	"fairground/internal/bank"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/moderation"
	"fairground/internal/notice"
	"fairground/internal/profile"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// takeDown puts the photos of a notice into the bank, in the transaction of the first decision for it.
func (i images) takeDown(tx *db.Tx, d moderation.Decision, photos []string) error {
	r, err := notice.RemovalOf(tx, d.Notice)
	if value.KindOf(err) == value.NotFound { // it was answered without looking for copies
		r = notice.Removal{Notice: d.Notice}
		if r.Photos, err = notice.PhotosOf(tx, d.Notice); err == nil && len(r.Photos) == 0 {
			r.Photos, err = photos, notice.NamePhotos(tx, d.Notice, photos)
		}
	}
	if err != nil {
		return err
	}
	if err := i.keepAway(tx, r, d.Reason); err != nil {
		return err
	}
	_, err = job.Enqueue(tx, job.Job{Kind: finishJob, Key: d.Notice.String(), Payload: d.Notice})
	return err
}

// keepAway lets the bank know the photos of a removal, and what people found of their copies. Once it knows them, it does nothing.
func (i images) keepAway(tx *db.Tx, r notice.Removal, reason string) error {
	changed, err := notice.Taken(tx, r.Notice, true)
	if err != nil || !changed {
		return err
	}
	var all []safety.Image
	for _, sha := range r.Photos {
		image, err := i.Image(tx.Context(), sha)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		image.Sha256 = sha
		all = append(all, image)
	}
	if err := i.banks.TakeDown(tx, r.Notice.Text(noticeKind), all, reason); err != nil {
		return err
	}
	return i.settle(tx, r)
}

// settle tells the bank what people found of copies.
func (i images) settle(tx *db.Tx, r notice.Removal) error {
	for _, c := range r.Copies {
		found := []bank.Copy{{Object: c.Object, Record: c.Record, Sha256: c.Sha256, Distance: c.Distance}}
		if err := i.banks.Settle(tx, c.Of, found, c.Other); err != nil {
			return err
		}
	}
	return nil
}

// giveBack takes the photos of a notice out of the bank when the last of its decisions is taken back.
func (i images) giveBack(tx *db.Tx, d moderation.Decision, reason string) error {
	if d.Notice == 0 {
		return nil
	}
	lane, err := notice.LaneOf(tx, d.Notice)
	if err != nil || lane != notice.Takedown {
		return err
	}
	made := []moderation.Decision{d}
	if d.Act != 0 {
		if made, err = moderation.DecisionsOf(tx, d.Act); err != nil {
			return err
		}
	}
	for _, one := range made {
		if one.ID != d.ID && one.Undone.IsZero() {
			return nil
		}
	}
	only, err := notice.OnlyHere(tx, d.Notice)
	if err != nil {
		return err
	}
	if _, err := notice.Taken(tx, d.Notice, false); err != nil {
		return err
	}
	return i.banks.GiveBack(tx, only, "the take-down was taken back: "+reason)
}

// portraitReader tells the banks which photos profiles show, so that a copy is found there too.
func (i images) portraitReader() *change.Reader {
	return &change.Reader{Name: "bank.portraits", Author: value.SystemActor("bank"), Action: "bank.portrait", Batch: 100, Apply: func(tx *db.Tx, rows []change.Row) error {
		seen := map[value.ID]bool{}
		for _, row := range rows {
			if row.Object != profile.Object || seen[row.Record] {
				continue
			}
			seen[row.Record] = true
			if err := i.notePortraits(tx, row.Record); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (i images) notePortraits(tx *db.Tx, seller value.ID) error {
	p, err := profile.FindProfile(tx, seller)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var all []safety.Image
	for _, photo := range portraits(p) {
		image, err := i.Image(tx.Context(), photo.Sha256)
		if value.KindOf(err) == value.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, image)
	}
	_, err = i.banks.Note(tx, profile.Object, seller, all)
	return err
}

// veils reports whether a photo that no screening has seen yet must not be shown: in a draft, in a portrait, in a message.
func (i images) veils(ctx context.Context, sha string) (bool, error) {
	image, err := i.Image(ctx, sha)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	return i.banks.Veils(ctx, image)
}
