package record

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/value"
)

// gatherDirty computes up to most roll-ups of record_dirty anew. It returns how many it did. Store.Work calls it.
func (s *Store) gatherDirty(ctx context.Context, most int) (n int, err error) {
	err = s.DB.Maintain(ctx, "record: roll-ups", func(tx *db.Tx) error {
		w, err := s.Writing(tx, System("record"))
		if err != nil {
			return err
		}
		n, err = w.cleanDirty(most)
		return err
	})
	return n, err
}

type dirt struct {
	field  int
	record value.ID
}

func (w *Writer) cleanDirty(most int) (int, error) {
	rows, err := db.All(w.tx, func(row db.Scanner) (d dirt, err error) {
		err = row.Scan(&d.field, &d.record)
		return d, err
	}, "select field, record from record_dirty order by field, record limit $1", most)
	if err != nil {
		return 0, err
	}
	byField := map[int][]value.ID{}
	for _, d := range rows {
		if _, err := w.tx.Exec("delete from record_dirty where field = $1 and record = $2", d.field, d.record); err != nil {
			return 0, err
		}
		byField[d.field] = append(byField[d.field], d.record)
	}
	for _, o := range w.catalog.alive {
		for _, f := range o.Fields {
			if ids := byField[f.Number]; ids != nil && f.Type == Rollup {
				if err := w.regatherField(o, f, ids); err != nil {
					return 0, err
				}
			}
		}
	}
	return len(rows), nil
}

func (w *Writer) regatherField(o *Object, f *Field, ids []value.ID) error {
	from, err := w.catalog.Object(f.Options.Rollup.From)
	if err != nil {
		return nil // what it gathered was removed; it keeps its last value
	}
	g, ok := w.catalog.newGather(o, f, from)
	if !ok {
		return nil
	}
	return w.regather(&g, ids)
}

// recompute computes stored formulas and roll-ups of records anew, after they were defined or changed. It makes no new
// revision and logs nothing: what people entered stays as it is.
func (s *Store) recompute(tx *db.Tx, c *Catalog, o *Object, fields []*Field, ids []value.ID) error {
	w, err := s.Writing(tx, System("record"))
	if err != nil {
		return err
	}
	w.catalog = c
	var formulas []*Field
	for _, f := range fields {
		switch {
		case f.Type == Rollup:
			if err := w.regatherField(o, f, ids); err != nil {
				return err
			}
		case f.Type == Formula && f.Stored():
			formulas = append(formulas, f)
		}
	}
	if len(formulas) == 0 {
		return nil
	}
	return w.reformulate(o, ids)
}

// reformulate computes all stored formulas of records anew: one may read another.
func (w *Writer) reformulate(o *Object, ids []value.ID) error {
	m, err := w.catalog.form(o)
	if err != nil {
		return err
	}
	columns, types := []string{"id"}, []string{"bigint"}
	for _, one := range m.formulas {
		f := m.fields[one.at]
		for _, c := range m.kinds[one.at].columns(f) {
			columns, types = append(columns, f.column(c.suffix)), append(types, c.sql)
		}
	}
	found, err := w.load(m, ids)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, id := range sortedIDs(found) {
		record := w.subject(m, found[id], m.spread(found[id].Values))
		m.compute(w, record, m.formulas, w.constants())
		row := []any{int64(id)}
		for _, one := range m.formulas {
			row = append(row, w.stored(m.fields[one.at], record.values[one.at])...)
		}
		rows = append(rows, row)
	}
	return w.setRows(o.table(), columns, types, rows)
}
