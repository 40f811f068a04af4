package main

import (
	"fmt"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/reverse"
	"fairground/internal/value"
)

// measureReverse stores searches as narrow as people save them, and matches new listings on one core.
func (b *bench) measureReverse(m *bigMarket, listings int) error {
	searches := 1_000_000
	if b.Quick {
		searches = 20_000
	}
	before := heapBytes()
	matcher := reverse.New(m.analyzer)
	matcher.SetRates(bigCurrency, bigRates)
	took, err := b.storeSearches(matcher, asker{m, listings}, searches)
	if err != nil {
		return err
	}
	bytes := float64(heapBytes()-before) / float64(searches)
	fresh := make([]search.Document, 2_000)
	for i := range fresh {
		fresh[i] = m.listing(listings+i, 0)
	}
	length, n, found := b.length(5*time.Second, time.Second), 0, 0
	began := time.Now()
	for time.Since(began) < length {
		found += len(matcher.Match(fresh[n%len(fresh)]))
		n++
	}
	perSecond := float64(n) / time.Since(began).Seconds()
	b.row("\nStored searches matched against new listings, on one core\n")
	table := grid{{"stored searches", thousands(float64(searches))}}
	table.add("new listings matched a second", thousands(perSecond))
	table.add("searches that find one of them", number(float64(found)/float64(n)))
	table.add("searches stored a second", thousands(float64(searches)/took.Seconds()))
	table.add("bytes a search", number(bytes))
	table.print(b.row)
	b.figure("reverse_per_s", perSecond)
	b.figure("reverse_searches", float64(searches))
	b.figure("reverse_bytes_per_search", bytes)
	return b.ctx.Err()
}

// storeSearches returns how long storing took; making them up is not counted.
func (b *bench) storeSearches(matcher *reverse.Matcher, ask asker, searches int) (took time.Duration, err error) {
	draw := drawBar(b.environment, fmt.Sprintf("Storing %d searches", searches))
	const batch = 10_000
	for from := 0; from < searches; from += batch {
		queries := make([]search.Query, batch)
		for i := range queries {
			queries[i] = ask.saved(from + i)
		}
		began := time.Now()
		for i, q := range queries {
			if err := matcher.Add(value.ID(from+i+1), q); err != nil {
				return took, err
			}
		}
		took += time.Since(began)
		draw(from+batch, searches)
	}
	fmt.Fprintln(b.err)
	return took, nil
}
