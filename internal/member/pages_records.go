package member

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// recordsView is the page of one's records: exports, and the way out.
type recordsView struct {
	Exports []export
	MayAsk  time.Time // zero or past: now
	Now     time.Time
	Wish    erasure // zero: none
	Staff   bool
}

// making is the export that is under way.
func (v recordsView) making() (export, bool) {
	if len(v.Exports) > 0 && v.Exports[0].State == exportWaiting {
		return v.Exports[0], true
	}
	return export{}, false
}

func (d *Desk) recordsView(v *visit) (view recordsView, err error) {
	view = recordsView{Now: v.site.DB.Clock().Now(), Staff: v.session.IsStaff()}
	err = v.read(func(tx *db.Tx) (err error) {
		if view.Exports, err = listExports(tx, v.session.Account); err != nil {
			return err
		}
		view.Wish, err = findErasure(tx, v.session.Account)
		if value.KindOf(err) == value.NotFound {
			err = nil
		}
		return err
	})
	view.MayAsk = mayAskAt(view.Exports)
	return view, err
}

func (d *Desk) showRecords(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	view, err := d.recordsView(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "member.records.title", recordsPage(view))
}

// showProgress is the part of the page that fetches itself while an export is made.
func (d *Desk) showProgress(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	if !web.Fragment(r) {
		return web.Redirect(w, r, "/account/my-data")
	}
	view, err := d.recordsView(v)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, exportsPart(view))
}

func (d *Desk) askExport(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	err := v.write("member.ask_export", func(tx *db.Tx) error { return d.Ask(tx, v.session.Account) })
	if value.KindOf(err) == value.Limited {
		web.SetFlash(w, r, web.Flash{Tone: "bad", Key: "member.export.daily"})
		return web.Redirect(w, r, "/account/my-data")
	}
	if err != nil {
		return err
	}
	return v.done("/account/my-data", "member.export.asked")
}

// fetchExport sends the file to its owner, who has to prove afresh who they are: what was taken away cannot be brought
// back. To anybody else there is no such file.
func (d *Desk) fetchExport(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	if err := d.config.Confirm(r, "/account/my-data"); err != nil {
		return err
	}
	none := &value.Error{Kind: value.NotFound, Key: "member.export.none", Message: "there is no such file, or its time is over"}
	id, err := value.ParseID(exportID, r.PathValue("export"))
	if err != nil {
		return none
	}
	var e export
	err = v.read(func(tx *db.Tx) (err error) {
		e, err = findExport(tx, id)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return none
	}
	if err != nil {
		return err
	}
	if e.Account != v.session.Account || e.State != exportDone || !v.site.DB.Clock().Now().Before(e.Until()) {
		return none
	}
	content, err := d.config.Files(v.site).Open(v.ctx, e.Blob)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.zip"`, v.site.Slug, e.Ready.Format("2006-01-02")))
	h.Set("Content-Length", strconv.FormatInt(e.Size, 10))
	h.Set("Cache-Control", "no-store")
	_, err = io.Copy(w, content)
	return err
}

// erasureView is the page that says what goes and what stays.
type erasureView struct {
	Goes    []string // names of estates
	Kept    []kept
	Refused string // why it cannot be done now
	Problem string // of the box that has to be ticked
	Days    int
}

const erasurePath = "/account/my-data/erasure"

// showErasure asks first for a fresh proof of who it is: what the law makes us keep about somebody is theirs alone to
// see, and to try an erasure out is work.
func (d *Desk) showErasure(w http.ResponseWriter, r *http.Request) error {
	if err := d.config.Confirm(r, erasurePath); err != nil {
		return err
	}
	return d.erasurePage(d.visit(w, r), http.StatusOK, "")
}

func (d *Desk) erasurePage(v *visit, status int, problem string) error {
	if err := notOfStaff(v.session); err != nil {
		return err
	}
	view := erasureView{Problem: problem, Days: int(grace.Hours() / 24)}
	for _, estate := range d.config.Estates(v.site) {
		if text.FromContext(v.ctx).Has("member.estate." + estate.Name()) {
			view.Goes = append(view.Goes, estate.Name())
		}
	}
	var err error
	view.Kept, err = d.trial(v.ctx, v.site, v.session)
	var no refusal
	if errors.As(err, &no) {
		view.Refused, err = text.Error(v.ctx, no), nil
	}
	if err != nil {
		return err
	}
	return v.show(status, "member.erasure.title", erasurePage(view))
}

func notOfStaff(s account.Session) error {
	if s.IsStaff() {
		return &value.Error{Kind: value.Conflict, Key: "member.erasure.staff", Message: "accounts of the staff are ended by an administrator"}
	}
	return nil
}

func (d *Desk) askErasure(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.config.Confirm(r, erasurePath); err != nil {
		return err
	}
	if err := notOfStaff(v.session); err != nil {
		return err
	}
	if !form.Bool("sure") {
		return d.erasurePage(v, http.StatusUnprocessableEntity, text.T(v.ctx, "member.erasure.tick"))
	}
	if _, err := d.trial(v.ctx, v.site, v.session); errors.As(err, new(refusal)) {
		return d.erasurePage(v, http.StatusConflict, "")
	} else if err != nil {
		return err
	}
	err = v.write("member.ask_erasure", func(tx *db.Tx) error { return d.AskErasure(tx, v.session.Account) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account/my-data")
}

func (d *Desk) endErasure(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	err := v.write("member.end_erasure", func(tx *db.Tx) error { return d.EndErasure(tx, v.session.Account) })
	if err != nil {
		return err
	}
	return v.done("/account/my-data", "member.erasure.ended")
}
