package follow

import (
	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const cardWidths = "(max-width: 40rem) 50vw, (max-width: 60rem) 33vw, 16rem"

// card is a saved listing as it is now, with what changed since.
func (v *visit) card(l Listing, f favourite, eager bool) savedCard {
	words := text.FromContext(v.ctx)
	c := savedCard{
		Card:  ui.Card{Href: l.Href, Title: l.Title, Place: l.Place, Picture: picture(l.Photo, eager)},
		Heart: Heart{Listing: l.ID, Title: l.Title, Saved: true, SignedIn: true, Next: "/favourites"},
	}
	if l.Price.Currency != "" {
		c.Card.Price = words.Money(l.Price)
	}
	if l.Business {
		c.Card.Badges = append(c.Card.Badges, ui.Tag{Text: text.T(v.ctx, "follow.shop"), Icon: "store", Tone: ui.Safe})
	}
	now := priceOf(l.Price)
	switch {
	case now.isBelow(f.savedPrice):
		c.Less = value.Money{Minor: f.savedPrice.minor - now.minor, Currency: now.currency}
	case f.savedPrice.isBelow(now):
		c.More = value.Money{Minor: now.minor - f.savedPrice.minor, Currency: now.currency}
	}
	return c
}

func picture(p Photo, eager bool) ui.Picture {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if len(p.Sha256) < 2 || len(sizes) == 0 {
		return ui.Picture{}
	}
	shown := sizes[min(1, len(sizes)-1)]
	pic := ui.Picture{Src: media.Path + shown.Key, Width: shown.Width, Height: shown.Height, Tone: p.Colour, Sizes: cardWidths, Eager: eager}
	for _, size := range sizes {
		pic.Sources = append(pic.Sources, ui.Source{Src: media.Path + size.Key, Width: size.Width})
	}
	return pic
}
