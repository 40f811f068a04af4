package market

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Search is a search as its address says it, for those who keep one.
type Search struct {
	Address string // canonical, without page, order and look
	Title   string // as the page is called
	Chips   []string
	Query   search.Query // without facets, newest first, its first page
	Since   bool         // the query has a Since, which is of now: read the address anew before asking
}

const longestAddress = 2_000 // bytes

// ReadSearch reads the address of a page of results: its path with its parameters, as in "/c/sports/bicycles?from=100".
// Errors of kind Invalid say what does not make sense any more, such as a place that nobody knows; of kind NotFound that
// the category is gone.
func (m *Market) ReadSearch(ctx context.Context, s *site.Site, locale value.Locale, address string) (Search, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "" || at.Host != "" || len(address) > longestAddress {
		return Search{}, value.Fieldf("address", "this is no address of a search")
	}
	if m.Printer != nil {
		ctx = text.WithPrinter(ctx, m.Printer(s, locale))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Search{}, value.Fieldf("address", "this is no address of a search").Because(err)
	}
	v, err := m.beginFor(r, s)
	if err != nil {
		return Search{}, err
	}
	w, err := v.wishAt(at)
	if err != nil {
		return Search{}, err
	}
	return w.search()
}

// wishAt reads the wish of an address with its category in the path.
func (v *visit) wishAt(at *url.URL) (*wish, error) {
	params := at.Query()
	if path, inCategory := strings.CutPrefix(at.Path, "/c/"); inCategory {
		params.Set("category", path)
	} else if at.Path != "/search" {
		return nil, value.Fieldf("address", "this is no address of a search")
	}
	v.r.URL = &url.URL{Path: "/search", RawQuery: params.Encode()}
	return v.requested()
}

func (w *wish) search() (Search, error) {
	for name, fault := range w.faults {
		return Search{}, value.Fieldf(name, "%s", fault)
	}
	for _, name := range []string{"view", "sort", "page"} {
		w.params.Del(name)
	}
	found := Search{Address: w.address(), Title: w.title(), Query: w.query(), Since: w.has("since")}
	found.Query.Sort = search.Newest
	for _, c := range w.chips() {
		found.Chips = append(found.Chips, c.text)
	}
	return found, nil
}
