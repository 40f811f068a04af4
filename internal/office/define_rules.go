package office

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
)

// rulesView is what whole records must meet, and the indexes over several fields.
type rulesView struct{ *defining }

// mostChecks is how many checks one page edits.
const mostChecks = 20

func checkInput(n int, what string) string { return fmt.Sprintf("check.%d.%s", n, what) }

func (d *defining) rules(w http.ResponseWriter) error {
	for n, c := range d.o.Checks {
		d.form.set(checkInput(n, "when"), c.When)
		d.form.set(checkInput(n, "field"), c.Field)
		d.putNames(checkInput(n, "message"), c.Message)
	}
	d.form.set("was", stamp(d.o.Checks))
	d.planToast()
	return d.showRules(w)
}

func (d *defining) showRules(w http.ResponseWriter) error {
	page, err := d.objectShell(d.at() + "/rules")
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, (&rulesView{d}).view())
}

// rows are the checks of the form, and an empty one behind them.
func (v *rulesView) rows() []int {
	var rows []int
	for n := range mostChecks {
		if _, sent := v.form[checkInput(n, "when")]; sent || len(rows) == 0 || v.line(checkInput(n-1, "when")) != "" {
			rows = append(rows, n)
		}
	}
	return rows
}

// saveRules replaces the checks; one without a condition goes.
func (d *defining) saveRules(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	d.isStale(d.o.Checks)
	o := d.spoken()
	o.Checks = nil
	for n := range mostChecks {
		c := record.Check{When: d.line(checkInput(n, "when")), Field: d.line(checkInput(n, "field"))}
		if c.When == "" {
			continue
		}
		var was record.Names
		if n < len(d.o.Checks) {
			was = d.o.Checks[n].Message
		}
		c.Message = d.namesFrom(checkInput(n, "message"), was)
		d.tooLong(checkInput(n, "message"), 500)
		d.blameText(checkInput(n, "when"), d.o, c.When, expr.Bool)
		o.Checks = append(o.Checks, c)
	}
	if len(d.o.Checks) > mostChecks {
		o.Checks = append(o.Checks, d.o.Checks[mostChecks:]...)
	}
	c := &change{
		defining: d, title: d.t("office.define.did.checks", "object", d.in(d.o.Labels)), done: d.at() + "/rules", back: d.at() + "/rules",
		again: d.showRules, shown: d.shownIn,
	}
	if stamp(o.Checks) != stamp(d.spoken().Checks) {
		c.steps = []record.Step{{Op: record.ChangeObject, Object: d.o.Key, NewObject: o}}
	}
	return c.run(w)
}

// changeIndex adds an index over several fields, or removes one.
func (d *defining) changeIndex(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	var fields []string
	for _, key := range d.form["index"] {
		if key != "" && !slices.Contains(fields, key) {
			fields = append(fields, key)
		}
	}
	op, title := record.AddIndex, "office.define.did.add_index"
	if d.line("do") == "remove" {
		op, title = record.RemoveIndex, "office.define.did.remove_index"
		fields = strings.Split(d.line("fields"), ",")
	}
	c := &change{
		defining: d, title: d.t(title, "object", d.in(d.o.Labels)), steps: []record.Step{{Op: op, Object: d.o.Key, Index: fields}},
		done: d.at() + "/rules", back: d.at() + "/rules",
	}
	if len(fields) == 0 {
		d.blame("", d.t("office.define.fault.index"))
	}
	c.again = c.backWith
	return c.run(w)
}

// indexable are the fields that an index can be over.
func (v *rulesView) indexable() []ui.Option {
	options := []ui.Option{{Text: v.t("office.define.choose")}}
	for _, f := range v.o.Fields {
		switch f.Type {
		case record.LongText, record.Choices, record.References, record.File, record.AnyReference, record.Place:
		default:
			if f.Stored() {
				options = append(options, ui.Option{Value: f.Key, Text: v.in(f.Labels)})
			}
		}
	}
	return options
}

func (v *rulesView) fieldOptions() []ui.Option {
	options := []ui.Option{{Text: v.t("office.define.whole_record")}}
	for _, f := range v.o.Fields {
		if f.Written() {
			options = append(options, ui.Option{Value: f.Key, Text: v.in(f.Labels)})
		}
	}
	return options
}

// indexName says which fields an index is over.
func (v *rulesView) indexName(x record.Composite) string {
	labels := make([]string, len(x.Fields))
	for i, key := range x.Fields {
		labels[i] = key
		if f := v.o.Field(key); f != nil {
			labels[i] = v.in(f.Labels)
		}
	}
	return strings.Join(labels, ", ")
}

func place(n int) string { return strconv.Itoa(n + 1) }
