package office

import (
	"net/http"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// plansView is what was changed about the objects, newest first.
type plansView struct {
	*defining
	all     []pastPlan
	refused string // why the undo that was asked for cannot be
}

type pastPlan struct {
	record.Plan
	by    string
	steps []string
}

// mostPlans is how many changes the history shows.
const mostPlans = 200

func (d *defining) plans(w http.ResponseWriter) error {
	d.planToast()
	return d.showPlans(w, http.StatusOK, "")
}

func (d *defining) showPlans(w http.ResponseWriter, status int, refused string) error {
	v := &plansView{defining: d, refused: refused}
	plans, err := d.history(mostPlans)
	if err != nil {
		return err
	}
	for _, p := range plans {
		past := pastPlan{Plan: p}
		if past.by, err = d.who(p.Actor); err != nil {
			return err
		}
		for _, s := range p.Steps {
			past.steps = append(past.steps, d.stepWords(s))
		}
		v.all = append(v.all, past)
	}
	page, err := d.shell(d.t("office.define.plans"), d.tabs(defineRoot+"/-/plans"))
	if err != nil {
		return err
	}
	return d.show(w, status, page, v.view())
}

// canUndo reports whether a plan has an undo at all; whether later ones stand on it shows when it is asked for.
func (p pastPlan) canUndo() bool { return p.State != record.Undone && len(p.Inverse) > 0 }

func (v *plansView) state(p pastPlan) ui.Tag {
	tone := map[record.State]ui.Tone{record.Running: ui.Paid, record.Done: ui.Safe}[p.State]
	return ui.Tag{Text: v.t("office.define.state." + string(p.State)), Tone: tone}
}

// isRunning reports whether values are being converted, so that the page looks again by itself.
func (v *plansView) isRunning() bool {
	for _, p := range v.all {
		if p.State == record.Running {
			return true
		}
	}
	return false
}

// undoPlan takes a change back, or says on the page of all changes why it cannot.
func (d *defining) undoPlan(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	rev, err := strconv.ParseInt(d.r.PathValue("rev"), 10, 64)
	if err != nil {
		return value.Errorf(value.NotFound, "there is no such change").Because(err)
	}
	plan, err := d.store.UndoPlan(d.ctx, d.asker, rev)
	switch value.KindOf(err) {
	case "":
	case value.Conflict, value.Invalid, value.NotFound:
		said := d.error(err)
		for _, b := range plan.Breaks {
			said += " " + d.brokenWords(b) + " " + b.Name + ": " + b.Why + "."
		}
		return d.showPlans(w, statusOfUndo(err), said)
	default:
		return err
	}
	return d.goOn(w, d.afterUndo()+planQuery(plan), d.t("office.define.undone"))
}

func statusOfUndo(err error) int {
	if value.KindOf(err) == value.NotFound {
		return http.StatusNotFound
	}
	return http.StatusConflict
}

// afterUndo is the page that an undo was asked on, if its object is still there.
func (d *defining) afterUndo() string {
	rest, inside := strings.CutPrefix(d.line("back"), defineRoot+"/")
	key, page, _ := strings.Cut(rest, "/")
	if !inside || key == "-" {
		return defineRoot + "/-/plans"
	}
	err := d.read(func(tx *db.Tx) error {
		now, err := d.store.Catalog(tx)
		if err == nil {
			_, err = now.Object(key)
		}
		return err
	})
	switch {
	case err != nil:
		return defineRoot
	case page == "details" || page == "access" || page == "rules":
		return definedAt(key) + "/" + page
	default:
		return definedAt(key)
	}
}

func (v *plansView) revText(p pastPlan) string { return strconv.FormatInt(p.Rev, 10) }
