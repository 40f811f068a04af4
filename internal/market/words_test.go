package market

import (
	"strings"
	"testing"

	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/search"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func TestMessagesAreComplete(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !strings.HasPrefix(p.Key, "ui.") {
			t.Error(p)
		}
	}
}

// Keys that are put together at run time have a message for every value they can have.
func TestEveryValueHasItsWord(t *testing.T) {
	t.Parallel()
	words, err := text.New(Messages())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, g := range moderation.Grounds {
		keys = append(keys, "market.ground."+string(g))
	}
	for _, kind := range listing.Kinds {
		keys = append(keys, "market.kind."+string(kind))
	}
	for _, order := range []search.Sort{search.Newest, search.Relevance, search.PriceUp, search.PriceDown, search.Distance} {
		keys = append(keys, "market.sort."+string(order))
	}
	for _, field := range []string{"ground", "explanation", "name", "email"} {
		keys = append(keys, "market.report.fault."+field)
	}
	for _, locale := range []value.Locale{"en", "de"} {
		p := words.Printer(text.Settings{Locale: locale})
		for _, key := range keys {
			if !p.Has(key) {
				t.Errorf("%s has no message for %s", locale, key)
			}
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Trek FX 3 hybrid, size M":     "trek-fx-3-hybrid-size-m",
		"Vélo Évian – très léger":      "velo-evian-tres-leger",
		"Große Straße":                 "grosse-strasse",
		"Child’s bike 20\"":            "childs-bike-20",
		"<script>alert(1)":             "script-alert-1",
		"自転車":                          "",
		"!!!":                          "",
		"a" + strings.Repeat("b", 100): "a" + strings.Repeat("b", 59),
	} {
		if got := slug(title); got != want {
			t.Errorf("slug(%q) = %q, not %q", title, got, want)
		}
	}
	if got := slug(strings.Repeat("word ", 40)); len(got) > longestSlug || strings.HasSuffix(got, "-") {
		t.Errorf("a long title gives %q", got)
	}
}

func TestTidyCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ABCDE-FGHIJ-KLMNO-PQRST":  "ABCDE-FGHIJ-KLMNO-PQRST",
		" abcdefghijklmnopqrst\n":  "ABCDE-FGHIJ-KLMNO-PQRST",
		"abcde fghij klmno pqrst.": "ABCDE-FGHIJ-KLMNO-PQRST",
		"abc":                      "ABC",
		"":                         "",
	} {
		if got := tidyCode(typed); got != want {
			t.Errorf("tidyCode(%q) = %q", typed, got)
		}
	}
}

func TestAreaLeavesRoomForNames(t *testing.T) {
	t.Parallel()
	g := &gazetteer{points: map[string]value.Point{}}
	for i, name := range []string{"Alpha", "Beta", "Gamma", "Delta", "Far away", "Here"} {
		g.names = append(g.names, name)
		g.points[name] = value.Point{Lat: 46.5 + .006*float64(i), Lon: 6.6 + .02*float64(i)}
	}
	g.points["Far away"] = value.Point{Lat: 10, Lon: 10}
	g.points["Beta"] = g.points["Gamma"] // one name would stand upon the other
	a := areaOf(listing.Place{Name: "Here", Point: value.Point{Lat: 46.5, Lon: 6.6}}, g)
	if areaOf(listing.Place{Name: "Nowhere"}, g) != nil {
		t.Error("a place without a point has a drawing")
	}
	shown := map[string]bool{}
	for _, town := range a.towns {
		shown[town.name] = true
		if town.x < 0 || town.x > areaWidth || town.y < 0 || town.y > areaHeight {
			t.Errorf("%s stands outside at %g, %g", town.name, town.x, town.y)
		}
	}
	if shown["Here"] || shown["Far away"] || shown["Beta"] && shown["Gamma"] || !(shown["Beta"] || shown["Gamma"]) {
		t.Errorf("shown: %v", shown)
	}
}

func TestAPlaceIsFoundWithoutItsAccents(t *testing.T) {
	t.Parallel()
	g := &gazetteer{names: []string{"Genève", "Évian-les-Bains", "Saint-Prex", "Saint-Gingolph", "Zürich"}}
	for typed, want := range map[string]string{
		"geneve": "Genève", "EVIAN LES BAINS": "Évian-les-Bains", "evian": "Évian-les-Bains", "saint": "", "saint p": "Saint-Prex", "zurich": "Zürich", "ge": "", "atlantis": "",
	} {
		if got := g.like(typed, true); got != want {
			t.Errorf("like(%q) = %q, not %q", typed, got, want)
		}
	}
}
