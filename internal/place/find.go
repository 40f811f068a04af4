package place

import (
	"sort"
	"strings"

	"fairground/internal/value"
)

// Find is the place that somebody means by a name, as they may write it; see the package comment. near is where the site
// is, and country the site's own: both only choose among several places, and may be empty. ok is false when no place is
// called anything like it.
func (g *Gazetteer) Find(name string, near value.Point, country string) (Place, bool) {
	name, behind, _ := strings.Cut(name, ",")
	key, from := fold(name), asker{near: near, country: country}
	if len([]rune(key)) < 2 || len(key) > mostLetters || g.Places() == 0 {
		return Place{}, false
	}
	from.behind = qualifiers(behind)
	for _, look := range []func(string, asker) []ranked{g.called, g.calledOtherwise, g.misspelt} {
		if found := look(key, from); len(found) > 0 {
			return g.place(found[0].place), true
		}
	}
	return Place{}, false
}

// called is the most likely of the places with exactly this folded name, or whose names begin with its whole words: that
// counts one digit less. Villars is Villars-sur-Glâne where no other Villars is near.
func (g *Gazetteer) called(key string, from asker) []ranked {
	exact := g.top(g.named(key), from, 1)
	begun := g.top(g.beginning(key+" ", nil), from, 1)
	if len(exact) == 0 || len(begun) > 0 && begun[0].score-1 > exact[0].score {
		return begun
	}
	return exact
}

func (g *Gazetteer) calledOtherwise(key string, from asker) []ranked {
	var found []int
	for _, other := range variants(key) {
		found = append(found, g.named(other)...)
	}
	return g.top(found, from, 1)
}

// asker is whom places are ranked for.
type asker struct {
	near    value.Point
	country string
	behind  []string // what stands behind commas, folded: regions or countries
}

func qualifiers(text string) []string {
	var all []string
	for one := range strings.SplitSeq(text, ",") {
		if key := fold(one); key != "" && len(all) < 4 {
			all = append(all, key)
		}
	}
	return all
}

// named are the places with exactly this folded name.
func (g *Gazetteer) named(key string) []int {
	var found []int
	from, to := g.exactly(key)
	for i := from; i < to; i++ {
		found = append(found, i)
	}
	for i := g.firstAlias(key); i < len(g.aliases) && g.aliases[i].key == key; i++ {
		found = append(found, g.aliases[i].place)
	}
	return found
}

// exactly is the range of the places with a folded name.
func (g *Gazetteer) exactly(key string) (from, to int) {
	from = g.first(key)
	for to = from; to < g.Places() && g.keys.at(to) == key; to++ {
	}
	return from, to
}

// first is the position of the first place whose folded name is not before key.
func (g *Gazetteer) first(key string) int {
	return sort.Search(g.Places(), func(i int) bool { return g.keys.at(i) >= key })
}

func (g *Gazetteer) firstAlias(key string) int {
	return sort.Search(len(g.aliases), func(i int) bool { return g.aliases[i].key >= key })
}

// beginning adds the places of which a name begins with a folded text.
func (g *Gazetteer) beginning(key string, found []int) []int {
	from := g.first(key)
	to := from + sort.Search(g.Places()-from, func(i int) bool { return !strings.HasPrefix(g.keys.at(from+i), key) })
	for i := from; i < to; i++ {
		found = append(found, i)
	}
	for i := g.firstAlias(key); i < len(g.aliases) && strings.HasPrefix(g.aliases[i].key, key); i++ {
		found = append(found, g.aliases[i].place)
	}
	return found
}

// Complete returns the places that a name being typed may become, the most likely first; near and country as in Find.
// It returns none for nothing typed.
func (g *Gazetteer) Complete(typed string, near value.Point, country string, most int) []Place {
	name, behind, _ := strings.Cut(typed, ",")
	key, from := fold(name), asker{near: near, country: country, behind: qualifiers(behind)}
	if key == "" || len(key) > mostLetters || most <= 0 || g.Places() == 0 {
		return nil
	}
	found := g.beginning(key, nil)
	for _, other := range variants(key) {
		found = g.beginning(other, found)
	}
	var places []Place
	for _, r := range g.top(found, from, min(most, mostCompleted)) {
		places = append(places, g.place(r.place))
	}
	return places
}

const mostCompleted = 50
