package audit

import (
	"context"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
)

// txSource audits what one transaction sees, so that a test can tamper and undo.
type txSource struct{ tx *db.Tx }

func (s txSource) seals(context.Context) ([]checkpoint, error) { return findSeals(s.tx) }
func (s txSource) leaves(context.Context) (int64, error)       { return storedLeaves(s.tx) }
func (s txSource) entries(int64, int) ([]byte, bool, error)    { return nil, false, nil }

func (s txSource) tile(_ context.Context, level int, number int64, _ int) ([]byte, error) {
	return findTile(s.tx, level, number)
}

func (s txSource) rows(_ context.Context, fn func(change.Row) error) error {
	rows, err := change.Since(s.tx, 0, 10_000)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := fn(row); err != nil {
			return err
		}
	}
	return nil
}

// VerifyInside is Verify inside a transaction.
func VerifyInside(tx *db.Tx, publicKey string) (Report, error) {
	return inspect(tx.Context(), txSource{tx}, publicKey, nil)
}

// BreakLeaf alters the stored hash of a change.
func BreakLeaf(t testing.TB, d *db.DB, seq int64) {
	t.Helper()
	setLeaf(t, d, seq, func(*db.Tx) (tlog.Hash, error) { return tlog.Hash{1}, nil })
}

// RecomputeLeaf makes the stored hash of a change fit what the change is now.
func RecomputeLeaf(t testing.TB, d *db.DB, seq int64) {
	t.Helper()
	setLeaf(t, d, seq, func(tx *db.Tx) (tlog.Hash, error) {
		rows, err := change.Since(tx, seq-1, 1)
		return tlog.RecordHash(encodeLeaf(rows[0])), err
	})
}

func setLeaf(t testing.TB, d *db.DB, seq int64, make func(*db.Tx) (tlog.Hash, error)) {
	t.Helper()
	err := d.Maintain(t.Context(), "tamper", func(tx *db.Tx) error {
		number, at := (seq-1)/tileWidth, (seq-1)%tileWidth
		stored, err := findTile(tx, 0, number)
		if err != nil {
			return err
		}
		hashes, err := splitHashes(stored, len(stored)/tlog.HashSize)
		if err != nil {
			return err
		}
		if hashes[at], err = make(tx); err != nil {
			return err
		}
		return saveTile(tx, 0, number, hashes)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The pieces that the rules of encoding are tested with.
var (
	EncodeLeaf = encodeLeaf
	DecodeLeaf = decodeLeaf
)

// TreeOf grows a tree and checks after each leaf that its root is tlog's, and that it can be restored from its tiles.
func TreeOf(t *testing.T, n int64) {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		all := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			all[i] = stored[index]
		}
		return all, nil
	})
	tiles := map[[2]int64][]tlog.Hash{}
	grown := &tree{fullTile: func(level int, number int64, hashes []tlog.Hash) error {
		tiles[[2]int64{int64(level), number}] = hashes
		return nil
	}}
	for i := range n {
		leaf := tlog.RecordHash([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
		more, err := tlog.StoredHashesForRecordHash(i, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		if err := grown.add(leaf); err != nil {
			t.Fatal(err)
		}
		if i%97 != 0 && i != n-1 && (i+1)%256 != 0 {
			continue
		}
		want, err := tlog.TreeHash(i+1, reader)
		if err != nil || grown.root() != want {
			t.Fatalf("root of %d leaves: %v", i+1, err)
		}
		loaded, err := loadTree(i+1, func(level int, number int64, width int) ([]tlog.Hash, error) {
			if number != (i+1)>>(tileHeight*level)/tileWidth {
				t.Errorf("asked for tile %d of level %d", number, level)
			}
			return grown.edges[level][:width], nil
		})
		if err != nil || loaded.root() != want {
			t.Fatalf("restored root of %d leaves: %v", i+1, err)
		}
	}
	for key, hashes := range tiles {
		want, err := tlog.ReadTileData(tlog.Tile{H: tileHeight, L: int(key[0]), N: key[1], W: tileWidth}, reader)
		if err != nil || string(want) != string(joinHashes(hashes)) {
			t.Errorf("tile %v: %v", key, err)
		}
	}
}
