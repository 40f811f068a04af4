package office

import (
	"fmt"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/sheet"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// mostProblems is how many refused rows a page tells about; the error file has the others.
const mostProblems = 50

// check shows what the import would do. It reads the file and writes nothing.
func (i *importing) check(w http.ResponseWriter) error {
	if i.m.State != transfer.Ready {
		return i.resume(w)
	}
	trial, err := i.desk.Try(i.ctx, i.asker, i.m.ID)
	if err != nil {
		if err := i.refuse(err, func(string) bool { return false }); err != nil {
			return err
		}
	}
	return i.page(w, importStep{at: checkStep, body: i.checkView(trial)})
}

// start lets the import run, or go on.
func (i *importing) start(w http.ResponseWriter) error {
	if _, err := i.desk.Start(i.ctx, i.asker, i.m.ID); err != nil {
		return i.back(w, err)
	}
	return web.Redirect(w, i.r, i.path("/progress"))
}

// cancel ends the import between two chunks.
func (i *importing) cancel(w http.ResponseWriter) error {
	if _, err := i.desk.Cancel(i.ctx, i.asker, i.m.ID); err != nil {
		return i.back(w, err)
	}
	return web.Redirect(w, i.r, i.path("/result"))
}

// undo takes the import back.
func (i *importing) undo(w http.ResponseWriter) error {
	if _, err := i.desk.Undo(i.ctx, i.asker, i.m.ID); err != nil {
		return i.back(w, err)
	}
	return web.Redirect(w, i.r, i.path("/progress"))
}

func (i *importing) isBusy() bool {
	return i.m.State == transfer.Running || i.m.State == transfer.Undoing
}

// progress shows how far the import is. The page fetches that part of itself each second.
func (i *importing) progress(w http.ResponseWriter) error {
	if web.Fragment(i.r) {
		return i.part(w, http.StatusOK, i.bar())
	}
	if !i.isBusy() {
		return i.resume(w)
	}
	return i.page(w, importStep{at: runStep, body: i.runView()})
}

// bar is how far the import is; when it has ended, what came of it and the way there.
func (i *importing) bar() ui.Progress {
	m := i.m
	p := ui.Progress{URL: i.path("/progress"), Href: i.path("/progress"), Label: i.t("office.import.running", "name", m.Name), Share: -1, Left: m.Left(), Figures: i.figures()}
	if m.Rows > 0 {
		p.Share = float64(m.Done) / float64(m.Rows)
	}
	switch m.State {
	case transfer.Running:
		p.Actions = i.cancelForm()
	case transfer.Undoing:
		p.Label, p.Share, p.Left, p.Figures = i.t("office.import.undoing", "name", m.Name), -1, 0, ""
	default:
		p.Label, p.Left, p.Done, p.Tone, p.Text = m.Name, 0, true, toneOf(m), i.outcome()
		p.Actions = ui.Button{Text: i.t("office.import.see_result"), Href: i.here(), Look: ui.Primary}
	}
	return p
}

func (i *importing) figures() string {
	m := i.m
	text := i.t("office.import.done_rows", "done", i.count(m.Done))
	if m.Rows > 0 {
		text = i.t("office.import.done_of", "done", i.count(m.Done), "rows", i.count(m.Rows))
	}
	rate, failed := "", ""
	if n := int64(m.Rate()); n > 0 {
		rate = i.t("office.import.rate", "rate", i.count(n))
	}
	if m.Failed > 0 {
		failed = i.t("office.import.refused", "count", int(m.Failed))
	}
	return joined(text, rate, failed)
}

// outcome is what came of an import, in a sentence.
func (i *importing) outcome() string {
	m := i.m
	text := i.t("office.import.outcome."+string(m.State), "made", i.count(m.Made), "changed", i.count(m.Changed), "done", i.count(m.Done), "undone", i.count(m.Undone))
	switch {
	case m.State == transfer.Failed && m.Reason != "":
		text += " " + capital(m.Reason)
	case m.State == transfer.Undone && m.Kept > 0:
		text += " " + i.t("office.import.kept", "count", int(m.Kept))
	case m.Failed > 0 && m.State != transfer.Undone:
		text += " " + i.t("office.import.outcome_refused", "count", int(m.Failed))
	}
	return text
}

// result shows what came of an import, and what can be done about it.
func (i *importing) result(w http.ResponseWriter) error {
	if i.here() != i.path("/result") {
		return i.resume(w)
	}
	var problems []transfer.Problem
	if i.m.Failed > 0 && !i.m.Cleared {
		err := i.read(func(tx *db.Tx) (err error) {
			problems, err = i.desk.Faults(tx, i.asker, i.m.ID, 0, mostProblems)
			return err
		})
		if err != nil {
			return err
		}
	}
	return i.page(w, importStep{at: resultStep, body: i.resultView(problems)})
}

// mayUndo reports whether there is something to take back.
func (i *importing) mayUndo() bool {
	return i.m.Made+i.m.Changed > 0 && i.m.State != transfer.Undone && !i.isBusy()
}

// mayGoOn reports whether the import stopped before its end and can go on.
func (i *importing) mayGoOn() bool {
	return !i.m.Cleared && (i.m.State == transfer.Failed || i.m.State == transfer.Cancelled)
}

// errorFile sends the refused rows.
func (i *importing) errorFile(w http.ResponseWriter) error {
	if i.m.Cleared {
		return value.Errorf(value.NotFound, "the refused rows were kept long enough and are gone")
	}
	name := fmt.Sprintf("%s-errors-%s.csv", i.o.Key, i.m.Created.In(i.words.Zone()).Format(dayLayout))
	return i.desk.ErrorFile(i.ctx, i.asker, i.m.ID, &download{w: w, name: name, format: sheet.CSV})
}

// tally are the numbers of an import or of its rehearsal.
func (i *importing) tally(made, changed, same, failed int64, key string) []ui.Fact {
	return []ui.Fact{
		{Name: i.t(key + "make"), Value: i.count(made)}, {Name: i.t(key + "change"), Value: i.count(changed)},
		{Name: i.t(key + "same"), Value: i.count(same)}, {Name: i.t(key + "fail"), Value: i.count(failed)},
	}
}

// keptRows are the records that an undo left as they are, as far as the asker may see them.
func (i *importing) keptRows() (rows []keptRow) {
	for _, k := range i.m.Why {
		row := keptRow{reason: capital(k.Reason)}
		if o, err := i.seen(k.Object); err == nil {
			row.id, row.href = o.ID(k.ID), pathOf(o.Object, k.ID)
			for _, key := range k.Fields {
				if f := o.Field(key); f != nil {
					row.fields = append(row.fields, i.in(f.Labels))
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// keptRow is a record that an undo left as it is.
type keptRow struct {
	id, href, reason string
	fields           []string
}
