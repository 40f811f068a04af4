package posting

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// formView is the form as it is shown.
type formView struct {
	base     string // address of the draft
	draft    listing.Draft
	editing  listing.Listing // the listing it changes; zero for a new one
	prices   []listing.PriceAt
	seller   string // key of the seller, empty for the member's own
	sellers  []sellerChoice
	category string   // "Sports › Bicycles"
	picks    []pick   // suggested categories
	fields   []field  // of the category
	shown    string   // which fields these are
	hint     string   // what similar listings cost
	places   []string // towns
	locales  []ui.Option
	guest    bool   // a visitor, who is asked for name and address
	limit    string // what keeps them from posting now
	earlier  *listing.Earlier
	found    faults
	undo     *undo
	saved    time.Time
	waiting  []listing.Draft // other drafts, on a new form
	opened   bool            // the part for who wants more is open
}

// sellerChoice is somebody for whom the member may post.
type sellerChoice struct {
	key  string // "own", or sel_…
	name string
	icon string
	on   bool
}

// pick is a category to choose.
type pick struct {
	path string // address in the tree
	name string
	over string // the categories above it
}

// field is an attribute of the category with what was typed.
type field struct {
	listing.Attribute
	value string
}

// undo offers to take something back.
type undo struct {
	text  string
	name  string // of the button
	value string
}

// view gathers what the form of a draft shows.
func (v *visit) view(d listing.Draft) (*formView, error) {
	f := &formView{base: address(d), draft: d, guest: v.by.Account == 0, saved: d.Updated, found: faults{}}
	v.describeCategory(f)
	settings := v.site.Settings()
	for _, locale := range settings.Locales {
		f.locales = append(f.locales, ui.Option{Value: string(locale), Text: languageName(locale)})
	}
	err := v.read(func(tx *db.Tx) error {
		if err := v.describeEdit(tx, f); err != nil {
			return err
		}
		if err := v.describeSellers(tx, f); err != nil {
			return err
		}
		var err error
		f.places, err = listing.Places(tx, mostPlaces)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.opened = d.Opens != ""
	return f, v.describeTitle(f)
}

const mostPlaces = 200 // town names offered while one types

// describeCategory says which category was chosen and which fields it has.
func (v *visit) describeCategory(f *formView) {
	var names []string
	for _, c := range v.tree.Path(f.draft.Category) {
		names = append(names, c.Names.In(v.words.Locale()))
	}
	f.category = strings.Join(names, " › ")
	f.shown = f.draft.Category.String()
	for _, a := range v.tree.Attributes(f.draft.Category) {
		if a.DependsOn != "" {
			f.shown += "," + f.draft.Attributes[a.DependsOn]
			a.Options = optionsFor(a, f.draft.Attributes[a.DependsOn])
		}
		f.fields = append(f.fields, field{a, f.draft.Attributes[a.Slug]})
	}
}

// optionsFor leaves those options that belong to the chosen value, such as the models of a make.
func optionsFor(a listing.Attribute, parent string) []listing.Option {
	var own []listing.Option
	for _, option := range a.Options {
		if option.For == "" || option.For == parent {
			own = append(own, option)
		}
	}
	return own
}

func (v *visit) describeEdit(tx *db.Tx, f *formView) error {
	id, _ := editsListing(f.draft)
	if id == 0 {
		return nil
	}
	l, err := v.mineOrNone(tx, id)
	if err != nil {
		return err
	}
	f.editing = l
	if err := v.markReasons(tx, f); err != nil {
		return err
	}
	f.prices, err = listing.PriceHistory(tx, id)
	return err
}

// markReasons puts what must change at its fields.
func (v *visit) markReasons(tx *db.Tx, f *formView) error {
	standing, err := listing.StandingOf(tx, f.editing)
	if err != nil {
		return err
	}
	for _, r := range standing.Reasons {
		name := v.control(f.draft.Typed, r.Field)
		if name == "" {
			name = "title" // about the whole, which begins there
		}
		if f.found[name] == "" {
			f.found[name] = r.Words.In(v.words.Locale())
		}
	}
	return nil
}

// describeSellers lists for whom a new listing may be: the member, and the shops at which they may post.
func (v *visit) describeSellers(tx *db.Tx, f *formView) error {
	if v.by.Account == 0 || f.editing.ID != 0 {
		return nil
	}
	seats, err := listing.SeatsHeldBy(tx, v.by.Account)
	if err != nil {
		return err
	}
	f.sellers = []sellerChoice{{"own", v.session.Name, "user-round", f.draft.Seller == 0}}
	for _, seat := range seats {
		seller, err := listing.FindSeller(tx, seat.Seller)
		if err != nil {
			return err
		}
		if seller.Kind != listing.Business || !seat.Role.MayPost() {
			continue
		}
		f.sellers = append(f.sellers, sellerChoice{seller.ID.Text("sel"), seller.Name, "store", f.draft.Seller == seller.ID})
	}
	if f.draft.Seller != 0 {
		f.seller = f.draft.Seller.Text("sel")
	}
	return nil
}

// languageName is the name of a language in its own words.
func languageName(locale value.Locale) string {
	return display.Self.Name(language.Make(locale.Language()))
}

// input is the control of an attribute.
func (f field) input(words func(key string, args ...any) string, locale value.Locale, problem string) templ.Component {
	in := ui.Input{Name: prefix + f.Slug, Label: f.Names.In(locale), Error: problem, Required: f.Required}
	switch f.Type {
	case listing.IntegerType:
		return ui.TextInput{Input: in, Kind: ui.WholeInput, Value: f.value, Unit: f.unit(words)}
	case listing.DecimalType:
		return ui.TextInput{Input: in, Kind: ui.DecimalInput, Value: f.value, Unit: f.unit(words)}
	case listing.BooleanType:
		return ui.YesNoInput{Input: in, Value: yesNo(f.value)}
	case listing.ChoiceType:
		return f.choice(in, words, locale)
	default:
		return ui.TextInput{Input: in, Value: f.value}
	}
}

func (f field) choice(in ui.Input, words func(key string, args ...any) string, locale value.Locale) templ.Component {
	empty := words("posting.choose")
	if len(f.Options) == 0 && f.DependsOn != "" {
		empty = words("posting.choose_before")
	}
	options := []ui.Option{{Text: empty}}
	for _, o := range f.Options {
		options = append(options, ui.Option{Value: o.Slug, Text: o.Names.In(locale)})
	}
	chosen := f.value
	if o, ok := f.Option(f.value); ok {
		chosen = o.Slug
	}
	return ui.ChoiceInput{Input: in, Value: chosen, Options: options}
}

// unit is what stands behind a number. A year needs none.
func (f field) unit(words func(key string, args ...any) string) string {
	if f.Unit == "year" {
		return ""
	}
	return f.Unit
}

func yesNo(stored string) string {
	switch stored {
	case "true", ui.Yes:
		return ui.Yes
	case "false", ui.No:
		return ui.No
	}
	return ""
}

// card is the listing as others would see it among results.
func (v *visit) card(t listing.Typed) ui.Card {
	c := ui.Card{Title: cmp.Or(strings.TrimSpace(t.Title), v.t("posting.card_title")), Price: v.price(t), Place: t.Place, Level: 3}
	if len(t.Photos) > 0 {
		c.Picture = picture(t.Photos[0], "21rem")
		c.Picture.Alt = ""
	}
	return c
}

// price is what was typed as a price, or what stands in its place.
func (v *visit) price(t listing.Typed) string {
	if t.Kind == listing.Free {
		return v.t("posting.kind.free")
	}
	content, err := t.Content()
	if err != nil || !content.HasPrice() {
		return v.t("posting.no_price")
	}
	return v.words.Money(content.Price)
}

// picture is a stored photo in all its sizes.
func picture(p listing.Photo, widths string) ui.Picture {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if len(sizes) == 0 {
		return ui.Picture{}
	}
	shown := sizes[min(1, len(sizes)-1)]
	pic := ui.Picture{Src: media.Path + shown.Key, Width: shown.Width, Height: shown.Height, Alt: p.Alt, Tone: p.Colour,
		Sizes: widths, Large: media.Path + sizes[len(sizes)-1].Key}
	for _, size := range sizes {
		pic.Sources = append(pic.Sources, ui.Source{Src: media.Path + size.Key, Width: size.Width})
	}
	return pic
}

// titleOf is what a draft is called in lists.
func titleOf(ctx context.Context, d listing.Draft) string {
	return cmp.Or(strings.TrimSpace(d.Title), ui.T(ctx, "posting.untitled"))
}

func kindID(kind listing.Kind) string {
	if kind == listing.Sell {
		return "kind" // where a fault of the kind leads
	}
	return "kind-" + string(kind)
}

// controlID is the id of the control that a fault belongs to.
func controlID(name string) string {
	switch name {
	case "category":
		return "part-category"
	case "publish":
		return "part-foot"
	default:
		return name
	}
}
