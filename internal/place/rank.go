package place

import (
	"math"
	"math/bits"
	"slices"
)

// rank says how likely somebody means a place: the number of digits of its people; two more in their own country; less
// the farther it is, half a digit at 60 km and one at 400; less for parts of towns. A region or country behind a comma
// decides over all of it.
func (g *Gazetteer) rank(i int, from asker) float64 {
	r := g.regions[g.region[i]]
	score := math.Log10(float64(g.people[i]) + 300)
	if r.country == from.country {
		score += 2
	}
	if !from.near.IsZero() {
		score -= .6 * math.Log10(1+g.roughly_km(i, from)/10)
	}
	switch g.kind[i] {
	case capital:
		score += .3
	case part:
		score -= .7
	}
	for _, key := range from.behind {
		if r.isCalled(key) {
			score += 10
		}
	}
	return score
}

// roughly_km is the distance on a flat map, near enough to rank by and cheap.
func (g *Gazetteer) roughly_km(i int, from asker) float64 {
	const km_per_degree = 111.195
	dLat := float64(g.lat[i])/1000 - from.near.Lat
	dLon := math.Abs(float64(g.lon[i])/1000 - from.near.Lon)
	dLon = min(dLon, 360-dLon) * math.Cos(from.near.Lat*math.Pi/180)
	return km_per_degree * math.Sqrt(dLat*dLat+dLon*dLon)
}

// ranked is a place and how likely it is meant.
type ranked struct {
	place int
	score float64
}

// top is the most likely of the places found, best first, each once. What stands behind a comma must fit, if it fits any.
func (g *Gazetteer) top(found []int, from asker, most int) []ranked {
	var best []ranked
	for _, i := range found {
		if len(best) == most && g.atMost(i, from) <= best[most-1].score {
			continue // most places of a long list end here, before anything is worked out
		}
		r := ranked{i, g.rank(i, from)}
		if len(best) == most && r.score <= best[most-1].score || slices.ContainsFunc(best, func(b ranked) bool { return b.place == i }) {
			continue
		}
		at := slices.IndexFunc(best, func(b ranked) bool { return b.score < r.score })
		if at < 0 {
			at = len(best)
		}
		best = slices.Insert(best, at, r)
		best = best[:min(len(best), most)]
	}
	if len(from.behind) > 0 {
		best = slices.DeleteFunc(best, func(b ranked) bool { return best[0].score-b.score > 8 })
	}
	return best
}

// atMost is more than the rank of a place can be.
func (g *Gazetteer) atMost(i int, from asker) float64 {
	if len(from.behind) > 0 {
		return math.Inf(1)
	}
	score := g.digits(i) + .3
	if g.regions[g.region[i]].country == from.country {
		score += 2
	}
	return score
}

// digits is about the decimal logarithm of a place's people and a few more, a little above it rather than below.
func (g *Gazetteer) digits(i int) float64 {
	const per_bit = .30103
	people := g.people[i] + 300
	bit := bits.Len32(people) - 1
	return per_bit * (float64(bit) + float64(people)/float64(uint32(1)<<bit) - 1 + .09)
}
