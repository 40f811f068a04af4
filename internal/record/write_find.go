package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

func (w *Writer) constants() expr.Constants { return w.asker.constants(w.tx.Now()) }

// findKeys finds the records that upserts mean. One that is in the trash is not found.
func (s *sheet) findKeys() error {
	byKey := map[int][]*entry{}
	for _, e := range s.entries {
		if e.key > 0 && !e.failed() {
			byKey[e.key-1] = append(byKey[e.key-1], e)
		}
	}
	for i, entries := range byKey {
		holders, err := s.holders(i, entries)
		if err != nil {
			return err
		}
		for _, e := range entries {
			e.id = holders[s.uniqueKey(i, e.now[i])]
			if e.id == 0 && !s.seen.May(Make) {
				e.err = s.seen.refused(Make)
			}
		}
	}
	return nil
}

// uniqueKey is what the database compares of a unique field: the folded key of texts.
func (s *sheet) uniqueKey(i int, v any) any {
	stored := s.form.kinds[i].store(s.form.fields[i], v)
	for n, c := range s.form.kinds[i].columns(s.form.fields[i]) {
		if c.suffix == "k" {
			return stored[n]
		}
	}
	return stored[0]
}

func (s *sheet) uniqueColumn(i int) string {
	f := s.form.fields[i]
	for _, c := range s.form.kinds[i].columns(f) {
		if c.suffix == "k" {
			return f.column("k")
		}
	}
	return f.column("")
}

const keyChunk = 512

// holders finds which living records have the values that these entries want in a unique field.
func (s *sheet) holders(i int, entries []*entry) (map[any]value.ID, error) {
	var keys []any
	for _, e := range entries {
		if k := s.uniqueKey(i, e.now[i]); k != nil {
			keys = append(keys, k)
		}
	}
	found := make(map[any]value.ID)
	column := s.uniqueColumn(i)
	for part := range slices.Chunk(keys, keyChunk) {
		text := fmt.Sprintf("select %s, id from %s where deleted_us is null and %s in %s", column, s.form.object.table(), column, marks(len(part)))
		err := db.Each(s.w.tx, func(row db.Scanner) error {
			var key any
			var id value.ID
			if err := row.Scan(&key, &id); err != nil {
				return err
			}
			if raw, ok := key.([]byte); ok {
				key = string(raw)
			}
			found[key] = id
			return nil
		}, text, padded(part)...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// marks is "($1, …)", filled up to a power of two, so that few different statements need to be prepared.
func marks(n int) string {
	var b strings.Builder
	for i := range powerOfTwo(n) {
		b.WriteString(map[bool]string{true: "(", false: ", "}[i == 0])
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

func padded(keys []any) []any {
	full := slices.Clone(keys)
	for len(full) < powerOfTwo(len(keys)) {
		full = append(full, keys[len(keys)-1])
	}
	return full
}

func powerOfTwo(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// fetch reads the records that are to be changed, and gives ids to those that are to be made.
func (s *sheet) fetch() error {
	ids, created := s.wanted()
	if len(ids) > 0 {
		found, err := s.w.load(s.form, ids)
		if err != nil {
			return err
		}
		s.sound(func(e *entry) error { return s.take(e, found[e.id]) })
	}
	for _, e := range created {
		if e.id == 0 {
			e.id = s.w.tx.NewID()
		}
		e.rev = 1
	}
	return nil
}

// wanted are the ids to read, and the entries that make something.
func (s *sheet) wanted() (ids []value.ID, created []*entry) {
	for _, e := range s.entries {
		if e.failed() {
			continue
		}
		if e.id != 0 {
			ids = append(ids, e.id)
		}
		if e.op == DoCreate || e.op == DoUpsert && e.id == 0 {
			created = append(created, e)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), created
}

// take gives an entry the record as it is stored.
func (s *sheet) take(e *entry, rec *Record) error {
	if e.op == DoCreate || e.op == DoUpsert && e.id == 0 {
		if rec != nil {
			return value.Errorf(value.Conflict, "there is a record with this id already")
		}
		return nil
	}
	if rec == nil || e.op != doRelink && rec.Deleted.IsZero() == (e.op == doRestore) {
		return s.seen.noRecord()
	}
	e.rec, e.rev, e.old = rec, rec.Rev, s.form.spread(rec.Values)
	if e.want != 0 && e.want != rec.Rev {
		return s.conflict(e)
	}
	return nil
}

// allowed asks the row rules about records as they are. Those that the asker may not see are not found.
func (s *sheet) allowed() error {
	if s.seen.rows == nil && s.seen.change == nil && !s.seen.nothing && !s.seen.frozen {
		return nil
	}
	var ids []value.ID
	for _, e := range s.entries {
		if !e.made() { // also those that have failed: why must not tell that they are there
			ids = append(ids, e.id)
		}
	}
	for part := range slices.Chunk(ids, keyChunk) {
		k := s.w.store.In(s.w.tx).of(s.w.asker, s.w.sight, s.seen)
		k.both, k.ids = true, plainIDs(part)
		seen, err := k.matching(nil)
		if err != nil {
			return err
		}
		changeable, err := k.matching(s.seen.change)
		if err != nil {
			return err
		}
		s.deny(part, seen, changeable)
	}
	return nil
}

func (s *sheet) deny(ids []value.ID, seen, changeable map[value.ID]bool) {
	asked := make(map[value.ID]bool, len(ids))
	for _, id := range ids {
		asked[id] = true
	}
	for _, e := range s.entries {
		switch {
		case e.made() || !asked[e.id] || e.moved:
		case !seen[e.id]: // whatever else is wrong with it
			e.err, e.faults = s.seen.noRecord(), nil
		case s.seen.frozen || !changeable[e.id]:
			e.err = value.Errorf(value.Forbidden, "a rule lets your role see %s, but not change it", s.seen.ID(e.id))
		}
	}
}

// conflict tells who changed the record in the meantime, and which of the given fields hold something else now.
func (s *sheet) conflict(e *entry) error {
	var differ []string
	for _, i := range e.given {
		if !same(e.now[i], e.old[i]) {
			differ = append(differ, s.form.fields[i].Key)
		}
	}
	err := value.Errorf(value.Conflict, "%s changed this record in the meantime; look at it again", e.rec.LastBy)
	if len(differ) > 0 {
		err = value.Errorf(value.Conflict, "%s changed this record in the meantime; these fields differ from yours: %s", e.rec.LastBy, strings.Join(differ, ", "))
	}
	err.Key, err.Args = "record.conflict", []any{e.rec.LastBy, differ, e.rec.Rev}
	return err
}
