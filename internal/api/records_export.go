package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// exportTypes are the media types of the formats.
var exportTypes = map[sheet.Format]string{
	sheet.CSV:    "text/csv; charset=utf-8",
	sheet.NDJSON: "application/x-ndjson",
	sheet.XLSX:   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// exportLog is what exports are called in the change log: who took which records away is a thing to know afterwards.
const exportLog = "record_export"

// exportRecords streams all records that a filter finds. It reads a batch at a time and holds none of them, so a slow
// client keeps nothing and nobody waiting.
func (a *API) exportRecords(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, Export)
	if err != nil {
		return err
	}
	sh.asker = a.asker(sh.caller, Export, RecordsRead)
	q, format, err := readExport(r)
	if err != nil {
		return err
	}
	asked := q.query(sh.object)
	seen, err := sh.exported(r, asked)
	if err != nil {
		return err
	}
	fields, err := shownFields(seen, q.Fields)
	if err != nil {
		return badRequest(err)
	}
	if fields == nil {
		fields = seen.Fields
	}
	if err := sh.noteExport(r, seen, q, format); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", exportTypes[format])
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": sh.object + "." + string(format)}))
	h.Set("Cache-Control", "no-store")
	out := &patientWriter{w: w, control: http.NewResponseController(w)}
	return sh.export(r.Context(), out, asked, format, fields)
}

func readExport(r *http.Request) (recordQuery, sheet.Format, error) {
	query := r.URL.Query()
	if err := known(query, "format", "filter", "search", "sort", "fields", "trash"); err != nil {
		return recordQuery{}, "", err
	}
	format := sheet.Format(query.Get("format"))
	if format == "" {
		format = sheet.CSV
	}
	if exportTypes[format] == "" {
		return recordQuery{}, "", badRequest(value.Fieldf("format", "format is csv, ndjson or xlsx"))
	}
	q := exportQuery(query)
	var err error
	q.Trash, err = yes(query, "trash")
	return q, format, err
}

func exportQuery(query url.Values) recordQuery {
	return recordQuery{Filter: query.Get("filter"), Search: query.Get("search"), Sort: list(query, "sort"), Fields: list(query, "fields")}
}

// exported checks the right to take records away, and the question, before the answer begins.
func (sh *shelf) exported(r *http.Request, asked record.Query) (seen *record.Seen, err error) {
	err = sh.read(r, func(in *record.Reader, tx *db.Tx) error {
		if seen, err = sh.seen(tx); err != nil {
			return err
		}
		if !seen.May(record.Export) {
			return value.Errorf(value.Forbidden, "the account this token acts for may not export these records")
		}
		asked.Limit = 1
		if _, err = in.Find(sh.asker, asked); value.KindOf(err) == value.Invalid {
			err = badRequest(err)
		}
		return err
	})
	return seen, err
}

// noteExport logs who takes what away.
func (sh *shelf) noteExport(r *http.Request, seen *record.Seen, q recordQuery, format sheet.Format) error {
	return sh.site.DB.Write(r.Context(), sh.caller.Actor(), "record.export", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: exportLog, Record: tx.NewID(), Diff: map[string]any{
			"object": seen.LogName(), "format": format, "narrowed": q.Filter != "" || q.Search != "", "token": sh.caller.Token,
		}})
		return nil
	})
}

// export writes all records. An error after the first bytes breaks the answer off, so that nobody takes a part of the
// records for all of them.
func (sh *shelf) export(ctx context.Context, out io.Writer, asked record.Query, format sheet.Format, fields []*record.Field) error {
	asked.Fields = make([]string, len(fields))
	for i, f := range fields {
		asked.Fields[i] = f.Key
	}
	if format == sheet.NDJSON {
		return sh.exportLines(ctx, out, asked, fields)
	}
	columns := append([]string{"id"}, asked.Fields...)
	table, err := sheet.NewWriter(out, format, columns, sheet.WriterOptions{Sheet: sh.object})
	if err != nil {
		return err
	}
	cells := make([]sheet.Cell, len(columns))
	err = sh.store.Each(ctx, sh.asker, asked, func(rec *record.Record) error {
		cells[0] = sheet.Text(rec.Object.ID(rec.ID))
		for i, f := range fields {
			cells[i+1] = cellOf(f, rec.Values[f.Key])
		}
		return table.Write(cells)
	})
	if err != nil {
		return fmt.Errorf("api: exporting %s: %w", sh.object, err)
	}
	return table.Close()
}

// exportLines writes a record a line, as lists hold them.
func (sh *shelf) exportLines(ctx context.Context, out io.Writer, asked record.Query, fields []*record.Field) error {
	const enough = 64 << 10
	b := make([]byte, 0, enough+enough/4)
	err := sh.store.Each(ctx, sh.asker, asked, func(rec *record.Record) error {
		b = append(appendRecord(b, rec, fields), '\n')
		if len(b) < enough {
			return nil
		}
		_, err := out.Write(b)
		b = b[:0]
		return err
	})
	if err == nil && len(b) > 0 {
		_, err = out.Write(b)
	}
	if err != nil {
		return fmt.Errorf("api: exporting %s: %w", sh.object, err)
	}
	return nil
}

// cellOf is a value for a table.
func cellOf(f *record.Field, v any) sheet.Cell {
	switch v := v.(type) {
	case nil:
		return sheet.Cell{}
	case string:
		return sheet.Text(v)
	case int64:
		return sheet.Whole(v)
	case record.Number:
		return sheet.Number(v.String())
	case bool:
		return sheet.Boolean(v)
	case record.Day:
		return sheet.Day(v.Time())
	case time.Time:
		return sheet.Moment(v)
	}
	return sheet.Text(f.Show(v))
}

// patientWriter gives the client a time for each part of a long answer, and sends each part at once.
type patientWriter struct {
	w       io.Writer
	control *http.ResponseController
}

// Write sends a part.
func (p *patientWriter) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(writeTime)) // a writer without deadlines, as in tests, has none to set
	n, err := p.w.Write(b)
	if err == nil {
		err = p.control.Flush()
	}
	return n, err
}

// exportTypeNames are the types that an export may be answered with.
func exportTypeNames() map[string]Media {
	content := make(map[string]Media, len(exportTypes))
	for _, kind := range exportTypes {
		name, _, _ := strings.Cut(kind, ";")
		content[name] = Media{Schema: &Shape{Type: "string"}}
	}
	return content
}
