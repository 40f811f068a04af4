package office

import (
	"fmt"
	"net/http"
	"slices"

	"fairground/internal/record"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// mostMapped is how many columns of a file can be mapped on a page; the others are left out.
const mostMapped = 400

// mapping shows how the file is read and where its columns go.
func (i *importing) mapping(w http.ResponseWriter) error {
	if !i.isOpen() {
		return i.resume(w)
	}
	if s := &i.m.Settings; i.m.State == transfer.Uploaded && i.takes(record.Edit) && i.isMapped(transfer.IDField) {
		s.Key = transfer.IDField // a file that has ids is about records that are there
	}
	return i.showMapping(w)
}

func (i *importing) showMapping(w http.ResponseWriter) error {
	return i.page(w, importStep{at: mappingStep, body: i.mappingView()})
}

func (i *importing) takes(r record.Right) bool { return i.o.May(r) }

func (i *importing) isMapped(field string) bool {
	return slices.ContainsFunc(i.m.Settings.Columns, func(c transfer.Mapped) bool { return c.Field == field })
}

// isMappingField reports whether the page has a place for what is wrong with a field.
func isMappingField(field string) bool {
	return slices.Contains([]string{"header_line", "header", "comma", "encoding", "sheet", "columns", "key", "on_blank", "locale"}, field)
}

func fieldOf(err error) string {
	for _, one := range split(err) {
		if known, ok := one.(*value.Error); ok {
			return known.Field
		}
	}
	return ""
}

// saveMapping settles where the columns go, and leads to the check.
func (i *importing) saveMapping(w http.ResponseWriter) error {
	form, err := web.ReadForm(i.r)
	if err != nil {
		return err
	}
	rev, o := form.Int("rev", 0, 1<<62), optionsFrom(form)
	s := transfer.Settings{Options: o, Key: form.Raw("key"), OnBlank: transfer.OnBlank(form.Raw("on_blank")), Locale: value.Locale(form.Raw("locale"))}
	if err := form.Err(); err != nil {
		return err
	}
	if o != i.m.Settings.Options { // the page showed a reading for which nothing was suggested, and which was not kept
		m, err := i.desk.Configure(i.ctx, i.asker, i.m.ID, rev, transfer.Settings{Options: o})
		if err != nil && fieldOf(err) != "columns" {
			return i.refuseReading(w, o, err)
		}
		i.m, rev = m, m.Rev
	}
	s.Columns = i.columnsFrom(form)
	if i.findTwice(s.Columns); len(i.faults) == 0 {
		m, err := i.desk.Configure(i.ctx, i.asker, i.m.ID, rev, s)
		if err == nil {
			i.m = m
			return web.Redirect(w, i.r, i.here())
		}
		if value.KindOf(err) == value.Conflict {
			return i.back(w, err)
		}
		if err := i.refuse(err, isMappingField); err != nil {
			return err
		}
	}
	s.Options, i.m.Settings = i.m.Settings.Options, s
	return i.showMapping(w)
}

func columnName(n int) string { return fmt.Sprintf("field.%d", n) }

func (i *importing) columnsFrom(form *web.Form) []transfer.Mapped {
	mapped := make([]transfer.Mapped, len(i.m.Guess.Columns))
	for n, c := range i.m.Guess.Columns {
		mapped[n] = transfer.Mapped{Column: c.Name, Field: form.Raw(columnName(n))}
	}
	return mapped
}

// findTwice notes at their columns that several go to one field.
func (i *importing) findTwice(columns []transfer.Mapped) {
	first := map[string]string{}
	for n, c := range columns {
		if c.Field == "" {
			continue
		}
		if other, twice := first[c.Field]; twice {
			i.faults[columnName(n)] = i.t("office.import.fault.twice", "column", other)
			i.status = http.StatusUnprocessableEntity
			continue
		}
		first[c.Field] = c.Column
	}
}

// table pairs the columns of the file with fields.
func (i *importing) table() ui.MappingTable {
	t := ui.MappingTable{Label: i.t("office.import.step_columns"), Options: i.fieldOptions()}
	for n, c := range i.m.Guess.Columns[:min(len(i.m.Guess.Columns), mostMapped)] {
		column := ui.MappedColumn{Name: columnName(n), Header: c.Name, Samples: c.Samples[:min(3, len(c.Samples))], Note: i.faults[columnName(n)]}
		if column.Note != "" {
			column.Tone = ui.Alarm
		}
		for _, mapped := range i.m.Settings.Columns {
			if mapped.Column == c.Name {
				column.Value = mapped.Field
			}
		}
		t.Columns = append(t.Columns, column)
	}
	return t
}

// fillable are the fields that the asker may fill in.
func (i *importing) fillable() (fields []*record.Field) {
	for _, f := range i.o.Fields {
		if f.Written() && i.o.Editable(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (i *importing) fieldOptions() []ui.Option {
	options := []ui.Option{{Text: i.t("office.import.leave_out")}, {Value: transfer.IDField, Text: i.t("office.import.id")}}
	for _, f := range i.fillable() {
		name := i.in(f.Labels)
		if f.Required {
			name += " *"
		}
		options = append(options, ui.Option{Value: f.Key, Text: name})
	}
	return options
}

// lacking are the fields that every record needs and no column goes to.
func (i *importing) lacking() (names []string) {
	for _, f := range i.fillable() {
		if f.Required && f.Default == "" && !i.isMapped(f.Key) {
			names = append(names, i.in(f.Labels))
		}
	}
	return names
}

// keyOptions are the ways in which rows find records that are there.
func (i *importing) keyOptions() []ui.Option {
	options := []ui.Option{{Text: i.t("office.import.key_none")}}
	if !i.takes(record.Edit) {
		return options
	}
	for _, key := range transfer.Keys(i.o) {
		name := i.t("office.import.id")
		if f := i.o.Field(key); f != nil {
			name = i.in(f.Labels)
		}
		options = append(options, ui.Option{Value: key, Text: i.t("office.import.key_by", "field", name)})
	}
	return options
}

func (i *importing) blankOptions() []ui.Option {
	return []ui.Option{
		{Value: string(transfer.KeepBlank), Text: i.t("office.import.blank_keep")},
		{Value: string(transfer.EmptyBlank), Text: i.t("office.import.blank_empty")},
	}
}

// localeOptions are the ways of writing dates and numbers, told by examples.
func (i *importing) localeOptions() []ui.Option {
	options := []ui.Option{{Text: i.t("office.import.locale_none")}, {Value: "en-GB", Text: "31/12/2026 · 1,234.50"}, {Value: "en-US", Text: "12/31/2026 · 1,234.50"}, {Value: "de-DE", Text: "31/12/2026 · 1.234,50"}}
	if l := string(i.m.Settings.Locale); l != "" && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == l }) {
		options = append(options, ui.Option{Value: l, Text: l})
	}
	return options
}
