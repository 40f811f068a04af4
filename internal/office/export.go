package office

import (
	"fmt"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/web"
)

// export streams what a list shows, all pages of it, as CSV: the columns of the view, their keys as the header, so that
// an import reads it back.
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
	return v.writeExport(w, l)
}

func (v *visit) writeExport(w http.ResponseWriter, l *look) error {
	columns := exported(l)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.csv"`, l.object.Key, v.now.In(v.words.Zone()).Format(dayLayout)))
	w.Header().Set("Cache-Control", "no-store")
	out, err := sheet.NewWriter(w, sheet.CSV, append([]string{"id"}, columns...), sheet.WriterOptions{})
	if err != nil {
		return err
	}
	err = v.store.Each(v.ctx, v.asker, l.query(), func(rec *record.Record) error {
		cells := []sheet.Cell{sheet.Text(l.object.ID(rec.ID))}
		for _, key := range columns {
			cells = append(cells, v.exportCell(l.object.Field(key), rec.Values[key]))
		}
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	return out.Close()
}

// exported are the columns of the view, or all fields when nobody chose.
func exported(l *look) (columns []string) {
	if len(l.columns) == 0 {
		return keys(l.object)
	}
	for _, key := range l.shown() {
		if !isSystem(key) {
			columns = append(columns, key)
		}
	}
	return columns
}

func (v *visit) exportCell(f *record.Field, x any) sheet.Cell {
	text := f.Show(x)
	switch v.typeOf(f) {
	case record.Integer, record.Decimal:
		return sheet.Number(text)
	default:
		return sheet.Text(text)
	}
}
