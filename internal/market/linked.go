package market

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/listing"
)

// head is what machines read about a listing: OpenGraph, and JSON-LD of schema.org where the facts allow a type.
func (o *offer) head() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, pair := range o.openGraph() {
			if pair[1] == "" {
				continue
			}
			kind := "property"
			if strings.HasPrefix(pair[0], "twitter:") {
				kind = "name"
			}
			if _, err := fmt.Fprintf(w, `<meta %s="%s" content="%s"/>`, kind, pair[0], html.EscapeString(pair[1])); err != nil {
				return err
			}
		}
		return writeLinked(w, o.linked(), o.trail())
	})
}

func (o *offer) openGraph() [][2]string {
	pairs := [][2]string{
		{"og:type", "website"}, {"og:site_name", o.v.settings.Name}, {"og:title", o.l.Title},
		{"og:description", o.description()}, {"og:url", o.address()}, {"og:locale", strings.ReplaceAll(string(o.v.words.Locale()), "-", "_")},
	}
	card := "summary"
	if images := o.images(); len(images) > 0 {
		card = "summary_large_image"
		pairs = append(pairs, [2]string{"og:image", images[0]}, [2]string{"og:image:alt", o.l.Photos[0].Alt})
	}
	return append(pairs, [2]string{"twitter:card", card})
}

func (o *offer) images() []string {
	var all []string
	for _, photo := range o.l.Photos {
		if p := picture(photo, ""); p.Src != "" {
			all = append(all, o.v.origin()+p.Large)
		}
	}
	return all
}

// writeLinked writes values as JSON-LD. The encoder writes <, > and & as escapes, so no text can end the element.
func writeLinked(w io.Writer, values ...map[string]any) error {
	for _, v := range values {
		if v == nil {
			continue
		}
		v["@context"] = "https://schema.org"
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("market: JSON-LD: %w", err)
		}
		var b bytes.Buffer
		b.WriteString(`<script type="application/ld+json">`)
		b.Write(text)
		b.WriteString(`</script>`)
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// trail is the breadcrumb.
func (o *offer) trail() map[string]any {
	var steps []any
	for i, link := range o.crumbs() {
		steps = append(steps, map[string]any{"@type": "ListItem", "position": i + 1, "name": link.Text, "item": o.v.origin() + link.Href})
	}
	if steps == nil {
		return nil
	}
	return map[string]any{"@type": "BreadcrumbList", "itemListElement": steps}
}

// linked describes the thing itself, or is nil when its category says nothing a vocabulary has a word for.
func (o *offer) linked() map[string]any {
	if o.l.Kind == listing.Wanted {
		return nil
	}
	path := o.v.tree.PathSlug(o.l.Category) + "/"
	switch {
	case strings.HasPrefix(path, "jobs/"):
		return o.job()
	case strings.HasPrefix(path, "homes/"):
		return o.home()
	case strings.HasPrefix(path, "services/"):
		return o.thing("Service")
	case strings.HasPrefix(path, "vehicles/cars/"):
		return o.vehicle("Car")
	case strings.HasPrefix(path, "vehicles/vans/"), strings.HasPrefix(path, "vehicles/motorbikes/"):
		return o.vehicle("Vehicle")
	default:
		return o.thing("Product")
	}
}

func (o *offer) thing(kind string) map[string]any {
	thing := map[string]any{"@type": kind, "name": o.l.Title, "description": clip(o.l.Body, 5000), "url": o.address()}
	if images := o.images(); len(images) > 0 {
		thing["image"] = images
	}
	if brand := o.stated("brand", "make"); brand != "" && kind != "Service" {
		thing["brand"] = map[string]any{"@type": "Brand", "name": brand}
	}
	if offer := o.offered(); offer != nil {
		thing["offers"] = offer
	}
	return thing
}

// offered is the price; without one there is nothing to offer in the sense of the vocabulary.
func (o *offer) offered() map[string]any {
	if !o.l.HasPrice() && o.l.Kind != listing.Free {
		return nil
	}
	offer := map[string]any{"@type": "Offer", "availability": "https://schema.org/InStock", "url": o.address(),
		"price": o.l.Price.Decimal(), "priceCurrency": o.l.Price.Currency}
	if o.l.Kind == listing.Free {
		offer["price"], offer["priceCurrency"] = "0", o.v.settings.Currency
	}
	if !o.l.Reserved.IsZero() {
		offer["availability"] = "https://schema.org/Reserved"
	}
	if o.l.Place.Name != "" {
		offer["availableAtOrFrom"] = o.somewhere()
	}
	return offer
}

// somewhere is the name of the place. Coordinates are not for machines either.
func (o *offer) somewhere() map[string]any {
	return map[string]any{"@type": "Place", "address": map[string]any{
		"@type": "PostalAddress", "addressLocality": o.l.Place.Name, "addressCountry": o.v.settings.Country}}
}

func (o *offer) vehicle(kind string) map[string]any {
	v := o.thing(kind)
	for field, slug := range map[string]string{"model": "model", "color": "colour", "fuelType": "fuel", "vehicleTransmission": "gearbox", "bodyType": "body"} {
		if text := o.stated(slug); text != "" {
			v[field] = text
		}
	}
	if year := o.l.Attributes["year"]; year != "" {
		v["vehicleModelDate"] = year
	}
	if km := o.l.Attributes["km"]; km != "" {
		v["mileageFromOdometer"] = map[string]any{"@type": "QuantitativeValue", "value": json.Number(km), "unitCode": "KMT"}
	}
	return v
}

func (o *offer) home() map[string]any {
	home := map[string]any{"@type": "Accommodation", "name": o.l.Title, "description": clip(o.l.Body, 5000)}
	if o.l.Place.Name != "" {
		home["address"] = o.somewhere()["address"]
	}
	if rooms := o.l.Attributes["rooms"]; rooms != "" {
		home["numberOfRooms"] = json.Number(rooms)
	}
	if area := o.l.Attributes["area"]; area != "" {
		home["floorSize"] = map[string]any{"@type": "QuantitativeValue", "value": json.Number(area), "unitCode": "MTK"}
	}
	page := map[string]any{"@type": "RealEstateListing", "name": o.l.Title, "url": o.address(),
		"datePosted": o.l.Published.UTC().Format(time.DateOnly), "about": home}
	if images := o.images(); len(images) > 0 {
		page["image"] = images
	}
	if offer := o.offered(); offer != nil {
		page["offers"] = offer
	}
	return page
}

// job is complete or nothing: the vocabulary asks for who hires, where, and since when.
func (o *offer) job() map[string]any {
	if o.l.Seller.Kind != listing.Business || o.l.Place.Name == "" || o.l.Body == "" {
		return nil
	}
	return map[string]any{"@type": "JobPosting", "title": o.l.Title, "description": html.EscapeString(o.l.Body),
		"datePosted": o.l.Published.UTC().Format(time.DateOnly), "validThrough": o.l.Expires.UTC().Format(time.RFC3339),
		"hiringOrganization": map[string]any{"@type": "Organization", "name": o.l.Seller.Name}, "jobLocation": o.somewhere()}
}

// stated is the first attribute of these that the listing has, in words.
func (o *offer) stated(slugs ...string) string {
	for _, slug := range slugs {
		if a, ok := o.v.tree.Attribute(o.l.Category, slug); ok {
			if text := o.v.attribute(a, o.l.Attributes[slug]); text != "" {
				return text
			}
		}
	}
	return ""
}
