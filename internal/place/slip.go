package place

import "slices"

const (
	leastSlip  = 5 // letters a name needs before a slip of the pen is looked for
	slipped_km = 300.0
)

// misspelt finds the places one slip away from a name: a letter wrong, missing, too many, or two swapped. It looks only
// in the asker's country and in the surroundings, where the guess is worth something, and trusts the first letter, which
// few people miss: a twentieth of all names is then to be looked at.
func (g *Gazetteer) misspelt(key string, from asker) []ranked {
	wanted := []rune(key)
	if len(wanted) < leastSlip {
		return nil
	}
	var found []int
	to := g.first(string(wanted[0] + 1))
	for i := g.first(string(wanted[0])); i < to; i++ {
		candidate := g.keys.at(i)
		if len(candidate) < len(key)-4 || len(candidate) > len(key)+4 || !g.isAround(i, from) {
			continue
		}
		if oneSlip(wanted, []rune(candidate)) {
			found = append(found, i)
		}
	}
	return g.top(found, from, 1)
}

func (g *Gazetteer) isAround(i int, from asker) bool {
	return g.regions[g.region[i]].country == from.country || !from.near.IsZero() && g.roughly_km(i, from) < slipped_km
}

// oneSlip reports whether one text becomes the other by one letter put in, left out or changed, or two swapped.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	at := 0
	for at < len(a) && a[at] == b[at] {
		at++
	}
	if len(a) < len(b) {
		return slices.Equal(a[at:], b[at+1:])
	}
	if at == len(a) || slices.Equal(a[at+1:], b[at+1:]) {
		return true
	}
	return at+1 < len(a) && a[at] == b[at+1] && a[at+1] == b[at] && slices.Equal(a[at+2:], b[at+2:])
}
