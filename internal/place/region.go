package place

import (
	_ "embed"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/value"
)

// region is a division of a country, by GeoNames' code.
type region struct {
	country, code, name string
	keys                []string // folded: its name, and its country's in some languages
}

//go:embed regions.txt
var regionNames string

func readRegions(section string) []region {
	var all []region
	for line := range strings.SplitSeq(section, "\n") {
		country, code, _ := strings.Cut(line, " ")
		all = append(all, region{country: country, code: code})
	}
	return all
}

// nameRegions calls each region by the name in regions.txt, elsewhere by that of its seat or its largest place.
func (g *Gazetteer) nameRegions() {
	first := make([]int, len(g.regions)) // its seat or largest place, and one
	for i, r := range g.region {
		if before := first[r] - 1; before < 0 || g.leads(i, before) {
			first[r] = i + 1
		}
	}
	known := knownRegions()
	for r := range g.regions {
		if name := known[[2]string{g.regions[r].country, g.regions[r].code}]; name != "" {
			g.regions[r].name = name
		} else if first[r] > 0 && known[[2]string{g.regions[r].country, ""}] == "" {
			g.regions[r].name = g.name(first[r] - 1)
		}
	}
	countries := make(map[string][]string)
	for i, r := range g.regions {
		if countries[r.country] == nil {
			for _, locale := range []value.Locale{"en", "de", "fr", "it"} {
				countries[r.country] = append(countries[r.country], fold(CountryName(r.country, locale)))
			}
		}
		g.regions[i].keys = append([]string{fold(r.name)}, countries[r.country]...)
	}
}

// isCalled reports whether a folded text is the region's code or its country's, or begins a name of either.
func (r region) isCalled(key string) bool {
	if len(key) <= 3 && (strings.EqualFold(key, r.code) || strings.EqualFold(key, r.country)) {
		return true
	}
	return len(key) >= 3 && slices.ContainsFunc(r.keys, func(name string) bool { return strings.HasPrefix(name, key) })
}

func (g *Gazetteer) leads(i, other int) bool {
	isSeat := func(i int) bool { return g.kind[i] == seat || g.kind[i] == capital }
	if isSeat(i) != isSeat(other) {
		return isSeat(i)
	}
	return g.people[i] > g.people[other]
}

// knownRegions reads lines of a country and its regions: "CH: AG Aargau; AR Appenzell Ausserrhoden". A country without
// regions, "LI:", has too few places to tell apart.
func knownRegions() map[[2]string]string {
	known := make(map[[2]string]string)
	for line := range strings.Lines(regionNames) {
		country, all, _ := strings.Cut(strings.TrimSpace(line), ":")
		if strings.TrimSpace(all) == "" {
			known[[2]string{country, ""}] = "none"
			continue
		}
		for pair := range strings.SplitSeq(all, ";") {
			code, name, _ := strings.Cut(strings.TrimSpace(pair), " ")
			known[[2]string{country, code}] = name
		}
	}
	return known
}

// Label is the place as a choice among others: its name, its region and, unless it is the site's own, its country in the
// language of a locale: "Pully, Vaud" or "Évian-les-Bains, Auvergne-Rhône-Alpes, France".
func (p Place) Label(locale value.Locale, own string) string {
	label := p.Name
	if p.Region != "" && p.Region != p.Name {
		label += ", " + p.Region
	}
	if name := CountryName(p.Country, locale); p.Country != own && name != "" && name != p.Name {
		label += ", " + name
	}
	return label
}

// CountryName is what a country is called in the language of a locale; its code where that is not known.
func CountryName(country string, locale value.Locale) string {
	code, err := language.ParseRegion(country)
	if err != nil {
		return country
	}
	if name := namer(locale).Name(code); name != "" {
		return name
	}
	return country
}

func namer(locale value.Locale) display.Namer {
	tag, err := language.Parse(string(locale))
	if names := display.Regions(tag); err == nil && names != nil {
		return names
	}
	return display.Regions(language.English)
}
