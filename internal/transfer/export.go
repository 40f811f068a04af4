package transfer

import (
	"context"
	"fmt"
	"io"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// titleSuffix behind a reference's key asks for the titles of the records that it names.
const titleSuffix = ".title"

// Export writes what a query finds as a table, row by row, and returns how many there were. The first column is id, then
// come the fields: keys, "<reference>.title" for titles beside ids, or rev, created, updated. nil is all fields that the
// asker sees. The query's own Fields do not matter. Without the right to export it is Forbidden.
func (d *Desk) Export(ctx context.Context, a record.Asker, q record.Query, fields []string, f sheet.Format, w io.Writer) (int64, error) {
	return d.export(ctx, a, q, fields, f, w, func(int64) error { return nil })
}

// export tells now and then how far it is.
func (d *Desk) export(ctx context.Context, a record.Asker, q record.Query, fields []string, f sheet.Format, w io.Writer, tell func(rows int64) error) (int64, error) {
	seen, err := d.exportable(ctx, a, q.Object)
	if err != nil {
		return 0, err
	}
	columns, needed, err := outColumns(seen, fields, f)
	if err != nil {
		return 0, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	out, err := sheet.NewWriter(w, f, names, sheet.WriterOptions{Sheet: sheetName(seen)})
	if err != nil {
		return 0, err
	}
	q.Fields, q.Expand, q.After, q.Limit = needed, nil, "", 0
	cells := make([]sheet.Cell, len(columns))
	rows := int64(0)
	err = d.Records.Each(ctx, a, q, func(rec *record.Record) error {
		for i := range columns {
			cells[i] = columns[i].cell(rec)
		}
		if rows++; rows%tellRows == 0 {
			if err := tell(rows); err != nil {
				return err
			}
		}
		return out.Write(cells)
	})
	if err != nil {
		return rows, fmt.Errorf("transfer.Export(%s): %w", q.Object, err)
	}
	return rows, out.Close()
}

// tellRows is after how many rows progress is told.
const tellRows = 50_000

func (d *Desk) exportable(ctx context.Context, a record.Asker, object string) (seen *record.Seen, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		sight, err := d.Records.Sight(tx, a)
		if err != nil {
			return err
		}
		seen, err = sight.Object(object)
		return err
	})
	if err == nil && !seen.May(record.Export) {
		err = value.Errorf(value.Forbidden, "your role may not export %s", seen.Plural.In("en"))
	}
	return seen, err
}

// sheetName fits what spreadsheet programs allow.
func sheetName(seen *record.Seen) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return -1
		}
		return r
	}, seen.Plural.In("en"))
	if len([]rune(name)) > 31 {
		name = string([]rune(name)[:31])
	}
	return name
}

// outColumn is a column of an export.
type outColumn struct {
	name string
	cell func(rec *record.Record) sheet.Cell
}

// outColumns makes the columns, and names the fields that must be read for them.
func outColumns(seen *record.Seen, fields []string, format sheet.Format) (columns []outColumn, needed []string, err error) {
	if fields == nil {
		for _, f := range seen.Fields {
			fields = append(fields, f.Key)
		}
	}
	columns = []outColumn{{IDField, func(rec *record.Record) sheet.Cell { return sheet.Text(seen.ID(rec.ID)) }}}
	known, reads := map[string]bool{IDField: true}, map[string]bool{}
	needed = []string{}
	for _, key := range fields {
		if known[key] {
			continue
		}
		known[key] = true
		c, field, err := outColumnOf(seen, key, format)
		if err != nil {
			return nil, nil, err
		}
		columns = append(columns, c)
		if field != "" && !reads[field] {
			reads[field] = true
			needed = append(needed, field)
		}
	}
	if len(columns) > sheet.MostColumns {
		return nil, nil, value.Fieldf("fields", "a table has at most %d columns", sheet.MostColumns)
	}
	return columns, needed, nil
}

func outColumnOf(seen *record.Seen, key string, format sheet.Format) (outColumn, string, error) {
	switch key {
	case "rev":
		return outColumn{key, func(rec *record.Record) sheet.Cell { return sheet.Whole(rec.Rev) }}, "", nil
	case "created":
		return outColumn{key, func(rec *record.Record) sheet.Cell { return sheet.Moment(rec.Created) }}, "", nil
	case "updated":
		return outColumn{key, func(rec *record.Record) sheet.Cell { return sheet.Moment(rec.Updated) }}, "", nil
	}
	if f := seen.Field(key); f != nil {
		return outColumn{key, cellOf(f, format)}, f.Key, nil
	}
	name, titled := strings.CutSuffix(key, titleSuffix)
	if f := seen.Field(name); titled && f != nil && isReference(f) {
		return outColumn{key, titlesOf(f)}, f.Key, nil
	}
	return outColumn{}, "", value.Fieldf("fields", "%s has no field %q", seen.Key, value.Clip(key, 80))
}

func isReference(f *record.Field) bool {
	return f.Type == record.Reference || f.Type == record.References || f.Type == record.AnyReference
}

// cellOf writes a field as text that Field.Parse reads back, with its kind where a format knows kinds.
func cellOf(f *record.Field, format sheet.Format) func(rec *record.Record) sheet.Cell {
	kind := sheet.TextKind
	switch typed(f) {
	case record.Integer, record.Decimal:
		kind = sheet.NumberKind
	case record.Date:
		kind = sheet.DateKind
	case record.DateTime:
		kind = sheet.MomentKind
	}
	return func(rec *record.Record) sheet.Cell {
		v := rec.Values[f.Key]
		if v == nil {
			return sheet.Cell{}
		}
		if yes, is := v.(bool); is {
			return sheet.Boolean(yes)
		}
		text := f.Show(v)
		if at, is := v.(interface{ Nanosecond() int }); is && format == sheet.XLSX && at.Nanosecond()%1e6 != 0 {
			return sheet.Text(text) // a workbook's moments have milliseconds
		}
		return sheet.Cell{Kind: kind, Text: text}
	}
}

// typed is the type of a field's values.
func typed(f *record.Field) record.Type {
	if f.Type == record.Formula {
		return f.Options.Result
	}
	return f.Type
}

// titlesOf writes the titles of the records that a field names, as far as the asker may see them.
func titlesOf(f *record.Field) func(rec *record.Record) sheet.Cell {
	return func(rec *record.Record) sheet.Cell {
		switch v := rec.Values[f.Key].(type) {
		case value.ID:
			return sheet.Text(rec.Titles[v])
		case record.AnyValue:
			return sheet.Text(rec.Titles[v.ID])
		case []record.RefValue:
			titles := make([]string, len(v))
			for i, ref := range v {
				titles[i] = rec.Titles[ref.ID]
			}
			return sheet.Text(strings.Join(titles, "; "))
		default:
			return sheet.Cell{}
		}
	}
}
