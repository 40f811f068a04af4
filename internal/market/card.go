package market

import (
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
	excerpt string          // of the description, for lists
	save    templ.Component // the button that saves it; nil for none
}

const excerptLength = 220 // characters

const cardWidths = "(max-width: 40rem) 50vw, (max-width: 60rem) 33vw, 18rem"

// tiles makes the cards of listings. km may be nil; the first eager ones load their photo at once.
func (v *visit) tiles(listings []listing.Listing, km map[value.ID]float64, level, eager int) []tile {
	all := make([]tile, len(listings))
	for i, l := range listings {
		all[i] = tile{v.card(l, level, i < eager), v.cardFacts(l), clip(l.Body, excerptLength), v.hearts[l.ID]}
		if distance, known := km[l.ID]; known {
			all[i].Place = joined(l.Place.Name, v.words.Distance(distance))
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
