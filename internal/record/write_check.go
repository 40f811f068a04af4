package record

import (
	"slices"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// compute gives stored formulas their values. One that fails is empty, as it is in the database.
func (s *sheet) compute() error {
	if len(s.form.formulas) == 0 {
		return nil
	}
	constants := s.w.constants()
	s.sound(func(e *entry) error {
		if e.op == DoDelete {
			return nil
		}
		s.form.compute(s.w, s.after(e), s.form.formulas, constants)
		return nil
	})
	return nil
}

func (m *form) compute(w *Writer, record *subject, formulas []formFormula, constants expr.Constants) {
	for _, one := range formulas {
		f := m.fields[one.at]
		record.values[one.at] = nil
		if v, err := one.condition.Eval(w.tx.Context(), record, constants); err == nil && v != nil {
			record.values[one.at] = f.yielded(v)
		}
	}
}

// check finds what has changed and whether it may be so.
func (s *sheet) check() error {
	constants := s.w.constants()
	s.sound(func(e *entry) error {
		if e.op == DoDelete {
			return nil
		}
		if e.made() {
			e.changed = make([]int, 0, len(e.now))
		}
		for i := range e.now {
			if e.made() && e.now[i] != nil || !e.made() && !same(e.old[i], e.now[i]) {
				e.changed = append(e.changed, i)
			}
		}
		if e.moved || len(e.changed) == 0 && !e.made() {
			return nil
		}
		s.checkFields(e)
		s.checkRules(e, constants)
		return nil
	})
	return nil
}

// checkFields checks what is needed, and that nobody newly chooses an option that is retired.
func (s *sheet) checkFields(e *entry) {
	for i, f := range s.form.fields {
		if e.now[i] == nil && f.Required {
			if _, given := slices.BinarySearch(e.given, i); given || e.made() {
				e.fault(f, invalid("this is needed"))
			}
		}
	}
	for _, i := range e.changed {
		f := s.form.fields[i]
		switch v := e.now[i].(type) {
		case string:
			if f.Type == Choice {
				s.checkOptions(e, i, []string{v})
			}
		case []string:
			s.checkOptions(e, i, v)
		}
	}
}

func (s *sheet) checkOptions(e *entry, i int, keys []string) {
	f := s.form.fields[i]
	for _, key := range keys {
		o, _ := f.Option(key)
		if o.Retired && !(e.old != nil && chose(e.old[i], key)) {
			e.fault(f, f.choices())
			return
		}
	}
}

func chose(old any, key string) bool {
	keys, _ := old.([]string)
	return old == key || slices.Contains(keys, key)
}

// checkRules asks the checks of fields and of the whole record. Anything but true rejects, also an error.
func (s *sheet) checkRules(e *entry, constants expr.Constants) {
	if e.failed() || len(s.form.checks) == 0 {
		return
	}
	record := s.after(e)
	record.rev++
	for n, c := range s.form.checks {
		i, ofField := s.form.at[c.field]
		if n < s.form.fieldChecks && ofField && e.now[i] == nil {
			continue // what must not be empty is required
		}
		if ok, err := c.condition.Match(s.w.tx.Context(), record, constants); err == nil && ok {
			continue
		}
		message := c.message.In(s.w.store.config.Locale())
		if message == "" {
			message = "this value is not allowed here"
		}
		err := value.Errorf(value.Invalid, "%s", message)
		if ofField && s.seen.Object.Field(c.field) != nil {
			err.Field = c.field
		}
		e.faults = append(e.faults, err)
	}
}

// checkUnique finds values that another living record has, or another one of the batch.
func (s *sheet) checkUnique() error {
	for _, i := range s.form.uniques {
		entries := s.changing(i)
		if len(entries) == 0 {
			continue
		}
		holders, err := s.holders(i, entries)
		if err != nil {
			return err
		}
		first := make(map[any]*entry, len(entries))
		for _, e := range entries {
			key := s.uniqueKey(i, e.now[i])
			holder, held := holders[key]
			switch {
			case held && holder != e.id:
				e.fault(s.form.fields[i], taken("another record has this value already"))
			case first[key] != nil:
				e.fault(s.form.fields[i], taken("another record of this batch has the same value"))
			default:
				first[key] = e
			}
		}
	}
	return nil
}

func taken(message string) error { return value.Errorf(value.Conflict, "%s", message) }

// changing are the entries that newly take a value in a unique field.
func (s *sheet) changing(i int) []*entry {
	var entries []*entry
	for _, e := range s.entries {
		if e.failed() || e.now[i] == nil || e.op == DoDelete {
			continue
		}
		if e.op == doRestore || slices.Contains(e.changed, i) {
			entries = append(entries, e)
		}
	}
	return entries
}

// rule asks whether the asker may have records as they will be: a change that would take one out of what they see or
// may change is refused, as is making one there.
func (s *sheet) rule() error {
	if s.seen.rows == nil && s.seen.change == nil && !s.seen.nothing && !s.seen.frozen {
		return nil
	}
	constants := s.w.constants()
	s.sound(func(e *entry) error {
		if e.moved || e.op == DoDelete || len(e.changed) == 0 && !e.made() {
			return nil
		}
		record := s.after(e)
		ctx := s.w.tx.Context()
		if s.seen.nothing || s.seen.frozen ||
			s.seen.rows != nil && !matchRule(ctx, s.seen.rows, record, constants) ||
			s.seen.change != nil && !matchRule(ctx, s.seen.change, record, constants) {
			return value.Errorf(value.Forbidden, "a rule does not let your role write such a record of %s", s.seen.Plural.In("en"))
		}
		return nil
	})
	return nil
}
