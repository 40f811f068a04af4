package bank

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// The kinds of this package's jobs.
const (
	sweepJob  = "bank.sweep"
	importJob = "bank.import"
	pullJob   = "bank.pull"
)

const sweepAtOnce = 2000

// sweep compares the photos of earlier records with the entries that came since the last sweep.
func (d *Desk) sweep(ctx context.Context, _ job.Claim) error {
	if err := d.Fresh(ctx); err != nil {
		return err
	}
	var from, to int64
	fresh := newIndex()
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		fresh = newIndex()
		if from, to, err = swept(tx); err != nil {
			return err
		}
		return eachAdded(tx, from, to, func(s step) { fresh.add(s.bank, s.hash, s.sum) })
	})
	if err != nil || from == to {
		return err
	}
	if err := d.sweepAll(ctx, fresh); err != nil {
		return err
	}
	return d.config.DB.Maintain(ctx, "bank.swept", func(tx *db.Tx) error {
		return tx.Keep(`
			update hash_state
			set swept = $1
			where id = 1 and swept < $1`, to)
	})
}

func (d *Desk) sweepAll(ctx context.Context, fresh *index) error {
	var last seenPhoto
	for {
		var page []seenPhoto
		err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = seenAfter(tx, last, sweepAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if err := d.sweepOne(ctx, fresh, p); err != nil {
				return err
			}
		}
		last = page[len(page)-1]
	}
}

// sweepOne lets Note write what a photo matches, and has its record screened again.
func (d *Desk) sweepOne(ctx context.Context, fresh *index, p seenPhoto) error {
	image := safety.Image{Sha256: p.Sha256, Quality: pdq.Unhashed}
	if p.hash != nil {
		image.PDQ, image.Quality = *p.hash, pdq.Enough
	}
	if len(fresh.near(image, pdq.Near)) == 0 {
		return nil
	}
	err := d.config.DB.Write(ctx, value.SystemActor("bank"), "bank.sweep", func(tx *db.Tx) error {
		hits, err := d.Note(tx, p.Object, p.Record, []safety.Image{image})
		if err != nil || len(hits) == 0 || d.config.Rescreen == nil {
			return err
		}
		return d.config.Rescreen(tx, p.Object, p.Record)
	})
	if err != nil {
		return fmt.Errorf("bank.sweep(%s %s): %w", p.Object, p.Record, err)
	}
	return nil
}

// seenPhoto is a photo that a record shows.
type seenPhoto struct {
	Copy
	hash *pdq.Hash
}

func seenAfter(tx *db.Tx, after seenPhoto, limit int) ([]seenPhoto, error) {
	hash := []byte{}
	if after.hash != nil {
		hash = after.hash[:]
	}
	return db.All(tx, func(row db.Scanner) (p seenPhoto, err error) {
		p.Copy, p.hash, err = scanSeen(row)
		return p, err
	}, `
		select object, record, sha256, pdq
		from photo_seen
		where (object, record, sha256, pdq) > ($1, $2, $3, $4)
		order by object, record, sha256, pdq
		limit $5`, after.Object, int64(after.Record), after.Sha256, hash, limit)
}

func swept(tx *db.Tx) (from, to int64, err error) {
	err = tx.Row(`
		select swept, version
		from hash_state
		where id = 1`).Scan(&from, &to)
	return from, to, err
}

// eachAdded reads the entries in force that came after one version, up to another.
func eachAdded(tx *db.Tx, from, to int64, see func(step)) error {
	return db.Each(tx, func(row db.Scanner) error {
		s, err := scanStep(row)
		if err == nil {
			see(s)
		}
		return err
	}, `
		select bank, pdq, sha256, removed_us
		from hash_entry
		where version > $1 and version <= $2 and removed_us = 0`, from, to)
}
