package record

import (
	"slices"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// prepareFormulas compiles the formulas that are not stored, as the asker sees what they read. Most of them the
// statement computes; the others are evaluated record by record.
func (s *Seen) prepareFormulas(d expr.Dialect) {
	s.formulas, s.inMemory = map[string]*expr.Condition{}, map[string]*expr.Condition{}
	for _, f := range s.Fields {
		if f.Stored() {
			continue
		}
		scope, err := s.scoped()
		if err != nil {
			return
		}
		formula, err := scope.Compile(f.Options.Formula, 0)
		if err != nil {
			continue
		}
		if _, ok := formula.Compiles(d); ok {
			s.formulas[f.Key] = formula
		} else {
			s.inMemory[f.Key] = formula
		}
	}
}

// formulasIn are the formulas of the object that a condition reads and a statement must compute, with those that they
// read in turn, each after what it needs.
func (s *Seen) formulasIn(c *expr.Condition, known []*Field) []*Field {
	for _, use := range c.Fields() {
		if use.Object == s.Key {
			known = s.withFormula(use.Field, known)
		}
	}
	return known
}

func (s *Seen) withFormula(key string, known []*Field) []*Field {
	f, formula := s.Field(key), s.formulas[key]
	if formula == nil || slices.Contains(known, f) {
		return known
	}
	return append(s.formulasIn(formula, known), f)
}

// computedValue is what a formula yielded in the database, in the form of its result's type: there moments are
// microseconds, and SQLite's truth is a number.
func (f *Field) computedValue(v any) any {
	n, number := v.(int64)
	switch {
	case v == nil:
		return nil
	case !number:
		return f.yielded(v)
	}
	switch f.Options.Result {
	case YesNo:
		return n != 0
	case Date:
		return Day(floorDiv(n, day_us))
	case DateTime:
		return value.FromMicros(n)
	case Integer:
		return n
	default:
		return f.yielded(float64(n))
	}
}

const day_us = 86_400_000_000

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// evaluate computes in process the formulas that the database cannot compute. A formula that fails leaves its field
// empty.
func (k *ask) evaluate(records []*Record) error {
	var fields []*Field
	for _, f := range k.fields {
		if k.seen.inMemory[f.Key] != nil {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	w, err := k.reader.store.Writing(k.reader.tx, k.asker)
	if err != nil {
		return err
	}
	m, err := w.catalog.form(k.seen.full)
	if err != nil {
		return err
	}
	ids := make([]value.ID, len(records))
	for i, rec := range records {
		ids[i] = rec.ID
	}
	found, err := w.load(m, ids)
	if err != nil {
		return err
	}
	for _, rec := range records {
		stored := found[rec.ID]
		if stored == nil {
			continue
		}
		subject := w.subject(m, stored, m.spread(stored.Values))
		for _, f := range fields {
			v, err := k.seen.inMemory[f.Key].Eval(k.reader.tx.Context(), subject, k.constants)
			if made := f.yielded(v); err == nil && made != nil {
				rec.Values[f.Key] = made
			}
		}
	}
	return nil
}
