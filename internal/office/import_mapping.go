package office

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"fairground/internal/record"
	"fairground/internal/sheet"
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

// readAnew reads the file with other options, and suggests the mapping again.
func (i *importing) readAnew(w http.ResponseWriter) error {
	form, err := web.ReadForm(i.r)
	if err != nil {
		return err
	}
	s := transfer.Settings{Options: optionsFrom(form), OnBlank: i.m.Settings.OnBlank, Locale: i.m.Settings.Locale}
	rev := form.Int("rev", 0, 1<<62)
	if err := form.Err(); err != nil {
		return i.refuseReading(w, s.Options, err)
	}
	m, err := i.desk.Configure(i.ctx, i.asker, i.m.ID, rev, s)
	switch {
	case err == nil:
		return web.Redirect(w, i.r, i.path("/mapping"))
	case fieldOf(err) == "columns": // read it is, but nothing fits by itself: a person maps it
		i.m = m
		if err := i.refuse(err, isMappingField); err != nil {
			return err
		}
		return i.showMapping(w)
	default:
		return i.refuseReading(w, s.Options, err)
	}
}

// refuseReading shows what was typed again, beside what is wrong with it.
func (i *importing) refuseReading(w http.ResponseWriter, typed sheet.Options, err error) error {
	if value.KindOf(err) == value.Conflict {
		return i.back(w, err)
	}
	if err := i.refuse(err, isMappingField); err != nil {
		return err
	}
	i.m.Settings.Options = typed
	return i.showMapping(w)
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

// optionsFrom reads how the file is to be read: typed by a person, or as the page was shown.
func optionsFrom(form *web.Form) sheet.Options {
	o := sheet.Options{
		Format: sheet.Format(form.Choice("format", string(sheet.CSV), string(sheet.XLSX), string(sheet.NDJSON))),
		Comma:  rune(form.Int("comma", 0, 127)), Encoding: form.Raw("encoding"), Sheet: form.Raw("sheet"),
		Header: int(form.Int("header", sheet.NoHeader, 1<<40)), Strict: form.Bool("strict"), Ours: form.Bool("ours"),
	}
	if form.Has("header_line") {
		if o.Header = int(form.Int("header_line", 0, 1<<20)); o.Header == 0 {
			o.Header = sheet.NoHeader
		}
	}
	return o
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

func (i *importing) commaOptions() []ui.Option {
	var options []ui.Option
	for _, c := range []struct {
		comma rune
		name  string
	}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "bar"}} {
		options = append(options, ui.Option{Value: strconv.Itoa(int(c.comma)), Text: i.t("office.import.delimiter_" + c.name)})
	}
	now := i.m.Settings.Options.Comma
	if value := strconv.Itoa(int(now)); now != 0 && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
		options = append(options, ui.Option{Value: value, Text: string(now)})
	}
	return options
}

func (i *importing) encodingOptions() (options []ui.Option) {
	for _, name := range []string{"utf-8", "utf-16le", "utf-16be", "windows-1252", "latin1"} {
		options = append(options, ui.Option{Value: name, Text: name})
	}
	return options
}

func (i *importing) sheetOptions() (options []ui.Option) {
	for _, name := range i.m.Guess.Sheets {
		options = append(options, ui.Option{Value: name, Text: name})
	}
	return options
}

// headerLine is the line of the column names; 0 means there are none.
func (i *importing) headerLine() string { return strconv.Itoa(max(0, i.m.Settings.Options.Header)) }

// readAs are the options as the page shows them, for the form that saves the mapping.
func (i *importing) readAs() []ui.Kept {
	o := i.m.Settings.Options
	kept := []ui.Kept{
		{Name: "rev", Value: strconv.FormatInt(i.m.Rev, 10)}, {Name: "format", Value: string(o.Format)}, {Name: "comma", Value: strconv.Itoa(int(o.Comma))},
		{Name: "encoding", Value: o.Encoding}, {Name: "sheet", Value: o.Sheet}, {Name: "header", Value: strconv.Itoa(o.Header)},
	}
	for _, flag := range []struct {
		name string
		on   bool
	}{{"strict", o.Strict}, {"ours", o.Ours}} {
		if flag.on {
			kept = append(kept, ui.Kept{Name: flag.name, Value: "yes"})
		}
	}
	return kept
}

// readWith are the options that the form for reading anew does not ask about.
func (i *importing) readWith() []ui.Kept {
	asked := []string{"header"}
	switch i.m.Settings.Options.Format {
	case sheet.CSV:
		asked = append(asked, "comma", "encoding")
	case sheet.XLSX:
		asked = append(asked, "sheet")
	}
	return slices.DeleteFunc(i.readAs(), func(k ui.Kept) bool { return slices.Contains(asked, k.Name) })
}

// warnings are what is uncertain about the file or was mended, in the reader's language.
func (i *importing) warnings() (texts []string) {
	for _, warning := range i.m.Guess.Warnings {
		text := i.said(warning.Key, warning.Text, warning.Args)
		if warning.Line > 0 {
			text = i.t("office.import.line", "line", warning.Line) + " " + text
		}
		texts = append(texts, text)
	}
	return texts
}

// about is the file in short.
func (i *importing) about() string {
	rows := i.t("office.import.rows_seen", "count", i.m.Guess.Seen)
	if i.m.Guess.More {
		rows = i.t("office.import.rows_more", "count", i.count(int64(i.m.Guess.Seen)))
	}
	if i.m.Rows > 0 {
		rows = i.t("office.import.rows_seen", "count", int(i.m.Rows))
	}
	format := cmp.Or(string(i.m.Settings.Options.Format), "csv")
	return joined(i.m.Name, i.bytes(i.m.Bytes), i.t("office.import.format."+format), i.t("office.import.columns_count", "count", len(i.m.Guess.Columns)), rows)
}
