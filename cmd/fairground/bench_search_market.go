package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// bigMarket makes the listings that the search benchmark looks for. The n-th listing depends on the seed and n alone, so
// none is kept: whoever needs one makes it again.
type bigMarket struct {
	seed     uint64
	words    []string  // most common first
	upTo     []float64 // share of texts that the words up to this one make
	real     bool      // words and their frequencies are those of real texts
	analyzer *words.Analyzer
}

const (
	titleWords  = 6
	bodyWords   = 34
	modelShare  = .03 // of the words are model numbers, most of which occur a handful of times
	modelCount  = 400_000
	firstBig    = value.ID(1_000)
	eurosInCHF  = .96
	bigCurrency = "CHF"
)

// bigSince is when the first listing was published; the others follow half a minute apart.
var bigSince = time.Date(2025, 9, 1, 6, 0, 0, 0, time.UTC)

// towns are around which listings lie, with the thousands of people that live there.
var towns = []struct{ lat, lon, people float64 }{
	{47.377, 8.541, 436}, {46.204, 6.143, 209}, {47.560, 7.589, 178}, {46.520, 6.632, 144}, {46.948, 7.447, 137},
	{47.499, 8.724, 120}, {47.050, 8.309, 86}, {47.424, 9.377, 78}, {46.005, 8.952, 63}, {47.137, 7.247, 56},
	{46.758, 7.628, 44}, {46.806, 7.162, 38}, {47.698, 8.635, 38}, {47.100, 6.826, 36}, {46.850, 9.532, 39},
	{46.990, 6.929, 34}, {46.229, 7.360, 36}, {46.382, 6.240, 22}, {46.462, 6.843, 20}, {47.172, 8.517, 31},
}

func newBigMarket(seed uint64, texts []realText) *bigMarket {
	m := &bigMarket{seed: seed, real: len(texts) > 0, analyzer: words.New([]string{"en"}, nil)}
	var weights []float64
	m.words, weights = wordsOf(texts)
	if !m.real {
		m.words, weights = madeUpWords(25_000)
	}
	sum := 0.0
	m.upTo = make([]float64, len(weights))
	for i, w := range weights {
		sum += w
		m.upTo[i] = sum
	}
	for i := range m.upTo {
		m.upTo[i] /= sum
	}
	return m
}

// realText is a listing of the public data set.
type realText struct {
	Category, Title, Description string
	Price                        float64
}

// readTexts returns errNoData when the data set is not there.
func readTexts(shared string) ([]realText, error) {
	file, err := os.Open(filepath.Join(shared, "craigslist.jsonl.gz"))
	if os.IsNotExist(err) {
		return nil, errNoData
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	var all []realText
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var t realText
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
		}
		all = append(all, t)
	}
	return all, lines.Err()
}

// wordsOf counts the words of real texts, most common first.
func wordsOf(texts []realText) (all []string, weights []float64) {
	counts := make(map[string]float64)
	for _, t := range texts {
		for _, w := range plainWords(t.Title + " " + t.Description) {
			counts[w]++
		}
	}
	for w := range counts {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	})
	for _, w := range all {
		weights = append(weights, counts[w])
	}
	return all, weights
}

// plainWords are runs of Latin letters and digits in lower case.
func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// madeUpWords stand in for real texts: the n-th is about n times rarer than the first, as in any language.
func madeUpWords(count int) (all []string, weights []float64) {
	for i := range count {
		all = append(all, madeUpWord(i))
		weights = append(weights, 1/float64(i+6))
	}
	return all, weights
}

func madeUpWord(n int) string {
	word := ""
	for n += 400; n > 0; n /= 20 {
		word += string("bdfgklmnprtvzjwhxcbd"[n%20]) + string("aiouaiouaiouaiouaiou"[n%20])
	}
	return word
}

// listing is the n-th listing. A revision above 0 is the same one after its author changed words and price.
func (m *bigMarket) listing(n, revision int) search.Document {
	r := rand.New(rand.NewPCG(m.seed, uint64(n)))
	d := search.Document{
		Listing: firstBig + value.ID(n), Title: m.text(r, titleWords), Body: m.text(r, bodyWords), Kind: search.Sell,
		Seller: search.Private, Photos: r.IntN(4), At: bigSince.Add(time.Duration(n) * 30 * time.Second), Point: m.point(r),
		Attributes: []search.Value{
			search.Choice("brand", fmt.Sprintf("brand-%d", low(r, 200))), search.Choice("color", colors[low(r, len(colors))]),
			search.Choice("condition", conditions[low(r, len(conditions))]), search.Choice("material", materials[low(r, len(materials))]),
			search.Choice("size", sizes[low(r, len(sizes))]), search.Number("year", float64(2026-low(r, 40))),
			search.YesNo("warranty", r.IntN(4) == 0), search.YesNo("delivery", r.IntN(3) == 0),
		},
	}
	d.Category, d.Path = placeInTree(low(r, leaves))
	if r.IntN(5) == 0 {
		d.Seller = search.Business
	}
	if units := int64(30 * r.ExpFloat64() * (1 + 40*r.Float64()*r.Float64())); r.IntN(12) > 0 {
		d.Price = value.MoneyFromUnits(units, bigCurrency)
	} else {
		d.Price = value.MoneyFromUnits(units-units%25, "EUR") // so that it is a whole number in the other currency too
	}
	if revision > 0 {
		d.Price.Minor += int64(revision) * 25_00
		d.Body += fmt.Sprintf(" revised%d", revision)
	}
	return d
}

var (
	colors     = []string{"black", "white", "grey", "blue", "red", "green", "brown", "silver", "yellow", "other"}
	conditions = []string{"good", "used", "as new", "new", "for parts"}
	materials  = []string{"metal", "wood", "plastic", "cotton", "leather", "glass", "stone", "paper"}
	sizes      = []string{"m", "l", "s", "xl", "xs", "one size"}
)

// low is a number below most; low ones are more common.
func low(r *rand.Rand, most int) int { return int(float64(most) * r.Float64() * r.Float64()) }

// The tree of categories: one root, 8 sections, 40 groups, 160 leaves.
const (
	leaves   = 160
	groups   = 40
	sections = 8
)

func placeInTree(leaf int) (category value.ID, path []value.ID) {
	group := leaf % groups
	return value.ID(1_000 + leaf), []value.ID{1, value.ID(10 + group%sections), value.ID(100 + group)}
}

// point is a coarse place near a town, closer to the big ones more often.
func (m *bigMarket) point(r *rand.Rand) value.Point {
	sum := 0.0
	for _, t := range towns {
		sum += t.people
	}
	at := sum * r.Float64()
	for _, t := range towns {
		if at -= t.people; at < 0 {
			return value.Point{Lat: t.lat + .06*r.NormFloat64(), Lon: t.lon + .09*r.NormFloat64()}.Coarse()
		}
	}
	return value.Point{Lat: towns[0].lat, Lon: towns[0].lon}.Coarse()
}

func (m *bigMarket) text(r *rand.Rand, count int) string {
	var b strings.Builder
	for i := range count {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(m.word(r))
	}
	return b.String()
}

func (m *bigMarket) word(r *rand.Rand) string {
	if r.Float64() < modelShare {
		return modelNumber(low(r, modelCount))
	}
	at, _ := slices.BinarySearch(m.upTo, r.Float64())
	return m.words[min(at, len(m.words)-1)]
}

// modelNumber is a word such as "kt4821", of which a big market has very many.
func modelNumber(n int) string {
	return string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + fmt.Sprint(100+n/676)
}
