package memory_test

import (
	"testing"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	searchtest.Conformance(t, func(t *testing.T) searchtest.Subject {
		return subject(t, memory.New(memory.Config{Analyzer: searchtest.Analyzer()}))
	})
}

// subject applies every change to the index at once.
func subject(t *testing.T, x *memory.Index) searchtest.Subject {
	apply := func(put []search.Document, removed []value.ID) {
		t.Helper()
		if err := x.Apply(put, removed); err != nil {
			t.Fatal(err)
		}
	}
	return searchtest.Subject{
		Index: x, Typos: true, Ranked: true, Synonyms: true,
		Put:    func(documents ...search.Document) { apply(documents, nil) },
		Remove: func(listings ...value.ID) { apply(nil, listings) },
	}
}
