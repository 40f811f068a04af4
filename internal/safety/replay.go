package safety

import (
	"context"
	"errors"
	"strings"
)

// Replayed is one stored input under other rules.
type Replayed struct {
	Input  Input
	Before Verdict // as it was decided then, without the review that may have followed
	After  Verdict // as the rules decide now
	Fired  []Firing
	// Missing are questions that were not asked then, so that nobody knows the answer; they are taken for nothing and no.
	Missing []string
}

// Replay screens stored inputs under a set of rules. Memory and signals answer what they answered then. It ends early,
// with what it has, when the context does. It makes no clearances.
func Replay(ctx context.Context, set *RuleSet, inputs []Input) []Replayed {
	all := make([]Replayed, 0, len(inputs))
	for _, input := range inputs {
		if ctx.Err() != nil {
			break
		}
		all = append(all, replay(ctx, set, input))
	}
	return all
}

func replay(ctx context.Context, set *RuleSet, input Input) Replayed {
	source := &replaySource{facts: input.Facts}
	firings := set.replay(ctx, input.Subject, source)
	out := Outcome{Firings: firings}
	out.decide(Review{})
	return Replayed{Input: input, Before: input.Verdict, After: out.Verdict, Fired: out.Firings, Missing: source.missing}
}

// replay asks all rules about a subject, as Gate.ask does.
func (s *RuleSet) replay(ctx context.Context, subject Subject, from source) (firings []Firing) {
	defer func() {
		if fault := recover(); fault != nil {
			firings = []Firing{stopped(gateFailed, fault)}
		}
	}()
	if tooLong(&subject) {
		return []Firing{stopped(gateLong, nil)}
	}
	work := s.scans.Get().(*screening)
	work.begin(ctx, &subject, from)
	firings = work.firings()
	work.end()
	strictestFirst(firings)
	return firings
}

// replaySource answers from what was stored.
type replaySource struct {
	facts   Facts
	missing []string
}

func (r *replaySource) answer(brief string) float64 {
	n, known := r.facts[brief]
	if !known {
		r.missing = append(r.missing, brief)
	}
	return n
}

func (r *replaySource) score(_ context.Context, name string, _ *Subject) (float64, error) {
	if _, known := r.facts["signals."+name]; !known {
		return 0, errors.New("was not asked then")
	}
	return r.answer("signals." + name), nil
}

// fact is zero, and not missing, where there is nothing to count by.
func (r *replaySource) fact(w *screening, f *fact) (float64, error) {
	if f.kind == factPhoto && w.subject.Photos == 0 || f.kind != factPhoto && len(entityValues(w.subject, &w.scan.found, f.entity)) == 0 {
		return 0, nil
	}
	return r.answer(f.brief), nil
}

func (r *replaySource) listed(_ *screening, list, text string) (bool, error) {
	return r.answer(listedBrief(list, text)) != 0, nil
}

// cluster is known by its parts; those that no rule asked for are missing only if all are.
func (r *replaySource) cluster(*screening) (Cluster, error) {
	known := false
	part := func(name string) float64 {
		n, ok := r.facts["cluster."+name]
		known = known || ok
		return n
	}
	c := Cluster{
		Size: int(part("size")), Accounts: int(part("accounts")), Phones: int(part("phones")), Places: int(part("places")),
		Coverage: part("coverage"), Score: part("score"),
	}
	if !known {
		r.missing = append(r.missing, "cluster")
	}
	return c, nil
}

// MostShare is the greatest share of a site's screenings that a live rule of its own may restrict. A rule beyond it is
// more likely a slip than a threat, and would stop the market.
const MostShare = 0.20

// Reach is how many screenings one rule would restrict.
type Reach struct {
	Rule  string
	Fired int // screenings it fired on, where each sampled one stands for those it was drawn from
	Of    int // screenings looked at, reckoned in the same way
}

// Share is Fired of Of, 0 without any.
func (r Reach) Share() float64 {
	if r.Of == 0 {
		return 0
	}
	return float64(r.Fired) / float64(r.Of)
}

// TooBroad reports a rule that must not go live. With fewer than fifty screenings nothing can be said.
func (r Reach) TooBroad() bool { return r.Of >= 50 && r.Share() > MostShare }

// FiresOn tries the live restricting rules of a site on stored inputs and returns the reach of each that fires on any. The
// provider's rules are not the site's to answer for. A rule that cannot be answered counts as one that fires, for it holds.
func FiresOn(set *RuleSet, inputs []Input) []Reach {
	reach := map[string]*Reach{}
	var order []string
	of := map[Stage]int{}
	for _, input := range inputs {
		of[input.Subject.Stage] += input.Weight()
		for _, f := range replay(context.Background(), set, input).Fired {
			if f.Shadow || f.Outcome < Challenge || strings.HasPrefix(f.Rule, "provider/") || strings.HasPrefix(f.Rule, "gate/") {
				continue
			}
			if reach[f.Rule] == nil {
				reach[f.Rule] = &Reach{Rule: f.Rule}
				order = append(order, f.Rule)
			}
			reach[f.Rule].Fired += input.Weight()
		}
	}
	var all []Reach
	for _, id := range order {
		r := *reach[id]
		if rule, err := set.Rule(id); err == nil {
			for _, stage := range rule.Stages {
				r.Of += of[stage]
			}
		}
		all = append(all, r)
	}
	return all
}
