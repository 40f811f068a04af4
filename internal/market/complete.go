package market

import (
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// completeAddress answers, while somebody types, with the options of a listbox: for q ways in which the words may go
// on, categories and places; for place alone, places. It knows nothing of who asks.
const completeAddress = "/search/complete"

const (
	wordsOffered      = 6
	categoriesOffered = 3
	placesOffered     = 4
	townsOffered      = 8
	longestTyped      = 80 // characters
)

// suggestion is one option: text to put into the field, or an address to go to.
type suggestion struct {
	icon, text, note string
	fill, href       string // one of them
}

// suggestions is a group of options under a name.
type suggestions struct {
	label string
	all   []suggestion
}

func (v *visit) complete(w http.ResponseWriter) error {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	g, err := v.gazetteer()
	if err != nil {
		return err
	}
	typed := clipped(strings.TrimLeft(f.Raw("q"), " "))
	var offered []suggestions
	if typed == "" {
		offered = []suggestions{{v.t("market.suggest.places"), v.towns(g, clipped(strings.TrimSpace(f.Raw("place"))), townsOffered)}}
	} else if offered, err = v.wordsOn(g, typed); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=60")
	return web.Render(w, v.r, http.StatusOK, suggestionList(offered))
}

// clipped keeps what can be typed in a moment.
func clipped(text string) string {
	if runes := []rune(text); len(runes) > longestTyped {
		return string(runes[:longestTyped])
	}
	return text
}

// wordsOn suggests how words may go on. After "near" comes a place and nothing else.
func (v *visit) wordsOn(g *gazetteer, typed string) ([]suggestions, error) {
	if near := v.placesAfter(g, typed); len(near) > 0 {
		return []suggestions{{v.t("market.suggest.places"), near}}, nil
	}
	completions, err := v.Index.Complete(v.ctx, typed, wordsOffered)
	if err != nil {
		return nil, err
	}
	words := suggestions{label: v.t("market.suggest.words")}
	for _, c := range completions {
		words.all = append(words.all, suggestion{icon: "search", text: c.Text, fill: c.Text, note: v.words.Count(c.Listings)})
	}
	return []suggestions{words, {v.t("market.suggest.categories"), v.categoriesLike(typed)}, {v.t("market.suggest.places"), v.placeAtEnd(g, typed)}}, nil
}

// placesAfter suggests places for words such as "bicycle near La".
func (v *visit) placesAfter(g *gazetteer, typed string) []suggestion {
	parts := strings.Fields(typed)
	for at := len(parts) - 2; at >= 0 && at >= len(parts)-mostNameWords-1; at-- {
		before, _ := beforePlace(parts[:at+1])
		if before == 0 {
			continue
		}
		head := strings.Join(parts[:at+1], " ")
		return v.ending(head, v.towns(g, strings.Join(parts[at+1:], " "), placesOffered))
	}
	return nil
}

// placeAtEnd suggests a search near a place whose name the last word begins.
func (v *visit) placeAtEnd(g *gazetteer, typed string) []suggestion {
	parts := strings.Fields(typed)
	last := parts[len(parts)-1]
	if len(parts) < 2 || utf8.RuneCountInString(last) < 3 {
		return nil
	}
	head := strings.Join(parts[:len(parts)-1], " ")
	var all []suggestion
	for _, name := range g.begun(last, 2) {
		text := v.t("market.suggest.near", "words", head, "place", name)
		all = append(all, suggestion{icon: "map-pin", text: text, href: withPairs("/search", [][2]string{{"q", head}, {"place", name}})})
	}
	return all
}

// ending puts words before places.
func (v *visit) ending(head string, towns []suggestion) []suggestion {
	for i := range towns {
		towns[i].text = head + " " + towns[i].text
		towns[i].fill = towns[i].text
	}
	return towns
}

// towns suggests places that begin so: first those of listings, then those of the atlas. Without a letter typed they are
// the places with most listings.
func (v *visit) towns(g *gazetteer, typed string, most int) []suggestion {
	own := g.begun(typed, most)
	if typed == "" {
		own = g.names[:min(len(g.names), most)]
	}
	var all []suggestion
	seen := make(map[string]bool)
	for _, name := range own {
		seen[plain(name)] = true
		all = append(all, suggestion{icon: "map-pin", text: name, fill: name})
	}
	if v.Atlas == nil || typed == "" || len(all) >= most {
		return all
	}
	for _, town := range v.Atlas.Complete(typed, v.settings.Centre, v.settings.Country, most) {
		if !seen[plain(town.Name)] && len(all) < most {
			seen[plain(town.Name)] = true
			all = append(all, suggestion{icon: "map-pin", text: town.Name, fill: town.Name, note: town.note(v.settings.Country)})
		}
	}
	return all
}

// note says where a town is.
func (t Town) note(home string) string {
	if t.Country != home {
		return joined(t.Region, t.Country)
	}
	return t.Region
}

// categoriesLike suggests categories in whose name a word begins as what was typed.
func (v *visit) categoriesLike(typed string) []suggestion {
	wanted := plain(typed)
	if utf8.RuneCountInString(wanted) < 2 {
		return nil
	}
	var first, later []suggestion
	for _, c := range v.named() {
		at := strings.Index(c.folded, " "+wanted)
		if at < 0 {
			continue
		}
		s := suggestion{icon: c.icon, text: c.name, note: c.above, href: c.href}
		if at == 0 {
			first = append(first, s)
		} else {
			later = append(later, s)
		}
	}
	all := append(first, later...)
	return all[:min(len(all), categoriesOffered)]
}

// named is a category as it is looked for by name.
type named struct {
	folded                  string // every word of the name, each after a space, without accents
	name, above, href, icon string
}

// registers are the names of categories by language, until the tree is another one.
type registers struct {
	mu   sync.Mutex
	tree *listing.Tree
	all  map[value.Locale][]named
}

func (v *visit) named() []named {
	kept := site.Part(v.site, func(*site.Site) *registers { return &registers{} })
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.tree != v.tree {
		kept.tree, kept.all = v.tree, make(map[value.Locale][]named)
	}
	locale := v.words.Locale()
	if kept.all[locale] == nil {
		kept.all[locale] = v.register()
	}
	return kept.all[locale]
}

func (v *visit) register() []named {
	var all []named
	for c := range v.tree.All {
		n := named{name: v.name(c.Names), href: v.categoryPath(c.ID), icon: c.Icon}
		for _, word := range strings.Fields(n.name) {
			n.folded += " " + plain(word)
		}
		n.folded += " " + plain(n.name) // "city bike" is typed as one thing, too
		for _, above := range v.tree.Path(c.ID) {
			if above.ID == c.ID {
				break
			}
			n.above, n.icon = v.name(above.Names), firstOf(n.icon, above.Icon)
		}
		n.icon = firstOf(n.icon, "layout-grid")
		all = append(all, n)
	}
	return all
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
