package proof

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package, for text.New.
func Messages() fs.FS { return messages }

// Path is where the pages of this package are.
const Path = "/proof"

// Log is the change log of one site, as these pages need it.
type Log struct {
	DB    *db.DB
	Key   audit.Key
	Codes audit.Codes
}

// Pages are the public pages, of all sites.
type Pages struct {
	Guard web.Guard // account.Public
	Clock value.Clock
	Shell func(r *http.Request) ui.PublicPage // what every page has, without title and content
	Of    func(r *http.Request) Log           // of the site of a request
	// Discloses reports whether affected people may know what a change of an object says. It may be nil: then they get
	// proofs only.
	Discloses func(object string) bool
}

const (
	receiptBytes = 256 << 10
	forever      = "public, max-age=31536000, immutable"
)

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	limited := func(events int) web.Guard {
		limiter := web.NewLimiter(p.Clock, web.Rate{Events: events, Per: time.Minute}, 50_000)
		return web.Limit(limiter, web.ClientNetwork, p.Guard)
	}
	people, machines := limited(60), limited(1200)
	m.Handle("GET "+Path, people, p.show)
	m.Handle("POST "+Path, people, p.check, web.BodyLimit(receiptBytes))
	m.Handle("GET "+Path+"/checkpoint", machines, p.checkpoint)
	m.Handle("GET "+Path+"/key", machines, p.key)
	m.Handle("GET "+Path+"/tile/{path...}", machines, p.tile)
	m.Handle("GET "+Path+"/receipt/{code}", people, p.receipts)
	m.Handle("GET "+Path+"/receipt/{code}/{seq}", people, p.file)
}

func (p *Pages) checkpoint(w http.ResponseWriter, r *http.Request) error {
	note, err := p.newest(r)
	if err != nil {
		return err
	}
	return plain(w, "public, max-age=10", []byte(note))
}

func (p *Pages) newest(r *http.Request) (note string, err error) {
	err = p.Of(r).DB.Read(r.Context(), func(tx *db.Tx) error {
		note, err = audit.Checkpoint(tx)
		return err
	})
	return note, err
}

func (p *Pages) key(w http.ResponseWriter, r *http.Request) error {
	return plain(w, "public, max-age=3600", []byte(p.Of(r).Key.Public()+"\n"))
}

func (p *Pages) tile(w http.ResponseWriter, r *http.Request) error {
	var hashes []byte
	err := p.Of(r).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		hashes, _, err = audit.Tile(tx, r.PathValue("path"))
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", forever)
	_, err = w.Write(hashes)
	return err
}

func plain(w http.ResponseWriter, cache string, body []byte) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(body)
	return err
}

// receiptPage is the page of the receipts of one record.
type receiptPage struct {
	Code   string
	Object string
	All    []line
	Key    string
}

// line is one receipt on the page.
type line struct {
	audit.Receipt
	Href    string
	Content string // what the change says, if it may be told
}

func (p *Pages) receipts(w http.ResponseWriter, r *http.Request) error {
	object, all, err := p.find(r)
	if err != nil {
		return err
	}
	code := strings.ToLower(strings.TrimSpace(r.PathValue("code")))
	page := receiptPage{Code: code, Object: object, Key: p.Of(r).Key.Public()}
	for _, receipt := range all {
		l := line{Receipt: receipt, Href: Path + "/receipt/" + code + "/" + strconv.FormatInt(receipt.Row.Seq, 10)}
		if p.discloses(object) && receipt.Row.Salt != nil {
			l.Content = receipt.Row.Diff
		}
		page.All = append(page.All, l)
	}
	return p.render(w, r, http.StatusOK, text.T(r.Context(), "proof.receipt"), receiptView(page))
}

// find returns the receipts that a request's code stands for.
func (p *Pages) find(r *http.Request) (object string, all []audit.Receipt, err error) {
	log := p.Of(r)
	object, record, err := log.Codes.Open(r.PathValue("code"))
	if err != nil {
		return "", nil, err
	}
	all, err = audit.Receipts(r.Context(), log.DB, object, record)
	return object, all, err
}

func (p *Pages) discloses(object string) bool { return p.Discloses != nil && p.Discloses(object) }

// file sends one receipt: with what the change says where that may be told, else the proof alone.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	object, all, err := p.find(r)
	if err != nil {
		return err
	}
	for _, receipt := range all {
		if strconv.FormatInt(receipt.Row.Seq, 10) != r.PathValue("seq") || receipt.Proof == "" {
			continue
		}
		body, name := receipt.Proof, "receipt-"+r.PathValue("seq")+".txt"
		if p.discloses(object) && receipt.Row.Salt != nil {
			if body, err = receipt.Disclose(); err != nil {
				return err
			}
			name = "receipt-" + r.PathValue("seq") + ".json"
		}
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		w.Header().Set("Referrer-Policy", "no-referrer")
		return plain(w, "no-store", []byte(body))
	}
	return value.Errorf(value.NotFound, "there is no such receipt, or it is not sealed yet")
}

// checkPage is the page of the newest seal and the form.
type checkPage struct {
	Checkpoint string // empty before the first
	Key        string
	Sent       string
	Fault      string
	Row        *change.Row // what the receipt that was sent proves
	Content    string
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderCheck(w, r, http.StatusOK, checkPage{})
}

// check checks a receipt that was pasted or sent as a file.
func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page := checkPage{Sent: form.Raw("receipt")}
	if file := form.File("file", receiptBytes); file != nil {
		in, err := file.Open()
		if err != nil {
			return err
		}
		defer in.Close()
		sent, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		page.Sent = strings.ToValidUTF8(string(sent), "?")
	}
	row, err := audit.CheckReceipt(page.Sent, p.Of(r).Key.Public())
	if value.KindOf(err) == value.Invalid {
		page.Fault = text.T(r.Context(), "proof.false")
		return p.renderCheck(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Row, page.Content = &row, row.Diff
	return p.renderCheck(w, r, http.StatusOK, page)
}

func (p *Pages) renderCheck(w http.ResponseWriter, r *http.Request, status int, page checkPage) error {
	note, err := p.newest(r)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	page.Checkpoint, page.Key = note, p.Of(r).Key.Public()
	return p.render(w, r, status, text.T(r.Context(), "proof.title"), checkView(page))
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, title string, content templ.Component) error {
	page := p.Shell(r)
	page.Title, page.Hidden = title, true
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return web.Render(w, r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

// kindOf is who a change's author was, in the words of the catalogue, without saying which one.
func kindOf(actor string) string {
	kind, _, _ := strings.Cut(actor, ":")
	switch value.ActorKind(kind) {
	case value.Member, value.Staff, value.Visitor:
		return "proof.by." + kind
	}
	return "proof.by.system"
}
