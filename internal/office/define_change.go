package office

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// change is what a form wants done with the catalog. Unless it is quiet, a page tells first what it would do; the form
// comes along hidden and is sent again with "confirm".
type change struct {
	*defining
	title string // of the plan, for the history
	steps []record.Step
	done  string                                     // the page that follows
	said  string                                     // there; the title when empty
	back  string                                     // where the form is
	again func(w http.ResponseWriter) error          // shows the form, with d.form and d.faults
	shown func(field string) (input string, ok bool) // the input that a fault of record belongs to
	quiet bool
	plan  record.Plan // what the preview told
	extra templ.Component
}

// isConfirmed reports whether the person saw what it does.
func (d *defining) isConfirmed() bool { return d.form.text("confirm") != "" }

// isForced reports whether what stands on a removed thing may go with it.
func (d *defining) isForced() bool { return d.form.text("force") != "" }

// run previews the change, or does it.
func (c *change) run(w http.ResponseWriter) error {
	switch {
	case len(c.faults) > 0 || c.form.text("again") != "":
		return c.again(w)
	case len(c.steps) == 0:
		return c.goOn(w, c.done, c.t("office.define.nothing"))
	case c.quiet || c.isConfirmed():
		return c.apply(w)
	}
	plan, err := c.store.Preview(c.ctx, c.asker, c.steps)
	if err != nil {
		return c.failed(w, err)
	}
	c.plan = plan
	return c.preview(w, http.StatusOK)
}

func (c *change) apply(w http.ResponseWriter) error {
	plan, err := c.store.Apply(c.ctx, c.asker, clipped(c.title, 200), c.steps)
	if len(plan.Breaks) > 0 && err != nil {
		c.plan = plan
		return c.preview(w, http.StatusConflict)
	}
	if err != nil {
		return c.failed(w, err)
	}
	if c.said == "" {
		c.said = c.title
	}
	return c.goOn(w, c.done+"?plan="+strconv.FormatInt(plan.Rev, 10), c.said)
}

// failed shows the form again with what is wrong at its inputs.
func (c *change) failed(w http.ResponseWriter, err error) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.Internal {
		return err
	}
	input := ""
	if c.shown != nil {
		if name, ok := c.shown(known.Field); ok {
			input = name
		}
	}
	c.blame(input, c.error(known))
	return c.again(w)
}

// shownIn finds the input of a fault among those that the form sent.
func (d *defining) shownIn(field string) (string, bool) {
	switch field {
	case "labels":
		field = "label." + string(d.languages()[0])
	case "plural", "related", "message", "help":
		field += "." + string(d.languages()[0])
	case "rollup":
		field = "rollup_from"
	case "choices":
		return field, true
	}
	_, sent := d.form[field]
	return field, sent && field != ""
}

// preview is the page that tells what a change would do.
func (c *change) preview(w http.ResponseWriter, status int) error {
	page, err := c.shell(c.t("office.define.before", "title", c.title), nil)
	if err != nil {
		return err
	}
	return c.show(w, status, page, c.view())
}

// kept are the inputs of the form, to be sent again.
func (c *change) kept() (all []ui.Kept) {
	names := make([]string, 0, len(c.form))
	for name := range c.form {
		if !slices.Contains([]string{"confirm", "again", "force"}, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, text := range c.form[name] {
			all = append(all, ui.Kept{Name: name, Value: text})
		}
	}
	return all
}

// canForce reports whether what stands in the way could go too. A rule of access never goes by itself: without its
// condition it would show more than before.
func (c *change) canForce() bool {
	removes := slices.ContainsFunc(c.steps, func(s record.Step) bool {
		return (s.Op == record.RemoveField || s.Op == record.RemoveObject) && !s.Force
	})
	return removes && !slices.ContainsFunc(c.plan.Breaks, func(b record.Broken) bool { return b.What == "grant" || b.What == "title" })
}

// planToast offers to undo what the page before did.
func (d *defining) planToast() {
	if rev, err := strconv.ParseInt(d.r.URL.Query().Get("plan"), 10, 64); err == nil && rev > 0 && d.mayDefine() {
		d.toast = &ui.Toast{Undo: undoAt(rev), Kept: []ui.Kept{{Name: "back", Value: d.r.URL.Path}}}
	}
}

func undoAt(rev int64) string {
	return defineRoot + "/-/plans/" + strconv.FormatInt(rev, 10) + "/undo"
}
