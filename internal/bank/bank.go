package bank

import (
	"encoding/hex"
	"math/bits"
	"time"

	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Bank is the name of a bank, as rules and addresses write it.
type Bank string

// The banks.
const (
	Illegal    Bank = "illegal"
	Intimate   Bank = "intimate"
	Prohibited Bank = "prohibited"
	Removed    Bank = "removed"
	Stock      Bank = "stock"
)

const bankCount = 5

// Banks are all of them, the gravest first. A bank's place here is its number in the tables, less one; it never changes.
func Banks() [bankCount]Bank { return [...]Bank{Illegal, Intimate, Prohibited, Removed, Stock} }

// Parse reads a bank's name. It returns an error of kind NotFound.
func Parse(name string) (Bank, error) {
	for _, b := range Banks() {
		if string(b) == name {
			return b, nil
		}
	}
	return "", value.Errorf(value.NotFound, "there is no bank %q", name)
}

// number is the place of a bank in Banks.
func (b Bank) number() int {
	for i, known := range Banks() {
		if known == b {
			return i
		}
	}
	return -1
}

// Severe reports whether a hit is sealed and its photo veiled for everybody.
func (b Bank) Severe() bool { return b == Illegal || b == Intimate }

// Restricts reports whether a match speaks against a photo.
func (b Bank) Restricts() bool { return b != Stock && b.number() >= 0 }

// Kinds of ids in addresses.
const (
	EntryKind  = "hsh"
	ImportKind = "hli"
)

// Entry is one hash of a bank.
type Entry struct {
	ID      value.ID
	Bank    Bank
	PDQ     *pdq.Hash // nil when only the SHA-256 is known
	Quality int       // as the list said; pdq.Unhashed when it did not
	Sha256  string    // empty when only the PDQ is known
	Source  string    // a list, a case, a person
	Reason  string
	Author  string // value.Actor as text
	Added   time.Time

	Removed       time.Time // the zero Time while it is in force
	RemovedBy     string
	RemovedReason string
}

// Hit is a photo that matched an entry.
type Hit struct {
	ID       value.ID
	Bank     Bank
	Entry    value.ID
	Object   string // what shows the photo, such as "listing"
	Record   value.ID
	Sha256   string // of the photo
	Distance int    // in bits; 0 for the same file
	Form     int    // 1: as it is; 2 to 8: turned or mirrored, as EXIF numbers it; 0: the same file
	At       time.Time
	Lifted   time.Time // when its entry was removed; the zero Time while it counts
}

// Why is the reason for which a hash cannot be an entry; its text is the key of a message behind "bank.refused.".
type Why string

// The reasons.
const (
	WrongLength Why = "length"
	NotHex      Why = "hex"
	LowQuality  Why = "quality"
	TooGeneric  Why = "generic"
	NoHash      Why = "no_hash"
	OddKind     Why = "kind"
	Unreadable  Why = "unreadable"
)

// Refuse says why a hash may not be an entry, or "". quality is pdq.Unhashed when it is not known.
func Refuse(h pdq.Hash, quality int) Why {
	switch {
	case quality != pdq.Unhashed && quality < pdq.Enough:
		return LowQuality
	case generic(h):
		return TooGeneric
	}
	return ""
}

const (
	fewestOnes     = 64 // of 256 bits; a real hash has 128, unless many of its coefficients are equal
	fewestPatterns = 8  // different words of 16 bits among the 16 of a hash
)

// generic finds hashes that say nothing about one photo: plain areas, stripes, and what people type by hand.
func generic(h pdq.Hash) bool {
	ones := 0
	patterns := map[uint16]bool{}
	for i := 0; i < len(h); i += 2 {
		word := uint16(h[i])<<8 | uint16(h[i+1])
		ones += bits.OnesCount16(word)
		patterns[word] = true
	}
	return ones < fewestOnes || ones > 256-fewestOnes || len(patterns) < fewestPatterns
}

// ParseSha256 checks and folds a SHA-256 in hexadecimal.
func ParseSha256(text string) (string, Why) {
	if len(text) != 64 {
		return "", WrongLength
	}
	raw, err := hex.DecodeString(text)
	if err != nil {
		return "", NotHex
	}
	return hex.EncodeToString(raw), ""
}

// parsePDQ is ParseHash with the reason of a refusal.
func parsePDQ(text string) (pdq.Hash, Why) {
	if len(text) != 64 {
		return pdq.Hash{}, WrongLength
	}
	h, err := pdq.ParseHash(text)
	if err != nil {
		return h, NotHex
	}
	return h, ""
}

func sumOf(sha256 string) (s sum) {
	raw, err := hex.DecodeString(sha256)
	if err == nil {
		copy(s[:], raw)
	}
	return s
}
