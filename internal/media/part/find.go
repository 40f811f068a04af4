package part

import (
	"cmp"
	"math"
	"slices"
)

const (
	octaves  = 4
	steps    = 3   // widths looked at in one octave
	firstσ   = 1.6 // pixels of the first octave
	alreadyσ = .5  // pixels that reading and halving blur
	weakest  = 1.0 // steps of brightness of 255 by which a place stands out
	longEdge = 10  // how much longer than wide a place may be
)

// place is where the picture differs most from what is around it, in pixels of the picture that is looked at.
type place struct {
	x, y, sigma float64
	strength    float64
}

// level is one blurred picture of an octave.
type octave struct {
	levels [steps + 3]*plane
	pixel  float64 // of this octave, in those of the picture that is looked at
}

// pyramid blurs the picture more and more. The first octave has half of its pixels on a side.
func pyramid(p *plane) []octave {
	var all []octave
	base := p.half().blur(math.Sqrt(firstσ*firstσ - alreadyσ*alreadyσ))
	pixel := 2.0
	for range octaves {
		if min(base.wide, base.high) < 12 {
			break
		}
		o := octave{pixel: pixel}
		o.levels[0] = base
		for i := 1; i < len(o.levels); i++ {
			before, now := sigmaOf(float64(i-1)), sigmaOf(float64(i))
			o.levels[i] = o.levels[i-1].blur(math.Sqrt(now*now - before*before))
		}
		all = append(all, o)
		base, pixel = o.levels[steps].half(), pixel*2 // twice as wide, and halving adds little
	}
	return all
}

func sigmaOf(level float64) float64 { return firstσ * math.Pow(2, level/steps) }

// find returns the places that stand out, the strongest first.
func find(all []octave) []place {
	var found []place
	for _, o := range all {
		var differences [steps + 2]*plane
		for i := range differences {
			differences[i] = subtract(o.levels[i+1], o.levels[i])
		}
		for i := 1; i <= steps; i++ {
			found = o.search(differences[:], i, found)
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
	})
	return found
}

func subtract(a, b *plane) *plane {
	d := newPlane(a.wide, a.high)
	for i := range d.pix {
		d.pix[i] = a.pix[i] - b.pix[i]
	}
	return d
}

func (o *octave) search(d []*plane, level int, into []place) []place {
	mid := d[level]
	for y := 2; y < mid.high-2; y++ {
		for x := 2; x < mid.wide-2; x++ {
			at := y*mid.wide + x
			if v := mid.pix[at]; v > weakest*.5 || v < -weakest*.5 {
				if extreme(d, level, at) {
					if p, ok := o.refine(d, level, x, y); ok {
						into = append(into, p)
					}
				}
			}
		}
	}
	return into
}

// extreme reports whether a pixel is above, or below, all its 26 neighbours in place and width.
func extreme(d []*plane, level, at int) bool {
	v, wide := d[level].pix[at], d[level].wide
	above := v > 0
	for l := level - 1; l <= level+1; l++ {
		pix := d[l].pix
		for _, row := range [3]int{at - wide, at, at + wide} {
			for n := row - 1; n <= row+1; n++ {
				if n == at && l == level {
					continue
				}
				if above && pix[n] >= v || !above && pix[n] <= v {
					return false
				}
			}
		}
	}
	return true
}

// refine finds the place between pixels and widths, by a parabola through the neighbours. It refuses edges, whose place slides.
func (o *octave) refine(d []*plane, level, x, y int) (place, bool) {
	for range 4 {
		at, wide := y*d[level].wide+x, d[level].wide
		mid, up, down := d[level].pix, d[level+1].pix, d[level-1].pix
		f := func(v float32) float64 { return float64(v) }
		dx, dy, ds := f(mid[at+1]-mid[at-1])/2, f(mid[at+wide]-mid[at-wide])/2, f(up[at]-down[at])/2
		v2 := 2 * f(mid[at])
		xx, yy, ss := f(mid[at+1]+mid[at-1])-v2, f(mid[at+wide]+mid[at-wide])-v2, f(up[at]+down[at])-v2
		xy := f(mid[at+wide+1]-mid[at+wide-1]-mid[at-wide+1]+mid[at-wide-1]) / 4
		xs := f(up[at+1]-up[at-1]-down[at+1]+down[at-1]) / 4
		ys := f(up[at+wide]-up[at-wide]-down[at+wide]+down[at-wide]) / 4
		step, ok := solve([3][3]float64{{xx, xy, xs}, {xy, yy, ys}, {xs, ys, ss}}, [3]float64{-dx, -dy, -ds})
		if !ok {
			return place{}, false
		}
		if max(math.Abs(step[0]), math.Abs(step[1]), math.Abs(step[2])) <= .6 {
			det := xx*yy - xy*xy
			if det <= 0 || (xx+yy)*(xx+yy)/det > (longEdge+1)*(longEdge+1)/longEdge {
				return place{}, false
			}
			strength := math.Abs(f(mid[at]) + (dx*step[0]+dy*step[1]+ds*step[2])/2)
			return place{(float64(x)+step[0]+.5)*o.pixel - .5, (float64(y)+step[1]+.5)*o.pixel - .5,
				sigmaOf(float64(level)+step[2]) * o.pixel, strength}, strength >= weakest
		}
		x, y, level = x+toward(step[0]), y+toward(step[1]), level+toward(step[2])
		if level < 1 || level > steps || x < 1 || y < 1 || x >= d[level].wide-1 || y >= d[level].high-1 {
			return place{}, false
		}
	}
	return place{}, false
}

func toward(step float64) int {
	switch {
	case step > .6:
		return 1
	case step < -.6:
		return -1
	}
	return 0
}

// solve is Cramer's rule.
func solve(m [3][3]float64, v [3]float64) (x [3]float64, ok bool) {
	det := determinant(m)
	if math.Abs(det) < 1e-9 {
		return x, false
	}
	for k := range x {
		c := m
		for row := range c {
			c[row][k] = v[row]
		}
		x[k] = determinant(c) / det
	}
	return x, true
}

func determinant(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) - m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) + m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
