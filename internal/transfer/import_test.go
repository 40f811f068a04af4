package transfer

import (
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

func TestAFileBecomesRecords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("trader", record.Values{"name": "Anna", "email": "anna@example.org"})
		w.create("market_day", record.Values{"name": "Monday"})
		m := w.upload("stall", `C:\files\stalls.csv`, strings.Join([]string{
			"\ufeffName of the stall;Size;Weight;Rent;Covered;From;Inspected;Status;Goods;E-Mail;Tel.;Website;Spot;Trader;Days;Remark",
			"Bread;3;12,5;40;yes;31.3.2026;2026-03-30 08:00;Open;bikes, books;bread@example.org;+41446681800;https://example.org;Lake;Anna;Monday;fresh",
			"Salt;0;;;;;;;;;;;;;;",
			"Oil;4;;;;;;;;;;;;anna@example.org;;",
		}, "\n"))
		if m.Name != "stalls.csv" || m.State != Uploaded || m.Object != "stall" {
			t.Fatalf("%+v", m)
		}
		m, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
		w.must(err)
		m = w.carry(m)
		counts(t, m, Done, 2, 0, 0, 1)
		if m.Rows != 3 || m.Ended.IsZero() || m.Rate() <= 0 {
			t.Errorf("%d rows, %v a second, ended %v", m.Rows, m.Rate(), m.Ended)
		}
		bread := w.all("stall")[0]
		for key, want := range map[string]string{
			"name": "Bread", "size": "3", "weight": "12.500", "rent": "EUR 40.00", "starts": "2026-03-31", "inspected": "2026-03-30T08:00:00Z",
			"status": "open", "mail": "bread@example.org", "phone": "+41446681800", "page": "https://example.org", "area": "9",
		} {
			if got := bread.Object.Field(key).Show(bread.Values[key]); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		if len(bread.Titles) != 2 || len(w.all("stall")) != 2 {
			t.Errorf("links %v of %d stalls", bread.Titles, len(w.all("stall")))
		}
		file := w.errorFile(m.ID)
		if !strings.Contains(file, "Salt,0,") || !strings.Contains(file, "3,Size: A stall is at least one metre long.") {
			t.Errorf("error file:\n%s", file)
		}
	})
}

// The error file, mended, is a file to import: its own columns are left out.
func TestErrorFileIsMendedAndImported(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.imports("stall", "name,size,about\nBread,x,=1+1\nSalt,2,\nOil,-,'x\nTea,3,a,b\n", "")
		counts(t, m, Done, 1, 0, 0, 3)
		file := w.errorFile(m.ID)
		if !strings.HasPrefix(file, "name,size,about,line,reason,extra 1\n") {
			t.Fatalf("%s", file)
		}
		for _, part := range []string{"Bread,x,'=1+1,2,\"Size: ", "Oil,'-,'x,4,", "Tea,3,a,5,the row has 4", ",b\n"} {
			if !strings.Contains(strings.ReplaceAll(file, "size: ", "Size: "), part) {
				t.Errorf("%q is not in\n%s", part, file)
			}
		}
		mended := strings.NewReplacer("Bread,x", "Bread,7", "Oil,'-", "Oil,8").Replace(file)
		again := w.imports("stall", mended, "name")
		counts(t, again, Done, 3, 0, 0, 0)
		for _, rec := range w.all("stall") {
			if rec.Values["name"] == "Bread" && rec.Values["about"] != "=1+1" {
				t.Errorf("%v", rec.Values)
			}
		}
	})
}

func TestUpsertByAUniqueField(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.create("trader", record.Values{"name": "Anna", "email": "anna@example.org"})
		w.create("trader", record.Values{"name": "Bo", "email": "bo@example.org"})
		file := "email,name\nANNA@example.org,Anna Weber\nbo@example.org,Bo\ncy@example.org,Cy\n,Nobody\ncy@example.org,Cy Ortiz\ncy@example.org,Cy Ortiz\nbo@example.org,\n"
		m := w.ready("trader", file, "email")
		trial := w.try(m)
		if trial.Make != 1 || trial.Change != 2 || trial.Same != 3 || trial.Fail != 1 || trial.Rows != 7 || len(trial.Problems) != 1 {
			t.Errorf("tried: %+v", trial)
		}
		if p := trial.Problems[0]; p.Line != 5 || p.Column != "email" || !strings.Contains(p.Reason, "key is empty") {
			t.Errorf("%+v", p)
		}
		if len(w.all("trader")) != 2 {
			t.Fatal("a trial wrote something")
		}
		m = w.carry(m)
		counts(t, m, Done, 1, 2, 3, 1)
		got := w.all("trader")
		if len(got) != 3 || got[0].ID != anna.ID || got[0].Values["name"] != "Anna Weber" || got[0].Rev != 2 || got[1].Rev != 1 || got[2].Values["name"] != "Cy Ortiz" {
			t.Errorf("%v", contents(got))
		}
	})
}

// Blank cells keep what is there, or empty it, as the settings say.
func TestBlankCells(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("stall", record.Values{"name": "Bread", "about": "fresh", "status": "open"})
		counts(t, w.imports("stall", "name,about,status\nBread,,\nSalt,,\n", "name"), Done, 1, 0, 1, 0)
		m := w.ready("stall", "name,about,status\nBread, ,\nOil,,\n", "name")
		m.Settings.OnBlank = EmptyBlank
		m, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
		w.must(err)
		counts(t, w.carry(m), Done, 1, 1, 0, 0)
		status := map[any]any{}
		for _, rec := range w.all("stall") {
			status[rec.Values["name"]] = rec.Values["status"]
			if rec.Values["about"] != nil {
				t.Errorf("%v", rec.Values)
			}
		}
		if status["Bread"] != nil || status["Salt"] != "new" || status["Oil"] != nil {
			t.Errorf("%v", status)
		}
	})
}

// A trial of a file of several chunks finds what stands in two of them, as the import will.
func TestTrialTellsWhatTheImportDoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk.chunk = 3
		w.create("stall", record.Values{"name": "Stall 2"})
		file := rows(8) + "Stall 1,1,CHF 1,Open\nstall 5,2,CHF 1,Open\nStall 9,2,CHF 1,closed\nStall 9,2,1,never\n"
		for _, key := range []string{"", "name"} {
			m := w.ready("stall", file, key)
			trial := w.try(m)
			done := w.carry(m)
			if trial.Make != done.Made || trial.Change != done.Changed || trial.Same != done.Same || trial.Fail != done.Failed || trial.Rows != done.Done {
				t.Errorf("key %q: tried %+v, got %+v", key, trial, done)
			}
			if w.undo(m.ID).State != Undone {
				t.Errorf("%+v", w.find(m.ID))
			}
		}
		if all := w.all("stall"); len(all) != 1 {
			t.Errorf("%v", contents(all))
		}
	})
}

func TestLocaleReadsDatesAndNumbers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := "name;size;weight;starts\nA;1.250;1.234,5;03/04/2026\n"
		for locale, want := range map[value.Locale]string{"de-DE": "1250 1234.500 2026-04-03", "en-GB": "- - -"} {
			m := w.ready("stall", strings.Replace(file, "A;", string(locale)+";", 1), "")
			m.Settings.Locale = locale
			m, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
			w.must(err)
			if m = w.carry(m); want == "- - -" {
				counts(t, m, Done, 0, 0, 0, 1) // 1.250 is not whole there
				continue
			}
			rec := w.all("stall")[0]
			var got []string
			for _, key := range []string{"size", "weight", "starts"} {
				got = append(got, rec.Object.Field(key).Show(rec.Values[key]))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v", locale, got)
			}
		}
	})
}

func TestUndoAfterLaterEdits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk.chunk = 4
		old := w.create("stall", record.Values{"name": "Stall 3", "size": 9, "status": "new"})
		m := w.imports("stall", rows(10), "name")
		counts(t, m, Done, 9, 1, 0, 0)
		var touched value.ID
		for _, rec := range w.all("stall") {
			if rec.Values["name"] == "Stall 5" {
				touched = rec.ID
			}
		}
		w.update("stall", touched, record.Values{"about": "ours now"})
		w.update("stall", old.ID, record.Values{"status": "closed"})
		m = w.undo(m.ID)
		if m.State != Undone || m.Kept != 2 || m.Undone != 8 || len(m.Why) != 2 {
			t.Fatalf("%+v", m)
		}
		all := w.all("stall")
		if len(all) != 2 || all[0].Values["size"] != int64(9) || all[0].Values["status"] != "closed" || all[1].ID != touched {
			t.Errorf("%v", contents(all))
		}
		_, err := w.desk.Undo(t.Context(), w.asker(ada), m.ID)
		wantKind(t, err, value.Conflict, "undone")
	})
}

func TestListAndFind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.imports("stall", rows(1), "")
		second := w.upload("stall", "same.csv", rows(1))
		mine, err := w.desk.Upload(t.Context(), w.asker(eve), "trader", "t.csv", strings.NewReader("name\nAnna\n"))
		w.must(err)
		w.must(w.db.Read(t.Context(), func(tx *db.Tx) error {
			all, err := w.desk.List(tx, w.asker(ada), 10)
			if err != nil || len(all) != 3 || all[0].ID != mine.ID {
				t.Errorf("%v, %v", all, err)
			}
			all, err = w.desk.List(tx, w.asker(eve), 10)
			if err != nil || len(all) != 1 {
				t.Errorf("%v, %v", all, err)
			}
			_, err = w.desk.Find(tx, w.asker(eve), first.ID)
			wantKind(t, err, value.NotFound, "no such import")
			return nil
		}))
		if found := w.find(second.ID); found.Before != first.ID {
			t.Errorf("the same file was imported before, by %v", found.Before)
		}
	})
}

// Changes are counted right whether the rows of a file lie close together or far apart among the records.
func TestChangesFarApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		counts(t, w.imports("stall", rows(1500), ""), Done, 1500, 0, 0, 0)
		file := "name,size\nStall 1499,9\nStall 3,4\nStall 700,70\nStall 0,1\nStall 2000,2\nStall 2000,3\nStall 700,71\nStall 700,71\n"
		counts(t, w.imports("stall", file, "name"), Done, 1, 4, 3, 0)
		counts(t, w.imports("stall", "name,size\nStall 10,1\nStall 11,3\nStall 12,50\n", "name"), Done, 0, 2, 1, 0)
	})
}
