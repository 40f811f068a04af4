package record

import (
	"maps"
	"slices"

	"fairground/internal/value"
)

// open makes an entry of every operation and reads its values.
func (s *sheet) open(ops []Write, first int) {
	s.entries = make([]*entry, len(ops))
	all := make([]entry, len(ops))
	cells := make([]any, len(ops)*len(s.form.fields))
	for i := range ops {
		op := &ops[i]
		e := &all[i]
		s.entries[i] = e
		n := len(s.form.fields)
		*e = entry{index: first + i, op: op.Op, id: op.ID, want: op.Rev, now: cells[i*n : (i+1)*n : (i+1)*n], moved: s.alone, note: maps.Clone(s.note)}
		if e.err = s.may(op); e.err != nil {
			continue
		}
		if op.Op != DoDelete && op.Op != doRestore {
			s.read(e, op.Values)
		}
		if op.Op == DoUpsert && op.ID == 0 {
			s.readKey(e, op)
		}
	}
}

// may checks the verb and the right to it at all.
func (s *sheet) may(op *Write) error {
	right := map[Verb]Right{DoCreate: Make, DoUpdate: Edit, DoUpsert: Edit, DoDelete: Delete, doRestore: Delete, doRelink: Edit, doMerge: Edit}[op.Op]
	switch {
	case right == "":
		return invalid("there is no operation %q; write create, update, upsert or delete", value.Clip(string(op.Op), 40))
	case !s.seen.May(right):
		return s.seen.refused(right)
	case op.Op == DoUpsert && op.ID == 0 && op.Key == "":
		return value.Fieldf("key", "an upsert names the unique field by which it finds the record")
	case op.ID == 0 && op.Op != DoCreate && op.Op != DoUpsert:
		return s.seen.noRecord()
	default:
		return nil
	}
}

// read parses the values of an operation. A field that the asker may not see does not exist.
func (s *sheet) read(e *entry, v Values) {
	if e.now == nil {
		e.now = make([]any, len(s.form.fields))
	}
	e.given = make([]int, 0, len(v))
	for key, in := range v {
		f := s.seen.Object.Field(key)
		switch {
		case f == nil:
			e.faults = append(e.faults, value.Fieldf(value.Clip(key, 40), "%s has no field %q", s.seen.Key, value.Clip(key, 40)))
			continue
		case !f.Written():
			e.fault(f, invalid("this is computed and cannot be given"))
			continue
		case !s.seen.Editable(f):
			e.fault(f, value.Errorf(value.Forbidden, "your role may not change this field"))
			continue
		}
		parsed, err := f.parse(in)
		if err != nil {
			e.fault(f, err)
			continue
		}
		i := s.form.at[key]
		e.now[i] = parsed
		e.given = append(e.given, i)
	}
	slices.Sort(e.given)
	if len(e.faults) > 1 {
		slices.SortFunc(e.faults, func(a, b *value.Error) int { return s.placeOf(a.Field) - s.placeOf(b.Field) })
	}
}

func (s *sheet) placeOf(key string) int {
	if i, ok := s.form.at[key]; ok {
		return i
	}
	return len(s.form.fields)
}

// readKey checks that an upsert names a unique field and a value to find.
func (s *sheet) readKey(e *entry, op *Write) {
	f := s.seen.Object.Field(op.Key)
	if f == nil || !f.Unique {
		e.faults = append(e.faults, value.Fieldf("key", "%s has no unique field %q", s.seen.Key, value.Clip(op.Key, 40)))
		return
	}
	i := s.form.at[f.Key]
	if !e.failed() && e.now[i] == nil {
		e.fault(f, invalid("an upsert needs a value here, to find the record"))
	}
	e.key = i + 1
}

// overlay puts the given values over those that are stored, and defaults into what is new.
func (s *sheet) overlay() error {
	s.sound(func(e *entry) error {
		if e.op == DoDelete || e.op == doRestore {
			copy(e.now, e.old)
			return nil
		}
		if e.made() {
			return s.fill(e)
		}
		for i := range e.now {
			if _, given := slices.BinarySearch(e.given, i); !given {
				e.now[i] = e.old[i]
			}
		}
		return nil
	})
	return nil
}

// fill gives a new record its defaults and its empty roll-ups.
func (s *sheet) fill(e *entry) error {
	for i := range s.form.defaults {
		if _, given := slices.BinarySearch(e.given, i); given {
			continue
		}
		v, err := s.usually(i)
		if err != nil {
			e.fault(s.form.fields[i], err)
			continue
		}
		e.now[i] = v
	}
	for _, i := range s.form.rollups {
		e.now[i] = s.form.fields[i].nothingGathered()
	}
	return nil
}

// usually is the default of a field; it is the same for all records of a batch.
func (s *sheet) usually(i int) (any, error) {
	if v, known := s.usual[i]; known {
		return v, nil
	}
	f := s.form.fields[i]
	result, err := s.form.defaults[i].Eval(s.w.tx.Context(), &subject{w: s.w, form: s.form, values: make([]any, len(s.form.fields))}, s.w.constants())
	if err != nil {
		return nil, invalid("its default cannot be found; write a value").Because(err)
	}
	v, err := f.parse(result)
	if err != nil || isBare(v) {
		return nil, invalid("its default does not fit; write a value").Because(err)
	}
	s.usual[i] = v
	return v, nil
}
