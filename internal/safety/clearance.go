package safety

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"sync"

	"fairground/internal/value"
)

// Clearance is the gate's word that exactly this content of exactly this record may be public. Only Gate.Screen makes
// one; the zero Clearance covers nothing.
type Clearance struct {
	id     value.ID
	object string
	record value.ID
	hash   ContentHash
	rules  string
	review value.ID
	seal   [sha256.Size]byte
}

// ID is the key of the clearance's row.
func (c Clearance) ID() value.ID { return c.id }

// Object is the kind of record it is for.
func (c Clearance) Object() string { return c.object }

// Record is the record it is for.
func (c Clearance) Record() value.ID { return c.record }

// Hash is the content it is for.
func (c Clearance) Hash() ContentHash { return c.hash }

// Seal proves to Gate.Check that the gate made it.
func (c Clearance) Seal() []byte { return append([]byte(nil), c.seal[:]...) }

// Covers reports whether it is for this content of this record.
func (c Clearance) Covers(object string, record value.ID, hash ContentHash) bool {
	return c.id != 0 && c.object == object && c.record == record && c.hash == hash
}

// ErrNotCleared is what Check returns for content that the gate did not clear.
var ErrNotCleared = errors.New("safety: not cleared by this gate")

// sealer computes seals: HMAC-SHA-256 under the site's key over what a clearance covers.
type sealer struct{ pool sync.Pool }

// sealing is a keyed hash and its buffers, reused because keying costs as much as sealing.
type sealing struct {
	mac   hash.Hash
	input []byte
	sum   [sha256.Size]byte
}

const sealPurpose = "fairground clearance 1\x00"

func newSealer(key []byte) *sealer {
	key = append([]byte(nil), key...)
	return &sealer{pool: sync.Pool{New: func() any { return &sealing{mac: hmac.New(sha256.New, key)} }}}
}

// seal signs the fields in fixed widths, the one of free length last, so that no two contents share an input.
func (s *sealer) seal(id value.ID, object string, record value.ID, hash ContentHash) [sha256.Size]byte {
	work := s.pool.Get().(*sealing)
	defer s.pool.Put(work)
	input := append(work.input[:0], sealPurpose...)
	input = binary.BigEndian.AppendUint64(input, uint64(id))
	input = binary.BigEndian.AppendUint64(input, uint64(record))
	input = append(input, hash[:]...)
	work.input = append(input, object...)
	work.mac.Reset()
	work.mac.Write(work.input)
	work.mac.Sum(work.sum[:0])
	return work.sum
}

// check compares a seal in constant time.
func (s *sealer) check(object string, record value.ID, hash ContentHash, clearance value.ID, seal []byte) error {
	if clearance == 0 || record == 0 {
		return ErrNotCleared
	}
	want := s.seal(clearance, object, record, hash)
	if !hmac.Equal(want[:], seal) {
		return ErrNotCleared
	}
	return nil
}
