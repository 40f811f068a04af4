package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// judgedSet is real listings, what people might type to find some of them, and how well each listing would answer.
// A topic is a category and one to three words of some title. A listing's grade for it, whatever was typed, is
//
//	3  it is of the category and its title has every word, or a synonym of it
//	2  it is of the category and its title and text together have every word
//	1  it is of another category, and its title and text have every word
//
// and 0 otherwise. Words are compared in the singular and without case. Every topic is typed four ways: as it is; with a slip of
// the fingers in one word; with the last word not finished; and with a synonym, where it has one.
type judgedSet struct {
	documents []search.Document
	concepts  [][2]map[string]bool // of each document: of its title, of all its text
	questions []judgedQuestion
}

// judgedQuestion is what was typed, and the grades of the listings that answer it.
type judgedQuestion struct {
	kind   string
	typed  string
	grades map[value.ID]int
}

// The kinds of question, in the order of the tables.
var questionKinds = []string{"exact", "misspelt", "partial", "synonym"}

// benchSynonyms are what an operator would enter for a market such as that of the texts. Each word is typed for the
// others; a synonym of two words is none that can be looked up word by word, and so is not asked for.
var benchSynonyms = [][]string{
	{"bike", "bicycle"}, {"couch", "sofa"}, {"apartment", "apt", "flat"}, {"tv", "television"}, {"fridge", "refrigerator"},
	{"car", "auto"}, {"truck", "pickup"}, {"phone", "cellphone", "smartphone"}, {"laptop", "notebook"}, {"home", "house"},
	{"bedroom", "br"}, {"photo", "picture"}, {"dresser", "bureau"}, {"armoire", "wardrobe"}, {"bathroom", "bath"},
	{"speaker", "loudspeaker"}, {"motorcycle", "motorbike"}, {"rug", "carpet"}, {"lamp", "light"}, {"chevy", "chevrolet"},
	{"vw", "volkswagen"}, {"stroller", "pram"}, {"garage", "carport"}, {"bookcase", "bookshelf"}, {"screen", "display"},
}

const (
	topics        = 250
	fewestAnswers = 4   // listings of grade 2 or 3 that a topic must have
	mostAnswers   = 300 // and may have
)

// newJudgedSet makes the set of a seed; the same for the same texts.
func newJudgedSet(seed uint64, texts []realText) *judgedSet {
	s := &judgedSet{}
	canonical := canonicalWords()
	for i, t := range texts {
		s.documents = append(s.documents, judgedDocument(i, t))
		title := conceptsOf(t.Title, canonical)
		all := conceptsOf(t.Title+" "+t.Description, canonical)
		s.concepts = append(s.concepts, [2]map[string]bool{title, all})
	}
	frequency := make(map[string]int)
	for _, c := range s.concepts {
		for w := range c[1] {
			frequency[w]++
		}
	}
	r := rand.New(rand.NewPCG(seed, 77))
	seen := make(map[string]bool)
	for try := 0; len(seen) < topics && try < 50*topics; try++ {
		about := r.IntN(len(texts))
		typed := topicOf(r, texts[about].Title, frequency, canonical, len(texts)/5)
		key := texts[about].Category + " " + strings.Join(typed, " ")
		if len(typed) == 0 || seen[key] {
			continue
		}
		grades, answers := s.grade(s.documents[about].Category, typed, canonical)
		if answers < fewestAnswers || answers > mostAnswers {
			continue
		}
		seen[key] = true
		for _, kind := range questionKinds {
			if text := retyped(r, kind, typed, frequency); text != "" {
				s.questions = append(s.questions, judgedQuestion{kind, text, grades})
			}
		}
	}
	return s
}

var judgedCategories = []string{"car", "housing", "furniture", "bike", "electronics", "phone"}

func judgedDocument(i int, t realText) search.Document {
	return search.Document{
		Listing: value.ID(1_000 + i), Title: t.Title, Body: t.Description, Kind: search.Sell, Seller: search.Private,
		Category: value.ID(10 + slices.Index(judgedCategories, t.Category)), Path: []value.ID{1},
		Price: value.MoneyFromUnits(int64(t.Price), "USD"), At: bigSince.Add(time.Duration(i) * time.Minute),
	}
}

// canonicalWords gives each synonym the first word of its list.
func canonicalWords() map[string]string {
	all := make(map[string]string)
	for _, group := range benchSynonyms {
		for _, w := range group {
			all[w] = group[0]
		}
	}
	return all
}

func conceptsOf(text string, canonical map[string]string) map[string]bool {
	all := make(map[string]bool)
	for _, w := range plainWords(text) {
		all[conceptOf(w, canonical)] = true
	}
	return all
}

// conceptOf is a word in the singular, or the word that stands for all its synonyms.
func conceptOf(word string, canonical map[string]string) string {
	word = singular(word)
	if first, is := canonical[word]; is {
		return first
	}
	return word
}

func singular(word string) string {
	for _, end := range [][2]string{{"ches", "ch"}, {"shes", "sh"}, {"xes", "x"}, {"ies", "y"}, {"ss", "ss"}, {"s", ""}} {
		if rest, has := strings.CutSuffix(word, end[0]); has && len(rest) >= 3-len(end[1]) && len(word) > 3 {
			return rest + end[1]
		}
	}
	return word
}

// topicOf takes one to three telling words of a title: of three letters or more, and neither in every fifth listing nor
// nearly alone.
func topicOf(r *rand.Rand, title string, frequency map[string]int, canonical map[string]string, most int) (typed []string) {
	var telling []string
	for _, w := range plainWords(title) {
		n := frequency[conceptOf(w, canonical)]
		if len(w) >= 3 && n >= fewestAnswers && n <= most && !slices.Contains(telling, w) && !functionWords[w] {
			telling = append(telling, w)
		}
	}
	want := []int{1, 2, 2, 2, 3}[r.IntN(5)]
	if len(telling) < want {
		return nil
	}
	from := r.IntN(len(telling) - want + 1)
	return telling[from : from+want]
}

// functionWords tell nothing about what is looked for.
var functionWords = map[string]bool{
	"the": true, "and": true, "for": true, "with": true, "new": true, "sale": true, "great": true, "this": true, "your": true,
	"from": true, "good": true, "nice": true, "one": true, "only": true, "must": true, "all": true, "you": true, "now": true,
	"very": true, "are": true, "has": true, "like": true, "brand": true, "not": true, "available": true, "condition": true,
}

// grade says how well each listing answers a topic, and how many do well.
func (s *judgedSet) grade(category value.ID, typed []string, canonical map[string]string) (grades map[value.ID]int, answers int) {
	grades = make(map[value.ID]int)
	hasAll := func(words map[string]bool) bool {
		return !slices.ContainsFunc(typed, func(w string) bool { return !words[conceptOf(w, canonical)] })
	}
	for i, d := range s.documents {
		switch {
		case !hasAll(s.concepts[i][1]):
			continue
		case d.Category != category:
			grades[d.Listing] = 1
			continue
		case hasAll(s.concepts[i][0]):
			grades[d.Listing] = 3
		default:
			grades[d.Listing] = 2
		}
		answers++
	}
	return grades, answers
}

// retyped is a topic typed in one of the ways; "" when it cannot be.
func retyped(r *rand.Rand, kind string, typed []string, frequency map[string]int) string {
	words := slices.Clone(typed)
	switch kind {
	case "misspelt":
		at := slices.IndexFunc(words, func(w string) bool { return len(w) >= 5 && w[0] > '9' })
		if at < 0 {
			return ""
		}
		words[at] = slip(r, words[at])
		if frequency[conceptOf(words[at], nil)] > 3 { // it is another word, which may well be meant
			return ""
		}
	case "partial":
		last := words[len(words)-1]
		if len(last) < 5 {
			return ""
		}
		words[len(words)-1] = last[:3+r.IntN(len(last)-3)]
		return strings.Join(words, " ")
	case "synonym":
		for i, w := range words {
			for _, group := range benchSynonyms {
				if at := slices.Index(group, conceptOf(w, nil)); at >= 0 {
					words[i] = group[(at+1+r.IntN(len(group)-1))%len(group)]
					return strings.Join(words, " ") + " "
				}
			}
		}
		return ""
	}
	return strings.Join(words, " ") + " "
}

// neighbours are the keys beside each letter.
var neighbours = map[byte]string{
	'q': "wa", 'w': "qes", 'e': "wrd", 'r': "etf", 't': "ryg", 'y': "tuh", 'u': "yij", 'i': "uok", 'o': "ipl", 'p': "ol",
	'a': "qsz", 's': "adwx", 'd': "sfec", 'f': "dgrv", 'g': "fhtb", 'h': "gjyn", 'j': "hkum", 'k': "jli", 'l': "ko",
	'z': "xa", 'x': "zcs", 'c': "xvd", 'v': "cbf", 'b': "vng", 'n': "bmh", 'm': "nj",
}

// slip is one slip of the fingers: two letters in the wrong order, one left out, one doubled, or the key beside it. One in
// eight is in the first two letters.
func slip(r *rand.Rand, word string) string {
	at := 2 + r.IntN(len(word)-3)
	if r.IntN(8) == 0 {
		at = r.IntN(2)
	}
	before, letter, after := word[:at], word[at], word[at+1:]
	switch beside := neighbours[letter]; r.IntN(4) {
	case 0:
		if after[0] != letter {
			return before + after[:1] + string(letter) + after[1:]
		}
		return before + after
	case 1:
		return before + after
	case 2:
		if beside != "" {
			return before + beside[r.IntN(len(beside)):][:1] + after
		}
		return before + after
	default:
		return before + string(letter) + string(letter) + after
	}
}
