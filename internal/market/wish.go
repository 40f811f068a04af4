package market

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
	"fairground/internal/web"
)

// wish is what a visitor looks for. Its parameters hold only what makes sense, in one form, so that equal searches
// have equal addresses; what made no sense is among the faults.
type wish struct {
	v          *visit
	category   value.ID // 0 for all
	params     url.Values
	faults     map[string]string // by parameter, in the reader's words
	typed      map[string]string // by parameter at fault: what was typed, to be mended
	attributes []listing.Attribute
	near       value.Point // where place is, once it was looked up
}

const (
	pageSize     = 24
	longestWords = 200  // characters
	mostChosen   = 50   // choices of one attribute
	prefix       = "a." // of an attribute's parameter
	atLeast      = ".from"
	atMost       = ".to"
	asMap        = "map"
)

// sinces are the values of since: how many days ago a listing may have been published.
var sinces = []string{"1", "3", "7"}

// readWish reads parameters. A category given in the path wins.
func (v *visit) readWish(category value.ID, f *web.Form) (*wish, error) {
	w := &wish{v: v, category: category, params: url.Values{}, faults: map[string]string{}, typed: map[string]string{}}
	if path := f.Raw("category"); category == 0 && path != "" {
		c, ok := v.tree.Find(path)
		if !ok {
			return nil, value.Errorf(value.NotFound, "there is no such category")
		}
		w.category = c.ID
	}
	w.attributes = v.tree.Attributes(w.category)
	w.readWords(f)
	w.readPlace(f)
	w.readBox(f)
	w.readPrice(f)
	w.readChoice(f, "seller", string(search.Private), string(search.Business))
	w.readChoice(f, "kind", string(search.Sell), string(search.Wanted), string(search.Swap), string(search.Free))
	w.readChoice(f, "photos", "yes")
	w.readChoice(f, "since", sinces...)
	w.readChoice(f, "literal", "1")
	w.readChoice(f, "view", "grid", "list", asMap)
	w.readChoice(f, "sort", string(search.Newest), string(search.Relevance), string(search.PriceUp), string(search.PriceDown), string(search.Distance))
	w.readPage(f)
	for _, a := range w.attributes {
		if a.Facet {
			w.readAttribute(f, a)
		}
	}
	w.tidy()
	return w, nil
}

func (w *wish) readWords(f *web.Form) {
	words := strings.Join(strings.Fields(f.Raw("q")), " ")
	if runes := []rune(words); len(runes) > longestWords {
		words = strings.TrimSpace(string(runes[:longestWords]))
		w.faults["q"] = w.v.t("market.fault.words", "count", longestWords)
	}
	w.set("q", words)
}

func (w *wish) readPlace(f *web.Form) {
	place := strings.Join(strings.Fields(f.Raw("place")), " ")
	if runes := []rune(place); len(runes) > listing.LongestPlace {
		w.wrong("place", string(runes[:listing.LongestPlace])+"…", "market.fault.place")
		place = ""
	}
	w.set("place", place)
	w.readWithin(f)
}

// readWithin takes any sensible distance and makes it the nearest one that is offered.
func (w *wish) readWithin(f *web.Form) {
	given := strings.TrimSpace(f.Raw("within"))
	if given == "" {
		return
	}
	km, err := strconv.ParseFloat(given, 64)
	if err != nil || !(km >= 0) || km > 40_000 {
		w.faults["within"] = w.v.t("market.fault.choice")
		return
	}
	w.set("within", w.v.ruler().nearest(km))
}

// readChoice keeps one of the values; another one is a fault.
func (w *wish) readChoice(f *web.Form, name string, allowed ...string) {
	given := strings.TrimSpace(f.Raw(name))
	if given != "" && !slices.Contains(allowed, given) {
		w.faults[name] = w.v.t("market.fault.choice")
		return
	}
	w.set(name, given)
}

func (w *wish) readPrice(f *web.Form) {
	var bounds [2]value.Money
	for i, name := range []string{"from", "to"} {
		given := strings.TrimSpace(f.Raw(name))
		if given == "" {
			continue
		}
		m, err := value.ParseMoney(given, w.v.settings.Currency)
		if err != nil {
			w.wrong(name, given, "market.fault.price")
			continue
		}
		bounds[i] = m
		w.set(name, strings.TrimSuffix(m.Decimal(), ".00"))
	}
	if w.has("from") && w.has("to") && bounds[0].Minor > bounds[1].Minor {
		w.swap("from", "to")
	}
}

func (w *wish) readPage(f *web.Form) {
	given := strings.TrimSpace(f.Raw("page"))
	if given == "" {
		return
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		w.faults["page"] = w.v.t("market.fault.page")
		return
	}
	w.set("page", strconv.Itoa(n))
}

func (w *wish) readAttribute(f *web.Form, a listing.Attribute) {
	name := prefix + a.Slug
	switch a.Type {
	case listing.ChoiceType:
		given := f.All(name)
		for _, option := range a.Options { // in their order, so that equal searches have equal addresses
			if slices.Contains(given, option.Slug) && len(w.params[name]) < mostChosen {
				w.params.Add(name, option.Slug)
			}
		}
	case listing.BooleanType:
		w.readChoice(f, name, "yes", "no")
	case listing.IntegerType, listing.DecimalType:
		w.readNumber(f, a, name+atLeast)
		w.readNumber(f, a, name+atMost)
		low, high := w.number(name+atLeast, math.Inf(-1)), w.number(name+atMost, math.Inf(1))
		if low > high {
			w.swap(name+atLeast, name+atMost)
		}
	}
}

func (w *wish) readNumber(f *web.Form, a listing.Attribute, name string) {
	given := strings.TrimSpace(f.Raw(name))
	if given == "" {
		return
	}
	parsed, err := a.Parse(given)
	if err != nil {
		w.wrong(name, given, "market.fault.number")
		return
	}
	w.set(name, parsed)
}

// wrong notes a fault and keeps what was typed, so that it can be mended.
func (w *wish) wrong(name, given, key string) {
	w.faults[name] = w.v.t(key)
	w.typed[name] = clip(given, longestWords)
}

// tidy leaves out what says nothing: distances without a place, models without their make, defaults. A place and a part
// of the map are two answers to where: the place wins.
func (w *wish) tidy() {
	if w.has("place") {
		w.params.Del("box")
	} else {
		w.near = value.Point{}
		w.params.Del("within")
		if w.get("sort") == string(search.Distance) {
			w.params.Del("sort")
		}
	}
	if !w.has("q") {
		w.params.Del("literal")
	}
	for _, a := range w.attributes {
		w.tidyDependent(a)
	}
	for name, otherwise := range map[string]string{"sort": string(w.defaultSort()), "view": "grid", "page": "1", "within": w.v.ruler().usual} {
		if w.get(name) == otherwise {
			w.params.Del(name)
		}
	}
}

// tidyDependent keeps the choices that belong to what is chosen above them.
func (w *wish) tidyDependent(a listing.Attribute) {
	if a.DependsOn == "" || len(w.params[prefix+a.Slug]) == 0 {
		return
	}
	kept := slices.DeleteFunc(w.params[prefix+a.Slug], func(slug string) bool {
		option, _ := a.Option(slug)
		return option.For != "" && !slices.Contains(w.params[prefix+a.DependsOn], option.For)
	})
	w.params[prefix+a.Slug] = kept
	if len(kept) == 0 {
		w.params.Del(prefix + a.Slug)
	}
}

func (w *wish) defaultSort() search.Sort {
	if w.has("q") {
		return search.Relevance
	}
	return search.Newest
}

func (w *wish) sort() search.Sort {
	if given := w.get("sort"); given != "" {
		return search.Sort(given)
	}
	return w.defaultSort()
}

func (w *wish) get(name string) string { return w.params.Get(name) }

func (w *wish) has(name string) bool { return w.params.Get(name) != "" }

func (w *wish) set(name, text string) {
	if text != "" {
		w.params.Set(name, text)
	}
}

func (w *wish) swap(a, b string) {
	low, high := w.get(a), w.get(b)
	w.params.Set(a, high)
	w.params.Set(b, low)
}

// field is what stands in the field of a parameter: its value, or what was typed and cannot be one.
func (w *wish) field(name string) string {
	if typed, wrong := w.typed[name]; wrong {
		return typed
	}
	return w.get(name)
}

func (w *wish) number(name string, otherwise float64) float64 {
	n, err := strconv.ParseFloat(w.get(name), 64)
	if err != nil {
		return otherwise
	}
	return n
}

func (w *wish) page() int { return int(w.number("page", 1)) }

// within is the distance in kilometres, as it stands in addresses.
func (w *wish) within() string {
	if given := w.get("within"); given != "" {
		return given
	}
	return w.v.ruler().usual
}

// but returns a copy to change. It begins on the first page.
func (w *wish) but() *wish {
	copied := *w
	copied.params = url.Values{}
	for name, all := range w.params {
		if name != "page" {
			copied.params[name] = slices.Clone(all)
		}
	}
	return &copied
}

// with returns the wish with a parameter set; empty takes it away.
func (w *wish) with(name, text string) *wish {
	other := w.but()
	other.params.Del(name)
	other.set(name, text)
	other.tidy()
	return other
}

// without returns the wish without one value of a parameter.
func (w *wish) without(name, text string) *wish {
	other := w.but()
	other.params[name] = slices.DeleteFunc(other.params[name], func(s string) bool { return s == text })
	if len(other.params[name]) == 0 {
		other.params.Del(name)
	}
	other.tidy()
	return other
}

// at returns the wish at a place that is known.
func (w *wish) at(name string, point value.Point) *wish {
	other := w.but()
	other.set("place", name)
	other.near = point
	other.tidy()
	return other
}

// in returns the wish in another category, keeping the filters that exist there.
func (w *wish) in(category value.ID) *wish {
	other := w.but()
	other.category, other.attributes = category, w.v.tree.Attributes(category)
	for name := range other.params {
		slug, isAttribute := strings.CutPrefix(name, prefix)
		slug = strings.TrimSuffix(strings.TrimSuffix(slug, atLeast), atMost)
		if _, known := w.v.tree.Attribute(category, slug); isAttribute && !known {
			other.params.Del(name)
		}
	}
	other.tidy()
	return other
}
