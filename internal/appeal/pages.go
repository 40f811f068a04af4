package appeal

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Pages serves the pages of appeals for all sites.
type Pages struct {
	Of func(*site.Site) *Desk
	// Public puts a page into the public shell.
	Public func(r *http.Request, title string, content templ.Component) templ.Component
	// Shell is the console around a page; at is the address of its entry in the rail.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	// Who names an actor for staff; nil writes it as the log does.
	Who   func(tx *db.Tx, actor string) (string, error)
	Clock value.Clock // nil: the machine's
}

const (
	path            = "/appeal"
	consolePath     = "/console/safety/appeals"
	limitedNetworks = 20_000 // remembered by each limiter
)

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	clock := p.Clock
	if clock == nil {
		clock = value.SystemClock{}
	}
	limit := func(rate web.Rate) web.Guard {
		return web.Limit(web.NewLimiter(clock, rate, limitedNetworks), web.ClientNetwork, account.Public)
	}
	looks := limit(web.Rate{Events: 60, Per: time.Minute * 10, Burst: 30})
	files := limit(web.Rate{Events: 10, Per: time.Hour, Burst: 6})
	small := web.BodyLimit(64 << 10)
	m.Handle("GET /appeal", looks, p.find)
	m.Handle("GET /appeal/{code}", looks, p.show)
	m.Handle("POST /appeal/{code}", files, p.file, small)
	may := account.May(account.AppealsDecide)
	m.Handle("GET "+consolePath, may, p.queue)
	m.Handle("GET "+consolePath+"/{id}", may, p.one)
	m.Handle("POST "+consolePath+"/{id}", may, p.answer, small)
	m.Handle("POST "+consolePath+"/passes", may, p.admit, small)
}

// visit is what one request of the public has at hand.
type visit struct {
	pages *Pages
	w     http.ResponseWriter
	r     *http.Request
	desk  *Desk
	words *text.Printer
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request) *visit {
	return &visit{pages: p, w: w, r: r, desk: p.Of(site.From(r.Context())), words: text.FromContext(r.Context())}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

// render writes a page that nobody keeps and that tells no other site its address, which holds a code.
func (v *visit) render(status int, title string, content templ.Component) error {
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	return web.Render(v.w, v.r, status, v.pages.Public(v.r, title, content))
}

// find leads from the code that somebody types to its page.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	form, err := web.ReadQuery(r)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(form.Raw("code"))
	if typed == "" {
		return v.render(http.StatusOK, v.t("appeal.find_title"), findPage(v, "", ""))
	}
	if code := TidyCode(typed); code != "" {
		return web.Redirect(w, r, path+"/"+code)
	}
	return v.unknown(typed)
}

func (v *visit) unknown(typed string) error {
	return v.render(http.StatusNotFound, v.t("appeal.find_title"), findPage(v, value.Clip(typed, 60), v.t("appeal.unknown")))
}

func (v *visit) look(code string) (f Found, err error) {
	err = site.From(v.r.Context()).DB.Read(v.r.Context(), func(tx *db.Tx) error {
		f, err = v.desk.Look(tx, code)
		return err
	})
	return f, err
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	code := TidyCode(r.PathValue("code"))
	f, err := v.look(code)
	if value.KindOf(err) == value.NotFound {
		return v.unknown(r.PathValue("code"))
	}
	if err != nil {
		return err
	}
	return v.opened(http.StatusOK, &opened{visit: v, code: code, found: f, now: v.now()})
}

func (v *visit) now() time.Time { return site.From(v.r.Context()).DB.Clock().Now() }

// opened is what a code opens, with the form as it was filled in.
type opened struct {
	*visit
	code   string
	found  Found
	now    time.Time
	typed  Appeal
	faults map[string]string // by field
}

func (v *visit) opened(status int, o *opened) error {
	switch f := o.found; {
	case f.Early:
		return v.render(status, v.t("appeal.early_title"), o.closed("appeal.early_title", v.t("appeal.early")))
	case f.Appeal.ID != 0:
		return v.render(status, v.t("appeal.receipt"), o.receipt())
	case f.Ruling.Reversed:
		return v.render(status, v.t("appeal.reversed_title"), o.closed("appeal.reversed_title", v.t("appeal.reversed_text")))
	case f.Late(o.now):
		return v.render(status, v.t("appeal.late_title"), o.closed("appeal.late_title", v.t("appeal.late", "until", v.words.DateLong(f.Until))))
	default:
		return v.render(status, v.t("appeal.title"), o.form())
	}
}

func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	code := TidyCode(r.PathValue("code"))
	typed := Appeal{Text: form.Raw("text"), Name: form.Raw("name"), Email: value.Email(strings.TrimSpace(form.Raw("email"))), Locale: v.words.Locale()}
	filed, err := v.desk.File(r.Context(), account.From(r.Context()).Actor(), code, typed)
	switch value.KindOf(err) {
	case "":
		if err != nil {
			return err
		}
		return web.Redirect(w, r, path+"/"+filed.Code)
	case value.NotFound:
		return v.unknown(r.PathValue("code"))
	case value.Invalid, value.Conflict, value.Forbidden:
		return v.again(code, typed, err)
	default:
		return err
	}
}

// again shows the form with what is wrong, or what the code opens by now.
func (v *visit) again(code string, typed Appeal, err error) error {
	f, lookErr := v.look(code)
	if lookErr != nil {
		return lookErr
	}
	o := &opened{visit: v, code: code, found: f, now: v.now(), typed: typed, faults: map[string]string{}}
	status := http.StatusConflict
	var known *value.Error
	if errors.As(err, &known) && known.Field != "" {
		o.faults[known.Field] = text.Error(v.r.Context(), known)
		status = http.StatusUnprocessableEntity
	}
	return v.opened(status, o)
}

// facts are what the party may know of the decision.
func (o *opened) facts() []ui.Fact {
	r := o.found.Ruling
	facts := []ui.Fact{{Name: o.t("appeal.what"), Value: r.Title}, {Name: o.t("appeal.decided"), Value: o.words.DateLong(r.Made)},
		{Name: o.t("appeal.until"), Value: o.words.DateLong(o.found.Until)}}
	if r.Reason != "" {
		facts = append(facts, ui.Fact{Name: o.t("appeal.reason"), Value: r.Reason})
	}
	if r.Title == "" {
		return facts[1:]
	}
	return facts
}

func (o *opened) receiptFacts() []ui.Fact {
	a := o.found.Appeal
	facts := []ui.Fact{{Name: o.t("appeal.made"), Value: o.words.Moment(a.Made)}, {Name: o.t("appeal.party"), Value: o.t("appeal.party." + string(a.Party))}}
	if o.found.Ruling.Title != "" {
		facts = append(facts, ui.Fact{Name: o.t("appeal.what"), Value: o.found.Ruling.Title})
	}
	if a.State != Open {
		facts = append(facts, ui.Fact{Name: o.t("appeal.answered_on"), Value: o.words.Moment(a.Answered)})
	}
	return facts
}

// tag says how far an appeal is.
func tag(words *text.Printer, s State) ui.Tag {
	t := ui.Tag{Text: words.T("appeal.state." + string(s)), Icon: "circle-check", Tone: ui.Safe}
	switch s {
	case Open:
		t.Icon, t.Tone = "clock", ui.Paid
	case Upheld:
		t.Icon, t.Tone = "scale", ui.Plain
	}
	return t
}
