package learn

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// Text is one text that people decided about. Its words should be in compared form (safety.Normalise).
type Text struct {
	Words   string
	Refused bool
}

// Term is a word or pair of words and how much it speaks for refusing; below nought it speaks for keeping.
type Term struct {
	Text   string  `json:"text"`
	Weight float64 `json:"weight"`
}

// Model is what was learned. It is immutable.
type Model struct {
	Bias    float64            `json:"bias"`
	Weights map[string]float64 `json:"weights"`
}

const (
	rarest    = 3     // texts that a term must occur in
	mostTerms = 8_000 // of a model
	mostRead  = 400   // words of one text
	rounds    = 12
	rate      = 0.4
	shrink    = 1e-4 // of a weight at each step; keeps rare terms from deciding
)

// Terms are the words of a text and its pairs of neighbours, each once. Numbers count as their length, so that no phone
// number is learned by heart.
func Terms(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && c != '\'' })
	words = words[:min(len(words), mostRead)]
	for i, word := range words {
		if strings.ContainsFunc(word, unicode.IsNumber) {
			words[i] = fmt.Sprintf("#%d", min(len(word), 12))
		}
	}
	seen := make(map[string]bool, 2*len(words))
	for i, word := range words {
		seen[word] = true
		if i > 0 {
			seen[words[i-1]+" "+word] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// sample is a text as training reads it.
type sample struct {
	terms   []int32
	refused bool
	fold    uint64 // equal for texts of equal terms
}

// corpus is texts made ready, with the terms that occur in them.
type corpus struct {
	names   []string
	samples []sample
}

func newCorpus(texts []Text) *corpus {
	c := &corpus{}
	number := map[string]int32{}
	for _, t := range texts {
		s := sample{refused: t.Refused}
		sum := fnv.New64a()
		for _, term := range Terms(t.Words) {
			n, known := number[term]
			if !known {
				n = int32(len(c.names))
				number[term], c.names = n, append(c.names, term)
			}
			s.terms = append(s.terms, n)
			_, _ = sum.Write([]byte(term + "\x00")) // never fails
		}
		s.fold = sum.Sum64()
		c.samples = append(c.samples, s)
	}
	return c
}

// usable marks the terms that occur in enough of the samples, the most frequent first when there are too many.
func (c *corpus) usable(samples []sample) []bool {
	counts := make([]int, len(c.names))
	for _, s := range samples {
		for _, t := range s.terms {
			counts[t]++
		}
	}
	var frequent []int32
	for t, n := range counts {
		if n >= rarest {
			frequent = append(frequent, int32(t))
		}
	}
	slices.SortFunc(frequent, func(a, b int32) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(c.names[a], c.names[b])) })
	used := make([]bool, len(c.names))
	for _, t := range frequent[:min(len(frequent), mostTerms)] {
		used[t] = true
	}
	return used
}

// fitted is a model over the numbers of a corpus.
type fitted struct {
	bias    float64
	weights []float64
	used    []bool
}

// fit trains on samples in an order drawn from the seed. The rarer kind counts as much as the other.
func (c *corpus) fit(samples []sample, seed uint64) fitted {
	f := fitted{weights: make([]float64, len(c.names)), used: c.usable(samples)}
	refused := 0
	for _, s := range samples {
		if s.refused {
			refused++
		}
	}
	if refused == 0 || refused == len(samples) {
		return f
	}
	heavy := [2]float64{float64(len(samples)) / float64(2*(len(samples)-refused)), float64(len(samples)) / float64(2*refused)}
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(samples))
	for round := range rounds {
		step := rate / float64(1+round)
		for _, i := range order {
			f.step(samples[i], step, heavy)
		}
	}
	return f
}

func (f *fitted) step(s sample, step float64, heavy [2]float64) {
	want, weight := 0.0, heavy[0]
	if s.refused {
		want, weight = 1, heavy[1]
	}
	move := step * min(weight, 10) * (want - logistic(f.score(s)))
	f.bias += move * 0.1
	scale := move / math.Sqrt(float64(len(s.terms)+1))
	for _, t := range s.terms {
		if f.used[t] {
			f.weights[t] += scale - step*shrink*f.weights[t]
		}
	}
}

// score is the sum of weights, scaled so that long texts do not score more for their length.
func (f *fitted) score(s sample) float64 {
	sum := 0.0
	for _, t := range s.terms {
		sum += f.weights[t]
	}
	return f.bias + sum/math.Sqrt(float64(len(s.terms)+1))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Train learns from all texts. It returns a model that says nothing when there are no texts of both kinds.
func Train(texts []Text, seed uint64) *Model {
	c := newCorpus(texts)
	f := c.fit(c.samples, seed)
	m := &Model{Bias: f.bias, Weights: map[string]float64{}}
	for t, w := range f.weights {
		if f.used[t] && math.Abs(w) > 1e-6 {
			m.Weights[c.names[t]] = w
		}
	}
	return m
}

// Score is how much a text looks like those that were refused, from 0 to 1.
func (m *Model) Score(words string) float64 {
	terms := Terms(words)
	sum := 0.0
	for _, term := range terms {
		sum += m.Weights[term]
	}
	return logistic(m.Bias + sum/math.Sqrt(float64(len(terms)+1)))
}

// Explain returns the terms of a text that weigh most, the weightiest first.
func (m *Model) Explain(words string, most int) []Term {
	var all []Term
	for _, term := range Terms(words) {
		if w := m.Weights[term]; w != 0 {
			all = append(all, Term{term, w})
		}
	}
	slices.SortFunc(all, func(a, b Term) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)), cmp.Compare(a.Text, b.Text))
	})
	return all[:min(len(all), most)]
}

// Top returns the terms that speak most for refusing, and those that speak most for keeping.
func (m *Model) Top(most int) (refusing, keeping []Term) {
	all := make([]Term, 0, len(m.Weights))
	for text, weight := range m.Weights {
		all = append(all, Term{text, weight})
	}
	slices.SortFunc(all, func(a, b Term) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Text, b.Text)) })
	for i := 0; i < min(most, len(all)) && all[i].Weight > 0; i++ {
		refusing = append(refusing, all[i])
	}
	for i := len(all) - 1; i >= max(0, len(all)-most) && all[i].Weight < 0; i-- {
		keeping = append(keeping, all[i])
	}
	return refusing, keeping
}

// Encode writes a model; Decode reads it.
func (m *Model) Encode() ([]byte, error) { return json.Marshal(m) }

// Decode reads what Encode wrote.
func Decode(text []byte) (*Model, error) {
	m := &Model{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("learn.Decode: %w", err)
	}
	return m, nil
}
