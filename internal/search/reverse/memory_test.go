package reverse_test

import (
	"slices"
	"testing"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/reverse"
	"fairground/internal/value"
)

// TestSameAsTheIndex asks the index for every document that a query finds, and the Matcher for every query that finds a
// document.
func TestSameAsTheIndex(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		d := newDice(100+seed, 60, dense)
		index, m := memory.New(memory.Config{Analyzer: analyzer}), reverse.New(analyzer)
		m.SetRates("CHF", rates)
		documents := make([]search.Document, 90) // all fit on one page
		for i := range documents {
			documents[i] = d.document(value.ID(i + 1))
		}
		if err := index.Apply(documents, nil); err != nil {
			t.Fatal(err)
		}
		matched, pairs := make(map[value.ID][]value.ID), 0
		queries := make([]search.Query, 600)
		for i := range queries {
			queries[i] = d.query()
			queries[i].Literal, queries[i].Rates = true, rates
			if c := queries[i].Currency; c != "" && c != "CHF" { // rates are to the currency of the query
				queries[i].Currency = "CHF"
			}
			if err := m.Add(value.ID(i), queries[i]); err != nil {
				t.Fatal(err)
			}
		}
		for _, doc := range documents {
			for _, id := range m.Match(doc) {
				matched[id] = append(matched[id], doc.Listing)
			}
		}
		for i, q := range queries {
			q.Limit = search.MostHits
			result, err := index.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			var want []value.ID
			for _, hit := range result.Hits {
				want = append(want, hit.Listing)
			}
			slices.Sort(want)
			pairs += len(want)
			if got := matched[value.ID(i)]; !slices.Equal(got, want) {
				t.Errorf("seed %d: %+v\n matches %v, the index finds %v", seed, q, got, want)
			}
		}
		if pairs < 200 {
			t.Errorf("only %d finds", pairs)
		}
	}
}
