package place

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

var (
	lausanne = value.Point{Lat: 46.52, Lon: 6.63}
	chicago  = value.Point{Lat: 41.88, Lon: -87.63}
)

func TestMain(m *testing.M) {
	if err := Check(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestFindMeansTheLikelyPlace(t *testing.T) {
	t.Parallel()
	g := Load()
	for _, c := range []struct {
		typed, country string
		near           value.Point
		want           string // name, region, country
	}{
		{"Lausanne", "CH", lausanne, "Lausanne, Vaud, CH"},
		{"  LAUSANNE ", "CH", lausanne, "Lausanne, Vaud, CH"},
		{"geneve", "CH", lausanne, "Genève, Genève, CH"},
		{"Genf", "CH", lausanne, "Genève, Genève, CH"},
		{"Zuerich", "CH", lausanne, "Zürich, Zürich, CH"},
		{"München", "DE", value.Point{}, "München, Bayern, DE"},
		{"Munich", "CH", lausanne, "München, Bayern, DE"},
		{"Sitten", "CH", lausanne, "Sion, Valais, CH"},
		{"Muenchen", "CH", lausanne, "München, Bayern, DE"},
		{"St. Gallen", "CH", lausanne, "Sankt Gallen, St. Gallen, CH"},
		{"biel", "CH", lausanne, "Biel/Bienne, Bern, CH"},
		{"Oerlikon", "CH", lausanne, "Oerlikon, Zürich, CH"},
		{"Frankfurt", "DE", value.Point{}, "Frankfurt am Main, Hessen, DE"},
		{"Villars", "CH", lausanne, "Villars-sur-Glâne, Fribourg, CH"},
		{"lausane", "CH", lausanne, "Lausanne, Vaud, CH"},
		{"Monteux", "CH", lausanne, "Monteux, Provence-Alpes-Côte d’Azur, FR"},
		{"vevye", "CH", lausanne, "Vevey, Vaud, CH"},
		{"Paris", "CH", lausanne, "Paris, Île-de-France, FR"},
		{"Paris", "US", chicago, "Paris, Texas, US"},
		{"Paris, France", "US", chicago, "Paris, Île-de-France, FR"},
		{"Paris, Frankreich", "US", chicago, "Paris, Île-de-France, FR"},
		{"Springfield", "US", chicago, "Springfield, Illinois, US"},
		{"Springfield, MA", "US", chicago, "Springfield, Massachusetts, US"},
		{"Rheinfelden", "CH", lausanne, "Rheinfelden, Aargau, CH"},
		{"Rheinfelden", "DE", value.Point{Lat: 48, Lon: 8}, "Rheinfelden, Baden-Württemberg, DE"},
	} {
		p, ok := g.Find(c.typed, c.near, c.country)
		if got := p.Name + ", " + p.Region + ", " + p.Country; !ok || got != c.want {
			t.Errorf("Find(%q, near %v, %s) = %s, %t; want %s", c.typed, c.near, c.country, got, ok, c.want)
		}
	}
}

func TestNothingIsFoundOfNothing(t *testing.T) {
	t.Parallel()
	for _, g := range []*Gazetteer{Load(), {}} {
		for _, typed := range []string{"", " ", "x", ",", ", Vaud", "🚲", "🚲🚲🚲🚲🚲🚲", "\x00", "\xff\xfe", "bicycle for sale", "qqqqqqqq", strings.Repeat("a", 10_000), strings.Repeat("é", 10_000), strings.Repeat("a,", 5_000), "%' or 1=1", "....."} {
			if p, ok := g.Find(typed, lausanne, "CH"); ok {
				t.Errorf("Find(%.20q) = %v", typed, p)
			}
		}
		if all := g.Complete("", lausanne, "CH", 8); len(all) > 0 {
			t.Errorf("nothing typed is completed to %v", all)
		}
		for _, typed := range []string{"🚲", strings.Repeat("z", 10_000), "\xff"} {
			if all := g.Complete(typed, lausanne, "CH", 8); len(all) > 0 {
				t.Errorf("%.20q is completed to %v", typed, all)
			}
		}
	}
	for _, near := range []value.Point{{Lat: 90}, {Lat: -90, Lon: 180}, {Lat: 1e300, Lon: math.NaN()}} {
		if _, ok := Load().Find("Lausanne", near, ""); !ok {
			t.Errorf("near %v Lausanne is not found", near)
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	g := Load()
	for _, c := range []struct {
		typed, country string
		want           []string // among the first, in this order
	}{
		{"laus", "CH", []string{"Lausanne"}},
		{"lo", "CH", []string{"London", "Locarno"}},
		{"mün", "CH", []string{"Münsingen", "München"}},
		{"gen", "CH", []string{"Genève"}},
		{"ST GAL", "CH", []string{"Sankt Gallen"}},
		{"zue", "CH", []string{"Zürich"}},
		{"pull", "CH", []string{"Pully"}},
		{"wohlen, ber", "CH", []string{"Wohlen"}},
	} {
		var names []string
		for _, p := range g.Complete(c.typed, lausanne, c.country, 8) {
			names = append(names, p.Name)
		}
		at := -1
		for _, want := range c.want {
			if next := slices.Index(names, want); next <= at {
				t.Errorf("Complete(%q) = %v, want %v in this order", c.typed, names, c.want)
			} else {
				at = next
			}
		}
	}
	if all := g.Complete("s", lausanne, "CH", 1_000_000); len(all) != mostCompleted {
		t.Errorf("%d places at once", len(all))
	}
	seen := map[Place]bool{}
	for _, p := range g.Complete("biel", lausanne, "CH", 20) {
		if seen[p] {
			t.Errorf("%v comes twice", p)
		}
		seen[p] = true
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	g := Load()
	for _, c := range []struct {
		at    value.Point
		names []string
		km    float64 // at most
	}{
		{lausanne, []string{"Lausanne"}, 1},
		{value.Point{Lat: 46.51, Lon: 6.66}, []string{"Pully"}, 1},
		{value.Point{Lat: 90}, []string{"Longyearbyen"}, 1400},
		{value.Point{Lat: -90}, nil, 5000},
		{value.Point{Lat: -17.5, Lon: 179.99999}, nil, 200},
		{value.Point{Lat: -17.5, Lon: -179.99999}, nil, 200},
		{value.Point{Lat: 0, Lon: -130}, nil, 4000},
	} {
		p, km := g.Nearest(c.at)
		if km > c.km || c.names != nil && !slices.Contains(c.names, p.Name) {
			t.Errorf("Nearest(%v) = %v, %.1f km; want %v within %g", c.at, p, km, c.names, c.km)
		}
		for i := 0; i < g.Places(); i += 7 { // none is nearer
			if away := value.Km(c.at, g.point(i)); away < km-1e-9 {
				t.Fatalf("%s is %g km from %v, nearer than %s with %g", g.names.at(i), away, c.at, p.Name, km)
			}
		}
	}
	if p, km := new(Gazetteer).Nearest(lausanne); p != (Place{}) || !math.IsInf(km, 1) {
		t.Errorf("the empty gazetteer knows %v", p)
	}
}

// TestTheBuildSortsAsWeDo holds fold in Go and in the build together: looking up relies on one order.
func TestTheBuildSortsAsWeDo(t *testing.T) {
	t.Parallel()
	g := Load()
	if g.Places() < 120_000 {
		t.Fatalf("only %d places", g.Places())
	}
	for i := 1; i < g.Places(); i++ {
		if g.keys.at(i-1) > g.keys.at(i) {
			t.Errorf("%q stands before %q", g.names.at(i-1), g.names.at(i))
		}
		if g.keys.at(i) == "" {
			t.Errorf("%q is folded to nothing", g.names.at(i))
		}
	}
}

func TestEveryOtherNameBelongsToAPlace(t *testing.T) {
	t.Parallel()
	g := Load()
	for line := range strings.Lines(otherNames) {
		of, others, ok := strings.Cut(strings.TrimSpace(line), ": ")
		country, name, _ := strings.Cut(of, " ")
		if _, known := g.largest(fold(name), country); !known || !ok || others == "" {
			t.Errorf("names.txt: %q is no place of %s, or has no other names", name, country)
		}
		for other := range strings.SplitSeq(others, ", ") {
			if len(g.named(fold(strings.TrimPrefix(other, "=")))) == 0 {
				t.Errorf("names.txt: %q leads nowhere", other)
			}
		}
	}
	for pair, name := range knownRegions() {
		if !slices.ContainsFunc(g.regions, func(r region) bool {
			return r.country == pair[0] && (pair[1] == "" || r.code == pair[1] && r.name == name)
		}) {
			t.Errorf("regions.txt: there is no region %v", pair)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	g := Load()
	pully, _ := g.Find("Pully", lausanne, "CH")
	evian, _ := g.Find("Evian", lausanne, "CH")
	for _, c := range []struct {
		p      Place
		locale value.Locale
		want   string
	}{
		{pully, "de-CH", "Pully, Vaud"},
		{evian, "en", "Évian-les-Bains, Auvergne-Rhône-Alpes, France"},
		{evian, "de", "Évian-les-Bains, Auvergne-Rhône-Alpes, Frankreich"},
		{evian, "xx", "Évian-les-Bains, Auvergne-Rhône-Alpes, France"},
		{Place{Name: "Berlin", Region: "Berlin", Country: "DE"}, "de", "Berlin, Deutschland"},
		{Place{Name: "Nowhere", Country: "??"}, "en", "Nowhere, ??"},
	} {
		if got := c.p.Label(c.locale, "CH"); got != c.want {
			t.Errorf("%v in %s: %q, want %q", c.p, c.locale, got, c.want)
		}
	}
}

func TestItIsQuickAndSmall(t *testing.T) {
	g := Load()
	begun := time.Now()
	if _, err := read(dist); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d places in %.1f MB of memory, decoded in %v", g.Places(), float64(g.Bytes())/1e6, time.Since(begun).Round(time.Millisecond))
	if g.Bytes() > 12_000_000 {
		t.Errorf("the gazetteer holds %d bytes", g.Bytes())
	}
	var took []time.Duration
	for _, typed := range []string{"l", "la", "lau", "laus", "s", "sa", "san", "san ", "b", "ber", "m", "mü", "z", "zür", "new", "st", "k", "p", "ca", "c"} {
		for range 20 {
			begun := time.Now()
			g.Complete(typed, lausanne, "CH", 8)
			took = append(took, time.Since(begun))
		}
	}
	slices.Sort(took)
	t.Logf("Complete: p50 %v, p95 %v", took[len(took)/2], took[len(took)*95/100])
}

func TestBrokenDataAreRefused(t *testing.T) {
	t.Parallel()
	for _, content := range [][]byte{nil, {0xff}, {1, 2}, {3, 'a', 'b', 'c', 200}, []byte(strings.Repeat("\xff", 100)), {1, 'a', 1, 'b', 0, 0, 0, 0, 0}} {
		if g, err := decode(content); err == nil {
			t.Errorf("%v is taken for %d places", content, g.Places())
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, typed := range []string{"Lausanne", "St. Gallen", "Paris, TX", "ü\u0308", "🚲", "a,b,c,d,e,f", "\xff\xc0", "''", "Zürich (Kreis 11) / Oerlikon"} {
		f.Add(typed, 46.5, 6.6)
	}
	g := Load()
	f.Fuzz(func(t *testing.T, typed string, lat, lon float64) {
		near := value.Point{Lat: lat, Lon: lon}
		if p, ok := g.Find(typed, near, "CH"); ok && p.Name == "" {
			t.Errorf("%q is found without a name", typed)
		}
		if n := len(g.Complete(typed, near, "CH", 8)); n > 8 {
			t.Errorf("%q has %d completions", typed, n)
		}
		if key := fold(typed); fold(key) != key {
			t.Errorf("%q folds to %q, and that to %q", typed, key, fold(key))
		}
	})
}

// BenchmarkComplete types common beginnings, as people do letter by letter.
func BenchmarkComplete(b *testing.B) {
	g := Load()
	typed := []string{"l", "la", "lau", "laus", "s", "sa", "san", "san ", "b", "ber", "m", "mü", "z", "zür", "new", "st", "k", "p", "ca", "c"}
	for i := 0; b.Loop(); i++ {
		g.Complete(typed[i%len(typed)], lausanne, "CH", 8)
	}
}

// BenchmarkMisspelt is the longest way that a name can take.
func BenchmarkMisspelt(b *testing.B) {
	g := Load()
	for b.Loop() {
		g.Find("lausnane", lausanne, "CH")
	}
}
