package demo

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"fairground/internal/value"
)

// window is how far back listings go.
const window = 50 * 24 * time.Hour

// writer makes one listing after the other and keeps its buffers. It is for one goroutine.
type writer struct {
	m      *Market
	source rand.PCG
	r      *rand.Rand
	values []string // by slot, of the listing at hand
	text   []byte
	used   []int // topics of the description at hand
	leaf   *leaf
	thing  *thing
	german bool
	town   *Town
	l      Listing
}

func newWriter(m *Market) *writer {
	w := &writer{m: m, values: make([]string, len(m.book.labels))}
	w.r = rand.New(&w.source)
	return w
}

func (w *writer) listing(i int) Listing {
	at := mix(w.m.seed ^ mix(uint64(i)))
	w.source.Seed(at, mix(at))
	clear(w.values)
	w.leaf = w.m.book.leaves[w.m.leaves.pick(w.r)]
	w.thing = &w.leaf.things[w.r.IntN(len(w.leaf.things))]
	w.town = &w.m.towns[w.m.spots.pick(w.r)]
	w.german = w.r.IntN(100) < 25
	w.l = Listing{External: external(i), Category: w.leaf.slug, Language: "en", Kind: w.kind()}
	if w.german {
		w.l.Language = "de"
	}
	w.l.Seller = w.seller()
	w.place()
	w.l.At = w.when()
	w.attributes()
	w.l.Price = value.Money{Minor: w.price(), Currency: Currency}
	w.values[slotPrice] = strconv.FormatInt(w.l.Price.Minor/100, 10)
	w.l.Attributes = w.entries()
	w.l.Title = w.title()
	w.l.Description = w.description()
	w.l.Pictures = w.pictures(at)
	return w.l
}

func (w *writer) kind() Kind {
	roll := w.r.IntN(100)
	kinds := w.leaf.family.kinds
	kind := Sell
	switch {
	case roll < kinds[0]:
	case roll < kinds[0]+kinds[1]:
		kind = Wanted
	default:
		kind = Free
	}
	w.values[slotLeaf], w.values[slotKind] = w.leaf.short, string(kind)
	return kind
}

// seller draws who lists it. Shops sell only what they deal in, and neither look for things nor give them away.
func (w *writer) seller() int {
	w.values[slotSeller] = "private"
	shops := w.m.sellers.shops[w.leaf.family.name]
	if w.l.Kind == Sell && len(shops) > 0 && w.r.IntN(100) < w.leaf.family.shops {
		w.values[slotSeller] = "shop"
		seller := shops[w.r.IntN(len(shops))]
		w.town = &w.m.towns[w.m.sellers.all[seller].town]
		return seller
	}
	seller := w.m.sellers.private[w.r.IntN(len(w.m.sellers.private))]
	if w.r.IntN(4) > 0 {
		w.town = &w.m.towns[w.m.sellers.all[seller].town]
	}
	return seller
}

// place scatters listings around the middle of their town, most of them within a kilometre.
func (w *writer) place() {
	spread := func() float64 { return (w.r.Float64() + w.r.Float64() - 1) * .014 }
	p := value.Point{Lat: w.town.Point.Lat + spread(), Lon: w.town.Point.Lon + spread()*1.4}
	w.l.Place, w.l.Point = w.town.Name, value.Point{Lat: math.Round(p.Lat*1e5) / 1e5, Lon: math.Round(p.Lon*1e5) / 1e5}
}

// when draws the moment of writing: more in recent days, and between seven in the morning and eleven at night.
func (w *writer) when() time.Time {
	back := math.Pow(w.r.Float64(), 1.3)
	at := w.m.base.Add(-time.Duration(back * float64(window)))
	if hour := at.Hour(); hour < 6 {
		at = at.Add(-time.Duration(hour+1+w.r.IntN(8)) * time.Hour)
	}
	if oldest := w.m.base.Add(-window); at.Before(oldest) {
		at = oldest
	}
	return at.Truncate(time.Second)
}

// attributes gives every attribute a value: from the thing, from the rules of the leaf, or by chance.
func (w *writer) attributes() {
	for i := range w.thing.fixed {
		f := &w.thing.fixed[i]
		slot := w.m.book.slots[f.slug]
		if f.values != nil {
			w.values[slot] = f.values[w.r.IntN(len(f.values))]
			continue
		}
		w.values[slot] = strconv.Itoa(f.low + w.r.IntN(f.high-f.low+1))
	}
	for i := range w.leaf.attributes {
		a, slot := &w.leaf.attributes[i], w.leaf.places[i]
		if w.values[slot] == "" && (a.Required || w.r.IntN(100) < w.share(a.Slug)) {
			w.values[slot] = w.draw(a)
		}
	}
	w.refine()
}

// share is in how many percent of listings an attribute is filled in when nothing demands it.
func (w *writer) share(slug string) int {
	for _, rules := range [2]*rules{&w.leaf.rules, &w.leaf.family.rules} {
		if percent, known := rules.optional[slug]; known {
			return percent
		}
	}
	return 70
}

func (w *writer) draw(a *Attribute) string {
	for _, rules := range [2]*rules{&w.leaf.rules, &w.leaf.family.rules} {
		if set := rules.sets[a.Slug]; set != nil {
			return set[w.r.IntN(len(set))]
		}
		if span, known := rules.ranges[a.Slug]; known {
			return strconv.Itoa(int(w.between(span)))
		}
	}
	switch a.Type {
	case YesNo:
		if w.r.IntN(2) == 0 {
			return "no"
		}
		return "yes"
	case Choice:
		return w.option(a)
	}
	return ""
}

// conditions are drawn as people own things: few are new, fewer broken.
var conditions = [...]int{6, 30, 74, 96, 100}

func (w *writer) option(a *Attribute) string {
	if a.Slug == "condition" {
		roll, i := w.r.IntN(100), 0
		for roll >= conditions[i] {
			i++
		}
		return a.Options[i].Slug
	}
	first := w.r.Float64() * w.r.Float64() * .6
	if w.r.IntN(2) == 0 {
		first = w.r.Float64()
	}
	return a.Options[int(first*float64(len(a.Options)))].Slug
}

// between draws from a range with most of its weight near the middle value.
func (w *writer) between(span [3]float64) float64 {
	t := w.r.Float64() + w.r.Float64() - 1
	if t < 0 {
		return span[1] + t*(span[1]-span[0])
	}
	return span[1] + t*(span[2]-span[1])
}

func (w *writer) entries() []Entry {
	entries := make([]Entry, 0, len(w.leaf.attributes))
	for i := range w.leaf.attributes {
		if v := w.values[w.leaf.places[i]]; v != "" {
			entries = append(entries, Entry{Slug: w.leaf.attributes[i].Slug, Value: v})
		}
	}
	return entries
}

// pictures are of one thing, each from another side; homes show other rooms as well.
func (w *writer) pictures(seed uint64) []Picture {
	count := 1 + w.r.IntN(4)
	switch {
	case w.l.Kind == Wanted && w.r.IntN(3) > 0:
		return nil
	case w.l.Kind == Wanted || w.leaf.family.name == "jobs":
		count = 1
	}
	list := make([]Picture, count)
	drawings := w.thing.drawings
	for i := range list {
		list[i] = Picture{Drawing: drawings[i%len(drawings)], Colour: w.values[w.m.book.slots["colour"]], Seed: seed, View: i}
	}
	return list
}
