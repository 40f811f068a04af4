package office

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
)

// put fills the form of a field in with what it is.
func (d *defining) put(f *record.Field) {
	d.putNames("label", f.Labels)
	d.putNames("help", f.Help)
	d.putNames("message", f.Message)
	d.putNames("related", f.Options.Related)
	o := f.Options
	for name, text := range map[string]string{
		"key": f.Key, "type": string(f.Type), "section": f.Section, "default": f.Default, "check": f.Check, "unit": o.Unit, "currency": o.Currency, "target": o.Target,
		"on_delete": string(o.OnDelete), "prefix": o.Prefix, "formula": o.Formula, "result": string(o.Result),
		"length": numberText(o.Length), "files": numberText(o.Files), "start": numberText(int(o.Start)), "scale": strconv.Itoa(o.Scale),
		"least": floatText(o.Least), "most": floatText(o.Most), "was": stamp(f),
	} {
		d.form.set(name, text)
	}
	for name, on := range map[string]bool{"required": f.Required, "unique": f.Unique, "indexed": f.Indexed, "searchable": f.Searchable} {
		if on {
			d.form.set(name, "yes")
		}
	}
	if r := o.Rollup; r != nil {
		d.form.set("rollup_from", r.From+"."+r.By)
		d.form.set("rollup_op", r.Op)
		d.form.set("rollup_where", r.Where)
		if r.Of != "" {
			d.form.set("rollup_of", r.From+"."+r.Of)
		}
	}
	for _, choice := range o.Choices {
		d.putChoice(choice)
	}
}

func numberText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func floatText(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// choiceInput is the name of an input about one choice; its code stands for it, so that labels can change.
func choiceInput(choice record.Option, what string) string {
	return fmt.Sprintf("choice.%d.%s", choice.Code, what)
}

func (d *defining) putChoice(choice record.Option) {
	d.putNames(choiceInput(choice, "label"), choice.Labels)
	d.form.set(choiceInput(choice, "tone"), choice.Tone)
	if choice.Retired {
		d.form.set(choiceInput(choice, "retired"), "yes")
	}
}

// fieldFrom reads the form of a field. What the form does not have stays as it was. What is wrong is noted in d.faults.
func (d *defining) fieldFrom(was *record.Field, t record.Type) *record.Field {
	f := *was
	if f.Type != t {
		f.Type, f.Options, f.Default = t, record.Options{}, ""
	}
	kind, known := typeNamed(t)
	if !known {
		d.blame("type", d.t("office.define.fault.type"))
	}
	for name, most := range map[string]int{"label": record.MostLabel, "help": 1000, "message": 500, "related": record.MostLabel} {
		d.tooLong(name, most)
	}
	f.Labels, f.Help, f.Message = d.namesFrom("label", was.Labels), d.namesFrom("help", was.Help), d.namesFrom("message", was.Message)
	if d.in(f.Labels) == "" {
		d.blame("label."+string(d.languages()[0]), d.t("office.define.fault.label"))
	}
	d.take("section", &f.Section)
	d.take("check", &f.Check)
	if kind.can("default") {
		d.take("default", &f.Default)
	}
	for name, flag := range map[string]*bool{"required": &f.Required, "unique": &f.Unique, "indexed": &f.Indexed, "searchable": &f.Searchable} {
		*flag = kind.can(name) && d.flag(name, *flag)
	}
	d.optionsFrom(kind, &f.Options)
	d.checkTexts(&f)
	return &f
}

// take reads a text if the form has it.
func (d *defining) take(name string, into *string) {
	if text, sent := d.sent(name); sent {
		*into = text
	}
}

func (d *defining) optionsFrom(kind fieldType, o *record.Options) {
	for name, into := range map[string]*string{
		"unit": &o.Unit, "currency": &o.Currency, "target": &o.Target, "prefix": &o.Prefix, "formula": &o.Formula,
		"result": (*string)(&o.Result), "on_delete": (*string)(&o.OnDelete),
	} {
		if kind.can(name) {
			d.take(name, into)
		}
	}
	o.Currency = strings.ToUpper(o.Currency)
	for name, into := range map[string]*int{"length": &o.Length, "scale": &o.Scale, "files": &o.Files} {
		if kind.can(name) {
			d.takeWhole(name, into)
		}
	}
	if kind.can("start") {
		start := int(o.Start)
		d.takeWhole("start", &start)
		o.Start = int64(start)
	}
	if kind.of == record.Formula && o.Result != "" && o.Result != record.Decimal {
		o.Scale = 0
	}
	for name, into := range map[string]**float64{"least": &o.Least, "most": &o.Most} {
		if kind.can(name) {
			d.takeNumber(name, into)
		}
	}
	if kind.can("related") {
		o.Related = d.namesFrom("related", o.Related)
	}
	if kind.can("target") && o.Target == "" {
		d.blame("target", d.t("office.define.fault.target"))
	}
	if kind.can("choices") {
		d.choicesFrom(o)
	}
	if kind.can("rollup") {
		d.rollupFrom(o)
	}
}

func (d *defining) takeWhole(name string, into *int) {
	text, sent := d.sent(name)
	if !sent {
		return
	}
	n, err := strconv.Atoi(text)
	if text != "" && (err != nil || n < 0) {
		d.blame(name, d.t("office.define.fault.whole"))
		return
	}
	*into = n
}

func (d *defining) takeNumber(name string, into **float64) {
	text, sent := d.sent(name)
	switch {
	case !sent:
		return
	case text == "":
		*into = nil
		return
	}
	plain, err := numeral(text)
	if err != nil {
		d.blame(name, d.t("office.define.fault.number"))
		return
	}
	n, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		d.blame(name, d.t("office.define.fault.number"))
		return
	}
	*into = &n
}

// choicesFrom reads what changed about the choices that are there, and one new choice a line.
func (d *defining) choicesFrom(o *record.Options) {
	all := slices.Clone(o.Choices)
	for i, choice := range all {
		if _, shown := d.form[choiceInput(choice, "tone")]; !shown {
			continue
		}
		all[i].Labels = d.namesFrom(choiceInput(choice, "label"), choice.Labels)
		all[i].Tone = d.line(choiceInput(choice, "tone"))
		all[i].Retired = d.form.text(choiceInput(choice, "retired")) != ""
		d.tooLong(choiceInput(choice, "label"), record.MostLabel)
	}
	l := d.languages()[0]
	for _, line := range strings.Split(d.line("choices"), "\n") {
		if label := strings.TrimSpace(line); label != "" && !labelled(all, label) {
			all = append(all, record.Option{Key: freeChoice(all, label), Labels: record.Names{l: label}})
		}
	}
	if o.Choices = all; len(all) == 0 {
		d.blame("choices", d.t("office.define.fault.choices"))
	}
}

func labelled(all []record.Option, label string) bool {
	return slices.ContainsFunc(all, func(o record.Option) bool {
		for _, text := range o.Labels {
			if strings.EqualFold(text, label) {
				return true
			}
		}
		return false
	})
}

// freeChoice is the key of a new choice.
func freeChoice(all []record.Option, label string) string {
	key := keyFrom(label)
	if key == "" {
		key = "choice"
	}
	taken := func(key string) bool {
		return slices.ContainsFunc(all, func(o record.Option) bool { return o.Key == key })
	}
	for free, n := key, 2; ; n++ {
		if !taken(free) {
			return free
		}
		free = fmt.Sprintf("%s_%d", key, n)
	}
}

func (d *defining) rollupFrom(o *record.Options) {
	from, sent := d.sent("rollup_from")
	if !sent {
		return
	}
	object, by, _ := strings.Cut(from, ".")
	ofObject, of, _ := strings.Cut(d.line("rollup_of"), ".")
	plan := &record.RollupPlan{From: object, By: by, Op: d.line("rollup_op"), Where: d.line("rollup_where")}
	switch {
	case from == "":
		d.blame("rollup_from", d.t("office.define.fault.gather"))
	case plan.Op != "count" && of == "":
		d.blame("rollup_of", d.t("office.define.fault.gather_of"))
	case plan.Op != "count" && ofObject != object:
		d.blame("rollup_of", d.t("office.define.fault.gather_other", "objects", d.objectName(object)))
	case plan.Op != "count":
		plan.Of = of
	}
	o.Rollup = plan
}

// checkTexts checks the conditions and the formula of a field where the form has them, so that a mistake is told at its
// input. A formula that does not say what it yields yields what it yields.
func (d *defining) checkTexts(f *record.Field) {
	if f.Check != "" {
		d.blameText("check", d.o, f.Check, expr.Bool)
	}
	if r := f.Options.Rollup; r != nil && r.Where != "" {
		if from, err := d.catalog.Object(r.From); err == nil {
			d.blameText("rollup_where", from, r.Where, expr.Bool)
		}
	}
	if f.Type != record.Formula {
		return
	}
	if f.Options.Formula == "" {
		d.blame("formula", d.t("office.define.fault.formula"))
		return
	}
	yields := d.blameText("formula", d.o, f.Options.Formula, 0)
	if f.Options.Result == "" {
		f.Options.Result = resultOf(yields)
		if f.Options.Result == record.Decimal && f.Options.Scale == 0 && d.line("scale") == "" {
			f.Options.Scale = 2
		}
		if f.Options.Result != record.Decimal {
			f.Options.Scale = 0
		}
	}
}

// resultOf is the type of field that keeps what a formula yields.
func resultOf(yields expr.Type) record.Type {
	return map[expr.Type]record.Type{
		expr.Bool: record.YesNo, expr.Int: record.Integer, expr.Double: record.Decimal, expr.String: record.Text, expr.Moment: record.DateTime,
	}[yields]
}

// inputSetting is how an input for a text in one language differs from the usual.
type inputSetting struct {
	hint     string
	required bool
	focus    bool
	kind     ui.InputKind
	rows     int
}

// when is a text under a condition.
func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}
