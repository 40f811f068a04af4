package rulebook

import (
	"context"
	"errors"
	"io"
	"net/http"
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

const (
	rulesPath   = "/console/safety/rules"
	listsPath   = "/console/safety/lists"
	labelsPath  = "/console/safety/labels"
	largestForm = 4 << 20 // bytes; a pasted list of 20,000 values
)

// Pages are the pages of the rules, lists and labels of the sites.
type Pages struct {
	// Shell is the console around a page. At is the address of the tab that is open.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Of    func(*site.Site) *Book
	// Who names an actor as the tables have it, such as "staff:1234", for people; nil leaves it as it is.
	Who func(r *http.Request, actor string) string
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	see, edit := account.May(account.RulesSee), account.May(account.RulesEdit)
	form := web.BodyLimit(largestForm)
	m.Handle("GET "+rulesPath, see, p.at((*visit).rules))
	m.Handle("GET "+rulesPath+"/new", edit, p.at((*visit).newRule))
	m.Handle("POST "+rulesPath, edit, p.at((*visit).saveRule), form)
	m.Handle("POST "+rulesPath+"/check", edit, p.at((*visit).check), form)
	m.Handle("GET "+rulesPath+"/learned", see, p.at((*visit).learned))
	m.Handle("POST "+rulesPath+"/learned", edit, p.at((*visit).switchLearned), form)
	m.Handle("GET "+rulesPath+"/trials/{trial}", see, p.at((*visit).trial))
	m.Handle("GET "+rulesPath+"/trials/{trial}/progress", see, p.at((*visit).progress))
	m.Handle("GET "+rulesPath+"/{owner}/{name}", see, p.at((*visit).rule))
	m.Handle("POST "+rulesPath+"/{owner}/{name}", edit, p.at((*visit).saveRule), form)
	m.Handle("GET "+rulesPath+"/{owner}/{name}/versions", see, p.at((*visit).versions))
	m.Handle("POST "+rulesPath+"/{owner}/{name}/restore", edit, p.at((*visit).restore), form)
	m.Handle("GET "+listsPath, see, p.at((*visit).lists))
	m.Handle("POST "+listsPath, edit, p.at((*visit).makeList), form)
	m.Handle("GET "+listsPath+"/{name}", see, p.at((*visit).list))
	m.Handle("POST "+listsPath+"/{name}", edit, p.at((*visit).changeList), form)
	m.Handle("POST "+labelsPath, edit, p.at((*visit).label), form)
}

// visit is one request.
type visit struct {
	*Book
	pages *Pages
	r     *http.Request
	w     http.ResponseWriter
	words *text.Printer
	me    account.Session
}

func (p *Pages) at(show func(*visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		book := p.Of(site.From(r.Context()))
		if err := book.Fresh(r.Context()); err != nil {
			return err
		}
		return show(&visit{Book: book, pages: p, r: r, w: w, words: text.FromContext(r.Context()), me: account.From(r.Context())})
	}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) mayEdit() bool { return v.me.May(account.RulesEdit) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.db.Read(v.ctx(), fn) }

// show writes a whole page under one of the tabs.
func (v *visit) show(status int, heading, at string, content templ.Component) error {
	page, err := v.pages.Shell(v.r, heading, at)
	if err != nil {
		return err
	}
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: ui.Safe})
	}
	v.private()
	return web.Render(v.w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

// part writes a piece of a page.
func (v *visit) part(content templ.Component) error {
	v.private()
	return web.Render(v.w, v.r, http.StatusOK, content)
}

func (v *visit) private() { v.w.Header().Set("Cache-Control", "no-store") }

// goOn leads to another page, which says what was done.
func (v *visit) goOn(path, done string) error {
	web.SetFlash(v.w, v.r, web.Flash{Text: done})
	return web.Redirect(v.w, v.r, path)
}

// faultsOf sorts an error by field, in the reader's language; unknown is what is not for people.
func (v *visit) faultsOf(err error) (byField map[string]string, status int, unknown error) {
	byField, status = map[string]string{}, http.StatusUnprocessableEntity
	var faults Faults
	var known *value.Error
	switch {
	case errors.As(err, &faults):
		for field, fault := range faults {
			byField[field] = text.Error(v.ctx(), fault)
		}
	case errors.As(err, &known) && (known.Kind == value.Invalid || known.Kind == value.Conflict || known.Kind == value.Limited):
		byField[known.Field] = text.Error(v.ctx(), known)
		if known.Kind == value.Conflict {
			status = http.StatusConflict
		}
	default:
		unknown = err
	}
	return byField, status, unknown
}

// day reads a last day, as a field of a form gives it; the zero Time when it is empty.
func (v *visit) day(typed string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	day, err := lastDay(typed, v.words.Zone())
	if err != nil {
		return day, fielded("expires", "rulebook.fault.day", "write a day as 2026-12-31").Because(err)
	}
	return day, nil
}

// until says when something ends.
func (v *visit) until(at time.Time) string {
	if at.IsZero() {
		return v.t("rulebook.never")
	}
	return v.words.Moment(at)
}

func (v *visit) ended(at time.Time) bool { return !at.IsZero() && !at.After(v.db.Clock().Now()) }

// who names an author.
func (v *visit) who(actor string) string {
	if v.pages.Who == nil {
		return actor
	}
	return v.pages.Who(v.r, actor)
}

func ruleHref(id string) string { return rulesPath + "/" + id }
