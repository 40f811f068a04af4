package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const noticeKind = "ntc" // the kind of a notice's id in addresses

const reportersPath = "/console/safety/reporters"

// desk is the staff's page of who reports.
type desk struct {
	Flaggers  []Trusted
	Reporters []Reporter
	Key, Made string  // of a flagger just made, and their name
	New       Trusted // as the form has it
	Email     string  // as it was typed
	Wrong     map[string]string
	At        string // the reporter whose form is wrong
	Decides   bool
}

func (d *Desk) showReporters(w http.ResponseWriter, r *http.Request) error {
	return d.renderReporters(w, r, http.StatusOK, desk{})
}

func (d *Desk) renderReporters(w http.ResponseWriter, r *http.Request, status int, page desk) error {
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if page.Flaggers, err = d.flaggers(tx); err == nil {
			page.Reporters, err = d.reporters(tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	page.Decides = account.From(r.Context()).May(account.NoticesDecide)
	shell, err := d.config.Shell(r, text.T(r.Context(), "notice.reporters"), reportersPath)
	if err != nil {
		return err
	}
	private(w)
	return web.Render(w, r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, deskPage(page)), out)
	}))
}

func (d *Desk) addFlagger(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	made := Trusted{Name: sent.Line("name", 1000), Awarded: sent.Line("awarded", 1000), Website: sent.Line("website", 1000)}
	page := desk{New: made, Email: sent.Raw("email"), Wrong: map[string]string{}}
	email := sent.Email("email")
	if err := sent.Error("email"); err != nil || email == "" {
		page.Wrong["email"] = text.T(r.Context(), "notice.fault.email")
		return d.renderReporters(w, r, http.StatusUnprocessableEntity, page)
	}
	made.Email = email
	key, err := d.AddFlagger(r.Context(), site.From(r.Context()).DB, account.From(r.Context()).Actor(), made)
	var known *value.Error
	if errors.As(err, &known) && known.Kind == value.Invalid {
		page.Wrong[known.Field] = text.Error(r.Context(), err)
		return d.renderReporters(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return d.renderReporters(w, r, http.StatusOK, desk{Key: key, Made: made.Name})
}

const shownMonths = 12

// flaggerView is the page of one flagger.
type flaggerView struct {
	Trusted
	Recent  []value.ID
	Reason  string // as the form had it
	Wrong   string
	Decides bool
}

func flaggerPath(id value.ID) string { return "/console/safety/flaggers/" + id.Text(FlaggerKind) }

func (d *Desk) showFlagger(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(FlaggerKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.renderFlagger(w, r, http.StatusOK, id, flaggerView{})
}

func (d *Desk) renderFlagger(w http.ResponseWriter, r *http.Request, status int, id value.ID, page flaggerView) error {
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if page.Trusted, err = findFlagger(tx, id); err != nil {
			return err
		}
		if err = d.measure(tx, &page.Trusted, shownMonths); err != nil {
			return err
		}
		page.Recent, err = recentOf(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	page.Decides = account.From(r.Context()).May(account.NoticesDecide)
	shell, err := d.config.Shell(r, page.Name, reportersPath)
	if err != nil {
		return err
	}
	private(w)
	return web.Render(w, r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, flaggerPage(page)), out)
	}))
}

func (d *Desk) changeFlagger(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(FlaggerKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	to, reason := Standing(sent.Line("standing", 20)), sent.Text("reason", 20_000)
	err = d.ChangeFlagger(r.Context(), site.From(r.Context()).DB, account.From(r.Context()).Actor(), id, to, reason)
	if kind := value.KindOf(err); kind == value.Invalid || kind == value.Conflict {
		return d.renderFlagger(w, r, http.StatusUnprocessableEntity, id, flaggerView{Reason: reason, Wrong: text.Error(r.Context(), err)})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, flaggerPath(id))
}

func (d *Desk) treat(w http.ResponseWriter, r *http.Request) error {
	var key [sha256.Size]byte
	raw, err := hex.DecodeString(r.PathValue("key"))
	if err != nil || copy(key[:], raw) != len(key) {
		return value.Errorf(value.NotFound, "nobody reported under this key")
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = d.Treat(r.Context(), site.From(r.Context()).DB, account.From(r.Context()).Actor(), key, Measure(sent.Line("measure", 10)), sent.Text("reason", 20_000))
	if kind := value.KindOf(err); kind == value.Invalid || kind == value.Conflict {
		page := desk{At: r.PathValue("key"), Wrong: map[string]string{"reason": text.Error(r.Context(), err)}}
		return d.renderReporters(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, reportersPath)
}

func (d *Desk) markNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(noticeKind, r.PathValue("notice"))
	if err != nil {
		return err
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.Baseless(r.Context(), site.From(r.Context()).DB, account.From(r.Context()).Actor(), id, sent.Bool("baseless")); err != nil {
		return err
	}
	return web.Redirect(w, r, reportersPath)
}
