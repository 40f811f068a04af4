package console

import (
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// pathOf is the console's page of a listing.
func pathOf(id value.ID) string { return "/console/listings/" + id.Text(listing.ShortID) }

// statusTag names a status in its colour.
func (v *visit) statusTag(s listing.Status) ui.Tag {
	tag := ui.Tag{Text: v.t("console.status." + string(s))}
	switch s {
	case listing.Live:
		tag.Tone = ui.Safe
	case listing.Held, listing.Challenged:
		tag.Tone = ui.Paid
	case listing.Rejected, listing.Removed:
		tag.Tone = ui.Alarm
	}
	return tag
}

// listingTag names where a listing stands; what is live and restricted is that before all.
func (v *visit) listingTag(l listing.Listing) ui.Tag {
	if !l.Restricted.IsZero() && l.Status == listing.Live {
		return ui.Tag{Text: v.t("console.restricted"), Icon: "eye-off", Tone: ui.Alarm}
	}
	return v.statusTag(l.Status)
}

func (v *visit) price(l listing.Listing) string {
	switch {
	case l.Kind == listing.Free:
		return v.t("console.free")
	case !l.HasPrice():
		return "—"
	default:
		return v.words.Money(l.Price)
	}
}

// categoryPath is the way down to a category: "Homes › Rooms".
func (v *visit) categoryPath(id value.ID) string {
	var names []string
	for _, c := range v.tree.Path(id) {
		names = append(names, c.Names.In(v.words.Locale()))
	}
	return strings.Join(names, " › ")
}

func (v *visit) categoryName(id value.ID) string {
	c, ok := v.tree.Category(id)
	if !ok {
		return "—"
	}
	return c.Names.In(v.words.Locale())
}

func dotted(parts ...string) string {
	kept := parts[:0:0]
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " · ")
}

// picture is a stored photo in all its sizes.
func picture(p listing.Photo, widths string) ui.Picture {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if len(p.Sha256) < 2 || len(sizes) == 0 {
		return ui.Picture{}
	}
	shown := ui.Picture{
		Src: media.Path + sizes[0].Key, Width: sizes[0].Width, Height: sizes[0].Height, Alt: p.Alt, Tone: p.Colour,
		Sizes: widths, Large: media.Path + sizes[len(sizes)-1].Key,
	}
	for _, size := range sizes {
		shown.Sources = append(shown.Sources, ui.Source{Src: media.Path + size.Key, Width: size.Width})
	}
	return shown
}

// pictures are the photos of a listing.
func pictures(l listing.Listing) []ui.Picture {
	var all []ui.Picture
	for _, photo := range l.Photos {
		all = append(all, picture(photo, "9rem"))
	}
	return all
}

// seller is who offers a listing, with what else they offer.
type seller struct {
	listing.Seller
	counts []ui.Fact // by status, of all their listings
	total  int
}

func (v *visit) seller(tx *db.Tx, s listing.Seller) (seller, error) {
	shown := seller{Seller: s}
	for _, status := range listing.Statuses {
		n, err := listing.Count(tx, listing.Filter{Seller: s.ID, Status: status}, mostCounted+1)
		if err != nil {
			return shown, err
		}
		if n > 0 {
			shown.counts = append(shown.counts, ui.Fact{Name: v.t("console.status." + string(status)), Value: v.capped(n)})
		}
		shown.total += n
	}
	return shown, nil
}

// standing says who a seller is in a line.
func (v *visit) standing(s listing.Seller) string {
	kind := v.t("console.seller." + string(s.Kind))
	verified := v.t("console.seller.unverified")
	if !s.Verified.IsZero() {
		verified = v.t("console.seller.verified")
	}
	return dotted(kind, verified, v.t("console.seller.since", "when", v.words.Ago(s.Since)))
}

// sellerPath lists everything a seller offers, for those who may see it.
func (v *visit) sellerPath(s value.ID) string {
	if !v.may(account.ListingsSee) {
		return ""
	}
	return "/console/listings?seller=" + s.Text(sellerKind)
}

const sellerKind = "sel" // the kind of a seller's outside id
