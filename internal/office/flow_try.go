package office

import (
	"net/http"
	"slices"
	"strings"

	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// trialView is the page on which a flow is tried, and with that switched on.
type trialView struct {
	*flowing
	tried  bool
	trials []automation.Trial
}

func (f *flowing) test(w http.ResponseWriter) error { return (&trialView{flowing: f}).show(w) }

// show writes the page; v.faults are of the form.
func (v *trialView) show(w http.ResponseWriter) error {
	page, err := v.flowShell(v.flow.Name, v.at()+"/test")
	if err != nil {
		return err
	}
	return v.defining.show(w, v.status(), page, v.view())
}

// try runs the flow on sample records and takes everything back.
func (f *flowing) try(w http.ResponseWriter) error {
	v := &trialView{flowing: f}
	if err := f.send(); err != nil {
		return err
	}
	seen := f.seenObject(f.flow.When.Object)
	if seen == nil {
		f.blame("", f.t("office.flow.fault.object_gone"))
		return v.show(w)
	}
	sample := f.sample(seen)
	if len(f.faults) > 0 {
		return v.show(w)
	}
	trials, err := f.desk.Try(f.ctx, f.asker, f.flow.ID, sample)
	switch {
	case value.KindOf(err) == value.NotFound && len(sample) > 0:
		f.blame("sample", f.t("office.flow.fault.sample"))
	case value.KindOf(err) == value.NotFound || value.KindOf(err) == value.Internal:
		return err
	case err != nil:
		f.blame("", f.error(err))
	default:
		v.tried, v.trials = true, trials
	}
	return v.show(w)
}

// mostSample is how many records can be named to try a flow on.
const mostSample = 10

// sample reads the ids of the records to try a flow on.
func (f *flowing) sample(seen *record.Seen) (ids []value.ID) {
	words := strings.FieldsFunc(f.line("sample"), func(r rune) bool { return strings.ContainsRune(" ,;\t\n", r) })
	if len(words) > mostSample {
		f.blame("sample", f.t("office.flow.fault.sample_most", "most", mostSample))
		return nil
	}
	for _, word := range words {
		id, err := seen.ParseID(word[strings.LastIndexByte(word, '/')+1:])
		if err != nil {
			f.blame("sample", f.t("office.flow.fault.sample"))
			return nil
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// mayTurnOn reports whether the flow can be switched on from the page: its present text was tried just now.
func (v *trialView) mayTurnOn() bool { return v.tried && !v.flow.Active && v.mayDefine() }

// holding counts the records for which the condition holds.
func (v *trialView) holding() (n int) {
	for _, t := range v.trials {
		if t.Holds {
			n++
		}
	}
	return n
}

// secret signs what the flow sends outside; "" when it sends nothing there, or the reader may not know it.
func (v *trialView) secret() string {
	calls := slices.ContainsFunc(v.flow.Actions, func(a automation.Action) bool { return a.Do == automation.CallHook })
	if !calls || !v.mayDefine() || v.flows.Secret == nil {
		return ""
	}
	return v.flows.Secret(v.site, v.flow.ID)
}

// turn switches the flow on or off.
func (f *flowing) turn(w http.ResponseWriter) error {
	if err := f.send(); err != nil {
		return err
	}
	on := f.line("on") == "yes"
	err := f.desk.Switch(f.ctx, f.asker, f.flow.ID, on)
	switch {
	case value.KindOf(err) == value.Conflict:
		f.blame("", f.error(err))
		return f.test(w)
	case err != nil:
		return err
	case on:
		return f.goOn(w, f.at()+"/runs", f.t("office.flow.turned_on", "name", f.flow.Name))
	default:
		return f.goOn(w, f.at(), f.t("office.flow.turned_off", "name", f.flow.Name))
	}
}

// remove asks first, and then removes the flow with its log.
func (f *flowing) remove(w http.ResponseWriter) error {
	if err := f.send(); err != nil {
		return err
	}
	if !f.isConfirmed() {
		page, err := f.flowShell(f.flow.Name, "")
		if err != nil {
			return err
		}
		return f.show(w, http.StatusOK, page, f.removal())
	}
	if err := f.desk.Remove(f.ctx, f.asker, f.flow.ID); err != nil {
		return err
	}
	return f.goOn(w, flowRoot, f.t("office.flow.removed", "name", f.flow.Name))
}

// runRow is an entry of the run log with the record it was about.
type runRow struct {
	automation.Run
	name string
	path string // "" when the reader may not see the record, or it is gone
}

type runsView struct {
	*flowing
	all []runRow
}

// mostRuns is how many entries of the run log are shown.
const mostRuns = 50

// runs shows what the flow did lately.
func (f *flowing) runs(w http.ResponseWriter) error {
	v := &runsView{flowing: f}
	err := f.read(func(tx *db.Tx) error {
		all, err := automation.Runs(tx, f.flow.ID, mostRuns)
		for _, run := range all {
			v.all = append(v.all, f.runRow(tx, run))
		}
		return err
	})
	if err != nil {
		return err
	}
	page, err := f.flowShell(f.flow.Name, f.at()+"/runs")
	if err != nil {
		return err
	}
	return f.show(w, http.StatusOK, page, v.view())
}

// runRow names the record of a run. One that cannot be read is named by its id.
func (f *flowing) runRow(tx *db.Tx, run automation.Run) runRow {
	row := runRow{Run: run, name: run.Record.String()}
	if seen := f.seenObject(run.Object); seen != nil {
		row.name = seen.ID(run.Record)
		if rec, err := f.store.In(tx).Get(f.asker, seen.Key, run.Record); err == nil {
			row.name, row.path = rec.Title(), pathOf(seen.Object, run.Record)
		}
	}
	if row.name == "" {
		row.name = f.t("office.flow.untitled")
	}
	return row
}
