package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// shape is which columns a statement reads and what they become.
type shape struct {
	columns []string
	spans   []span
	keys    int // the cells from here on are those of the order
}

// span is where the cells of a field are.
type span struct {
	field    *Field
	from, to int
	computed bool
}

func (k *ask) shape() shape {
	sh := shape{columns: []string{"t." + k.seen.full.keyColumn()}}
	for _, text := range k.seen.full.systemSQL() {
		sh.columns = append(sh.columns, over("t", text))
	}
	for _, f := range k.fields {
		from := len(sh.columns)
		computed := k.seen.formulas[f.Key] != nil
		switch {
		case computed:
			sh.columns = append(sh.columns, "t."+f.computedColumn())
		case f.Stored():
			sh.columns = append(sh.columns, k.seen.full.columnsOf(f, "t")...)
		}
		if len(sh.columns) > from {
			sh.spans = append(sh.spans, span{f, from, len(sh.columns), computed})
		}
	}
	sh.keys = len(sh.columns)
	for _, key := range k.keys {
		sh.columns = append(sh.columns, key.sql)
	}
	return sh
}

// rows reads up to limit records that come after a place, in order, with the place of each.
func (k *ask) rows(after cursor, limit int) ([]*Record, []cursor, error) {
	var records []*Record
	var places []cursor
	for _, part := range k.parts(after) {
		more, ends, err := k.segment(part, after, limit-len(records))
		if err != nil {
			return nil, nil, err
		}
		records, places = append(records, more...), append(places, ends...)
		if len(records) >= limit {
			break
		}
	}
	return records, places, nil
}

// parts are the statements that read on from a place: several where an index gives the order, otherwise one.
func (k *ask) parts(after cursor) []segment {
	if k.indexed {
		return segments(k.keys, after)
	}
	return []segment{{order: k.keys}}
}

func (k *ask) segment(part segment, after cursor, limit int) ([]*Record, []cursor, error) {
	s := k.statement()
	text, sh, err := k.write(s, part, after, limit)
	if err != nil {
		return nil, nil, err
	}
	return k.scan(sh, text, s.args, limit)
}

func (k *ask) write(s *statement, part segment, after cursor, limit int) (string, shape, error) {
	from, err := k.from(s)
	if err != nil {
		return "", shape{}, err
	}
	where, err := k.where(s)
	if err != nil {
		return "", shape{}, err
	}
	place := part.where(s)
	if !k.indexed && after != nil {
		place = follows(s, k.keys, after)
	}
	sh := k.shape()
	return fmt.Sprintf("select %s\nfrom %s\nwhere %s\norder by %s\nlimit %s",
		strings.Join(sh.columns, ", "), from, joined(where, place), orderBy(part.order), s.arg(limit)), sh, nil
}

// scan reads rows into records. The cells of a row are used again for the next one.
func (k *ask) scan(sh shape, text string, args []any, room int) ([]*Record, []cursor, error) {
	cells, into := make([]any, len(sh.columns)), make([]any, len(sh.columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	records := make([]*Record, 0, min(room, MostRecords+1))
	places := make([]cursor, 0, min(room, MostRecords+1))
	err := db.Each(k.reader.tx, func(row db.Scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		rec, err := k.record(sh, cells)
		records = append(records, rec)
		places = append(places, slices.Clone(cells[sh.keys:]))
		return err
	}, text, args...)
	return records, places, err
}

// record makes a record of a row's cells.
func (k *ask) record(sh shape, cells []any) (*Record, error) {
	rec := &Record{Object: k.seen.Object, Values: make(Values, len(sh.spans))}
	rec.ID = value.ID(cellInt(cells[0]))
	rec.Rev = cellInt(cells[1])
	rec.Created, rec.Updated = value.FromMicros(cellInt(cells[2])), value.FromMicros(cellInt(cells[3]))
	rec.By, rec.LastBy = cellText(cells[4]), cellText(cells[5])
	if cells[6] != nil {
		rec.Deleted = value.FromMicros(cellInt(cells[6]))
	}
	for _, sp := range sh.spans {
		v, err := sp.load(cells[sp.from:sp.to])
		if err != nil {
			return nil, fmt.Errorf("record %s %s: field %s: %w", k.seen.Key, rec.ID, sp.field.Key, err)
		}
		if v != nil {
			rec.Values[sp.field.Key] = v
		}
	}
	return rec, nil
}

func (sp span) load(cells []any) (any, error) {
	for i, cell := range cells {
		if raw, ok := cell.([]byte); ok {
			cells[i] = string(raw)
		}
	}
	if sp.computed {
		return sp.field.computedValue(cells[0]), nil
	}
	return kindOf(sp.field.Type).load(sp.field, cells)
}

func cellInt(cell any) int64 {
	n, _ := cell.(int64)
	return n
}

func cellText(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	default:
		return ""
	}
}
