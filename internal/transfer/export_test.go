package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// fair fills the market with stalls that have values of every type, awkward ones among them.
func (w *world) fair() {
	w.t.Helper()
	anna := w.create("trader", record.Values{"name": "Anna, \"the baker\"", "email": "anna@example.org"})
	bo := w.create("trader", record.Values{"name": "=cmd|'/c calc'!A1", "email": "bo@example.org"})
	mon, tue := w.create("market_day", record.Values{"name": "Monday; early"}), w.create("market_day", record.Values{"name": "Tuesday"})
	point := value.Point{Lat: 47.37, Lon: 8.54}
	first := w.create("stall", record.Values{
		"name": "Bread", "about": "two\nlines; and, marks \"\"", "size": 3, "weight": "-12.5", "rent": "JPY 4000", "covered": true, "starts": "2026-03-31",
		"inspected": time.Date(2026, 3, 30, 8, 0, 0, 123457000, time.UTC), "status": "open", "goods": []string{"books", "plants"},
		"mail": "bread@example.org", "phone": "+41446681800", "page": "https://example.org/?a=1", "spot": record.PlaceValue{Name: "Lake", Point: &point},
		"trader": anna.ID, "days": []value.ID{mon.ID, tue.ID}, "subject": record.AnyValue{Object: "trader", ID: bo.ID},
	})
	w.create("stall", record.Values{"name": "=1+1", "about": "+41 is a sum", "weight": "0.001", "trader": bo.ID, "subject": record.AnyValue{Object: "stall", ID: first.ID}})
	w.create("stall", record.Values{"name": "'=apostrophe", "about": "@x", "covered": false, "inspected": time.Date(2026, 3, 30, 8, 0, 0, 0, time.UTC)})
	w.create("stall", record.Values{"name": "-Ünïcödé 日本", "about": "\ttab", "rent": "EUR 0.10"})
	w.create("stall", record.Values{"name": "007"})
}

// The law of the round trip: what was exported and is imported again by its ids changes nothing, in every format.
func TestOurOwnFileChangesNothing(t *testing.T) {
	for _, f := range []sheet.Format{sheet.CSV, sheet.NDJSON, sheet.XLSX} {
		t.Run(string(f), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.fair()
				before := contents(w.all("stall"))
				m := w.upload("stall", "stalls."+string(f), w.exported(record.Query{Object: "stall"}, nil, f))
				m.Settings.Key = IDField
				m, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
				w.must(err)
				if trial := w.try(m); trial.Same != 5 || trial.Rows != 5 {
					t.Errorf("%+v", trial)
				}
				counts(t, w.carry(m), Done, 0, 0, 5, 0)
				if after := contents(w.all("stall")); fmt.Sprint(after) != fmt.Sprint(before) {
					t.Errorf("%v\n%v", before, after)
				}

				// And with a change, that alone is changed; blank cells empty what is there.
				changed := strings.Replace(w.exported(record.Query{Object: "stall"}, []string{"name", "size", "about"}, sheet.CSV), "007,,", "008,2,new", 1)
				m = w.ready("stall", changed, IDField)
				counts(t, w.carry(m), Done, 0, 1, 4, 0)
			})
		})
	}
}

// What was exported here makes the same records elsewhere, by the texts of its unique fields.
func TestOurFileInAnotherSite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.fair()
		file := w.exported(record.Query{Object: "trader"}, []string{"name", "email"}, sheet.CSV)
		for _, rec := range w.all("stall") {
			w.must(w.records.Delete(t.Context(), w.asker(ada), "stall", rec.ID, 0))
		}
		before := contents(w.all("trader"))
		for _, rec := range w.all("trader") {
			w.must(w.records.Delete(t.Context(), w.asker(ada), "trader", rec.ID, 0))
		}
		counts(t, w.imports("trader", file, "email"), Done, 2, 0, 0, 0)
		if after := contents(w.all("trader")); len(after) != 2 || strings.Join(after, " ")[1:] != strings.Join(before, " ")[1:] && !sameNames(before, after) {
			t.Errorf("%v\n%v", before, after)
		}
	})
}

func sameNames(a, b []string) bool {
	for i := range a {
		if strings.SplitN(a[i], "stalls=", 2)[0][1:] != strings.SplitN(b[i], "stalls=", 2)[0][1:] {
			return false
		}
	}
	return true
}

func TestExportColumns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.fair()
		q := record.Query{Object: "stall", Filter: `trader != null`, Sort: []record.Sort{{Field: "name", Down: true}}}
		got := w.exported(q, []string{"trader", "trader.title", "days.title", "subject.title", "name", "area", "number", "rev", "name"}, sheet.CSV)
		lines := strings.Split(strings.TrimSpace(got), "\n")
		if len(lines) != 3 || lines[0] != "id,trader,trader.title,days.title,subject.title,name,area,number,rev" {
			t.Fatalf("%s", got)
		}
		if !strings.HasPrefix(lines[1], "stl_") || !strings.Contains(lines[1], `,"Anna, ""the baker""",Monday; early; Tuesday,'=cmd|'/c calc'!A1,Bread,9,S-100,1`) {
			t.Errorf("%s", lines[1])
		}
		if !strings.Contains(lines[2], `,'=cmd|'/c calc'!A1,,Bread,'=1+1,,S-101,1`) {
			t.Errorf("%s", lines[2])
		}
		var row map[string]any
		w.must(json.Unmarshal([]byte(strings.SplitN(w.exported(q, []string{"size", "covered", "weight", "rent"}, sheet.NDJSON), "\n", 2)[0]), &row))
		if row["size"] != 3.0 || row["covered"] != true || row["weight"] != -12.5 || row["rent"] != "JPY 4000" {
			t.Errorf("%v", row)
		}
	})
}

func TestExportsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.fair()
		for _, c := range []struct {
			who    value.ID
			q      record.Query
			fields []string
			f      sheet.Format
			kind   value.Kind
		}{
			{jon, record.Query{Object: "stall"}, nil, sheet.CSV, value.Forbidden},
			{ada, record.Query{Object: "nothing"}, nil, sheet.CSV, value.NotFound},
			{ada, record.Query{Object: "stall"}, []string{"nothing"}, sheet.CSV, value.Invalid},
			{ada, record.Query{Object: "stall"}, []string{"name.title"}, sheet.CSV, value.Invalid},
			{ada, record.Query{Object: "stall"}, nil, "pdf", value.Invalid},
			{ada, record.Query{Object: "stall", Filter: "nothing > 1"}, nil, sheet.CSV, value.Invalid},
		} {
			_, err := w.desk.Export(t.Context(), w.asker(c.who), c.q, c.fields, c.f, io.Discard)
			wantKind(t, err, c.kind, "")
			_, err = w.desk.StartExport(t.Context(), w.asker(c.who), c.q, c.fields, c.f)
			wantKind(t, err, c.kind, "")
		}
		helper := w.asker(eve)
		helper.Rights = append(helper.Rights, record.Export)
		var out bytes.Buffer
		_, err := w.desk.Export(t.Context(), helper, record.Query{Object: "stall"}, nil, sheet.CSV, &out)
		w.must(err)
		if text := out.String(); strings.Contains(text, "rent") || strings.Contains(text, "JPY") {
			t.Errorf("%s", text)
		}
	})
}

func TestExportInTheBackground(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.fair()
		q := record.Query{Object: "stall", Filter: "size == null"}
		x, err := w.desk.StartExport(t.Context(), w.asker(ada), q, []string{"name"}, sheet.CSV)
		w.must(err)
		_, _, err = w.desk.OpenExport(t.Context(), w.asker(ada), x.ID)
		wantKind(t, err, value.Conflict, "running")
		o := stall()
		o.Key, o.Fields = "booth", nil
		w.apply(record.Step{Op: record.ChangeObject, Object: "stall", NewObject: o})
		w.work()
		file, x, err := w.desk.OpenExport(t.Context(), w.asker(ada), x.ID)
		w.must(err)
		defer file.Close()
		text, err := io.ReadAll(file)
		w.must(err)
		if want := w.exported(record.Query{Object: "booth", Filter: "size == null"}, []string{"name"}, sheet.CSV); string(text) != want || x.Rows != 4 || x.Bytes != int64(len(want)) {
			t.Errorf("%s\n%+v", text, x)
		}
		_, _, err = w.desk.OpenExport(t.Context(), w.asker(eve), x.ID)
		wantKind(t, err, value.NotFound, "no such export")
		narrow := w.asker(ada)
		narrow.Rights = []record.Right{record.See}
		_, _, err = w.desk.OpenExport(t.Context(), narrow, x.ID)
		wantKind(t, err, value.Forbidden, "may not export")

		w.must(w.db.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec("update transfer_export set created_us = created_us - $1", (KeepExports + time.Hour).Microseconds())
			return err
		}))
		w.must(w.desk.Tidy(t.Context()))
		_, _, err = w.desk.OpenExport(t.Context(), w.asker(ada), x.ID)
		wantKind(t, err, value.NotFound, "no such export")
		for key, err := range w.desk.Files.Keys(t.Context(), "transfer/") {
			t.Errorf("left is %s, %v", key, err)
		}
	})
}

func TestAnExportOfTheSuspended(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		x, err := w.desk.StartExport(t.Context(), w.asker(ada), record.Query{Object: "stall"}, nil, sheet.XLSX)
		w.must(err)
		w.suspended[ada] = true
		w.work()
		w.must(w.db.Read(t.Context(), func(tx *db.Tx) (err error) {
			x, err = w.desk.FindExport(tx, w.asker(ada), x.ID)
			return err
		}))
		if x.State != Failed || !strings.Contains(x.Reason, "may not act") {
			t.Errorf("%+v", x)
		}
	})
}
