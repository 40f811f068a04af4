package record

import (
	"encoding/json"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// loadCatalog reads what is defined and joins it with what features lend.
func (s *Store) loadCatalog(tx *db.Tx, rev, stamp int64) (*Catalog, error) {
	c := &Catalog{Rev: rev, stamp: stamp, currency: s.config.Currency()}
	var err error
	c.all, err = db.All(tx, scanObject, "select number, key, spec, retired_us from record_object order by number")
	if err != nil {
		return nil, fmt.Errorf("record.Catalog(%d): %w", rev, err)
	}
	rows, err := db.All(tx, scanField, `select number, object, key, spec, made, coalesce(source, 0), retired_us from record_field
		where not purged order by object, place, number`)
	if err != nil {
		return nil, fmt.Errorf("record.Catalog(%d): %w", rev, err)
	}
	c.attach(rows)
	for _, o := range s.config.Owned {
		c.lend(o)
	}
	c.index()
	c.settle(s.config.Currency())
	return c, nil
}

func scanObject(row db.Scanner) (*Object, error) {
	o, spec, retired_us := &Object{}, "", (*int64)(nil)
	var number int
	var key string
	if err := row.Scan(&number, &key, &spec, &retired_us); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(spec), o); err != nil {
		return nil, fmt.Errorf("object %d: %w", number, err)
	}
	o.Number, o.Key = number, key
	if retired_us != nil {
		o.Retired = value.FromMicros(*retired_us)
	}
	return o, nil
}

type fieldRow struct {
	object int
	field  *Field
}

func scanField(row db.Scanner) (fieldRow, error) {
	f, spec, made, retired_us := &Field{}, "", "", (*int64)(nil)
	var number, object, source int
	var key string
	if err := row.Scan(&number, &object, &key, &spec, &made, &source, &retired_us); err != nil {
		return fieldRow{}, err
	}
	if err := json.Unmarshal([]byte(spec), f); err != nil {
		return fieldRow{}, fmt.Errorf("field %d: %w", number, err)
	}
	f.Number, f.Key, f.source = number, key, source
	if retired_us != nil {
		f.Retired = value.FromMicros(*retired_us)
	}
	columns, err := readColumns(made)
	f.made = columns
	return fieldRow{object, f}, err
}

// Columns are written as {"": "bigint", "k": "text"}.
func readColumns(text string) ([]column, error) {
	var types map[string]string
	err := json.Unmarshal([]byte(text), &types)
	var columns []column
	for _, suffix := range sortedKeys(types) {
		columns = append(columns, column{suffix, types[suffix]})
	}
	return columns, err
}

func writeColumns(columns []column) string {
	types := make(map[string]string, len(columns))
	for _, c := range columns {
		types[c.suffix] = c.sql
	}
	text, _ := json.Marshal(types) // texts cannot fail
	return string(text)
}

// attach gives the fields to their objects: those in use, those that are retired, and those that others turn into.
func (c *Catalog) attach(rows []fieldRow) {
	byNumber := make(map[int]*Object)
	for _, o := range c.all {
		byNumber[o.Number] = o
	}
	for _, row := range rows {
		o := byNumber[row.object]
		switch {
		case !row.field.Retired.IsZero():
			o.retired = append(o.retired, row.field)
		case row.field.source == 0:
			o.Fields = append(o.Fields, row.field)
		}
	}
	for _, row := range rows {
		if row.field.source == 0 || !row.field.Retired.IsZero() {
			continue
		}
		for _, f := range byNumber[row.object].Fields {
			if f.Number == row.field.source {
				f.into = row.field
			}
		}
	}
}

// lend joins a feature's object with what people set for it: labels, grants, who may see which field. The rest is the
// feature's.
func (c *Catalog) lend(lent *Object) {
	o := lent.clone()
	i := slices.IndexFunc(c.all, func(other *Object) bool { return other.Declared == ownedMark+lent.Key })
	if i < 0 {
		return // until Ensure gave it a number
	}
	set := c.all[i]
	o.Number, o.Declared, o.Labels, o.Plural, o.About, o.Icon, o.Grants = set.Number, set.Declared, set.Labels, set.Plural, set.About, set.Icon, set.Grants
	for _, f := range o.Fields {
		if kept := set.Field(f.Key); kept != nil {
			f.Number, f.Labels, f.Help, f.Hidden, f.Locked, f.Declared = kept.Number, kept.Labels, kept.Help, kept.Hidden, kept.Locked, true
		}
	}
	c.all[i] = o
}

// ownedMark stands before the key in Object.Declared of objects that a feature owns whole.
const ownedMark = "owner of "

// index makes the ways to find things.
func (c *Catalog) index() {
	c.alive = nil
	c.byKey, c.byNumber = make(map[string]*Object), make(map[int]*Object)
	c.byShort, c.byLog = make(map[string]*Object), make(map[string]*Object)
	for _, o := range c.all {
		o.reindex()
		if !o.Retired.IsZero() {
			continue
		}
		c.alive = append(c.alive, o)
		c.byKey[o.Key], c.byNumber[o.Number], c.byShort[o.Short], c.byLog[o.LogName()] = o, o, o, o
	}
}

func (o *Object) reindex() {
	o.byKey = make(map[string]*Field, len(o.Fields))
	for _, f := range o.Fields {
		o.byKey[f.Key] = f
	}
}

// numbered is a field of the object by its number, retired or not; nil when there is none.
func (o *Object) numbered(number int) *Field {
	for _, f := range slices.Concat(o.Fields, o.retired) {
		if f.Number == number {
			return f
		}
	}
	return nil
}

// clone copies an object so far that a plan may change it.
func (o *Object) clone() *Object {
	made := *o
	made.byKey = nil
	made.Sections, made.Checks, made.Indexes = slices.Clone(o.Sections), slices.Clone(o.Checks), slices.Clone(o.Indexes)
	made.Grants = slices.Clone(o.Grants)
	made.Fields, made.retired = cloneFields(o.Fields), cloneFields(o.retired)
	return &made
}

func cloneFields(fields []*Field) []*Field {
	made := make([]*Field, len(fields))
	for i, f := range fields {
		made[i] = f.clone()
	}
	return made
}

func (f *Field) clone() *Field {
	made := *f
	made.Hidden, made.Locked, made.made = slices.Clone(f.Hidden), slices.Clone(f.Locked), slices.Clone(f.made)
	made.Options.Choices, made.Options.Attributes = slices.Clone(f.Options.Choices), cloneFields(f.Options.Attributes)
	made.Gone = cloneFields(f.Gone)
	if len(made.Gone) == 0 {
		made.Gone = nil
	}
	if len(f.Options.Attributes) == 0 {
		made.Options.Attributes = nil
	}
	if f.Options.Rollup != nil {
		rollup := *f.Options.Rollup
		made.Options.Rollup = &rollup
	}
	if f.into != nil {
		made.into = f.into.clone()
	}
	return &made
}
