package market

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// relaxed is a looser wish that finds something, with what it finds.
type relaxed struct {
	said     string // what was loosened, and how much that finds
	after    *wish
	total    int
	listings []listing.Listing // not those that the wish itself found
	km       map[value.ID]float64
}

const (
	few       = 3 // so many found near a place are worth a wider circle
	mostTries = 8 // questions to the index for one page
)

// attempt is one way to loosen a wish. Key and args say what was done; count is added.
type attempt struct {
	after *wish
	key   string
	args  []any
}

// relax looks for what a little less would find, when a wish finds nothing, or little near a place. It asks the index a
// bounded number of times, changes one thing at a time, what matters least first, and says which.
func (r *results) relax() (*relaxed, error) {
	var attempts []attempt
	switch {
	case len(r.params) == 0:
	case r.found.Total == 0:
		last, err := r.lastPlaceAttempt("market.relax.place")
		if err != nil {
			return nil, err
		}
		attempts = slices.Concat(last, r.circles("market.relax.farther"), r.lessFilters(), r.fewerWords(), r.everywhere())
	case r.found.Total <= few:
		last, err := r.lastPlaceAttempt("market.relax.few_place")
		if err != nil {
			return nil, err
		}
		attempts = append(last, r.circles("market.relax.few")...)
	}
	for i, a := range attempts {
		if i == mostTries {
			break
		}
		if found, err := r.try(a); found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

func (r *results) try(a attempt) (*relaxed, error) {
	q := a.after.query()
	q.Page = 1
	found, err := r.v.Index.Search(r.v.ctx, q)
	if err != nil || found.Total <= r.found.Total {
		return nil, err
	}
	looser := &results{wish: a.after, found: found, km: make(map[value.ID]float64)}
	if err := looser.read(); err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(looser.listings, func(l listing.Listing) bool {
		return slices.ContainsFunc(r.listings, func(other listing.Listing) bool { return other.ID == l.ID })
	})
	if len(fresh) == 0 {
		return nil, nil
	}
	said := r.v.t(a.key, append(a.args, "count", found.Total, "had", r.found.Total)...)
	return &relaxed{said: said, after: a.after, total: found.Total, listings: fresh, km: looser.km}, nil
}

// circles are wider and wider circles around the place, then no circle at all.
func (r *results) circles(key string) []attempt {
	if r.near.IsZero() || r.within() == anywhere {
		return nil
	}
	var all []attempt
	for _, wider := range r.v.ruler().farther(r.within()) {
		if atoi(wider) > 0 && atoi(wider) < atoi(r.v.ruler().usual) {
			continue
		}
		a := attempt{r.with("within", wider), key, []any{"from", r.v.radius(r.within()), "to", r.v.radius(wider)}}
		if wider == anywhere {
			a.key += "_anywhere"
		}
		all = append(all, a)
	}
	return all
}

// lessFilters leave one filter out: those that matter least first, at most three. The last attempt leaves all out.
func (r *results) lessFilters() []attempt {
	var all []attempt
	chips := r.filterChips()
	for i := len(chips) - 1; i >= max(0, len(chips)-3); i-- {
		all = append(all, attempt{chips[i].after, "market.relax.without", []any{"what", chips[i].text}})
	}
	if len(chips) > 1 {
		bare := r.bare()
		if r.has("place") {
			bare = bare.at(r.get("place"), r.near)
			bare.params.Set("within", anywhere)
		}
		all = append(all, attempt{bare, "market.relax.bare", nil})
	}
	return all
}

// fewerWords leave out the last word, or else the first.
func (r *results) fewerWords() []attempt {
	parts := strings.Fields(r.get("q"))
	if len(parts) < 2 || strings.Contains(r.get("q"), `"`) {
		return nil
	}
	var all []attempt
	for _, words := range []string{strings.Join(parts[:len(parts)-1], " "), strings.Join(parts[1:], " ")} {
		all = append(all, attempt{r.with("q", words), "market.relax.words", []any{"words", clip(words, 60)}})
	}
	return all
}

// everywhere is the same in all categories.
func (r *results) everywhere() []attempt {
	c, inCategory := r.v.tree.Category(r.category)
	if !inCategory {
		return nil
	}
	return []attempt{{r.in(0), "market.relax.everywhere", []any{"category", r.v.name(c.Names)}}}
}

// lastPlaceAttempt takes the last words for a place: "bycicle lausane" is bicycles near Lausanne.
func (r *results) lastPlaceAttempt(key string) ([]attempt, error) {
	if r.has("place") || r.has("box") || r.has("literal") || strings.Contains(r.get("q"), `"`) {
		return nil, nil
	}
	rest, found, known, err := r.v.lastPlace(r.gazetteer, r.corrected())
	if err != nil || !known {
		return nil, err
	}
	after := r.with("q", rest).at(found.name, found.point)
	return []attempt{{after, key, []any{"words", clip(rest, 60), "place", found.name}}}, nil
}

// offeredPlace asks whether the last words were meant as a place.
type offeredPlace struct{ text, href string }

// offerPlace notices a place at the end of words that find something all the same, because listings name their place.
func (r *results) offerPlace() (*offeredPlace, error) {
	parts := strings.Fields(r.corrected())
	if len(parts) < 2 || r.has("place") || r.has("box") || r.has("literal") || r.found.Total == 0 || r.relaxed != nil {
		return nil, nil
	}
	for n := min(3, len(parts)-1); n > 0; n-- {
		name := r.gazetteer.like(strings.Join(parts[len(parts)-n:], " "), false)
		point := r.gazetteer.points[name]
		if utf8.RuneCountInString(name) < 3 || point.IsZero() {
			continue
		}
		words := strings.Join(parts[:len(parts)-n], " ")
		after := r.with("q", words).at(name, point)
		return &offeredPlace{r.v.t("market.offer.near", "words", clip(words, 60), "place", name), after.address()}, nil
	}
	return nil, nil
}
