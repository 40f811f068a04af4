package bank

import (
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

func versionOf(tx *db.Tx) (version int64, err error) {
	err = tx.Row(`
		select version
		from hash_state
		where id = 1`).Scan(&version)
	return version, err
}

// nextVersion numbers the changes of a transaction. Its row is held until the end, so that versions become visible in their order.
func nextVersion(tx *db.Tx) (int64, error) {
	_, err := tx.Exec(`
		update hash_state
		set version = version + 1
		where id = 1`)
	if err != nil {
		return 0, err
	}
	return versionOf(tx)
}

func countInForce(tx *db.Tx) (hashes, sums int64, err error) {
	err = tx.Row(`
		select count(*) filter (where length(pdq) > 0), count(*) filter (where sha256 <> '')
		from hash_entry
		where removed_us = 0`).Scan(&hashes, &sums)
	return hashes, sums, err
}

func scanStep(row db.Scanner) (s step, err error) {
	var hash []byte
	var sha256 string
	var removed_us int64
	if err := row.Scan(&s.bank, &hash, &sha256, &removed_us); err != nil {
		return s, err
	}
	s.bank, s.removed = s.bank-1, removed_us != 0
	if len(hash) == len(pdq.Hash{}) {
		h := pdq.Hash(hash)
		s.hash = &h
	}
	if sha256 != "" {
		folded := sumOf(sha256)
		s.sum = &folded
	}
	return s, nil
}

// eachInForce reads the entries that were in force at a version. One removed since is not read; its removal is a later change.
func eachInForce(tx *db.Tx, version int64, see func(step)) error {
	return db.Each(tx, func(row db.Scanner) error {
		s, err := scanStep(row)
		if err == nil {
			see(s)
		}
		return err
	}, `
		select bank, pdq, sha256, removed_us
		from hash_entry
		where removed_us = 0 and version <= $1`, version)
}

func changes(tx *db.Tx, from, to int64, limit int) ([]step, error) {
	return db.All(tx, scanStep, `
		select bank, pdq, sha256, removed_us
		from hash_entry
		where version > $1 and version <= $2
		order by version, id
		limit $3`, from, to, limit)
}

const entryColumns = `id, bank, pdq, quality, sha256, source, reason, author, added_us, removed_us, removed_by, removed_reason`

func scanEntry(row db.Scanner) (e Entry, err error) {
	var number int
	var hash []byte
	var added, removed int64
	err = row.Scan(&e.ID, &number, &hash, &e.Quality, &e.Sha256, &e.Source, &e.Reason, &e.Author, &added, &removed, &e.RemovedBy, &e.RemovedReason)
	if err != nil {
		return e, err
	}
	e.Bank, e.Added = Banks()[number-1], value.FromMicros(added)
	if len(hash) == len(pdq.Hash{}) {
		h := pdq.Hash(hash)
		e.PDQ = &h
	}
	if removed != 0 {
		e.Removed = value.FromMicros(removed)
	}
	return e, nil
}

// Find returns an entry, also one that was removed. It returns an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Entry, error) {
	return db.One(tx, scanEntry, `
		select `+entryColumns+`
		from hash_entry
		where id = $1`, int64(id))
}

// Newest returns entries of a bank, the newest first, those before an id, or from the first if it is 0. With words only those whose
// hash, source or reason contains them.
func Newest(tx *db.Tx, bank Bank, words string, before value.ID, limit int) ([]Entry, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	if h, err := pdq.ParseHash(words); err == nil {
		return db.All(tx, scanEntry, `
			select `+entryColumns+`
			from hash_entry
			where bank = $1 and id < $2 and (pdq = $3 or sha256 = $4)
			order by id desc
			limit $5`, bank.number()+1, int64(before), h[:], strings.ToLower(words), limit)
	}
	return db.All(tx, scanEntry, `
		select `+entryColumns+`
		from hash_entry
		where bank = $1 and id < $2 and ($3 = '' or lower(source || ' ' || reason) like $4 escape '\')
		order by id desc
		limit $5`, bank.number()+1, int64(before), words, "%"+likely(strings.ToLower(words))+"%", limit)
}

// likely escapes what LIKE reads as a sign.
func likely(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}

// sameEntry returns the entries in force that a match speaks of.
func sameEntry(tx *db.Tx, n Near, sha256 string) ([]Entry, error) {
	if n.PDQ == nil {
		return db.All(tx, scanEntry, `
			select `+entryColumns+`
			from hash_entry
			where sha256 = $1 and bank = $2 and removed_us = 0
			order by id`, sha256, n.Bank.number()+1)
	}
	return db.All(tx, scanEntry, `
		select `+entryColumns+`
		from hash_entry
		where bank = $1 and pdq = $2 and removed_us = 0
		order by id`, n.Bank.number()+1, n.PDQ[:])
}

const insertAtOnce = 500

var insertColumns = []string{"id", "bank", "pdq", "quality", "sha256", "source", "reason", "author", "added_us", "version"}

// insertEntries adds entries that are not in force yet, and counts them.
func insertEntries(tx *db.Tx, entries []Entry, version int64) (added int64, err error) {
	for len(entries) > 0 {
		n := min(insertAtOnce, len(entries))
		more, err := insertSome(tx, entries[:n], version)
		if err != nil {
			return added, err
		}
		added, entries = added+more, entries[n:]
	}
	return added, nil
}

func insertSome(tx *db.Tx, entries []Entry, version int64) (int64, error) {
	var rows []string
	var args []any
	for _, e := range entries {
		hash := []byte{}
		if e.PDQ != nil {
			hash = e.PDQ[:]
		}
		places := make([]string, len(insertColumns))
		for i := range places {
			places[i] = fmt.Sprintf("$%d", len(args)+i+1)
		}
		rows = append(rows, "("+strings.Join(places, ", ")+")")
		args = append(args, int64(tx.NewID()), e.Bank.number()+1, hash, e.Quality, e.Sha256, e.Source, e.Reason, e.Author, value.Micros(tx.Now()), version)
	}
	return tx.Exec(`
		insert into hash_entry (`+strings.Join(insertColumns, ", ")+`)
		values `+strings.Join(rows, ", ")+`
		on conflict do nothing`, args...)
}

func removeEntry(tx *db.Tx, id value.ID, version int64, reason string) (int64, error) {
	return tx.Exec(`
		update hash_entry
		set removed_us = $2, removed_by = $3, removed_reason = $4, version = $5
		where id = $1 and removed_us = 0`, int64(id), value.Micros(tx.Now()), tx.Actor().String(), reason, version)
}

func liftHits(tx *db.Tx, entry value.ID) (int64, error) {
	return tx.Exec(`
		update hash_hit
		set lifted_us = $2
		where entry = $1 and lifted_us = 0`, int64(entry), value.Micros(tx.Now()))
}

func insertHit(tx *db.Tx, h Hit) (int64, error) {
	return tx.Exec(`
		insert into hash_hit (id, bank, entry, object, record, sha256, distance, form, severe, at_us)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict do nothing`, int64(h.ID), h.Bank.number()+1, int64(h.Entry), h.Object, int64(h.Record), h.Sha256, h.Distance, h.Form,
		h.Bank.Severe(), value.Micros(h.At))
}

func scanHit(row db.Scanner) (h Hit, err error) {
	var number int
	var at, lifted int64
	err = row.Scan(&h.ID, &number, &h.Entry, &h.Object, &h.Record, &h.Sha256, &h.Distance, &h.Form, &at, &lifted)
	if err != nil {
		return h, err
	}
	h.Bank, h.At = Banks()[number-1], value.FromMicros(at)
	if lifted != 0 {
		h.Lifted = value.FromMicros(lifted)
	}
	return h, nil
}

const hitColumns = `id, bank, entry, object, record, sha256, distance, form, at_us, lifted_us`

// Hits returns the newest hits of all banks.
func Hits(tx *db.Tx, limit int) ([]Hit, error) {
	return db.All(tx, scanHit, `
		select `+hitColumns+`
		from hash_hit
		order by id desc
		limit $1`, limit)
}

// HitsOf returns the hits of a record's photos that count, the newest first.
func HitsOf(tx *db.Tx, object string, record value.ID) ([]Hit, error) {
	return db.All(tx, scanHit, `
		select `+hitColumns+`
		from hash_hit
		where object = $1 and record = $2 and lifted_us = 0
		order by id desc`, object, int64(record))
}

// Severe reports whether a photo matched a severe bank, or its file is in one. Whoever is about to show a photo asks first, and shows
// nothing on true or on an error.
func Severe(tx *db.Tx, sha256 string) (bool, error) {
	var severe bool
	err := tx.Row(`
		select exists (select 1 from hash_hit where sha256 = $1 and severe and lifted_us = 0)
			or exists (select 1 from hash_entry where sha256 = $1 and sha256 <> '' and removed_us = 0 and bank in (1, 2))`, sha256).Scan(&severe)
	return severe, err
}

// Count is a bank in figures.
type Count struct {
	Bank   Bank
	Hashes int64 // PDQ
	Sums   int64 // SHA-256
	Hits   int64 // that count
	Lifted int64
	Newest time.Time // when an entry was last added; the zero Time if never
}

// Counts are the figures of all banks, in the order of Banks.
func Counts(tx *db.Tx) ([]Count, error) {
	return db.All(tx, func(row db.Scanner) (c Count, err error) {
		var number int
		var newest int64
		err = row.Scan(&number, &c.Hashes, &c.Sums, &newest, &c.Hits, &c.Lifted)
		if err == nil {
			c.Bank = Banks()[number-1]
		}
		if newest != 0 {
			c.Newest = value.FromMicros(newest)
		}
		return c, err
	}, `
		select b.id,
			coalesce(e.hashes, 0), coalesce(e.sums, 0), coalesce(e.newest, 0),
			(select count(*) from hash_hit h where h.bank = b.id and h.lifted_us = 0),
			(select count(*) from hash_hit h where h.bank = b.id and h.lifted_us > 0)
		from hash_bank b
		left join (
			select bank, count(*) filter (where length(pdq) > 0) as hashes, count(*) filter (where sha256 <> '') as sums, max(added_us) as newest
			from hash_entry
			where removed_us = 0
			group by bank
		) e on e.bank = b.id
		order by b.id`)
}
