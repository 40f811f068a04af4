package posting

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
	"fairground/internal/web"
)

var noTime time.Time

// publish checks a draft and posts it. What is wrong is shown at its field.
func (v *visit) publish(d listing.Draft) error {
	d, err := v.settle(d)
	if err != nil {
		return v.refused(d, err)
	}
	opens, err := v.opens(d)
	if err != nil {
		return v.refused(d, err)
	}
	switch id, rev := editsListing(d); {
	case id != 0:
		return v.publishEdit(d, id, rev)
	case v.by.Account == 0:
		return v.askGuest(d)
	}
	l, err := v.Desk.SubmitDraft(v.ctx, v.by, d.ID, 0, opens)
	if err != nil {
		return v.notPosted(d, err)
	}
	return web.Redirect(v.w, v.r, mineHref(l))
}

// settle leaves in a draft what the listing will have: the fields of its category, and where its place is. It is checked
// before anything is taken out.
func (v *visit) settle(d listing.Draft) (listing.Draft, error) {
	ready := v.ready(d.Typed)
	_, wrong := v.tree.CheckTyped(ready)
	if v.by.Account == 0 {
		wrong = errors.Join(wrong, checkGuest(d.Typed))
	}
	if wrong != nil {
		return d, wrong
	}
	return v.change(d.ID, func(t *listing.Typed) error {
		kept := v.ready(*t).Attributes
		for _, name := range []string{edited, revision} {
			if text, ok := t.Attributes[name]; ok {
				kept[name] = text
			}
		}
		t.Attributes = kept
		return v.locate(t)
	})
}

// locate gives a place its point, where other listings tell where that is. It is as coarse as theirs.
func (v *visit) locate(t *listing.Typed) error {
	if strings.TrimSpace(t.Place) == "" || !t.Point.IsZero() {
		return nil
	}
	return v.read(func(tx *db.Tx) error {
		place, err := listing.FindPlace(tx, t.Place)
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		t.Point = place.Point
		return err
	})
}

func checkGuest(t listing.Typed) error {
	var wrong []error
	if strings.TrimSpace(t.Name) == "" {
		wrong = append(wrong, value.Fieldf("name", "write the name that others see"))
	}
	if _, err := value.ParseEmail(t.Email); err != nil {
		wrong = append(wrong, value.Fieldf("email", "write your mail address"))
	}
	return errors.Join(wrong...)
}

// opens is when the listing is to go live: the zero time is at once.
func (v *visit) opens(d listing.Draft) (time.Time, error) {
	text := strings.TrimSpace(d.Opens)
	if text == "" {
		return noTime, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, v.site.Settings().Location())
	if err != nil {
		wrong := value.Fieldf("opens", "choose a day and a time")
		wrong.Key = "posting.fault.opens"
		return noTime, wrong
	}
	return at.UTC(), nil
}

// publishEdit gives a listing the content of the draft that edits it, and throws the draft away.
func (v *visit) publishEdit(d listing.Draft, id value.ID, rev string) error {
	typed := d.Typed
	typed.Attributes = maps.Clone(typed.Attributes)
	delete(typed.Attributes, edited)
	delete(typed.Attributes, revision)
	content, err := v.tree.CheckTyped(typed)
	if err != nil {
		return v.refused(d, err)
	}
	seen, _ := strconv.ParseInt(rev, 10, 64) // what is no number is no revision that a listing has
	l, _, err := v.Desk.Edit(v.ctx, v.session.Actor(), id, seen, content)
	if err != nil {
		return v.notPosted(d, err)
	}
	if err := v.Desk.DiscardDraft(v.ctx, v.by, d.ID); err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	return web.Redirect(v.w, v.r, mineHref(l))
}

// notPosted shows the form again with why the listing could not be posted: a field, a limit, or what changed meanwhile.
func (v *visit) notPosted(d listing.Draft, err error) error {
	switch value.KindOf(err) {
	case value.Invalid:
		return v.refused(d, err)
	case value.Limited, value.Forbidden, value.Conflict:
		f, broken := v.view(d)
		if broken != nil {
			return broken
		}
		f.found["publish"] = v.says(err)
		return v.render(web.StatusOf(err), f)
	}
	return err
}

// askGuest mails a visitor the link that publishes what they wrote.
func (v *visit) askGuest(d listing.Draft) error {
	if err := v.Desk.AskGuest(v.ctx, v.by, d.ID, v.words.Locale()); err != nil {
		return v.notPosted(d, err)
	}
	return web.Redirect(v.w, v.r, "/post/sent")
}

func (v *visit) showSent() error {
	return v.form(http.StatusOK, v.t("posting.sent"), sentPage(int(listing.GuestAge.Hours())))
}

// showConfirm does not use the link: programs that open every address of a mail must not publish anything.
func (v *visit) showConfirm() error {
	var guest listing.Guest
	err := v.read(func(tx *db.Tx) (err error) {
		guest, err = listing.FindGuest(tx, v.r.PathValue("token"))
		return err
	})
	if err != nil {
		return err
	}
	return v.form(http.StatusOK, v.t("posting.confirm"), confirmPage(guest, v.r.PathValue("token")))
}

func (v *visit) confirm() error {
	l, _, err := v.Desk.ConfirmGuest(v.ctx, v.r.PathValue("token"))
	if err != nil {
		return err
	}
	var standing listing.Standing
	err = v.read(func(tx *db.Tx) (err error) {
		standing, err = listing.StandingOf(tx, l)
		return err
	})
	if err != nil {
		return err
	}
	v.setCookie("", -1)
	return v.form(http.StatusOK, v.t("posting.confirmed"), confirmedPage(l, standing))
}

// showPreview shows a draft as visitors would see it.
func (v *visit) showPreview() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	f, err := v.view(d)
	if err != nil {
		return err
	}
	_, wrong := v.tree.CheckTyped(v.ready(d.Typed))
	if err := v.note(f.found, d.Typed, wrong); err != nil {
		return err
	}
	return v.form(http.StatusOK, v.t("posting.preview"), previewPage(v, f))
}

// discard throws a draft away and offers to take that back.
func (v *visit) discard() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.ID == 0 {
		return web.Redirect(v.w, v.r, "/post")
	}
	token, err := v.sealed(thrownDraft{d.Seller, d.Typed})
	if err != nil {
		return err
	}
	if err := v.Desk.DiscardDraft(v.ctx, v.by, d.ID); err != nil {
		return err
	}
	return v.form(http.StatusOK, v.t("posting.discarded"), discardedPage(token))
}

// restore makes a draft again that was thrown away.
func (v *visit) restore() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	var thrown thrownDraft
	if err := v.unseal(form.Raw("token"), &thrown); err != nil {
		return err
	}
	d, err := v.start(thrown.Seller, thrown.Typed)
	if err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, address(d))
}

// edit opens the draft that edits a listing: one that is there already, or a new one with what the listing has.
func (v *visit) edit() error {
	l, err := v.myListing()
	if err != nil {
		return err
	}
	var drafts []listing.Draft
	err = v.read(func(tx *db.Tx) (err error) {
		drafts, err = listing.Drafts(tx, v.by)
		return err
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(drafts, func(d listing.Draft) bool {
		id, rev := editsListing(d)
		return id == l.ID && rev == strconv.FormatInt(l.Rev, 10)
	})
	if i >= 0 {
		return web.Redirect(v.w, v.r, address(drafts[i]))
	}
	typed := l.Content.Typed()
	typed.Attributes = maps.Clone(typed.Attributes)
	if typed.Attributes == nil {
		typed.Attributes = map[string]string{}
	}
	typed.Attributes[edited], typed.Attributes[revision] = l.Key(), strconv.FormatInt(l.Rev, 10)
	d, err := v.start(l.Seller.ID, typed)
	if err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, address(d))
}

// ConfirmPath is the address of the page with the button that publishes what a visitor posted, for the letter.
func ConfirmPath(token string) string { return "/post/confirm/link/" + token }
