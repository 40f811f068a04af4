package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// Proof returns the receipt for one change: a C2SP tlog-proof that carries the leaf as its extra line, so that it can
// be checked with the public key alone. It returns an error of kind NotFound when the change is not sealed (yet), and
// of kind Conflict when the stored hashes do not fit the seal.
func Proof(ctx context.Context, d *db.DB, seq int64) (string, error) {
	var receipt string
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		receipt, err = proof(tx, seq)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("audit.Proof(%d): %w", seq, err)
	}
	return receipt, nil
}

func proof(tx *db.Tx, seq int64) (string, error) {
	last, err := lastSeal(tx)
	if err != nil {
		return "", err
	}
	rows, err := change.Since(tx, seq-1, 1)
	if err != nil {
		return "", err
	}
	if seq < 1 || seq > last.size || len(rows) == 0 || rows[0].Seq != seq {
		return "", value.Errorf(value.NotFound, "change %d is not sealed", seq)
	}
	leaf := encodeLeaf(rows[0])
	path, err := tlog.ProveRecord(last.size, seq-1, last.reader(tx))
	if err == nil {
		err = tlog.CheckRecord(path, last.size, last.root, seq-1, tlog.RecordHash(leaf))
	}
	if err != nil {
		return "", value.Errorf(value.Conflict, "change %d does not fit the seal; run the audit", seq).Because(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(leaf), seq-1)
	for _, h := range path {
		fmt.Fprintln(&b, h)
	}
	return b.String() + "\n" + last.note, nil
}

// CheckProof checks a receipt with the site's public key and returns the change it proves, without the diff. Who was
// given the diff and its salt compares change.Commit of them with the digest. Errors are of kind Invalid.
func CheckProof(receipt, publicKey string) (change.Row, error) {
	head, signed, ok := strings.Cut(receipt, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 3 || lines[0] != proofHeader {
		return change.Row{}, value.Fieldf("receipt", "this is not a receipt; it begins with %s", proofHeader)
	}
	leaf, index, path, err := readProof(lines[1:])
	if err != nil || !canonical(signed) {
		return change.Row{}, value.Fieldf("receipt", "the receipt is damaged").Because(err)
	}
	sealed, err := openCheckpoint(signed, publicKey)
	if err != nil {
		return change.Row{}, err
	}
	if index < 0 || index >= sealed.size || tlog.CheckRecord(path, sealed.size, sealed.root, index, tlog.RecordHash(leaf)) != nil {
		return change.Row{}, value.Fieldf("receipt", "the receipt does not fit its seal")
	}
	row, err := decodeLeaf(leaf)
	if err != nil || row.Seq != index+1 {
		return change.Row{}, value.Fieldf("receipt", "the receipt proves something that is not a change").Because(err)
	}
	return row, nil
}

// strict refuses the several spellings that base64 has for the same bytes, so that a receipt has one spelling only.
var strict = base64.StdEncoding.Strict()

// readProof reads the lines of a receipt between its first one and the checkpoint.
func readProof(lines []string) (leaf []byte, index int64, path tlog.RecordProof, err error) {
	extra, isExtra := strings.CutPrefix(lines[0], "extra ")
	number, isIndex := strings.CutPrefix(lines[1], "index ")
	if !isExtra || !isIndex {
		return nil, 0, nil, errProof
	}
	if leaf, err = strict.DecodeString(extra); err != nil {
		return nil, 0, nil, err
	}
	if index, err = strconv.ParseInt(number, 10, 64); err != nil || strconv.FormatInt(index, 10) != number {
		return nil, 0, nil, errProof
	}
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return nil, 0, nil, errProof
		}
		path = append(path, h)
	}
	return leaf, index, path, nil
}

var errProof = errors.New("audit: a line of the receipt cannot be read")

// canonical reports whether the signatures under a checkpoint are spelled the one way.
func canonical(signed string) bool {
	for line := range strings.Lines(signed) {
		rest, isSignature := strings.CutPrefix(line, "— ")
		if !isSignature {
			continue
		}
		_, encoded, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
		if _, err := strict.DecodeString(encoded); err != nil {
			return false
		}
	}
	return true
}

// Consistency proves to somebody who remembers a checkpoint that the log has only grown since. It returns the newest
// checkpoint and the proof, for CheckConsistency.
func Consistency(ctx context.Context, d *db.DB, remembered, publicKey string) (newest string, path []tlog.Hash, err error) {
	old, err := openCheckpoint(remembered, publicKey)
	if err != nil {
		return "", nil, err
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		last, err := lastSeal(tx)
		if err != nil {
			return err
		}
		if old.size > last.size || old.size == 0 {
			return value.Errorf(value.Conflict, "the remembered checkpoint covers %d changes, the newest seal %d", old.size, last.size)
		}
		newest = last.note
		path, err = tlog.ProveTree(last.size, old.size, last.reader(tx))
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("audit.Consistency(%d): %w", old.size, err)
	}
	return newest, path, nil
}

// CheckConsistency checks that the newer checkpoint's log begins with the older one's. Errors are of kind Invalid.
func CheckConsistency(older, newer string, path []tlog.Hash, publicKey string) error {
	from, err := openCheckpoint(older, publicKey)
	if err != nil {
		return err
	}
	to, err := openCheckpoint(newer, publicKey)
	if err != nil {
		return err
	}
	if from.size < 1 || to.size < from.size || tlog.CheckTree(path, to.size, to.root, from.size, from.root) != nil {
		return value.Fieldf("checkpoint", "the newer history does not contain the older one")
	}
	return nil
}

// reader reads hashes out of the stored tiles; tlog checks every tile against the seal's root.
func (c checkpoint) reader(tx *db.Tx) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: c.size, Hash: c.root}, tileReader{tx})
}

type tileReader struct{ tx *db.Tx }

// Height makes tileReader a tlog.TileReader, with ReadTiles and SaveTiles.
func (tileReader) Height() int { return tileHeight }

// ReadTiles reads stored tiles.
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		stored, err := findTile(r.tx, t.L, t.N)
		if err != nil {
			return nil, err
		}
		if len(stored) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("audit: the tile %s is incomplete", t.Path())
		}
		all[i] = bytes.Clone(stored[:t.W*tlog.HashSize])
	}
	return all, nil
}

// SaveTiles does nothing: the tiles are stored already.
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
