package transfer

import (
	"context"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// Configure settles how a file is read and where its columns go. rev is the Import's; another one is a Conflict. When
// s.Columns is nil, they are suggested anew, as after a change of the options. After an import has begun, only what is
// still to come follows the new settings, and the options stay.
func (d *Desk) Configure(ctx context.Context, a record.Asker, id value.ID, rev int64, s Settings) (Import, error) {
	m, seen, err := d.load(ctx, a, id)
	if err != nil {
		return m, err
	}
	if m.Rev != rev {
		return m, value.Errorf(value.Conflict, "this import was changed in the meantime; look at it again")
	}
	was := m.State
	if !slices.Contains([]State{Uploaded, Ready, Failed, Cancelled}, was) {
		return m, value.Errorf(value.Conflict, "the import is %s; its settings stay as they are", was)
	}
	if err := d.reread(ctx, &m, seen, s.Options); err != nil {
		return m, err
	}
	if s.Columns == nil {
		s.Columns = m.Settings.Columns
	}
	s.Options = m.Settings.Options
	if s.OnBlank == "" {
		s.OnBlank = KeepBlank
	}
	m.Settings = s
	m.number(seen)
	if err := m.check(seen); err != nil {
		return m, err
	}
	if was == Uploaded {
		m.State = Ready
	}
	return d.save(ctx, a, m, was, "import.configure", map[string]any{"settings": s})
}

// load returns an import and its object, for somebody who is to change it.
func (d *Desk) load(ctx context.Context, a record.Asker, id value.ID) (m Import, seen *record.Seen, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if m, err = d.Find(tx, a, id); err != nil {
			return err
		}
		seen, err = d.seen(tx, a, m.object)
		return err
	})
	return m, seen, err
}

// save writes an import and returns it as it is then.
func (d *Desk) save(ctx context.Context, a record.Asker, m Import, was State, action string, diff map[string]any) (Import, error) {
	err := d.DB.Write(ctx, a.Actor, action, func(tx *db.Tx) error {
		if err := saveImport(tx, m, was); err != nil {
			return err
		}
		tx.Log(db.Change{Object: ImportObject, Record: m.ID, Diff: diff})
		var err error
		saved, err := d.Find(tx, a, m.ID)
		if err == nil {
			tx.After(func() { m = saved })
		}
		return err
	})
	return m, err
}

// reread looks at the file anew when the options are other ones.
func (d *Desk) reread(ctx context.Context, m *Import, seen *record.Seen, o sheet.Options) error {
	if o == (sheet.Options{}) || o == m.Settings.Options {
		return nil
	}
	if m.Done > 0 {
		return value.Fieldf("options", "%d rows were imported already; upload the file again to read it in another way", m.Done)
	}
	file, err := d.Files.Open(ctx, fileKey(m.ID))
	if err != nil {
		return err
	}
	defer file.Close()
	m.Rows = 0
	return m.guess(atOf(file), seen, o)
}

// number notes the numbers of the fields that the mapping names.
func (m *Import) number(seen *record.Seen) {
	m.Settings.Columns = slices.Clone(m.Settings.Columns)
	for i := range m.Settings.Columns {
		c := &m.Settings.Columns[i]
		c.Number = 0
		if f := seen.Field(c.Field); f != nil {
			c.Number = f.Number
		}
	}
}

// check makes sure that the settings fit the file, the object, and what the asker may do.
func (m *Import) check(seen *record.Seen) error {
	s := m.Settings
	if s.OnBlank != KeepBlank && s.OnBlank != EmptyBlank {
		return value.Fieldf("on_blank", "choose one of: keep, empty")
	}
	if s.Locale != "" {
		if _, err := value.ParseLocale(string(s.Locale)); err != nil {
			return err
		}
	}
	if err := m.checkColumns(seen); err != nil {
		return err
	}
	return m.checkKey(seen)
}

func (m *Import) checkColumns(seen *record.Seen) error {
	columns, fields := map[string]bool{}, map[string]string{}
	for _, c := range m.Settings.Columns {
		if !slices.ContainsFunc(m.Guess.Columns, func(g sheet.Column) bool { return g.Name == c.Column }) {
			return value.Fieldf("columns", "the file has no column %q", value.Clip(c.Column, 80))
		}
		if columns[c.Column] {
			return value.Fieldf("columns", "the column %q is named twice", c.Column)
		}
		columns[c.Column] = true
		if c.Field == "" {
			continue
		}
		if other := fields[c.Field]; other != "" {
			return value.Fieldf("columns", "the columns %q and %q cannot both go to %s", other, c.Column, c.Field)
		}
		fields[c.Field] = c.Column
		if err := fillable(seen, c.Field); err != nil {
			return err
		}
	}
	delete(fields, IDField)
	if len(fields) == 0 {
		return value.Fieldf("columns", "say which column goes to which field; none does yet")
	}
	return nil
}

// fillable is why a field cannot be filled in by the asker.
func fillable(seen *record.Seen, key string) error {
	f := seen.Field(key)
	switch {
	case key == IDField:
		return nil
	case f == nil:
		return value.Fieldf("columns", "%s has no field %q", seen.Key, value.Clip(key, 80))
	case !f.Written():
		return value.Fieldf("columns", "%s is computed and cannot be given", f.Labels.In("en"))
	case !seen.Editable(f):
		return value.Fieldf("columns", "your role may not change %s", f.Labels.In("en"))
	default:
		return nil
	}
}

func (m *Import) checkKey(seen *record.Seen) error {
	key := m.Settings.Key
	switch f := seen.Field(key); {
	case key == "" && !seen.May(record.Make):
		return value.Errorf(value.Forbidden, "your role may not make %s; choose a key by which they are found", seen.Plural.In("en"))
	case key == "":
		return nil
	case !seen.May(record.Edit):
		return value.Errorf(value.Forbidden, "your role may not change %s; leave the key empty to make new ones", seen.Plural.In("en"))
	case key != IDField && (f == nil || !f.Unique):
		return value.Fieldf("key", "choose a unique field or id as the key; these are unique: %s", strings.Join(Keys(seen), ", "))
	}
	if !slices.ContainsFunc(m.Settings.Columns, func(c Mapped) bool { return c.Field == key }) {
		return value.Fieldf("key", "no column goes to the key %s", key)
	}
	return nil
}

// Keys are the fields by which an import can find records: id, and the unique ones.
func Keys(seen *record.Seen) []string {
	keys := []string{IDField}
	for _, f := range seen.Fields {
		if f.Unique && seen.Editable(f) {
			keys = append(keys, f.Key)
		}
	}
	return keys
}
