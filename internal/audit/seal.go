package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Sealer returns the reader of the change log that seals it. It refuses to go on when the log has a gap, or when what
// it stored before does not fit its last seal; its failures show in change.Reader.Failures and in the log.
func Sealer(key Key) *change.Reader {
	return &change.Reader{Name: "audit", Batch: 2000, Apply: func(tx *db.Tx, rows []change.Row) error { return seal(tx, key, rows) }}
}

func seal(tx *db.Tx, key Key, rows []change.Row) error {
	last, err := lastSeal(tx)
	if err != nil {
		return err
	}
	for len(rows) > 0 && rows[0].Seq <= last.size {
		rows = rows[1:] // sealed before the cursor was set back
	}
	if len(rows) == 0 {
		return nil
	}
	t, err := loadTree(last.size, func(level int, number int64, width int) ([]tlog.Hash, error) {
		stored, err := findTile(tx, level, number)
		if err != nil {
			return nil, err
		}
		return splitHashes(stored, width)
	})
	if err != nil {
		return err
	}
	if t.root() != last.root {
		return fmt.Errorf("audit: the stored hashes do not fit the seal of %d changes; run the audit", last.size)
	}
	if err := grow(tx, t, rows); err != nil {
		return err
	}
	sealed, err := key.seal(t.size, t.root())
	if err != nil {
		return err
	}
	return saveSeal(tx, sealed)
}

// grow appends the rows and stores the tiles that changed.
func grow(tx *db.Tx, t *tree, rows []change.Row) error {
	t.fullTile = func(level int, number int64, hashes []tlog.Hash) error { return saveTile(tx, level, number, hashes) }
	before := t.size
	for _, row := range rows {
		if row.Seq != t.size+1 {
			return fmt.Errorf("audit: change %d is missing from the log", t.size+1)
		}
		if err := t.add(tlog.RecordHash(encodeLeaf(row))); err != nil {
			return err
		}
	}
	for level, edge := range t.edges {
		number, width := place(t.size, level)
		if width == 0 || t.size>>(tileHeight*level) == before>>(tileHeight*level) {
			continue
		}
		if err := saveTile(tx, level, number, edge); err != nil {
			return err
		}
	}
	return nil
}

// Checkpoint returns the newest seal, as others may remember it. It returns an error of kind NotFound before the first.
func Checkpoint(tx *db.Tx) (string, error) {
	last, err := lastSeal(tx)
	if err != nil {
		return "", err
	}
	if last.size == 0 {
		return "", value.Errorf(value.NotFound, "nothing is sealed yet")
	}
	return last.note, nil
}
