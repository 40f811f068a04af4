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
	// Clusters are all that a query finds on a map: listings near each other as one, at most so many. Sort and page do
	// not matter. Listings without a point are left out.
	Clusters(ctx context.Context, q Query, most int) ([]Cluster, error)
	// Complete returns ways in which words being typed may go on, those that find most first.
	Complete(ctx context.Context, typed string, most int) ([]Completion, error)
	// Alike returns the listings most like a document, which need not be in the index, whatever their category if it has
	// none: the most alike first.
	Alike(ctx context.Context, d Document, most int) ([]Neighbour, error)
	// Why explains, for staff, where a listing stands among what a query finds.
	Why(ctx context.Context, q Query, listing value.ID) (Why, error)
	// Lag is how many changes of the log the index has not seen.
	Lag(ctx context.Context) (int64, error)
}

// Result is one page of hits, with counts over all of them.
type Result struct {
	Hits      []Hit
	Promoted  []Hit        // at most Query.Promoted of those found that paid for it, in turns; they are among the hits too
	Corrected []Correction // words that find nothing, and what was looked for in their place
	Meant     string       // words that were perhaps meant, as a whole query; "" for none
	Total     int          // matching listings, at most MostTotal
	Exact     bool         // Total is exact; otherwise there are more
	Facets    []Facet
	Took      time.Duration
}

// Hit is one listing found.
type Hit struct {
	Listing value.ID
	Km      float64 // from Query.Near; -1 when either point is missing
}

// Correction is a word that was typed, and the one that was looked for instead.
type Correction struct{ Typed, Meant string }

// Cluster is listings near each other on the map, at their middle.
type Cluster struct {
	At       value.Point
	Listings int
	Listing  value.ID // the only one, otherwise 0
}

// Completion is a way in which words may go on, and how many listings it finds at most.
type Completion struct {
	Text     string
	Listings int
}

// Neighbour is a listing that is like another.
type Neighbour struct {
	Listing, Category value.ID
	Price             value.Money
	Kind              Kind
	Likeness          float64 // from 0 to 1
}

// Why says where a listing stands and what brought it there. The score is the sum of the reasons' points.
type Why struct {
	Found   bool
	Rank    int // from 1; 0 when it is not found
	Score   float64
	Reasons []Reason
}

// Reason is one part of a score, or a condition that is met or not.
type Reason struct {
	What   string  // title, body, synonym, typo, phrase, fresh, quality, near; or the condition: category, filter, price, …
	Text   string  // the word or the value it is about
	Met    bool    // false for a condition that the listing does not meet
	Points float64 // 0 for conditions
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
