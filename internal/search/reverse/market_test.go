package reverse_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// dice makes documents and queries of one small world, so that they meet often.
type dice struct {
	*rand.Rand
	words      []string
	often      *rand.Zipf // of words that are everywhere
	special    *rand.Zipf // of the words of one category
	categories int
	world      world
}

// world is how wide things are spread.
type world int

const (
	dense world = iota // everything meets everything
	real               // as on a market
)

func newDice(seed uint64, words int, w world) *dice {
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 5)), categories: 300, world: w}
	if w == dense {
		d.categories = 6
	}
	syllables := strings.Fields("ba ke li mo nu ra se ti vo zu dar fen gil hos jum kan lor mir pel qua rus sol tam ver wix yor")
	for i := range words {
		word := syllables[i%len(syllables)]
		for n := i / len(syllables); n > 0; n /= len(syllables) {
			word += syllables[n%len(syllables)]
		}
		d.words = append(d.words, word+"o")
	}
	d.often = rand.NewZipf(d.Rand, 1.15, 8, uint64(words-1))
	d.special = rand.NewZipf(d.Rand, 1.05, 20, uint64(words/20))
	return d
}

// word is one of those that people write in a category; a dense world has one language for all.
func (d *dice) word(leaf value.ID) string {
	if d.world == dense {
		return d.words[d.often.Uint64()]
	}
	return d.words[(uint64(leaf)*7_919+d.special.Uint64())%uint64(len(d.words))]
}

func (d *dice) text(words int, leaf value.ID) string {
	all := make([]string, words)
	for i := range all {
		if all[i] = d.word(leaf); i > 15 { // the rest of a description is what everybody writes
			all[i] = d.words[d.often.Uint64()]
		}
	}
	return strings.Join(all, " ")
}

func (d *dice) percent(n int) bool { return d.IntN(100) < n }

func pick[T any](d *dice, all ...T) T { return all[d.IntN(len(all))] }

// place is somewhere in a country, or near the date line or a pole when the world is dense.
func (d *dice) place() value.Point {
	if d.world == real {
		return value.Point{Lat: 47 + 7*d.Float64(), Lon: 6 + 8*d.Float64()}
	}
	return pick(d, value.Point{}, value.Point{Lat: 46.5 + d.Float64()/2, Lon: 6.5 + d.Float64()/2}, value.Point{Lat: -17 + d.Float64(), Lon: 179.5 + d.Float64()/2},
		value.Point{Lat: -17 + d.Float64(), Lon: -180 + d.Float64()/2}, value.Point{Lat: 89 + d.Float64(), Lon: 360*d.Float64() - 180})
}

// category numbers the leaves from 100; each lies under one of thirty branches, and these under the root, 1.
func (d *dice) category() value.ID { return value.ID(100 + d.IntN(d.categories)) }

func branch(leaf value.ID) value.ID { return 2 + leaf%30 }

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func (d *dice) money() value.Money {
	if d.percent(10) {
		return value.Money{}
	}
	return value.Money{Minor: int64(math.Exp(d.Float64()*9)) * 100, Currency: pick(d, "CHF", "CHF", "CHF", "EUR", "JPY", "XTS")}
}

func (d *dice) document(id value.ID) search.Document {
	leaf := d.category()
	doc := search.Document{
		Listing: id, Title: d.text(4, leaf), Body: d.text(36, leaf), Category: leaf, Path: []value.ID{1, branch(leaf), leaf}, Price: d.money(), Point: d.place(),
		Kind: pick(d, search.Sell, search.Sell, search.Wanted, search.Free), Seller: pick(d, search.Private, search.Business), Photos: d.IntN(3),
		At: start.Add(time.Duration(d.IntN(1000)) * time.Hour),
	}
	for i := range 8 {
		name := fmt.Sprintf("a%d", i)
		switch {
		case d.percent(20):
		case i < 5:
			doc.Attributes = append(doc.Attributes, search.Choice(name, fmt.Sprintf("c%d", d.IntN(8))))
		case i < 7:
			doc.Attributes = append(doc.Attributes, search.Number(name, float64(d.IntN(1000))))
		default:
			doc.Attributes = append(doc.Attributes, search.YesNo(name, d.percent(50)))
		}
	}
	return doc
}

// typed is what somebody types: words, now and then a phrase, an exclusion, an unfinished word.
func (d *dice) typed(leaf value.ID) string {
	var parts []string
	for range 1 + d.IntN(3) {
		parts = append(parts, d.word(leaf))
	}
	if d.percent(10) {
		parts = append(parts, `"`+d.word(leaf)+" "+d.word(leaf)+`"`)
	}
	if d.percent(10) {
		parts = append(parts, "-"+d.word(leaf))
	}
	text := strings.Join(parts, " ")
	if d.percent(70) {
		return text + " "
	}
	return text
}

func (d *dice) query() search.Query {
	q, leaf := search.Query{Currency: "CHF", Literal: d.percent(50)}, d.category()
	if d.percent(75) {
		q.Words = d.typed(leaf)
	}
	if d.percent(60) || d.world == real && q.Words == "" && d.percent(98) {
		q.Category = leaf
		if d.percent(20) {
			q.Category = branch(q.Category)
		}
	}
	if d.percent(45) {
		low := int64(math.Exp(d.Float64()*9)) * 100
		q.Price = &search.Span{Low: low * int64(d.IntN(2)), High: low * 3}
	}
	if at := d.place(); !at.IsZero() && (d.percent(50) || d.world == real && q.Words == "" && d.percent(80)) {
		q.Near, q.Within_km = at, pick(d, 2.0, 5, 10, 25, 25, 50, 100)
	}
	if d.percent(10) {
		q.Seller = pick(d, search.Private, search.Business)
	}
	if d.percent(10) {
		q.WithPhotos = true
	}
	d.filters(&q)
	if d.world == dense {
		d.rarities(&q)
	}
	return q
}

func (d *dice) filters(q *search.Query) {
	if d.percent(30) {
		q.Filters = append(q.Filters, search.AnyOf(fmt.Sprintf("a%d", d.IntN(5)), fmt.Sprintf("c%d", d.IntN(8)), fmt.Sprintf("c%d", d.IntN(8))))
	}
	if d.percent(20) {
		low := float64(d.IntN(1000))
		q.Filters = append(q.Filters, search.Between("a5", low, low+300))
	}
	if d.percent(5) {
		q.Filters = append(q.Filters, search.Between("a6", math.Inf(-1), float64(d.IntN(1000))), search.Is("a7", d.percent(50)))
	}
}

// rarities are conditions that few saved searches have.
func (d *dice) rarities(q *search.Query) {
	if d.percent(10) {
		q.Kind = search.Wanted
	}
	if d.percent(10) {
		q.Since = start.Add(time.Duration(d.IntN(1000)) * time.Hour)
	}
	if d.percent(10) {
		west, south := 360*d.Float64()-180, 180*d.Float64()-90
		q.Box = &search.Box{South: south, North: min(south+120, 90), West: west, East: 360*d.Float64() - 180}
	}
	if d.percent(10) {
		q.Currency = pick(d, "", "EUR", "JPY", "XXX")
	}
}
