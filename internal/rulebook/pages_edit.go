package rulebook

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/web"
)

// editor is the form of a rule.
type editor struct {
	*visit
	draft   Draft
	base    int // the version that is edited; 0 for a new rule
	present Rule
	reason  string
	faults  map[string]string
	tried   []Trial
	trials  []Backtest
	checked ui.ExpressionCheck
}

func (v *visit) newRule() error {
	return v.editTried(&editor{draft: Draft{Mode: safety.Shadow, Outcome: safety.Hold, Stages: []safety.Stage{safety.StageListing}}})
}

// editTried goes on with the draft that a back-test tried, if the address names one of this rule.
func (v *visit) editTried(e *editor) error {
	if v.r.URL.Query().Get("from") == "" {
		return v.edit(http.StatusOK, e)
	}
	tried, err := v.trialOf(v.r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	if e.base == 0 || e.draft.Name == tried.Rule {
		e.draft = tried.Draft
	}
	return v.edit(http.StatusOK, e)
}

func (v *visit) edit(status int, e *editor) error {
	e.visit = v
	if e.draft.When != "" {
		e.checked = v.checkOf(e.draft.When)
	}
	if e.draft.Name != "" {
		err := v.read(func(tx *db.Tx) (err error) {
			e.trials, err = Trials(tx, e.draft.Name, 5)
			return err
		})
		if err != nil {
			return err
		}
	}
	heading := v.t("rulebook.new_rule")
	if e.base > 0 {
		heading = e.present.Draft.Title.In(v.words.Locale())
	}
	return v.show(status, heading, rulesPath, e.page())
}

// check answers the condition's field while somebody types.
func (v *visit) check() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	when := strings.TrimSpace(form.Text("when", longestWhen))
	if when == "" {
		return v.part(ui.ExpressionCheck{})
	}
	return v.part(v.checkOf(when))
}

func (v *visit) checkOf(when string) ui.ExpressionCheck {
	problem, ok := v.CheckCondition(when)
	if ok {
		return ui.ExpressionCheck{Source: when, Sound: v.t("rulebook.sound")}
	}
	return ui.ExpressionCheck{Source: when, Error: problem.Message, Line: problem.Line, Column: problem.Column, Suggestion: problem.Suggestion}
}

// saveRule does what the pressed button says: save, try the examples, or begin a back-test.
func (v *visit) saveRule() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	id := ""
	if v.r.PathValue("name") != "" {
		if id = v.ruleID(); !strings.HasPrefix(id, prefix) {
			return v.tighten(id, form.Raw("outcome"), form.Raw("reason"))
		}
	}
	e := &editor{draft: draftOf(form), reason: form.Raw("reason")}
	e.base, _ = strconv.Atoi(form.Raw("base")) // what is no number is a new rule, whose name is taken then
	if id != "" {
		e.draft.Name = id
		if err := v.read(func(tx *db.Tx) (err error) {
			e.present, err = FindRule(tx, id)
			return err
		}); err != nil {
			return err
		}
	}
	e.draft.tidy()
	switch form.Raw("do") {
	case "try":
		e.tried = v.Try(e.draft)
		return v.edit(http.StatusOK, e)
	case "trial":
		return v.startTrial(e)
	}
	if _, err = v.Save(v.ctx(), v.me.Actor(), e.draft, e.base, e.reason); err == nil {
		return v.goOn(ruleHref(e.draft.Name), v.t("rulebook.done.saved"))
	}
	return v.refuse(e, err)
}

func (v *visit) startTrial(e *editor) error {
	id, err := v.StartTrial(v.ctx(), v.me.Actor(), e.draft)
	if err != nil {
		return v.refuse(e, err)
	}
	return web.Redirect(v.w, v.r, trialHref(id))
}

// refuse shows the form again, as it was typed, with what is wrong.
func (v *visit) refuse(e *editor, err error) error {
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	e.faults, e.tried = faults, v.Try(e.draft)
	return v.edit(status, e)
}

// draftOf reads the form. Lengths are checked when it is saved, so that nothing typed is lost.
func draftOf(form *web.Form) Draft {
	d := Draft{
		Name: form.Raw("name"), Policy: form.Raw("policy"), Category: form.Raw("category"), When: form.Raw("when"), Mode: safety.Mode(form.Raw("mode")),
		Title:  safety.Words{"en": form.Raw("title_en"), "de": form.Raw("title_de")},
		Ground: safety.Words{"en": form.Raw("ground_en"), "de": form.Raw("ground_de")},
		Fires:  form.Raw("fires"), Passes: form.Raw("passes"), Preserve: form.Bool("preserve"),
	}
	for _, s := range safety.Stages() {
		if slices.Contains(form.All("stages"), string(s)) {
			d.Stages = append(d.Stages, s)
		}
	}
	if outcome, err := safety.ParseVerdict(form.Raw("outcome")); err == nil {
		d.Outcome = outcome
	}
	if !slices.Contains(categories, d.Category) {
		d.Category = ""
	}
	return d
}

func (e *editor) action() string {
	if e.base > 0 {
		return ruleHref(e.draft.Name)
	}
	return rulesPath
}

func (e *editor) fault(field string) string { return e.faults[field] }

// shortName is the name without its prefix, as it is typed.
func (e *editor) shortName() string { return strings.TrimPrefix(e.draft.Name, prefix) }

func (e *editor) stageOptions() (options []ui.Option) {
	for _, s := range safety.Stages() {
		options = append(options, ui.Option{Value: string(s), Text: e.t("rulebook.stage." + string(s))})
	}
	return options
}

func (e *editor) stageValues() (values []string) {
	for _, s := range e.draft.Stages {
		values = append(values, string(s))
	}
	return values
}

func (e *editor) outcomeOptions() (options []ui.Option) {
	for outcome := safety.Label; outcome <= safety.Escalate; outcome++ {
		options = append(options, ui.Option{Value: outcome.String(), Text: e.t("rulebook.outcome." + outcome.String())})
	}
	return options
}

func (e *editor) modeOptions() (options []ui.Option) {
	for _, mode := range []safety.Mode{safety.Shadow, safety.Live, safety.Expired} {
		options = append(options, ui.Option{Value: string(mode), Text: e.t("rulebook.mode." + string(mode))})
	}
	return options
}

func (e *editor) categoryOptions() []ui.Option {
	options := []ui.Option{{Text: e.t("rulebook.choose")}}
	for _, c := range categories {
		options = append(options, ui.Option{Value: c, Text: e.t("rulebook.category." + strings.ToLower(c))})
	}
	return options
}

// groups are the names that a condition may use, with their meaning.
func (e *editor) groups() (all []ui.NameGroup) {
	for _, n := range e.names() {
		title := e.t("rulebook.names." + n.group)
		if len(all) == 0 || all[len(all)-1].Title != title {
			all = append(all, ui.NameGroup{Title: title})
		}
		last := &all[len(all)-1]
		last.Names = append(last.Names, ui.ExpressionName{Name: n.text, Type: typeNames[n.kind], Text: e.t("rulebook.name." + n.key())})
	}
	provided, own := e.termLists()
	terms := ui.NameGroup{Title: e.t("rulebook.names.terms")}
	for _, list := range own {
		terms.Names = append(terms.Names, ui.ExpressionName{Name: "terms." + list, Type: "int", Text: e.t("rulebook.name.own_terms")})
	}
	for _, list := range provided {
		terms.Names = append(terms.Names, ui.ExpressionName{Name: "terms." + list, Type: "int", Text: e.t("rulebook.name.terms")})
	}
	signals := ui.NameGroup{Title: e.t("rulebook.names.signals")}
	signals.Names = append(signals.Names, ui.ExpressionName{Name: "signals." + LearnedSignal, Type: "double", Text: e.t("rulebook.name.learned")})
	for _, s := range e.compiler.provider.Signals {
		if s != LearnedSignal {
			signals.Names = append(signals.Names, ui.ExpressionName{Name: "signals." + s, Type: "double", Text: e.t("rulebook.name.signal")})
		}
	}
	for _, f := range e.compiler.provider.Features {
		signals.Names = append(signals.Names, ui.ExpressionName{Name: "features." + f.Name, Type: "yes/no", Text: f.When})
	}
	return append(all, terms, signals)
}
