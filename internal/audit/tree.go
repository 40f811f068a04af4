package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tree is a Merkle tree that grows: only its right edge is in memory. Its hashes leave it in tiles of 256.
type tree struct {
	size     int64
	perfect  []tlog.Hash   // roots of the perfect subtrees the size is a sum of, largest first
	edges    [][]tlog.Hash // by tile level: the hashes of the tile that is not full yet
	fullTile func(level int, number int64, hashes []tlog.Hash) error
}

// add appends the hash of a leaf.
func (t *tree) add(leaf tlog.Hash) error {
	if err := t.put(0, leaf); err != nil {
		return err
	}
	h := leaf
	for level, rest := 1, t.size; rest&1 == 1; level, rest = level+1, rest>>1 {
		last := len(t.perfect) - 1
		h = tlog.NodeHash(t.perfect[last], h)
		t.perfect = t.perfect[:last]
		if level%tileHeight == 0 {
			if err := t.put(level/tileHeight, h); err != nil {
				return err
			}
		}
	}
	t.perfect = append(t.perfect, h)
	t.size++
	return nil
}

// put adds a hash to the tile at the edge of its level. Leaves are counted only after they are placed, so the
// tile's number follows from the size before.
func (t *tree) put(level int, h tlog.Hash) error {
	for len(t.edges) <= level {
		t.edges = append(t.edges, nil)
	}
	t.edges[level] = append(t.edges[level], h)
	if len(t.edges[level]) < tileWidth {
		return nil
	}
	full := t.edges[level]
	t.edges[level] = nil
	if t.fullTile == nil {
		return nil
	}
	return t.fullTile(level, t.size>>(tileHeight*(level+1)), full)
}

// root is the hash of the whole tree; of an empty one, the hash of nothing.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	last := len(t.perfect) - 1
	h := t.perfect[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(t.perfect[i], h)
	}
	return h
}

// loadTree restores a tree of a size from the tiles at its edge.
func loadTree(size int64, tile func(level int, number int64, width int) ([]tlog.Hash, error)) (*tree, error) {
	t := &tree{size: size}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		number, width := place(size, level)
		if width == 0 {
			t.edges = append(t.edges, nil)
			continue
		}
		hashes, err := tile(level, number, width)
		if err != nil {
			return nil, err
		}
		t.edges = append(t.edges, hashes)
	}
	for bit := 62; bit >= 0; bit-- {
		if size>>bit&1 == 0 {
			continue
		}
		level, height := bit/tileHeight, bit%tileHeight
		before := size >> (bit + 1) << (bit + 1) >> (tileHeight * level) % tileWidth
		t.perfect = append(t.perfect, perfectRoot(t.edges[level][before:before+1<<height]))
	}
	return t, nil
}

// place returns the number and the width of the tile at the edge of a level in a tree of a size.
func place(size int64, level int) (number int64, width int) {
	hashes := size >> (tileHeight * level)
	return hashes / tileWidth, int(hashes % tileWidth)
}

// perfectRoot is the root of a perfect subtree, whose hashes are a power of two.
func perfectRoot(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(perfectRoot(hashes[:half]), perfectRoot(hashes[half:]))
}

func joinHashes(hashes []tlog.Hash) []byte {
	all := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		all = append(all, h[:]...)
	}
	return all
}

// splitHashes reads the first hashes of a tile, which may have grown since.
func splitHashes(stored []byte, width int) ([]tlog.Hash, error) {
	if len(stored) < width*tlog.HashSize || len(stored)%tlog.HashSize != 0 {
		return nil, fmt.Errorf("audit: a tile holds %d bytes instead of %d hashes", len(stored), width)
	}
	hashes := make([]tlog.Hash, width)
	for i := range hashes {
		copy(hashes[i][:], stored[i*tlog.HashSize:])
	}
	return hashes, nil
}
