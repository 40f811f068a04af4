package profile

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Room serves the pages of this package for all sites.
type Room struct{ config Config }

// New returns the pages.
func New(c Config) *Room {
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	if c.Plain == nil {
		c.Plain = c.Page
	}
	if c.Public == nil {
		c.Public = func(Seller) string { return "" }
	}
	return &Room{config: c}
}

const limitedAccounts = 20_000 // remembered by each limiter

// Routes registers the pages; doc.go lists them.
func (m *Room) Routes(r *web.Router) {
	small, withPhoto := web.BodyLimit(64<<10), web.BodyLimit(21<<20)
	saves := m.limit(web.Rate{Events: 60, Per: time.Hour, Burst: 20})
	shops := m.limit(web.Rate{Events: 10, Per: time.Hour, Burst: 5})
	invites := m.limit(web.Rate{Events: 30, Per: time.Hour, Burst: 15})
	strangers := web.Limit(web.NewLimiter(m.config.Clock, web.Rate{Events: 60, Per: time.Minute, Burst: 30}, limitedAccounts), web.ClientNetwork, account.Public)
	r.Handle("GET /account/profile", account.SignedIn, m.showMine)
	r.Handle("POST /account/profile", saves, m.saveMine, withPhoto)
	r.Handle("GET /shop/new", account.SignedIn, m.showNew)
	r.Handle("POST /shop/new", shops, m.openShop, withPhoto)
	r.Handle("GET /shop/{seller}/profile", account.SignedIn, m.showShop)
	r.Handle("POST /shop/{seller}/profile", saves, m.saveShop, withPhoto)
	r.Handle("GET /shop/{seller}/team", account.SignedIn, m.showTeam)
	r.Handle("POST /shop/{seller}/team", invites, m.invite, small)
	r.Handle("POST /shop/{seller}/team/role", account.SignedIn, m.setRole, small)
	r.Handle("POST /shop/{seller}/team/remove", account.SignedIn, m.removeMate, small)
	r.Handle("POST /shop/{seller}/team/revoke", account.SignedIn, m.revoke, small)
	r.Handle("GET /shop/{seller}/join", strangers, m.showJoin)
	r.Handle("POST /shop/{seller}/join", account.SignedIn, m.join, small)
}

// limit lets somebody signed in do something so often.
func (m *Room) limit(rate web.Rate) web.Guard {
	return web.Limit(web.NewLimiter(m.config.Clock, rate, limitedAccounts), account.ByAccount, account.SignedIn)
}

// visit is what one request has at hand.
type visit struct {
	room     *Room
	w        http.ResponseWriter
	r        *http.Request
	site     *site.Site
	settings site.Settings
	desk     *Desk
	me       account.Session
	words    *text.Printer
}

func (m *Room) begin(w http.ResponseWriter, r *http.Request) *visit {
	s := site.From(r.Context())
	return &visit{room: m, w: w, r: r, site: s, settings: s.Settings(), desk: m.config.Desk(s),
		me: account.From(r.Context()), words: text.FromContext(r.Context())}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.r.Context(), fn) }

// seller is the shop that the address names.
func (v *visit) seller() (value.ID, error) {
	id, err := value.ParseID(SellerShortID, v.r.PathValue("seller"))
	if err != nil {
		return 0, noSeller()
	}
	return id, nil
}

// render writes a page of this package. None may be kept by anybody or told to another site.
func (v *visit) render(status int, title string, content templ.Component) error {
	return v.renderIn(v.room.config.Page, status, title, content)
}

// renderIn writes a page in a shell. What it shows, or the secret in its address, is told to no other site.
func (v *visit) renderIn(shell func(*http.Request, string, templ.Component) templ.Component, status int, title string, content templ.Component) error {
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "same-origin")
	return web.Render(v.w, v.r, status, shell(v.r, title, content))
}

// flash is the sentence kept for this page, if any.
func (v *visit) flash() string {
	flash, ok := web.TakeFlash(v.w, v.r)
	if !ok || !v.words.Has(flash.Key) {
		return ""
	}
	return v.t(flash.Key)
}

// done leads on to a page that says what was done.
func (v *visit) done(path, key string) error {
	web.SetFlash(v.w, v.r, web.Flash{Key: key})
	return web.Redirect(v.w, v.r, path)
}

// problem is what is wrong with a field, in words.
func (v *visit) problem(form *web.Form, field string) string {
	if err := form.Error(field); err != nil {
		return text.Error(v.r.Context(), err)
	}
	return ""
}

// noteAll puts the errors that belong to fields at them, also those that were joined. It returns the error when any of
// it belongs to no field.
func noteAll(form *web.Form, err error) error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return form.Note(err)
	}
	for _, one := range joined.Unwrap() {
		if noteAll(form, one) != nil {
			return err
		}
	}
	return nil
}
