package standing

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

// HrefOf is where staff answer a contest.
func HrefOf(id value.ID) string { return consolePath + "/" + id.Text(Kind) }

// shell writes a page of staff.
func (p *Pages) shell(w http.ResponseWriter, r *http.Request, status int, heading string, content templ.Component) error {
	page, err := p.Shell(r, text.T(r.Context(), heading), consolePath)
	if err != nil {
		return err
	}
	page.Heading = ""
	if flash, ok := web.TakeFlash(w, r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: text.T(r.Context(), flash.Key), Tone: ui.Safe})
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

type queueView struct {
	open bool
	all  []Contest
	now  time.Time
}

func (q queueView) late(c Contest) bool { return c.State == Open && q.now.After(c.Made.Add(Within)) }

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	q := queueView{open: r.URL.Query().Get("state") != "answered"}
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		q.now = tx.Now()
		q.all, err = List(tx, q.open)
		return err
	})
	if err != nil {
		return err
	}
	return p.shell(w, r, http.StatusOK, "standing.console.title", q.view())
}

// oneView is one contest and the form that answers it. Who the member is stands nowhere: the line is what counts.
type oneView struct {
	c      Contest
	me     account.Session
	by     string // who made what is contested, by name
	answer string
	how    State
	faults map[string]string // by field; "" for what belongs to none
}

// own reports whether the reader made what is contested, or contests it.
func (o oneView) own() bool {
	return o.c.DecidedBy == o.me.Actor().String() || o.c.Account == o.me.Account
}

func (p *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return p.renderOne(w, r, http.StatusOK, oneView{})
}

func (p *Pages) renderOne(w http.ResponseWriter, r *http.Request, status int, o oneView) error {
	id, err := value.ParseID(Kind, r.PathValue("id"))
	if err != nil {
		return err
	}
	o.me = account.From(r.Context())
	err = site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if o.c, err = Find(tx, id); err != nil {
			return err
		}
		if o.by = o.c.DecidedBy; p.Who != nil && o.by != "" {
			o.by, err = p.Who(tx, o.by)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.shell(w, r, status, "standing.console.one", o.view())
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(Kind, r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	o := oneView{how: State(form.Raw("outcome")), answer: form.Raw("answer"), faults: map[string]string{}}
	err = p.Of(site.From(r.Context())).Answer(r.Context(), account.From(r.Context()).Actor(), id, o.how, o.answer)
	if err == nil {
		web.SetFlash(w, r, web.Flash{Tone: "good", Key: "standing.console.done"})
		return web.Redirect(w, r, consolePath)
	}
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.NotFound {
		return err
	}
	o.faults[known.Field] = text.Error(r.Context(), known)
	return p.renderOne(w, r, web.StatusOf(err), o)
}

func (o oneView) facts(ctx context.Context) []ui.Fact {
	section, _ := o.c.Of()
	facts := []ui.Fact{
		{Name: text.T(ctx, "standing.console.about"), Value: text.T(ctx, "standing.section."+sectionOf(section))},
		{Name: text.T(ctx, "standing.console.made"), Value: text.FromContext(ctx).Moment(o.c.Made)},
		{Name: text.T(ctx, "standing.console.due"), Value: text.FromContext(ctx).Moment(o.c.Made.Add(Within))},
		{Name: text.T(ctx, "standing.console.language"), Value: string(o.c.Locale)},
	}
	if o.by != "" {
		facts = append(facts, ui.Fact{Name: text.T(ctx, "standing.console.by"), Value: o.by})
	}
	return facts
}

// sectionOf is the section of the page in which a line of a kind stands.
func sectionOf(kind string) string { return kind + "s" }

// effect says what putting right does by itself.
func (o oneView) effect() string {
	section, _ := o.c.Of()
	switch section {
	case "label", "note":
		return "standing.console.effect." + section
	default:
		return "standing.console.effect.none"
	}
}
