package record

import (
	"context"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Unit is how wide a bucket of dates is.
type Unit string

// The units. Weeks begin on Monday.
const (
	ByDay   Unit = "day"
	ByWeek  Unit = "week"
	ByMonth Unit = "month"
	ByYear  Unit = "year"
)

// Bucket is a field by which records are grouped. A record with several choices or references is in several groups.
type Bucket struct {
	Field string `json:"field"`
	Unit  Unit   `json:"unit,omitempty"` // dates and times only; default day
}

// Measure is what is computed of each group.
type Measure struct {
	Op    string `json:"op"`              // count, sum, average, min, max
	Field string `json:"field,omitempty"` // none for count
}

// GroupQuery asks for groups of the records that a query finds. The query's order and page do not matter.
type GroupQuery struct {
	Query
	By         []Bucket
	Measures   []Measure
	Limit      int // groups; default 1,000
	Offset_min int // of the site's time from UTC, for buckets of times
}

// GroupRow is one group.
type GroupRow struct {
	Keys   []any    // of each bucket; nil = empty. Dates are a Day, the first of the bucket; references a value.ID
	Labels []string // Keys as text: choices by their labels, references by their titles
	Values []any    // of each measure; nil when no record of the group has the field
}

const (
	mostBuckets  = 3
	mostMeasures = 10
	usualGroups  = 1_000
	mostGroups   = 10_000
)

// Group groups records and computes measures, in the order of the buckets, empty ones last. Sums are exact; averages
// are float64, of amounts value.Money.
func (s *Store) Group(ctx context.Context, a Asker, q GroupQuery) (rows []GroupRow, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		rows, err = r.Group(a, q)
		return err
	})
	return rows, err
}

// Group is Store.Group.
func (r *Reader) Group(a Asker, q GroupQuery) ([]GroupRow, error) {
	g, err := r.grouping(a, q)
	if err != nil {
		return nil, err
	}
	s := g.ask.statement()
	text, err := g.text(s)
	if err != nil {
		return nil, err
	}
	cells, into := make([]any, g.width), make([]any, g.width)
	for i := range cells {
		into[i] = &cells[i]
	}
	var rows []GroupRow
	err = db.Each(r.tx, func(row db.Scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		made, err := g.row(cells)
		rows = append(rows, made)
		return err
	}, text, s.args...)
	if err != nil {
		return nil, fmt.Errorf("record.Group(%s): %w", q.Object, err)
	}
	return rows, g.label(rows)
}

// grouping is a GroupQuery that was checked.
type grouping struct {
	ask     *ask
	buckets []bucket
	measure []measure
	limit   int
	width   int
}

func (r *Reader) grouping(a Asker, q GroupQuery) (*grouping, error) {
	q.Query.Fields, q.Query.Sort, q.Query.Expand = []string{}, nil, nil
	k, err := r.ask(a, q.Query)
	if err != nil {
		return nil, err
	}
	k.fields = nil
	g := &grouping{ask: k, limit: q.Limit, width: len(q.By)}
	switch {
	case len(q.By) > mostBuckets || len(q.Measures) > mostMeasures:
		return nil, value.Fieldf("group", "records are grouped by %d fields and measured in %d ways at most", mostBuckets, mostMeasures)
	case g.limit < 0 || g.limit > mostGroups:
		return nil, value.Fieldf("limit", "1 to %d groups can be asked for", mostGroups)
	case g.limit == 0:
		g.limit = usualGroups
	}
	for i, by := range q.By {
		b, err := k.bucket(by, i, q.Offset_min)
		if err != nil {
			return nil, err
		}
		g.buckets = append(g.buckets, b)
	}
	for _, one := range q.Measures {
		m, err := k.measure(one)
		if err != nil {
			return nil, err
		}
		m.at = g.width
		g.width += len(m.columns)
		g.measure = append(g.measure, m)
	}
	return g, nil
}

func (g *grouping) text(s *statement) (string, error) {
	from, err := g.ask.from(s)
	if err != nil {
		return "", err
	}
	where, err := g.ask.where(s)
	if err != nil {
		return "", err
	}
	var columns, places, order []string
	for i, b := range g.buckets {
		columns, places, order = append(columns, b.sql), append(places, fmt.Sprint(i+1)), append(order, b.order+" nulls last")
		from += b.join
	}
	for _, m := range g.measure {
		columns = append(columns, m.columns...)
	}
	if len(columns) == 0 {
		return "", value.Fieldf("group", "name a field to group by, or a measure")
	}
	text := fmt.Sprintf("select %s\nfrom %s\nwhere %s", strings.Join(columns, ", "), from, where)
	if len(places) > 0 {
		text += "\ngroup by " + strings.Join(places, ", ") + "\norder by " + strings.Join(order, ", ")
	}
	return text + "\nlimit " + s.arg(g.limit), nil
}

func (g *grouping) row(cells []any) (GroupRow, error) {
	row := GroupRow{Keys: make([]any, len(g.buckets)), Labels: make([]string, len(g.buckets)), Values: make([]any, len(g.measure))}
	for i, b := range g.buckets {
		if cells[i] != nil {
			row.Keys[i] = b.key(cells[i])
		}
	}
	for i, m := range g.measure {
		v, err := m.value(cells[m.at : m.at+len(m.columns)])
		if err != nil {
			return row, err
		}
		row.Values[i] = v
	}
	return row, nil
}

// label writes the keys as text.
func (g *grouping) label(rows []GroupRow) error {
	for i, b := range g.buckets {
		titles := map[value.ID]string{}
		if refers(b.field) {
			wanted := map[value.ID]bool{}
			for _, row := range rows {
				if id, ok := row.Keys[i].(value.ID); ok {
					wanted[id] = true
				}
			}
			var err error
			titles, err = g.ask.reader.titlesOf(g.ask.asker, g.ask.sight, map[string]map[value.ID]bool{b.field.Options.Target: wanted})
			if err != nil {
				return err
			}
		}
		for _, row := range rows {
			row.Labels[i] = b.label(row.Keys[i], titles, g.ask.reader.store.config.Locale())
		}
	}
	return nil
}
