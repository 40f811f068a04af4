package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/value"
)

var planter = value.SystemActor("demo")

// Seed fills an empty site with the market: categories, sellers, listings with drawn photos, staff and members.
type Seed struct {
	Desk     *listing.Desk
	Photos   *media.Photos // nil: listings without photos
	Count    int           // listings
	Seed     uint64
	Progress func(done, all int) // told of photos and listings; nil for none
}

// PlantTree gives a site the category tree of the demonstration.
func PlantTree(ctx context.Context, d *db.DB, actor value.Actor) error {
	return d.Write(ctx, actor, "category.plant", func(tx *db.Tx) error {
		ids := make(map[string]value.ID)
		for i, c := range Catalogue() {
			slug := c.Slug[strings.LastIndexByte(c.Slug, '/')+1:]
			made, err := listing.AddCategory(tx, listing.Category{
				Parent: ids[c.Parent], Slug: slug, Names: c.Names, Icon: c.Icon, Position: int64(i),
			})
			if err != nil {
				return err
			}
			ids[c.Slug] = made.ID
			for j, a := range c.Attributes {
				if _, err := listing.AddAttribute(tx, attribute(made.ID, j, a)); err != nil {
					return fmt.Errorf("attribute %s of %s: %w", a.Slug, c.Slug, err)
				}
			}
		}
		return nil
	})
}

var types = map[Type]listing.Type{
	Text: listing.TextType, Integer: listing.IntegerType, Decimal: listing.DecimalType,
	YesNo: listing.BooleanType, Choice: listing.ChoiceType,
}

func attribute(category value.ID, position int, a Attribute) listing.Attribute {
	made := listing.Attribute{
		Category: category, Slug: a.Slug, Names: a.Names, Type: types[a.Type], Unit: a.Unit, DependsOn: a.DependsOn,
		Required: a.Required, Facet: a.Facet, OnCard: a.Card, Position: int64(position),
	}
	for _, o := range a.Options {
		made.Options = append(made.Options, listing.Option{Slug: o.Slug, Names: o.Names, For: o.Of})
	}
	return made
}

// Plant fills the site. It returns how the listings came out of their screening.
func (s Seed) Plant(ctx context.Context) (listing.Tally, error) {
	if err := PlantTree(ctx, s.Desk.DB, planter); err != nil {
		return listing.Tally{}, err
	}
	people, err := s.plantSellers(ctx)
	if err != nil {
		return listing.Tally{}, err
	}
	tree, err := s.Desk.Trees.Tree(ctx)
	if err != nil {
		return listing.Tally{}, err
	}
	all := slices.Collect(Generate(s.Seed, s.Desk.DB.Clock().Now(), s.Count))
	all = append(all, Suspicious(s.Desk.DB.Clock().Now())...)
	photos, err := s.drawPhotos(ctx, all)
	if err != nil {
		return listing.Tally{}, err
	}
	var tally listing.Tally
	const portion = 250
	for start := 0; start < len(all); start += portion {
		var batch []listing.Submission
		for _, l := range all[start:min(start+portion, len(all))] {
			batch = append(batch, submission(l, tree, people, photos))
		}
		if err := s.Desk.SubmitMany(ctx, planter, batch, &tally); err != nil {
			return tally, err
		}
		s.progress(photoWork*len(photos)+start, photoWork*len(photos)+len(all))
	}
	s.progress(1, 1)
	return tally, nil
}

func (s Seed) progress(done, all int) {
	if s.Progress != nil {
		s.Progress(done, all)
	}
}

func (s Seed) plantSellers(ctx context.Context) ([]listing.Seller, error) {
	var made []listing.Seller
	err := s.Desk.DB.Write(ctx, planter, "seller.plant", func(tx *db.Tx) error {
		made = nil
		for _, one := range Sellers() {
			seller := listing.Seller{
				ID: tx.NewID(), Kind: listing.Private, Name: one.Name, Town: one.Place,
				Since: time.Date(one.Since, time.March, 1, 0, 0, 0, 0, time.UTC),
			}
			if one.Business {
				seller.Kind = listing.Business
			}
			if one.Verified {
				seller.Verified = seller.Since.AddDate(0, 1, 0)
			}
			if err := listing.AddSeller(tx, seller); err != nil {
				return err
			}
			made = append(made, seller)
		}
		return nil
	})
	return made, err
}

func submission(l Listing, tree *listing.Tree, people []listing.Seller, photos map[Picture]listing.Photo) listing.Submission {
	category, _ := tree.Find(l.Category)
	s := listing.Submission{
		Content: listing.Content{
			Kind: listing.Kind(l.Kind), Category: category.ID, Locale: value.Locale(l.Language), Title: l.Title,
			Body: l.Description, Place: listing.Place{Name: l.Place, Point: l.Point}, Attributes: listing.Attributes{},
		},
		Seller: people[l.Seller], Source: "demo", External: l.External, At: l.At,
	}
	if l.Price.Minor > 0 {
		s.Price = l.Price
	}
	for _, entry := range l.Attributes {
		s.Attributes[entry.Slug] = entry.Value
	}
	shown := make(map[Picture]bool)
	for _, picture := range l.Pictures {
		photo, drawn := photos[shared(picture)]
		if !drawn || shown[shared(picture)] {
			continue // views that share one file appear once
		}
		shown[shared(picture)] = true
		photo.Alt = l.Title
		s.Content.Photos = append(s.Content.Photos, photo)
	}
	return s
}

// photoWork is how many listings one photo is worth in the progress.
const photoWork = 400

// drawPhotos draws every picture that the listings need, once, on all processors.
func (s Seed) drawPhotos(ctx context.Context, all []Listing) (map[Picture]listing.Photo, error) {
	if s.Photos == nil {
		return nil, nil
	}
	needed := make(map[Picture]bool)
	for _, l := range all {
		for _, picture := range l.Pictures {
			needed[shared(picture)] = true
		}
	}
	pictures := slices.Collect(maps.Keys(needed))
	drawn := make([]listing.Photo, len(pictures))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i, picture := range pictures {
		group.Go(func() (err error) {
			drawn[i], err = s.draw(ctx, picture)
			s.progress(photoWork*i, photoWork*len(pictures)+len(all))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	photos := make(map[Picture]listing.Photo, len(pictures))
	for i, picture := range pictures {
		photos[picture] = drawn[i]
	}
	return photos, nil
}

// halved makes a picture as wide as the middle size of photos: a demonstration that is there in half the time is worth
// more than one that bears a magnifying glass.
func halved(full *image.RGBA) *image.RGBA {
	small := image.NewRGBA(image.Rect(0, 0, media.Medium, media.Medium*full.Rect.Dy()/full.Rect.Dx()))
	draw.BiLinear.Scale(small, small.Rect, full, full.Rect, draw.Src, nil)
	return small
}

func (s Seed) draw(ctx context.Context, picture Picture) (listing.Photo, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&file, halved(Draw(picture))); err != nil {
		return listing.Photo{}, err
	}
	photo, err := s.Photos.Process(ctx, &file)
	return listing.Photo{Sha256: photo.Sha256, Width: photo.Width, Height: photo.Height, Colour: photo.Colour}, err
}

// People of the demonstration. Their password is the same and is printed when the site is made.
const Password = "lakeside-demo"

// Accounts are the staff and members of the demonstration.
func Accounts() []account.Account {
	staff := func(name, email string, role account.Role) account.Account {
		return account.Account{Kind: value.Staff, Name: name, Email: value.Email(email), Role: role}
	}
	return []account.Account{
		staff("Aya Keller", "safety@lakeside.example", account.Safety),
		staff("Jon Perret", "admin@lakeside.example", account.Admin),
		staff("Lou Brandt", "sales@lakeside.example", account.Sales),
		{Kind: value.Member, Name: "Mina Rochat", Email: "mina@lakeside.example"},
		{Kind: value.Member, Name: "Elio Tanner", Email: "elio@lakeside.example"},
	}
}
