package api

import (
	"net/http"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/transfer"
	"fairground/internal/value"
)

// importShown is how far an import is.
type importShown struct {
	ID      string      `json:"id"`
	Object  string      `json:"object"`
	Name    string      `json:"name" doc:"Of the file."`
	Bytes   int64       `json:"bytes"`
	State   string      `json:"state" enum:"uploaded,ready,running,done,cancelled,failed,undoing,undone"`
	Reason  string      `json:"reason,omitempty" doc:"Why it failed."`
	Rev     int64       `json:"rev" doc:"Counts the changes of its settings; for If-Match."`
	Rows    int64       `json:"rows" doc:"Of the file; 0 while that is not known."`
	Done    int64       `json:"done" doc:"Rows that were dealt with: made, changed, same and failed together."`
	Made    int64       `json:"made"`
	Changed int64       `json:"changed"`
	Same    int64       `json:"same" doc:"Rows whose record held everything already."`
	Failed  int64       `json:"failed" doc:"Rows that were refused; the errors list them."`
	Rate    float64     `json:"rate" doc:"Rows a second."`
	Left_s  float64     `json:"left_s,omitempty" doc:"About how long it will still take."`
	Undone  int64       `json:"undone" doc:"Records that are as they were before."`
	Kept    int64       `json:"kept" doc:"Records that were changed since, and were left."`
	Why     []keptShown `json:"why,omitempty" doc:"Of the first that were left."`
	Before  string      `json:"before,omitempty" doc:"An earlier import of the same file that still stands."`
	Cleared bool        `json:"cleared" doc:"The file was kept long enough and is gone."`
	Created time.Time   `json:"created"`
	Started *time.Time  `json:"started,omitempty"`
	Ended   *time.Time  `json:"ended,omitempty"`
}

// importWhole is an import with what its file seems to be, and how it is read.
type importWhole struct {
	importShown
	Columns  []columnShown  `json:"columns" doc:"Of the file."`
	Sheets   []string       `json:"sheets,omitempty" doc:"Of a workbook."`
	Settings importSettings `json:"settings"`
	Warnings []warningShown `json:"warnings"`
}

type importList struct {
	Imports []importShown `json:"imports"`
}

type columnShown struct {
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
	Filled  int      `json:"filled" doc:"Of the rows that were looked at."`
}

type warningShown struct {
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
}

// importSettings say how a file is imported. What is answered can be sent back as it is.
type importSettings struct {
	Columns []mappedColumn `json:"columns,omitempty" doc:"Where each column goes; without it that is suggested anew."`
	Key     string         `json:"key,omitempty" doc:"The unique field by which records are found that are there, or id; without it every row is a new record."`
	Blank   string         `json:"blank,omitempty" enum:"keep,empty" doc:"What an empty cell does to its field: keep it as it is, or empty it."`
	Locale  string         `json:"locale,omitempty" doc:"How dates and numbers are written, such as de-CH; without it those that can be read in two ways are refused."`
	Options *fileOptions   `json:"options,omitempty" doc:"How the file is read; what is left out is found out."`
}

type mappedColumn struct {
	Column string `json:"column"`
	Field  string `json:"field,omitempty" doc:"Its key, or id; without it the column is left out."`
}

type fileOptions struct {
	Format   string `json:"format,omitempty" enum:"csv,ndjson,xlsx"`
	Comma    string `json:"comma,omitempty" doc:"The character between the cells of CSV."`
	Encoding string `json:"encoding,omitempty" enum:"utf-8,utf-16le,utf-16be,windows-1252,latin1"`
	Sheet    string `json:"sheet,omitempty" doc:"Of a workbook."`
	Header   int    `json:"header,omitempty" doc:"The line of the column names, counted from 1; -1 when there is none."`
	Strict   bool   `json:"strict,omitempty" doc:"Refuse rows that would be mended otherwise."`
	Ours     bool   `json:"ours,omitempty" doc:"An export made this file: take the apostrophes away that it put before formulas."`
}

func showImport(m transfer.Import) importShown {
	shown := importShown{
		ID: m.ID.Text(ImportKind), Object: m.Object, Name: m.Name, Bytes: m.Bytes, State: string(m.State), Reason: m.Reason, Rev: m.Rev,
		Rows: m.Rows, Done: m.Done, Made: m.Made, Changed: m.Changed, Same: m.Same, Failed: m.Failed, Rate: m.Rate(), Left_s: m.Left().Seconds(),
		Undone: m.Undone, Kept: m.Kept, Cleared: m.Cleared, Created: m.Created, Started: moment(m.Started), Ended: moment(m.Ended),
	}
	if m.Before != 0 {
		shown.Before = m.Before.Text(ImportKind)
	}
	return shown
}

// moment is nil for what did not happen yet.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// whole shows an import with its file. Of records that an undo left, only those are told that the caller sees.
func (k *carrier) whole(r *http.Request, m transfer.Import) (importWhole, error) {
	shown := importWhole{
		importShown: showImport(m), Columns: []columnShown{}, Sheets: m.Guess.Sheets, Settings: showSettings(m.Settings), Warnings: []warningShown{},
	}
	for _, c := range m.Guess.Columns {
		shown.Columns = append(shown.Columns, columnShown{c.Name, append([]string{}, c.Samples...), c.Filled})
	}
	for _, warning := range m.Guess.Warnings {
		shown.Warnings = append(shown.Warnings, warningShown{warning.Line, warning.Text})
	}
	if len(m.Why) == 0 {
		return shown, nil
	}
	err := k.read(r, func(_ *record.Reader, tx *db.Tx) (err error) {
		shown.Why, err = k.kept(tx, m.Why)
		return err
	})
	return shown, err
}

func showSettings(s transfer.Settings) importSettings {
	o := s.Options
	shown := importSettings{Key: s.Key, Blank: string(s.OnBlank), Locale: string(s.Locale), Options: &fileOptions{
		Format: string(o.Format), Encoding: o.Encoding, Sheet: o.Sheet, Header: o.Header, Strict: o.Strict, Ours: o.Ours,
	}}
	if o.Comma != 0 {
		shown.Options.Comma = string(o.Comma)
	}
	for _, c := range s.Columns {
		shown.Columns = append(shown.Columns, mappedColumn{c.Column, c.Field})
	}
	return shown
}

// settings are those that transfer understands.
func (s importSettings) settings() (transfer.Settings, error) {
	all := transfer.Settings{Key: s.Key, OnBlank: transfer.OnBlank(s.Blank), Locale: value.Locale(s.Locale)}
	if s.Blank != "" && all.OnBlank != transfer.KeepBlank && all.OnBlank != transfer.EmptyBlank {
		return all, value.Fieldf("blank", "choose one of: keep, empty")
	}
	if s.Columns != nil {
		all.Columns = make([]transfer.Mapped, len(s.Columns))
	}
	for i, c := range s.Columns {
		all.Columns[i] = transfer.Mapped{Column: c.Column, Field: c.Field}
	}
	if s.Options == nil {
		return all, nil
	}
	o := *s.Options
	all.Options = sheet.Options{Format: sheet.Format(o.Format), Encoding: o.Encoding, Sheet: o.Sheet, Header: o.Header, Strict: o.Strict, Ours: o.Ours}
	if o.Comma != "" {
		comma, length := utf8.DecodeRuneInString(o.Comma)
		if length != len(o.Comma) {
			return all, value.Fieldf("/options/comma", "this is one character")
		}
		all.Options.Comma = comma
	}
	return all, nil
}

// trialShown is what an import would do.
type trialShown struct {
	Rows     int64        `json:"rows" doc:"That were read."`
	More     bool         `json:"more" doc:"The file has more rows than a trial reads."`
	Make     int64        `json:"make"`
	Change   int64        `json:"change"`
	Same     int64        `json:"same"`
	Fail     int64        `json:"fail"`
	Problems []rowProblem `json:"problems" doc:"The first ones."`
	Took_ms  int64        `json:"took_ms"`
}

type rowProblem struct {
	Line   int64  `json:"line"`
	Column string `json:"column,omitempty" doc:"Without it the row as a whole is refused."`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"`
}

func showTrial(t transfer.Trial) trialShown {
	shown := trialShown{Rows: t.Rows, More: t.More, Make: t.Make, Change: t.Change, Same: t.Same, Fail: t.Fail, Problems: []rowProblem{}, Took_ms: t.Took.Milliseconds()}
	for _, p := range t.Problems {
		shown.Problems = append(shown.Problems, rowProblem{p.Line, p.Column, p.Value, p.Reason})
	}
	return shown
}

// exportBody asks for a file.
type exportBody struct {
	Object string   `json:"object"`
	Format string   `json:"format,omitempty" enum:"csv,ndjson,xlsx" doc:"csv without it."`
	Filter string   `json:"filter,omitempty" doc:"A condition in CEL over the record's fields."`
	Search string   `json:"search,omitempty" doc:"Words that its searchable fields hold."`
	Sort   []string `json:"sort,omitempty" doc:"Fields; with - before them from high to low."`
	Fields []string `json:"fields,omitempty" doc:"The columns: fields, a reference with .title behind it, rev, created, updated; all fields without it."`
	Trash  bool     `json:"trash,omitempty" doc:"Records in the trash instead."`
}

// exportShown is how far an export is.
type exportShown struct {
	ID      string     `json:"id"`
	Object  string     `json:"object"`
	Format  string     `json:"format" enum:"csv,ndjson,xlsx"`
	Name    string     `json:"name" doc:"Of the file."`
	State   string     `json:"state" enum:"running,done,failed"`
	Reason  string     `json:"reason,omitempty" doc:"Why it failed."`
	Rows    int64      `json:"rows" doc:"That are written."`
	Bytes   int64      `json:"bytes" doc:"Of the file, once it is done."`
	Created time.Time  `json:"created"`
	Ended   *time.Time `json:"ended,omitempty"`
	Until   time.Time  `json:"until" doc:"When the file will be forgotten."`
}

func showExport(x transfer.Export) exportShown {
	return exportShown{
		ID: x.ID.Text(ExportKind), Object: x.Object, Format: string(x.Format), Name: x.Name(), State: string(x.State), Reason: x.Reason,
		Rows: x.Rows, Bytes: x.Bytes, Created: x.Created, Ended: moment(x.Ended), Until: x.Until(),
	}
}
