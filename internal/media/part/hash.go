package part

import (
	"math"

	"fairground/internal/media/pdq"
)

const (
	side  = 32 // samples of a neighbourhood across and down
	waves = 16 // frequencies in each direction
)

// hash is the sign of each frequency of a neighbourhood, placed as PDQ places them. PDQ compares with the median instead; against zero
// the hash of a mirrored neighbourhood is exactly the hash with every second column turned over.
func hash(p *plane, all []octave, f place) pdq.Hash {
	patch := sample(p, all, f)
	cosines := cosines()
	var half [waves][side]float32
	for v := range waves {
		for j := range side {
			weight := cosines[v][j]
			for i, value := range patch[j] {
				half[v][i] += weight * value
			}
		}
	}
	var h pdq.Hash
	for v := range waves {
		for u := range waves {
			var sum float32
			for i, value := range half[v] {
				sum += value * cosines[u][i]
			}
			if k := v*waves + u; sum > 0 {
				h[31-k/8] |= 1 << (k % 8)
			}
		}
	}
	return h
}

// sample reads a neighbourhood from the picture that is just sharp enough.
func sample(p *plane, all []octave, f place) *[side][side]float32 {
	r := reach * f.sigma
	step := 2 * r / side
	from, pixel := p, 1.0
	for i := range all {
		if all[i].pixel*firstσ < step {
			from, pixel = all[i].levels[0], all[i].pixel
		}
	}
	var patch [side][side]float32
	for j := range patch {
		y := (f.y-r+(float64(j)+.5)*step+.5)/pixel - .5
		for i := range patch[j] {
			patch[j][i] = from.at((f.x-r+(float64(i)+.5)*step+.5)/pixel-.5, y)
		}
	}
	return &patch
}

func cosines() *[waves][side]float32 {
	var c [waves][side]float32
	for v := range c {
		for j := range c[v] {
			c[v][j] = float32(math.Cos(math.Pi * float64(v+1) * (float64(j) + .5) / side))
		}
	}
	return &c
}

// oddColumns are the bits of frequencies that a mirror turns over: those of an odd number of half waves.
const oddColumns = 0x5555

// mirrored is a part as it is in the mirrored photo. X then runs from the right, below zero modulo 2¹⁶; only differences count.
func (p Part) mirrored() Part {
	for i := range p.Hash {
		p.Hash[i] ^= oddColumns & 0xff
	}
	p.X = -p.X
	return p
}
