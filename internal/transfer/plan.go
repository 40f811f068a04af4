package transfer

import (
	"slices"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// plan is a mapping as it is carried out at one moment: names are today's.
type plan struct {
	seen    *record.Seen
	columns []planned
	key     string // "" = create
	keyAt   int    // its column; -1 = none
	idAt    int    // the column of ids; -1 = none
	empty   bool   // a blank cell empties its field
	uniques []planned
}

// planned is a column that goes to a field.
type planned struct {
	at    int // in a row
	name  string
	key   string // of the field
	label string
	read  func(text string) string // how the locale writes; nil = as it is
}

// stop is why an import cannot go on by itself. What was done stays.
type stop struct{ reason string }

// Error is the reason.
func (s stop) Error() string { return s.reason }

func stopf(err *value.Error) error { return stop{err.Message} }

// plan works the mapping out for an asker, from the names of the reader's columns. What cannot be carried out any more
// is a stop.
func (d *Desk) plan(tx *db.Tx, a record.Asker, m Import, names []string) (*plan, error) {
	seen, err := d.seen(tx, a, m.object)
	if value.KindOf(err) == value.NotFound {
		return nil, stopf(value.Errorf(value.NotFound, "%s: the object was removed, or your role may not see it any more", m.Object))
	}
	if err != nil {
		return nil, err
	}
	p := &plan{seen: seen, keyAt: -1, idAt: -1, empty: m.Settings.OnBlank == EmptyBlank}
	for _, c := range m.Settings.Columns {
		if c.Field == "" {
			continue
		}
		at := slices.Index(names, c.Column)
		if at < 0 {
			return nil, stopf(value.Errorf(value.Invalid, "the file has no column %q any more", c.Column))
		}
		if err := p.add(m, c, at); err != nil {
			return nil, err
		}
	}
	return p, p.mayRun(m)
}

func (p *plan) add(m Import, c Mapped, at int) error {
	if c.Field == IDField {
		p.idAt = at
		if m.Settings.Key == IDField {
			p.key, p.keyAt = IDField, at
		}
		return nil
	}
	f := byNumber(p.seen, c.Number)
	if f == nil {
		return stopf(value.Errorf(value.NotFound, "the field %s, to which the column %q goes, was removed, hidden or given another type", c.Field, c.Column))
	}
	if !p.seen.Editable(f) {
		return stopf(value.Errorf(value.Forbidden, "the field %s, to which the column %q goes, may not be changed any more", f.Key, c.Column))
	}
	column := planned{at: at, name: c.Column, key: f.Key, label: f.Labels.In("en"), read: reading(f.Type, m.Settings)}
	p.columns = append(p.columns, column)
	if f.Unique {
		p.uniques = append(p.uniques, column)
	}
	if m.Settings.Key == c.Field {
		if !f.Unique {
			return stopf(value.Errorf(value.Conflict, "the field %s is not unique any more, so records cannot be found by it", f.Key))
		}
		p.key, p.keyAt = f.Key, at
	}
	return nil
}

func (p *plan) mayRun(m Import) error {
	switch key := m.Settings.Key; {
	case key != "" && p.key == "":
		return stopf(value.Errorf(value.NotFound, "the key %s is not among the fields any more", key))
	case key == "" && !p.seen.May(record.Make):
		return stopf(value.Errorf(value.Forbidden, "your role may not make %s any more", p.seen.Plural.In("en")))
	case key != "" && !p.seen.May(record.Edit):
		return stopf(value.Errorf(value.Forbidden, "your role may not change %s any more", p.seen.Plural.In("en")))
	default:
		return nil
	}
}

// write makes the operation of a row, into a map that is used again.
func (p *plan) write(cells []string, values record.Values) (record.Write, error) {
	clear(values)
	for i := range p.columns {
		c := &p.columns[i]
		text := cells[c.at]
		switch {
		case blank(text):
			if p.empty {
				values[c.key] = nil
			}
		case c.read != nil:
			values[c.key] = c.read(text)
		default:
			values[c.key] = text
		}
	}
	op := record.Write{Op: record.DoCreate, Values: values}
	switch {
	case p.key == "":
		return op, nil
	case p.key == IDField:
		return p.byID(cells[p.keyAt], op)
	case blank(cells[p.keyAt]):
		return op, value.Fieldf(p.key, "the key is empty, so no record can be found by it")
	default:
		op.Op, op.Key = record.DoUpsert, p.key
		return op, nil
	}
}

// byID changes the record that a row names. A row that names none makes one.
func (p *plan) byID(text string, op record.Write) (record.Write, error) {
	if blank(text) {
		if !p.seen.May(record.Make) {
			return op, value.Fieldf(IDField, "your role may not make %s; write the id of one", p.seen.Plural.In("en"))
		}
		return op, nil
	}
	id, err := p.seen.ParseID(text)
	if err != nil {
		return op, value.Fieldf(IDField, "%q is not the id of a %s", value.Clip(text, 80), p.seen.Labels.In("en"))
	}
	op.Op, op.ID = record.DoUpdate, id
	return op, nil
}

// columnOf is the column that goes to a field, nil when none does.
func (p *plan) columnOf(key string) *planned {
	for i := range p.columns {
		if p.columns[i].key == key {
			return &p.columns[i]
		}
	}
	return nil
}

// hasWidth is nil when the row has the cells of the header. The reader tells it of texts; this makes sure of it.
func hasWidth(row sheet.Row, width int) error {
	if row.Problem == nil && len(row.Cells) != width {
		return value.Errorf(value.Invalid, "the row has %d cells and the header %d", len(row.Cells), width)
	}
	return row.Problem
}
