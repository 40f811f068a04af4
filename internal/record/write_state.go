package record

import (
	"reflect"
	"slices"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// entry is one record on its way through a batch.
type entry struct {
	index int // of the operation
	op    Verb
	rec   *Record // as it is stored, with no more than its system fields in use; nil when it is made now
	id    value.ID
	rev   int64 // after the write
	old   []any // values by field, nil when the record is made now
	now   []any
	given []int // fields that the operation gives
	want  int64 // the revision it was made for
	key   int   // upsert: the unique field, from 1

	changed []int
	faults  Faults
	err     error
	note    map[string]any // for the change log, instead of or beside the fields
	back    bool           // it comes out of the trash
	moved   bool           // values are set by the program: no right and no rule is asked
}

func (e *entry) failed() bool { return e.err != nil || len(e.faults) > 0 }

func (e *entry) made() bool { return e.old == nil }

// problem is the entry's error for the caller: one for a single field, or all of them.
func (e *entry) problem() error {
	switch {
	case e.err != nil:
		return e.err
	case len(e.faults) == 1:
		return e.faults[0]
	case len(e.faults) > 1:
		return e.faults
	default:
		return nil
	}
}

func (e *entry) fault(f *Field, err error) { e.faults = append(e.faults, f.fault(err)) }

// spread puts a record's values into the places of their fields.
func (m *form) spread(v Values) []any {
	all := make([]any, len(m.fields))
	for key, one := range v {
		if i, ok := m.at[key]; ok {
			all[i] = one
		}
	}
	return all
}

// same reports whether two values of a field are equal.
func same(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string, int64, bool, Number, value.Money, Day, value.ID, AnyValue:
		return a == b
	case time.Time:
		t, ok := b.(time.Time)
		return ok && a.Equal(t)
	case []string:
		t, ok := b.([]string)
		return ok && slices.Equal(a, t)
	default:
		return reflect.DeepEqual(a, b)
	}
}

// subject is a record as conditions read it, in the middle of a write.
type subject struct {
	w       *Writer
	form    *form
	id      value.ID
	rev     int64
	created time.Time
	updated time.Time
	values  []any
}

// Value returns a field in the form that conditions want.
func (s *subject) Value(name string) (any, error) {
	switch name {
	case "id":
		return int64(s.id), nil
	case "rev":
		return s.rev, nil
	case "created":
		return value.Micros(s.created), nil
	case "updated":
		return value.Micros(s.updated), nil
	}
	i, ok := s.form.at[name]
	if !ok {
		return s.currencyOf(name)
	}
	if s.values[i] == nil {
		return nil, nil
	}
	return s.w.plainValue(s.form.fields[i], s.values[i])
}

// currencyOf answers for the currency beside an amount.
func (s *subject) currencyOf(name string) (any, error) {
	const suffix = "_currency"
	if len(name) > len(suffix) {
		if i, ok := s.form.at[name[:len(name)-len(suffix)]]; ok {
			if m, ok := s.values[i].(value.Money); ok {
				return m.Currency, nil
			}
		}
	}
	return nil, nil
}

// plainValue is a value in the form that conditions want.
func (w *Writer) plainValue(f *Field, v any) (any, error) {
	switch v := v.(type) {
	case Number:
		return v.Units, nil
	case value.Money:
		if f.Options.Currency != "" || f.Type == Rollup {
			return v.Minor, nil
		}
		if minor, ok := w.store.config.inSite(v, w.tx.Now()); ok {
			return minor, nil
		}
		return nil, nil
	case Day:
		return int64(v), nil
	case time.Time:
		return value.Micros(v), nil
	case PlaceValue:
		if v.Point == nil {
			return nil, nil
		}
		return *v.Point, nil
	case value.ID:
		return w.linked(f.Options.Target, v)
	case []RefValue:
		return w.linkedAll(f.Options.Target, v)
	case AnyValue:
		return expr.AnyRef{Object: v.Object, ID: int64(v.ID)}, nil
	default:
		return v, nil
	}
}

// linked is the record that a reference leads to, read once for each writer.
func (w *Writer) linked(object string, id value.ID) (expr.Record, error) {
	if kept, ok := w.near[id]; ok {
		return kept, nil
	}
	m, err := w.formOf(object)
	if err != nil {
		return nil, err
	}
	found, err := w.load(m, []value.ID{id})
	if err != nil {
		return nil, err
	}
	var made expr.Record = expr.Gone{ID: int64(id)}
	if rec := found[id]; rec != nil && rec.Deleted.IsZero() {
		made = w.subject(m, rec, m.spread(rec.Values))
	}
	if w.near == nil {
		w.near = map[value.ID]expr.Record{}
	}
	w.near[id] = made
	return made, nil
}

func (w *Writer) linkedAll(object string, refs []RefValue) (any, error) {
	var all []expr.Record
	for _, ref := range refs {
		one, err := w.linked(object, ref.ID)
		if err != nil {
			return nil, err
		}
		if _, gone := one.(expr.Gone); !gone {
			all = append(all, one)
		}
	}
	return all, nil
}

func (w *Writer) subject(m *form, rec *Record, values []any) *subject {
	return &subject{w: w, form: m, id: rec.ID, rev: rec.Rev, created: rec.Created, updated: rec.Updated, values: values}
}

// after is the record as it will be after the write.
func (s *sheet) after(e *entry) *subject {
	made := &subject{w: s.w, form: s.form, id: e.id, rev: e.rev, created: s.w.tx.Now(), updated: s.w.tx.Now(), values: e.now}
	if e.rec != nil {
		made.created = e.rec.Created
	}
	return made
}
