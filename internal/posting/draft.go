package posting

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/value"
	"fairground/internal/web"
)

// fresh stands in addresses for a draft that is not there yet.
const fresh = "new"

// edited names the listing that a draft edits, among what was typed; revision its revision at that time. No attribute
// has a point in its name, so a draft that has them can never become a second listing: Tree.Check refuses it.
const (
	edited   = "edits.listing"
	revision = "edits.rev"
)

// editsListing returns the listing that a draft edits and its revision then; 0 for a new listing.
func editsListing(d listing.Draft) (id value.ID, rev string) {
	id, err := value.ParseID(listing.ShortID, d.Attributes[edited])
	if err != nil {
		return 0, ""
	}
	return id, d.Attributes[revision]
}

// draft is the draft in the address, empty for one that is to come.
func (v *visit) draft() (listing.Draft, error) {
	key := v.r.PathValue("draft")
	if key == fresh {
		return v.empty()
	}
	id, err := value.ParseID(listing.DraftID, key)
	if err != nil {
		return listing.Draft{}, err
	}
	return v.find(id)
}

// find returns a draft of the person who asks. Somebody who is not signed in any more is led to the sign-in, because the
// draft may be theirs.
func (v *visit) find(id value.ID) (draft listing.Draft, err error) {
	err = v.read(func(tx *db.Tx) error {
		draft, err = listing.FindDraft(tx, v.by, id)
		return err
	})
	if value.KindOf(err) == value.NotFound && v.session.IsZero() {
		return listing.Draft{}, v.signIn(v.stash(id))
	}
	return draft, err
}

// empty is what a new form holds: the reader's language, the site's currency, the town where the member last offered.
func (v *visit) empty() (listing.Draft, error) {
	settings := v.site.Settings()
	d := listing.Draft{Typed: listing.Typed{Kind: listing.Sell, Locale: v.words.Locale(), Currency: settings.Currency}}
	id, err := value.ParseID("sel", v.r.URL.Query().Get("seller"))
	if err == nil {
		d.Seller = id
	}
	if v.by.Account == 0 {
		return d, nil
	}
	return d, v.read(func(tx *db.Tx) error {
		seller, err := v.sellerOf(tx, d.Seller)
		d.Place = seller.Town
		if value.KindOf(err) == value.NotFound {
			d.Seller = 0
			return nil
		}
		return err
	})
}

// sellerOf returns the seller of a draft; the member's own when it names none.
func (v *visit) sellerOf(tx *db.Tx, id value.ID) (listing.Seller, error) {
	if id == 0 {
		return listing.FindOwnSeller(tx, v.by.Account)
	}
	if _, err := listing.SeatOf(tx, id, v.by.Account); err != nil {
		return listing.Seller{}, err
	}
	return listing.FindSeller(tx, id)
}

// keep stores what a form holds: in the draft of the address, or in a new one, whose first words these are.
func (v *visit) keep(form *web.Form) (listing.Draft, error) {
	draft, err := v.draft()
	if err != nil {
		return draft, err
	}
	if draft.ID != 0 {
		return v.change(draft.ID, func(t *listing.Typed) error { return v.typed(form, t) })
	}
	if err := v.typed(form, &draft.Typed); err != nil {
		return draft, err
	}
	if form.Raw("seller") != "" {
		if draft.Seller, err = value.ParseID("sel", form.Raw("seller")); err != nil {
			return draft, err
		}
	}
	return v.start(draft.Seller, draft.Typed)
}

// hand gives what was typed to another seller: the member's own for "own". The draft is a new one then, because a draft
// keeps the seller it began with.
func (v *visit) hand(d listing.Draft, to string) error {
	var seller value.ID
	if to != "own" {
		var err error
		if seller, err = value.ParseID("sel", to); err != nil {
			return err
		}
	}
	if seller == d.Seller {
		return web.Redirect(v.w, v.r, address(d))
	}
	handed, err := v.start(seller, d.Typed)
	if err != nil {
		return err
	}
	if err := v.Desk.DiscardDraft(v.ctx, v.by, d.ID); err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, address(handed))
}

// start stores a new draft.
func (v *visit) start(seller value.ID, typed listing.Typed) (listing.Draft, error) {
	v.become()
	return v.Desk.StartDraft(v.ctx, v.by, seller, typed)
}

// mostTries of saving a draft that other requests of the same page save too: texts and several photos at once.
const mostTries = 12

// change edits a stored draft. When it was saved meanwhile, by a photo that arrived or another window, it is done again
// on what is there now, so that neither overwrites the other.
func (v *visit) change(id value.ID, edit func(t *listing.Typed) error) (listing.Draft, error) {
	for try := 1; ; try++ {
		draft, err := v.find(id)
		if err != nil {
			return draft, err
		}
		before, err := json.Marshal(draft.Typed)
		if err != nil {
			return draft, err
		}
		typed := draft.Typed
		typed.Attributes, typed.Photos = maps.Clone(typed.Attributes), slices.Clone(typed.Photos)
		if typed.Attributes == nil {
			typed.Attributes = map[string]string{}
		}
		if err := edit(&typed); err != nil {
			return draft, err
		}
		if after, err := json.Marshal(typed); err != nil || string(after) == string(before) {
			return draft, err
		}
		saved, err := v.Desk.SaveDraft(v.ctx, v.by, id, draft.Rev, typed)
		if value.KindOf(err) != value.Conflict || try == mostTries {
			return saved, err
		}
	}
}

// typed takes over the fields of a form, as they were typed. A script names those that were changed on its page, so that
// two windows with the same draft do not undo each other's work.
func (v *visit) typed(form *web.Form, t *listing.Typed) error {
	changed := strings.Fields(form.Raw("changed"))
	has := func(name string) bool {
		return form.Has(name) && (!form.Has("changed") || slices.Contains(changed, name))
	}
	for name, text := range map[string]*string{"title": &t.Title, "body": &t.Body, "price": &t.Price, "opens": &t.Opens, "name": &t.Name, "email": &t.Email} {
		if has(name) {
			*text = strings.ReplaceAll(form.Raw(name), "\r\n", "\n")
		}
	}
	if has("place") && form.Raw("place") != t.Place {
		t.Place, t.Point = form.Raw("place"), value.Point{}
	}
	if has("kind") && slices.Contains(listing.Kinds, listing.Kind(form.Raw("kind"))) {
		t.Kind = listing.Kind(form.Raw("kind"))
	}
	if has("locale") && slices.Contains(v.site.Settings().Locales, value.Locale(form.Raw("locale"))) {
		t.Locale = value.Locale(form.Raw("locale"))
	}
	t.Currency = v.site.Settings().Currency
	if pick := form.Raw("pick"); pick != "" {
		if c, ok := v.tree.Find(pick); ok {
			t.Category = c.ID
		}
	}
	return v.typedAttributes(form, t, has)
}

const prefix = "a." // of the names of attributes in the form

// typedAttributes keeps the values of other categories, in case the author comes back to one.
func (v *visit) typedAttributes(form *web.Form, t *listing.Typed, has func(string) bool) error {
	if t.Attributes == nil {
		t.Attributes = map[string]string{}
	}
	for _, name := range form.Names() {
		slug, is := strings.CutPrefix(name, prefix)
		if !is || !has(name) || strings.Contains(slug, ".") {
			continue
		}
		if t.Attributes[slug] = form.Raw(name); t.Attributes[slug] == "" {
			delete(t.Attributes, slug)
		}
	}
	if len(t.Attributes) > mostAttributes {
		return value.Errorf(value.Invalid, "there are too many values")
	}
	return nil
}

const mostAttributes = 200

// ready is what was typed without what belongs to other categories or another kind, for checking.
func (v *visit) ready(t listing.Typed) listing.Typed {
	own := make(map[string]string)
	for _, a := range v.tree.Attributes(t.Category) {
		if text, ok := t.Attributes[a.Slug]; ok {
			own[a.Slug] = text
		}
	}
	t.Attributes = own
	return t
}

// address is where the form of a draft is.
func address(d listing.Draft) string {
	if d.ID == 0 {
		return "/post/" + fresh
	}
	return "/post/" + d.Key()
}

// photoOf finds a photo of a draft by its sum.
func photoOf(d listing.Draft, sha string) (listing.Photo, error) {
	for _, p := range d.Photos {
		if p.Sha256 == sha {
			return p, nil
		}
	}
	return listing.Photo{}, &value.Error{Kind: value.NotFound, Key: "posting.photo.gone", Message: "this photo is not part of the draft"}
}

// toPhoto is a stored photo as a listing keeps it.
func toPhoto(p media.Photo, alt string) listing.Photo {
	return listing.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour, Alt: alt}
}
