package record

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// spot is a record of some object.
type spot struct {
	object int
	id     value.ID
}

// fallout is what follows when records go to the trash: others that go with them, and references that become empty.
type fallout struct {
	w       *Writer
	root    map[spot]value.ID // of every record that goes: the one whose deletion began it
	clears  map[spot][]*Field
	holds   []hold
	blocked map[value.ID]error
}

// hold is a record that does not let another one go.
type hold struct {
	by     spot
	field  *Field
	object *Object
	root   value.ID
}

// follow does what deletions bring with them. A deletion that another record forbids fails.
func (s *sheet) follow() error {
	if s.alone {
		return nil
	}
	for {
		roots := s.deletions()
		if len(roots) == 0 {
			return nil
		}
		f := &fallout{w: s.w, root: map[spot]value.ID{}, clears: map[spot][]*Field{}, blocked: map[value.ID]error{}}
		if err := f.spread(s.form.object, roots); err != nil {
			return err
		}
		if len(f.blocked) == 0 && s.options.DryRun {
			return nil
		}
		if len(f.blocked) == 0 {
			return f.happen(s.form.object, roots)
		}
		for _, e := range s.entries {
			if err := f.blocked[e.id]; err != nil && e.op == DoDelete && e.err == nil {
				e.err = err
			}
		}
		if s.options.Atomic {
			return nil
		}
	}
}

func (s *sheet) deletions() []value.ID {
	var ids []value.ID
	for _, e := range s.entries {
		if !e.failed() && e.op == DoDelete {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// spread follows references from record to record until nothing more goes.
func (f *fallout) spread(o *Object, roots []value.ID) error {
	next := map[int][]value.ID{o.Number: roots}
	for _, id := range roots {
		f.root[spot{o.Number, id}] = id
	}
	for len(next) > 0 {
		wave := next
		next = map[int][]value.ID{}
		for _, number := range sortedNumbers(wave) {
			if err := f.step(f.w.catalog.ByNumber(number), wave[number], next); err != nil {
				return err
			}
		}
		if len(f.root)+len(f.clears) > MostWrites+len(roots) {
			for _, id := range roots {
				f.blocked[id] = value.Errorf(value.Limited, "more than %d records refer to it; change or delete some of them first", MostWrites)
			}
			return nil
		}
	}
	for _, h := range f.holds {
		if _, goes := f.root[h.by]; !goes && f.blocked[h.root] == nil {
			f.blocked[h.root] = value.Errorf(value.Conflict, "%s still refer to it in %s", h.object.Plural.In("en"), h.field.Labels.In("en"))
		}
	}
	for at := range f.clears {
		if _, goes := f.root[at]; goes {
			delete(f.clears, at)
		}
	}
	return nil
}

func sortedNumbers[V any](m map[int]V) []int {
	numbers := make([]int, 0, len(m))
	for n := range m {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// step finds what refers to records that go.
func (f *fallout) step(o *Object, ids []value.ID, next map[int][]value.ID) error {
	for _, other := range f.w.catalog.alive {
		for _, field := range other.Fields {
			if field.Type != Reference || field.Options.Target != o.Key || other.Owned != nil {
				continue
			}
			pairs, err := f.w.referring(other, field, ids, "deleted_us is null")
			if err != nil {
				return err
			}
			for _, p := range pairs {
				f.meet(other, field, p, f.root[spot{o.Number, p.target}], next)
			}
		}
	}
	return nil
}

func (f *fallout) meet(other *Object, field *Field, p pair, root value.ID, next map[int][]value.ID) {
	at := spot{other.Number, p.record}
	if _, goes := f.root[at]; goes {
		return
	}
	switch field.Options.OnDelete {
	case Restrict:
		f.holds = append(f.holds, hold{at, field, other, root})
	case Cascade:
		f.root[at] = root
		next[other.Number] = append(next[other.Number], p.record)
	default:
		f.clears[at] = append(f.clears[at], field)
	}
}

type pair struct{ record, target value.ID }

// referring finds the records whose reference leads to one of these.
func (w *Writer) referring(o *Object, f *Field, ids []value.ID, where string) ([]pair, error) {
	var all []pair
	for part := range slices.Chunk(ids, keyChunk) {
		st := &statement{engine: w.tx.Engine()}
		more, err := db.All(w.tx, func(row db.Scanner) (p pair, err error) {
			err = row.Scan(&p.record, &p.target)
			return p, err
		}, fmt.Sprintf("select id, %s from %s where %s in %s and %s order by id", f.column(""), o.table(), f.column(""), st.ids(plainIDs(part)), where), st.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// happen writes what follows, object by object.
func (f *fallout) happen(o *Object, roots []value.ID) error {
	ops := map[int][]Write{}
	for at := range f.root {
		if at.object != o.Number || !slices.Contains(roots, at.id) {
			ops[at.object] = append(ops[at.object], Write{Op: DoDelete, ID: at.id})
		}
	}
	for at, fields := range f.clears {
		empty := Values{}
		for _, field := range fields {
			empty[field.Key] = nil
		}
		ops[at.object] = append(ops[at.object], Write{Op: DoUpdate, ID: at.id, Values: empty})
	}
	for _, number := range sortedNumbers(ops) {
		slices.SortFunc(ops[number], func(a, b Write) int { return int(a.ID>>1 - b.ID>>1) })
		if err := f.w.consequence(f.w.catalog.ByNumber(number).Key, ops[number]); err != nil {
			return err
		}
	}
	return nil
}

// consequence writes what follows from another write: in the program's sight, without asking rules.
func (w *Writer) consequence(object string, ops []Write) error {
	s, err := w.sheetAs(w.whole, object, BatchOptions{})
	if err != nil {
		return err
	}
	s.alone = true
	for first := 0; first < len(ops); {
		n := s.together(ops[first:])
		if err := s.run(ops[first:first+n], first); err != nil {
			return err
		}
		for _, e := range s.entries {
			if err := e.problem(); err != nil {
				return fmt.Errorf("what follows for %s %s: %w", object, e.id, err)
			}
		}
		first += n
	}
	return nil
}

// Purge deletes records of the trash for good, with what the tables hold of them. The change log keeps what it has;
// references to them become empty. A record that is not in the trash is NotFound, and nothing happens.
func (s *Store) Purge(ctx context.Context, a Asker, object string, ids []value.ID) error {
	return s.writing(ctx, a, "record.purge", func(w *Writer) error { return w.Purge(object, ids) })
}

// Purge is Store.Purge.
func (w *Writer) Purge(object string, ids []value.ID) error {
	s, err := w.sheet(object, BatchOptions{})
	if err != nil {
		return err
	}
	if s.seen.Owned != nil {
		return s.notHere(DoDelete)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) > MostWrites {
		return value.Errorf(value.Limited, "at most %d records can be deleted at once", MostWrites)
	}
	if err := w.store.In(w.tx).mayChange(w.asker, object, Delete, ids...); err != nil {
		return err
	}
	found, err := w.load(s.form, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if rec := found[id]; rec == nil || rec.Deleted.IsZero() {
			return s.seen.noRecord()
		}
	}
	return s.purge(ids)
}

func (s *sheet) purge(ids []value.ID) error {
	if err := s.w.unlink(s.form.object, ids); err != nil {
		return err
	}
	for _, i := range s.form.sides {
		if err := s.w.clearSide(s.form.object, s.form.fields[i], ids); err != nil {
			return err
		}
	}
	for _, column := range []struct{ table, where string }{
		{"record_undo", "record"}, {"record_dirty", "record"}, {s.form.object.table(), "id"},
	} {
		for part := range slices.Chunk(ids, keyChunk) {
			st := &statement{engine: s.w.tx.Engine()}
			if _, err := s.w.tx.Exec(fmt.Sprintf("delete from %s where %s in %s", column.table, column.where, st.ids(plainIDs(part))), st.args...); err != nil {
				return err
			}
		}
	}
	for _, id := range ids {
		s.w.tx.Log(db.Change{Object: s.form.object.LogName(), Record: id, Diff: map[string]bool{"purged": true}})
	}
	return unword(s.w.tx, s.form.object, ids)
}

// unlink empties every reference to records that are no more, also of records in the trash.
func (w *Writer) unlink(o *Object, ids []value.ID) error {
	for part := range slices.Chunk(ids, keyChunk) {
		for _, other := range w.catalog.alive {
			if other.Owned != nil {
				continue
			}
			for _, f := range other.Fields {
				if err := w.unlinkField(o, other, f, part); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *Writer) unlinkField(o, other *Object, f *Field, ids []value.ID) error {
	st := &statement{engine: w.tx.Engine()}
	text := ""
	switch {
	case f.Type == Reference && f.Options.Target == o.Key:
		text = fmt.Sprintf("update %s set %s = null where %s in %s", other.table(), f.column(""), f.column(""), st.ids(plainIDs(ids)))
	case f.Type == References && f.Options.Target == o.Key:
		text = fmt.Sprintf("delete from %s where target in %s", f.side(), st.ids(plainIDs(ids)))
	case f.Type == AnyReference:
		text = fmt.Sprintf("update %s set %s = null, %s = null where %s = %s and %s in %s",
			other.table(), f.column("o"), f.column(""), f.column("o"), st.arg(o.Number), f.column(""), st.ids(plainIDs(ids)))
	default:
		return nil
	}
	_, err := w.tx.Exec(text, st.args...)
	return err
}
