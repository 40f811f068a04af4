package record

import (
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// turnedRow is one record's value on its way from one field to another.
type turnedRow struct {
	id   value.ID
	old  any
	made any
}

// lost reports whether the record has a value that the other field cannot hold.
func (r turnedRow) lost() bool { return r.old != nil && r.made == nil }

// turner reads values of one field and writes them as those of another.
type turner struct {
	store    *Store
	tx       *db.Tx
	o        *Object
	from, to *Field
}

// read turns the values of up to limit records after an id, in the order of ids. Further conditions may narrow them.
func (t turner) read(after value.ID, limit int, where string, args ...any) ([]turnedRow, error) {
	columns := kindOf(t.from.Type).columns(t.from)
	names := []string{"id"}
	for _, c := range columns {
		names = append(names, t.from.column(c.suffix))
	}
	if where != "" {
		where = " and " + where
	}
	text := fmt.Sprintf("select %s from %s where id > $1%s order by id limit %d", strings.Join(names, ", "), t.o.table(), where, limit)
	rows, err := db.All(t.tx, func(row db.Scanner) (r turnedRow, err error) {
		cells, into := make([]any, len(columns)), []any{&r.id}
		for i := range cells {
			into = append(into, &cells[i])
		}
		if err := row.Scan(into...); err != nil || len(columns) == 0 {
			return r, err
		}
		for i, cell := range cells {
			if raw, ok := cell.([]byte); ok {
				cells[i] = string(raw)
			}
		}
		r.old, err = kindOf(t.from.Type).load(t.from, cells)
		return r, err
	}, text, append([]any{int64(after)}, args...)...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if err := t.readSide(rows); err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].made = turn(t.from, t.to, rows[i].old)
	}
	return rows, nil
}

// readSide reads the choices of a list, which lie in a table of their own.
func (t turner) readSide(rows []turnedRow) error {
	if t.from.Type != Choices {
		return nil
	}
	chosen := map[value.ID]map[int]bool{}
	err := db.Each(t.tx, func(row db.Scanner) error {
		var id value.ID
		var code int
		if err := row.Scan(&id, &code); err != nil {
			return err
		}
		if chosen[id] == nil {
			chosen[id] = map[int]bool{}
		}
		chosen[id][code] = true
		return nil
	}, fmt.Sprintf("select record, code from %s where record >= $1 and record <= $2", t.from.side()), int64(rows[0].id), int64(rows[len(rows)-1].id))
	for i, r := range rows {
		var keys []string
		for _, option := range t.from.Options.Choices {
			if chosen[r.id][option.Code] {
				keys = append(keys, option.Key)
			}
		}
		if len(keys) > 0 {
			rows[i].old = keys
		}
	}
	return err
}

// write writes the values as those of the other field, and notes those that it cannot hold.
func (t turner) write(rows []turnedRow) error {
	if err := t.writeColumns(rows); err != nil {
		return err
	}
	if err := t.writeSide(rows); err != nil {
		return err
	}
	var lost [][]any
	for _, r := range rows {
		if r.lost() {
			lost = append(lost, []any{t.to.Number, int64(r.id), clippedTo(t.from.Show(r.old), 500)})
		}
	}
	if len(rows) > 0 {
		_, err := t.tx.Exec("delete from record_unturned where field = $1 and record >= $2 and record <= $3", t.to.Number, int64(rows[0].id), int64(rows[len(rows)-1].id))
		if err != nil {
			return err
		}
	}
	return t.tx.Insert("record_unturned", []string{"field", "record", "value"}, lost)
}

// writeColumns updates rows: on PostgreSQL many in one statement, because the way there costs more than the rows; on
// SQLite one by one, because it would look through the whole table for the many.
func (t turner) writeColumns(rows []turnedRow) error {
	columns := kindOf(t.to.Type).columns(t.to)
	if len(columns) == 0 {
		return nil
	}
	w := &Writer{store: t.store, tx: t.tx}
	chunk := map[db.Engine]int{db.SQLite: 1, db.Postgres: 500}[t.tx.Engine()]
	for begin := 0; begin < len(rows); begin += chunk {
		part := rows[begin:min(begin+chunk, len(rows))]
		args := []any{int64(part[0].id), int64(part[len(part)-1].id)}
		for _, r := range part {
			args = append(append(args, int64(r.id)), w.stored(t.to, r.made)...)
		}
		text := t.update(columns, len(part))
		if t.tx.Engine() == db.SQLite {
			text, args = t.updateOne(columns), args[2:]
		}
		if _, err := t.tx.Exec(text, args...); err != nil {
			return err
		}
	}
	return nil
}

func (t turner) updateOne(columns []column) string {
	var set []string
	for i, c := range columns {
		set = append(set, fmt.Sprintf("%s = $%d", t.to.column(c.suffix), i+2))
	}
	return fmt.Sprintf("update %s set %s where id = $1", t.o.table(), strings.Join(set, ", "))
}

// update is the statement for so many rows. The casts tell PostgreSQL the types, the range where to look.
func (t turner) update(columns []column, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "update %s set ", t.o.table())
	types := []string{"bigint"}
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s = v.column%d", t.to.column(c.suffix), i+2)
		types = append(types, c.sql)
	}
	b.WriteString(" from (values ")
	for row := range rows {
		b.WriteString(map[bool]string{true: "(", false: ", ("}[row == 0])
		for i, sql := range types {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "cast($%d as %s)", row*len(types)+i+3, sql)
		}
		b.WriteString(")")
	}
	fmt.Fprintf(&b, ") as v where %[1]s.id = v.column1 and %[1]s.id between $1 and $2", t.o.table())
	return b.String()
}

func (t turner) writeSide(rows []turnedRow) error {
	if t.to.Type != Choices || len(rows) == 0 {
		return nil
	}
	var pairs [][]any
	for _, r := range rows {
		keys, _ := r.made.([]string)
		for _, key := range keys {
			option, _ := t.to.Option(key)
			pairs = append(pairs, []any{int64(r.id), option.Code})
		}
		if _, err := t.tx.Exec("delete from "+t.to.side()+" where record = $1", int64(r.id)); err != nil {
			return err
		}
	}
	return t.tx.Insert(t.to.side(), []string{"record", "code"}, pairs)
}

func clippedTo(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// writeSwaps converts what is converted within the plan.
func (d *draft) writeSwaps() error {
	for _, s := range d.swaps {
		if s.background {
			continue
		}
		lost, err := d.swapped(s, true)
		if err != nil {
			return err
		}
		if lost > 0 && !s.since.IsZero() {
			return value.Errorf(value.Conflict, "%d values that were entered since do not fit the former type and would be lost; change them first", lost)
		}
	}
	return nil
}

// mostSince is how many records an undo of a conversion converts back: those written since.
const mostSince = 20_000

// swapped turns the values of a swap and counts those that cannot be; with write it writes them too.
func (d *draft) swapped(s swap, write bool) (lost int, err error) {
	o := d.c.byNumber[s.object]
	if o == nil {
		return 0, nil
	}
	t := turner{d.store, d.tx, o, o.anywhere(s.from), o.anywhere(s.to)}
	where, args, done := "", []any(nil), 0
	if !s.since.IsZero() {
		where, args = "updated_us >= $2", []any{value.Micros(s.since)}
	}
	for after := value.ID(0); ; {
		rows, err := t.read(after, 5000, where, args...)
		if err != nil || len(rows) == 0 {
			return lost, err
		}
		for _, r := range rows {
			if r.lost() {
				lost++
			}
		}
		if write {
			if err := t.write(rows); err != nil {
				return lost, err
			}
		}
		done += len(rows)
		if done > mostSince && !s.since.IsZero() {
			return lost, value.Errorf(value.Conflict, "more than %d records were written since; convert the field to its former type instead", mostSince)
		}
		if !write && s.since.IsZero() && done >= mostNow {
			return lost, nil
		}
		after = rows[len(rows)-1].id
	}
}

// foresee counts for a preview how many values a conversion would leave behind, among the first fifty thousand.
func (d *draft) foresee() error {
	if len(d.plan.Breaks) > 0 {
		return nil
	}
	for _, s := range d.swaps {
		lost, err := d.swapped(s, false)
		if err != nil {
			return err
		}
		if lost > 0 {
			d.note("%d values cannot be converted and are left empty; they are listed, and the former column keeps them for %d days.", lost, keepDays)
		}
	}
	return nil
}
