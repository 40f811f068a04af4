package office

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// visit is what one request has at hand.
type visit struct {
	office *Office
	r      *http.Request
	ctx    context.Context
	site   *site.Site
	store  *record.Store
	me     account.Session
	asker  record.Asker
	words  *text.Printer
	now    time.Time
	around *record.Sight // read once, for references
	log    *notes
	names  map[value.ID]string
	toast  *ui.Toast
}

func (o *Office) begin(r *http.Request) (*visit, error) {
	ctx := r.Context()
	s, me := site.From(ctx), account.From(ctx)
	return &visit{
		office: o, r: r, ctx: ctx, site: s, store: o.Store(s), me: me, asker: o.Asker(me),
		words: text.FromContext(ctx), now: s.DB.Clock().Now(),
	}, nil
}

// t writes a message in the reader's language.
func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

// in writes a name of the catalog in the reader's language.
func (v *visit) in(names record.Names) string { return names.In(v.words.Locale()) }

// within writes a name inside a sentence. English has small letters there; a name that is all capitals keeps them.
func (v *visit) within(names record.Names) string {
	return v.small(v.in(names))
}

func (v *visit) small(name string) string {
	if v.words.Locale().Language() != "en" || len(name) < 2 || name[1] >= 'A' && name[1] <= 'Z' {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func (v *visit) may(p account.Permission) bool { return v.me.May(p) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

// mostCounted bounds what is counted; beyond it stands "1,000+".
const mostCounted = 1000

func (v *visit) capped(n int, more bool) string {
	if more {
		return v.words.Count(n) + "+"
	}
	return v.words.Count(n)
}

// briefly does what a page can do without, such as counting. It reports whether that was done in the time a page waits.
func (v *visit) briefly(fn func(ctx context.Context) error) (done bool, err error) {
	limit := v.office.Brief
	if limit == 0 {
		limit = usualBrief
	}
	ctx, cancel := context.WithTimeout(v.ctx, limit)
	defer cancel()
	if err = fn(ctx); err != nil && ctx.Err() != nil && v.ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// sight is what the asker may see at all.
func (v *visit) sight() (sight *record.Sight, err error) {
	err = v.read(func(tx *db.Tx) error {
		sight, err = v.store.Sight(tx, v.asker)
		return err
	})
	return sight, err
}

// object is the object of the address, as the asker sees it.
func (v *visit) object() (*record.Seen, error) { return v.seen(v.r.PathValue("object")) }

func (v *visit) seen(key string) (*record.Seen, error) {
	sight, err := v.sight()
	if err != nil {
		return nil, err
	}
	return sight.Object(key)
}

// record is the object and the record's id of the address.
func (v *visit) named() (*record.Seen, value.ID, error) {
	o, err := v.object()
	if err != nil {
		return nil, 0, err
	}
	id, err := o.ParseID(v.r.PathValue("id"))
	return o, id, err
}

// root is where the pages of an object begin.
func root(object string) string { return "/console/records/" + url.PathEscape(object) }

func pathOf(o *record.Object, id value.ID) string { return root(o.Key) + "/" + o.ID(id) }

// show writes a page. What the form before it did is told in a toast when it can be undone, and otherwise in a notice.
func (v *visit) show(w http.ResponseWriter, status int, page ui.ConsolePage, content templ.Component) error {
	if flash, ok := web.TakeFlash(w, v.r); ok {
		v.tell(&page, flash)
	}
	w.Header().Set("Cache-Control", "no-store") // what staff see stays in no cache
	return web.Render(w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

func (v *visit) tell(page *ui.ConsolePage, flash web.Flash) {
	tone := ui.Safe
	if flash.Tone == "bad" {
		tone = ui.Alarm
	}
	if v.toast != nil {
		v.toast.Text, v.toast.Tone = flash.Text, tone
		page.Toasts = append(page.Toasts, *v.toast)
		return
	}
	page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: tone})
}

// part writes a fragment of a page.
func (v *visit) part(w http.ResponseWriter, status int, content templ.Component) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, v.r, status, content)
}

// goOn leads to another page, which says what was done.
func (v *visit) goOn(w http.ResponseWriter, path, done string) error {
	web.SetFlash(w, v.r, web.Flash{Tone: "good", Text: done})
	return web.Redirect(w, v.r, path)
}

// faults are what is wrong with a form: sentences by the field they belong to, "" for the form as a whole.
type faults map[string]string

// faultsOf sorts an error that a person can act on, joined ones included, by field. Fields the form does not show belong
// to the whole. Anything else is returned as it is.
func (v *visit) faultsOf(err error, shown func(field string) bool) (faults, error) {
	found := make(faults)
	for _, one := range split(err) {
		var known *value.Error
		if !errors.As(one, &known) || known.Kind == value.Internal || known.Kind == value.NotFound {
			return nil, err
		}
		field := known.Field
		if field != "" && !shown(field) {
			field = ""
		}
		if found[field] == "" {
			found[field] = capital(text.Error(v.ctx, known))
		}
	}
	return found, nil
}

// split takes a joined error apart.
func split(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

// capital gives a message of the program the look of a sentence.
func capital(sentence string) string {
	if sentence == "" {
		return ""
	}
	if first := sentence[0]; first >= 'a' && first <= 'z' {
		sentence = string(first-'a'+'A') + sentence[1:]
	}
	if last := sentence[len(sentence)-1]; last != '.' && last != '!' && last != '?' {
		sentence += "."
	}
	return sentence
}

func revText(rec *record.Record) string { return strconv.FormatInt(rec.Rev, 10) }
