package rulebook

import (
	"net/http"
	"strconv"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

func trialHref(id value.ID) string { return rulesPath + "/trials/" + id.Text(trialKind) }

// trialView is a back-test.
type trialView struct {
	*visit
	Backtest
	known bool // the rule is in the book already
}

func (v *visit) trialOf(key string) (tried Backtest, err error) {
	id, err := value.ParseID(trialKind, key)
	if err != nil {
		return tried, value.Errorf(value.NotFound, "there is no such back-test")
	}
	return tried, v.read(func(tx *db.Tx) (err error) {
		tried, err = FindTrial(tx, id)
		return err
	})
}

func (v *visit) findTrial() (view *trialView, err error) {
	view = &trialView{visit: v}
	if view.Backtest, err = v.trialOf(v.r.PathValue("trial")); err != nil {
		return nil, err
	}
	err = v.read(func(tx *db.Tx) error {
		_, err := FindRule(tx, view.Rule)
		if view.known = err == nil; value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	return view, err
}

// onward is where the draft that was tried is edited further and saved.
func (t *trialView) onward() string {
	href := rulesPath + "/new"
	if t.known {
		href = ruleHref(t.Rule)
	}
	return href + "?from=" + t.ID.Text(trialKind)
}

func (v *visit) trial() error {
	view, err := v.findTrial()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.t("rulebook.trial.of", "rule", view.Rule), rulesPath, view.page())
}

func (v *visit) progress() error {
	view, err := v.findTrial()
	if err != nil {
		return err
	}
	return v.part(view.bar())
}

func (t *trialView) isOver() bool { return t.State == Done || t.State == Failed }

func (t *trialView) bar() ui.Progress {
	p := ui.Progress{
		ID: "trial", URL: trialHref(t.ID) + "/progress", Href: trialHref(t.ID), Label: t.t("rulebook.trial.running"), Share: -1, Done: t.isOver(),
		Figures: t.t("rulebook.trial.figures", "done", t.Backtest.Done, "total", t.Total),
	}
	if t.Total > 0 {
		p.Share = float64(t.Backtest.Done) / float64(t.Total)
	}
	switch t.State {
	case Done:
		p.Tone, p.Text = ui.Safe, t.t("rulebook.trial.done")
		p.Actions = ui.Button{Text: t.t("rulebook.trial.see"), Href: trialHref(t.ID), Small: true}
	case Failed:
		p.Tone, p.Text = ui.Alarm, t.t("rulebook.trial.failed")+" "+t.Fault
	}
	return p
}

func (t *trialView) facts() []ui.Fact {
	r := t.Result
	share := t.words.Percent(r.Share())
	return []ui.Fact{
		{Name: t.t("rulebook.trial.inputs"), Value: t.words.Count(r.Inputs)},
		{Name: t.t("rulebook.trial.share"), Value: share},
		{Name: t.t("rulebook.trial.changed"), Value: t.words.Count(r.Changed)},
	}
}

// isTooMuch reports a condition that may not go live as it restricts too much.
func (t *trialView) isTooMuch() bool { return t.Result.Share() > safety.MostShare }

func (t *trialView) href(c Changed) string { return t.past.Href(c.Object, c.Record) }

func (t *trialView) from(outcome safety.Verdict) string {
	return t.t("rulebook.outcome." + outcome.String())
}

// rightness is how right the draft would have been among decided inputs.
func (t *trialView) rightness() string {
	c := t.Result.Confusion
	n := c.FiredRefused + c.FiredKept
	if n == 0 {
		return t.t("rulebook.no_decisions")
	}
	low, high := Wilson(c.FiredRefused, n)
	return t.t("rulebook.right", "share", t.words.Percent(float64(c.FiredRefused)/float64(n)), "low", t.words.Percent(low), "high", t.words.Percent(high),
		"right", c.FiredRefused, "wrong", c.FiredKept)
}

// versionsView is the history of a rule: two versions beside each other, and all of them below.
type versionsView struct {
	*visit
	id       string
	all      []Rule
	from, to Rule
	faults   map[string]string
}

func (v *visit) versions() error { return v.showVersions(http.StatusOK, nil) }

func (v *visit) showVersions(status int, faults map[string]string) error {
	view := &versionsView{visit: v, id: v.ruleID(), faults: faults}
	err := v.read(func(tx *db.Tx) (err error) {
		view.all, err = Versions(tx, view.id)
		return err
	})
	if err != nil {
		return err
	}
	if len(view.all) == 0 {
		return value.Errorf(value.NotFound, "there is no such rule")
	}
	view.to, view.from = view.all[0], view.all[min(1, len(view.all)-1)]
	for _, r := range view.all {
		if n := strconv.Itoa(r.Version); n == v.r.URL.Query().Get("from") {
			view.from = r
		} else if n == v.r.URL.Query().Get("to") {
			view.to = r
		}
	}
	return v.show(status, view.to.Draft.Title.In(v.words.Locale()), rulesPath, view.page())
}

// Difference is one field that differs between two versions.
type Difference struct {
	Field string // the key of its label
	Old   string
	New   string
}

// Differences compares two drafts field by field.
func Differences(a, b Draft) (all []Difference) {
	add := func(field, old, now string) {
		if old != now {
			all = append(all, Difference{field, old, now})
		}
	}
	add("title_en", a.Title["en"], b.Title["en"])
	add("title_de", a.Title["de"], b.Title["de"])
	add("ground_en", a.Ground["en"], b.Ground["en"])
	add("ground_de", a.Ground["de"], b.Ground["de"])
	add("policy", a.Policy, b.Policy)
	add("category", a.Category, b.Category)
	add("stages", joinStages(a.Stages), joinStages(b.Stages))
	add("when", a.When, b.When)
	add("outcome", a.Outcome.String(), b.Outcome.String())
	add("mode", string(a.Mode), string(b.Mode))
	if a.Preserve != b.Preserve {
		all = append(all, Difference{"preserve", yesNo(a.Preserve), yesNo(b.Preserve)})
	}
	add("fires", a.Fires, b.Fires)
	add("passes", a.Passes, b.Passes)
	return all
}

func yesNo(yes bool) string {
	if yes {
		return "✓"
	}
	return "–"
}

func joinStages(stages []safety.Stage) string {
	text := ""
	for _, s := range stages {
		text += string(s) + " "
	}
	return text
}

func (v *visit) restore() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	version := form.Int("version", 1, 1<<30)
	if err := form.Err(); err != nil {
		return err
	}
	id := v.ruleID()
	if _, err = v.Restore(v.ctx(), v.me.Actor(), id, int(version), form.Raw("reason")); err == nil {
		return v.goOn(ruleHref(id), v.t("rulebook.done.restored", "version", int(version)))
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showVersions(status, faults)
}

// learnedView is what was learned.
type learnedView struct {
	*visit
	Learned
	none  bool
	fault string
}

func (v *visit) learned() error { return v.showLearned(http.StatusOK, "") }

func (v *visit) showLearned(status int, fault string) error {
	view := &learnedView{visit: v, fault: fault}
	err := v.read(func(tx *db.Tx) (err error) {
		view.Learned, err = FindLearned(tx)
		if value.KindOf(err) == value.NotFound {
			view.none, err = true, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, v.t("rulebook.learned"), rulesPath, view.page())
}

func (v *visit) switchLearned() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	path, done := rulesPath+"/learned", form.Choice("do", "learn", "on", "off")
	switch done {
	case "learn":
		err = v.Learn(v.ctx(), v.me.Actor())
	case "on", "off":
		err = v.Switch(v.ctx(), v.me.Actor(), done == "on")
	default:
		return value.Errorf(value.Invalid, "press one of the buttons")
	}
	if err == nil {
		return v.goOn(path, v.t("rulebook.done.learned_"+done))
	}
	faults, status, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showLearned(status, faults[""])
}
