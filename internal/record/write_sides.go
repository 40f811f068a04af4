package record

import (
	"fmt"
	"slices"

	"fairground/internal/value"
)

// saveSides writes choices, references and files, which lie in rows of their own.
func (s *sheet) saveSides(written []*entry) error {
	for _, i := range s.form.sides {
		var stale []value.ID
		var rows [][]any
		f := s.form.fields[i]
		for _, e := range written {
			if !slices.Contains(e.changed, i) {
				continue
			}
			if !e.made() && e.old[i] != nil {
				stale = append(stale, e.id)
			}
			rows = append(rows, s.sideRows(f, e.id, e.now[i])...)
		}
		if err := s.w.clearSide(s.form.object, f, stale); err != nil {
			return err
		}
		if err := s.w.tx.Insert(f.sideTable(), f.sideColumns(), rows); err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) sideTable() string {
	if f.Type == File {
		return "record_file"
	}
	return f.side()
}

func (f *Field) sideColumns() []string {
	switch f.Type {
	case Choices:
		return []string{"record", "code"}
	case File:
		return []string{"object", "record", "field", "place", "sha256", "name", "type", "bytes"}
	}
	columns := []string{"record", "target", "place"}
	for _, a := range f.Options.Attributes {
		for _, c := range kindOf(a.Type).columns(a) {
			columns = append(columns, a.attributeColumn(c.suffix))
		}
	}
	return columns
}

func (s *sheet) sideRows(f *Field, id value.ID, v any) [][]any {
	var rows [][]any
	switch v := v.(type) {
	case []string:
		for _, key := range v {
			if code, ok := f.code(key); ok {
				rows = append(rows, []any{int64(id), code})
			}
		}
	case []FileValue:
		for place, file := range v {
			rows = append(rows, []any{s.form.object.Number, int64(id), f.Number, place, file.Sha256, file.Name, file.Type, file.Bytes})
		}
	case []RefValue:
		for place, ref := range v {
			row := []any{int64(id), int64(ref.ID), place}
			for _, a := range f.Options.Attributes {
				row = append(row, kindOf(a.Type).store(a, ref.Attributes[a.Key])...)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// clearSide removes what records have in a side table.
func (w *Writer) clearSide(o *Object, f *Field, ids []value.ID) error {
	for part := range slices.Chunk(ids, keyChunk) {
		st := &statement{engine: w.tx.Engine()}
		where := ""
		if f.Type == File {
			where = fmt.Sprintf("object = %s and field = %s and ", st.arg(o.Number), st.arg(f.Number))
		}
		text := fmt.Sprintf("delete from %s where %srecord in %s", f.sideTable(), where, st.ids(plainIDs(part)))
		if _, err := w.tx.Exec(text, st.args...); err != nil {
			return err
		}
	}
	return nil
}
