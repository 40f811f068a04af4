package record

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// MostMerged is how many records one merge may take in.
const MostMerged = 50

// Merge makes one record of several: what refers to the others refers to the one that is kept, their files come along,
// and they go to the trash with a note of where they went. choose says from which record a field's value is taken; a
// field that is empty in the kept record takes the first value there is. The histories of all of them stay.
//
// UndoBatch undoes a merge; the batch is in the change log's entry of the kept record.
func (s *Store) Merge(ctx context.Context, a Asker, object string, keep value.ID, others []value.ID, choose map[string]value.ID) (*Record, error) {
	return s.MergeAs(ctx, a, object, keep, others, choose, s.DB.IDs().Next())
}

// MergeAs is Merge under a name for UndoBatch.
func (s *Store) MergeAs(ctx context.Context, a Asker, object string, keep value.ID, others []value.ID, choose map[string]value.ID, batch value.ID) (rec *Record, err error) {
	err = s.writing(ctx, a, "record.merge", func(w *Writer) error {
		w.batch = batch
		rec, err = w.merge(object, keep, others, choose)
		return err
	})
	return rec, err
}

func (w *Writer) merge(object string, keep value.ID, others []value.ID, choose map[string]value.ID) (*Record, error) {
	s, err := w.sheet(object, BatchOptions{})
	if err != nil {
		return nil, err
	}
	others = slices.Compact(slices.Sorted(slices.Values(others)))
	switch {
	case s.seen.Owned != nil:
		return nil, s.notHere(DoDelete)
	case len(others) == 0 || len(others) > MostMerged || slices.Contains(others, keep):
		return nil, value.Errorf(value.Invalid, "name the record to keep and 1 to %d others", MostMerged)
	}
	found, err := s.merged(keep, others)
	if err != nil {
		return nil, err
	}
	values, err := s.choose(found, keep, others, choose)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return w.moveLinks(s.form.object, keep, others) },
		func() error { return s.away(keep, others) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.finish(keep, others, values)
}

// merged reads the records, and asks whether the asker may change the one and delete the others.
func (s *sheet) merged(keep value.ID, others []value.ID) (map[value.ID]*Record, error) {
	r := s.w.store.In(s.w.tx)
	if err := r.mayChange(s.w.asker, s.seen.Key, Edit, keep); err != nil {
		return nil, err
	}
	if err := r.mayChange(s.w.asker, s.seen.Key, Delete, others...); err != nil {
		return nil, err
	}
	found, err := s.w.load(s.form, append(slices.Clone(others), keep))
	if err != nil {
		return nil, err
	}
	for _, id := range append(slices.Clone(others), keep) {
		if rec := found[id]; rec == nil || !rec.Deleted.IsZero() {
			return nil, s.seen.noRecord()
		}
	}
	return found, nil
}

// choose finds the values that the kept record takes from others.
func (s *sheet) choose(found map[value.ID]*Record, keep value.ID, others []value.ID, choose map[string]value.ID) (Values, error) {
	for key, id := range choose {
		f := s.seen.Object.Field(key)
		switch {
		case f == nil:
			return nil, value.Fieldf(value.Clip(key, 40), "%s has no field %q", s.seen.Key, value.Clip(key, 40))
		case !s.seen.Editable(f):
			return nil, f.fault(value.Errorf(value.Forbidden, "your role may not change this field"))
		case found[id] == nil:
			return nil, f.fault(invalid("choose one of the records that are merged"))
		}
	}
	taken := Values{}
	for _, f := range s.form.fields {
		if !f.Written() {
			continue
		}
		from, chosen := choose[f.Key]
		mine := found[keep].Values[f.Key]
		switch {
		case f.Type == File:
			if all := joinFiles(found, keep, others, f); all != nil {
				taken[f.Key] = all
			}
		case chosen && from != keep:
			taken[f.Key] = found[from].Values[f.Key]
		case !chosen && mine == nil:
			if v := firstOf(found, others, f.Key); v != nil {
				taken[f.Key] = v
			}
		}
	}
	return taken, nil
}

func firstOf(found map[value.ID]*Record, others []value.ID, key string) any {
	for _, id := range others {
		if v := found[id].Values[key]; v != nil {
			return v
		}
	}
	return nil
}

// joinFiles are the files of all records, each once; nil when the others have none to add.
func joinFiles(found map[value.ID]*Record, keep value.ID, others []value.ID, f *Field) []FileValue {
	mine, _ := found[keep].Values[f.Key].([]FileValue)
	all := slices.Clone(mine)
	for _, id := range others {
		theirs, _ := found[id].Values[f.Key].([]FileValue)
		for _, file := range theirs {
			if !slices.Contains(all, file) {
				all = append(all, file)
			}
		}
	}
	if len(all) == len(mine) {
		return nil
	}
	return all
}

// moveLinks makes everything that refers to the others refer to the kept record, also in the trash.
func (w *Writer) moveLinks(o *Object, keep value.ID, others []value.ID) error {
	for _, other := range w.catalog.alive {
		if other.Owned != nil {
			continue
		}
		values := map[value.ID]Values{}
		for _, f := range other.Fields {
			if err := w.moved(o, other, f, keep, others, values); err != nil {
				return err
			}
		}
		if err := w.moveIn(other, values); err != nil {
			return err
		}
	}
	return nil
}

// moved collects the new values of a field that refers to the others.
func (w *Writer) moved(o, other *Object, f *Field, keep value.ID, others []value.ID, values map[value.ID]Values) error {
	var ids []value.ID
	var err error
	st := &statement{engine: w.tx.Engine()}
	switch {
	case f.Type == Reference && f.Options.Target == o.Key:
		text := fmt.Sprintf("select id from %s where %s in %s", other.table(), f.column(""), st.ids(plainIDs(others)))
		ids, err = db.All(w.tx, db.Column[value.ID], text, st.args...)
	case f.Type == References && f.Options.Target == o.Key:
		text := fmt.Sprintf("select distinct record from %s where target in %s", f.side(), st.ids(plainIDs(others)))
		ids, err = db.All(w.tx, db.Column[value.ID], text, st.args...)
	case f.Type == AnyReference:
		text := fmt.Sprintf("select id from %s where %s = %s and %s in %s", other.table(), f.column("o"), st.arg(o.Number), f.column(""), st.ids(plainIDs(others)))
		ids, err = db.All(w.tx, db.Column[value.ID], text, st.args...)
	}
	if err != nil || len(ids) == 0 {
		return err
	}
	m, err := w.catalog.form(other)
	if err != nil {
		return err
	}
	found, err := w.load(m, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if values[id] == nil {
			values[id] = Values{}
		}
		values[id][f.Key] = relinked(f, found[id].Values[f.Key], o, keep, others)
	}
	return nil
}

// relinked is a value that refers to the kept record instead of the others.
func relinked(f *Field, v any, o *Object, keep value.ID, others []value.ID) any {
	refs, several := v.([]RefValue)
	switch {
	case several:
		var read []pendingRef
		has := slices.ContainsFunc(refs, func(r RefValue) bool { return r.ID == keep })
		for _, r := range refs {
			if !slices.Contains(others, r.ID) {
				read = append(read, pendingRef{id: r.ID, attributes: r.Attributes})
			} else if !has {
				has = true
				read = append(read, pendingRef{id: keep, attributes: r.Attributes})
			}
		}
		return resolvedRefs(read)
	case f.Type == AnyReference:
		return AnyValue{Object: o.Key, ID: keep}
	default:
		return keep
	}
}

// moveIn writes new references of the records of one object. Those in the trash stay there.
func (w *Writer) moveIn(other *Object, values map[value.ID]Values) error {
	var ops []Write
	for _, id := range sortedIDs(values) {
		ops = append(ops, Write{Op: doRelink, ID: id, Values: values[id]})
	}
	for part := range slices.Chunk(ops, MostWrites) {
		if err := w.consequence(other.Key, part); err != nil {
			return err
		}
	}
	return nil
}

// away puts the others into the trash, with a note. Nothing refers to them any more, so nothing else follows.
func (s *sheet) away(keep value.ID, others []value.ID) error {
	sub, err := s.w.sheetAs(s.w.whole, s.seen.Key, BatchOptions{})
	if err != nil {
		return err
	}
	sub.alone = true
	sub.note = map[string]any{"merged_into": s.seen.ID(keep)}
	ops := make([]Write, len(others))
	for i, id := range others {
		ops[i] = Write{Op: DoDelete, ID: id}
	}
	if err := sub.run(ops, 0); err != nil {
		return err
	}
	return sub.firstProblem()
}

func (s *sheet) firstProblem() error {
	for _, e := range s.entries {
		if err := e.problem(); err != nil {
			return err
		}
	}
	return nil
}

// finish writes the kept record. Its rules are asked, since its values are new together.
func (s *sheet) finish(keep value.ID, others []value.ID, values Values) (*Record, error) {
	// The program's sight: a field that is hidden from the asker comes along like the others.
	sub, err := s.w.sheetAs(s.w.whole, s.seen.Key, BatchOptions{})
	if err != nil {
		return nil, err
	}
	from := make([]string, len(others))
	for i, id := range others {
		from[i] = s.seen.ID(id)
	}
	sub.note = map[string]any{"merged": from, "batch": int64(s.w.batch)}
	if err := sub.run([]Write{{Op: doMerge, ID: keep, Values: values}}, 0); err != nil {
		return nil, err
	}
	if err := sub.firstProblem(); err != nil {
		return nil, err
	}
	s.entries = sub.entries
	return s.shown(sub.entries[0])
}
