package console

import (
	"net/http"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
	"fairground/internal/web"
)

// findView is what was found for a few words.
type findView struct {
	v        *visit
	words    string
	listings []listing.Listing
}

const foundShown = 30

// find looks for a listing by its id, listings by words of their title, and a notice by its code. Whoever pasted an id
// goes straight there.
func (v *visit) find(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	view := &findView{v: v, words: q.Line("q", 200)}
	if err := q.Err(); err != nil {
		return err
	}
	var wait waiting
	direct := ""
	err = v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		if direct, err = v.direct(tx, view.words); err != nil || direct != "" || view.words == "" {
			return err
		}
		return view.look(tx)
	})
	if err != nil {
		return err
	}
	if direct != "" {
		return web.Redirect(w, v.r, direct)
	}
	page := v.page(v.t("console.find"), "", wait)
	page.Words = view.words
	return v.show(w, http.StatusOK, page, view.view())
}

// direct is the page of the listing or notice that a text names exactly, "" for other texts.
func (v *visit) direct(tx *db.Tx, words string) (string, error) {
	if id, ok := listingIn(words); ok && v.may(account.ListingsSee) {
		l, err := listing.Find(tx, id)
		if err == nil {
			return pathOf(l.ID), nil
		}
		if value.KindOf(err) != value.NotFound {
			return "", err
		}
	}
	if code := strings.ToUpper(words); len(code) == 23 && v.may(account.NoticesSee) {
		n, err := moderation.FindNoticeByCode(tx, code)
		if err == nil {
			return noticePath(n.ID), nil
		}
		if value.KindOf(err) != value.NotFound {
			return "", err
		}
	}
	return "", nil
}

// listingIn finds a listing's id in a text, be it a whole address.
func listingIn(text string) (value.ID, bool) {
	text = strings.ToLower(text)
	at := strings.Index(text, listing.ShortID+"_")
	const length = len("lst_") + 13
	if at < 0 || len(text) < at+length {
		return 0, false
	}
	id, err := value.ParseID(listing.ShortID, text[at:at+length])
	return id, err == nil
}

func (f *findView) look(tx *db.Tx) (err error) {
	if f.v.may(account.ListingsSee) {
		f.listings, err = listing.List(tx, listing.Filter{Words: f.words, Limit: foundShown})
	}
	return err
}
