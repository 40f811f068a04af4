package market

import (
	"net/http"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// results is the answer to a wish.
type results struct {
	*wish
	found    search.Result
	listings []listing.Listing // what is visible of the page's hits, in their order
	km       map[value.ID]float64
	places   []string // suggestions for the field
	proposed []proposal
	counts   map[string]search.Facet // by attribute, or search.ByPrice and its like
}

// category answers with the listings of a category.
func (v *visit) category(w http.ResponseWriter) error {
	path := strings.TrimSuffix(v.r.PathValue("path"), "/")
	c, ok := v.tree.Find(path)
	if !ok {
		return value.Errorf(value.NotFound, "there is no such category")
	}
	if right := v.categoryPath(c.ID); v.r.URL.Path != right {
		return v.moved(w, right)
	}
	return v.results(w, c.ID)
}

// search answers with the listings of all categories, or of the one that the form names.
func (v *visit) search(w http.ResponseWriter) error { return v.results(w, 0) }

// moved sends the visitor to the right address of the same thing. Browsers ask again each time: a title that changes and
// changes back would otherwise send them in circles.
func (v *visit) moved(w http.ResponseWriter, path string) error {
	w.Header().Set("Cache-Control", "private, no-cache")
	if v.r.URL.RawQuery != "" {
		path += "?" + v.r.URL.RawQuery
	}
	http.Redirect(w, v.r, path, http.StatusMovedPermanently)
	return nil
}

func (v *visit) results(w http.ResponseWriter, category value.ID) error {
	wished, err := v.readWish(category)
	if err != nil {
		return err
	}
	r, err := wished.grant()
	if err != nil {
		return err
	}
	if last := max(1, r.found.Pages(pageSize)); r.page() > last {
		return value.Errorf(value.NotFound, "there are only %d pages of results", last)
	}
	if len(r.listings) == 0 && r.found.Total == 0 {
		if r.proposed, err = r.loosen(); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if len(r.faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(w, status, r.shell(), r.view())
}

// grant finds the place, asks the index and reads the listings.
func (w *wish) grant() (*results, error) {
	r := &results{wish: w, km: make(map[value.ID]float64), counts: make(map[string]search.Facet)}
	gazetteer, err := w.v.gazetteer()
	if err != nil {
		return nil, err
	}
	r.places = gazetteer.names
	if err := w.locate(gazetteer); err != nil {
		return nil, err
	}
	q := w.query()
	if q.Page > search.MostPages {
		return nil, value.Errorf(value.NotFound, "there are at most %d pages of results", search.MostPages)
	}
	q.Facets = w.facetRequests()
	if r.found, err = w.v.Index.Search(w.v.ctx, q); err != nil {
		return nil, err
	}
	for _, f := range r.found.Facets {
		r.counts[f.Attribute] = f
	}
	r.listings, err = w.v.visible(r.ids())
	return r, err
}

func (r *results) ids() []value.ID {
	ids := make([]value.ID, len(r.found.Hits))
	for i, hit := range r.found.Hits {
		ids[i] = hit.Listing
		if hit.Km >= 0 {
			r.km[hit.Listing] = hit.Km
		}
	}
	return ids
}

// locate looks the place up. One that nobody lists from is a fault at its field, and the search goes on everywhere.
func (w *wish) locate(g *gazetteer) error {
	if !w.has("place") {
		return nil
	}
	var place listing.Place
	err := w.v.site.DB.Read(w.v.ctx, func(tx *db.Tx) (err error) {
		place, err = listing.FindPlace(tx, w.get("place"))
		if value.KindOf(err) == value.NotFound {
			if like := g.like(w.get("place")); like != "" {
				place, err = listing.FindPlace(tx, like)
			}
		}
		return err
	})
	if value.KindOf(err) == value.NotFound {
		w.faults["place"] = w.v.t("market.fault.no_place", "place", w.get("place"))
		return nil
	}
	if err != nil {
		return err
	}
	w.near = place.Point
	w.set("place", place.Name)
	return nil
}

// title says what is shown, as the heading and the name of the page.
func (w *wish) title() string {
	var what string
	c, inCategory := w.v.tree.Category(w.category)
	switch words := w.get("q"); {
	case words != "" && inCategory:
		what = w.v.t("market.title.words_in", "words", clip(words, 60), "category", w.v.name(c.Names))
	case words != "":
		what = w.v.t("market.title.words", "words", clip(words, 60))
	case inCategory:
		what = w.v.name(c.Names)
	default:
		what = w.v.t("market.title.all")
	}
	if !w.near.IsZero() {
		return w.v.t("market.title.near", "what", what, "place", w.get("place"))
	}
	return what
}

func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (r *results) shell() ui.PublicPage {
	canonical := ""
	if r.isPlain() && len(r.faults) == 0 && r.category != 0 {
		canonical = r.address()
	}
	page := r.v.page(r.title(), canonical)
	if !r.isPlain() && r.category != 0 {
		page.Canonical = r.v.origin() + r.base()
	}
	page.Description = r.v.t("market.results.description", "what", r.title(), "site", r.v.settings.Name, "count", r.found.Total)
	page.Search.Words, page.Search.Place, page.Search.Within = r.get("q"), r.get("place"), r.get("within")
	if c, ok := r.v.tree.Category(r.category); ok {
		page.Search.Category, page.Search.CategoryName = r.v.tree.PathSlug(c.ID), r.v.name(c.Names)
	}
	page.Head = feedLink(r.title(), r.feedAddress())
	return page
}

func (r *results) breadcrumb() ui.Breadcrumb {
	crumbs := ui.Breadcrumb{{Text: r.v.t("market.all_categories"), Href: "/"}}
	path := r.v.tree.Path(r.category)
	for i, c := range path {
		link := ui.Link{Text: r.v.name(c.Names), Href: r.v.categoryPath(c.ID)}
		if i == len(path)-1 {
			link.Href = ""
		}
		crumbs = append(crumbs, link)
	}
	if r.category == 0 {
		crumbs = append(crumbs, ui.Link{Text: r.v.t("market.search")})
	}
	return crumbs
}

func (r *results) sorts() []ui.Option {
	orders := []search.Sort{search.Newest, search.PriceUp, search.PriceDown}
	if r.has("q") {
		orders = append([]search.Sort{search.Relevance}, orders...)
	}
	if !r.near.IsZero() {
		orders = append(orders, search.Distance)
	}
	options := make([]ui.Option, len(orders))
	for i, order := range orders {
		options[i] = ui.Option{Value: string(order), Text: r.v.t("market.sort." + string(order))}
		if order == r.defaultSort() {
			options[i].Value = "" // what goes without saying stays out of the address
		}
	}
	return options
}

func (v *visit) radii() []ui.Option {
	options := make([]ui.Option, len(radii_km))
	for i, km := range radii_km {
		options[i] = ui.Option{Value: km, Text: v.radius(km)}
		if km == defaultWithin {
			options[i].Value = ""
		}
	}
	return options
}

func (v *visit) radius(km string) string {
	if km == anywhere {
		return v.t("market.within.any")
	}
	return v.words.Distance(float64(atoi(km)))
}

func (r *results) pagination() ui.Pagination {
	return ui.Pagination{Page: r.page(), Pages: r.found.Pages(pageSize), Href: func(page int) string {
		other := r.but()
		if page > 1 {
			other.params.Set("page", itoa(page))
		}
		return other.address()
	}}
}

// total is the number of listings found, in figures.
func (r *results) total() string {
	if !r.found.Exact {
		return r.v.t("market.results.more_than", "count", r.found.Total)
	}
	return r.v.words.Count(r.found.Total)
}

// took is how long the search took, at least a millisecond: nobody believes nought.
func (r *results) took() int { return max(1, int(r.found.Took.Milliseconds())) }

// notices are the faults that have no field on the page.
func (r *results) notices() []string {
	var all []string
	for name, text := range r.faults {
		if !slices.Contains(r.fields(), name) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// emptyText says what to do when nothing was found.
func (r *results) emptyText() string {
	switch {
	case len(r.params) == 0:
		return r.v.t("market.empty.category")
	case len(r.proposed) > 0:
		return r.v.t("market.empty.loosen")
	default:
		return r.v.t("market.empty.words")
	}
}
