package market

import (
	"errors"
	"net/http"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// complaint is the form of a report, filled in or not.
type complaint struct {
	v      *visit
	about  target
	notice moderation.Notice
	email  string            // as it was typed
	faults map[string]string // by field
}

// target is what is reported, as the public sees it.
type target struct {
	object  string
	record  value.ID
	key     string // its outside id
	href    string
	title   string
	line    string
	picture ui.Picture
}

// Shown is what an outside id names for the public: a listing, a seller or a review.
type Shown struct {
	Object string
	Record value.ID
	Title  string
	Href   string
}

// Shown returns what an outside id names, if the public can see it on the request's site; else an error of kind NotFound.
func (m *Market) Shown(r *http.Request, key string) (Shown, error) {
	v, err := m.begin(r)
	if err != nil {
		return Shown{}, err
	}
	about, err := v.reportable(key)
	return Shown{about.object, about.record, about.title, about.href}, err
}

func (v *visit) reportForm(w http.ResponseWriter) error {
	about, err := v.reportable(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	c := &complaint{v: v, about: about}
	return v.show(w, http.StatusOK, v.page(v.t("market.report.title."+about.object), ""), c.view())
}

// reportable is what an outside id names, if the public can see it: a listing, a seller, or a review.
func (v *visit) reportable(key string) (target, error) {
	switch kind, _, _ := strings.Cut(key, "_"); kind {
	case sellerShort:
		return v.reportableSeller(key)
	case trade.ReviewShortID:
		return v.reportableReview(key)
	default:
		return v.reportableListing(key)
	}
}

func (v *visit) reportableListing(key string) (target, error) {
	l, _, err := v.find(key)
	if err == nil && !l.Reachable(v.Desk.Gate, v.now) {
		err = v.unknown()
	}
	if err != nil {
		return target{}, err
	}
	about := target{object: listing.Object, record: l.ID, key: key, href: pathOf(l), title: l.Title, line: joined(v.price(l), l.Place.Name)}
	if len(l.Photos) > 0 {
		about.picture = picture(l.Photos[0], "6rem")
	}
	return about, nil
}

func (v *visit) reportableSeller(key string) (target, error) {
	id, err := value.ParseID(sellerShort, key)
	if err != nil {
		return target{}, v.noSeller()
	}
	p := &stand{v: v}
	if err := v.site.DB.Read(v.ctx, func(tx *db.Tx) error { return p.read(tx, id) }); err != nil {
		return target{}, err
	}
	if p.face.Gone {
		return target{}, v.noSeller()
	}
	return target{object: listing.SellerObject, record: id, key: key, href: sellerPath(id, p.face.Name), title: p.face.Name, line: p.face.Town}, nil
}

func (v *visit) reportableReview(key string) (about target, err error) {
	id, err := value.ParseID(trade.ReviewShortID, key)
	if err != nil || v.Parts.Trades == nil {
		return about, v.unknown()
	}
	err = v.site.DB.Read(v.ctx, func(tx *db.Tx) error {
		r, err := trade.FindReview(tx, id)
		if value.KindOf(err) == value.NotFound || err == nil && !r.Visible(v.Desk.Gate) {
			return v.unknown()
		}
		if err != nil {
			return err
		}
		t, err := trade.Find(tx, r.Trade)
		about = target{object: trade.ReviewObject, record: id, key: key, title: v.t("market.report.review", "name", v.reviewer(r)), line: clip(r.Body, 140)}
		if r.Side == trade.Buyer {
			about.href = sellerPath(t.Seller, "") + "#" + key
		}
		return err
	})
	return about, err
}

// fileReport stores the notice and leads to its receipt, or shows the form again with what is wrong.
func (v *visit) fileReport(w http.ResponseWriter) error {
	about, err := v.reportable(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	c := &complaint{v: v, about: about, email: strings.TrimSpace(f.Raw("email")), notice: moderation.Notice{
		Object: about.object, Record: about.record, Ground: moderation.Ground(f.Raw("ground")), Explanation: f.Text("explanation", 1<<20),
		Name: strings.TrimSpace(f.Raw("name")), Email: value.Email(f.Raw("email")), Locale: v.words.Locale(),
	}}
	filed, err := v.Notices.File(v.ctx, account.From(v.ctx).Actor(), c.notice)
	if value.KindOf(err) == value.Invalid {
		c.faults = v.reportFaults(err)
		return v.show(w, http.StatusUnprocessableEntity, v.page(v.t("market.report.title."+about.object), ""), c.view())
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, v.r, "/reports/"+filed.Code)
}

// reportFaults writes what is wrong in the reader's language.
func (v *visit) reportFaults(err error) map[string]string {
	var known *value.Error
	if !errors.As(err, &known) {
		return nil
	}
	switch known.Field {
	case "ground", "explanation", "name", "email":
		return map[string]string{known.Field: v.t("market.report.fault." + known.Field)}
	default:
		return map[string]string{"explanation": known.Message}
	}
}

func (c *complaint) grounds() []ui.Option {
	options := []ui.Option{{Text: c.v.t("market.report.choose")}}
	for _, g := range moderation.Grounds {
		options = append(options, ui.Option{Value: string(g), Text: c.v.t("market.ground." + string(g))})
	}
	return options
}

// findReport leads from the code that somebody types to its page.
func (v *visit) findReport(w http.ResponseWriter) error {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	typed := f.Raw("code")
	page := v.page(v.t("market.receipt.find"), "")
	if typed == "" {
		return v.show(w, http.StatusOK, page, findForm(v, "", ""))
	}
	code := tidyCode(typed)
	if _, err := v.notice(code); err != nil {
		if value.KindOf(err) != value.NotFound {
			return err
		}
		return v.show(w, http.StatusNotFound, page, findForm(v, clip(typed, 60), v.t("market.receipt.unknown")))
	}
	return web.Redirect(w, v.r, "/reports/"+code)
}

// tidyCode forgives small letters, and spaces or nothing between the groups of five.
func tidyCode(typed string) string {
	letters := strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToUpper(typed))
	var groups []string
	for len(letters) > 5 && len(groups) < 8 {
		groups, letters = append(groups, letters[:5]), letters[5:]
	}
	return strings.Join(append(groups, letters), "-")
}

func (v *visit) notice(code string) (n moderation.Notice, err error) {
	err = v.site.DB.Read(v.ctx, func(tx *db.Tx) error {
		n, err = moderation.FindNoticeByCode(tx, code)
		return err
	})
	return n, err
}

// receipt shows what was reported, when, and what came of it. Whoever has the code may see it; nothing in it says who
// wrote the report.
func (v *visit) receipt(w http.ResponseWriter) error {
	code := v.r.PathValue("code")
	n, err := v.notice(code)
	if value.KindOf(err) == value.NotFound {
		return v.show(w, http.StatusNotFound, v.page(v.t("market.receipt.find"), ""), findForm(v, clip(code, 60), v.t("market.receipt.unknown")))
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return v.show(w, http.StatusOK, v.page(v.t("market.receipt.title"), ""), receiptView(v, n))
}
