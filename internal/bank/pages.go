package bank

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	pagesPath   = "/console/safety/hashes"
	importsPath = pagesPath + "/imports"

	largestForm   = 64 << 10
	largestList   = 256 << 20 // through a page; larger lists come from a Provider
	uploadTime    = 10 * time.Minute
	mostHitsShown = 50
	mostShown     = 100
	mostImports   = 10
	lookUpBits    = 64 // distances beyond this are chance
	mostNear      = 12
)

// Pictures hashes a photo without keeping it; media.Photos is one.
type Pictures interface {
	Print(ctx context.Context, raw []byte) (sent, shown pdq.Hash, quality int, err error)
}

// Pages are the pages of the banks of all sites.
type Pages struct {
	// Shell is the console around a page. At is the address of the tab that is open.
	Shell    func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Of       func(*site.Site) *Desk
	Pictures func(*site.Site) Pictures
	Record   func(object string, record value.ID) string // its address in the console; nil or empty: only its id
	Author   func(r *http.Request, actor string) string  // the name of an actor; nil: as the log names it
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	see, edit := account.May(account.HashesSee), account.May(account.HashesEdit)
	form := web.BodyLimit(largestForm)
	m.Handle("GET "+pagesPath, see, p.at((*visit).home))
	m.Handle("POST "+pagesPath+"/lookup", see, p.at((*visit).lookUp), web.BodyLimit(media.MaxBytes+largestForm), web.Timeout(time.Minute))
	m.Handle("GET "+importsPath+"/{import}", see, p.at((*visit).imported))
	m.Handle("GET "+importsPath+"/{import}/progress", see, p.at((*visit).progress))
	m.Handle("GET "+pagesPath+"/{bank}", see, p.at((*visit).bank))
	m.Handle("POST "+pagesPath+"/{bank}/entries", edit, p.at((*visit).add), form)
	m.Handle("POST "+pagesPath+"/{bank}/imports", edit, p.at((*visit).take), web.BodyLimit(largestList+largestForm), web.Timeout(uploadTime))
	m.Handle("POST "+pagesPath+"/{bank}/removals/{entry}", edit, p.at((*visit).remove), form)
}

// visit is one request.
type visit struct {
	*Desk
	pages *Pages
	r     *http.Request
	w     http.ResponseWriter
	words *text.Printer
	me    account.Session
}

func (p *Pages) at(show func(*visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return show(&visit{Desk: p.Of(site.From(r.Context())), pages: p, r: r, w: w, words: text.FromContext(r.Context()), me: account.From(r.Context())})
	}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) mayEdit() bool { return v.me.May(account.HashesEdit) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.config.DB.Read(v.ctx(), fn) }

func (v *visit) show(status int, heading string, content templ.Component) error {
	page, err := v.pages.Shell(v.r, heading, pagesPath)
	if err != nil {
		return err
	}
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: ui.Safe})
	}
	return web.Render(v.w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

// goOn leads to another page, which says what was done.
func (v *visit) goOn(path, done string) error {
	web.SetFlash(v.w, v.r, web.Flash{Text: done})
	return web.Redirect(v.w, v.r, path)
}

// faults are what is wrong with a form, by field; "" is the form as a whole.
type faults map[string]string

// note puts an error that is for people at its field, and returns any other.
func (f faults) note(v *visit, err error) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != value.Invalid && known.Kind != value.Conflict && known.Kind != value.Unavailable {
		return err
	}
	if known.Kind == value.Unavailable && known.Key != "bank.too_large" {
		return err
	}
	f[known.Field] = text.Error(v.ctx(), known)
	return nil
}

// homeView is the first page.
type homeView struct {
	*visit
	counts      []Count
	hits        []Hit
	bytes, most int64
	full        string // why the banks are not in memory
	faults      faults
	asked       bool
	quality     int
	near        []Near
	hash        string
}

func (v *visit) home() error { return v.showHome(http.StatusOK, &homeView{visit: v, faults: faults{}}) }

func (v *visit) showHome(status int, h *homeView) error {
	err := v.read(func(tx *db.Tx) (err error) {
		if h.counts, err = Counts(tx); err != nil {
			return err
		}
		h.hits, err = Hits(tx, mostHitsShown)
		return err
	})
	if err != nil {
		return err
	}
	if h.bytes, h.most, err = v.Size(v.ctx()); err != nil {
		full := faults{}
		if err := full.note(v, err); err != nil {
			return err
		}
		h.full = full[""]
	}
	return v.show(status, v.t("bank.title"), h.page())
}

// lookUp hashes a photo, forgets it, and shows what is near.
func (v *visit) lookUp() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	h := &homeView{visit: v, faults: faults{}, asked: true}
	raw, err := v.upload(form)
	if err == nil {
		err = v.nearest(h, raw)
	}
	if err := h.faults.note(v, err); err != nil {
		return err
	}
	if err != nil {
		h.asked = false
		return v.showHome(http.StatusUnprocessableEntity, h)
	}
	return v.showHome(http.StatusOK, h)
}

func (v *visit) upload(form *web.Form) ([]byte, error) {
	file := form.File("photo", media.MaxBytes)
	if err := form.Error("photo"); err != nil {
		return nil, err
	}
	if file == nil {
		return nil, problem("photo", "no_photo", value.Invalid)
	}
	opened, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return io.ReadAll(opened)
}

func (v *visit) nearest(h *homeView, raw []byte) error {
	images, err := v.imagesOf(raw)
	if err != nil {
		return err
	}
	h.quality, h.hash = images[0].Quality, images[0].PDQ.String()
	for _, image := range images {
		near, err := v.LookUp(v.ctx(), image, lookUpBits, mostNear)
		if err != nil {
			return err
		}
		h.near = append(h.near, near...)
	}
	h.near = nearestFirst(h.near, mostNear)
	return nil
}

// bankView is one bank.
type bankView struct {
	*visit
	bank    Bank
	count   Count
	entries []Entry
	more    value.ID // where older entries begin; 0: there are none
	imports []Import
	words   string
	faults  faults // of the form that was sent
	sent    string // which one it was: "entry", "list" or the id of an entry
	typed   url.Values
}

func (b *bankView) path(rest string) string { return pagesPath + "/" + string(b.bank) + rest }

// value is what was typed into a form, so that nothing is lost.
func (b *bankView) value(form, field string) string {
	if b.sent != form {
		return ""
	}
	return b.typed.Get(field)
}

func (b *bankView) fault(form, field string) string {
	if b.sent != form {
		return ""
	}
	return b.faults[field]
}

func (v *visit) bankOf() (Bank, error) { return Parse(v.r.PathValue("bank")) }

func (v *visit) bank() error {
	bank, err := v.bankOf()
	if err != nil {
		return err
	}
	return v.showBank(http.StatusOK, &bankView{visit: v, bank: bank, faults: faults{}})
}

func (v *visit) showBank(status int, b *bankView) error {
	query, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	b.words = query.Line("q", 100)
	before := query.ID("before", EntryKind)
	err = v.read(func(tx *db.Tx) error {
		counts, err := Counts(tx)
		if err != nil {
			return err
		}
		b.count = counts[b.bank.number()]
		if b.imports, err = Imports(tx, b.bank, mostImports); err != nil {
			return err
		}
		b.entries, err = Newest(tx, b.bank, b.words, before, mostShown+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(b.entries) > mostShown {
		b.entries = b.entries[:mostShown]
		b.more = b.entries[mostShown-1].ID
	}
	return v.show(status, v.t("bank.name."+string(b.bank)), b.page())
}

// again shows a bank with the form as it was sent, and what is wrong with it.
func (v *visit) again(bank Bank, sent string, form *web.Form, err error) error {
	b := &bankView{visit: v, bank: bank, faults: faults{}, sent: sent, typed: url.Values{}}
	for _, name := range form.Names() {
		b.typed.Set(name, form.Raw(name))
	}
	if err := b.faults.note(v, err); err != nil {
		return err
	}
	return v.showBank(http.StatusUnprocessableEntity, b)
}

// add takes one hash that somebody typed.
func (v *visit) add() error {
	bank, err := v.bankOf()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	e, err := entryOf(form, bank)
	if err == nil {
		err = v.config.DB.Write(v.ctx(), v.me.Actor(), "bank.add", func(tx *db.Tx) error { return v.Desk.Add(tx, e) })
	}
	if err != nil {
		return v.again(bank, "entry", form, err)
	}
	return v.goOn(pagesPath+"/"+string(bank), v.t("bank.added_one"))
}

// entryOf reads the form of one entry.
func entryOf(form *web.Form, bank Bank) (Entry, error) {
	e := Entry{Bank: bank, Quality: pdq.Unhashed, Source: form.Line("source", 100), Reason: form.Line("reason", longestNote)}
	if form.Raw("quality") != "" {
		e.Quality = int(form.Int("quality", 0, 100))
	}
	if typed := form.Line("pdq", 200); typed != "" {
		h, why := parsePDQ(typed)
		if why != "" {
			return e, problem("pdq", string(why), value.Invalid)
		}
		e.PDQ = &h
	}
	if typed := form.Line("sha256", 200); typed != "" {
		folded, why := ParseSha256(typed)
		if why != "" {
			return e, problem("sha256", string(why), value.Invalid)
		}
		e.Sha256 = folded
	}
	return e, form.Err()
}

// take takes a list.
func (v *visit) take() error {
	bank, err := v.bankOf()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	i := Import{Bank: bank, Source: form.Line("source", 100), Reason: form.Line("reason", longestNote)}
	var from io.Reader = bytes.NewReader(nil)
	if file := form.File("file", largestList); file != nil {
		opened, err := file.Open()
		if err != nil {
			return err
		}
		defer opened.Close()
		from, i.Size, i.Name = opened, file.Size, clip(file.Filename)
	}
	err = form.Err()
	var id value.ID
	if err == nil {
		id, err = v.Take(v.ctx(), v.me.Actor(), i, from)
	}
	if err != nil {
		return v.again(bank, "list", form, err)
	}
	return web.Redirect(v.w, v.r, importsPath+"/"+id.Text(ImportKind))
}

// remove takes an entry out of force.
func (v *visit) remove() error {
	bank, err := v.bankOf()
	if err != nil {
		return err
	}
	id, err := value.ParseID(EntryKind, v.r.PathValue("entry"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	reason := form.Line("reason", longestNote)
	if err = form.Err(); err == nil {
		err = v.config.DB.Write(v.ctx(), v.me.Actor(), "bank.remove", func(tx *db.Tx) error {
			e, err := Find(tx, id)
			if err == nil && e.Bank != bank {
				err = value.Errorf(value.NotFound, "there is no such entry in this bank")
			}
			if err != nil {
				return err
			}
			return v.Desk.Remove(tx, id, reason)
		})
	}
	if err != nil {
		return v.again(bank, id.Text(EntryKind), form, err)
	}
	return v.goOn(pagesPath+"/"+string(bank), v.t("bank.removed_one"))
}

func (v *visit) findImported() (Import, error) {
	id, err := value.ParseID(ImportKind, v.r.PathValue("import"))
	if err != nil {
		return Import{}, err
	}
	return v.findImport(v.ctx(), id)
}

func (v *visit) imported() error {
	i, err := v.findImported()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.t("bank.import"), v.importPage(i))
}

// progress answers the fragment that the page asks for each second.
func (v *visit) progress() error {
	i, err := v.findImported()
	if err != nil {
		return err
	}
	if !web.Fragment(v.r) {
		return web.Redirect(v.w, v.r, importsPath+"/"+i.ID.Text(ImportKind))
	}
	return web.Render(v.w, v.r, http.StatusOK, v.bar(i))
}

func (v *visit) site() *site.Site { return site.From(v.ctx()) }
