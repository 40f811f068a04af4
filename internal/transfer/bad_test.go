package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

func TestFilesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, content := range map[string]string{
			"empty.csv": "", "blank.csv": "\n\n\n", "picture.csv": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "table.xlsx": "PK\x03\x04 broken",
			"wide.csv": strings.Repeat("c,", sheet.MostColumns+1) + "\n1\n",
		} {
			_, err := w.desk.Upload(t.Context(), w.asker(ada), "stall", name, strings.NewReader(content))
			if value.KindOf(err) != value.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := w.desk.Upload(t.Context(), w.asker(ada), "stall", "broken.csv", io.MultiReader(strings.NewReader("name\n"), failing{}))
		if err == nil || len(w.list()) != 0 {
			t.Errorf("%v, %d imports", err, len(w.list()))
		}
		for key, err := range w.desk.Files.Keys(t.Context(), "transfer/") {
			t.Errorf("left is %s, %v", key, err)
		}
	})
}

type failing struct{}

// Read fails as a connection does that is cut.
func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestFilesThatAreOdd(t *testing.T) {
	thousand := make([]string, 1000)
	for i := range thousand {
		thousand[i] = fmt.Sprint("c", i)
	}
	thousand[700] = "name"
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name, content string
			made, failed  int64
			want          string // in the error file, or the first stall's name
		}{
			{"header only", "name,size\n", 0, 0, "name,size,line,reason"},
			{"byte order mark", "\ufeffname,size\nBread,1\n", 1, 0, "Bread"},
			{"headers twice", "name,size,name\nBread,1,Salt\n", 1, 0, "Bread"},
			{"shifted columns", "name,size\nBread,1,fresh\nSalt\nTea,2\n", 1, 2, "Bread,1,2,"},
			{"mixed encodings", "name,size\nBröt,1\nK\xe4se,2\n", 2, 0, "Bröt"},
			{"UTF-16", "\xff\xfen\x00a\x00m\x00e\x00\n\x00B\x00r\x00e\x00a\x00d\x00\n\x00", 1, 0, "Bread"},
			{"keys twice", "name\nBread\nBREAD\n", 1, 1, "BREAD,3,"},
			{"a thousand columns", strings.Join(thousand, ",") + "\n" + strings.Repeat(",", 700) + "Bread" + strings.Repeat(",", 299) + "\n", 1, 0, "Bread"},
			{"NUL characters", "name,about\n" + "Br\x00ead,fresh every day and baked near by\nSalt," + strings.Repeat("from the sea ", 50) + "\n", 1, 1, "Salt"},
			{"quotation marks", "name,about\n\"Bread,fresh\nSalt,\"a \"\"b\"\"\"\n", 1, 1, "Salt"},
			{"JSON lines", "{\"name\":\"Bread\",\"size\":3}\nnonsense\n{\"name\":\"Salt\"}\n", 2, 1, "Bread"},
			{"texts that are not what the field holds", "name,size,status,rent,starts\n,1,,,\nA,many,,,\nB,,gone,,\nC,,,lots,\nD,,,,2026-02-31\n", 0, 5, "starts: write a date such as 2026-03-31"},
			{"references that name nobody", "name,trader\nBread,Zoe\n", 0, 1, `there is no Trader ""Zoe""`},
			{"words of SQL", "name,size\n'); drop table o_1 --,1\n", 1, 0, "'); drop table o_1 --"},
		} {
			odd(t, w, c.name, c.content, c.made, c.failed, c.want)
		}
	})
}

// odd tries a file, imports it, and takes it back.
func odd(t *testing.T, w *world, name, content string, made, failed int64, want string) {
	t.Helper()
	m := w.ready("stall", content, "")
	if trial := w.try(m); trial.Make != made || trial.Fail != failed {
		t.Errorf("%s: tried: %+v", name, trial)
	}
	m = w.carry(m)
	counts(t, m, Done, made, 0, 0, failed)
	got := w.errorFile(m.ID)
	for _, rec := range w.all("stall") {
		got += fmt.Sprintln(rec.Values["name"])
	}
	if !strings.Contains(got, want) {
		t.Errorf("%s: %q is not in\n%s", name, want, got)
	}
	if made > 0 {
		w.undo(m.ID)
	}
}

func TestMappingsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.upload("stall", "a.csv", "name,size,rent,number\nBread,1,2,3\n")
		for _, c := range []struct {
			who  value.ID
			s    Settings
			kind value.Kind
			part string
		}{
			{ada, Settings{Columns: []Mapped{{Column: "nome", Field: "name"}}}, value.Invalid, "no column"},
			{ada, Settings{Columns: []Mapped{{Column: "name", Field: "name"}, {Column: "name", Field: "about"}}}, value.Invalid, "named twice"},
			{ada, Settings{Columns: []Mapped{{Column: "name", Field: "name"}, {Column: "size", Field: "name"}}}, value.Invalid, "cannot both"},
			{ada, Settings{Columns: []Mapped{{Column: "name", Field: "nome"}}}, value.Invalid, "no field"},
			{ada, Settings{Columns: []Mapped{{Column: "number", Field: "number"}}}, value.Invalid, "computed"},
			{ada, Settings{Columns: []Mapped{{Column: "name"}}}, value.Invalid, "none does"},
			{ada, Settings{Columns: []Mapped{{Column: "name", Field: "name"}}, Key: "size"}, value.Invalid, "unique"},
			{ada, Settings{Columns: []Mapped{{Column: "size", Field: "size"}}, Key: "name"}, value.Invalid, "no column goes to the key"},
			{ada, Settings{OnBlank: "perhaps"}, value.Invalid, "on_blank"},
			{ada, Settings{Locale: "!!"}, value.Invalid, "locale"},
			{eve, Settings{Columns: []Mapped{{Column: "size", Field: "size"}}}, value.NotFound, "no such import"},
			{jon, Settings{}, value.NotFound, "no such import"},
		} {
			_, err := w.desk.Configure(t.Context(), w.asker(c.who), m.ID, m.Rev, c.s)
			wantKind(t, err, c.kind, c.part)
		}
		_, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev+1, m.Settings)
		wantKind(t, err, value.Conflict, "in the meantime")
		_, err = w.desk.Start(t.Context(), w.asker(ada), m.ID)
		wantKind(t, err, value.Conflict, "settle first")
		_, err = w.desk.Undo(t.Context(), w.asker(ada), m.ID)
		wantKind(t, err, value.Conflict, "has ended")
	})
}

// Who may not see a field cannot import into it, by any name, and is not told that it is there.
func TestHiddenAndLockedFields(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		helper := w.asker(eve)
		m, err := w.desk.Upload(t.Context(), helper, "stall", "a.csv", strings.NewReader("name,size,rent,gone\nBread,1,2,3\n"))
		w.must(err)
		if got := fmt.Sprint(m.Settings.Columns[1].Field, m.Settings.Columns[2].Field); got != "" {
			t.Errorf("suggested %q", got)
		}
		say := func(column, field string) string {
			_, err := w.desk.Configure(t.Context(), helper, m.ID, m.Rev, Settings{Columns: []Mapped{{Column: column, Field: field}}})
			if err == nil {
				t.Fatalf("%s may be filled in", field)
			}
			return strings.ReplaceAll(err.Error(), field, "X")
		}
		if hidden, missing := say("rent", "rent"), say("rent", "gone"); hidden != missing {
			t.Errorf("%q and %q", hidden, missing)
		}
		if text := say("size", "size"); !strings.Contains(text, "may not change") {
			t.Errorf("%q", text)
		}

		_, err = w.desk.Upload(t.Context(), w.asker(jon), "stall", "a.csv", strings.NewReader("name\nBread\n"))
		wantKind(t, err, value.Forbidden, "may not make or change")
		_, err = w.desk.Upload(t.Context(), w.asker(ada), "nothing", "a.csv", strings.NewReader("name\nBread\n"))
		wantKind(t, err, value.NotFound, "")
		_, err = w.desk.Upload(t.Context(), record.Asker{Actor: value.SystemActor("x"), Rights: helper.Rights}, "stall", "a.csv", strings.NewReader("name\nBread\n"))
		wantKind(t, err, value.Forbidden, "account")
	})
}

// The program itself may import, as it does from the command line.
func TestTheProgramImports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, program := context.Background(), record.System("import")
		m, err := w.desk.Upload(ctx, program, "stall", "a.csv", strings.NewReader(rows(2)))
		w.must(err)
		m, err = w.desk.Configure(ctx, program, m.ID, m.Rev, Settings{})
		w.must(err)
		_, err = w.desk.Start(ctx, program, m.ID)
		w.must(err)
		w.work()
		counts(t, w.find(m.ID), Done, 2, 0, 0, 0)
		if by := w.all("stall")[0].By; by != "system:import" {
			t.Errorf("made by %s", by)
		}
	})
}

func TestSuggestions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct{ header, row, want string }{
			{"NAME,Size (m),Rental,e_mail,Tél,homepage,Remarks", "a,1,2,x@example.org,+41446681800,https://example.org,b", "name size rent mail phone page "},
			{"Who,Where,Call", "a@example.org,https://example.org,+41446681800", "mail page phone"},
			{"id,name,trader,trader.title,area", "stl_0000000000001,Bread,trd_0000000000001,Anna,9", "id name trader  "},
			{"id,name", "17,Bread", " name"},
			{"Stall name,Name of the stall", "a,b", " name"},
			{",,", "a,b,c", "  "},
		} {
			m := w.upload("stall", "a.csv", c.header+"\n"+c.row+"\n")
			var got []string
			for _, column := range m.Settings.Columns {
				got = append(got, column.Field)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: suggested %q, want %q", c.header, strings.Join(got, " "), c.want)
			}
		}
	})
}

// A person corrects what the guess got wrong, and gets suggestions for the new columns.
func TestOptionsAreCorrected(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.upload("stall", "a.csv", "List of May;\nname;size\nBread;1\n")
		o := m.Settings.Options
		o.Header = 2
		if m.Guess.Header == 2 {
			o.Header = 1
		}
		changed, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, Settings{Options: o})
		if m.Guess.Header == 2 {
			wantKind(t, err, value.Invalid, "none does") // nothing is called List of May
			return
		}
		w.must(err)
		if changed.Settings.Columns[0].Field != "name" {
			t.Errorf("%+v", changed.Settings)
		}
	})
}

func TestATrialOfMoreRowsThanItReads(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads 100,001 rows")
	}
	each(t, func(t *testing.T, w *world) {
		if w.db.Engine() != "sqlite" {
			t.Skip("the rows are read before the database sees them")
		}
		var b bytes.Buffer
		b.WriteString("name,size\n")
		for range MostTried + 1 {
			b.WriteString("x,\n") // all but the first are refused at once
		}
		m := w.ready("trader", strings.ReplaceAll(b.String(), "size", "email"), "")
		trial := w.try(m)
		if !trial.More || trial.Rows != MostTried || w.find(m.ID).Rows != 0 {
			t.Errorf("%+v", trial)
		}
	})
}
