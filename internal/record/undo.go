package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// UndoResult tells what UndoBatch did.
type UndoResult struct {
	Undone int          // records that are as they were, in every field that the batch changed
	Kept   int          // records that were changed since, and are not, wholly or in some fields
	Why    []KeptRecord // of the first hundred
}

// KeptRecord is a record that an undo left as it is, wholly or in some fields.
type KeptRecord struct {
	Object string
	ID     value.ID
	Fields []string // those that were changed since
	By     string   // who changed it last
	Reason string
}

// trace is a row of record_undo. Before holds {"<field>": {"old": …, "new": …}}, nil when the batch made the record.
type trace struct {
	object int
	id     value.ID
	rev    int64
	before map[string]json.RawMessage
}

type step struct {
	Old json.RawMessage `json:"old"`
	New json.RawMessage `json:"new"`
}

// remember notes what would undo the writes, when they belong to a batch. A record that the batch wrote before keeps its
// first old values.
func (s *sheet) remember(written []*entry) error {
	if s.w.batch == 0 {
		return nil
	}
	known, err := s.w.traces(s.w.batch, written)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, e := range written {
		before := any(nil)
		earlier, twice := known[e.id]
		switch {
		case twice && earlier.before != nil:
			before = string(merged(earlier.before, s.diffOf(e)))
		case !twice && !e.made():
			before = string(s.diffOf(e))
		}
		if !twice {
			rows = append(rows, []any{int64(s.w.batch), s.form.object.Number, int64(e.id), e.rev, before})
			continue
		}
		if _, err := s.w.tx.Exec("update record_undo set rev = $3, before = $4 where batch = $1 and record = $2", int64(s.w.batch), int64(e.id), e.rev, before); err != nil {
			return err
		}
	}
	return s.w.tx.Insert("record_undo", []string{"batch", "object", "record", "rev", "before"}, rows)
}

// traces are those that a batch has of these records already.
func (w *Writer) traces(batch value.ID, written []*entry) (map[value.ID]trace, error) {
	var ids []value.ID
	for _, e := range written {
		if !e.made() {
			ids = append(ids, e.id)
		}
	}
	known := map[value.ID]trace{}
	for part := range slices.Chunk(ids, keyChunk) {
		st := &statement{engine: w.tx.Engine()}
		more, err := db.All(w.tx, scanTrace, fmt.Sprintf("select object, record, rev, before from record_undo where batch = %s and record in %s",
			st.arg(int64(batch)), st.ids(plainIDs(part))), st.args...)
		if err != nil {
			return nil, err
		}
		for _, t := range more {
			known[t.id] = t
		}
	}
	return known, nil
}

func scanTrace(row db.Scanner) (t trace, err error) {
	var before *string
	if err := row.Scan(&t.object, &t.id, &t.rev, &before); err != nil {
		return t, err
	}
	if before != nil {
		err = json.Unmarshal([]byte(*before), &t.before)
	}
	return t, err
}

// merged is what two writes of a record changed together.
func merged(before map[string]json.RawMessage, diff json.RawMessage) json.RawMessage {
	var later map[string]json.RawMessage
	if json.Unmarshal(diff, &later) != nil {
		later = nil
	}
	for key, change := range later {
		first, known := before[key]
		if known && strings.HasPrefix(string(first), "{") {
			var a, b step
			if json.Unmarshal(first, &a) == nil && json.Unmarshal(change, &b) == nil {
				change, _ = json.Marshal(map[string]json.RawMessage{"old": orNull(a.Old), "new": orNull(b.New)})
			}
		}
		before[key] = change
	}
	text, _ := json.Marshal(before)
	return text
}

func orNull(text json.RawMessage) json.RawMessage {
	if text == nil {
		return json.RawMessage("null")
	}
	return text
}

// undoChunk is how many records one transaction of an undo takes back.
const undoChunk = 1_000

const mostWhy = 100

// UndoBatch takes back what was written under the name of a batch. A record that somebody changed since keeps the fields
// they changed; a record that the batch made goes to the trash, unless somebody changed it since. What was undone cannot
// be undone once more; what was kept stays listed under the batch.
func (s *Store) UndoBatch(ctx context.Context, a Asker, batch value.ID) (UndoResult, error) {
	var result UndoResult
	for after := value.ID(0); ; {
		n := 0
		var part UndoResult
		err := s.writing(ctx, a, "record.undo", func(w *Writer) error {
			part = UndoResult{}
			traces, err := db.All(w.tx, scanTrace, `select object, record, rev, before from record_undo
				where batch = $1 and record > $2 order by record limit $3`, int64(batch), int64(after), undoChunk)
			if n = len(traces); err != nil || n == 0 {
				return err
			}
			after = traces[n-1].id
			return w.undo(batch, traces, &part)
		})
		if err != nil {
			return result, fmt.Errorf("record.UndoBatch(%s): %w", batch, err)
		}
		if n == 0 {
			break
		}
		result.Undone += part.Undone
		result.Kept += part.Kept
		result.Why = append(result.Why, part.Why...)
	}
	if result.Undone+result.Kept == 0 {
		return result, value.Errorf(value.NotFound, "there is nothing to undo")
	}
	result.Why = result.Why[:min(len(result.Why), mostWhy)]
	return result, nil
}

// undo takes back some records of a batch, object by object.
func (w *Writer) undo(batch value.ID, traces []trace, result *UndoResult) error {
	byObject := map[int][]trace{}
	for _, t := range traces {
		byObject[t.object] = append(byObject[t.object], t)
	}
	plans := map[int]*undoing{}
	for _, number := range sortedNumbers(byObject) {
		plan, err := w.planUndo(number, byObject[number], result)
		if err != nil {
			return err
		}
		if plan != nil {
			plans[number] = plan
		}
	}
	if err := undoAll(plans); err != nil {
		return err
	}
	for _, number := range sortedNumbers(plans) {
		if err := plans[number].forget(batch, result); err != nil {
			return err
		}
	}
	return nil
}

// undoAll writes. Those that come out of the trash come first, so that what refers to them finds them. One may stand in
// the way of another, such as by a unique value that it gives back, so what failed is tried again as long as that helps.
func undoAll(plans map[int]*undoing) error {
	for left := -1; ; {
		failed := 0
		for _, pick := range []func(*undoing) *[]Write{
			func(u *undoing) *[]Write { return &u.back }, func(u *undoing) *[]Write { return &u.edits }, func(u *undoing) *[]Write { return &u.away },
		} {
			for _, number := range sortedNumbers(plans) {
				ops := pick(plans[number])
				rest, err := plans[number].do(*ops)
				if err != nil {
					return err
				}
				*ops = rest
				failed += len(rest)
			}
		}
		if failed == 0 || failed == left {
			break
		}
		left = failed
	}
	for _, u := range plans {
		for id, reason := range u.failed {
			u.keep(id, reason, u.by[id])
		}
	}
	return nil
}

// undoing is the undo of a batch for one object.
type undoing struct {
	w      *Writer
	object *Object
	back   []Write // out of the trash
	edits  []Write
	away   []Write // made by the batch: into the trash
	kept   map[value.ID]*KeptRecord
	all    []value.ID
	by     map[value.ID]string
	failed map[value.ID]string // why the last attempt did
}

func (w *Writer) planUndo(number int, traces []trace, result *UndoResult) (*undoing, error) {
	o := w.catalog.ByNumber(number)
	if o == nil {
		result.Kept += len(traces)
		result.Why = append(result.Why, KeptRecord{ID: traces[0].id, Reason: "the object was removed"})
		return nil, nil
	}
	m, err := w.catalog.form(o)
	if err != nil {
		return nil, err
	}
	u := &undoing{w: w, object: o, kept: map[value.ID]*KeptRecord{}, by: map[value.ID]string{}, failed: map[value.ID]string{}}
	for _, t := range traces {
		u.all = append(u.all, t.id)
	}
	found, err := w.load(m, u.all)
	if err != nil {
		return nil, err
	}
	for _, t := range traces {
		u.plan(m, t, found[t.id])
	}
	return u, nil
}

// plan decides what becomes of one record.
func (u *undoing) plan(m *form, t trace, rec *Record) {
	switch {
	case rec == nil:
		u.keep(t.id, "it was deleted for good", "")
		return
	case t.before == nil:
		u.by[t.id] = rec.LastBy
		if rec.Rev != t.rev && rec.Deleted.IsZero() {
			u.keep(t.id, "the batch made it, and it was changed since", rec.LastBy)
		} else if rec.Deleted.IsZero() {
			u.away = append(u.away, Write{Op: DoDelete, ID: t.id})
		}
		return
	}
	u.by[t.id] = rec.LastBy
	switch string(t.before["deleted"]) {
	case "true":
		if !rec.Deleted.IsZero() {
			u.back = append(u.back, Write{Op: doRestore, ID: t.id})
		}
	case "false":
		if rec.Deleted.IsZero() {
			u.away = append(u.away, Write{Op: DoDelete, ID: t.id})
		}
	default:
		if !rec.Deleted.IsZero() {
			u.keep(t.id, "it is in the trash", rec.LastBy)
			return
		}
	}
	u.planFields(m, t, rec)
}

func (u *undoing) planFields(m *form, t trace, rec *Record) {
	values := Values{}
	for _, key := range sortedKeys(t.before) {
		i, ok := m.at[key]
		var change step
		if !ok || !m.fields[i].Written() || json.Unmarshal(t.before[key], &change) != nil {
			continue
		}
		f := m.fields[i]
		if !sameJSON(f, change.New, rec.Values[key]) {
			u.keep(t.id, "these fields were changed since", rec.LastBy, key)
			continue
		}
		values[key] = decoded(change.Old)
	}
	if len(values) > 0 {
		u.edits = append(u.edits, Write{Op: DoUpdate, ID: t.id, Values: values})
	}
}

// sameJSON reports whether a field still holds what was written.
func sameJSON(f *Field, text json.RawMessage, v any) bool {
	written, err := f.Parse(decoded(text))
	return err == nil && same(written, v)
}

func decoded(text json.RawMessage) any {
	if text == nil {
		return nil
	}
	var v any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return nil
	}
	return v
}

func (u *undoing) keep(id value.ID, reason, by string, fields ...string) {
	k := u.kept[id]
	if k == nil {
		k = &KeptRecord{Object: u.object.Key, ID: id, Reason: reason, By: by}
		u.kept[id] = k
	}
	k.Fields = append(k.Fields, fields...)
}

// do writes, in the asker's sight, and returns the operations that failed.
func (u *undoing) do(ops []Write) ([]Write, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	s, err := u.w.sheet(u.object.Key, BatchOptions{})
	if err != nil {
		for _, op := range ops {
			u.failed[op.ID] = messageOf(err)
		}
		return ops, nil
	}
	if err := s.run(ops, 0); err != nil {
		return nil, err
	}
	var rest []Write
	for i, e := range s.entries {
		delete(u.failed, e.id)
		if err := e.problem(); err != nil {
			u.failed[e.id] = messageOf(err)
			rest = append(rest, ops[i])
		}
	}
	return rest, nil
}

// forget removes the traces of what was undone.
func (u *undoing) forget(batch value.ID, result *UndoResult) error {
	for _, id := range u.all {
		if k := u.kept[id]; k != nil {
			result.Kept++
			result.Why = append(result.Why, *k)
			continue
		}
		result.Undone++
		if _, err := u.w.tx.Exec("delete from record_undo where batch = $1 and record = $2", int64(batch), int64(id)); err != nil {
			return err
		}
	}
	if result.Undone == 0 {
		return nil
	}
	u.w.tx.Log(db.Change{Object: "record_undo", Record: batch, Diff: map[string]any{"object": u.object.Key, "undone": result.Undone, "kept": result.Kept}})
	return nil
}
