package words

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
)

// stemmer removes the endings of one language from a folded word.
type stemmer struct {
	language string
	cut      func(*snowballstem.Env) bool
	prepare  func(word string) string // gives back what folding took and cut needs; nil for nothing
	finish   func(word string) string // cuts what folding hides from cut; nil for nothing
}

// stemmers in the order in which a site's languages take their turns, whatever their order on the site: the most careful
// first. docs/decisions/0017 says what was measured.
var stemmers = [...]stemmer{
	{language: "en", cut: english.Stem},
	{language: "de", cut: german.Stem},
	{language: "nl", cut: dutch.Stem},
	{language: "da", cut: danish.Stem},
	{language: "no", cut: norwegian.Stem},
	{language: "sv", cut: swedish.Stem},
	{language: "fr", cut: french.Stem, finish: finishFrench},
	{language: "es", cut: spanish.Stem},
	{language: "pt", cut: portuguese.Stem},
	{language: "it", cut: italian.Stem},
	{language: "ro", cut: romanian.Stem},
	{language: "ru", cut: russian.Stem, prepare: prepareRussian},
	{language: "fi", cut: finnish.Stem},
	{language: "hu", cut: hungarian.Stem},
	{language: "tr", cut: turkish.Stem},
}

// stemmersOf are those of some languages, as in "de" or "de-CH".
func stemmersOf(languages []string) []stemmer {
	wanted := make(map[string]bool)
	for _, code := range languages {
		code, _, _ = strings.Cut(strings.ToLower(code), "-")
		if code == "nb" || code == "nn" {
			code = "no"
		}
		wanted[code] = true
	}
	var all []stemmer
	for _, s := range stemmers {
		if wanted[s.language] {
			all = append(all, s)
		}
	}
	return all
}

const shortestStemmed = 3 // letters; shorter words stay as they are

// stem removes the endings of all the site's languages, one after the other, so that it does not matter which of them
// a word is of. Words with digits, and single signs, stay.
func (a *Analyzer) stem(word string) string {
	if len(word) < shortestStemmed || strings.ContainsAny(word, "0123456789") {
		return word
	}
	for _, s := range a.stemmers {
		if s.prepare != nil {
			word = s.prepare(word)
		}
		env := snowballstem.NewEnv(word)
		s.cut(env)
		if cut := env.Current(); cut != "" {
			word = cut
		}
		if s.finish != nil {
			word = s.finish(word)
		}
	}
	return word
}

// finishFrench makes équipée, whose accent folding has removed, end as équipé does, jeux as jeu, and vélos as vélo.
func finishFrench(word string) string {
	if rest, has := strings.CutSuffix(word, "eux"); has {
		return rest + "eu"
	}
	if rest, has := strings.CutSuffix(word, "os"); has && len(rest) > shortestStemmed-1 {
		return rest + "o"
	}
	for len(word) > shortestStemmed && word[len(word)-1] == 'e' {
		word = word[:len(word)-1]
	}
	return word
}

// prepareRussian writes the last letter of endings such as -ый as it was before folding.
func prepareRussian(word string) string {
	for _, vowel := range [...]string{"ы", "и", "о", "е"} {
		if rest, has := strings.CutSuffix(word, vowel+"и"); has {
			return rest + vowel + "й"
		}
	}
	return word
}

const mostCached = 32_768 // stems of a generation; one takes about 150 bytes

// cache keeps stems in two generations: when the younger is full, the older one goes. What was needed lately is in one
// of them.
type cache struct {
	young, old atomic.Pointer[sync.Map]
	size       atomic.Int64
}

func newCache() *cache {
	c := &cache{}
	c.young.Store(&sync.Map{})
	c.old.Store(&sync.Map{})
	return c
}

func (c *cache) get(word string, make func(string) string) string {
	young := c.young.Load()
	if known, ok := young.Load(word); ok {
		return known.(string)
	}
	known, ok := c.old.Load().Load(word)
	if !ok {
		known = make(word)
	}
	young.Store(strings.Clone(word), strings.Clone(known.(string)))
	if c.size.Add(1) == mostCached {
		c.old.Store(young)
		c.young.Store(&sync.Map{})
		c.size.Store(0)
	}
	return known.(string)
}
