package safety

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"fairground/internal/expr"
)

// source answers what one screening asks beyond the text. The gate asks signals and memory; examples and replays have
// their own.
type source interface {
	score(ctx context.Context, name string, s *Subject) (float64, error)
	fact(w *screening, f *fact) (float64, error) // yes is 1, no is 0
	listed(w *screening, list, text string) (bool, error)
	cluster(w *screening) (Cluster, error)
}

// memoryTime bounds all that one screening asks of memory.
const memoryTime = time.Second

// memo is what one screening asked of memory so far.
type memo struct {
	facts   Facts // answers that were numbers, by what examples call them
	listed  map[[2]string]bool
	keys    map[string][]string
	cluster *Cluster
	missing error // why the cluster is not known
	view    Sightings

	ctx    context.Context
	cancel context.CancelFunc
}

func (m *memo) note(what string, answer float64) {
	if m.facts == nil {
		m.facts = Facts{}
	}
	m.facts[what] = answer
}

// patience is the context for asking memory, which ends before the screening's may.
func (m *memo) patience(ctx context.Context) context.Context {
	if m.ctx == nil {
		m.ctx, m.cancel = context.WithTimeout(ctx, memoryTime)
	}
	return m.ctx
}

func (m *memo) end() {
	if m.cancel != nil {
		m.cancel()
	}
	*m = memo{}
}

func (w *screening) askFact(f *fact) any {
	answer, err := w.source.fact(w, f)
	if err != nil {
		return expr.Failure(fmt.Errorf("%s: %w", f.text, err))
	}
	w.memo.note(f.brief, answer)
	if f.counts() {
		return int64(answer)
	}
	return answer != 0
}

func (w *screening) askCluster(part int) any {
	if w.memo.cluster == nil {
		c, err := w.source.cluster(w)
		w.memo.cluster, w.memo.missing = &c, err
		for i := range clusterParts {
			if err == nil { // all of it, for whoever replays this with other rules
				w.memo.note(clusterParts[i].Name, c.part(i))
			}
		}
	}
	if w.memo.missing != nil {
		return expr.Failure(fmt.Errorf("cluster: %w", w.memo.missing))
	}
	answer := w.memo.cluster.part(part)
	if clusterParts[part].Type == expr.Int {
		return int64(answer)
	}
	return answer
}

// part is one of clusterParts.
func (c Cluster) part(n int) float64 {
	return [...]float64{float64(c.Size), float64(c.Accounts), float64(c.Phones), float64(c.Places), c.Coverage, c.Score}[n]
}

// askedList is the value of a variable that stands for a list: it carries the screening to the function in_list.
type askedList struct {
	traits.Mapper // an empty one: the language wants a value of the declared type
	work          *screening
	list          string
}

// Value returns the list itself, as in_list needs it.
func (l askedList) Value() any { return l }

func (w *screening) askList(list string) any {
	return askedList{types.NewStringStringMap(types.DefaultTypeAdapter, nil), w, list}
}

// callInList answers in_list for one value, or for several of which one must be in the list.
func callInList(args []any) (any, error) {
	list, ok := args[0].(askedList)
	if !ok {
		return nil, errors.New("takes the name of a list")
	}
	switch given := args[1].(type) {
	case string:
		return list.has(given)
	case []string:
		for _, text := range given {
			if in, err := list.has(text); in || err != nil {
				return in, err
			}
		}
	case []ref.Val:
		for _, text := range given {
			if in, err := list.has(fmt.Sprint(text.Value())); in || err != nil {
				return in, err
			}
		}
	}
	return false, nil
}

func (l askedList) has(text string) (bool, error) {
	memo, key := &l.work.memo, [2]string{l.list, text}
	if in, known := memo.listed[key]; known {
		return in, nil
	}
	in, err := l.work.source.listed(l.work, l.list, text)
	if err != nil {
		return false, fmt.Errorf("list %s: %w", l.list, err)
	}
	if memo.listed == nil {
		memo.listed = map[[2]string]bool{}
	}
	memo.listed[key] = in
	memo.note(listedBrief(l.list, text), truth(in))
	return in, nil
}

func listedBrief(list, text string) string { return "in_list " + list + " " + text }

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// gateSource asks the signals and the memory of a gate.
type gateSource struct {
	gate    *Gate
	signals plugins
	memory  *Memory
}

var errNoMemory = errors.New("nothing is connected that could answer")

func (g gateSource) score(ctx context.Context, name string, s *Subject) (float64, error) {
	return g.signals.score(ctx, name, s)
}

func (g gateSource) fact(w *screening, f *fact) (float64, error) {
	if f.kind == factPhoto {
		return g.photo(w, f.about)
	}
	keys := w.keysOf(g.gate, f.entity)
	if len(keys) == 0 {
		return 0, nil
	}
	ctx := w.memo.patience(w.ctx)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var n int64
	var err error
	switch {
	case f.kind == factLabel && g.memory.Labels != nil:
		var has bool
		has, err = g.memory.Labels.Has(f.entity, keys, f.about)
		n = int64(truth(has))
	case f.kind == factVelocity && g.memory.Sightings != nil:
		n, err = g.sightings(w).Count(ctx, f.entity, keys, f.about, f.window)
	case f.kind == factDistinct && g.memory.Sightings != nil:
		n, err = g.sightings(w).Distinct(ctx, f.entity, keys, f.about, f.window)
	default:
		err = errNoMemory
	}
	if err == nil {
		err = ctx.Err() // an answer that came too late may be half of one
	}
	return float64(n), err
}

// keysOf are the keys of one entity, made once a screening.
func (w *screening) keysOf(g *Gate, entity string) []string {
	keys, known := w.memo.keys[entity]
	if !known {
		if w.memo.keys == nil {
			w.memo.keys = map[string][]string{}
		}
		keys = g.Keys(w.subject, &w.scan.found, entity)
		w.memo.keys[entity] = keys
	}
	return keys
}

// sightings is the memory's count together with the subject at hand, when the memory can reckon with it.
func (g gateSource) sightings(w *screening) Sightings {
	if w.memo.view == nil {
		w.memo.view = g.memory.Sightings
		if wide, ok := g.memory.Sightings.(interface{ With(Sighting) Sightings }); ok {
			w.memo.view = wide.With(Sighting{
				Event: w.subject.Stage, Record: w.subject.Record, Keys: g.gate.allKeys(w.subject, &w.scan.found),
			})
		}
	}
	return w.memo.view
}

func (g gateSource) photo(w *screening, bank string) (float64, error) {
	if len(w.subject.Images) == 0 && w.subject.Photos == 0 {
		return 0, nil
	}
	if g.memory.Banks == nil {
		return 0, errNoMemory
	}
	if len(w.subject.Images) == 0 {
		return 0, errors.New("the photos have no hashes yet")
	}
	images := slices.Clone(w.subject.Images)
	found, err := bounded(w.memo.patience(w.ctx), memoryTime, func(ctx context.Context) (bool, error) {
		_, found, err := g.memory.Banks.Match(ctx, bank, images)
		return found, err
	})
	return truth(found), err
}

func (g gateSource) listed(w *screening, list, text string) (bool, error) {
	if g.memory.Lists == nil {
		return false, errNoMemory
	}
	in, err := g.memory.Lists.In(list, text)
	if err == nil {
		err = w.ctx.Err()
	}
	return in, err
}

func (g gateSource) cluster(w *screening) (Cluster, error) {
	if g.memory.Networks == nil {
		return Cluster{}, errNoMemory
	}
	subject, found := *w.subject, w.scan.found // it may outlive the screening
	return bounded(w.memo.patience(w.ctx), memoryTime, func(ctx context.Context) (Cluster, error) {
		return g.memory.Networks.Cluster(ctx, &subject, &found)
	})
}
