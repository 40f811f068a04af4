package search

import (
	"context"
	"time"

	"fairground/internal/value"
)

// Index answers queries over the visible listings of one site. It is safe for use by several goroutines.
type Index interface {
	// Search returns one page of hits with counts. Errors of kind Invalid tell a person what is wrong with the query.
	Search(ctx context.Context, q Query) (Result, error)
	// Similar returns listings like one: of its category, with words of its title, newest first among equals. It
	// returns none for a listing that is not in the index.
	Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error)
	// Lag is how many changes of the log the index has not seen.
	Lag(ctx context.Context) (int64, error)
}

// Result is one page of hits, with counts over all of them.
type Result struct {
	Hits   []Hit
	Total  int  // matching listings, at most MostTotal
	Exact  bool // Total is exact; otherwise there are more
	Facets []Facet
	Took   time.Duration
}

// Hit is one listing found.
type Hit struct {
	Listing value.ID
	Km      float64 // from Query.Near; -1 when either point is missing
}

// Facet is the counts for one FacetRequest, in the order of the requests. Others may read the same counts at the same
// time, so the caller does not change them.
type Facet struct {
	Attribute string
	Choices   []Count  // most first, then by name
	Buckets   []Bucket // ascending, side by side, empty ones included
	Exact     bool     // false: counted are only the newest MostCounted of the matching listings
}

// Count is how many matching listings have a choice. A yes/no attribute has the choices "yes" and "no", ByCategory
// decimal ids.
type Count struct {
	Choice   string
	Listings int
}

// Bucket is how many matching listings have a number from Low up to, but not including, High. The last bucket
// includes its High, which is the greatest number there is.
type Bucket struct {
	Low, High float64
	Listings  int
}

// Pages is how many pages of so many hits the result has, at most MostPages.
func (r Result) Pages(limit int) int {
	if limit <= 0 {
		limit = defaultHits
	}
	return min((r.Total+limit-1)/limit, MostPages)
}
