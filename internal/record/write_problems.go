package record

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// mostProblems is how many problems CheckAll lists.
const mostProblems = 200

// CheckAll compares what is derived with what it is derived from: roll-ups, stored formulas, words to search, folded
// keys, and whatever refers to records. Each object is read in parts, so records that are written meanwhile hold nothing up. It is empty
// for a sound site.
func (s *Store) CheckAll(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	objects, err := s.objectsToCheck(ctx)
	if err != nil {
		return nil, err
	}
	for _, number := range objects {
		for after := value.ID(0); ; {
			var part []Problem
			n := 0
			err := s.DB.Read(ctx, func(tx *db.Tx) error {
				w, err := s.Writing(tx, System("check"))
				if err != nil {
					return err
				}
				part, after, n, err = w.checkPart(number, after)
				return err
			})
			if err != nil {
				return problems, fmt.Errorf("record.CheckAll: %w", err)
			}
			problems = append(problems, part...)
			if n == 0 || len(problems) >= mostProblems {
				break
			}
		}
	}
	return problems[:min(len(problems), mostProblems)], nil
}

func (s *Store) objectsToCheck(ctx context.Context) (numbers []int, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		for _, o := range c.alive {
			if o.Owned == nil {
				numbers = append(numbers, o.Number)
			}
		}
		return nil
	})
	return numbers, err
}

// checkPart checks the next records of an object.
func (w *Writer) checkPart(number int, after value.ID) ([]Problem, value.ID, int, error) {
	o := w.catalog.ByNumber(number)
	if o == nil {
		return nil, after, 0, nil
	}
	m, err := w.catalog.form(o)
	if err != nil {
		return nil, after, 0, err
	}
	ids, err := db.All(w.tx, db.Column[value.ID], fmt.Sprintf("select id from %s where id > $1 order by id limit $2", o.table()), int64(after), keyChunk)
	if err != nil || len(ids) == 0 {
		return nil, after, 0, err
	}
	found, err := w.load(m, ids)
	if err != nil {
		return nil, after, 0, err
	}
	var problems []Problem
	note := func(id value.ID, f *Field, what string, args ...any) {
		problems = append(problems, Problem{Object: o.Key, Record: id, Field: f.Key, What: fmt.Sprintf(what, args...)})
	}
	for _, check := range []func(*form, map[value.ID]*Record, func(value.ID, *Field, string, ...any)) error{
		w.checkFormulas, w.checkRollups, w.checkReferences, w.checkWords,
	} {
		if err := check(m, found, note); err != nil {
			return nil, after, 0, err
		}
	}
	return problems, ids[len(ids)-1], len(ids), nil
}

func (w *Writer) checkFormulas(m *form, found map[value.ID]*Record, note func(value.ID, *Field, string, ...any)) error {
	for _, id := range sortedIDs(found) {
		stored := m.spread(found[id].Values)
		record := w.subject(m, found[id], slices.Clone(stored))
		m.compute(w, record, m.formulas, w.constants())
		for _, one := range m.formulas {
			f := m.fields[one.at]
			if !same(stored[one.at], record.values[one.at]) {
				note(id, f, "it holds %q and should hold %q", f.Show(stored[one.at]), f.Show(record.values[one.at]))
			}
		}
	}
	return nil
}

func (w *Writer) checkRollups(m *form, found map[value.ID]*Record, note func(value.ID, *Field, string, ...any)) error {
	ids := sortedIDs(found)
	for _, i := range m.rollups {
		f := m.fields[i]
		from, err := w.catalog.Object(f.Options.Rollup.From)
		if err != nil {
			continue // it was removed; the roll-up keeps its last value
		}
		g, ok := w.catalog.newGather(m.object, f, from)
		if !ok {
			continue
		}
		right, err := w.gathered(&g, ids)
		if err != nil {
			return err
		}
		waiting, err := w.waiting(f)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if v := found[id].Values[f.Key]; !same(v, right[id]) && !waiting[id] {
				note(id, f, "it holds %q and should hold %q", f.Show(v), f.Show(right[id]))
			}
		}
	}
	return nil
}

// waiting are the records of which a roll-up is still to be computed.
func (w *Writer) waiting(f *Field) (map[value.ID]bool, error) {
	ids, err := db.All(w.tx, db.Column[value.ID], "select record from record_dirty where field = $1", f.Number)
	waiting := make(map[value.ID]bool, len(ids))
	for _, id := range ids {
		waiting[id] = true
	}
	return waiting, err
}

// checkReferences finds references to records that are no more. Those in the trash are still there.
func (w *Writer) checkReferences(m *form, found map[value.ID]*Record, note func(value.ID, *Field, string, ...any)) error {
	wanted := map[string]map[value.ID]bool{}
	each := func(fn func(id value.ID, f *Field, object string, target value.ID)) {
		for _, id := range sortedIDs(found) {
			for _, i := range m.links {
				f := m.fields[i]
				w.whole.named(f, found[id].Values[f.Key], func(object string, target value.ID) { fn(id, f, object, target) })
			}
		}
	}
	each(func(_ value.ID, _ *Field, object string, target value.ID) {
		if wanted[object] == nil {
			wanted[object] = map[value.ID]bool{}
		}
		wanted[object][target] = false
	})
	for object, targets := range wanted {
		seen, err := w.whole.Object(object)
		if err != nil {
			continue
		}
		for part := range slices.Chunk(sortedIDs(targets), keyChunk) {
			k := w.store.In(w.tx).of(w.asker, w.whole, seen)
			k.both, k.ids = true, plainIDs(part)
			there, err := k.matching(nil)
			if err != nil {
				return err
			}
			for id := range there {
				targets[id] = true
			}
		}
	}
	each(func(id value.ID, f *Field, object string, target value.ID) {
		if !wanted[object][target] {
			note(id, f, "it refers to a record of %s that is not there", object)
		}
	})
	return nil
}
