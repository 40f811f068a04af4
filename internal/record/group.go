package record

import "context"

// Unit is how wide a bucket of dates is.
type Unit string

// The units. Weeks begin on Monday.
const (
	ByDay       Unit = "day"
	ByWeekUnit       = "week"
	ByMonthUnit      = "month"
	ByYearUnit       = "year"
)

// Bucket is a field by which records are grouped.
type Bucket struct {
	Field string `json:"field"`
	Unit  Unit   `json:"unit,omitempty"` // dates and times only
}

// Measure is what is computed of each group.
type Measure struct {
	Op    string `json:"op"`              // count, sum, average, min, max
	Field string `json:"field,omitempty"` // none for count
}

// GroupQuery asks for groups of the records that a query finds.
type GroupQuery struct {
	Query
	By         []Bucket
	Measures   []Measure
	Limit      int // groups; default 1,000
	Offset_min int // of the site's time from UTC, for buckets of times
}

// GroupRow is one group.
type GroupRow struct {
	Keys   []any    // of each bucket; nil = empty. A Day for dates, a choice's key, a value.ID for references
	Labels []string // Keys as text: references by their titles
	Values []any    // of each measure; nil when no record of the group has the field
}

// Group groups records.
func (s *Store) Group(ctx context.Context, a Asker, q GroupQuery) ([]GroupRow, error) {
	return nil, notBuilt
}

// Group is Store.Group.
func (r *Reader) Group(a Asker, q GroupQuery) ([]GroupRow, error) { return nil, notBuilt }
