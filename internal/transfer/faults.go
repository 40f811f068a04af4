package transfer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// The columns that ErrorFile puts behind those of the file.
const (
	lineColumn   = "line"
	reasonColumn = "reason"
	extraColumn  = "extra"
)

// mostExtra is how many cells beyond the header a refused row keeps.
const mostExtra = 50

// Faults returns what is wrong with the refused rows of an import, by line, of those after a line.
func (d *Desk) Faults(tx *db.Tx, a record.Asker, id value.ID, after int64, limit int) ([]Problem, error) {
	if _, err := d.Find(tx, a, id); err != nil {
		return nil, err
	}
	faults, err := faultsAfter(tx, id, after, min(max(limit, 1), record.MostRecords))
	var all []Problem
	for _, f := range faults {
		all = append(all, f.why...)
	}
	return all, err
}

// ErrorFile writes the refused rows of an import as CSV: their cells as they were, then their line and the reason. Cells
// beyond the header follow in columns of their own. Mended, the file can be uploaded as it is: those columns are left
// out. Of more than MostFaults rows the first are there.
func (d *Desk) ErrorFile(ctx context.Context, a record.Asker, id value.ID, w io.Writer) error {
	m, err := d.found(ctx, a, id)
	if err != nil {
		return err
	}
	extra := 0
	err = d.eachFault(ctx, id, func(f fault) error {
		extra = max(extra, min(len(f.cells)-len(m.Guess.Columns), mostExtra))
		return nil
	})
	if err != nil {
		return err
	}
	t := faultTable{width: len(m.Guess.Columns), kept: keptColumns(m), extra: extra}
	t.extra = min(extra, sheet.MostColumns-2-len(t.kept))
	return d.writeFaults(ctx, m, t, w)
}

// faultTable is the shape of an error file.
type faultTable struct {
	width int   // of the header
	kept  []int // its columns that are written
	extra int   // columns for cells beyond it
}

// keptColumns are all columns, unless line and reason would not fit beside them: then the last ones that go to no field
// are left out.
func keptColumns(m Import) []int {
	goes := map[string]bool{}
	for _, c := range m.Settings.Columns {
		goes[c.Column] = c.Field != ""
	}
	surplus := len(m.Guess.Columns) + 2 - sheet.MostColumns
	var kept []int
	for i := len(m.Guess.Columns) - 1; i >= 0; i-- {
		if surplus > 0 && !goes[m.Guess.Columns[i].Name] {
			surplus--
			continue
		}
		kept = append(kept, i)
	}
	slices.Reverse(kept)
	return kept[:min(len(kept), sheet.MostColumns-2)]
}

func (t faultTable) names(m Import) []string {
	var names []string
	for _, i := range t.kept {
		names = append(names, m.Guess.Columns[i].Name)
	}
	names = append(names, lineColumn, reasonColumn)
	for i := range t.extra {
		names = append(names, fmt.Sprintf("%s %d", extraColumn, i+1))
	}
	return names
}

func (d *Desk) writeFaults(ctx context.Context, m Import, t faultTable, w io.Writer) error {
	out, err := sheet.NewWriter(w, sheet.CSV, t.names(m), sheet.WriterOptions{})
	if err != nil {
		return err
	}
	cells := make([]sheet.Cell, len(t.kept)+2+t.extra)
	err = d.eachFault(ctx, m.ID, func(f fault) error {
		t.fill(cells, f)
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	return out.Close()
}

// fill puts a refused row into the cells of the error file.
func (t faultTable) fill(cells []sheet.Cell, f fault) {
	clear(cells)
	for n, i := range t.kept {
		if i < len(f.cells) {
			cells[n] = sheet.Text(f.cells[i])
		}
	}
	rest := cells[len(t.kept):]
	rest[0], rest[1] = sheet.Whole(f.line), sheet.Text(f.reason())
	for i := range min(t.extra, len(f.cells)-t.width) {
		rest[2+i] = sheet.Text(f.cells[t.width+i])
	}
}

// reason is what is wrong with a row, in one line.
func (f fault) reason() string {
	texts := make([]string, len(f.why))
	for i, p := range f.why {
		texts[i] = p.Reason
		if p.Column != "" {
			texts[i] = p.Column + ": " + p.Reason
		}
	}
	return strings.Join(texts, "; ")
}

// eachFault reads the refused rows a part at a time, so that whoever takes them slowly holds nothing up.
func (d *Desk) eachFault(ctx context.Context, id value.ID, fn func(fault) error) error {
	const part = 1000
	for after := int64(-1); ; {
		var faults []fault
		err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			faults, err = faultsAfter(tx, id, after, part)
			return err
		})
		if err != nil {
			return err
		}
		for _, f := range faults {
			if err := fn(f); err != nil {
				return err
			}
			after = f.line
		}
		if len(faults) < part {
			return nil
		}
	}
}

// found is an import for somebody who only looks at it; its object may be gone.
func (d *Desk) found(ctx context.Context, a record.Asker, id value.ID) (m Import, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		m, err = d.Find(tx, a, id)
		return err
	})
	return m, err
}
