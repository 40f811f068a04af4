package safety

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// ContentWriter makes the hash of a content from its parts. Every text is written with its length, so that none can
// imitate a border between two parts.
type ContentWriter struct{ hash hash.Hash }

// NewContent begins a hash with the name of what is hashed and the version of its form, such as "fairground/listing/1".
func NewContent(form string) ContentWriter {
	w := ContentWriter{sha256.New()}
	w.Text(form)
	return w
}

// Text adds texts.
func (w ContentWriter) Text(all ...string) {
	for _, s := range all {
		w.Number(int64(len(s)))
		w.hash.Write([]byte(s))
	}
}

// Number adds a number.
func (w ContentWriter) Number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	w.hash.Write(b[:])
}

// Hash is the hash of everything that was added.
func (w ContentWriter) Hash() ContentHash { return ContentHash(w.hash.Sum(nil)) }
