package words

import (
	"fmt"
	"hash/fnv"
)

// Analyzer takes text apart for one site. It never changes, and may be used by several goroutines.
type Analyzer struct {
	languages []string
	synonyms  [][]string
}

// New returns the analyzer of a site: its languages as in "de", the main one first, and its synonyms, each a list of
// words or phrases that mean the same.
func New(languages []string, synonyms [][]string) *Analyzer {
	return &Analyzer{languages: languages, synonyms: synonyms}
}

const rules = 2 // grows when a text is taken apart in another way than before

// Print stands for the languages and rules by which texts are taken apart. What is indexed under another print is
// indexed anew. Synonyms concern queries only and do not count.
func (a *Analyzer) Print() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, rules, a.languages)
	return h.Sum64()
}
