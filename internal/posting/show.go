package posting

import (
	"maps"
	"math"
	"net/http"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
	"fairground/internal/web"
)

// showNew is the form of a listing to come, with the drafts that wait.
func (v *visit) showNew() error {
	d, err := v.empty()
	if err != nil {
		return err
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	err = v.read(func(tx *db.Tx) (err error) {
		f.waiting, err = listing.Drafts(tx, v.by)
		return err
	})
	if err != nil {
		return err
	}
	if n := len(f.waiting); n >= v.mostDrafts() {
		f.limit = v.t("listing.draft.many", "count", n)
	}
	f.waiting = f.waiting[:min(len(f.waiting), shownDrafts)]
	return v.render(http.StatusOK, f)
}

const shownDrafts = 3 // of those that wait, on a new form

func (v *visit) mostDrafts() int {
	if v.by.Account == 0 {
		return listing.MostGuestDrafts
	}
	return listing.MostDrafts
}

// showForm is the form of a draft; of one that became a listing, that listing.
func (v *visit) showForm() error {
	d, err := v.draft()
	if value.KindOf(err) == value.NotFound {
		return v.goneOrDone(err)
	}
	if err != nil {
		return err
	}
	if d.ID == 0 {
		return v.showNew()
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, f)
}

func (v *visit) render(status int, f *formView) error {
	title := v.t("posting.post")
	if f.editing.ID != 0 {
		title = v.t("posting.change")
	}
	if f.editing.ID == 0 && f.limit == "" {
		if err := v.tellLimit(f); err != nil {
			return err
		}
	}
	return v.form(status, title, formPage(v, f))
}

// describeTitle suggests what follows from the title: the category, what similar listings cost, and that the same thing
// was offered before.
func (v *visit) describeTitle(f *formView) error {
	title := strings.TrimSpace(f.draft.Title)
	if title == "" {
		return nil
	}
	if err := v.suggest(f, title); err != nil {
		return err
	}
	if f.draft.Category != 0 && f.draft.Kind == listing.Sell {
		hint, err := v.Suggester.PriceHint(v.ctx, f.draft.Category, title, v.ready(f.draft.Typed).Attributes, f.draft.Currency)
		if err != nil {
			return err
		}
		if hint.Listings > 0 {
			f.hint = v.t("posting.price_hint", "low", v.words.Money(about(hint.Low)), "high", v.words.Money(about(hint.High)))
		}
	}
	return v.read(func(tx *db.Tx) error { return v.describeEarlier(tx, f, title) })
}

// about rounds an amount to two figures, because a hint that is exact to the penny claims to know more than it does.
func about(m value.Money) value.Money {
	step := math.Pow10(max(0, int(math.Log10(max(1, m.Units())))-1))
	return value.MoneyFromUnits(int64(math.Round(m.Units()/step)*step), m.Currency)
}

func (v *visit) suggest(f *formView, title string) error {
	suggested, err := v.Suggester.Suggest(v.ctx, title, f.draft.Locale)
	if err != nil {
		return err
	}
	for _, s := range suggested {
		if s.Category == f.draft.Category {
			continue
		}
		if p := v.pickOf(s.Category); p.name != "" {
			f.picks = append(f.picks, p)
		}
	}
	if f.draft.Category != 0 {
		f.picks = f.picks[:min(len(f.picks), 2)]
	}
	return nil
}

// pickOf is a category as something to choose.
func (v *visit) pickOf(id value.ID) pick {
	path := v.tree.Path(id)
	if len(path) == 0 {
		return pick{}
	}
	var over []string
	for _, c := range path[:len(path)-1] {
		over = append(over, c.Names.In(v.words.Locale()))
	}
	return pick{path: v.tree.PathSlug(id), name: path[len(path)-1].Names.In(v.words.Locale()), over: strings.Join(over, " › ")}
}

// describeEarlier finds the listing that this one repeats, to offer renewing it instead.
func (v *visit) describeEarlier(tx *db.Tx, f *formView, title string) error {
	if v.by.Account == 0 || f.editing.ID != 0 {
		return nil
	}
	seller, err := v.sellerOf(tx, f.draft.Seller)
	if err == nil {
		var earlier listing.Earlier
		if earlier, err = listing.FindEarlier(tx, seller, title, f.draft.Body); err == nil && earlier.MayRenew() {
			f.earlier = &earlier
		}
	}
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	return err
}

// act does what the pressed button of the form says, after everything typed was kept. The same form sent twice at once
// finds its draft a listing.
func (v *visit) act() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	err = v.actOn(form)
	if value.KindOf(err) == value.NotFound {
		return v.goneOrDone(err)
	}
	return err
}

func (v *visit) actOn(form *web.Form) error {
	if form.Raw("do") == "discard" {
		return v.discard()
	}
	d, err := v.keep(form)
	if err != nil {
		return v.refused(d, err)
	}
	if d, err = v.sentPhotos(d, form); err != nil {
		return v.refused(d, err)
	}
	switch {
	case form.Raw("for") != "":
		return v.hand(d, form.Raw("for"))
	case form.Raw("photo") != "":
		return v.photoButton(d, form.Raw("photo"))
	case form.Raw("do") == "publish":
		return v.publish(d)
	case form.Raw("do") == "preview":
		return web.Redirect(v.w, v.r, address(d)+"/preview")
	}
	return web.Redirect(v.w, v.r, address(d)+"#"+anchor(form))
}

// anchor is where somebody without JavaScript goes on.
func anchor(form *web.Form) string {
	if form.Raw("pick") != "" || form.Raw("do") == "fields" {
		return "part-category"
	}
	return "posting"
}

// refused shows the form again with what was wrong at its field; other errors go on.
func (v *visit) refused(d listing.Draft, err error) error {
	found := faults{}
	if rest := v.note(found, d.Typed, err); rest != nil {
		return rest
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	maps.Copy(f.found, found)
	return v.render(http.StatusUnprocessableEntity, f)
}

// goneOrDone leads somebody whose draft is a listing by now to that listing: the form was sent twice.
func (v *visit) goneOrDone(gone error) error {
	id, err := value.ParseID(listing.DraftID, v.r.PathValue("draft"))
	if err != nil || v.by.Account == 0 {
		return gone
	}
	if _, err := v.find(id); value.KindOf(err) != value.NotFound {
		return gone // it is there: something else was not
	}
	l, err := v.Desk.SubmitDraft(v.ctx, v.by, id, 0, noTime)
	if err != nil {
		return gone
	}
	return web.Redirect(v.w, v.r, mineHref(l))
}

// save keeps what is typed and answers the parts of the page that depend on it. Its script swaps in those that differ.
func (v *visit) save() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	d, err := v.keep(form)
	if err != nil {
		return err
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	return web.Render(v.w, v.r, http.StatusOK, savedParts(v, f, form.Raw("shown") != f.shown))
}

func mineHref(l listing.Listing) string { return "/my/listings/" + l.Key() }
