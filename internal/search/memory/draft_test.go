package memory

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fairground/internal/search/words"
)

// TestSplitIsWhatTheAnalyzerSays cuts texts of all sorts of signs into pieces and asks about each; the analyzer reads
// them whole.
func TestSplitIsWhatTheAnalyzerSays(t *testing.T) {
	t.Parallel()
	pieces := []string{"bike", "Häuser", "E-Bike", "26\"", "🚲", "自転車", "ﬁn", "e\u0301", "\u0301", " ", "  ", "\n", ".", "'", "O'Neil", "3.5", "1,200", "_", "ß", "\xff", "\x00", "‐", "“", "C++",
		"İstanbul", "ĳ", "Straße", "ae", "que", "x", "Батарея", "वाहन", "ΑΣ", "K", strings.Repeat("long", 15), "-", "/", "a", "A", "é", "&"}
	r := rand.New(rand.NewPCG(8, 8))
	v := newVocabulary(words.New([]string{"en", "de", "fr"}, nil))
	for range 4_000 {
		var text strings.Builder
		for range r.IntN(12) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		checkSplit(t, v, text.String(), 1+r.IntN(9))
	}
	checkSplit(t, v, strings.Repeat("some words é and more ", 3_000), words.MostBody)
}

func checkSplit(t *testing.T, v *vocabulary, text string, most int) {
	t.Helper()
	v.draft++
	d := &draft{segment: newSegment(1), vocabulary: v, terms: make(map[string]uint32)}
	d.split(text, most)
	var got []string
	for _, place := range d.text {
		got = append(got, d.entries[place].Term)
	}
	if want := v.analyzer.Terms(text, most); !slices.Equal(got, want) {
		t.Errorf("%.80q is %q, want %q", text, got, want)
	}
}

// TestLists packs lists of every density and reads them in each way.
func TestLists(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	for _, size := range []int{1, 63, 64, 65, 1_000, 65_536, 65_537, 200_000} {
		var all [][]uint32
		for _, every := range []int{1, 2, 7, 100, 5_000, 1 << 30} {
			var list []uint32
			for at := range size {
				if r.IntN(every) == 0 {
					list = append(list, uint32(at))
				}
			}
			all = append(all, list)
		}
		l := newLists(size, len(all))
		for _, list := range all {
			if err := l.add(list); err != nil {
				t.Fatal(err)
			}
		}
		l.done()
		some := newSet(size)
		for at := range size {
			if r.IntN(3) == 0 {
				some.add(uint32(at))
			}
		}
		for i, list := range all {
			into := newSet(size)
			l.addTo(i, into)
			common := into.countWith(some)
			if got := into.list(nil, size); !slices.Equal(got, list) || l.count(i) != len(list) || l.countWith(i, some) != common || l.countWith(i, into) != len(list) {
				t.Errorf("list %d of %d: %d positions, want %d; %d are common, want %d", i, size, len(got), len(list), l.countWith(i, some), common)
			}
		}
	}
}

// TestNumbersBetween asks every range of codes of a column with rungs, and of one without.
func TestNumbersBetween(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	for _, having := range []float64{1, .9, .1} {
		const size = leastForRung + 100
		var all []number
		plain := make([]float64, size)
		for at := range size {
			if plain[at] = -1; r.Float64() < having {
				plain[at] = float64(int(60 * r.Float64() * r.Float64()))
				all = append(all, number{uint32(at), plain[at]})
			}
		}
		n := newNumbers(size, all)
		among := newSet(size)
		for at := range size {
			if r.IntN(4) > 0 {
				among.add(uint32(at))
			}
		}
		for low := 0.; low <= 60; low++ {
			for high := low - 1; high <= 60; high += 7 {
				into := newSet(size)
				n.addBetween(low, high, among, into, new(scratch))
				for at, v := range plain {
					if want := v >= low && v <= high && v >= 0 && among.has(uint32(at)); into.has(uint32(at)) != want {
						t.Fatalf("%v have numbers: %v at %d in %v..%v is %t", having, v, at, low, high, !want)
					}
				}
			}
		}
	}
}
