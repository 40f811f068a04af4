package office

import (
	"fmt"
	"net/http"
	"slices"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/transfer"
	"fairground/internal/value"
	"fairground/internal/web"
)

// exportFormats are the ways a list can be taken away; the first is the usual one.
func exportFormats() []sheet.Format { return []sheet.Format{sheet.CSV, sheet.XLSX, sheet.NDJSON} }

// export streams what a list shows, all pages of it, as format says: the columns of the view, their keys as the header,
// so that an import reads it back.
func (v *visit) export(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	if !v.mayExport(o) {
		return forbidden()
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	format, err := exportFormat(q)
	if err != nil {
		return err
	}
	var views []record.View
	err = v.read(func(tx *db.Tx) error {
		views, err = v.store.Views(tx, v.asker, o.Key)
		return err
	})
	if err != nil {
		return err
	}
	l, err := lookFrom(q, o, views)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s.%s", o.Key, v.now.In(v.words.Zone()).Format(dayLayout), format)
	_, err = v.exporter().Export(v.ctx, v.asker, l.query(), exported(l), format, &download{w: w, name: name, format: format})
	return err
}

func exportFormat(q *web.Form) (sheet.Format, error) {
	format := sheet.Format(q.Raw("format"))
	if format == "" {
		return exportFormats()[0], nil
	}
	if !slices.Contains(exportFormats(), format) {
		return "", &value.Error{Kind: value.Invalid, Field: "format", Key: "office.export.fault.format", Message: "choose one of: csv, xlsx, ndjson"}
	}
	return format, nil
}

// exporter is the desk of the site. Exports that are streamed need no more of one than the store.
func (v *visit) exporter() *transfer.Desk {
	if v.office.Transfer != nil {
		return v.office.Transfer(v.site)
	}
	return &transfer.Desk{DB: v.site.DB, Records: v.store}
}

// exported are the columns of the view, or nil for all fields when nobody chose.
func exported(l *look) []string {
	if len(l.columns) == 0 {
		return nil
	}
	return l.shown()
}

// exportHref is the address of what the list shows, as a file.
func (l *listView) exportHref(f sheet.Format) string {
	q := l.look.values()
	q.Set("format", string(f))
	return address(root(l.o.Key)+"/export", q)
}

// download is an answer that is a file. Its head is written with its first bytes, so that what fails before is told on
// a page.
type download struct {
	w      http.ResponseWriter
	name   string
	format sheet.Format
	begun  bool
}

// Write sends bytes of the file.
func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		head := d.w.Header()
		head.Set("Content-Type", fileTypeOf(d.format))
		head.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", d.name))
		head.Set("Cache-Control", "no-store")
		head.Set("X-Content-Type-Options", "nosniff")
	}
	return d.w.Write(b)
}

func fileTypeOf(f sheet.Format) string {
	switch f {
	case sheet.XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case sheet.NDJSON:
		return "application/x-ndjson; charset=utf-8"
	default:
		return "text/csv; charset=utf-8"
	}
}
