package message

import (
	"net/http"
	"net/url"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Ask is the form to write about a listing. The listing's page shows it to everybody but its seller; who is not signed in
// is asked to, and finds the words again.
type Ask struct {
	Listing value.ID
	Seller  string
	Text    string
	Error   string
	Key     string // of the form; a new one when empty
	Small   bool   // beside other things, with less room
	Need    Need   // what the seller asks for
	Lack    Lack   // of it, for a reader who is signed in
}

// AskOf is the form to write about a listing as one reader gets it, 0 for a visitor: what the seller asks for stands before
// the field. Whoever talks with the seller about the listing already is asked nothing.
func (d *Desk) AskOf(tx *db.Tx, listing value.ID, seller Seller, reader value.ID) (a Ask, err error) {
	a = Ask{Listing: listing, Seller: seller.Name}
	if a.Need, err = NeedOf(tx, seller.ID); err != nil || a.Need == (Need{}) || reader == 0 {
		return a, err
	}
	_, err = findAbout(tx, listing, reader)
	if value.KindOf(err) != value.NotFound {
		a.Need = Need{}
		return a, err
	}
	a.Lack, err = d.lack(tx, seller.ID, reader)
	return a, err
}

// leads is the words of the button: to where the number is proven first, when that is what is missing.
func (a Ask) leads() string {
	if a.Lack.Phone {
		return "message.need.prove"
	}
	return "message.send"
}

func (a Ask) action() string { return aboutPath(a.Listing) }

func (a Ask) key() string {
	if a.Key == "" {
		return newKey()
	}
	return a.Key
}

func aboutPath(listing value.ID) string { return "/messages/about/" + listing.Text(listingKind) }

// aboutView is the page with the form, for those who come back from signing in.
type aboutView struct {
	Ask     Ask
	Listing Listing
	Notice  string
}

func (d *Desk) showAbout(w http.ResponseWriter, r *http.Request) error {
	listing, err := value.ParseID(listingKind, r.PathValue("listing"))
	if err != nil {
		return err
	}
	v := aboutView{Ask: Ask{Listing: listing}}
	var began value.ID
	err = read(r, func(tx *db.Tx) error {
		buyer := account.From(r.Context()).Account
		var refused error
		if v.Listing, refused = d.startable(tx, listing, buyer); refused != nil && value.KindOf(refused) != value.Forbidden {
			return refused
		}
		if refused != nil {
			v.Notice = text.Error(r.Context(), refused)
		}
		if v.Ask, err = d.AskOf(tx, listing, v.Listing.Seller, buyer); err != nil {
			return err
		}
		c, err := findAbout(tx, listing, buyer)
		if err == nil {
			began = c.ID
		} else if value.KindOf(err) != value.NotFound {
			return err
		}
		v.Ask.Text, err = findDraft(tx, listing, r.URL.Query().Get("draft"))
		return err
	})
	if err != nil {
		return err
	}
	if began != 0 && v.Ask.Text == "" {
		return web.Redirect(w, r, href(began))
	}
	return d.render(w, r, http.StatusOK, text.T(r.Context(), "message.ask"), aboutPage(v))
}

// about begins a conversation, or keeps what a visitor typed and asks them to sign in.
func (d *Desk) about(w http.ResponseWriter, r *http.Request) error {
	listing, err := value.ParseID(listingKind, r.PathValue("listing"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if account.From(r.Context()).IsZero() {
		return d.askToSignIn(w, r, listing, form.Raw("text"))
	}
	c, m, err := d.Start(r.Context(), actorOf(r), listing, Draft{Text: form.Raw("text"), Key: clipKey(form.Raw("key"))})
	if err = form.Note(err); err == nil && form.Valid() {
		sayHeld(w, r, m)
		return web.Redirect(w, r, c.Href()+"#end")
	}
	if err != nil && value.KindOf(err) != value.Forbidden {
		return err
	}
	return d.aboutAgain(w, r, listing, form, err)
}

// aboutAgain shows the form with what was typed and what is wrong with it. Who lacks nothing but a proven number is led to
// where it is proven, and from there back to the words.
func (d *Desk) aboutAgain(w http.ResponseWriter, r *http.Request, listing value.ID, form *web.Form, refused error) error {
	v := aboutView{}
	err := read(r, func(tx *db.Tx) (err error) {
		if v.Listing, err = d.listing(tx, listing); err != nil {
			return err
		}
		v.Ask, err = d.AskOf(tx, listing, v.Listing.Seller, account.From(r.Context()).Account)
		return err
	})
	if err != nil {
		return err
	}
	v.Ask.Text, v.Ask.Error = form.Raw("text"), problem(r, form, "text")
	if refused != nil && v.Ask.Lack.Phone && v.Ask.Lack.Until.IsZero() && d.config.Proving != "" {
		back, err := backTo(r, listing, v.Ask.Text)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, d.config.Proving+"?next="+url.QueryEscape(back)+"#phone")
	}
	status := http.StatusUnprocessableEntity
	if refused != nil {
		v.Notice, status = text.Error(r.Context(), web.Public(refused)), http.StatusForbidden
	}
	return d.render(w, r, status, text.T(r.Context(), "message.ask"), aboutPage(v))
}

// askToSignIn keeps the words and leads to the sign-in, and from there back to them.
func (d *Desk) askToSignIn(w http.ResponseWriter, r *http.Request, listing value.ID, body string) error {
	back, err := backTo(r, listing, body)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/sign-in?next="+url.QueryEscape(back))
}

// backTo keeps what somebody typed and returns the address of the form with it.
func backTo(r *http.Request, listing value.ID, body string) (string, error) {
	if body = Clean(body); body == "" {
		return aboutPath(listing), nil
	}
	if runes := []rune(body); len(runes) > 2*Longest {
		body = string(runes[:2*Longest])
	}
	key, err := keepDraft(r.Context(), listing, body)
	return aboutPath(listing) + "?draft=" + key, err
}

// reportView is the form to report a conversation.
type reportView struct {
	Conversation value.ID
	With         string
	Grounds      []Ground
	Ground       string
	Explanation  string
	GroundError  string
	Error        string
}

func (d *Desk) reportView(r *http.Request) (v reportView, err error) {
	if v.Conversation, err = conversationOf(r); err != nil {
		return v, err
	}
	v.Grounds = d.config.Grounds(r.Context())
	return v, read(r, func(tx *db.Tx) error {
		c, s, err := d.find(tx, v.Conversation, account.From(r.Context()).Account)
		if err != nil {
			return err
		}
		l, err := d.listing(tx, c.Listing)
		if err != nil {
			return err
		}
		v.With, err = d.nameOf(tx, c, l, s.Other())
		return err
	})
}

func (d *Desk) showReport(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("page") != "report" {
		return value.Errorf(value.NotFound, "there is no such page")
	}
	v, err := d.reportView(r)
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, text.T(r.Context(), "message.report.title"), reportPage(v))
}

func (d *Desk) report(w http.ResponseWriter, r *http.Request, id value.ID) error {
	v, err := d.reportView(r)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v.Explanation = form.Raw("explanation")
	choices := make([]string, len(v.Grounds))
	for i, g := range v.Grounds {
		choices[i] = g.Value
	}
	v.Ground = form.Choice("ground", choices...)
	code := ""
	if form.Valid() {
		code, err = d.ReportConversation(r.Context(), actorOf(r), id, v.Ground, v.Explanation)
		if err = form.Note(err); err != nil {
			return err
		}
	}
	if !form.Valid() {
		v.GroundError, v.Error = problem(r, form, "ground"), problem(r, form, "explanation")
		return d.render(w, r, http.StatusUnprocessableEntity, text.T(r.Context(), "message.report.title"), reportPage(v))
	}
	return d.render(w, r, http.StatusOK, text.T(r.Context(), "message.report.title"), reportedPage(v, code))
}
