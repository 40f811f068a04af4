package market

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// results is the answer to a wish.
type results struct {
	*wish
	gazetteer *gazetteer
	found     search.Result
	listings  []listing.Listing // what is visible of the page's hits, in their order
	promoted  []listing.Listing // shown apart, above the others
	km        map[value.ID]float64
	counts    map[string]search.Facet // by attribute, or search.ByPrice and its like
	relaxed   *relaxed                // nil when enough was found
	offer     *offeredPlace           // nil unless the last words may be a place
	save      templ.Component         // the button that saves the search; nil for none
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

// moved sends the visitor to the right path of the same thing.
func (v *visit) moved(w http.ResponseWriter, path string) error {
	if v.r.URL.RawQuery != "" {
		path += "?" + v.r.URL.RawQuery
	}
	return v.sentOn(w, path)
}

// sentOn sends the visitor to the right address. Browsers ask again each time: a title that changes and changes back
// would otherwise send them in circles.
func (v *visit) sentOn(w http.ResponseWriter, address string) error {
	w.Header().Set("Cache-Control", "private, no-cache")
	http.Redirect(w, v.r, address, http.StatusMovedPermanently)
	return nil
}

func (v *visit) results(w http.ResponseWriter, category value.ID) error {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	wished, err := v.readWish(category, f)
	if err != nil {
		return err
	}
	g, err := v.gazetteer()
	if err != nil {
		return err
	}
	if err := wished.locate(g); err != nil {
		return err
	}
	if !web.Fragment(v.r) && !wished.isCanonical(v.r) {
		return v.sentOn(w, wished.address())
	}
	r, err := wished.grant(g)
	if err != nil {
		return err
	}
	if last := max(1, r.found.Pages(pageSize)); r.page() > last {
		return value.Errorf(value.NotFound, "there are only %d pages of results", last)
	}
	if err := r.enrich(); err != nil {
		return err
	}
	return r.send(w)
}

// send answers with the page, or with what changes on it for a browser that has it already.
func (r *results) send(w http.ResponseWriter) error {
	status := http.StatusOK
	if len(r.faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if r.get("view") == asMap {
		web.Images(w.Header(), r.v.settings.TilesOrigin())
	}
	if !web.Fragment(r.v.r) {
		return r.v.show(w, status, r.shell(), r.view())
	}
	if len(r.faults) == 0 && r.v.r.Header.Get(passing) != "" {
		w.Header().Set("HX-Replace-Url", r.address())
	} else if len(r.faults) == 0 {
		w.Header().Set("HX-Push-Url", r.address())
	}
	title := r.title() + " · " + r.v.settings.Name
	return web.Render(w, r.v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		if _, err := io.WriteString(out, "<title>"+templ.EscapeString(title)+"</title>"); err != nil {
			return err
		}
		return r.view().Render(ctx, out)
	}))
}

// grant asks the index and reads the listings.
func (w *wish) grant(g *gazetteer) (*results, error) {
	r := &results{wish: w, gazetteer: g, km: make(map[value.ID]float64), counts: make(map[string]search.Facet)}
	q := w.query()
	if q.Page > search.MostPages {
		return nil, value.Errorf(value.NotFound, "there are at most %d pages of results", search.MostPages)
	}
	q.Facets = w.facetRequests()
	if q.Page <= promotedPages {
		q.Promoted = promotedShown
	}
	var err error
	if r.found, err = w.v.Index.Search(w.v.ctx, q); err != nil {
		return nil, err
	}
	for _, f := range r.found.Facets {
		r.counts[f.Attribute] = f
	}
	return r, r.read()
}

// read reads the listings of the hits. Promoted ones are shown apart, and then not a second time on the same page; never
// more than a quarter of what the page shows.
func (r *results) read() error {
	apart := r.found.Promoted[:min(len(r.found.Promoted), promotedShown, len(r.found.Hits)/4)]
	shown, err := r.v.visible(append(r.note(apart), r.note(r.found.Hits)...))
	if err != nil {
		return err
	}
	for i, l := range shown {
		isFirst := !slices.ContainsFunc(shown[:i], func(other listing.Listing) bool { return other.ID == l.ID })
		switch {
		case !isFirst:
		case slices.ContainsFunc(apart, func(h search.Hit) bool { return h.Listing == l.ID }):
			r.promoted = append(r.promoted, l)
		default:
			r.listings = append(r.listings, l)
		}
	}
	return nil
}

// note remembers how far the hits are, and lists them.
func (r *results) note(hits []search.Hit) []value.ID {
	for _, hit := range hits {
		if hit.Km >= 0 {
			r.km[hit.Listing] = hit.Km
		}
	}
	return hitIDs(hits)
}

// enrich adds what stands around the results: looser ones where there are few, the button that saves the search.
func (r *results) enrich() (err error) {
	if len(r.faults) == 0 && r.page() == 1 {
		if r.relaxed, err = r.relax(); err != nil {
			return err
		}
		if r.offer, err = r.offerPlace(); err != nil {
			return err
		}
		r.miss()
	}
	if r.v.Parts.SaveSearch == nil || len(r.faults) > 0 {
		return nil
	}
	return r.v.site.DB.Read(r.v.ctx, func(tx *db.Tx) (err error) {
		r.save, err = r.v.Parts.SaveSearch(r.v.r, tx, r.keepable())
		return err
	})
}

// keepable is the address of the search without how it is looked at.
func (w *wish) keepable() string {
	other := w.but()
	for _, name := range []string{"view", "sort"} {
		other.params.Del(name)
	}
	return other.address()
}

// passing is the header by which our own script says that the words are not finished yet, or the map still moves.
const passing = "X-Passing"

// miss tells the operator of words that found nothing. Words that are still being typed do not count.
func (r *results) miss() {
	if r.v.Missed != nil && r.has("q") && !r.has("literal") && r.found.Total == 0 && r.v.r.Header.Get(passing) == "" {
		r.v.Missed(r.v.ctx, r.get("q"))
	}
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
	canonical, indexed := r.canonical()
	page := r.v.page(r.title(), canonical)
	page.Hidden = !indexed
	page.Description = r.v.t("market.results.description", "what", r.title(), "site", r.v.settings.Name, "count", r.found.Total)
	r.fillSearch(&page.Search)
	page.Head = feedLink(r.title(), r.feedAddress())
	return page
}

// fillSearch puts the search into the form at the top of the page, whose fields belong to the form of filters: there is
// one search on the page.
func (r *results) fillSearch(s *ui.Search) {
	s.Form = filtersForm
	s.Words, s.Place, s.Within = r.get("q"), r.field("place"), r.get("within")
	s.PlaceFault = r.faults["place"]
	if c, ok := r.v.tree.Category(r.category); ok {
		s.CategoryName = r.v.name(c.Names)
	}
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
