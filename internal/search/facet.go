package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
)

// counted is what is counted over the hits of one query, its own filters respected.
type counted struct {
	total  int // at most one more than the bound of the statement
	facets []Facet
}

// count fills in the total and the facets. A facet whose attribute is filtered is taken from the same query without
// that filter; each such query is counted, and kept, by itself, so that choosing another choice costs little.
func (s *Database) count(ctx context.Context, q Query, version int64, into *Result) error {
	whole, err := s.counted(ctx, q, version)
	if err != nil {
		return err
	}
	into.Facets = slices.Clone(whole.facets)
	for i, request := range q.Facets {
		other, filtered := q.without(request.Attribute)
		if !filtered {
			continue
		}
		c, err := s.counted(ctx, other, version)
		if err != nil {
			return err
		}
		into.Facets[i] = c.facets[i]
	}
	if len(q.Facets) > 0 && whole.total > MostCounted {
		q.Facets = nil
		if whole, err = s.counted(ctx, q, version); err != nil {
			return err
		}
	}
	into.setTotal(whole.total)
	return nil
}

func (r *Result) setTotal(total int) { r.Total, r.Exact = min(total, MostTotal), total <= MostTotal }

// countStock is count from a stock. What is counted is kept for the version of the stock alone, since that may be old
// already.
func (s *Database) countStock(ctx context.Context, n narrowing, q Query, into *Result) error {
	key := "stock " + strconv.FormatInt(n.version, 10) + s.countKey(q)
	c, err := s.counts.get(ctx, key, n.version, func(context.Context) (counted, error) { return n.count(q), nil })
	into.Facets = slices.Clone(c.facets)
	into.setTotal(c.total)
	return err
}

// countKey says all that is counted.
func (s *Database) countKey(q Query) string {
	statement, args := countStatement(s.db.Engine(), q)
	return fmt.Sprint(statement, args, q.Facets, q.Currency, q.Rates)
}

// counted counts one query, or finds it counted.
func (s *Database) counted(ctx context.Context, q Query, version int64) (counted, error) {
	statement, args := countStatement(s.db.Engine(), q)
	return s.counts.get(ctx, s.countKey(q), version, func(ctx context.Context) (c counted, err error) {
		var packed string
		err = s.db.Read(ctx, func(tx *db.Tx) error { return tx.Row(statement, args...).Scan(&c.total, &packed) })
		if err == nil {
			c.facets = tally(packed, q, c.total <= MostCounted)
		}
		return c, err
	})
}

// countStatement reads the newest candidates, one more than are counted, as one text: that many rows would cost far
// more to fetch than to find. Without facets it only counts, in the words alone if they say everything.
func countStatement(engine db.Engine, q Query) (string, []any) {
	s := &selection{engine: engine}
	m := conditions(q)
	if len(q.Facets) == 0 {
		inner := "select 1" + s.fromLeast(m, q) + " limit " + s.arg(MostTotal+1)
		return "select count(*), '' from (" + inner + ") as candidates", s.all()
	}
	inner := "select d.facets" + s.from(m, q) + " order by " + s.place(m) + " desc limit " + s.arg(MostCounted+1)
	return "select count(*), coalesce(string_agg(facets, '" + betweenDocuments + "'), '') from (" + inner + ") as candidates", s.all()
}

// tally counts packed documents.
func tally(packed string, q Query, exact bool) []Facet {
	choices := make(map[string]map[string]int)
	numbers := make(map[string][]float64)
	for _, request := range q.Facets {
		if request.Histogram {
			for _, key := range numberKeys(request, q) {
				numbers[key] = []float64{}
			}
		} else {
			choices[request.Attribute] = make(map[string]int)
		}
	}
	if len(q.Facets) > 0 {
		tallyEntries(packed, choices, numbers)
	}
	facets := make([]Facet, len(q.Facets))
	for i, request := range q.Facets {
		facets[i] = Facet{Attribute: request.Attribute, Exact: exact}
		if request.Histogram {
			facets[i].Buckets = buckets(q.numbersOf(request, func(key string) []float64 { return numbers[key] }))
		} else {
			facets[i].Choices = sorted(choices[request.Attribute])
		}
	}
	return facets
}

// numberKeys are the names under which documents hold the numbers of a histogram: prices one for each currency.
func numberKeys(request FacetRequest, q Query) []string {
	if request.Attribute != ByPrice {
		return []string{request.Attribute}
	}
	all := q.currencies()
	for i := range all {
		all[i] = ByPrice + all[i]
	}
	return all
}

// numbersOf are the numbers of a histogram, prices in units of the query's currency.
func (q Query) numbersOf(request FacetRequest, named func(key string) []float64) (all []float64) {
	for _, key := range numberKeys(request, q) {
		numbers := slices.Clone(named(key))
		if currency, has := strings.CutPrefix(key, ByPrice); has && request.Attribute == ByPrice {
			for i, n := range numbers {
				numbers[i] = q.units(n, currency)
			}
		}
		all = append(all, numbers...)
	}
	return all
}

// tallyEntries reads entries as pack wrote them; where a document ends makes no difference to counting, except that
// the newest MostCounted are counted and no more.
func tallyEntries(packed string, choices map[string]map[string]int, numbers map[string][]float64) {
	documents := 0
	for packed != "" {
		entry, rest, _ := strings.Cut(packed, string(betweenEntries))
		packed = rest
		if strings.HasPrefix(entry, betweenDocuments) {
			entry = entry[1:]
			if documents++; documents == MostCounted {
				return
			}
		}
		attribute, text, _ := strings.Cut(entry, "=")
		if name, numeric := strings.CutPrefix(attribute, "#"); numeric {
			if all, wanted := numbers[name]; wanted {
				if n, err := strconv.ParseFloat(text, 64); err == nil {
					numbers[name] = append(all, n)
				}
			}
		} else if counts, wanted := choices[attribute]; wanted {
			counts[text]++
		}
	}
}

func sorted(counts map[string]int) []Count {
	all := make([]Count, 0, len(counts))
	for choice, n := range counts {
		all = append(all, Count{Choice: choice, Listings: n})
	}
	sortCounts(all)
	return all
}

func sortCounts(all []Count) {
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Listings, a.Listings), cmp.Compare(a.Choice, b.Choice))
	})
}
