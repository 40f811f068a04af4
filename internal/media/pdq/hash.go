package pdq

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Near is the greatest distance in bits at which two photos count as copies of each other.
const Near = 31

// Enough is the least quality at which a photo's hash may be compared.
const Enough = 50

// Unhashed is the quality of a photo that was never hashed.
const Unhashed = -1

// Hash is the 256 bits of a photo, the bytes in the order in which they are printed: the highest bit first. Bit k, the
// sign of coefficient k, is bit k%8 of byte 31-k/8.
type Hash [32]byte

// ParseHash reads 64 hexadecimal digits, large or small.
func ParseHash(text string) (Hash, error) {
	var h Hash
	if len(text) != hex.EncodedLen(len(h)) {
		return Hash{}, fmt.Errorf("pdq.ParseHash: %d characters, want 64", len(text))
	}
	if _, err := hex.Decode(h[:], []byte(text)); err != nil {
		return Hash{}, fmt.Errorf("pdq.ParseHash: %w", err)
	}
	return h, nil
}

// String prints the hash as 64 small hexadecimal digits, word 15 first.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether no bit is set, as in a photo too small to be hashed.
func (h Hash) IsZero() bool { return h == Hash{} }

// Distance counts the bits in which two hashes differ, 0 to 256.
func (h Hash) Distance(other Hash) int {
	a, b := h.Words(), other.Words()
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// Words gives the hash as four numbers in the order of printing, for an index that counts bits by words.
func (h Hash) Words() [4]uint64 {
	var words [4]uint64
	for i := range words {
		words[i] = binary.BigEndian.Uint64(h[i*8:])
	}
	return words
}

// FromWords is the reverse of Words.
func FromWords(words [4]uint64) Hash {
	var h Hash
	for i, word := range words {
		binary.BigEndian.PutUint64(h[i*8:], word)
	}
	return h
}

// MarshalText prints the hash for JSON.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText printed.
func (h *Hash) UnmarshalText(text []byte) error {
	parsed, err := ParseHash(string(text))
	if err == nil {
		*h = parsed
	}
	return err
}

// set makes bit k one.
func (h *Hash) set(k int) { h[31-k/8] |= 1 << (k % 8) }

// The bits of a word that lie in even rows and columns of coefficients, and how far to move each of the four words of a hash so that
// their bits do not meet.
const evenBits = 0x0000_5555_0000_5555

var apart = [4]int{0, 1, 16, 17}

// Parities gives the hash as four numbers by the parity of row and column: odd row and even column, both odd, both even, even row
// and odd column. Mirroring a photo turns all bits of some of them over, so one count each tells the distance in four forms: see Forms.
func (h Hash) Parities() [4]uint64 {
	words := h.Words()
	var p [4]uint64
	for class, shift := range [4]int{16, 17, 0, 1} {
		for i, word := range words {
			p[class] |= word >> shift & evenBits << apart[i]
		}
	}
	return p
}

// FromParities is the reverse of Parities.
func FromParities(p [4]uint64) Hash {
	var words [4]uint64
	for class, shift := range [4]int{16, 17, 0, 1} {
		for i := range words {
			words[i] |= p[class] >> apart[i] & evenBits << shift
		}
	}
	return FromWords(words)
}

// Forms are the distances of a hash from another one and from its forms 2, 3 and 4 (see Turned), from the bits in which
// their parities differ.
func Forms(differ [4]uint64) [4]int {
	a, b := bits.OnesCount64(differ[0]), bits.OnesCount64(differ[1])
	c, d := bits.OnesCount64(differ[2]), bits.OnesCount64(differ[3])
	return [4]int{a + b + c + d, 64 - a + b + 64 - c + d, 64 - a + b + c + 64 - d, a + b + 64 - c + 64 - d}
}
