package market

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A search has one address. Its parameters stand in one order: what the form at the top of every page sends first, in
// the order of its fields, then the others by name.
var leading = []string{"q", "place", "within"}

// enoughThere is how many listings a category needs around a place before search engines may have the page.
const enoughThere = 5

// base is the path of the address, without parameters.
func (w *wish) base() string {
	if w.category == 0 {
		return "/search"
	}
	return w.v.categoryPath(w.category)
}

// address is the canonical address of the wish.
func (w *wish) address() string { return withPairs(w.base(), pairsOf(w.params)) }

func withPairs(path string, pairs [][2]string) string {
	if len(pairs) == 0 {
		return path
	}
	written := make([]string, len(pairs))
	for i, pair := range pairs {
		written[i] = url.QueryEscape(pair[0]) + "=" + url.QueryEscape(pair[1])
	}
	return path + "?" + strings.Join(written, "&")
}

// pairsOf lists parameters in the canonical order.
func pairsOf(params url.Values) [][2]string {
	var rest []string
	for name := range params {
		if !slices.Contains(leading, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	var pairs [][2]string
	for _, name := range append(slices.Clone(leading), rest...) {
		for _, text := range params[name] {
			pairs = append(pairs, [2]string{name, text})
		}
	}
	return pairs
}

// asked lists the parameters of a request in their order; ok is false for a query that cannot be read.
func asked(query string) (pairs [][2]string, ok bool) {
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, text, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		text, wrong := url.QueryUnescape(text)
		if err != nil || wrong != nil {
			return nil, false
		}
		pairs = append(pairs, [2]string{name, text})
	}
	return pairs, true
}

// isCanonical reports whether a request asked for the wish at its own address. Wishes with faults have none.
func (w *wish) isCanonical(r *http.Request) bool {
	if len(w.faults) > 0 {
		return true
	}
	pairs, ok := asked(r.URL.RawQuery)
	return ok && r.URL.Path == w.base() && slices.Equal(pairs, pairsOf(w.params))
}

// canonical is the address under which search engines keep the page: categories, and categories around a place where
// there is something to find; everything else stays out.
func (r *results) canonical() (path string, indexed bool) {
	switch {
	case len(r.faults) > 0 || r.category == 0:
		return r.base(), false
	case r.isPlain():
		return r.address(), true
	case r.holdsOnly("place", "page") && !r.near.IsZero() && r.found.Total >= enoughThere:
		return r.address(), true
	default:
		return r.base(), false
	}
}
