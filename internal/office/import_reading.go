package office

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"fairground/internal/sheet"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

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
	return joined(i.m.Name, i.bytes(max(i.m.Bytes, 1<<10)), i.t("office.import.format."+format), i.t("office.import.columns_count", "count", len(i.m.Guess.Columns)), rows)
}
