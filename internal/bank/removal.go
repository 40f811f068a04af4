package bank

import (
	"context"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// TakeDown puts photos whose removal somebody asked for into the intimate bank, in the transaction of the decision about them. From
// then on whatever has the same file is veiled, and whatever is near to it is held. What is there already stays as it is. The
// source names the request; Learn and Unlearn leave these entries alone.
func (d *Desk) TakeDown(tx *db.Tx, source string, images []safety.Image, why string) error {
	if strings.TrimSpace(source) == "" || source == LearnedSource {
		return value.Errorf(value.Invalid, "a take-down names the request that asked for it")
	}
	var entries []Entry
	for _, image := range images {
		e := Entry{Bank: Intimate, Quality: image.Quality, Source: source, Reason: why, Author: tx.Actor().String()}
		if folded, wrong := ParseSha256(image.Sha256); wrong == "" {
			e.Sha256 = folded
		}
		if image.Quality != pdq.Unhashed && Refuse(image.PDQ, image.Quality) == "" {
			e.PDQ = &image.PDQ
		}
		if e.Sha256 != "" { // without it the entry could not be found again to be taken back
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := d.put(tx, entries); err != nil {
		return fmt.Errorf("bank.TakeDown(%s): %w", source, err)
	}
	return nil
}

// GiveBack takes photos out of the intimate bank that a take-down put there, and lifts the hits they made.
func (d *Desk) GiveBack(tx *db.Tx, sha256s []string, why string) error {
	for _, sha := range sha256s {
		all, err := takenDown(tx, sha)
		if err != nil {
			return fmt.Errorf("bank.GiveBack: %w", err)
		}
		for _, e := range all {
			if e.Source == LearnedSource {
				continue
			}
			if err := d.Remove(tx, e.ID, why); err != nil {
				return fmt.Errorf("bank.GiveBack: %w", err)
			}
		}
	}
	return nil
}

// takenDown are the entries in force of the intimate bank with one file.
func takenDown(tx *db.Tx, sha256 string) ([]Entry, error) {
	if sha256 == "" {
		return nil, nil
	}
	return sameEntry(tx, Near{Bank: Intimate}, sha256)
}

// Settle says of the copies of one photo, which TakeDown put into the bank before, what a person found: the same photo, which is
// veiled at once, or, with other set, another one that only looks alike. That one is not veiled and not reported again. A file that is
// the very same cannot be another photo: it is an error of kind Conflict.
func (d *Desk) Settle(tx *db.Tx, sha256 string, copies []Copy, other bool) error {
	entries, err := takenDown(tx, sha256)
	if err != nil {
		return fmt.Errorf("bank.Settle: %w", err)
	}
	for _, e := range entries {
		for _, c := range copies {
			if err := d.settle(tx, e, c, other); err != nil {
				return fmt.Errorf("bank.Settle(%s %s): %w", c.Object, c.Record, err)
			}
		}
	}
	return nil
}

func (d *Desk) settle(tx *db.Tx, e Entry, c Copy, other bool) error {
	if other && c.Sha256 == e.Sha256 {
		return value.Errorf(value.Conflict, "this is the very same file; it cannot be shown while that one is taken down")
	}
	h := Hit{ID: tx.NewID(), Bank: e.Bank, Entry: e.ID, Object: c.Object, Record: c.Record, Sha256: c.Sha256, Distance: c.Distance, At: tx.Now()}
	if c.Sha256 != e.Sha256 {
		h.Form = 1
	}
	added, err := insertHit(tx, h)
	if err == nil {
		err = rule(tx, h, other)
	}
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: hitObject, Record: h.ID, Diff: map[string]any{"bank": h.Bank, "entry": h.Entry, "object": c.Object, "record": c.Record, "distance": c.Distance, "other": other}})
	if added == 0 || other || d.config.Seal == nil {
		return nil
	}
	return d.config.Seal.Seal(tx, h)
}

// rule lifts a hit, or lets it count.
func rule(tx *db.Tx, h Hit, lifted bool) error {
	var at int64
	if lifted {
		at = value.Micros(h.At)
	}
	_, err := tx.Exec(`
		update hash_hit
		set lifted_us = $5
		where entry = $1 and object = $2 and record = $3 and sha256 = $4`, int64(h.Entry), h.Object, int64(h.Record), h.Sha256, at)
	return err
}

// Found are the copies of photos that were met since TakeDown put them into the bank, the newest first. A photo that a person said
// is another one is left out.
func Found(tx *db.Tx, sha256s []string) ([]Hit, error) {
	var all []Hit
	for _, sha := range sha256s {
		entries, err := takenDown(tx, sha)
		if err != nil {
			return nil, fmt.Errorf("bank.Found: %w", err)
		}
		for _, e := range entries {
			hits, err := db.All(tx, scanHit, `
				select `+hitColumns+`
				from hash_hit
				where entry = $1 and lifted_us = 0
				order by id desc
				limit 500`, int64(e.ID))
			if err != nil {
				return nil, fmt.Errorf("bank.Found: %w", err)
			}
			all = append(all, hits...)
		}
	}
	return all, nil
}

// Veils reports whether a photo must not be shown because it is near to one of a severe bank, whether or not any record shows it
// yet: a draft, a portrait, a message. Severe asks for what is known already; Veils looks at the photo itself. What a person said is
// another photo is not veiled.
func (d *Desk) Veils(ctx context.Context, image safety.Image) (bool, error) {
	x, err := d.ready(ctx)
	if err != nil {
		return true, fmt.Errorf("bank.Veils: %w", err)
	}
	veiled := false
	for _, n := range x.matches(image) {
		veiled = veiled || n.Bank.Severe()
	}
	if !veiled {
		return false, nil
	}
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		spared, err := isSpared(tx, image.Sha256)
		veiled = !spared
		return err
	})
	return veiled, err
}

// ShownBy are the records that were seen to show exactly a file.
func ShownBy(tx *db.Tx, sha256 string) ([]Copy, error) {
	return db.All(tx, func(row db.Scanner) (c Copy, err error) {
		c.Sha256 = sha256
		return c, row.Scan(&c.Object, &c.Record)
	}, `
		select distinct object, record
		from photo_seen
		where sha256 = $1
		order by object, record
		limit 100`, sha256)
}

// isSpared reports whether a person said of a file that it only looks like every photo it is near to, and nothing speaks against it.
func isSpared(tx *db.Tx, sha256 string) (spared bool, err error) {
	err = tx.Row(`
		select exists (
			select 1
			from hash_hit h
			join hash_entry e on e.id = h.entry
			where h.sha256 = $1 and h.severe and h.lifted_us > 0 and e.removed_us = 0
		) and not exists (
			select 1
			from hash_hit
			where sha256 = $1 and severe and lifted_us = 0
		)`, sha256).Scan(&spared)
	return spared, err
}
