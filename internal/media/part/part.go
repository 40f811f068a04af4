package part

import (
	"encoding/binary"
	"errors"
	"image"
	"math"

	"fairground/internal/media/pdq"
)

// Most is how many parts a photo has at most.
const Most = 16

// Part is one place of a photo and what is around it.
type Part struct {
	X, Y uint16 // of its middle, in units of 1/64 of a pixel of the photo at a longer side of 320 pixels
	Size uint16 // half of its side, in the same units
	Hash pdq.Hash
}

const (
	units  = 64
	reach  = 4.0 // widths of a place to the side of its neighbourhood
	small  = 24  // pixels of the shorter side below which nothing is looked for
	apartσ = 2   // widths between the places of two parts of a like size
	like   = 1.5 // sizes that differ less are alike
)

// Of returns the parts of a photo, the one that stands out most first. It takes some milliseconds, whatever the photo's size.
func Of(picture image.Image) []Part {
	if picture.Bounds().Empty() {
		return nil
	}
	p := read(picture)
	if min(p.wide, p.high) < small {
		return nil
	}
	all := pyramid(p)
	var parts []Part
	var chosen []place
	for _, f := range find(all) {
		if !f.within(p) || f.crowded(chosen) {
			continue
		}
		chosen = append(chosen, f)
		parts = append(parts, Part{X: unitsOf(f.x), Y: unitsOf(f.y), Size: unitsOf(reach * f.sigma), Hash: hash(p, all, f)})
		if len(parts) == Most {
			break
		}
	}
	return parts
}

func unitsOf(pixels float64) uint16 { return uint16(math.Round(pixels * units)) }

// within reports whether the whole neighbourhood is in the picture.
func (f place) within(p *plane) bool {
	r := reach * f.sigma
	return f.x >= r && f.y >= r && f.x <= float64(p.wide)-r && f.y <= float64(p.high)-r
}

// crowded reports whether a place of about the same size was chosen close by.
func (f place) crowded(chosen []place) bool {
	for _, c := range chosen {
		ratio := max(c.sigma, f.sigma) / min(c.sigma, f.sigma)
		if ratio < like && math.Hypot(c.x-f.x, c.y-f.y) < apartσ*min(c.sigma, f.sigma) {
			return true
		}
	}
	return false
}

const partBytes = 6 + len(pdq.Hash{})

// ErrShape says that bytes are not parts.
var ErrShape = errors.New("these bytes are no parts of a photo")

// Pack writes parts as bytes, 38 each.
func Pack(parts []Part) []byte {
	raw := make([]byte, 0, len(parts)*partBytes)
	for _, p := range parts {
		raw = binary.BigEndian.AppendUint16(raw, p.X)
		raw = binary.BigEndian.AppendUint16(raw, p.Y)
		raw = binary.BigEndian.AppendUint16(raw, p.Size)
		raw = append(raw, p.Hash[:]...)
	}
	return raw
}

// Unpack reads what Pack wrote, or returns ErrShape.
func Unpack(raw []byte) ([]Part, error) {
	if len(raw)%partBytes != 0 || len(raw) > Most*partBytes {
		return nil, ErrShape
	}
	var parts []Part
	for ; len(raw) > 0; raw = raw[partBytes:] {
		p := Part{X: binary.BigEndian.Uint16(raw), Y: binary.BigEndian.Uint16(raw[2:]), Size: binary.BigEndian.Uint16(raw[4:]), Hash: pdq.Hash(raw[6:partBytes])}
		if p.Size == 0 {
			return nil, ErrShape
		}
		parts = append(parts, p)
	}
	return parts, nil
}
