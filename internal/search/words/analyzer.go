package words

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
