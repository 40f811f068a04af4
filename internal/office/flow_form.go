package office

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/account"
	"fairground/internal/automation"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// flowForm is the form of a flow. Which inputs it has follows from what is chosen in it: "again" shows it anew for that.
type flowForm struct {
	*flowing
	seen *record.Seen // of the form's object; nil when there is none
}

// stepInput is the name of an input of a step; steps count from 0.
func stepInput(n int, what string) string { return fmt.Sprintf("step.%d.%s", n, what) }

// rowInput is the name of an input of a value of a step.
func rowInput(n, row int, what string) string { return fmt.Sprintf("step.%d.%s.%d", n, what, row) }

const (
	mostRows  = 30 // values of one step
	blankRows = 2  // shown behind those that are filled in
)

func (f *flowing) newForm(w http.ResponseWriter) error {
	f.form.set("event", string(automation.Created))
	f.form.set("object", f.r.URL.Query().Get("object"))
	if all := f.sees.Objects(); f.line("object") == "" && len(all) > 0 {
		f.form.set("object", all[0].Key)
	}
	f.form.set("steps", "1")
	f.form.set(stepInput(0, "do"), string(automation.SetFields))
	return f.showForm(w)
}

func (f *flowing) editForm(w http.ResponseWriter) error {
	f.put(f.flow)
	return f.showForm(w)
}

// put fills the form in with a flow.
func (f *flowing) put(flow automation.Flow) {
	t := flow.When
	side := "after"
	if t.Days < 0 {
		side = "before"
	}
	for name, text := range map[string]string{
		"name": flow.Name, "rev": strconv.FormatInt(flow.Rev, 10), "event": string(t.Event), "object": t.Object, "date": t.Date, "side": side,
		"days": strconv.Itoa(max(t.Days, -t.Days)), "every": string(t.Every), "hour": strconv.Itoa(t.Hour), "if": flow.If,
		"steps": strconv.Itoa(len(flow.Actions)),
	} {
		f.form.set(name, text)
	}
	f.form.set("fields", t.Fields...)
	for n, a := range flow.Actions {
		f.putStep(n, a)
	}
}

func (f *flowing) putStep(n int, a automation.Action) {
	for what, text := range map[string]string{
		"do": string(a.Do), "object": a.Object, "to": a.To, "field": a.Field, "subject": a.Subject, "text": a.Text, "url": a.URL,
	} {
		f.form.set(stepInput(n, what), text)
	}
	row := 0
	for _, set := range sortedValues(a.Values) {
		f.form.set(rowInput(n, row, "key"), set.key)
		f.form.set(rowInput(n, row, "value"), set.text)
		row++
	}
}

type setValue struct{ key, text string }

func sortedValues(values map[string]string) (all []setValue) {
	for key, text := range values {
		all = append(all, setValue{key, text})
	}
	slices.SortFunc(all, func(a, b setValue) int { return strings.Compare(a.key, b.key) })
	return all
}

// showForm shows the form with f.form and f.faults.
func (f *flowing) showForm(w http.ResponseWriter) error {
	v := &flowForm{flowing: f, seen: f.seenObject(f.line("object"))}
	heading := f.flow.Name
	if f.flow.ID == 0 {
		heading = f.t("office.flow.new")
	}
	page, err := f.flowShell(heading, f.at())
	if err != nil {
		return err
	}
	page.Actions = v.actions()
	return f.show(w, f.status(), page, v.view())
}

// save makes or changes the flow, or shows the form anew for what was chosen.
func (f *flowing) save(w http.ResponseWriter) error {
	if err := f.send(); err != nil {
		return err
	}
	if again := cmp.Or(f.line("again"), f.r.URL.Query().Get("again")); again != "" {
		f.rearrange(again)
		return f.showForm(w)
	}
	flow := f.takeFlow()
	f.checkFlow(flow)
	if len(f.faults) > 0 {
		return f.showForm(w)
	}
	saved, err := f.desk.Save(f.ctx, f.asker, flow)
	switch {
	case value.KindOf(err) == value.Conflict:
		f.form.set("rev", strconv.FormatInt(f.flow.Rev, 10))
		f.blame("", f.t("office.flow.fault.stale"))
		return f.showForm(w)
	case err != nil:
		found, err := f.faultsOf(err, func(string) bool { return true })
		if err != nil {
			return err
		}
		for field, said := range found {
			f.blame(f.inputOf(field, flow), said)
		}
		return f.showForm(w)
	}
	return f.goOn(w, flowAt(saved.ID)+"/test", f.t("office.flow.saved", "name", saved.Name))
}

// rearrange adds a step, or takes one away.
func (f *flowing) rearrange(again string) {
	steps := f.steps()
	if again == "more" && steps < automation.MostActions {
		f.form.set(stepInput(steps, "do"), string(automation.SetFields))
		f.form.set("steps", strconv.Itoa(steps+1))
	}
	gone, err := strconv.Atoi(strings.TrimPrefix(again, "drop."))
	if err != nil || gone < 0 || gone >= steps || steps < 2 {
		return
	}
	kept := filled{}
	for name, texts := range f.form {
		n, what, isStep := stepOf(name)
		switch {
		case isStep && n == gone:
		case isStep && n > gone:
			kept[stepInput(n-1, what)] = texts
		default:
			kept[name] = texts
		}
	}
	f.form = kept
	f.form.set("steps", strconv.Itoa(steps-1))
}

// stepOf takes the name of a step's input apart.
func stepOf(name string) (n int, what string, ok bool) {
	rest, ok := strings.CutPrefix(name, "step.")
	if !ok {
		return 0, "", false
	}
	number, what, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	return n, what, err == nil
}

// steps is how many steps the form has.
func (f *flowing) steps() int {
	n, _ := strconv.Atoi(f.line("steps"))
	return min(max(n, 1), automation.MostActions)
}

// takeFlow reads the form. Of the trigger it takes what belongs to the event, and of a step what belongs to its deed.
func (f *flowing) takeFlow() automation.Flow {
	flow := automation.Flow{ID: f.flow.ID, Name: f.line("name"), If: f.line("if")}
	flow.Rev, _ = strconv.ParseInt(f.line("rev"), 10, 64)
	t := automation.Trigger{Event: automation.Event(f.line("event")), Object: f.line("object")}
	switch t.Event {
	case automation.Changed:
		t.Fields = slices.Clone(f.form["fields"])
	case automation.Reached:
		t.Date = f.line("date")
		f.takeWhole("days", &t.Days)
		if f.line("side") == "before" {
			t.Days = -t.Days
		}
	case automation.Schedule:
		t.Every = automation.Interval(f.line("every"))
		f.takeWhole("hour", &t.Hour)
	}
	flow.When = t
	for n := range f.steps() {
		flow.Actions = append(flow.Actions, f.takeStep(n))
	}
	return flow
}

func (f *flowing) takeStep(n int) automation.Action {
	in := func(what string) string { return f.line(stepInput(n, what)) }
	a := automation.Action{Do: automation.Deed(in("do"))}
	switch a.Do {
	case automation.SetFields:
		a.Values = f.takeValues(n)
	case automation.MakeOne:
		a.Object, a.Values = in("object"), f.takeValues(n)
	case automation.Assign:
		a.Field, a.To = in("field"), in("to")
	case automation.SendMail:
		a.To, a.Subject, a.Text = in("to"), in("subject"), in("text")
	case automation.CallHook:
		a.URL = in("url")
	}
	return a
}

func (f *flowing) takeValues(n int) map[string]string {
	values := map[string]string{}
	for row := range mostRows {
		key := f.line(rowInput(n, row, "key"))
		if key == "" {
			if f.line(rowInput(n, row, "value")) != "" {
				f.blame(rowInput(n, row, "key"), f.t("office.flow.fault.which_field"))
			}
			continue
		}
		if _, twice := values[key]; twice {
			f.blame(rowInput(n, row, "key"), f.t("office.flow.fault.twice"))
		}
		values[key] = f.line(rowInput(n, row, "value"))
	}
	return values
}

// checkFlow tells at its input what package automation would only tell of the whole step.
func (f *flowing) checkFlow(flow automation.Flow) {
	seen := f.seenObject(flow.When.Object)
	if seen == nil {
		return
	}
	if flow.If != "" {
		f.blameReading("if", seen, flow.If, expr.Bool)
	}
	for n, a := range flow.Actions {
		f.checkStep(n, a, seen)
	}
}

func (f *flowing) checkStep(n int, a automation.Action, seen *record.Seen) {
	switch a.Do {
	case automation.SetFields:
		f.checkRows(n, a, seen, seen)
	case automation.MakeOne:
		if target := f.seenObject(a.Object); target != nil {
			f.checkRows(n, a, target, seen)
		} else {
			f.blame(stepInput(n, "object"), f.t("office.flow.fault.create"))
		}
	case automation.Assign:
		if a.To == "" {
			f.blame(stepInput(n, "to"), f.t("office.flow.fault.to"))
		}
		if a.Field == "" {
			f.blame(stepInput(n, "field"), f.t("office.flow.fault.which_field"))
		}
	case automation.SendMail:
		for _, what := range []string{"to", "subject", "text"} {
			if f.line(stepInput(n, what)) == "" {
				f.blame(stepInput(n, what), f.t("office.flow.fault."+what))
			}
		}
	case automation.CallHook:
		if !strings.HasPrefix(a.URL, "https://") && !strings.HasPrefix(a.URL, "http://") {
			f.blame(stepInput(n, "url"), f.t("office.flow.fault.url"))
		}
	default:
		f.blame(stepInput(n, "do"), f.t("office.flow.fault.do"))
	}
}

func (f *flowing) checkRows(n int, a automation.Action, target, seen *record.Seen) {
	if len(a.Values) == 0 {
		f.blame(rowInput(n, 0, "key"), f.t("office.flow.fault.values"))
	}
	for row := range mostRows {
		key, text := f.line(rowInput(n, row, "key")), f.line(rowInput(n, row, "value"))
		if key == "" {
			continue
		}
		if field := target.Field(key); field == nil || !field.Written() {
			f.blame(rowInput(n, row, "key"), f.t("office.flow.fault.which_field"))
		}
		if text != "" && text != automation.This {
			f.blameReading(rowInput(n, row, "value"), seen, text, 0)
		}
	}
}

// inputOf finds the input of a fault that package automation tells of.
func (f *flowing) inputOf(field string, flow automation.Flow) string {
	deed := map[string]automation.Deed{"to": automation.SendMail, "subject": automation.SendMail, "text": automation.SendMail, "url": automation.CallHook}[field]
	for n, a := range flow.Actions {
		if deed != "" && a.Do == deed {
			return stepInput(n, field)
		}
	}
	if slices.Contains([]string{"name", "event", "object", "date", "days", "every", "hour", "fields", "if"}, field) {
		return field
	}
	return ""
}

// readText checks a text over an object as the asker sees it.
func (f *flowing) readText(seen *record.Seen, text string, want expr.Type) ui.ExpressionCheck {
	check := ui.ExpressionCheck{Source: text}
	if problems := seen.Scope().Problems(text, want); len(problems) > 0 {
		p := problems[0]
		check.Error, check.Line, check.Column, check.Suggestion = capital(p.Message), p.Line, p.Column, p.Suggestion
	} else if _, err := seen.Scope().Compile(text, want); err != nil {
		check.Error = f.error(err)
	}
	return check
}

func (f *flowing) blameReading(input string, seen *record.Seen, text string, want expr.Type) {
	check := f.readText(seen, text, want)
	if check.Error == "" {
		return
	}
	if check.Suggestion != "" {
		check.Error += " " + f.t("ui.did_you_mean") + " " + check.Suggestion
	}
	f.blame(input, check.Error)
}

// check answers the condition's input while one types.
func (f *flowing) check(w http.ResponseWriter) error {
	if err := f.send(); err != nil {
		return err
	}
	text, seen := f.line("if"), f.seenObject(f.line("object"))
	if text == "" || seen == nil {
		return f.part(w, http.StatusOK, ui.ExpressionCheck{})
	}
	check := f.readText(seen, text, expr.Bool)
	if check.Error == "" {
		check.Sound = f.t("office.define.sound")
		n, more, err := f.store.Count(f.ctx, f.asker, record.Query{Object: seen.Key, Filter: text}, mostCounted)
		if err == nil {
			check.Sound = f.t("office.define.finds", "records", f.recordCount(n, more))
		}
	}
	return f.part(w, http.StatusOK, check)
}

// rows are the values of a step that the form shows: those that are filled in, and some behind them.
func (v *flowForm) rows(n int) int {
	filledIn := 0
	for row := range mostRows {
		if v.line(rowInput(n, row, "key")) != "" || v.line(rowInput(n, row, "value")) != "" {
			filledIn = row + 1
		}
	}
	return min(filledIn+blankRows, mostRows)
}

func (v *flowForm) target(n int) *record.Seen {
	if v.line(stepInput(n, "do")) == string(automation.MakeOne) {
		return v.seenObject(v.line(stepInput(n, "object")))
	}
	return v.seen
}

func (v *flowForm) objectOptions() []ui.Option {
	options := []ui.Option{{Text: v.t("office.define.choose")}}
	for _, seen := range v.sees.Objects() {
		options = append(options, ui.Option{Value: seen.Key, Text: v.in(seen.Plural)})
	}
	return options
}

// fieldOptions are the fields of an object that pass, after an empty option.
func (v *flowForm) fieldOptions(seen *record.Seen, passes func(*record.Field) bool) []ui.Option {
	options := []ui.Option{{Text: v.t("office.define.choose")}}
	if seen == nil {
		return options
	}
	for _, field := range seen.Fields {
		if seen.Field(field.Key) != nil && passes(field) {
			options = append(options, ui.Option{Value: field.Key, Text: v.in(field.Labels)})
		}
	}
	return options
}

func isDate(field *record.Field) bool {
	return field.Type == record.Date || field.Type == record.DateTime
}

func isWritten(field *record.Field) bool { return field.Written() }

func isReference(field *record.Field) bool { return field.Type == record.Reference && field.Written() }

// worded are options whose words stand in the catalogue under a prefix.
func worded[T ~string](v *flowForm, prefix string, all []T) (options []ui.Option) {
	for _, one := range all {
		options = append(options, ui.Option{Value: string(one), Text: v.t(prefix + string(one))})
	}
	return options
}

func (v *flowForm) hourOptions() (options []ui.Option) {
	for hour := range 24 {
		options = append(options, ui.Option{Value: strconv.Itoa(hour), Text: hourText(hour)})
	}
	return options
}

// people are whom a step can concern: whoever is responsible for the record, or a colleague.
func (v *flowForm) people() []ui.Option {
	options := []ui.Option{{Text: v.t("office.define.choose")}}
	if v.seen != nil && v.seen.Field("owner") != nil {
		options = append(options, ui.Option{Value: "owner", Text: v.t("office.flow.its_owner")})
	}
	for _, a := range v.staff {
		options = append(options, ui.Option{Value: a.ID.Text(account.IDKind), Text: a.Name})
	}
	return options
}

// anew sends the form as soon as something is chosen that it depends on, where scripts run.
func (v *flowForm) anew() map[string]any {
	return map[string]any{
		"hx-post": v.action() + "?again=form", "hx-trigger": "change", "hx-target": "#flow-form", "hx-select": "#flow-form", "hx-swap": "outerHTML",
	}
}

func (v *flowForm) action() string {
	if v.flow.ID == 0 {
		return flowRoot
	}
	return v.at()
}

// names are the fields and functions that the condition may use.
func (v *flowForm) names() []ui.NameGroup {
	if v.seen == nil {
		return nil
	}
	return v.defining.names(v.seen.Object)
}
