package market

import (
	"net/http"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/site"
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
	shelved map[string][]listing.Listing // the newest of the categories that blocks show
}

const (
	newestShown  = 12
	shelfShown   = 4 // of one category
	collageShown = 3
)

// Home shows the home page with the settings of the request's context (site.SettingsOf).
func (m *Market) Home(w http.ResponseWriter, r *http.Request) error {
	v, err := m.begin(r)
	if err != nil {
		return err
	}
	return v.home(w)
}

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
	if err := f.stock(); err != nil {
		return err
	}
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

// stock finds the listings of blocks that show one category each.
func (f *front) stock() error {
	f.shelved = make(map[string][]listing.Listing)
	for _, b := range f.v.settings.Theme.HomeBlocks() {
		category, known := f.v.tree.Find(b.Category)
		if b.Kind != site.BlockCategory || !known || f.shelved[b.Category] != nil {
			continue
		}
		found, err := f.v.Index.Search(f.v.ctx, search.Query{Limit: shelfShown, Category: category.ID, WithPhotos: true})
		if err != nil {
			return err
		}
		if f.shelved[b.Category], err = f.v.visible(hitIDs(found.Hits)); err != nil {
			return err
		}
	}
	return nil
}

func (f *front) title() string {
	if own := f.v.settings.TaglineIn(f.v.words.Locale()); own != "" {
		return own
	}
	return f.v.t("market.home.title")
}

func (f *front) lead() string {
	if own := f.v.settings.Theme.In(f.v.words.Locale()).Lead; own != "" {
		return own
	}
	return f.v.t("market.home.lead", "count", f.total)
}

// nameOf is the name of a category by its path of slugs.
func (v *visit) nameOf(path string) string {
	c, _ := v.tree.Find(path)
	return v.name(c.Names)
}

// ownText is a text of the site's own: a heading and paragraphs.
func (f *front) ownText(b site.Block) (title string, paragraphs []string) {
	title, body := b.Words(f.v.words.Locale())
	for part := range strings.SplitSeq(body, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			paragraphs = append(paragraphs, part)
		}
	}
	return title, paragraphs
}

func (f *front) search() ui.Search {
	s := ui.Search{Action: "/search", Radii: f.v.radii(), Complete: completeAddress, Categories: []ui.Option{{Text: f.v.t("market.all_categories")}}}
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
