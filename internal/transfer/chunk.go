package transfer

import (
	"errors"
	"io"
	"slices"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// What one transaction takes at most, so that neither memory grows nor other writers wait for long.
const (
	chunkRows  = 5_000
	chunkCells = 250_000
	chunkBytes = 8 << 20
)

// line is one row of a chunk.
type line struct {
	number int64
	cells  []string
	err    error // why it cannot be taken at all
}

// chunk is rows that are written together. Its memory is used again for the next one.
type chunk struct {
	lines  []line
	cells  []string
	ops    []record.Write
	at     []int // the line of each operation
	values []record.Values
}

// fault is a row that was refused.
type fault struct {
	line  int64
	why   []Problem
	cells []string
}

// Problem is what is wrong with one cell, or with a row.
type Problem struct {
	Line   int64  `json:"line"`             // as an editor or a spreadsheet program counts
	Column string `json:"column,omitempty"` // "" = it is about the row
	Value  string `json:"value,omitempty"`  // of the cell, cut at 200 characters
	Reason string `json:"reason"`           // a sentence
	Key    string `json:"key,omitempty"`    // message catalogue key of the reason
	Args   []any  `json:"args,omitempty"`
}

// tally is what became of some rows.
type tally struct{ rows, made, changed, same, failed int64 }

// fill reads the next rows. It is empty at the end of the file. An error is about the rest of the file.
func (c *chunk) fill(src *source, most int) error {
	width := len(src.Columns())
	most = max(1, min(most, chunkCells/max(width, 1)))
	clear(c.lines)
	clear(c.cells)
	c.lines, c.cells = c.lines[:0], c.cells[:0]
	for bytes := 0; len(c.lines) < most && bytes < chunkBytes; {
		row, err := src.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(src.Position(), err)
		}
		from := len(c.cells)
		c.cells = append(c.cells, row.Cells...)
		c.lines = append(c.lines, line{number: int64(row.Number), cells: slices.Clip(c.cells[from:]), err: hasWidth(row, width)})
		for _, text := range row.Cells {
			bytes += len(text)
		}
	}
	return nil
}

// unreadable makes a stop of what is wrong with the file itself; what is wrong with the store is tried again.
func unreadable(rows int, err error) error {
	var known *value.Error
	if errors.As(err, &known) && known.Kind == value.Invalid {
		return stopf(value.Errorf(value.Invalid, "after row %d the file cannot be read any more: %s", rows, known.Message))
	}
	return err
}

// apply writes the chunk, or pretends to, and tells what became of its rows.
func (c *chunk) apply(tx *db.Tx, records *record.Store, a record.Asker, p *plan, o record.BatchOptions) (tally, []fault, []record.Result, error) {
	results, early, err := c.batch(tx, records, a, p, o)
	if err != nil {
		return tally{}, nil, nil, err
	}
	t := tally{rows: int64(len(c.lines))}
	var faults []fault
	for i := range c.lines {
		l := &c.lines[i]
		problem := l.err
		if problem == nil {
			problem = early[i]
		}
		if problem == nil {
			problem = results[i].Err
		}
		if problem != nil {
			t.failed++
			faults = append(faults, fault{l.number, problemsOf(p, l, problem), l.cells})
		} else if results[i].Made {
			t.made++
		}
	}
	written := t.rows - t.failed - t.made
	switch {
	case p.seen.Owned != nil:
		t.changed = written // its owner does not tell
	case written > 0 && !o.DryRun:
		if t.changed, err = changes(tx, records, p, c, results); err != nil {
			return tally{}, nil, nil, err
		}
	}
	t.changed = min(t.changed, written)
	t.same = written - t.changed
	return t, faults, results, nil
}

// batch runs the operations. Results and early faults stand at the places of their lines.
func (c *chunk) batch(tx *db.Tx, records *record.Store, a record.Asker, p *plan, o record.BatchOptions) ([]record.Result, map[int]error, error) {
	early := map[int]error{}
	clear(c.ops)
	c.ops, c.at = c.ops[:0], c.at[:0]
	for i := range c.lines {
		l := &c.lines[i]
		if l.err != nil {
			continue
		}
		if len(c.ops) == len(c.values) {
			c.values = append(c.values, make(record.Values, len(p.columns)))
		}
		op, err := p.write(l.cells, c.values[len(c.ops)])
		if err != nil {
			early[i] = err
			continue
		}
		c.ops, c.at = append(c.ops, op), append(c.at, i)
	}
	placed := make([]record.Result, len(c.lines))
	if len(c.ops) == 0 {
		return placed, early, nil
	}
	w, err := records.Writing(tx, a)
	if err != nil {
		return nil, nil, err
	}
	results, err := w.Batch(p.seen.Key, c.ops, o)
	if err != nil {
		return nil, nil, err
	}
	for n, r := range results {
		placed[c.at[n]] = r
	}
	return placed, early, nil
}

// problemsOf takes the error of a row apart, by column.
func problemsOf(p *plan, l *line, err error) []Problem {
	var faults record.Faults
	if errors.As(err, &faults) {
		all := make([]Problem, len(faults))
		for i, f := range faults {
			all[i] = problemOf(p, l, f)
		}
		return all
	}
	var known *value.Error
	if errors.As(err, &known) {
		return []Problem{problemOf(p, l, known)}
	}
	return []Problem{{Line: l.number, Reason: "this row cannot be imported"}}
}

func problemOf(p *plan, l *line, err *value.Error) Problem {
	out := Problem{Line: l.number, Reason: err.Message, Key: err.Key, Args: err.Args}
	at := -1
	if c := p.columnOf(err.Field); c != nil {
		out.Column, at = c.name, c.at
	} else if err.Field == IDField {
		at = p.idAt
		out.Column = IDField
	} else if f := p.seen.Field(err.Field); f != nil { // no column goes there
		out.Reason = f.Labels.In("en") + ": " + err.Message
	}
	if at >= 0 && at < len(l.cells) {
		out.Value = value.Clip(l.cells[at], 200)
	}
	return out
}
