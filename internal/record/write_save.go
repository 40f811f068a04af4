package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// save writes everything that has not failed: rows, side tables, roll-ups, words, what undoes it, and the log.
func (s *sheet) save() error {
	if err := s.follow(); err != nil {
		return err
	}
	var written []*entry
	for _, e := range s.entries {
		if e.failed() {
			continue
		}
		e.back = e.op == doRestore
		if e.made() || len(e.changed) > 0 || e.back || e.op == DoDelete || e.note != nil {
			written = append(written, e)
		}
	}
	if len(written) == 0 {
		return nil
	}
	for _, step := range []func([]*entry) error{s.saveRows, s.saveSides, s.gather, s.reword, s.remember} {
		if err := step(written); err != nil {
			return err
		}
	}
	for _, e := range written {
		s.w.tx.Log(db.Change{Object: s.form.object.LogName(), Record: e.id, Diff: s.diffOf(e)})
	}
	clear(s.w.near)
	return nil
}

// saveRows writes the rows of the object's own table.
func (s *sheet) saveRows(written []*entry) error {
	var created, updated []*entry
	for _, e := range written {
		if e.made() {
			created = append(created, e)
			continue
		}
		e.rev++
		e.mark()
		updated = append(updated, e)
	}
	if err := s.insert(created); err != nil {
		return err
	}
	return s.update(updated)
}

// mark notes in the diff that a record goes to the trash or comes back.
func (e *entry) mark() {
	if e.op != DoDelete && e.op != doRestore {
		return
	}
	if e.note == nil {
		e.note = map[string]any{}
	}
	e.note["deleted"] = e.op == DoDelete
}

func (s *sheet) insert(created []*entry) error {
	if len(created) == 0 {
		return nil
	}
	width := len(s.form.columns)
	cells := make([]any, width*len(created))
	rows := make([][]any, len(created))
	now, by := value.Micros(s.w.tx.Now()), s.w.tx.Actor().String()
	for n, e := range created {
		row := cells[n*width : (n+1)*width : (n+1)*width]
		copy(row, []any{int64(e.id), int64(1), now, now, by, by, nil})
		for i := range s.form.fields {
			s.cellsOf(row, e, i)
		}
		rows[n] = row
	}
	return s.w.tx.Insert(s.form.object.table(), s.form.columns, rows)
}

// cellsOf puts the columns of one field, and of what it is being converted to, into a row.
func (s *sheet) cellsOf(row []any, e *entry, i int) {
	f := s.form.fields[i]
	if begin := s.form.cells[i]; begin >= 0 {
		s.w.put(row[begin:], f, e.now[i])
	}
	if begin := s.form.twins[i]; begin >= 0 {
		twin := f.twin()
		copy(row[begin:], s.w.stored(twin, f.turned(e.now[i])))
	}
}

// put is stored without a list for the types of which there are most.
func (w *Writer) put(row []any, f *Field, v any) {
	switch f.Type {
	case LongText, Integer, YesNo, Mail, Phone, Link, Autonumber:
		row[0] = v
	case Decimal, Date, DateTime:
		row[0] = nil
		if units, ok := unitsOf(v); ok {
			row[0] = units
		}
	case Text:
		row[0], row[1] = v, v
		if text, ok := v.(string); ok {
			if folded := fold(text); folded != text {
				row[1] = folded
			}
		}
	default:
		copy(row, w.stored(f, v))
	}
}

// stored are the columns of a value. Amounts get that in the site's currency beside them.
func (w *Writer) stored(f *Field, v any) []any {
	cells := kindOf(f.Type).store(f, v)
	if m, ok := v.(value.Money); ok && len(cells) == 3 {
		if minor, known := w.store.config.inSite(m, w.tx.Now()); known {
			cells[2] = minor
		}
	}
	return cells
}

// update writes changed columns, with one statement for each record on SQLite and for many on PostgreSQL.
func (s *sheet) update(updated []*entry) error {
	groups := map[string][]*entry{}
	for _, e := range updated {
		group := fmt.Sprint(e.changed, e.op == DoDelete, e.op == doRestore)
		groups[group] = append(groups[group], e)
	}
	for _, group := range sortedKeys(groups) {
		if err := s.updateAlike(groups[group]); err != nil {
			return err
		}
	}
	return nil
}

// updateAlike writes records of which the same fields changed.
func (s *sheet) updateAlike(entries []*entry) error {
	columns, types := s.changedColumns(entries[0])
	rows := make([][]any, len(entries))
	scratch := make([]any, len(s.form.columns))
	for n, e := range entries {
		row := []any{int64(e.id), e.rev, value.Micros(s.w.tx.Now()), s.w.tx.Actor().String()}
		if e.op == DoDelete {
			row = append(row, value.Micros(s.w.tx.Now()))
		} else if e.op == doRestore {
			row = append(row, nil)
		}
		for _, i := range e.changed {
			s.cellsOf(scratch, e, i)
			row = s.form.append(row, scratch, i)
		}
		rows[n] = row
	}
	return s.w.setRows(s.form.object.table(), columns, types, rows)
}

// changedColumns are the columns to write, the key first.
func (s *sheet) changedColumns(e *entry) (columns, types []string) {
	columns = []string{"id", "rev", "updated_us", "updated_by"}
	types = []string{"bigint", "bigint", "bigint", "text"}
	if e.op == DoDelete || e.op == doRestore {
		columns, types = append(columns, "deleted_us"), append(types, "bigint")
	}
	for _, i := range e.changed {
		f := s.form.fields[i]
		for _, one := range []*Field{f, f.twin()} {
			if one == nil || !one.Stored() {
				continue
			}
			for _, c := range kindOf(one.Type).columns(one) {
				columns, types = append(columns, one.column(c.suffix)), append(types, c.sql)
			}
		}
	}
	return columns, types
}

// append adds the cells of one field of a whole row, and of its twin.
func (m *form) append(row, whole []any, i int) []any {
	f := m.fields[i]
	if begin := m.cells[i]; begin >= 0 {
		row = append(row, whole[begin:begin+len(m.kinds[i].columns(f))]...)
	}
	if begin := m.twins[i]; begin >= 0 {
		twin := f.twin()
		row = append(row, whole[begin:begin+len(kindOf(twin.Type).columns(twin))]...)
	}
	return row
}

// setRows sets columns of many rows; the first column is the key.
func (w *Writer) setRows(table string, columns, types []string, rows [][]any) error {
	if w.tx.Engine() == db.Postgres && len(rows) > 1 {
		return w.setMany(table, columns, types, rows)
	}
	sets := make([]string, len(columns)-1)
	for i, column := range columns[1:] {
		sets[i] = fmt.Sprintf("%s = $%d", column, i+2)
	}
	text := fmt.Sprintf("update %s set %s where %s = $1", table, strings.Join(sets, ", "), columns[0])
	for _, row := range rows {
		if _, err := w.tx.Exec(text, row...); err != nil {
			return err
		}
	}
	return nil
}

// setMany is setRows with one statement for a few thousand values.
func (w *Writer) setMany(table string, columns, types []string, rows [][]any) error {
	sets := make([]string, len(columns)-1)
	for i, column := range columns[1:] {
		sets[i] = fmt.Sprintf("%s = v.c%d", column, i+1)
	}
	for part := range slices.Chunk(rows, max(1, 4000/len(columns))) {
		var b strings.Builder
		args := make([]any, 0, len(part)*len(columns))
		for n, row := range part {
			b.WriteString(map[bool]string{true: "(", false: ", ("}[n == 0])
			for i, t := range types {
				if i > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "$%d::%s", len(args)+1, t)
				args = append(args, row[i])
			}
			b.WriteByte(')')
		}
		names := make([]string, len(columns))
		for i := range names {
			names[i] = fmt.Sprintf("c%d", i)
		}
		text := fmt.Sprintf("update %s t set %s from (values %s) v(%s) where t.%s = v.c0",
			table, strings.Join(sets, ", "), b.String(), strings.Join(names, ", "), columns[0])
		if _, err := w.tx.Exec(text, args...); err != nil {
			return err
		}
	}
	return nil
}

// reword writes what can be found by searching anew.
func (s *sheet) reword(written []*entry) error {
	if len(s.form.worded) == 0 {
		return nil
	}
	var records []worded
	for _, e := range written {
		// Words stay while a record is in the trash, so only changes count.
		if !e.made() && !slices.ContainsFunc(e.changed, func(i int) bool { return slices.Contains(s.form.worded, i) }) {
			continue
		}
		values := make(Values, len(s.form.worded))
		for _, i := range s.form.worded {
			if e.now[i] != nil {
				values[s.form.fields[i].Key] = e.now[i]
			}
		}
		records = append(records, worded{id: e.id, values: values, fresh: e.made()})
	}
	if len(records) == 0 {
		return nil
	}
	return reword(s.w.tx, s.form.object, records)
}
