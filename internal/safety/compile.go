package safety

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// RuleSet is all rules of one site, the provider's and its own, checked and ready. It is immutable and safe for use by
// several goroutines.
type RuleSet struct {
	version  string
	regions  []string
	signals  []string
	words    *vocabulary
	terms    *termTree
	names    *names
	features []feature
	rules    []*rule
	scans    sync.Pool // of *screening
}

type feature struct {
	Feature
	program *expr.Program
	needs   expr.Needs
	reads   []variable
}

// Compile checks the provider's pack and a site's pack and joins them. It returns an error of kind Invalid that lists
// everything wrong: a condition that does not compile, an example that disagrees with its rule, and every attempt of the
// site's pack to loosen what is mandatory.
func Compile(provider, site Pack) (*RuleSet, error) {
	whole, err := combine(provider, site)
	if err != nil {
		return nil, err
	}
	set := &RuleSet{regions: whole.Regions, signals: whole.Signals}
	if set.version, err = versionOf(whole); err != nil {
		return nil, err
	}
	if err := set.addLists(whole.Lists); err != nil {
		return nil, value.Errorf(value.Invalid, "%v", err)
	}
	if err := set.addConditions(whole); err != nil {
		return nil, value.Errorf(value.Invalid, "%v", err)
	}
	set.scans.New = func() any { return newScreening(set) }
	if err := set.tryExamples(); err != nil {
		return nil, value.Errorf(value.Invalid, "%v", err)
	}
	return set, nil
}

// Version identifies the rules: two sets with the same version decide alike.
func (s *RuleSet) Version() string { return s.version }

// Rules returns all rules as they are in force.
func (s *RuleSet) Rules() []Rule {
	rules := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		rules[i] = r.Rule
	}
	return rules
}

// Rule returns one rule. It returns an error of kind NotFound.
func (s *RuleSet) Rule(id string) (Rule, error) {
	for _, r := range s.rules {
		if r.ID == id {
			return r.Rule, nil
		}
	}
	return Rule{}, value.Errorf(value.NotFound, "there is no rule %q", id)
}

func versionOf(p Pack) (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("safety.Compile: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// combine joins the packs and refuses whatever would loosen the provider's.
func combine(provider, site Pack) (Pack, error) {
	var whole Pack
	faults := checkProvider(provider)
	if err := whole.join(provider); err != nil {
		return Pack{}, err
	}
	whole.Rules = slices.Clone(provider.Rules)
	faults = append(faults, adjust(whole.Rules, site)...)
	for _, r := range site.Rules {
		if r.Mandatory {
			faults = append(faults, fmt.Errorf("rule %s: only the provider makes rules mandatory", r.ID))
		}
		if strings.HasPrefix(r.ID, "provider/") || strings.HasPrefix(r.ID, "gate/") {
			faults = append(faults, fmt.Errorf("rule %s: this name belongs to the provider", r.ID))
		}
	}
	if err := whole.join(site); err != nil {
		faults = append(faults, err)
	}
	if len(site.Regions) > 0 {
		whole.Regions = site.Regions
	}
	if len(whole.Regions) == 0 {
		whole.Regions = usualRegions()
	}
	faults = append(faults, checkRules(whole.Rules)...)
	if len(faults) > 0 {
		return Pack{}, value.Errorf(value.Invalid, "%v", errors.Join(faults...))
	}
	return whole, nil
}

// usualRegions are those of a site that names none, and those in which examples are written.
func usualRegions() []string { return []string{"CH", "DE", "US"} }

func checkProvider(provider Pack) (faults []error) {
	if len(provider.Tighten)+len(provider.Modes) > 0 {
		faults = append(faults, errors.New("the provider's pack states outcomes and modes in its rules"))
	}
	for _, r := range provider.Rules {
		if r.Mandatory && r.Mode != Live {
			faults = append(faults, fmt.Errorf("rule %s: a mandatory rule is live", r.ID))
		}
		if r.Mandatory && r.Outcome < Challenge {
			faults = append(faults, fmt.Errorf("rule %s: a mandatory rule stops something", r.ID))
		}
	}
	return faults
}

// adjust applies what a site changes about the provider's rules.
func adjust(rules []Rule, site Pack) (faults []error) {
	find := func(id string) *Rule {
		for i := range rules {
			if rules[i].ID == id {
				return &rules[i]
			}
		}
		faults = append(faults, fmt.Errorf("there is no rule %q to change", id))
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(site.Tighten)) {
		if r := find(id); r != nil && site.Tighten[id] < r.Outcome {
			faults = append(faults, fmt.Errorf("rule %s: its outcome is %s and may only become stricter, not %s", id, r.Outcome, site.Tighten[id]))
		} else if r != nil {
			r.Outcome = site.Tighten[id]
		}
	}
	for _, id := range slices.Sorted(maps.Keys(site.Modes)) {
		if r := find(id); r != nil && r.Mandatory && site.Modes[id] != Live {
			faults = append(faults, fmt.Errorf("rule %s is mandatory and stays live", id))
		} else if r != nil {
			r.Mode = site.Modes[id]
		}
	}
	return faults
}

// checkRules looks at what every rule must state.
func checkRules(rules []Rule) (faults []error) {
	seen := map[string]bool{}
	for _, r := range rules {
		missing := ""
		switch {
		case r.ID == "" || r.Version < 1:
			missing = "an id and a version"
		case seen[r.ID]:
			missing = "an id of its own"
		case r.Title["en"] == "" || r.Owner == "":
			missing = "an English title and an owner"
		case r.Outcome < Allow || r.Outcome > Escalate:
			missing = "an outcome"
		case r.Mode != Live && r.Mode != Shadow && r.Mode != Expired:
			missing = "a mode: live, shadow or expired"
		case !knownStages(r.Stages):
			missing = "a stage: listing, message, payment, account or feed"
		case r.Outcome >= Challenge && (r.Ground["en"] == "" || r.Policy == "" || r.Category == ""):
			missing = "a ground, a policy and a category, because it restricts"
		case r.Outcome >= Challenge && (len(r.Fires) == 0 || len(r.Passes) == 0):
			missing = "examples that fire and that pass, because it restricts"
		}
		if missing != "" {
			faults = append(faults, fmt.Errorf("rule %q needs %s", r.ID, missing))
		}
		seen[r.ID] = true
	}
	return faults
}

func knownStages(stages []Stage) bool {
	for _, stage := range stages {
		if !slices.Contains(Stages(), stage) {
			return false
		}
	}
	return len(stages) > 0
}

func (s *RuleSet) addLists(lists map[string]List) error {
	s.words, s.terms = newVocabulary(), newTermTree()
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		if err := s.terms.add(s.words, name, lists[name].Terms, lists[name].Except); err != nil {
			return err
		}
	}
	s.terms.seal(s.words)
	return nil
}

func (s *RuleSet) addConditions(p Pack) (err error) {
	features := make([]string, len(p.Features))
	for i, f := range p.Features {
		features[i] = f.Name
	}
	conditions, asked, err := readConditions(p)
	if err != nil {
		return err
	}
	if s.names, err = newNames(s.terms.lists, features, p.Signals, asked); err != nil {
		return err
	}
	env, err := s.names.environment()
	if err != nil {
		return err
	}
	var faults []error
	for i, f := range p.Features {
		faults = append(faults, s.addFeature(env, i, f, conditions[i]))
	}
	if err := errors.Join(faults...); err != nil { // rules cannot be checked without the features they read
		return err
	}
	for i, r := range p.Rules {
		faults = append(faults, s.addRule(env, r, conditions[len(p.Features)+i]))
	}
	return errors.Join(faults...)
}

// readConditions reads the conditions of all features, then of all rules, and what they ask of memory.
func readConditions(p Pack) (conditions []string, asked *questions, err error) {
	asked = &questions{}
	var faults []error
	add := func(what, name, when string) {
		condition, err := asked.read(when)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %s: %w", what, name, err))
		}
		conditions = append(conditions, condition)
	}
	for _, f := range p.Features {
		add("feature", f.Name, f.When)
	}
	for _, r := range p.Rules {
		add("rule", r.ID, r.When)
	}
	return conditions, asked, errors.Join(faults...)
}

// compile makes a program of a condition that was read. Its error speaks of the condition as it was written.
func (s *RuleSet) compile(env *expr.Environment, condition string) (*expr.Program, error) {
	program, err := env.Compile(condition, expr.Bool)
	if err != nil {
		return nil, errors.New(s.names.asked.original(err.Error()))
	}
	return program, nil
}

func (s *RuleSet) addFeature(env *expr.Environment, i int, f Feature, condition string) error {
	program, err := s.compile(env, condition)
	if err != nil {
		return fmt.Errorf("feature %s: %w", f.Name, err)
	}
	for _, name := range program.Names() {
		if v := s.names.byName[name]; v.kind == varFeature && int(v.index) >= i {
			return fmt.Errorf("feature %s reads %s, which comes after it", f.Name, name)
		}
	}
	s.features = append(s.features, feature{f, program, program.Needs(s.featureNeeds), s.reads(program)})
	return nil
}

func (s *RuleSet) addRule(env *expr.Environment, r Rule, condition string) error {
	program, err := s.compile(env, condition)
	if err != nil {
		return fmt.Errorf("rule %s: %w", r.ID, err)
	}
	reason := r.Ground
	if len(reason) == 0 {
		reason = r.Title
	}
	s.rules = append(s.rules, &rule{
		Rule: r, program: program, needs: s.names.masks(program.Needs(s.featureNeeds)), reads: s.reads(program), reason: reason,
	})
	return nil
}

func (s *RuleSet) featureNeeds(name string) (expr.Needs, bool) {
	v := s.names.byName[name]
	if v.kind != varFeature {
		return nil, false
	}
	return s.features[v.index].needs, true
}

// reads lists what a condition looks at, with what its features look at.
func (s *RuleSet) reads(program *expr.Program) []variable {
	var all []variable
	for _, name := range program.Names() {
		v := s.names.byName[name]
		if v.kind == varFeature {
			all = append(all, s.features[v.index].reads...)
		} else if v.kind != 0 {
			all = append(all, v)
		}
	}
	return all
}

// tryExamples runs every rule on its own examples, with and without the short cut of its needs.
func (s *RuleSet) tryExamples() error {
	var faults []error
	for _, r := range s.rules {
		for _, e := range r.Fires {
			faults = append(faults, s.tryExample(r, e, true))
		}
		for _, e := range r.Passes {
			faults = append(faults, s.tryExample(r, e, false))
		}
	}
	return errors.Join(faults...)
}

func (s *RuleSet) tryExample(r *rule, e Example, want bool) error {
	source, err := newExampleSource(e)
	if err != nil {
		return fmt.Errorf("rule %s: its example %q: %w", r.ID, e.Title+e.Text, err)
	}
	work := newScreening(s)
	work.regions = append(slices.Clone(s.regions), usualRegions()...)
	subject := e.subject(r.Stages[0])
	work.begin(context.Background(), &subject, source)
	got, err := r.program.Bool(work.ctx, work)
	switch {
	case err != nil:
		return fmt.Errorf("rule %s fails on its example %q: %s", r.ID, e.Title+e.Text, s.names.asked.original(err.Error()))
	case got != want && want:
		return fmt.Errorf("rule %s does not fire on its example %q", r.ID, e.Title+e.Text)
	case got != want:
		return fmt.Errorf("rule %s fires on %q, which must pass", r.ID, e.Title+e.Text)
	case got && !work.candidate(r):
		return fmt.Errorf("rule %s fires on %q although its needs are not met", r.ID, e.Title+e.Text)
	}
	return nil
}
