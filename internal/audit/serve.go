package audit

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Tile returns the hashes of a tile under its C2SP path without the leading "tile/", such as "0/x001/067" or
// "1/000.p/17", and whether it is full. Only what the newest seal covers is there; the rest is an error of kind
// NotFound. Either way the content of a path never changes. Bundles of entries are not served: they
// name people and records by their numbers, and belong to auditors, who get an Export.
func Tile(tx *db.Tx, path string) (hashes []byte, full bool, err error) {
	missing := value.Errorf(value.NotFound, "there is no tile %.80q", path)
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", tileHeight, path))
	if err != nil || t.L < 0 {
		return nil, false, missing
	}
	last, err := lastSeal(tx)
	if err != nil {
		return nil, false, err
	}
	if t.L*tileHeight > 62 || t.N > last.size || t.N*tileWidth+int64(t.W) > last.size>>(t.L*tileHeight) {
		return nil, false, missing
	}
	stored, err := findTile(tx, t.L, t.N)
	if err != nil {
		return nil, false, err
	}
	if len(stored) < t.W*tlog.HashSize {
		return nil, false, fmt.Errorf("audit.Tile(%s): %d bytes are stored", path, len(stored))
	}
	return stored[:t.W*tlog.HashSize], t.W == tileWidth, nil
}

// SizeOf is how many changes a checkpoint covers, read without checking its signature; 0 if it cannot be read.
func SizeOf(checkpoint string) int64 {
	var origin string
	var size int64
	if _, err := fmt.Sscanf(strings.ReplaceAll(checkpoint, "\r", ""), "%s\n%d\n", &origin, &size); err != nil {
		return 0
	}
	return size
}
