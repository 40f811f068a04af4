package market

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// Town is a populated place of the world.
type Town struct {
	Name, Region, Country string
	Point                 value.Point
	People                int
}

// Atlas knows the populated places of the world. Both prefer the country given and what is near a point, and take names
// without accents and in any case.
type Atlas interface {
	Find(name string, near value.Point, country string) (Town, bool)
	Complete(typed string, near value.Point, country string, most int) []Town
}

// homely_km is how far from the middle of a site a place is still one of its region.
const homely_km = 200

// spot is a place that was found by its name.
type spot struct {
	name  string
	point value.Point
}

// locate looks the place up. One that nobody knows is a fault at its field, and the search goes on everywhere.
func (w *wish) locate(g *gazetteer) error {
	if err := w.hearPlace(g); err != nil || !w.has("place") || !w.near.IsZero() {
		return err
	}
	found, known, err := w.v.findPlace(g, w.get("place"), true)
	if err != nil {
		return err
	}
	if !known {
		w.wrong("place", w.get("place"), "market.fault.no_place")
		w.faults["place"] = w.v.t("market.fault.no_place", "place", w.get("place"))
		return nil
	}
	w.near = found.point
	w.params.Set("place", found.name)
	return nil
}

// findPlace looks for a place by its name: first where somebody lists from, then in the atlas. Far also takes places
// outside of the site's region, and the beginning of a name that is the only one to begin so.
func (v *visit) findPlace(g *gazetteer, name string, far bool) (found spot, known bool, err error) {
	found, err = v.ownPlace(g, name, far)
	if value.KindOf(err) != value.NotFound || v.Atlas == nil {
		return found, err == nil, ignoreMissing(err)
	}
	town, known := v.Atlas.Find(name, v.settings.Centre, v.settings.Country)
	if !known || !far && !v.isHomely(town) {
		return spot{}, false, nil
	}
	found = spot{town.Name, town.Point.Coarse()}
	if same, ok := v.Atlas.Find(town.Name, v.settings.Centre, v.settings.Country); !ok || same.Point != town.Point {
		found.name = name // its own name leads elsewhere: it keeps the one by which it was found
	}
	return found, true, nil
}

func ignoreMissing(err error) error {
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	return err
}

// ownPlace finds a place among those that live listings name.
func (v *visit) ownPlace(g *gazetteer, name string, begun bool) (spot, error) {
	var place listing.Place
	err := v.site.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		place, err = listing.FindPlace(tx, name)
		if value.KindOf(err) == value.NotFound {
			if like := g.like(name, begun); like != "" {
				place, err = listing.FindPlace(tx, like)
			}
		}
		return err
	})
	return spot{place.Name, place.Point}, err
}

// isHomely reports whether a town is of the site's region, where a bare name can only mean it.
func (v *visit) isHomely(t Town) bool {
	centre := v.settings.Centre
	return t.Country == v.settings.Country || !centre.IsZero() && value.Km(centre, t.Point) < homely_km
}

// Words that stand before a place. After a strong one comes nothing else; after a weak one only what is near counts as
// a place, because "table in oak" is none.
var (
	strong = []string{"near", "close to", "around", "bei", "nahe", "in der nähe von", "rund um", "près de", "pres de", "autour de", "vicino a", "cerca de"}
	weak   = []string{"in", "at", "à", "a", "en", "um", "vers"}
)

const mostNameWords = 4 // of a place

// hearPlace understands "bicycle near Lausanne" among the words: the place goes where places belong, and wins over the
// one in the field, because it was said later. What stands in quotes, or is meant literally, is left alone.
func (w *wish) hearPlace(g *gazetteer) error {
	for range 3 { // "near Bern near Lausanne" is the last one, whoever may write so
		words := w.get("q")
		if w.has("literal") || strings.Contains(words, `"`) {
			return nil
		}
		rest, found, heard, err := w.v.hear(g, words)
		if err != nil || !heard {
			return err
		}
		w.params.Del("q")
		w.set("q", rest)
		if w.near.IsZero() {
			w.params.Set("place", found.name)
			w.near = found.point
			delete(w.faults, "place")
			delete(w.typed, "place")
		}
		w.tidy()
	}
	return nil
}

// hear takes a place and the word before it off the end of some words.
func (v *visit) hear(g *gazetteer, words string) (rest string, found spot, heard bool, err error) {
	parts := strings.Fields(words)
	for at := len(parts) - 2; at >= 0 && at >= len(parts)-mostNameWords-1; at-- {
		name := strings.TrimRight(strings.Join(parts[at+1:], " "), ".,;!?")
		before, far := beforePlace(parts[:at+1])
		if before == 0 || utf8.RuneCountInString(name) < 2 {
			continue
		}
		if found, heard, err = v.findPlace(g, name, far); heard || err != nil {
			return strings.Join(parts[:at+1-before], " "), found, heard, err
		}
	}
	return words, spot{}, false, nil
}

// beforePlace says how many of the last words announce a place, and whether any place may follow.
func beforePlace(parts []string) (count int, far bool) {
	for n := min(4, len(parts)); n > 0; n-- {
		said := strings.ToLower(strings.Join(parts[len(parts)-n:], " "))
		if slices.Contains(strong, said) {
			return n, true
		}
		if slices.Contains(weak, said) {
			return n, false
		}
	}
	return 0, false
}

// lastPlace takes a place off the end of words that found nothing: "bicycle lausanne", and "bicycle lausane" too.
func (v *visit) lastPlace(g *gazetteer, words string) (rest string, found spot, known bool, err error) {
	parts := strings.Fields(words)
	for n := min(3, len(parts)-1); n > 0; n-- {
		name := strings.Join(parts[len(parts)-n:], " ")
		if utf8.RuneCountInString(name) < 3 || strings.ContainsAny(name, `"-`) && n == 1 && strings.HasPrefix(name, "-") {
			continue
		}
		if found, known, err = v.findPlace(g, name, false); !known && err == nil {
			if near := g.mistyped(name); near != "" {
				found, known, err = v.findPlace(g, near, false)
			}
		}
		if known || err != nil {
			return strings.Join(parts[:len(parts)-n], " "), found, known, err
		}
	}
	return words, spot{}, false, nil
}
