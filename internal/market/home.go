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
	// collage are photos of further listings, beside the heading of a wide page
	collage []ui.Picture
}

const (
	newestShown  = 12
	collageShown = 3
)

func (v *visit) home(w http.ResponseWriter) error {
	f := &front{v: v, counts: make(map[string]int)}
	found, err := v.Index.Search(v.ctx, search.Query{Limit: newestShown + 6, WithPhotos: true})
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
	shown, err := v.visible(hitIDs(found.Hits))
	if err != nil {
		return err
	}
	f.newest = shown[:min(len(shown), newestShown)]
	f.glue(shown[len(f.newest):])
	page := v.page(v.settings.Name, "/")
	page.Description = v.t("market.home.description", "site", v.settings.Name)
	page.Head = feedLink(v.t("market.home.newest"), "/feed.atom")
	page.Search.Action = "" // the search stands in the middle of the page
	return v.show(w, http.StatusOK, page, f.view())
}

// glue makes the collage of photos that are not on the page otherwise.
func (f *front) glue(listings []listing.Listing) {
	for _, l := range listings {
		if len(l.Photos) > 0 && len(f.collage) < collageShown {
			p := picture(l.Photos[0], "11rem")
			p.Alt, p.Eager = "", true
			f.collage = append(f.collage, p)
		}
	}
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
	s := ui.Search{Action: "/search", Radii: f.v.radii(), Categories: []ui.Option{{Text: f.v.t("market.all_categories")}}}
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
