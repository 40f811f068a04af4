package rulebook

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// rulesView is the list of all rules.
type rulesView struct {
	*visit
	ours, theirs []safety.Rule
	tightened    map[string]Tightening
	precisions   map[string]Precision
	learnedOn    bool
}

func (v *visit) rules() error {
	view := rulesView{visit: v, tightened: map[string]Tightening{}, learnedOn: v.Book.learned.Load() != nil}
	err := v.read(func(tx *db.Tx) (err error) {
		if view.precisions, err = v.Precisions(tx, v.words.Zone()); err != nil {
			return err
		}
		all, err := Tightenings(tx)
		for _, t := range all {
			view.tightened[t.Rule] = t
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range v.gate.Rules().Rules() {
		if strings.HasPrefix(r.ID, prefix) {
			view.ours = append(view.ours, r)
		} else {
			view.theirs = append(view.theirs, r)
		}
	}
	byFirings := func(a, b safety.Rule) int {
		return cmp.Or(view.precisions[b.ID].Fired()-view.precisions[a.ID].Fired(), int(b.Outcome-a.Outcome), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(view.ours, byFirings)
	slices.SortFunc(view.theirs, byFirings)
	return v.show(http.StatusOK, v.t("rulebook.rules"), rulesPath, view.page())
}

// broken are the stored things that are not in force.
func (v *rulesView) broken() []Broken { return v.Book.Broken() }

func (v *visit) outcomeTag(outcome safety.Verdict) ui.Tag {
	tone := ui.Plain
	switch {
	case outcome >= safety.Reject:
		tone = ui.Alarm
	case outcome >= safety.Challenge:
		tone = ui.Paid
	}
	return ui.Tag{Text: v.t("rulebook.outcome." + outcome.String()), Tone: tone}
}

// rightness is how right a rule is, in words.
func (v *rulesView) rightness(p Precision) string {
	if p.Decided() == 0 {
		return v.t("rulebook.no_decisions")
	}
	return v.t("rulebook.right", "share", v.words.Percent(float64(p.Right)/float64(p.Decided())), "low", v.words.Percent(p.Low), "high", v.words.Percent(p.High),
		"right", p.Right, "wrong", p.Wrong)
}

// bar is one day of the drawing of firings.
type bar struct{ x, y, height string }

const (
	sparkTall = 22.0
	sparkWide = 3.0 // units a day
)

// bars are the days on which a rule fired. What is not nought can be seen.
func (p Precision) bars() (all []bar) {
	most := max(1, slices.Max(p.Days[:]))
	for i, n := range p.Days {
		if n == 0 {
			continue
		}
		tall := max(1.5, sparkTall*float64(n)/float64(most))
		all = append(all, bar{units(sparkWide * float64(i)), units(sparkTall - tall), units(tall)})
	}
	return all
}

func units(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }

// rule shows one rule: the editor for the site's own, facts for the provider's.
func (v *visit) rule() error {
	id := v.ruleID()
	if !strings.HasPrefix(id, prefix) {
		return v.showProvided(http.StatusOK, id, nil)
	}
	var r Rule
	err := v.read(func(tx *db.Tx) (err error) {
		r, err = FindRule(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return v.editTried(&editor{draft: r.Draft, base: r.Version, present: r})
}

func (v *visit) ruleID() string { return v.r.PathValue("owner") + "/" + v.r.PathValue("name") }

// providedView is a rule of the provider, and what this site made stricter about it.
type providedView struct {
	*visit
	rule     safety.Rule
	provided safety.Verdict
	set      Tightening
	faults   map[string]string
	typed    string // the reason
}

func (v *visit) showProvided(status int, id string, typed *providedView) error {
	view := cmp.Or(typed, &providedView{})
	view.visit = v
	i := slices.IndexFunc(v.compiler.provider.Rules, func(r safety.Rule) bool { return r.ID == id })
	if i < 0 {
		return value.Errorf(value.NotFound, "there is no such rule")
	}
	view.rule, view.provided = v.compiler.provider.Rules[i], v.compiler.provider.Rules[i].Outcome
	err := v.read(func(tx *db.Tx) error {
		all, err := Tightenings(tx)
		for _, t := range all {
			if t.Rule == id {
				view.set = t
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, view.rule.Title.In(v.words.Locale()), rulesPath, view.page())
}

func (v *providedView) facts() []ui.Fact {
	var stages []string
	for _, s := range v.rule.Stages {
		stages = append(stages, v.t("rulebook.stage."+string(s)))
	}
	facts := []ui.Fact{{Name: v.t("rulebook.stages"), Value: strings.Join(stages, " · ")}, {Name: v.t("rulebook.outcome"), View: v.outcomeTag(max(v.provided, v.set.Outcome))}}
	if v.rule.Policy != "" {
		facts = append(facts, ui.Fact{Name: v.t("rulebook.policy"), Value: v.rule.Policy})
	}
	if v.rule.Category != "" {
		facts = append(facts, ui.Fact{Name: v.t("rulebook.category"), Value: v.rule.Category})
	}
	return facts
}

// stricter are the outcomes to choose from; the empty one is the provider's own.
func (v *providedView) stricter() []ui.Option {
	options := []ui.Option{{Value: "", Text: v.t("rulebook.as_provided", "outcome", v.t("rulebook.outcome."+v.provided.String()))}}
	for outcome := max(v.provided+1, safety.Challenge); outcome <= safety.Escalate; outcome++ {
		options = append(options, ui.Option{Value: outcome.String(), Text: v.t("rulebook.outcome." + outcome.String())})
	}
	return options
}

func (v *providedView) chosen() string {
	if v.set.Outcome == 0 {
		return ""
	}
	return v.set.Outcome.String()
}

// tighten takes the form of a rule of the provider.
func (v *visit) tighten(id, outcome, reason string) error {
	var to safety.Verdict
	var err error
	if outcome != "" {
		if to, err = safety.ParseVerdict(outcome); err != nil {
			return value.Errorf(value.Invalid, "there is no such outcome")
		}
	}
	if err = v.Tighten(v.ctx(), v.me.Actor(), id, to, reason); err == nil {
		return v.goOn(ruleHref(id), v.t("rulebook.done.tightened"))
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showProvided(status, id, &providedView{faults: faults, typed: reason})
}

func exampleText(e safety.Example) string {
	if e.Title == "" {
		return e.Text
	}
	return e.Title + " · " + e.Text
}
