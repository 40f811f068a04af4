package trade

import (
	"context"
	"net/http"
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

// Pages answers for the pages of all sites.
type Pages struct {
	config Config
	writes *web.Limiter
}

// NewPages makes the pages. clock is for the limits.
func NewPages(clock value.Clock, config Config) *Pages {
	return &Pages{config: config, writes: web.NewLimiter(clock, web.Rate{Events: 60, Per: time.Hour, Burst: 30}, 20_000)}
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	small := web.BodyLimit(32 << 10)
	writes := web.Limit(p.writes, account.ByAccount, account.SignedIn)
	m.Handle("GET /trades", account.SignedIn, p.list)
	m.Handle("GET /trades/new", account.SignedIn, p.showNew)
	m.Handle("POST /trades", writes, p.propose, small)
	m.Handle("GET /trades/{id}", account.SignedIn, p.show)
	for path, verb := range map[string]func(*Desk, context.Context, value.Actor, value.ID) error{
		"confirmation": (*Desk).Confirm, "refusal": (*Desk).Decline, "completion": (*Desk).Complete, "failure": (*Desk).Fail,
	} {
		m.Handle("POST /trades/{id}/"+path, writes, p.step(path, verb), small)
	}
	m.Handle("POST /trades/{id}/review", writes, p.review, small)
	m.Handle("POST /trades/{id}/answer", writes, p.answer, small)
	m.Handle("POST /trades/{id}/appeal", writes, p.appeal, small)
}

// visit is what one request has at hand.
type visit struct {
	*Desk
	pages   *Pages
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	session account.Session
	words   *text.Printer
	now     time.Time
}

func (p *Pages) visit(w http.ResponseWriter, r *http.Request) *visit {
	ctx := r.Context()
	s := site.From(ctx)
	return &visit{Desk: p.config.Desk(s), pages: p, w: w, r: r, ctx: ctx, site: s, session: account.From(ctx),
		words: text.FromContext(ctx), now: s.DB.Clock().Now()}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

// render writes a page of this package. None may be kept by anybody.
func (v *visit) render(status int, title string, content templ.Component) error {
	v.w.Header().Set("Cache-Control", "no-store")
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		content = withFlash(v, flash, content)
	}
	return web.Render(v.w, v.r, status, v.pages.config.Page(v.r, title, content))
}

// done says one sentence on the next page and leads there.
func (v *visit) done(path, key string) error {
	web.SetFlash(v.w, v.r, web.Flash{Key: key})
	return web.Redirect(v.w, v.r, path)
}

func (v *visit) id() (value.ID, error) { return value.ParseID(ShortID, v.r.PathValue("id")) }

// step answers a button that moves a trade on.
func (p *Pages) step(path string, verb func(*Desk, context.Context, value.Actor, value.ID) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := p.visit(w, r)
		id, err := v.id()
		if err != nil {
			return err
		}
		if err := verb(v.Desk, v.ctx, v.session.Actor(), id); value.KindOf(err) == value.Conflict {
			return v.showAgain(id, saying{notice: text.Error(v.ctx, err)}, http.StatusConflict)
		} else if err != nil {
			return err
		}
		return v.done("/trades/"+id.Text(ShortID), "trade.flash."+path)
	}
}

// saying is what somebody typed into the forms of a trade, the second time with what was wrong.
type saying struct {
	part   string // the form: review, answer or appeal
	stars  string
	tags   []string
	body   string
	faults map[string]string // by field
	notice string            // what went wrong without a field
}

func (v *visit) saying(part, bodyField string) (saying, *web.Form, error) {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return saying{}, nil, err
	}
	return saying{part: part, stars: form.Raw("stars"), tags: form.All("tags"), body: form.Raw(bodyField), faults: map[string]string{}}, form, nil
}

// refused shows the trade again with what was wrong at its field; other errors go on.
func (v *visit) refused(id value.ID, s saying, form *web.Form, err error) error {
	if kind := value.KindOf(err); kind == value.Conflict || kind == value.Forbidden {
		s.notice = text.Error(v.ctx, err)
		return v.showAgain(id, s, web.StatusOf(err))
	}
	if err = form.Note(err); err != nil {
		return err
	}
	for _, problem := range form.Errors() {
		s.faults[problem.Field] = text.Error(v.ctx, problem)
	}
	return v.showAgain(id, s, http.StatusUnprocessableEntity)
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	id, err := v.id()
	if err != nil {
		return err
	}
	s, form, err := v.saying("review", "body")
	if err != nil {
		return err
	}
	stars, _ := strconv.Atoi(s.stars) // what is no number is no choice of stars, which the desk says at its field
	written, err := v.Review(v.ctx, v.session.Actor(), id, Content{Stars: stars, Tags: s.tags, Body: s.body, Locale: v.words.Locale()})
	if err != nil {
		return v.refused(id, s, form, err)
	}
	return v.done("/trades/"+id.Text(ShortID), "trade.flash.review_"+string(written.Status))
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	id, err := v.id()
	if err != nil {
		return err
	}
	s, form, err := v.saying("answer", "body")
	if err != nil {
		return err
	}
	written, err := v.Answer(v.ctx, v.session.Actor(), id, Content{Body: s.body, Locale: v.words.Locale()})
	if err != nil {
		return v.refused(id, s, form, err)
	}
	return v.done("/trades/"+id.Text(ShortID), "trade.flash.answer_"+string(written.Status))
}

func (p *Pages) appeal(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	id, err := v.id()
	if err != nil {
		return err
	}
	s, form, err := v.saying("appeal", "appeal")
	if err != nil {
		return err
	}
	part := TheReview
	if form.Raw("part") == string(TheAnswer) {
		part = TheAnswer
	}
	if err := v.Appeal(v.ctx, v.session.Actor(), id, part, s.body); err != nil {
		return v.refused(id, s, form, err)
	}
	return v.done("/trades/"+id.Text(ShortID), "trade.flash.appeal")
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	id, err := v.id()
	if err != nil {
		return err
	}
	return v.showAgain(id, saying{}, http.StatusOK)
}

func (v *visit) showAgain(id value.ID, s saying, status int) error {
	page, err := v.deal(id)
	if err != nil {
		return err
	}
	page.typed = s
	return v.render(status, page.Title, page.view())
}

// newDeal is the form of "we made a deal".
type newDeal struct {
	v            *visit
	conversation string
	price        string
	currency     string
	title        string
	fault        string
	notice       string
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	n, _, err := v.newDeal(r.URL.Query().Get("conversation"))
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, v.t("trade.new.title"), n.view())
}

// newDeal finds what a conversation is about, for somebody who takes part in it.
func (v *visit) newDeal(key string) (*newDeal, Agreement, error) {
	missing := value.Errorf(value.NotFound, "there is no such conversation")
	id, err := value.ParseID("cnv", key)
	if err != nil || v.Neighbours.Talk == nil {
		return nil, Agreement{}, missing
	}
	n := &newDeal{v: v, conversation: key, currency: v.site.Settings().Currency}
	var a Agreement
	err = v.read(func(tx *db.Tx) (err error) {
		if a, err = v.Neighbours.Talk(tx, id, v.session.Account); err != nil {
			return err
		}
		thing, err := v.Neighbours.Thing(tx, a.Listing)
		n.title = thing.Title
		return err
	})
	if a.Price.Currency != "" {
		n.price, n.currency = a.Price.Decimal(), a.Price.Currency
	}
	return n, a, err
}

func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	n, a, err := v.newDeal(form.Raw("conversation"))
	if err != nil {
		return err
	}
	n.price, a.Price = form.Raw("price"), value.Money{}
	if n.price != "" {
		a.Price = form.Money("price", n.currency)
	}
	var t Trade
	if form.Valid() {
		t, err = v.Propose(v.ctx, v.session.Actor(), a)
	}
	switch kind := value.KindOf(err); {
	case kind == value.Conflict || kind == value.Forbidden:
		n.notice = text.Error(v.ctx, err)
		return v.render(web.StatusOf(err), v.t("trade.new.title"), n.view())
	case form.Note(err) != nil:
		return err
	case !form.Valid():
		n.fault = text.Error(v.ctx, form.Errors()[0])
		return v.render(http.StatusUnprocessableEntity, v.t("trade.new.title"), n.view())
	}
	return v.done("/trades/"+t.Key(), "trade.flash."+string(t.Status))
}
