package pdq

import (
	"image"
	"math"
)

const (
	side     = 64  // of the picture that is transformed
	kept     = 16  // frequencies in each direction
	longest  = 512 // pixels of a side before filtering
	shortest = 5   // pixels of a side that can be hashed
	passes   = 2   // of the filter
)

// Of returns a photo's hash and its quality, 0 to 100. A photo with a side under 5 pixels has the zero hash and quality 0.
func Of(picture image.Image) (Hash, int) {
	b, quality, ok := transform(picture)
	if !ok {
		return Hash{}, 0
	}
	return b.hash(), quality
}

// Dihedral returns the hashes of a photo in the eight ways it can be turned and mirrored, numbered as EXIF does: element
// o-1 is the hash of the photo that a file with orientation o shows. Element 0 is Of.
func Dihedral(picture image.Image) ([8]Hash, int) {
	var all [8]Hash
	b, quality, ok := transform(picture)
	if !ok {
		return all, 0
	}
	for i := range all {
		turned := b.turned(i + 1)
		all[i] = turned.hash()
	}
	return all, quality
}

func transform(picture image.Image) (spectrum, int, bool) {
	bounds := picture.Bounds()
	if bounds.Dx() < shortest || bounds.Dy() < shortest {
		return spectrum{}, 0, false
	}
	g := greyOf(picture)
	g.blur()
	small := g.decimate()
	return small.spectrum(), small.quality(), true
}

// thumb is the photo at 64×64, row by row.
type thumb [side * side]float32

// decimate takes 64×64 samples out of the filtered photo.
func (g *grey) decimate() *thumb {
	var t thumb
	for i := range side {
		row := g.pix[int((float64(i)+.5)*float64(g.height)/side)*g.width:]
		for j := range side {
			t[i*side+j] = row[int((float64(j)+.5)*float64(g.width)/side)]
		}
	}
	return &t
}

// quality sums the steps between neighbours: a photo without edges cannot be told from others.
func (t *thumb) quality() int {
	sum := 0
	for i := range side {
		for j := range side {
			if i+1 < side {
				sum += step(t[i*side+j], t[(i+1)*side+j])
			}
			if j+1 < side {
				sum += step(t[i*side+j], t[i*side+j+1])
			}
		}
	}
	return min(100, sum/90)
}

func step(a, b float32) int {
	d := int((a - b) * 100 / 255)
	return max(d, -d)
}

// spectrum holds the lowest frequencies: element i*16+j swings i+1 half waves from top to bottom and j+1 from left to right.
type spectrum [kept * kept]float32

func (t *thumb) spectrum() spectrum {
	d := cosines()
	var half [kept * side]float32 // frequencies down, places across
	for i := range kept {
		row := half[i*side : (i+1)*side]
		for k := range side {
			weight, from := d[i*side+k], t[k*side:(k+1)*side]
			for j := range row {
				row[j] += weight * from[j]
			}
		}
	}
	var b spectrum
	for i := range kept {
		for j := range kept {
			b[i*kept+j] = dot(half[i*side:(i+1)*side], d[j*side:(j+1)*side])
		}
	}
	return b
}

func dot(a, b []float32) float32 {
	var sum float32
	for k := range a {
		sum += a[k] * b[k]
	}
	return sum
}

// cosines is the 16×64 matrix of the transform, without the constant row.
func cosines() *[kept * side]float32 {
	var wave [4 * side]float64 // cos(π/128·n) for one full turn of n
	for n := range wave {
		wave[n] = math.Cos(math.Pi / (2 * side) * float64(n))
	}
	var d [kept * side]float32
	scale := math.Sqrt(2. / side)
	for i := range kept {
		for j := range side {
			d[i*side+j] = float32(scale * wave[(i+1)*(2*j+1)%len(wave)])
		}
	}
	return &d
}

// hash sets the bit of every coefficient above the median.
func (b *spectrum) hash() Hash {
	var h Hash
	median := b.median()
	for k, coefficient := range b {
		if coefficient > median {
			h.set(k)
		}
	}
	return h
}

// median is the lower of the two in the middle, so that half of the bits are set in any photo with 256 different values.
func (b *spectrum) median() float32 {
	sorted := *b
	low, high := 0, len(sorted)-1
	const middle = (len(sorted) - 1) / 2
	for low < high {
		at := sorted.partition(low, high)
		if at >= middle {
			high = at
		} else {
			low = at + 1
		}
	}
	return sorted[middle]
}

// partition moves what is smaller than the value in the middle of low to high to its left, and returns the last place of
// the left part.
func (b *spectrum) partition(low, high int) int {
	pivot := b[(low+high)/2]
	for i, j := low-1, high+1; ; {
		for i++; b[i] < pivot; i++ {
		}
		for j--; b[j] > pivot; j-- {
		}
		if i >= j {
			return j
		}
		b[i], b[j] = b[j], b[i]
	}
}

// turned is the spectrum of the photo turned by an orientation of EXIF. A mirror changes the sign of every odd number of
// half waves; exchanging the sides exchanges rows and columns.
func (b *spectrum) turned(orientation int) spectrum {
	mirrored, flipped, exchanged := parts(orientation)
	var t spectrum
	for i := range kept {
		for j := range kept {
			from := i*kept + j
			if exchanged {
				from = j*kept + i
			}
			t[i*kept+j] = b[from]
			if (mirrored && j%2 == 0) != (flipped && i%2 == 0) {
				t[i*kept+j] = -b[from]
			}
		}
	}
	return t
}

// parts takes an orientation of EXIF apart: exchange rows and columns first, then mirror left to right and top to bottom.
func parts(orientation int) (mirrored, flipped, exchanged bool) {
	switch orientation {
	case 2:
		return true, false, false
	case 3:
		return true, true, false
	case 4:
		return false, true, false
	case 5:
		return false, false, true
	case 6:
		return true, false, true
	case 7:
		return true, true, true
	case 8:
		return false, true, true
	}
	return false, false, false
}

// Turned estimates, from the hash alone, the hash of the photo turned by an orientation of EXIF. It is off by the few bits whose
// coefficients lie between the median and its opposite; Dihedral is exact where the photo is at hand.
func (h Hash) Turned(orientation int) Hash {
	mirrored, flipped, exchanged := parts(orientation)
	var t Hash
	for i := range kept {
		for j := range kept {
			from := i*kept + j
			if exchanged {
				from = j*kept + i
			}
			negative := (mirrored && j%2 == 0) != (flipped && i%2 == 0)
			if h.bit(from) != negative {
				t.set(i*kept + j)
			}
		}
	}
	return t
}

func (h Hash) bit(k int) bool { return h[31-k/8]>>(k%8)&1 == 1 }
