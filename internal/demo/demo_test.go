package demo

import (
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fairground/internal/value"
)

func noon() time.Time { return time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC) }

func some(n int) []Listing { return slices.Collect(Generate(2026, noon(), n)) }

func TestSameSeedSameListings(t *testing.T) {
	t.Parallel()
	long, short := some(400), some(60)
	if !reflect.DeepEqual(long[:60], short) {
		t.Error("listings depend on how many are made")
	}
	m := New(2026, noon())
	if got := m.Listing(317); !reflect.DeepEqual(got, long[317]) {
		t.Errorf("Listing(317) = %+v, Generate made %+v", got, long[317])
	}
	other := slices.Collect(Generate(2027, noon(), 60))
	if reflect.DeepEqual(other, short) {
		t.Error("another seed made the same listings")
	}
}

func TestEveryLeafGenerates(t *testing.T) {
	t.Parallel()
	made := map[string]int{}
	for _, l := range some(4000) {
		made[l.Category]++
	}
	for _, c := range Catalogue() {
		if c.Leaf != (made[c.Slug] > 0) {
			t.Errorf("%s: leaf %v, %d listings", c.Slug, c.Leaf, made[c.Slug])
		}
	}
}

// unfit says what is wrong with the attributes of a listing, "" for nothing.
func unfit(l Listing, attributes []Attribute) string {
	given := map[string]string{}
	for _, e := range l.Attributes {
		if given[e.Slug] != "" || e.Value == "" {
			return e.Slug + " is empty or there twice"
		}
		given[e.Slug] = e.Value
	}
	for _, a := range attributes {
		text, there := given[a.Slug]
		delete(given, a.Slug)
		switch {
		case !there && a.Required:
			return a.Slug + " is missing"
		case there && !fits(a, text, l.Attributes):
			return a.Slug + " cannot be " + text
		}
	}
	for slug := range given {
		return slug + " does not belong to " + l.Category
	}
	return ""
}

func fits(a Attribute, text string, all []Entry) bool {
	switch a.Type {
	case YesNo:
		return text == "yes" || text == "no"
	case Text:
		return utf8.RuneCountInString(text) <= 80
	case Choice:
		of := ""
		for _, e := range all {
			if e.Slug == a.DependsOn {
				of = e.Value
			}
		}
		return slices.ContainsFunc(a.Options, func(o Option) bool { return o.Slug == text && o.Of == of })
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || a.Type == Integer && number != float64(int64(number)) {
		return false
	}
	return a.High == 0 || number >= a.Low && number <= a.High
}

func TestFitsSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	model := Attribute{Slug: "model", Type: Choice, DependsOn: "make", Options: []Option{{Slug: "clio", Of: "renault"}}}
	for _, c := range []struct {
		a    Attribute
		text string
		all  []Entry
		want bool
	}{
		{model, "clio", []Entry{{"make", "renault"}}, true},
		{model, "clio", []Entry{{"make", "fiat"}}, false},
		{Attribute{Type: Integer, Low: 1, High: 5}, "6", nil, false},
		{Attribute{Type: Integer}, "2.5", nil, false},
		{Attribute{Type: YesNo}, "true", nil, false},
	} {
		if got := fits(c.a, c.text, c.all); got != c.want {
			t.Errorf("fits(%v, %q) = %v", c.a, c.text, got)
		}
	}
}

func inherited() map[string][]Attribute {
	tree, all := Catalogue(), map[string][]Attribute{}
	for _, c := range tree {
		if c.Leaf {
			all[c.Slug] = Inherited(tree, c.Slug)
		}
	}
	return all
}

func TestListingsFitTheCatalogue(t *testing.T) {
	t.Parallel()
	all, names, people, seen := inherited(), Drawings(), len(Sellers()), map[string]bool{}
	for _, l := range some(6000) {
		if wrong := unfit(l, all[l.Category]); wrong != "" {
			t.Errorf("%s (%s): %s", l.External, l.Title, wrong)
		}
		if seen[l.External] || l.Seller < 0 || l.Seller >= people {
			t.Errorf("%s: there twice, or seller %d", l.External, l.Seller)
		}
		seen[l.External] = true
		if age := noon().Sub(l.At); age < 0 || age > window {
			t.Errorf("%s is %v old", l.External, age)
		}
		for _, p := range l.Pictures {
			if !slices.Contains(names, p.Drawing) {
				t.Errorf("%s: no drawing %q", l.External, p.Drawing)
			}
		}
	}
}

func TestTextsAndPrices(t *testing.T) {
	t.Parallel()
	german, total := 0, 0
	for _, l := range some(6000) {
		total++
		if l.Language == "de" {
			german++
		}
		title, body := utf8.RuneCountInString(l.Title), utf8.RuneCountInString(l.Description)
		if title < 3 || title > 140 || body < 20 || body > 20000 {
			t.Errorf("%s: title of %d, description of %d runes", l.External, title, body)
		}
		if text := l.Title + " " + l.Description; strings.ContainsAny(text, "{}|#@") || strings.Contains(text, "  ") || strings.Contains(text, "http") {
			t.Errorf("%s: unresolved marks: %s", l.External, text)
		}
		if l.Price.Currency != Currency || l.Price.Minor < 0 || l.Price.Minor == 0 && l.Kind == Sell || l.Kind == Free && l.Price.Minor != 0 {
			t.Errorf("%s: %s for %v", l.External, l.Kind, l.Price)
		}
	}
	if share := 100 * german / total; share < 15 || share > 35 {
		t.Errorf("%d%% are German", share)
	}
}

func TestSellersAreDistinct(t *testing.T) {
	t.Parallel()
	slugs := map[string]bool{}
	for _, s := range Sellers() {
		if slugs[s.Slug] || s.Name == "" || s.Place == "" {
			t.Errorf("seller %+v is there twice, or incomplete", s)
		}
		slugs[s.Slug] = true
	}
}

func TestSharedPool(t *testing.T) {
	t.Parallel()
	pool := map[Picture]bool{}
	for _, l := range some(3000) {
		for _, p := range l.Pictures {
			s := shared(p)
			pool[s] = true
			if s.Drawing != p.Drawing || s.Colour != "" && p.Colour != "" && s.Colour != p.Colour {
				t.Errorf("shared(%+v) = %+v", p, s)
			}
			if s.Seed != shared(Picture{p.Drawing, p.Colour, p.Seed, 0}).Seed {
				t.Errorf("%s: pictures show different things", l.External)
			}
		}
	}
	t.Logf("%d pictures", len(pool))
	if len(pool) < 300 || len(pool) > 460 {
		t.Errorf("the pool holds %d pictures", len(pool))
	}
}

func TestSuspiciousIsValid(t *testing.T) {
	t.Parallel()
	list, all, seen := Suspicious(noon()), inherited(), map[string]bool{}
	if len(list) < 35 {
		t.Fatalf("only %d", len(list))
	}
	for _, l := range list {
		if wrong := unfit(l, all[l.Category]); wrong != "" || all[l.Category] == nil {
			t.Errorf("%s in %q: %s", l.External, l.Category, wrong)
		}
		if seen[l.External] || !strings.HasPrefix(l.External, "demo-held-") || l.Price.Minor <= 0 || l.Price.Currency != Currency {
			t.Errorf("%s: there twice, or price %v", l.External, l.Price)
		}
		if l.Seller < 0 || l.Seller >= privateSellers || l.Point == (value.Point{}) || l.At.After(noon()) {
			t.Errorf("%s: seller %d, point %v, at %v", l.External, l.Seller, l.Point, l.At)
		}
		seen[l.External] = true
	}
}

func BenchmarkGenerate(b *testing.B) {
	m, n := New(2026, noon()), 0
	w := newWriter(m)
	for b.Loop() {
		w.listing(n)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "listings/s")
}

// A category whose icon is not built would stand there without one.
func TestEveryIconOfTheCatalogueIsBuilt(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../ui/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	built := strings.Fields(string(text))
	for _, c := range Catalogue() {
		if !slices.Contains(built, c.Icon) {
			t.Errorf("%s has the icon %q, which is not in internal/ui/icons.txt", c.Slug, c.Icon)
		}
	}
}
