package audit

import (
	"embed"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "audit", Files: files} }

func saveTile(tx *db.Tx, level int, number int64, hashes []tlog.Hash) error {
	_, err := tx.Exec(`
		insert into audit_tile (level, number, hashes) values ($1, $2, $3)
		on conflict (level, number) do update set hashes = excluded.hashes`, level, number, joinHashes(hashes))
	return err
}

// findTile returns the bytes of a tile, nil when there is none.
func findTile(tx *db.Tx, level int, number int64) ([]byte, error) {
	hashes, err := db.One(tx, db.Column[[]byte], "select hashes from audit_tile where level = $1 and number = $2", level, number)
	if value.KindOf(err) == value.NotFound {
		return nil, nil
	}
	return hashes, err
}

// storedLeaves is how many leaves the tiles hold, whatever the seals say.
func storedLeaves(tx *db.Tx) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select coalesce(max(number * 256 + length(hashes) / 32), 0)
		from audit_tile
		where level = 0 and number >= (select max(number) from audit_tile where level = 0)`)
}

func saveSeal(tx *db.Tx, c checkpoint) error {
	return tx.Insert("audit_seal", []string{"size", "root", "note", "at_us"}, [][]any{
		{c.size, c.root[:], c.note, value.Micros(tx.Now())},
	})
}

func scanSeal(row db.Scanner) (checkpoint, error) {
	var c checkpoint
	var root []byte
	err := row.Scan(&c.size, &root, &c.note)
	copy(c.root[:], root)
	return c, err
}

// lastSeal returns the newest seal, or one of size 0.
func lastSeal(tx *db.Tx) (checkpoint, error) {
	c, err := db.One(tx, scanSeal, "select size, root, note from audit_seal order by size desc limit 1")
	if value.KindOf(err) == value.NotFound {
		return checkpoint{root: (&tree{}).root()}, nil
	}
	return c, err
}

func findSeals(tx *db.Tx) ([]checkpoint, error) {
	return db.All(tx, scanSeal, "select size, root, note from audit_seal order by size")
}
