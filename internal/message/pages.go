package message

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	largestText  = 512 << 10 // bytes of a form without photos; more than fits in a message, so that it can be shown again
	largestPhoto = 20 << 20
)

// Routes registers the pages of this package; doc.go lists them.
func (d *Desk) Routes(m *web.Router) {
	acting := web.Limit(d.limits.acts, account.ByAccount, account.SignedIn)
	plain, photos := web.BodyLimit(largestText), web.BodyLimit(mostPhotos*largestPhoto+largestText)
	m.Handle("GET /messages", account.SignedIn, d.showInbox)
	m.Handle("GET /messages/events", account.SignedIn, d.events, web.Timeout(0))
	m.Handle("GET /messages/about/{listing}", account.SignedIn, d.showAbout)
	m.Handle("POST /messages/about/{listing}", web.Limit(d.limits.drafts, byVisitor, web.Limit(d.limits.acts, account.ByAccount, account.Public)), d.about, plain)
	m.Handle("GET /messages/{id}", account.SignedIn, d.showConversation)
	m.Handle("POST /messages/{id}", acting, d.write, photos, web.Timeout(time.Minute))
	m.Handle("GET "+contactPath, account.SignedIn, d.showContact)
	m.Handle("POST "+contactPath, acting, d.setContact, plain)
	m.Handle("GET "+notesPath, account.Public, d.explainNotes)
	m.Handle("GET /messages/{id}/{page}", account.SignedIn, d.showReport) // "report" alone: a literal would be as specific as "about"
	m.Handle("POST /messages/{id}/{verb}", acting, d.act, plain)
	m.Handle("POST /messages/{id}/offers/{offer}/{verb}", acting, d.decideOffer, plain)
	m.Handle("GET /messages/{id}/photos/{message}/{file}", account.SignedIn, d.photo)
	m.Handle("GET /console/conversations/{id}", account.May(account.ConversationsSee), d.look)
	m.Handle("GET /console/messages", account.May(account.ConversationsSee), d.showHeld)
	m.Handle("POST /console/messages/{id}/{verb}", account.May(account.ListingsDecide), d.decideHeld, plain)
}

// render writes a page of this package. None may be kept by anybody or told to another site.
func (d *Desk) render(w http.ResponseWriter, r *http.Request, status int, title string, content templ.Component) error {
	private(w)
	if flash, ok := web.TakeFlash(w, r); ok {
		content = withFlash(flash, content)
	}
	return web.Render(w, r, status, d.config.Page(r, title, content))
}

func private(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func flashText(ctx context.Context, flash web.Flash) string {
	if flash.Key != "" {
		return text.T(ctx, flash.Key)
	}
	return flash.Text
}

func flashTone(flash web.Flash) ui.Tone {
	if flash.Tone == "bad" {
		return ui.Paid
	}
	return ui.Safe
}

// read runs a read on the site of a request.
func read(r *http.Request, fn func(tx *db.Tx) error) error {
	return site.From(r.Context()).DB.Read(r.Context(), fn)
}

func problem(r *http.Request, form *web.Form, field string) string {
	if err := form.Error(field); err != nil {
		return text.Error(r.Context(), err)
	}
	return ""
}

func actorOf(r *http.Request) value.Actor { return account.From(r.Context()).Actor() }

func conversationOf(r *http.Request) (value.ID, error) {
	id, err := value.ParseID(ConversationKind, r.PathValue("id"))
	if err != nil {
		return 0, noConversation()
	}
	return id, nil
}

func newKey() string { return rand.Text() }

func (d *Desk) showInbox(w http.ResponseWriter, r *http.Request) error {
	v, err := d.inboxView(r)
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, text.T(r.Context(), "message.title"), talksPage(v, nil))
}

// inboxView is the list as a page shows it.
type inboxView struct {
	Query  Query
	Shops  []Seller
	Box    Inbox
	Open   value.ID // the conversation beside the list
	Person value.ID
}

func (d *Desk) inboxView(r *http.Request) (v inboxView, err error) {
	form, err := web.ReadQuery(r)
	if err != nil {
		return v, err
	}
	choices := make([]string, 0, len(shows))
	for _, show := range shows[1:] {
		choices = append(choices, string(show))
	}
	v.Query = Query{Show: Show(form.Choice("show", choices...)), Shop: form.ID("shop", sellerKind), Words: form.Line("q", 100), After: form.Raw("after")}
	v.Person = account.From(r.Context()).Account
	return v, read(r, func(tx *db.Tx) error {
		m, err := d.member(tx, v.Person)
		if err != nil {
			return err
		}
		if len(m.sellers) > 1 {
			v.Shops = m.sellers
		}
		v.Box, err = d.inbox(tx, m, v.Query)
		return err
	})
}

// link is the address of the inbox with one thing changed.
func (v inboxView) link(show Show, shop value.ID) string {
	q := url.Values{}
	if show != ShowAll {
		q.Set("show", string(show))
	}
	if shop != 0 {
		q.Set("shop", shop.Text(sellerKind))
	}
	return address(q)
}

func address(q url.Values) string {
	if len(q) == 0 {
		return "/messages"
	}
	return "/messages?" + q.Encode()
}

func (v inboxView) next() string {
	q, _ := url.ParseQuery("")
	if v.Query.Show != ShowAll {
		q.Set("show", string(v.Query.Show))
	}
	if v.Query.Shop != 0 {
		q.Set("shop", v.Query.Shop.Text(sellerKind))
	}
	q.Set("after", v.Box.Next)
	return address(q)
}

// here is the address that shows the same list anew.
func (v inboxView) here() string {
	if v.Open != 0 {
		return href(v.Open)
	}
	if v.Query.After != "" {
		return ""
	}
	return v.link(v.Query.Show, v.Query.Shop)
}

func thumbnail(l Listing) ui.Picture {
	size := l.Photo.At(media.Small)
	if size.Key == "" {
		return ui.Picture{}
	}
	return ui.Picture{Src: media.Path + size.Key, Width: size.Width, Height: size.Height, Tone: l.Photo.Colour}
}

// withName is the other side's name, or what stands for somebody who was erased.
func withName(ctx context.Context, name string) string {
	if name == "" {
		return text.T(ctx, "message.former")
	}
	return name
}

func titleOf(ctx context.Context, l Listing) string {
	if l.Title == "" {
		return text.T(ctx, "message.listing_gone")
	}
	return l.Title
}

// lastWords is the line of a conversation in the list.
func lastWords(ctx context.Context, e Entry) string {
	m := e.Last
	if e.Found != "" {
		return e.Found
	}
	line := m.Text
	switch {
	case m.Erased:
		line = text.T(ctx, "message.erased")
	case m.State == Removed:
		line = text.T(ctx, "message.removed")
	case m.Offer != 0:
		line = text.T(ctx, "message.an_offer")
	case line == "" && len(m.Photos) > 0:
		line = text.T(ctx, "message.photos", "count", len(m.Photos))
	}
	if runes := []rune(line); len(runes) > 140 {
		line = string(runes[:140]) + "…"
	}
	if m.Side == e.Side && m.ID != 0 {
		if m.Author != account.From(ctx).Account {
			return text.T(ctx, "message.mate", "name", withName(ctx, e.By), "text", line)
		}
		return text.T(ctx, "message.you", "text", line)
	}
	return line
}

var knownStatus = map[string]ui.Tone{
	"live": ui.Safe, "reserved": ui.Paid, "sold": ui.Plain, "paused": ui.Plain, "expired": ui.Plain, "removed": ui.Alarm,
}

func statusText(ctx context.Context, l Listing) string {
	if _, known := knownStatus[l.Status]; known {
		return text.T(ctx, "message.status."+l.Status)
	}
	return text.T(ctx, "message.status.paused")
}

func showName(show Show) string { return cmp.Or(string(show), "all") }
