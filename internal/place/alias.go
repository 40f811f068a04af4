package place

import (
	_ "embed"
	"slices"
	"strings"
)

// alias is another name of a place.
type alias struct {
	key   string // folded
	place int
}

//go:embed names.txt
var otherNames string

// readAliases reads names.txt, lines of "CH Genève: Genf, Geneva", and adds both halves of names like "Biel/Bienne". A name
// with an equals sign is what people there call the place, and what we call it.
func (g *Gazetteer) readAliases() []alias {
	var all []alias
	for line := range strings.Lines(otherNames) {
		of, others, _ := strings.Cut(strings.TrimSpace(line), ": ")
		country, name, _ := strings.Cut(of, " ")
		i, ok := g.largest(fold(name), country)
		if !ok {
			continue
		}
		for other := range strings.SplitSeq(others, ", ") {
			own, isOwn := strings.CutPrefix(other, "=")
			if isOwn {
				g.own[i] = own
			}
			all = append(all, alias{fold(own), i})
		}
	}
	for i := range g.names.end {
		if name := g.names.at(i); strings.Contains(name, "/") {
			for half := range strings.SplitSeq(name, "/") {
				all = append(all, alias{fold(half), i})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b alias) int { return strings.Compare(a.key, b.key) })
	return all
}

// name is what people in a place call it.
func (g *Gazetteer) name(i int) string {
	if own := g.own[i]; own != "" {
		return own
	}
	return g.names.at(i)
}

// largest is the place of a country with that folded name that has most people.
func (g *Gazetteer) largest(key, country string) (int, bool) {
	from, to := g.exactly(key)
	for i := from; i < to; i++ { // most people first
		if g.regions[g.region[i]].country == country {
			return i, true
		}
	}
	return 0, false
}
