package reach

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
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
func New(c Config) *Room { return &Room{config: c} }

// Routes registers the pages; doc.go lists them.
func (m *Room) Routes(r *web.Router) {
	r.Handle("GET /my/listings/{id}/figures", account.SignedIn, m.page(listingFigures))
	r.Handle("GET /my/listings/{id}/figures.csv", account.SignedIn, m.file(listingFigures))
	r.Handle("GET /shop/{seller}/figures", account.SignedIn, m.page(sellerFigures))
	r.Handle("GET /shop/{seller}/figures.csv", account.SignedIn, m.file(sellerFigures))
}

// report is the page of somebody's figures.
type report struct {
	Figures
	title  string
	href   string // where it leads: the listing's public page, the shop's team
	to     string // and the words for it
	path   string // of this page
	seller value.ID
	period int
}

// visit is what one request has at hand.
type visit struct {
	r    *http.Request
	desk *Desk
	me   account.Session
	days int
}

// page answers with a report; file with its days.
func (m *Room) page(read func(v visit, tx *db.Tx) (report, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := m.read(r, read)
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		content := templ.Component(f.view())
		return web.Render(w, r, http.StatusOK, m.config.Page(r, f.title, content))
	}
}

func (m *Room) file(read func(v visit, tx *db.Tx) (report, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := m.read(r, read)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("figures-%s.csv", f.Days[len(f.Days)-1].Date.Format(time.DateOnly))
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		w.Header().Set("Cache-Control", "no-store")
		return f.write(csv.NewWriter(w), text.FromContext(r.Context()))
	}
}

// write writes the days: a date and numbers, nothing that a sheet could take for a formula.
func (f report) write(out *csv.Writer, words *text.Printer) error {
	rows := [][]string{{words.T("reach.day"), words.T("reach.views"), words.T("reach.contacts"), words.T("reach.saves")}}
	for _, d := range f.Days {
		rows = append(rows, []string{d.Date.Format(time.DateOnly), whole(d.Views), whole(d.Contacts), whole(d.Saves)})
	}
	return out.WriteAll(rows)
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

func (m *Room) read(r *http.Request, read func(v visit, tx *db.Tx) (report, error)) (f report, err error) {
	s := site.From(r.Context())
	v := visit{r: r, desk: m.config.Desk(s), me: account.From(r.Context()), days: periods[0]}
	if days, err := strconv.Atoi(r.URL.Query().Get("days")); err == nil && slices.Contains(periods, days) {
		v.days = days
	}
	if err := v.desk.Flush(r.Context()); err != nil { // what waits is seen a little later
		slog.Warn("views could not be written before a page of figures", "database", s.DB.Name(), "error", err)
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		f, err = read(v, tx)
		return err
	})
	f.period = v.days
	return f, err
}

// listingFigures reads the figures of the listing that the address names.
func listingFigures(v visit, tx *db.Tx) (report, error) {
	id, err := value.ParseID(listingShortID, v.r.PathValue("id"))
	if err != nil {
		return report{}, nothing()
	}
	found, err := v.desk.Listings.Find(tx, []value.ID{id})
	if err != nil {
		return report{}, err
	}
	if len(found) == 0 {
		return report{}, nothing()
	}
	l := found[0]
	if err := v.mayLook(tx, l.Seller); err != nil {
		return report{}, err
	}
	figures, err := v.desk.OfListing(tx, id, v.days)
	return report{Figures: figures, title: text.T(v.r.Context(), "reach.of", "name", l.Title), href: l.Href, to: "reach.see", seller: l.Seller,
		path: "/my/listings/" + id.Text(listingShortID) + "/figures"}, err
}

// sellerFigures reads the figures of the seller that the address names.
func sellerFigures(v visit, tx *db.Tx) (report, error) {
	id, err := value.ParseID(sellerShortID, v.r.PathValue("seller"))
	if err != nil {
		return report{}, nothing()
	}
	if err := v.mayLook(tx, id); err != nil {
		return report{}, err
	}
	name, err := v.desk.Listings.SellerName(tx, id)
	if err != nil {
		return report{}, err
	}
	figures, err := v.desk.OfSeller(tx, id, v.days)
	return report{Figures: figures, title: text.T(v.r.Context(), "reach.of", "name", name), seller: id,
		href: "/shop/" + id.Text(sellerShortID) + "/team", to: "reach.team", path: "/shop/" + id.Text(sellerShortID) + "/figures"}, err
}

// mayLook lets those through who may edit the seller's listings. For others there is nothing.
func (v visit) mayLook(tx *db.Tx, seller value.ID) error {
	may, err := v.desk.Listings.MayPost(tx, seller, v.me.Account)
	if err == nil && !may {
		err = nothing()
	}
	return err
}

func nothing() error {
	return &value.Error{Kind: value.NotFound, Key: "reach.nothing", Message: "there are no figures for you here"}
}
