package bank

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Note is called in the write that keeps a verdict about a record. It remembers which photos the record shows, writes a hit for
// every entry that one of them matches, and has severe hits sealed. It returns the new hits. Called again for the same photos, it
// writes nothing twice and seals nothing twice.
func (d *Desk) Note(tx *db.Tx, object string, record value.ID, images []safety.Image) ([]Hit, error) {
	if len(images) == 0 {
		return nil, nil
	}
	x := d.memory.index.Load()
	if x == nil { // no rule has asked yet, so that Match has not read them
		var err error
		if x, err = d.ready(tx.Context()); err != nil {
			return nil, fmt.Errorf("bank.Note(%s %s): %w", object, record, err)
		}
	}
	var hits []Hit
	for _, image := range images {
		if err := see(tx, object, record, image); err != nil {
			return nil, fmt.Errorf("bank.Note(%s %s): %w", object, record, err)
		}
		for _, n := range x.matches(image) {
			if !n.Bank.Restricts() {
				continue
			}
			more, err := d.hit(tx, object, record, image.Sha256, n)
			if err != nil {
				return nil, fmt.Errorf("bank.Note(%s %s): %w", object, record, err)
			}
			hits = append(hits, more...)
		}
	}
	return hits, nil
}

// hit writes what a match means. An entry that was removed a moment ago makes none.
func (d *Desk) hit(tx *db.Tx, object string, record value.ID, sha256 string, n Near) ([]Hit, error) {
	entries, err := sameEntry(tx, n, sha256)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for _, e := range entries {
		h := Hit{ID: tx.NewID(), Bank: n.Bank, Entry: e.ID, Object: object, Record: record, Sha256: sha256, Distance: n.Distance, Form: n.Form, At: tx.Now()}
		added, err := insertHit(tx, h)
		if err != nil {
			return nil, err
		}
		if added == 0 {
			continue
		}
		tx.Log(db.Change{Object: hitObject, Record: h.ID, Diff: map[string]any{"bank": h.Bank, "entry": h.Entry, "object": object, "record": record, "distance": h.Distance}})
		if h.Bank.Severe() && d.config.Seal != nil {
			if err := d.config.Seal.Seal(tx, h); err != nil {
				return nil, err
			}
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// see remembers that a record shows a photo. A photo that is seen again with a hash, after it was seen without, is remembered twice.
func see(tx *db.Tx, object string, record value.ID, image safety.Image) error {
	hash := []byte{}
	if image.Quality >= pdq.Enough {
		hash = image.PDQ[:]
	}
	return tx.Keep(`
		insert into photo_seen (object, record, sha256, pdq, at_us)
		values ($1, $2, $3, $4, $5)
		on conflict do nothing`, object, int64(record), image.Sha256, hash, value.Micros(tx.Now()))
}

// Forget drops which photos a record shows, when the record is erased. Hits stay: they name no person.
func Forget(tx *db.Tx, object string, record value.ID) error {
	return tx.Keep(`
		delete from photo_seen
		where object = $1 and record = $2`, object, int64(record))
}

// Copy is a record that shows a photo.
type Copy struct {
	Object   string
	Record   value.ID
	Sha256   string
	Distance int // bits; 0 for the same file
}

// Copies returns the records that show one of the photos or a copy of it, for a take-down. It reads every photo that was ever seen, a second
// for a million of them, so it belongs into a job or behind a button.
func Copies(tx *db.Tx, images []safety.Image) ([]Copy, error) {
	wanted, sums := newIndex(), map[string]bool{}
	for _, image := range images {
		sums[image.Sha256] = image.Sha256 != ""
		if image.Quality >= pdq.Enough && !generic(image.PDQ) {
			wanted.add(0, &image.PDQ, nil)
		}
	}
	var copies []Copy
	err := db.Each(tx, func(row db.Scanner) error {
		c, hash, err := scanSeen(row)
		if err != nil {
			return err
		}
		c.Distance = -1
		if sums[c.Sha256] {
			c.Distance = 0
		} else if hash != nil {
			wanted.scan(*hash, pdq.Near, func(f found) {
				if c.Distance < 0 || f.distance < c.Distance {
					c.Distance = f.distance
				}
			})
		}
		if c.Distance >= 0 && !repeats(copies, c) {
			copies = append(copies, c)
		}
		return nil
	}, `
		select object, record, sha256, pdq
		from photo_seen
		order by object, record, sha256`)
	return copies, err
}

// repeats tells a photo that was seen with two hashes.
func repeats(copies []Copy, c Copy) bool {
	if len(copies) == 0 {
		return false
	}
	last := copies[len(copies)-1]
	return last.Object == c.Object && last.Record == c.Record && last.Sha256 == c.Sha256
}

func scanSeen(row db.Scanner) (c Copy, hash *pdq.Hash, err error) {
	var raw []byte
	if err := row.Scan(&c.Object, &c.Record, &c.Sha256, &raw); err != nil {
		return c, nil, err
	}
	if len(raw) == len(pdq.Hash{}) {
		h := pdq.Hash(raw)
		hash = &h
	}
	return c, hash, nil
}
