package market

import (
	"net/http"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// front is the first page.
type front struct {
	v      *visit
	counts map[string]int // live listings by category
	total  int
	newest []listing.Listing
	places []string
}

const newestShown = 12

func (v *visit) home(w http.ResponseWriter) error {
	f := &front{v: v, counts: make(map[string]int)}
	found, err := v.Index.Search(v.ctx, search.Query{Limit: newestShown, WithPhotos: true})
	if err != nil {
		return err
	}
	all, err := v.Index.Search(v.ctx, search.Query{Limit: newestShown, Facets: []search.FacetRequest{{Attribute: search.ByCategory}}})
	if err != nil {
		return err
	}
	f.total = all.Total
	for _, c := range all.Facets[0].Choices {
		f.counts[c.Choice] = c.Listings
	}
	if len(found.Hits) < newestShown {
		found = all
	}
	if f.newest, err = v.visible(hitIDs(found.Hits)); err != nil {
		return err
	}
	page := v.page(v.settings.Name, "/")
	page.Description = v.t("market.home.description", "site", v.settings.Name)
	page.Head = feedLink(v.t("market.home.newest"), "/feed.atom")
	page.Search.Action = "" // the search stands in the middle of the page
	return v.show(w, http.StatusOK, page, f.view())
}

func hitIDs(hits []search.Hit) []value.ID {
	ids := make([]value.ID, len(hits))
	for i, hit := range hits {
		ids[i] = hit.Listing
	}
	return ids
}

func (f *front) title() string {
	if f.v.settings.Tagline != "" {
		return f.v.settings.Tagline
	}
	return f.v.t("market.home.title")
}

func (f *front) search() ui.Search {
	s := ui.Search{Action: "/search", Radii: f.v.radii(), Within: defaultWithin, Categories: []ui.Option{{Text: f.v.t("market.all_categories")}}}
	for _, c := range f.v.tree.Top() {
		s.Categories = append(s.Categories, ui.Option{Value: f.v.tree.PathSlug(c.ID), Text: f.v.name(c.Names)})
	}
	return s
}

// shelf is a top category with the categories below that have most listings.
type shelf struct {
	listing.Category
	text, href string
	count      int
}

func (f *front) shelves() []shelf {
	var all []shelf
	for _, c := range f.v.tree.Top() {
		all = append(all, shelf{c, f.v.name(c.Names), f.v.categoryPath(c.ID), f.counts[c.ID.String()]})
	}
	return all
}
