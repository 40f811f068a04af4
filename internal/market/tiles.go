package market

import (
	"github.com/a-h/templ"

	"fairground/internal/listing"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// nofollow keeps search engines from walking through combinations of filters.
func nofollow() templ.Attributes { return templ.Attributes{"rel": "nofollow"} }

// follow is for links to other categories: search engines may take them from the plain page of a category.
func (r *results) follow() templ.Attributes {
	if r.isPlain() {
		return nil
	}
	return nofollow()
}

// looking is for the links between the ways to look. A map brings its own scripts, so it is a page of its own.
func (r *results) looking(view string) templ.Attributes {
	attributes := nofollow()
	if view != asMap && r.get("view") != asMap {
		attributes["data-live"] = true
	}
	return attributes
}

func (r *results) asList() bool { return r.get("view") == "list" }

// tiles are the cards of a part of the page. Beside a map they carry where they are; staff see why they are here.
func (r *results) tiles(listings []listing.Listing, km map[value.ID]float64, eager int, promoted bool) []tile {
	level := 2
	if promoted {
		level = 3
	}
	all := r.v.tiles(listings, km, level, eager)
	for i, l := range listings {
		if promoted {
			all[i].Badges = append([]ui.Tag{{Text: r.v.t("market.featured"), Icon: "star", Tone: ui.Paid}}, all[i].Badges...)
		}
		if r.get("view") == asMap {
			all[i].Attrs = templ.Attributes{"data-listing": l.Key(), "data-at": spotOf(l)}
		}
		if r.v.Parts.Why != nil && r.v.signedIn() {
			all[i].why = ui.Link{Text: r.v.t("market.why"), Href: r.v.Parts.Why(r.v.r, r.address(), l.ID)}
		}
	}
	return all
}

func (r *results) relaxedTiles() []tile { return r.tiles(r.relaxed.listings, r.relaxed.km, 3, false) }

// emptyText says what to do when nothing was found.
func (r *results) emptyText() string {
	if len(r.params) == 0 {
		return r.v.t("market.empty.category")
	}
	return r.v.t("market.empty.words")
}

// end is where the upper handle stands: behind the last bar unless a bound is set.
func (s span) end() int {
	if s.bars.To == 0 {
		return len(s.bars.Counts)
	}
	return s.bars.To
}
