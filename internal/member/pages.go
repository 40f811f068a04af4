package member

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Routes registers the pages of this package; doc.go lists them.
func (d *Desk) Routes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	changes := web.Limit(d.changes, account.ByAccount, account.SignedIn)
	strangers := web.Limit(d.strange, web.ClientNetwork, account.Public)
	costly := web.Limit(d.costly, account.ByAccount, account.SignedIn)
	m.Handle("GET /account/alerts", account.SignedIn, d.showAlerts)
	m.Handle("GET /account/alerts/{alert}", account.SignedIn, d.followAlert)
	m.Handle("POST /account/alerts/seen", changes, d.seeAll, small)
	m.Handle("GET /account/preferences", account.SignedIn, d.showPreferences)
	m.Handle("POST /account/preferences", changes, d.savePreferences, small)
	m.Handle("GET /unsubscribe/{token}", strangers, d.showUnsubscribe)
	m.Handle("POST /unsubscribe/{token}", strangers, d.unsubscribe, small, web.CrossOrigin())
	m.Handle("GET /account/blocked", account.SignedIn, d.showBlocked)
	m.Handle("POST /account/blocked", changes, d.block, small)
	m.Handle("POST /account/blocked/{account}/end", changes, d.unblock, small)
	d.deviceRoutes(m, changes)
	m.Handle("GET /account/my-data", account.SignedIn, d.showRecords)
	m.Handle("POST /account/my-data/exports", changes, d.askExport, small)
	m.Handle("GET /account/my-data/exports/{export}", account.SignedIn, d.fetchExport, web.Timeout(10*time.Minute))
	m.Handle("GET /account/my-data/progress", account.SignedIn, d.showProgress)
	m.Handle("GET /account/my-data/erasure", costly, d.showErasure)
	m.Handle("POST /account/my-data/erasure", costly, d.askErasure, small)
	m.Handle("POST /account/my-data/erasure/end", changes, d.endErasure, small)
}

// visit is what one request has at hand.
type visit struct {
	*Desk
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	session account.Session
}

func (d *Desk) visit(w http.ResponseWriter, r *http.Request) *visit {
	ctx := r.Context()
	return &visit{Desk: d, w: w, r: r, ctx: ctx, site: site.From(ctx), session: account.From(ctx)}
}

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

func (v *visit) write(action string, fn func(tx *db.Tx) error) error {
	return v.site.DB.Write(v.ctx, v.session.Actor(), action, fn)
}

// show writes a page whose title is a message.
func (v *visit) show(status int, title string, content templ.Component) error {
	shell := v.config.Page
	if v.session.IsZero() {
		shell = v.config.Plain
	}
	return web.Render(v.w, v.r, status, shell(v.r, text.T(v.ctx, title), content))
}

// done says one sentence on the next page and leads there.
func (v *visit) done(path, key string) error {
	web.SetFlash(v.w, v.r, web.Flash{Tone: "good", Key: key})
	return web.Redirect(v.w, v.r, path)
}

// alertsView is a page of alerts.
type alertsView struct {
	Notes  []note
	Unseen int
	Until  time.Time // when it was read: what comes later is not marked as seen by its button
	First  bool
	Next   string // address of the older ones
}

const alertsPerPage = 30

func (d *Desk) showAlerts(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	from := readPlace(r.URL.Query().Get("after"))
	view := alertsView{Until: v.site.DB.Clock().Now(), First: from.at.IsZero()}
	err := v.read(func(tx *db.Tx) (err error) {
		if view.Notes, err = listNotes(tx, v.session.Account, from, alertsPerPage+1); err != nil {
			return err
		}
		view.Unseen, err = Unseen(tx, v.session.Account)
		return err
	})
	if err != nil {
		return err
	}
	if len(view.Notes) > alertsPerPage {
		view.Notes = view.Notes[:alertsPerPage]
		last := view.Notes[alertsPerPage-1]
		view.Next = "/account/alerts?after=" + strconv.FormatInt(value.Micros(last.at), 10) + "." + last.id.Text(alertID)
	}
	return v.show(http.StatusOK, "member.alerts.title", alertsPage(view))
}

const alertID = "alt" // kind of an alert's outside id

// readPlace reads where a page of alerts begins; what cannot be read is the beginning.
func readPlace(text string) place {
	at, id, _ := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 10, 64)
	alert, badly := value.ParseID(alertID, id)
	if err != nil || badly != nil || us <= 0 {
		return place{}
	}
	return place{value.FromMicros(us), alert}
}

// followAlert marks an alert of one's own as seen and leads to what it is about.
func (d *Desk) followAlert(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(alertID, r.PathValue("alert"))
	if err != nil {
		return err
	}
	var n note
	err = v.site.DB.Maintain(v.ctx, "member: an alert was seen", func(tx *db.Tx) (err error) {
		n, err = findNote(tx, id)
		if err != nil {
			return err
		}
		if n.account != v.session.Account {
			return value.Errorf(value.NotFound, "there is no such alert")
		}
		return markOneSeen(tx, id)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(n.href, "/account/alerts"))
}

func (d *Desk) seeAll(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	until := v.site.DB.Clock().Now()
	if us := form.Int("until", 1, value.Micros(until)); us > 0 {
		until = value.FromMicros(us)
	}
	err = v.site.DB.Maintain(v.ctx, "member: alerts were seen", func(tx *db.Tx) error {
		return markAllSeen(tx, v.session.Account, until)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account/alerts")
}
