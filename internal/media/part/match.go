package part

import "math"

// Near is the greatest distance in bits at which two parts count as the same. Parts of the same photo are about 20 bits
// apart in the middle and 41 in nine cases of ten; of different photos, one pair in a hundred thousand is under 88.
const Near = 52

// What two photos must have in common. The more they have, the less each part needs to prove.
const (
	fewest     = 2   // parts
	surelyNear = 34  // bits, when there are just two
	quiteNear  = 38  // when there are three
	sizesMay   = .25 // natural logarithm by which the enlargement of one part may differ from that of the places
	turnsMay   = .04 // of the length between two places, by which one may be beside where it belongs
	strayMay   = 2 * units
	closest    = 12 * units // between two places in the smaller photo, for them to tell an enlargement
	greatest   = 4          // enlargement
	shareOf    = .45        // of the parts that both could show
	spread     = 28 * units // of the places across and down, in the photo that shows them larger: a line of writing that two photos share is less high
)

// Found tells how two photos are the same.
type Found struct {
	Parts    int     // that agree
	Distance int     // bits, the mean of them
	Enlarged float64 // how much larger the second photo shows things
	Mirrored bool
}

// pair is one part in two photos.
type pair struct {
	a, b     Part
	distance int
}

// Match reports whether two photos show the same, cropped or not.
func Match(a, b []Part) (Found, bool) {
	found, is := compare(a, b)
	if is {
		return found, true
	}
	turned := make([]Part, len(b))
	for i, p := range b {
		turned[i] = p.mirrored()
	}
	found, is = compare(a, turned)
	found.Mirrored = is
	return found, is
}

func compare(a, b []Part) (Found, bool) {
	var pairs []pair
	for _, p := range a {
		for _, q := range b {
			if d := p.Hash.Distance(q.Hash); d <= Near {
				pairs = append(pairs, pair{p, q, d})
			}
		}
	}
	var best Found
	for i, p := range pairs {
		for _, q := range pairs[:i] {
			if enlarged, ok := agree(p, q); ok {
				if f := count(pairs, p, enlarged); f.Parts > best.Parts && f.enough(a, b, p) {
					best = f
				}
			}
		}
	}
	return best, best.Parts >= fewest
}

// between is the way from one place to another, in units.
func between(p, q Part) (x, y float64) {
	return float64(int16(q.X - p.X)), float64(int16(q.Y - p.Y))
}

// agree reports whether two pairs are moved and enlarged alike, and by how much they are enlarged.
func agree(p, q pair) (float64, bool) {
	ax, ay := between(p.a, q.a)
	bx, by := between(p.b, q.b)
	before, after := math.Hypot(ax, ay), math.Hypot(bx, by)
	if min(before, after) < closest {
		return 0, false
	}
	enlarged := after / before
	if enlarged > greatest || enlarged < 1./greatest || !p.sized(enlarged) || !q.sized(enlarged) {
		return 0, false
	}
	return enlarged, math.Hypot(bx-enlarged*ax, by-enlarged*ay) <= turnsMay*after+strayMay
}

// sized reports whether a part grew as much as the photo did.
func (p pair) sized(enlarged float64) bool {
	return math.Abs(math.Log(float64(p.b.Size)/float64(p.a.Size)/enlarged)) <= sizesMay
}

// count counts the parts that lie where a pair and an enlargement put them, each part once.
func count(pairs []pair, from pair, enlarged float64) Found {
	f := Found{Enlarged: enlarged}
	sum := 0
	var a, b []Part
	var spanA, spanB span
	for _, p := range pairs {
		ax, ay := between(from.a, p.a)
		bx, by := between(from.b, p.b)
		stray := math.Hypot(bx-enlarged*ax, by-enlarged*ay)
		if stray > turnsMay*math.Hypot(bx, by)+strayMay || !p.sized(enlarged) || holds(a, p.a) || holds(b, p.b) {
			continue
		}
		a, b = append(a, p.a), append(b, p.b)
		spanA.add(ax, ay)
		spanB.add(bx, by)
		sum += p.distance
	}
	if max(spanA.least(), spanB.least()) < spread {
		return Found{}
	}
	f.Parts = len(a)
	f.Distance = sum / max(1, f.Parts)
	return f
}

func holds(all []Part, p Part) bool {
	for _, q := range all {
		if q == p {
			return true
		}
	}
	return false
}

// enough weighs what was found against what could have been found.
func (f Found) enough(a, b []Part, from pair) bool {
	if f.Parts < fewest || f.Parts == fewest && f.Distance > surelyNear || f.Parts == fewest+1 && f.Distance > quiteNear {
		return false
	}
	could := min(inside(a, b, from.a, from.b, f.Enlarged), inside(b, a, from.b, from.a, 1/f.Enlarged))
	return float64(f.Parts) >= shareOf*float64(could)
}

// inside counts the parts of one photo that lie in the part of it that the parts of the other span.
func inside(a, b []Part, fromA, fromB Part, enlarged float64) int {
	var s span
	for _, p := range b {
		s.add(between(fromB, p))
	}
	n := 0
	for _, p := range a {
		if x, y := between(fromA, p); s.holds(x*enlarged, y*enlarged) {
			n++
		}
	}
	return n
}

// span is the least rectangle around places, and around the one that they are measured from.
type span struct{ left, top, right, low float64 }

func (s *span) add(x, y float64) {
	s.left, s.right, s.top, s.low = min(s.left, x), max(s.right, x), min(s.top, y), max(s.low, y)
}

func (s *span) least() float64 { return min(s.right-s.left, s.low-s.top) }

func (s *span) holds(x, y float64) bool {
	return x >= s.left && x <= s.right && y >= s.top && y <= s.low
}
