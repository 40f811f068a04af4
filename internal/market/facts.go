package market

import (
	"strconv"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/ui"
)

// facts are the attributes of a listing in words, in the order of its category.
func (v *visit) facts(l listing.Listing) []ui.Fact {
	var all []ui.Fact
	for _, a := range v.tree.Attributes(l.Category) {
		if text := v.attribute(a, l.Attributes[a.Slug]); text != "" {
			all = append(all, ui.Fact{Name: v.name(a.Names), Value: text})
		}
	}
	return all
}

// cardFacts are the few facts that tell one card from the next: "2016 · 88’000 km".
func (v *visit) cardFacts(l listing.Listing) string {
	const most = 3
	var all []string
	for _, a := range v.tree.Attributes(l.Category) {
		if text := v.attribute(a, l.Attributes[a.Slug]); a.OnCard && text != "" && len(all) < most {
			if isNumber(a) && shownUnit(a) == "" && a.Unit != "year" {
				text = v.name(a.Names) + " " + text // "4" says nothing, "Sleeps 4" does
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, " · ")
}

// attribute writes a stored value for a reader; "" when there is none.
func (v *visit) attribute(a listing.Attribute, stored string) string {
	if stored == "" {
		return ""
	}
	switch a.Type {
	case listing.ChoiceType:
		option, ok := a.Option(stored)
		if !ok {
			return stored
		}
		return v.name(option.Names)
	case listing.BooleanType:
		if stored == "true" {
			return v.t("market.yes")
		}
		return v.t("market.no")
	case listing.IntegerType, listing.DecimalType:
		return v.figure(a, stored)
	default:
		return stored
	}
}

// figure writes a number with its unit.
func (v *visit) figure(a listing.Attribute, stored string) string {
	n, err := strconv.ParseFloat(stored, 64)
	if err != nil || a.Unit == "year" {
		return stored
	}
	text := v.words.Number(n)
	switch unit := shownUnit(a); unit {
	case "":
		return text
	case "″", "°", "%":
		return text + unit
	default:
		return text + "\u00a0" + unit
	}
}

// shownUnit is the unit as it stands after a number: years have none.
func shownUnit(a listing.Attribute) string {
	if a.Unit == "year" {
		return ""
	}
	return a.Unit
}

// price is what a listing costs, or what it is instead of for sale.
func (v *visit) price(l listing.Listing) string {
	switch {
	case l.Kind == listing.Free:
		return v.t("market.price.free")
	case l.HasPrice() && l.Price.Minor == 0 && l.Kind == listing.Sell:
		return v.t("market.price.request")
	case l.HasPrice() && l.Price.Minor > 0:
		return v.words.Money(l.Price)
	case l.Kind == listing.Wanted:
		return v.t("market.price.wanted")
	case l.Kind == listing.Swap:
		return v.t("market.price.swap")
	default:
		return v.t("market.price.request")
	}
}
