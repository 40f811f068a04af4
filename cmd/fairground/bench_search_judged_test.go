package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestQualityIsMeasuredAsTheTextbooksSay(t *testing.T) {
	t.Parallel()
	grades := map[value.ID]int{1: 3, 2: 2, 3: 1}
	best := 7 + 3/math.Log2(3) + 1/2.
	for _, c := range []struct {
		found        []value.ID
		ndcg, recall float64
	}{
		{[]value.ID{1, 2, 3}, 1, 1},
		{[]value.ID{9, 1}, 7 / math.Log2(3) / best, .5},
		{[]value.ID{3}, 1 / best, 0},
		{nil, 0, 0},
		{[]value.ID{2, 8, 7, 6, 5, 4, 99, 98, 97, 96, 1}, 3 / best, 1}, // the eleventh gains nothing
	} {
		if got := ndcg(c.found, grades, 10); math.Abs(got-c.ndcg) > 1e-9 {
			t.Errorf("%v gains %.4f, want %.4f", c.found, got, c.ndcg)
		}
		if got := recall(c.found, grades, 24); got != c.recall {
			t.Errorf("%v recalls %.2f, want %.2f", c.found, got, c.recall)
		}
	}
}

// A slip of the fingers leaves a word that is one edit away, two letters in the wrong order counted as one.
func TestSlip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		for _, word := range []string{"bicycle", "sofas", "committee"} {
			got := slip(r, word)
			if got == word || !isOneEdit(word, got) {
				t.Fatalf("%s became %s", word, got)
			}
		}
	}
}

func isOneEdit(a, b string) bool {
	for i := range len(a) {
		if a[:i]+a[i+1:] == b { // left out
			return true
		}
		if len(b) == len(a) && a[:i] == b[:i] && a[i+1:] == b[i+1:] { // replaced
			return true
		}
		if i+1 < len(a) && a[:i]+a[i+1:i+2]+a[i:i+1]+a[i+2:] == b { // in the wrong order
			return true
		}
		if len(b) > i && b[:i]+b[i+1:] == a { // doubled
			return true
		}
	}
	return false
}

func TestGradesFollowTheRules(t *testing.T) {
	t.Parallel()
	texts := []realText{
		{"furniture", "Green sofa, leather", "comfortable", 100}, {"furniture", "Leather furniture", "a couch in green", 200},
		{"housing", "Flat with green leather couches", "sunny", 900}, {"furniture", "Green chair", "leather", 20},
	}
	s := newJudgedSet(1, texts)
	grades, answers := s.grade(s.documents[0].Category, []string{"leather", "sofas", "green"}, canonicalWords())
	want := map[value.ID]int{1_000: 3, 1_001: 2, 1_002: 1}
	if !reflect.DeepEqual(grades, want) || answers != 2 {
		t.Errorf("grades %v, %d answers; want %v, 2", grades, answers, want)
	}
}

// TestJudgedSetIsTheSameAgain: the same texts and seed give the same questions, in every way of typing.
func TestJudgedSetIsTheSameAgain(t *testing.T) {
	t.Parallel()
	var texts []realText
	r := rand.New(rand.NewPCG(3, 4))
	nouns := []string{"bicycle", "sofa", "apartment", "television", "laptop", "dresser"}
	for i := range 400 {
		texts = append(texts, realText{judgedCategories[i%6], fmt.Sprintf("%s %s", madeUpWord(r.IntN(60)), nouns[r.IntN(6)]), "described well", 50})
	}
	one, two := newJudgedSet(5, texts), newJudgedSet(5, texts)
	if !reflect.DeepEqual(one.questions, two.questions) {
		t.Error("two sets of one seed differ")
	}
	for _, kind := range questionKinds {
		if one.count(kind) == 0 {
			t.Errorf("no question is %s", kind)
		}
	}
	for _, q := range one.questions {
		if strings.HasSuffix(q.typed, " ") == (q.kind == "partial") {
			t.Errorf("%q (%s) is finished, or is not", q.typed, q.kind)
		}
	}
}

func TestMarketIsTheSameAgain(t *testing.T) {
	t.Parallel()
	one, two := newBigMarket(3, nil), newBigMarket(3, nil)
	for _, n := range []int{0, 17, 4_999_999} {
		if !reflect.DeepEqual(one.listing(n, 0), two.listing(n, 0)) {
			t.Errorf("listing %d differs", n)
		}
		if d := one.listing(n, 0); len(plainWords(d.Title+" "+d.Body)) != 40 || len(d.Attributes) != 8 {
			t.Errorf("listing %d has other than 40 words and 8 attributes: %+v", n, d)
		}
		if d := one.listing(n, 2); !strings.HasSuffix(d.Body, " revised2") {
			t.Errorf("listing %d was not revised: %s", n, d.Body)
		}
	}
	ask := asker{one, 1_000}
	if q := ask.mixed(8); !reflect.DeepEqual(q, ask.mixed(8)) || len(q.Facets) != 9 || q.Words == "" {
		t.Errorf("query 8 is %+v", q)
	}
}

func TestChartsAreWellFormed(t *testing.T) {
	t.Parallel()
	g := growth{listings: 1_000, mixed: []float64{1, 2, 3}, geo: []float64{4}}
	more := g
	more.listings = 10_000
	c := &contest{listings: 1_000}
	for _, drawing := range []string{growthChart([]growth{g, more}), sidesChart(c, []standing{{title: "A & B", mixed: []float64{.3, 700}}})} {
		d := xml.NewDecoder(strings.NewReader(drawing))
		var err error
		for err == nil {
			_, err = d.Token()
		}
		if err != io.EOF || strings.Contains(drawing, "NaN") || strings.Contains(drawing, "Inf") {
			t.Errorf("%v in %s", err, drawing)
		}
	}
}

func TestGridIsMarkdown(t *testing.T) {
	t.Parallel()
	var lines []string
	table := grid{{"", "µs"}}
	table.add("one", "1")
	table.print(func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) })
	if want := []string{"|     | µs |", "| --- | -- |", "| one | 1  |"}; !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}
