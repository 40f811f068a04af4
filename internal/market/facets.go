package market

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/ui"
)

const (
	mostAttributeFacets = 20
	optionsShown        = 7 // before "more"
)

// facetRequests asks for the counts that the filters show.
func (w *wish) facetRequests() []search.FacetRequest {
	requests := []search.FacetRequest{
		{Attribute: search.ByCategory}, {Attribute: search.ByPrice, Histogram: true},
		{Attribute: search.BySeller}, {Attribute: search.ByKind},
	}
	for _, a := range w.filterable() {
		requests = append(requests, search.FacetRequest{Attribute: a.Slug, Histogram: isNumber(a)})
	}
	return requests
}

// filterable lists the attributes that filter now: a model only once its make is chosen.
func (w *wish) filterable() []listing.Attribute {
	var all []listing.Attribute
	for _, a := range w.attributes {
		waits := a.DependsOn != "" && !w.has(prefix+a.DependsOn)
		if a.Facet && a.Type != listing.TextType && !waits && len(all) < mostAttributeFacets {
			all = append(all, a)
		}
	}
	return all
}

func isNumber(a listing.Attribute) bool {
	return a.Type == listing.IntegerType || a.Type == listing.DecimalType
}

// fields are the parameters that have a field on the page where a fault can be shown.
func (w *wish) fields() []string {
	names := []string{"place", "from", "to"}
	for _, a := range w.filterable() {
		if isNumber(a) {
			names = append(names, prefix+a.Slug+atLeast, prefix+a.Slug+atMost)
		}
	}
	return names
}

// group is a list of choices of one parameter.
type group struct {
	legend string
	shown  []ui.Choice
	rest   []ui.Choice // behind "more"
}

// choiceGroup is the filter of an attribute with choices. Choices that nothing has are left out unless chosen.
func (r *results) choiceGroup(a listing.Attribute) group {
	name := prefix + a.Slug
	var all []ui.Choice
	for _, option := range a.Options {
		belongs := a.DependsOn == "" || option.For == "" || slices.Contains(r.params[prefix+a.DependsOn], option.For)
		c := ui.Choice{Name: name, Value: option.Slug, Text: r.v.name(option.Names), Count: r.count(a.Slug, option.Slug),
			Checked: slices.Contains(r.params[name], option.Slug)}
		if c.Checked || c.Count > 0 && belongs {
			all = append(all, c)
		}
	}
	return group{legend: r.v.name(a.Names)}.split(all)
}

// split puts the choices that are chosen or frequent in front of the fold; short lists have no fold.
func (g group) split(all []ui.Choice) group {
	if len(all) <= optionsShown+1 {
		g.shown = all
		return g
	}
	counts := make([]int, len(all))
	for i, c := range all {
		counts[i] = c.Count
	}
	slices.SortFunc(counts, func(a, b int) int { return b - a })
	least := counts[optionsShown-1]
	for _, c := range all {
		if c.Checked || c.Count >= least && len(g.shown) < optionsShown {
			g.shown = append(g.shown, c)
		} else {
			g.rest = append(g.rest, c)
		}
	}
	return g
}

// yesGroup collects the yes-or-no attributes into one list of boxes.
func (r *results) yesGroup() group {
	g := group{legend: r.v.t("market.facet.features")}
	for _, a := range r.filterable() {
		if a.Type != listing.BooleanType {
			continue
		}
		c := ui.Choice{Name: prefix + a.Slug, Value: "yes", Text: r.v.name(a.Names), Count: r.count(a.Slug, "yes"), Checked: r.get(prefix+a.Slug) == "yes"}
		if c.Checked || c.Count > 0 {
			g.shown = append(g.shown, c)
		}
	}
	return g
}

// fixedGroup is the filter of one of a few values that every site has.
func (r *results) fixedGroup(name, facet, legend string, values ...string) group {
	g := group{legend: legend}
	for _, text := range values {
		c := ui.Choice{Name: name, Value: text, Radio: true, Text: r.v.t("market." + name + "." + text), Count: r.count(facet, text), Checked: r.get(name) == text}
		if c.Checked || c.Count > 0 {
			g.shown = append(g.shown, c)
		}
	}
	if len(g.shown) == 1 && !g.shown[0].Checked {
		g.shown = nil // a choice between one thing is none
	}
	if len(g.shown) > 0 {
		all := ui.Choice{Name: name, Radio: true, Text: r.v.t("market.facet.any"), Checked: !r.has(name)}
		for _, c := range r.counts[facet].Choices {
			all.Count += c.Listings
		}
		g.shown = append([]ui.Choice{all}, g.shown...)
	}
	return g
}

func (r *results) count(facet, choice string) int {
	for _, c := range r.counts[facet].Choices {
		if c.Choice == choice {
			return c.Listings
		}
	}
	return 0
}

// span of numbers with two fields and a histogram.
type span struct {
	legend, from, to string // parameters
	low, high        string // what is in the fields
	fault            string
	bars             ui.Histogram
	least, most      string // what there is, shown in empty fields
	decimal          bool
	edges            []float64 // between the bars: where the handles stop
}

func (r *results) priceSpan() span {
	s := span{legend: r.v.t("market.facet.price", "currency", r.v.settings.Currency), from: "from", to: "to", decimal: true}
	return r.fill(s, r.counts[search.ByPrice].Buckets, false)
}

func (r *results) numberSpan(a listing.Attribute) span {
	legend := r.v.name(a.Names)
	if unit := shownUnit(a); unit != "" {
		legend += ", " + unit
	}
	name := prefix + a.Slug
	return r.fill(span{legend: legend, from: name + atLeast, to: name + atMost, decimal: a.Type == listing.DecimalType},
		r.counts[a.Slug].Buckets, a.Unit == "year")
}

func (r *results) fill(s span, buckets []search.Bucket, isYear bool) span {
	s.low, s.high = r.field(s.from), r.field(s.to)
	s.fault = r.faults[s.from]
	if s.fault == "" {
		s.fault = r.faults[s.to]
	}
	if len(buckets) == 0 {
		return s
	}
	figure := func(n float64) string {
		if isYear {
			return strconv.FormatFloat(n, 'f', 0, 64)
		}
		return r.v.words.Number(n)
	}
	s.least, s.most = figure(buckets[0].Low), figure(math.Ceil(buckets[len(buckets)-1].High))
	low, high := r.number(s.from, math.Inf(-1)), r.number(s.to, math.Inf(1))
	s.bars.Counts = make([]int, len(buckets))
	s.bars.From = len(buckets)
	s.edges = []float64{math.Floor(buckets[0].Low)}
	for i, b := range buckets {
		s.edges = append(s.edges, math.Ceil(b.High))
		s.bars.Counts[i] = b.Listings
		if b.High > low && b.Low <= high {
			s.bars.From, s.bars.To = min(s.bars.From, i), i+1
		}
	}
	if s.bars.From >= s.bars.To {
		s.bars.From, s.bars.To = 0, 0
	}
	return s
}

// isIdle reports whether there is nothing to filter by.
func (s span) isIdle() bool {
	return len(s.bars.Counts) < 2 && s.low == "" && s.high == "" && s.fault == ""
}

// stops writes the edges for the script that moves the handles.
func (s span) stops() string {
	all := make([]string, len(s.edges))
	for i, edge := range s.edges {
		all[i] = strconv.FormatFloat(edge, 'f', -1, 64)
	}
	return strings.Join(all, " ")
}

// handle is how a handle says where it stands.
func (s span) handle(text, empty string) string {
	if text == "" {
		return empty
	}
	return text
}

// sinceGroup is the filter of freshness. It has no counts: nobody has to be told that less is newer.
func (r *results) sinceGroup() []ui.Option {
	options := []ui.Option{{Text: r.v.t("market.since.any")}}
	for _, days := range sinces {
		options = append(options, ui.Option{Value: days, Text: r.v.t("market.since." + days)})
	}
	return options
}

// branch is a category below the present one, as a link that keeps the filters.
type branch struct {
	text, href string
	count      int
}

func (r *results) branches() []branch {
	below := r.v.tree.Children(r.category)
	if r.category == 0 {
		below = r.v.tree.Top()
	}
	var all []branch
	for _, c := range below {
		if n := r.count(search.ByCategory, c.ID.String()); n > 0 {
			all = append(all, branch{r.v.name(c.Names), r.in(c.ID).address(), n})
		}
	}
	return all
}

// above is the way out of a category, keeping what was asked for.
func (r *results) above() (branch, bool) {
	path := r.v.tree.Path(r.category)
	switch len(path) {
	case 0:
		return branch{}, false
	case 1:
		return branch{text: r.v.t("market.all_categories"), href: r.in(0).address()}, true
	default:
		parent := path[len(path)-2]
		return branch{text: r.v.name(parent.Names), href: r.in(parent.ID).address()}, true
	}
}

// filtersForm is the id of the form of filters (ui.Facets). The fields at the top of the page belong to it too.
const filtersForm = "filters"

// hidden are the parameters that the form of filters must send on although it has no field for them.
func (r *results) hidden() [][2]string {
	var all [][2]string
	for _, name := range []string{"box", "literal", "view"} {
		if r.has(name) {
			all = append(all, [2]string{name, r.get(name)})
		}
	}
	return all
}
