package safety

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// Gate screens for one site. It is safe for use by several goroutines and needs no database.
type Gate struct {
	ids        *value.IDs
	seals      *sealer
	keys       *keyer
	rules      atomic.Pointer[RuleSet]
	memory     atomic.Pointer[Memory]
	signals    atomic.Pointer[plugins]
	connecting sync.Mutex
}

// NewGate returns a gate under a site's secret key of 32 bytes. It fails when the key is shorter, when there are no rules,
// or when the rules read a signal that is not among those given.
func NewGate(key []byte, ids *value.IDs, rules *RuleSet, signals ...Signal) (*Gate, error) {
	if len(key) < 32 || ids == nil {
		return nil, fmt.Errorf("safety.NewGate: needs a key of 32 bytes and a maker of ids")
	}
	g := &Gate{ids: ids, seals: newSealer(key), keys: newKeyer(key)}
	g.memory.Store(&Memory{})
	g.signals.Store(&plugins{})
	if err := g.Connect(signals...); err != nil {
		return nil, err
	}
	return g, g.Replace(rules)
}

// Replace puts other rules in force, for all screenings that begin from now on. On an error the old ones stay.
func (g *Gate) Replace(rules *RuleSet) error {
	if rules == nil {
		return fmt.Errorf("safety.Gate: needs rules")
	}
	for _, name := range rules.signals {
		if (*g.signals.Load())[name] == nil {
			return fmt.Errorf("safety.Gate: the rules read signals.%s, which is not connected", name)
		}
	}
	g.rules.Store(rules)
	return nil
}

// Rules returns the rules in force.
func (g *Gate) Rules() *RuleSet { return g.rules.Load() }

// Check verifies, without a database, that the gate cleared exactly this content of this record. It returns ErrNotCleared
// otherwise. It takes about a microsecond, so that every row can be checked when it is shown.
func (g *Gate) Check(object string, record value.ID, hash ContentHash, clearance value.ID, seal []byte) error {
	return g.seals.check(object, record, hash, clearance, seal)
}

// Screen asks all rules about a subject. The strictest outcome of those that fired is the verdict; an error, a panic or
// a context that ends means hold. It is the only maker of clearances: an outcome of allow or label has one. A review of
// exactly this content turns the verdict into allow, unless something final fired; the zero Review reviews nothing.
func (g *Gate) Screen(ctx context.Context, s Subject, review Review) (out Outcome) {
	blank := Outcome{Stage: s.Stage, Object: s.Object, Record: s.Record, Hash: s.Hash}
	defer func() {
		if fault := recover(); fault != nil {
			out = blank
			out.Verdict, out.Firings = Hold, []Firing{stopped(gateFailed, fault)}
		}
	}()
	if memory := g.memory.Load(); memory.Refresh != nil {
		memory.Refresh(ctx)
	}
	rules := g.rules.Load()
	blank.Rules = rules.version
	out = blank
	out.Firings = g.ask(ctx, rules, &s, &out)
	out.decide(review)
	if out.Verdict == Allow || out.Verdict == Label {
		out.clearance = g.clear(&out)
	}
	return out
}

// ask collects all firings, strictest first.
func (g *Gate) ask(ctx context.Context, rules *RuleSet, s *Subject, out *Outcome) []Firing {
	if s.Object == "" || s.Record == 0 || s.Hash == (ContentHash{}) || !knownStages([]Stage{s.Stage}) {
		return []Firing{stopped(gateVague, nil)}
	}
	if tooLong(s) {
		return []Firing{stopped(gateLong, nil)}
	}
	work := rules.scans.Get().(*screening)
	work.begin(ctx, s, gateSource{g, *g.signals.Load(), g.memory.Load()})
	firings := work.firings()
	out.Slots = work.scan.found
	out.trace = &trace{gate: g, subject: *s, facts: work.memo.facts}
	work.end() // not deferred: what a panic leaves behind must not be used again
	strictestFirst(firings)
	return firings
}

func strictestFirst(firings []Firing) {
	slices.SortStableFunc(firings, func(a, b Firing) int { return int(b.Outcome - a.Outcome) })
}

// firings asks every rule that can be anything but false.
func (w *screening) firings() (fired []Firing) {
	if w.scan.crowded() {
		return []Firing{stopped(gateCrowded, nil)}
	}
	for _, r := range w.rules.rules {
		if r.Mode == Expired || !r.at(w.subject.Stage) || !w.candidate(r) {
			continue
		}
		if w.ctx.Err() != nil {
			break
		}
		truth, err := r.program.Bool(w.ctx, w)
		if err != nil || truth {
			fired = append(fired, w.firing(r, err))
		}
	}
	if err := w.ctx.Err(); err != nil {
		fired = append(fired, stopped(gateLate, err))
	}
	return fired
}

// firing describes a rule that fired, or that failed and therefore holds.
func (w *screening) firing(r *rule, err error) Firing {
	f := Firing{
		Rule: r.ID, Version: r.Version, Title: r.Title, Outcome: r.Outcome, Policy: r.Policy, Category: r.Category,
		Ground: r.reason, Shadow: !r.decides(), Final: r.final(), Preserve: r.Preserve && r.decides() && err == nil,
	}
	if err != nil {
		f.Outcome, f.Ground, f.Error = Hold, unfinished, w.rules.names.asked.original(strings.ReplaceAll(err.Error(), "\x00", ""))
	}
	if r.Outcome >= Challenge {
		f.Spans = w.spans(r)
		f.Explanation = w.explain(r)
	}
	return f
}

func (w *screening) explain(r *rule) []expr.Part {
	parts, err := r.program.Explain(w)
	if err != nil {
		return []expr.Part{{Text: r.When, Value: "error: " + err.Error()}}
	}
	return w.rules.written(parts)
}

// written puts the questions back that a condition asked, in the place of the variables that stand for them.
func (s *RuleSet) written(parts []expr.Part) []expr.Part {
	kept := parts[:0]
	for _, p := range parts {
		if s.names.byName[p.Text].kind != varList { // the bare name of a list says nothing
			kept = append(kept, expr.Part{Text: s.names.asked.original(p.Text), Value: s.names.asked.original(p.Value)})
		}
	}
	return kept
}

// mostSpans bounds what one firing marks.
const mostSpans = 40

// entitySlots is what a question about an entity marks in the text.
var entitySlots = map[string]variableKind{
	EntityPhone: varPhones, EntityMail: varMails, EntityLink: varLinks, EntityHandle: varHandles,
}

// spans is where the terms and slots that a rule reads stand in the text.
func (w *screening) spans(r *rule) []Span {
	var spans []Span
	for _, v := range r.reads {
		if v.kind == varFact {
			v.kind = entitySlots[w.rules.names.asked.facts[v.index].entity]
		}
		if v.kind != varTerms && v.kind != varInTitle {
			spans = append(spans, w.slotSpans(v.kind)...)
			continue
		}
		for _, h := range w.scan.hits {
			if h.list == v.index {
				spans = append(spans, w.scan.spanOf(int(h.from), int(h.to)-1))
			}
		}
	}
	slices.SortFunc(spans, compareSpans)
	spans = slices.Compact(spans)
	return slices.Clip(spans[:min(len(spans), mostSpans)])
}

func compareSpans(a, b Span) int {
	if a.Field != b.Field { // title, body, attributes
		return strings.Compare(b.Field, a.Field)
	}
	if a.From != b.From {
		return a.From - b.From
	}
	return a.To - b.To
}

// decide draws the verdict from the firings and applies a review.
func (o *Outcome) decide(review Review) {
	o.Verdict = Allow
	final := false
	for _, f := range o.Firings {
		if f.Shadow {
			continue
		}
		o.Verdict = max(o.Verdict, f.Outcome)
		final = final || f.Final
	}
	if o.Verdict >= Challenge && !final && review.covers(o) {
		o.Verdict, o.Review = Allow, review.id
	}
}

func (g *Gate) clear(o *Outcome) Clearance {
	id := g.ids.Next()
	return Clearance{
		id: id, object: o.Object, record: o.Record, hash: o.Hash, rules: o.Rules, review: o.Review,
		seal: g.seals.seal(id, o.Object, o.Record, o.Hash),
	}
}
