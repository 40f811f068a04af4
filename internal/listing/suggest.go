package listing

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Suggester guesses the category of a listing from its title. It learns from the titles of live listings and from the
// names of the categories, and learns anew at most once an hour. One site has one; several may ask it at once.
type Suggester struct {
	db      *db.DB
	trees   *Trees
	learns  sync.Mutex
	learned atomic.Pointer[model]
}

// Suggestion is a category that a title may belong to.
type Suggestion struct {
	Category value.ID
	Score    float64 // how likely, from 0 to 1; all categories together make 1
}

// How much is learned.
const (
	relearn            = time.Hour
	titlesPerCategory  = 300
	mostLearned        = 60_000 // titles
	mostVocabulary     = 80_000 // words; more are not learned
	mostSuggestions    = 4
	leastScore         = 0.04 // a guess below it is no help
	nameWeight         = 4    // a word of a category's name counts like so many titles
	smoothing          = 0.1
	shortestWord       = 2
	pieceLength        = 4 // pieces of words count too: bicycle, bicycles; Rad, Fahrrad, Rennrad
	mostTitleWords     = 40
	learnedByMagnitude = 0.5 // how much it counts that a category is large
)

// NewSuggester returns a suggester that has learned nothing yet; it learns when it is asked first.
func NewSuggester(d *db.DB, trees *Trees) *Suggester { return &Suggester{db: d, trees: trees} }

// Suggest returns the most likely categories of a title, the likeliest first; none when no word of it was ever seen. The
// locale is the language of the title; words are learned in all languages alike, names count most in their own.
func (s *Suggester) Suggest(ctx context.Context, title string, locale value.Locale) ([]Suggestion, error) {
	m, err := s.model(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := s.trees.Tree(ctx)
	if err != nil {
		return nil, err
	}
	return m.suggest(tree, title, locale), nil
}

// model returns what was learned. While one caller learns anew, the others use what was learned before.
func (s *Suggester) model(ctx context.Context) (*model, error) {
	m := s.learned.Load()
	if m != nil && s.db.Clock().Now().Sub(m.at) < relearn {
		return m, nil
	}
	if m != nil {
		if !s.learns.TryLock() {
			return m, nil
		}
	} else {
		s.learns.Lock()
	}
	defer s.learns.Unlock()
	if m := s.learned.Load(); m != nil && s.db.Clock().Now().Sub(m.at) < relearn {
		return m, nil
	}
	m, err := s.learn(ctx)
	if err != nil {
		return nil, err
	}
	s.learned.Store(m)
	return m, nil
}

// learn reads the newest titles of every category, so many of each that a large one does not drown the small.
func (s *Suggester) learn(ctx context.Context) (*model, error) {
	tree, err := s.trees.Tree(ctx)
	if err != nil {
		return nil, err
	}
	m := newModel(s.db.Clock().Now())
	for c := range tree.All {
		for language, name := range c.Names {
			m.addName(c.ID, language, name)
		}
		m.addWords(c.ID, features(c.Slug), 1)
		if m.titles >= mostLearned {
			continue
		}
		if err := s.learnCategory(ctx, m, c.ID); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (s *Suggester) learnCategory(ctx context.Context, m *model, category value.ID) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		return db.Each(tx, func(row db.Scanner) error {
			var title string
			if err := row.Scan(&title); err != nil {
				return err
			}
			m.addTitle(category, title)
			return nil
		}, "select title from listing where category = $1 and status = 'live' order by id desc limit $2", int64(category), titlesPerCategory)
	})
}

// model is a naive Bayes classifier over the words of titles. It is not changed once it is in use.
type model struct {
	at     time.Time
	titles int
	size   map[value.ID]int                 // titles of a category
	words  map[value.ID]float64             // words of a category, with their weights
	counts map[string]map[value.ID]float32  // how often a word stands in titles of a category
	names  map[string]map[string][]value.ID // language, word of a category's name
}

func newModel(at time.Time) *model {
	return &model{at: at, size: make(map[value.ID]int), words: make(map[value.ID]float64),
		counts: make(map[string]map[value.ID]float32), names: make(map[string]map[string][]value.ID)}
}

func (m *model) addTitle(category value.ID, title string) {
	m.titles++
	m.size[category]++
	m.addWords(category, features(title), 1)
}

func (m *model) addName(category value.ID, language, name string) {
	found := features(name)
	m.addWords(category, found, nameWeight)
	if m.names[language] == nil {
		m.names[language] = make(map[string][]value.ID)
	}
	for _, word := range found {
		m.names[language][word] = append(m.names[language][word], category)
	}
}

func (m *model) addWords(category value.ID, found []string, weight float32) {
	for _, word := range found {
		of := m.counts[word]
		if of == nil {
			if len(m.counts) >= mostVocabulary {
				continue
			}
			of = make(map[value.ID]float32, 1)
			m.counts[word] = of
		}
		of[category] += weight
		m.words[category] += float64(weight)
	}
}

// titleWords are the words of a title that tell something, each once.
func titleWords(title string) []string {
	all := words(title)
	found := make([]string, 0, len(all))
	for _, word := range all[:min(len(all), mostTitleWords)] {
		if utf8.RuneCountInString(word) >= shortestWord && !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return found
}

// features are the words of a title and their pieces, each once.
func features(title string) []string {
	found := titleWords(title)
	seen := make(map[string]bool)
	for _, word := range found[:len(found):len(found)] {
		runes := []rune(word)
		for i := range len(runes) - pieceLength + 1 {
			if piece := "*" + string(runes[i:i+pieceLength]); !seen[piece] {
				seen[piece] = true
				found = append(found, piece)
			}
		}
	}
	return found
}

// suggest divides by the root of the number of features: the pieces of one word say the same thing several times, and
// would make every guess look certain.
func (m *model) suggest(tree *Tree, title string, locale value.Locale) []Suggestion {
	known := make([]map[value.ID]float32, 0, 16)
	var named [][]value.ID
	for _, word := range features(title) {
		if of, ok := m.counts[word]; ok {
			known = append(known, of)
			named = append(named, m.names[locale.Language()][word])
		}
	}
	if len(known) == 0 {
		return nil
	}
	all := make([]Suggestion, 0, len(m.words))
	for category := range m.words {
		if _, ok := tree.Category(category); !ok {
			continue
		}
		score := learnedByMagnitude * math.Log(float64(m.size[category])+1)
		for i, of := range known {
			seen := float64(of[category])
			if slices.Contains(named[i], category) {
				seen += nameWeight
			}
			score += math.Log((seen + smoothing) / (m.words[category] + smoothing*float64(len(m.counts))))
		}
		all = append(all, Suggestion{category, score / math.Sqrt(float64(len(known)))})
	}
	return best(all)
}

// best turns logarithms into shares and keeps the likeliest.
func best(all []Suggestion) []Suggestion {
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Category, b.Category))
	})
	if len(all) == 0 {
		return nil
	}
	top, sum := all[0].Score, 0.0
	for i := range all {
		all[i].Score = math.Exp(all[i].Score - top)
		sum += all[i].Score
	}
	for i := range all {
		all[i].Score /= sum
	}
	all = all[:min(len(all), mostSuggestions)]
	for i, s := range all {
		if s.Score < leastScore {
			return all[:i]
		}
	}
	return all
}
