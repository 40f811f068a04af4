package market

import (
	"math"

	"github.com/a-h/templ"

	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// tile is a card of a listing with what stands below it.
type tile struct {
	ui.Card
	facts   string
	about   string          // what the price is in the site's currency, where it is in another
	excerpt string          // of the description, for lists
	save    templ.Component // the button that saves it; nil for none
	why     ui.Link         // for staff
}

const excerptLength = 220 // characters

const cardWidths = "(max-width: 40rem) 50vw, (max-width: 60rem) 33vw, 18rem"

// tiles makes the cards of listings. km may be nil; the first eager ones load their photo at once.
func (v *visit) tiles(listings []listing.Listing, km map[value.ID]float64, level, eager int) []tile {
	all := make([]tile, len(listings))
	for i, l := range listings {
		all[i] = tile{
			Card: v.card(l, level, i < eager), facts: v.cardFacts(l), about: v.worth(l),
			excerpt: clip(l.Body, excerptLength), save: v.hearts[l.ID],
		}
		if distance, known := km[l.ID]; known {
			all[i].Place = joined(l.Place.Name, v.distance(distance))
		}
	}
	return all
}

func (v *visit) card(l listing.Listing, level int, eager bool) ui.Card {
	c := ui.Card{
		Href: pathOf(l), Price: v.price(l), Title: l.Title, Level: level,
		Place: joined(l.Place.Name, v.words.Ago(l.Published)),
	}
	if len(l.Photos) > 0 {
		c.Picture = picture(l.Photos[0], cardWidths)
		c.Picture.Alt, c.Picture.Eager = "", eager
	}
	if l.Seller.Kind == listing.Business {
		c.Badges = append(c.Badges, ui.Tag{Text: v.t("market.badge.shop"), Icon: "store", Tone: ui.Safe})
	}
	if !l.Reserved.IsZero() {
		c.Badges = append(c.Badges, ui.Tag{Text: v.t("market.reserved"), Icon: "lock", Tone: ui.Paid})
	}
	if l.Kind == listing.Wanted || l.Kind == listing.Swap {
		c.Badges = append(c.Badges, ui.Tag{Text: v.t("market.kind." + string(l.Kind)), Tone: ui.Paid})
	}
	return c
}

// worth is what a price in another currency is worth, by the site's rates, in round figures; "" without a rate.
func (v *visit) worth(l listing.Listing) string {
	rate := v.settings.Rates[l.Price.Currency]
	if rate <= 0 || l.Price.Minor <= 0 || l.Price.Currency == v.settings.Currency || l.Kind == listing.Free {
		return ""
	}
	major := float64(l.Price.Minor) / math.Pow10(value.Digits(l.Price.Currency)) * rate
	if step := math.Pow10(max(0, int(math.Log10(major))-2)); major >= 1 { // three figures say enough
		major = math.Round(major/step) * step
	}
	units := int64(math.Max(1, math.Round(major)))
	return v.t("market.price.about", "price", v.words.Money(value.MoneyFromUnits(units, v.settings.Currency)))
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// picture is a stored photo in all its sizes.
func picture(p listing.Photo, widths string) ui.Picture {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if len(p.Sha256) < 2 || len(sizes) == 0 {
		return ui.Picture{}
	}
	shown := sizes[min(1, len(sizes)-1)]
	pic := ui.Picture{
		Src: media.Path + shown.Key, Width: shown.Width, Height: shown.Height, Alt: p.Alt, Tone: p.Colour,
		Sizes: widths, Large: media.Path + sizes[len(sizes)-1].Key,
	}
	for _, size := range sizes {
		pic.Sources = append(pic.Sources, ui.Source{Src: media.Path + size.Key, Width: size.Width})
	}
	return pic
}
