package searchtest

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

func testSynonyms(t *testing.T, s Subject) {
	if !s.Synonyms {
		t.Skip("opened without synonyms")
	}
	s.Put(market()...)
	s.Put(search.Document{Listing: 301, Title: "Leather couch", Category: Homes, At: firstDay.Add(-time.Hour)},
		search.Document{Listing: 302, Title: "Sofa bed", Category: Homes, At: firstDay.Add(-2 * time.Hour)},
		search.Document{Listing: 303, Title: "Familienkombi", Body: "ein Kombi", Category: Cars, At: firstDay.Add(-3 * time.Hour)})
	for _, c := range []queryCase{
		{"a word", search.Query{Words: "sofa "}, ids(301, 302)}, {"the other word, in the plural", search.Query{Words: "couches "}, ids(301, 302)},
		{"being typed", search.Query{Words: "settee"}, ids(301, 302)}, {"literally", search.Query{Words: "sofa ", Literal: true}, ids(302)},
		{"in quotes", search.Query{Words: `"sofa"`}, ids(302)}, {"excluded", search.Query{Words: "-sofa -bicycle -bike", Category: Homes}, ids(109, 301)},
		{"a word for a phrase", search.Query{Words: "kombi "}, ids(106, 303)}, {"a phrase for a word", search.Query{Words: "estate car "}, ids(106, 303)},
		{"a phrase for a phrase, and a word", search.Query{Words: "station wagon diesel "}, ids(106)}, {"not half a phrase", search.Query{Words: "wagon diesel ", Literal: true}, nil},
		{"beside another word", search.Query{Words: "sunny apartment "}, ids(108)},
	} {
		result := find(t, s, c.q)
		if got := listings(result); !slices.Equal(got, c.want) || result.Total != len(c.want) || len(result.Corrected) > 0 {
			t.Errorf("%s: found %v of %d (%v), want %v", c.name, got, result.Total, result.Corrected, c.want)
		}
	}
}

func testTypos(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range []struct {
		words, typed, meant string
		want                []value.ID
	}{
		{"bycicle ", "bycicle", "bicycle", ids(108, 106, 102, 101)}, {"red bicylce ", "bicylce", "bicycle", ids(108, 101)}, {"vicycle ", "vicycle", "bicycle", ids(108, 106, 102, 101)},
		{"mountian", "mountian", "mountain", ids(102)}, {"dieesl ", "dieesl", "diesel", ids(106)}, {"fharrad ", "fharrad", "", ids(103)}, {"🚲 almsot ", "almsot", "almost", ids(110)},
	} {
		result := find(t, s, search.Query{Words: c.words})
		if !s.Typos {
			if len(result.Hits)+len(result.Corrected) > 0 || result.Meant != "" {
				t.Errorf("%s: found %v, corrected %v", c.words, listings(result), result.Corrected)
			}
			continue
		}
		if got := listings(result); !slices.Equal(got, c.want) || len(result.Corrected) != 1 || result.Corrected[0].Typed != c.typed ||
			c.meant != "" && !strings.EqualFold(result.Corrected[0].Meant, c.meant) {
			t.Errorf("%s: found %v, corrected %v, want %v by %s", c.words, got, result.Corrected, c.want, c.meant)
		}
	}
	for _, q := range []search.Query{{Words: "bycicle ", Literal: true}, {Words: `"bycicle"`}, {Words: "bycicle 3x7q9 "}, {Words: "bxxyccle "}} {
		if result := find(t, s, q); len(result.Hits) > 0 {
			t.Errorf("%s (literally: %t): found %v", q.Words, q.Literal, listings(result))
		}
	}
	for _, words := range []string{"bicycle ", "bicycle -bycicle", "kinder "} {
		if result := find(t, s, search.Query{Words: words}); len(result.Corrected) > 0 || len(result.Hits) == 0 {
			t.Errorf("%s: found %v, corrected %v", words, listings(result), result.Corrected)
		}
	}
}

func testComplete(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range []struct {
		typed string
		want  string // the first one
		finds int
	}{
		{"bicy", "bicycle", 4}, {"Moun", "mountain", 1}, {"red bic", "red bicycle", 2}, {"wohn", "wohnungen", 1}, {"fahrr", "fahrräder", 1}, {"fahrrä", "fahrräder", 1}, {"kay", "kayak", 1},
	} {
		all, err := s.Index.Complete(t.Context(), c.typed, 5)
		if err != nil || len(all) == 0 || len(all) > 5 || !strings.EqualFold(all[0].Text, c.want) || all[0].Listings < c.finds {
			t.Errorf("%s goes on as %v, %v, want %s, which finds %d", c.typed, all, err, c.want, c.finds)
		}
	}
	for _, typed := range []string{"", " ", "x", "zzzzz", `"red city bi`, "-", "_p", "🚲🚲", strings.Repeat("long ", 3_000), "\xff\x00", "bicycle "} {
		if _, err := s.Index.Complete(t.Context(), typed, 5); err != nil {
			t.Errorf("%.20q: %v", typed, err)
		}
	}
	if all, err := s.Index.Complete(t.Context(), "bicy", 0); len(all) > 0 || err != nil {
		t.Errorf("no completions wanted: %v, %v", all, err)
	}
	if all, err := s.Index.Complete(t.Context(), "zzzzz", 5); len(all) > 0 || err != nil {
		t.Errorf("nothing begins with zzzzz: %v, %v", all, err)
	}
	s.Remove(111)
	if all, err := s.Index.Complete(t.Context(), "kaya", 5); len(all) > 0 || err != nil {
		t.Errorf("what is gone is proposed: %v, %v", all, err)
	}
}

func testAlike(t *testing.T, s Subject) {
	s.Put(market()...)
	alike := func(d search.Document, most int) []search.Neighbour {
		t.Helper()
		all, err := s.Index.Alike(t.Context(), d, most)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range all {
			if n.Likeness <= 0 || n.Likeness > 1 || i > 0 && n.Likeness > all[i-1].Likeness || n.Listing == 0 || n.Category == 0 || n.Kind == "" {
				t.Errorf("%s: neighbour %d is %+v", d.Title, i, n)
			}
		}
		if len(all) > most {
			t.Errorf("%d neighbours, where %d are enough", len(all), most)
		}
		return all
	}
	first := func(name string, all []search.Neighbour, want value.ID) {
		t.Helper()
		if len(all) == 0 || all[0].Listing != want {
			t.Errorf("%s: most alike is %+v, want %d", name, all, want)
		}
	}
	first("by its title", alike(search.Document{Title: "City bicycle, red"}, 5), 101)
	first("in a category", alike(search.Document{Title: "Nice red car", Category: Cars}, 5), 106)
	first("by its attributes", alike(search.Document{Category: Bicycles, Attributes: values("black", "city", 10, true)}, 5), 104)
	first("by both", alike(search.Document{Title: "Diesel car", Category: Cars, Attributes: []search.Value{search.Choice("fuel", "diesel"), search.Number("km", 120_000)}}, 5), 106)
	if got := alike(search.Document{Title: "City bicycle, red"}, 1); len(got) != 1 || got[0].Price != chf(250) || got[0].Category != Bicycles || got[0].Kind != search.Sell || got[0].Likeness < .99 {
		t.Errorf("the neighbour is %+v", got)
	}
	for _, n := range alike(search.Document{Listing: 101, Title: "Red city bicycle", Category: Bicycles}, 20) {
		if n.Listing == 101 {
			t.Error("a listing is its own neighbour")
		}
	}
	for _, n := range alike(search.Document{Title: "Car", Category: Vehicles}, 20) {
		if n.Category != Cars && n.Category != Bicycles {
			t.Errorf("a neighbour of another category: %+v", n)
		}
	}
	for name, d := range map[string]search.Document{"nothing": {}, "unknown words": {Title: "qqqq zzzz"}, "an empty category": {Title: "Red city bicycle", Category: 99},
		"signs": {Title: "-- \"' *"}} {
		if got := alike(d, 5); len(got) > 0 {
			t.Errorf("alike %s: %+v", name, got)
		}
	}
	if got := alike(search.Document{Title: strings.Repeat("bicycle red ", 4_000), Body: "x", Attributes: make([]search.Value, 300)}, 0); len(got) > 0 {
		t.Errorf("none wanted: %v", got)
	}
}

func testWhy(t *testing.T, s Subject) {
	s.Put(market()...)
	why := func(q search.Query, listing value.ID) search.Why {
		t.Helper()
		w, err := s.Index.Why(t.Context(), q, listing)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, r := range w.Reasons {
			sum += r.Points
		}
		if math.Abs(sum-w.Score) > .01 || w.Found != (w.Rank > 0) {
			t.Errorf("%s of %d: %+v", show(q), listing, w)
		}
		return w
	}
	has := func(w search.Why, what string, met bool) bool {
		return slices.ContainsFunc(w.Reasons, func(r search.Reason) bool { return r.What == what && r.Met == met })
	}
	q := search.Query{Words: "bicycle ", Sort: search.Relevance, Near: Lausanne}
	inTitle, inBody := why(q, 101), why(q, 102)
	if inTitle.Rank != 1 || !has(inTitle, "title", true) || !has(inBody, "body", true) || inBody.Rank != 4 || inBody.Score >= inTitle.Score || !has(inTitle, "near", true) || !has(inTitle, "quality", true) {
		t.Errorf("in the title: %+v, in the body: %+v", inTitle, inBody)
	}
	if w := why(search.Query{Words: "bicycle ", Category: Homes, Filters: filters(search.Is("balcony", true)), Kind: search.Sell}, 108); !w.Found || w.Rank != 1 || !has(w, "category", true) || !has(w, "filter", true) || !has(w, "kind", true) {
		t.Errorf("with conditions: %+v", w)
	}
	if w := why(search.Query{Category: Homes, WithPhotos: true, Price: &search.Span{High: 5}, Currency: "CHF"}, 109); w.Found || !has(w, "category", true) || !has(w, "photos", false) || !has(w, "price", false) {
		t.Errorf("with conditions that it does not meet: %+v", w)
	}
	if w := why(search.Query{Words: "bicycle kayak", Literal: true}, 101); w.Found || !has(w, "title", true) {
		t.Errorf("with a word that it does not have: %+v", w)
	}
	if w := why(search.Query{}, 105); !w.Found || w.Rank != 8 {
		t.Errorf("of everything: %+v", w)
	}
	if s.Synonyms {
		if w := why(search.Query{Words: "apartment "}, 108); !w.Found || !has(w, "synonym", true) {
			t.Errorf("by a synonym: %+v", w)
		}
	}
	if w := why(q, 999); w.Found {
		t.Errorf("a listing that is not there: %+v", w)
	}
	if _, err := s.Index.Why(t.Context(), search.Query{Sort: "cheapest"}, 101); value.KindOf(err) != value.Invalid {
		t.Errorf("of a bad query: %v", err)
	}
}

// testRanking orders listings that differ in one thing only.
func testRanking(t *testing.T, s Subject) {
	day := 24 * time.Hour
	at := time.Now().Add(-60 * day).Truncate(time.Hour)
	one := func(id value.ID, change func(*search.Document)) search.Document {
		d := search.Document{Listing: id, Title: "Oak table", Body: "Seats six.", Category: Homes, Path: ids(Everything), Kind: search.Sell, Seller: search.Private, At: at}
		change(&d)
		return d
	}
	same := func(*search.Document) {}
	for _, c := range []struct {
		name          string
		better, worse func(*search.Document)
		near          value.Point
		everywhere    bool // any index orders so
	}{
		{name: "title before body", worse: func(d *search.Document) { d.Title, d.Body, d.At = "Furniture of wood", "An oak table.", at.Add(day) }, everywhere: true},
		{name: "fresh before old", better: func(d *search.Document) { d.At = at.Add(40 * day) }, everywhere: true},
		{name: "photos", better: func(d *search.Document) { d.Photos = 3 }},
		{name: "a short title", worse: func(d *search.Document) { d.Title = "Oak table and other things of a house" }},
		{name: "near", better: func(d *search.Document) { d.Point = Lausanne }, worse: func(d *search.Document) { d.Point = Berne }, near: Lausanne},
		{name: "a rare word in the title", better: func(d *search.Document) { d.Title, d.Body = "Oak thing", "table" }, worse: func(d *search.Document) { d.Title, d.Body = "Table thing", "oak" }},
	} {
		if !c.everywhere && !s.Ranked {
			continue
		}
		for _, change := range []*func(*search.Document){&c.better, &c.worse} {
			if *change == nil {
				*change = same
			}
		}
		var others []search.Document
		for i := range 20 { // tables are common, oak is rare
			others = append(others, one(value.ID(500+i), func(d *search.Document) { d.Title = "Table" }))
		}
		s.Put(others...)
		s.Put(one(400, c.better), one(401, c.worse))
		got := listings(find(t, s, search.Query{Words: "oak table ", Near: c.near, Sort: search.Relevance}))
		if !slices.Equal(got, ids(400, 401)) {
			t.Errorf("%s: the order is %v, want 400 and 401", c.name, got)
		}
	}
}

// testExtremes asks what nobody should.
func testExtremes(t *testing.T, s Subject) {
	s.Put(market()...)
	var manyWords strings.Builder
	for i := range 10_000 {
		manyWords.WriteString(Word(i))
		manyWords.WriteByte(' ')
	}
	everywhere := []search.FacetRequest{{Attribute: search.ByPrice, Histogram: true}, {Attribute: "km", Histogram: true}, {Attribute: "color"}, {Attribute: search.ByCategory}}
	for name, q := range map[string]search.Query{
		"ten thousand different words": {Words: manyWords.String()}, "stop words only": {Words: "the a an of and or to in on der die das und"},
		"emoji only": {Words: "🚲🏠👩‍👩‍👧‍👦🇨🇭"}, "mixed scripts": {Words: "vélo велосипед 自転車 دراجة אופניים"}, "like a regular expression": {Words: `^(a+)+$ [a-z]{1,9999} .*\b(?:x|y)*? \p{L}`},
		"only exclusions": {Words: "-a -b -c -d"}, "one letter": {Words: "a"}, "a long word": {Words: strings.Repeat("ab", 5_000)}, "like a statement": {Words: `x'); drop table listing; --`},
		"the deepest page": {Page: search.MostPages, Limit: search.MostHits}, "the greatest span": {Currency: "CHF", Price: &search.Span{Low: math.MinInt64, High: math.MaxInt64}},
		"a span upside down": {Currency: "CHF", Rates: rates, Price: &search.Span{Low: math.MaxInt64, High: math.MinInt64}},
		"the greatest range": {Filters: filters(search.Between("km", math.Inf(-1), math.Inf(1)))}, "an infinite range": {Filters: filters(search.Between("km", math.Inf(1), math.Inf(1)))},
		"tiny numbers":   {Filters: filters(search.Between("km", -math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64))},
		"the north pole": {Near: value.Point{Lat: 90, Lon: 0}, Within_km: 60, Sort: search.Distance}, "the south pole": {Near: value.Point{Lat: -90, Lon: 180}, Within_km: 1, Sort: search.Distance},
		"on the date line": {Near: value.Point{Lat: 0, Lon: 180}, Within_km: 20_000}, "a box without height": {Box: &search.Box{South: 0, West: -180, North: 0, East: 180}},
		"endless distance": {Near: Berne, Within_km: math.MaxFloat64}, "before time began": {Since: time.Unix(-1<<40, 0)}, "after its end": {Since: time.Unix(1<<40, 0)},
		"a tiny rate": {Currency: "CHF", Rates: search.Rates{"EUR": 1e-9}, Sort: search.PriceUp}, "a huge rate": {Currency: "CHF", Rates: search.Rates{"EUR": 1e9}, Sort: search.PriceDown},
	} {
		q.Facets = everywhere
		result, err := s.Index.Search(t.Context(), q)
		if err != nil || len(result.Facets) != len(everywhere) || len(result.Hits) > result.Total {
			t.Errorf("%s: %v, %d facets, %d hits of %d", name, err, len(result.Facets), len(result.Hits), result.Total)
		}
		if _, err := s.Index.Clusters(t.Context(), q, 20); err != nil {
			t.Errorf("clusters of %s: %v", name, err)
		}
		if _, err := s.Index.Why(t.Context(), q, 101); err != nil {
			t.Errorf("why for %s: %v", name, err)
		}
	}
	for name, b := range map[string]search.Box{"upside down": {South: 10, North: 5}, "off the globe": {South: -91, North: 5}, "no number": {South: math.NaN(), North: 5}, "too far east": {East: 181}} {
		if _, err := s.Index.Search(t.Context(), search.Query{Box: &b}); value.KindOf(err) != value.Invalid {
			t.Errorf("a box that is %s: %v", name, err)
		}
	}
	pole := find(t, s, search.Query{Near: value.Point{Lat: 90, Lon: 77}, Within_km: 60})
	if got := listings(pole); !slices.Equal(got, ids(112)) {
		t.Errorf("at the pole: %v", got)
	}
}
