package demo

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"fairground/internal/value"
)

// Currency is what the market trades in.
const Currency = "CHF"

// Kind says what a listing is for.
type Kind string

// The kinds of listing. Jobs and services are of kind Sell: somebody offers them.
const (
	Sell   Kind = "sell"
	Wanted Kind = "wanted"
	Free   Kind = "free"
)

// Listing is one made-up listing. Everything in it is plain; turning it into rows is the caller's work.
type Listing struct {
	External    string // unique within a market: "demo-0000042"
	Kind        Kind
	Category    string // slug of a leaf
	Language    string // "en" or "de", of title and description
	Title       string
	Description string
	Price       value.Money // 0 when free, and when a wanted listing names no budget
	Attributes  []Entry     // in the order of Inherited
	Seller      int         // index into Sellers()
	Place       string      // name of a town
	Point       value.Point // exact; show Point.Coarse() to the public
	At          time.Time   // when it was written, at most 50 days before the base time
	Pictures    []Picture   // of one thing; most wanted listings have none
}

// Entry is the value of one attribute: an option's slug, "yes" or "no", a plain number, or text.
type Entry struct {
	Slug  string
	Value string
}

// Market makes listings. It does not change once made and is safe for use by several goroutines.
type Market struct {
	seed    uint64
	base    time.Time
	book    *book
	sellers *sellers
	towns   []Town
	leaves  weighted
	spots   weighted
}

// New returns the market of a seed, seen at a base time: nothing in it is newer.
func New(seed uint64, base time.Time) *Market {
	b := readBook()
	m := &Market{seed: seed, base: base.UTC().Truncate(time.Second), book: b, sellers: newSellers(), towns: Towns()}
	for _, l := range b.leaves {
		m.leaves.add(l.weight)
	}
	for _, t := range m.towns {
		m.spots.add(t.weight)
	}
	return m
}

// Generate yields the first n listings of the market.
func (m *Market) Generate(n int) iter.Seq[Listing] {
	return func(yield func(Listing) bool) {
		w := newWriter(m)
		for i := range n {
			if !yield(w.listing(i)) {
				return
			}
		}
	}
}

// Generate yields the first n listings of the market of a seed, seen at a base time.
func Generate(seed uint64, base time.Time, n int) iter.Seq[Listing] {
	return New(seed, base).Generate(n)
}

// Listing returns listing number i, the same that Generate yields at that place.
func (m *Market) Listing(i int) Listing { return newWriter(m).listing(i) }

// weighted draws an index in proportion to its weight.
type weighted struct {
	sums []int
}

func (w *weighted) add(weight int) {
	sum := weight
	if n := len(w.sums); n > 0 {
		sum += w.sums[n-1]
	}
	w.sums = append(w.sums, sum)
}

func (w *weighted) pick(r *rand.Rand) int {
	want := r.IntN(w.sums[len(w.sums)-1])
	low, high := 0, len(w.sums)-1
	for low < high {
		mid := (low + high) / 2
		if w.sums[mid] > want {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// mix spreads seeds that lie close together over all 64 bits (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func external(i int) string {
	digits := strconv.Itoa(i)
	for len(digits) < 7 {
		digits = "0" + digits
	}
	return "demo-" + digits
}
