package words

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// Analyzer takes text apart for one site. It never changes, and may be used by several goroutines.
type Analyzer struct {
	stemmers []stemmer
	synonyms map[string][]synonym // by their first term
	stems    *cache
}

// New returns the analyzer of a site: its languages as in "de", in any order, and its synonyms, each a list of words or
// phrases that mean the same. Endings are known of Danish, Dutch, English, Finnish, French, German, Hungarian, Italian,
// Norwegian, Portuguese, Romanian, Russian, Spanish, Swedish and Turkish; words of other languages stay as they are.
// No languages at all mean English and German.
func New(languages []string, synonyms [][]string) *Analyzer {
	if len(languages) == 0 {
		languages = []string{"en", "de"}
	}
	a := &Analyzer{stemmers: stemmersOf(languages), stems: newCache()}
	return a.WithSynonyms(synonyms)
}

// WithSynonyms returns the analyzer with other synonyms. What was indexed by one is indexed by the other.
func (a *Analyzer) WithSynonyms(lists [][]string) *Analyzer {
	other := *a
	other.synonyms = a.collect(lists)
	return &other
}

const rules = 2 // grows when a text is taken apart in another way than before

// Print stands for the languages and rules by which texts are taken apart. What is indexed under another print is
// indexed anew. Synonyms concern queries only and do not count.
func (a *Analyzer) Print() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, rules)
	for _, s := range a.stemmers {
		fmt.Fprint(h, " ", s.language)
	}
	return h.Sum64()
}

// synonym is a word or phrase and what means the same.
type synonym struct {
	terms []string
	ways  []Way
}

const (
	mostPhrase = 5  // words of a synonym; longer ones mean nothing
	mostWays   = 16 // of a clause
)

func (a *Analyzer) collect(lists [][]string) map[string][]synonym {
	all := make(map[string][]synonym)
	for _, list := range lists {
		var ways []Way
		for _, phrase := range list {
			terms := a.Terms(phrase, mostPhrase+1)
			same := func(w Way) bool { return slices.Equal(w.Terms, terms) }
			if len(terms) > 0 && len(terms) <= mostPhrase && !slices.ContainsFunc(ways, same) {
				ways = append(ways, Way{Terms: terms, Synonym: true})
			}
		}
		for i, own := range ways {
			others := slices.Concat(ways[:i], ways[i+1:])
			if len(others) > 0 {
				all[own.Terms[0]] = append(all[own.Terms[0]], synonym{own.Terms, others})
			}
		}
	}
	return all
}

// addSynonyms adds to words in a row what means the same. What stands for several clauses becomes a way of each of
// them: whoever says (mountain or mtb) and (bike or mtb) says (mountain and bike) or mtb.
func (a *Analyzer) addSynonyms(clauses []Clause) {
	if len(a.synonyms) == 0 {
		return
	}
	additions := make([][]Way, len(clauses))
	for from := range clauses {
		var terms []string
		for to := from; to < len(clauses) && !clauses[to].Exclude && !clauses[to].Quoted && len(terms) <= mostPhrase; to++ {
			for _, w := range clauses[to].Words {
				terms = append(terms, a.Term(w))
			}
			for _, s := range a.synonyms[terms[0]] {
				if slices.Equal(s.terms, terms) {
					for i := from; i <= to; i++ {
						additions[i] = append(additions[i], s.ways...)
					}
				}
			}
		}
	}
	for i, ways := range additions {
		clauses[i].add(ways)
	}
}

func (c *Clause) add(ways []Way) {
	for _, way := range ways {
		same := func(w Way) bool { return !w.Prefix && slices.Equal(w.Terms, way.Terms) }
		if len(c.Ways) < mostWays && !slices.ContainsFunc(c.Ways, same) {
			c.Ways = append(c.Ways, way)
		}
	}
}
