package bank

import (
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// The change log's names.
const (
	entryObject  = "hash_entry"
	importObject = "hash_import"
	hitObject    = "hash_hit"
)

// LearnedSource is the source of entries that came by Learn.
const LearnedSource = "decision"

// Add puts one entry into a bank. It returns an error of kind Invalid on the field at fault ("pdq", "sha256", "reason"), and of kind Conflict
// when the entry is there already.
func (d *Desk) Add(tx *db.Tx, e Entry) error {
	if err := check(e); err != nil {
		return err
	}
	e.Author = tx.Actor().String()
	if err := d.hasRoom(1); err != nil {
		return err
	}
	added, err := d.put(tx, []Entry{e})
	if err == nil && added == 0 {
		return problem("pdq", "known", value.Conflict)
	}
	return err
}

// check says what is wrong with an entry that a person made.
func check(e Entry) error {
	switch {
	case e.Bank.number() < 0:
		return value.Errorf(value.NotFound, "there is no bank %q", string(e.Bank))
	case strings.TrimSpace(e.Reason) == "":
		return problem("reason", "reason", value.Invalid)
	case e.PDQ == nil && e.Sha256 == "":
		return problem("pdq", string(NoHash), value.Invalid)
	}
	if e.Sha256 != "" {
		if _, why := ParseSha256(e.Sha256); why != "" {
			return problem("sha256", string(why), value.Invalid)
		}
	}
	if e.PDQ == nil {
		return nil
	}
	if why := Refuse(*e.PDQ, e.Quality); why != "" {
		return problem("pdq", string(why), value.Invalid)
	}
	return nil
}

func problem(field, why string, kind value.Kind) error {
	e := value.Errorf(kind, "the hash cannot be added: %s", why)
	e.Field, e.Key = field, "bank.refused."+why
	return e
}

// put writes entries, logs that and lets earlier photos be compared. It counts those that were not there.
func (d *Desk) put(tx *db.Tx, entries []Entry) (int64, error) {
	version, err := nextVersion(tx)
	if err != nil {
		return 0, err
	}
	added, err := insertEntries(tx, entries, version)
	if err != nil || added == 0 {
		return 0, err
	}
	e := entries[0]
	tx.Log(db.Change{Object: entryObject, Diff: map[string]any{"bank": e.Bank, "added": added, "source": e.Source, "reason": e.Reason}})
	d.changed(tx)
	return added, d.sweepLater(tx)
}

// Learn puts photos into a bank so that copies of them are found, in the transaction of the decision about them. Photos that cannot be
// compared are known by their SHA-256 alone. What is there already stays as it is.
func (d *Desk) Learn(tx *db.Tx, images []safety.Image, bank Bank, why string) error {
	if bank.number() < 0 {
		return fmt.Errorf("bank.Learn: there is no bank %q", string(bank))
	}
	if why = strings.TrimSpace(why); why == "" {
		why = LearnedSource
	}
	var entries []Entry
	for _, image := range images {
		e := Entry{Bank: bank, Quality: image.Quality, Source: LearnedSource, Reason: why, Author: tx.Actor().String()}
		if folded, wrong := ParseSha256(image.Sha256); wrong == "" {
			e.Sha256 = folded
		}
		if image.Quality != pdq.Unhashed && Refuse(image.PDQ, image.Quality) == "" {
			e.PDQ = &image.PDQ
		}
		if e.PDQ != nil || e.Sha256 != "" {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := d.put(tx, entries); err != nil {
		return fmt.Errorf("bank.Learn(%s): %w", bank, err)
	}
	return nil
}

// Unlearn takes photos out of a bank again, when the decision that put them there is reversed. It leaves what came from
// elsewhere than Learn.
func (d *Desk) Unlearn(tx *db.Tx, sha256s []string, bank Bank, why string) error {
	for _, sha := range sha256s {
		all, err := sameEntry(tx, Near{Bank: bank}, sha)
		if err != nil {
			return fmt.Errorf("bank.Unlearn(%s): %w", bank, err)
		}
		for _, e := range all {
			if e.Source != LearnedSource {
				continue
			}
			if err := d.Remove(tx, e.ID, why); err != nil {
				return fmt.Errorf("bank.Unlearn(%s): %w", bank, err)
			}
		}
	}
	return nil
}

// Remove takes an entry out of force and lifts the hits it made. The reason is kept. It returns an error of kind Invalid without one,
// NotFound when there is no such entry, and Conflict when it was removed before.
func (d *Desk) Remove(tx *db.Tx, id value.ID, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return problem("reason", "reason", value.Invalid)
	}
	e, err := Find(tx, id)
	if err != nil {
		return err
	}
	version, err := nextVersion(tx)
	if err != nil {
		return err
	}
	removed, err := removeEntry(tx, id, version, reason)
	if err != nil {
		return err
	}
	if removed == 0 {
		return problem("", "removed", value.Conflict)
	}
	lifted, err := liftHits(tx, id)
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: entryObject, Record: id, Diff: map[string]any{"bank": e.Bank, "removed": true, "reason": reason, "lifted": lifted}})
	d.changed(tx)
	return nil
}

func (d *Desk) sweepLater(tx *db.Tx) error {
	_, err := job.Enqueue(tx, job.Job{Kind: sweepJob, Key: "sweep"})
	return err
}
