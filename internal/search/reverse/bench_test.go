package reverse_test

import (
	"runtime"
	"testing"

	"fairground/internal/search"
	"fairground/internal/search/reverse"
	"fairground/internal/value"
)

// BenchmarkMatch matches new listings against a million saved searches on one core and prints listings/s and the bytes
// of a search, by the heap and as the Matcher says.
func BenchmarkMatch(b *testing.B) {
	const searches = 1_000_000
	before := heap()
	d, m := newDice(1, 40_000, real), reverse.New(analyzer)
	m.SetRates("CHF", rates)
	for i := range searches {
		if err := m.Add(value.ID(i+1), d.query()); err != nil {
			b.Fatal(err)
		}
	}
	took := b.Elapsed()
	held := heap() - before
	documents := make([]search.Document, 2_000)
	for i := range documents {
		documents[i] = d.document(value.ID(i))
	}
	found, n := 0, 0
	b.ResetTimer()
	for b.Loop() {
		found += len(m.Match(documents[n%len(documents)]))
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "listings/s")
	b.ReportMetric(float64(held)/searches, "B/search")
	b.ReportMetric(float64(m.Bytes())/searches, "said-B/search")
	b.ReportMetric(float64(found)/float64(n), "found/listing")
	b.ReportMetric(searches/took.Seconds(), "added/s")
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
