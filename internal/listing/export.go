package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// exported is a line of an export: everything a site knows about a listing, exact place included, for the operator.
type exported struct {
	ID         string     `json:"id"`
	Source     string     `json:"source"`
	External   string     `json:"external,omitempty"`
	Status     Status     `json:"status"`
	Kind       Kind       `json:"kind"`
	Category   string     `json:"category"`
	Locale     string     `json:"locale"`
	Title      string     `json:"title"`
	Body       string     `json:"body"`
	Price      string     `json:"price,omitempty"`
	Currency   string     `json:"currency,omitempty"`
	Place      string     `json:"place,omitempty"`
	Lat        *float64   `json:"lat,omitempty"`
	Lon        *float64   `json:"lon,omitempty"`
	Attributes Attributes `json:"attributes,omitempty"`
	Photos     []Photo    `json:"photos,omitempty"`
	Seller     string     `json:"seller"`
	SellerKind SellerKind `json:"seller_kind"`
	Created    time.Time  `json:"created"`
	Updated    time.Time  `json:"updated"`
	Published  *time.Time `json:"published,omitempty"`
	Expires    *time.Time `json:"expires,omitempty"`
	Restricted *time.Time `json:"restricted,omitempty"`
}

// Export writes every listing whatever its status as JSON lines, oldest first, in little memory. It returns how many
// it wrote. each, when it is not nil, sees every listing, so that the caller can copy its photos.
func (d *Desk) Export(ctx context.Context, w io.Writer, each func(Listing) error) (int, error) {
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return 0, err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	n := 0
	for after := value.ID(0); ; {
		page, err := d.exportPage(ctx, after)
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, l := range page {
			if err := out.Encode(export(l, tree)); err != nil {
				return n, fmt.Errorf("listing.Export: %w", err)
			}
			if each != nil {
				if err := each(l); err != nil {
					return n, err
				}
			}
			n++
		}
		after = page[len(page)-1].ID
	}
}

func (d *Desk) exportPage(ctx context.Context, after value.ID) (page []Listing, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+
			" where l.id > $1 order by l.id limit 1000", int64(after))
		return err
	})
	return page, err
}

func export(l Listing, tree *Tree) exported {
	e := exported{
		ID: l.Key(), Source: l.Source, External: l.External, Status: l.Status, Kind: l.Kind,
		Category: tree.PathSlug(l.Category), Locale: string(l.Locale), Title: l.Title, Body: l.Body,
		Place: l.Place.Name, Attributes: l.Attributes, Photos: l.Photos, Seller: l.Seller.Name, SellerKind: l.Seller.Kind,
		Created: l.Created, Updated: l.Updated, Published: optional(l.Published), Expires: optional(l.Expires),
		Restricted: optional(l.Restricted.Since),
	}
	if l.HasPrice() {
		e.Price, e.Currency = l.Price.Decimal(), l.Price.Currency
	}
	if !l.Place.Point.IsZero() {
		e.Lat, e.Lon = &l.Place.Point.Lat, &l.Place.Point.Lon
	}
	return e
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
