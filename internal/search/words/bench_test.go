package words

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// manyTerms are made of syllables, so that they are as like each other as those of a language, and of model numbers.
func manyTerms(count int) []Entry {
	r := rand.New(rand.NewPCG(4, 2))
	first := []string{"b", "br", "c", "d", "f", "fl", "g", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "sch", "st", "t", "tr", "v", "w", "z"}
	middle := []string{"a", "e", "i", "o", "u", "ei", "au", "y"}
	last := []string{"", "", "", "n", "r", "l", "s", "t", "ck", "ng"}
	seen := make(map[string]bool)
	var all []Entry
	for len(all) < count {
		term := ""
		for range 1 + r.IntN(4) {
			term += first[r.IntN(len(first))] + middle[r.IntN(len(middle))] + last[r.IntN(len(last))]
		}
		if r.IntN(5) == 0 {
			term = fmt.Sprint(term[:1], r.IntN(10_000_000))
		}
		if !seen[term] {
			seen[term] = true
			all = append(all, Entry{Term: term, Documents: 1 + r.IntN(1_000)})
		}
	}
	slices.SortFunc(all, byTerm)
	return all
}

// BenchmarkLexicon measures a million and a half terms.
//
//	go test -run '^$' -bench Lexicon -benchtime 1x ./internal/search/words
func BenchmarkLexicon(b *testing.B) {
	entries := manyTerms(1_500_000)
	began := time.Now()
	l := NewLexicon(entries)
	b.Logf("made in %v, %.1f bytes a term", time.Since(began), float64(l.Bytes())/float64(l.Len()))
	for name, ask := range map[string]func(word string){
		"near":  func(word string) { l.Near(word, 5) },
		"begun": func(word string) { l.Begun(word[:3], 8) },
	} {
		b.Run(name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(3, 5))
			took := make([]time.Duration, 2_000)
			longest := ""
			var worst time.Duration
			for i := range took {
				word := ""
				for len(word) < 4 || word[1] <= '9' {
					word = entries[r.IntN(len(entries))].Term
				}
				word = misspelt(r, word)
				began := time.Now()
				ask(word + "abc"[:max(0, 3-len(word))])
				took[i] = time.Since(began)
				if took[i] > worst {
					worst, longest = took[i], word
				}
			}
			slices.Sort(took)
			b.Logf("worst %s %v", longest, worst)
			b.ReportMetric(float64(took[1_000].Microseconds())/1e3, "p50_ms")
			b.ReportMetric(float64(took[1_900].Microseconds())/1e3, "p95_ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
