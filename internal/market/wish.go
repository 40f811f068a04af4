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
	attributes []listing.Attribute
	near       value.Point // where place is, once it was looked up
}

const (
	pageSize      = 24
	longestWords  = 200 // characters
	defaultWithin = "25"
	anywhere      = "0"  // the value of within for any distance
	prefix        = "a." // of an attribute's parameter
	atLeast       = ".from"
	atMost        = ".to"
)

var radii_km = []string{"2", "5", "10", defaultWithin, "50", "100", anywhere}

// readWish reads the parameters of the request. A category given in the path wins.
func (v *visit) readWish(category value.ID) (*wish, error) {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return nil, err
	}
	w := &wish{v: v, category: category, params: url.Values{}, faults: map[string]string{}}
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
	w.readPrice(f)
	w.readChoice(f, "seller", string(search.Private), string(search.Business))
	w.readChoice(f, "kind", string(search.Sell), string(search.Wanted), string(search.Swap), string(search.Free))
	w.readChoice(f, "photos", "yes")
	w.readChoice(f, "view", "grid", "list")
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
		words = string(runes[:longestWords])
		w.faults["q"] = w.v.t("market.fault.words", "count", longestWords)
	}
	w.set("q", words)
}

func (w *wish) readPlace(f *web.Form) {
	place := strings.Join(strings.Fields(f.Raw("place")), " ")
	if len([]rune(place)) > listing.LongestPlace {
		w.faults["place"] = w.v.t("market.fault.place")
		place = ""
	}
	w.set("place", place)
	w.readChoice(f, "within", radii_km...)
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
			w.faults[name] = w.v.t("market.fault.price")
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
		for _, given := range f.All(name) {
			if option, ok := a.Option(given); ok && !slices.Contains(w.params[name], option.Slug) {
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
		w.faults[name] = w.v.t("market.fault.number")
		return
	}
	w.set(name, parsed)
}

// tidy leaves out what says nothing: distances without a place, models without their make, defaults.
func (w *wish) tidy() {
	if !w.has("place") {
		w.near = value.Point{}
		w.params.Del("within")
		if w.get("sort") == string(search.Distance) {
			w.params.Del("sort")
		}
	}
	for _, a := range w.attributes {
		if a.DependsOn == "" || len(w.params[prefix+a.Slug]) == 0 {
			continue
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
	for name, otherwise := range map[string]string{"sort": string(w.defaultSort()), "view": "grid", "page": "1", "within": defaultWithin} {
		if w.get(name) == otherwise {
			w.params.Del(name)
		}
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

func (w *wish) number(name string, otherwise float64) float64 {
	n, err := strconv.ParseFloat(w.get(name), 64)
	if err != nil {
		return otherwise
	}
	return n
}

func (w *wish) page() int { return int(w.number("page", 1)) }

func (w *wish) within() string {
	if given := w.get("within"); given != "" {
		return given
	}
	return defaultWithin
}

// base is the path of the address, without parameters.
func (w *wish) base() string {
	if w.category == 0 {
		return "/search"
	}
	return w.v.categoryPath(w.category)
}

// address is the canonical address of the wish.
func (w *wish) address() string {
	if len(w.params) == 0 {
		return w.base()
	}
	return w.base() + "?" + w.params.Encode()
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

// query is the wish as the index understands it, without facets.
func (w *wish) query() search.Query {
	q := search.Query{
		Words: w.get("q"), Category: w.category, Currency: w.v.settings.Currency, Price: w.span(), Near: w.near,
		Seller: search.Seller(w.get("seller")), Kind: search.Kind(w.get("kind")), WithPhotos: w.has("photos"),
		Sort: w.sort(), Page: w.page(), Limit: pageSize,
	}
	if q.Near.IsZero() && q.Sort == search.Distance {
		q.Sort = w.defaultSort()
	}
	if !q.Near.IsZero() {
		q.Within_km, _ = strconv.ParseFloat(w.within(), 64)
	}
	for _, a := range w.attributes {
		if filter, set := w.filter(a); set {
			q.Filters = append(q.Filters, filter)
		}
	}
	return q
}

func (w *wish) span() *search.Span {
	if !w.has("from") && !w.has("to") {
		return nil
	}
	span := search.Span{High: search.Unbounded}
	if m, err := value.ParseMoney(w.get("from"), w.v.settings.Currency); err == nil {
		span.Low = m.Minor
	}
	if m, err := value.ParseMoney(w.get("to"), w.v.settings.Currency); err == nil {
		span.High = m.Minor
	}
	return &span
}

func (w *wish) filter(a listing.Attribute) (search.Filter, bool) {
	name := prefix + a.Slug
	switch {
	case a.Type == listing.ChoiceType && w.has(name):
		return search.AnyOf(a.Slug, w.params[name]...), true
	case a.Type == listing.BooleanType && w.has(name):
		return search.Is(a.Slug, w.get(name) == "yes"), true
	case w.has(name+atLeast) || w.has(name+atMost):
		return search.Between(a.Slug, w.number(name+atLeast, math.Inf(-1)), w.number(name+atMost, math.Inf(1))), true
	default:
		return search.Filter{}, false
	}
}

// isPlain reports whether the wish is a category or everything, be it on a later page: what search engines may read.
func (w *wish) isPlain() bool {
	for name := range w.params {
		if name != "page" {
			return false
		}
	}
	return true
}
