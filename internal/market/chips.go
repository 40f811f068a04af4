package market

import (
	"slices"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// chip is a filter that is on, in words, and the wish without it.
type chip struct {
	text  string
	after *wish
}

// chips lists what is on: where, then the filters.
func (w *wish) chips() []chip { return append(w.whereChips(), w.filterChips()...) }

func (w *wish) whereChips() []chip {
	var all []chip
	if !w.near.IsZero() {
		text := w.get("place")
		if w.within() != anywhere {
			text = w.v.t("market.chip.around", "place", text, "distance", w.v.radius(w.within()))
		}
		all = append(all, chip{text, w.with("place", "")})
	}
	if w.has("box") {
		all = append(all, chip{w.v.t("market.chip.box"), w.with("box", "")})
	}
	if w.has("literal") {
		all = append(all, chip{w.v.t("market.chip.literal"), w.with("literal", "")})
	}
	return all
}

// filterChips lists the filters that are on, those that matter most first.
func (w *wish) filterChips() []chip {
	var all []chip
	add := func(text string, after *wish) { all = append(all, chip{text, after}) }
	if text := w.rangeText("from", "to", w.money); text != "" {
		other := w.with("from", "")
		add(text, other.with("to", ""))
	}
	for _, a := range w.attributes {
		all = append(all, w.attributeChips(a)...)
	}
	for _, name := range []string{"kind", "seller", "since"} {
		if w.has(name) {
			add(w.v.t("market."+name+"."+w.get(name)), w.with(name, ""))
		}
	}
	if w.has("photos") {
		add(w.v.t("market.facet.photos"), w.with("photos", ""))
	}
	return all
}

func (w *wish) attributeChips(a listing.Attribute) []chip {
	var all []chip
	name, label := prefix+a.Slug, w.v.name(a.Names)
	switch a.Type {
	case listing.ChoiceType:
		for _, slug := range w.params[name] {
			option, _ := a.Option(slug)
			all = append(all, chip{w.v.name(option.Names), w.without(name, slug)})
		}
	case listing.BooleanType:
		switch w.get(name) {
		case "yes":
			all = append(all, chip{label, w.with(name, "")})
		case "no":
			all = append(all, chip{w.v.t("market.chip.not", "what", label), w.with(name, "")})
		}
	default:
		text := w.rangeText(name+atLeast, name+atMost, func(figure string) string { return w.v.figure(a, figure) })
		if text != "" {
			other := w.with(name+atLeast, "")
			all = append(all, chip{label + ": " + text, other.with(name+atMost, "")})
		}
	}
	return all
}

func (w *wish) rangeText(from, to string, write func(string) string) string {
	switch {
	case w.has(from) && w.has(to):
		return write(w.get(from)) + " – " + write(w.get(to))
	case w.has(from):
		return w.v.t("market.chip.from", "least", write(w.get(from)))
	case w.has(to):
		return w.v.t("market.chip.to", "most", write(w.get(to)))
	default:
		return ""
	}
}

func (w *wish) money(figure string) string {
	m, err := value.ParseMoney(figure, w.v.settings.Currency)
	if err != nil {
		return figure
	}
	return w.v.words.Money(m)
}

// bare is the wish without any filter: the words, the category and the way to look at it remain.
func (w *wish) bare() *wish {
	other := w.but()
	for name := range other.params {
		if !slices.Contains([]string{"q", "view", "sort"}, name) {
			other.params.Del(name)
		}
	}
	other.near = value.Point{}
	other.tidy()
	return other
}
