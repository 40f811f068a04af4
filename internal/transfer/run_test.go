package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

var errDeath = errors.New("the worker died")

// attempt runs an import's job once, as a worker does that may die on the way.
func (w *world) attempt(m Import) (err error) {
	w.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			err = errDeath
		}
	}()
	now, asker, err := w.desk.employed(w.t.Context(), m.ID)
	if err != nil {
		return err
	}
	return w.desk.carry(w.t.Context(), now, asker)
}

// However often a job dies, before a chunk or in the middle of one, the end is that of a job that does not: every row
// counted once, every record with as many revisions, and the same error file.
func TestAJobThatDiesIsGoneOnWith(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := rows(23) + "Bad,x,,\n" + "Stall 3,5,USD 7,closed\n" + "Short,1\n" + rows(30)[len("name,size,rent,status\n"):]
		w.desk.chunk = 5
		m := w.ready("stall", file, "name")
		w.start(m)
		deaths := 0
		for try := 0; ; try++ {
			if try > 100 {
				t.Fatal("it never ends")
			}
			asks, amounts := 0, 0
			w.asked = func(int) error {
				if asks++; try%3 == 0 && asks == 3 {
					return errDeath // before the second chunk
				}
				return nil
			}
			w.rated = func() {
				if amounts++; try%3 == 1 && amounts == 1 {
					panic("in the middle of a chunk")
				}
			}
			err := w.attempt(m)
			if err == nil {
				break
			}
			if !errors.Is(err, errDeath) {
				t.Fatal(err)
			}
			deaths++
		}
		w.asked, w.rated = nil, nil
		broken, brokenFile, brokenRecords := w.find(m.ID), w.errorFile(m.ID), contents(w.all("stall"))
		w.undo(m.ID)
		whole := w.imports("stall", file, "name")
		counts(t, whole, Done, broken.Made, broken.Changed, broken.Same, broken.Failed)
		if deaths < 2 || broken.State != Done || broken.Failed != 2 || broken.Rows != 56 {
			t.Errorf("%d deaths, %+v", deaths, broken)
		}
		if file := w.errorFile(whole.ID); file != brokenFile {
			t.Errorf("%s\n%s", file, brokenFile)
		}
		if got := contents(w.all("stall")); !slices.Equal(got, brokenRecords) {
			t.Errorf("%v\n%v", got, brokenRecords)
		}
	})
}

// A worker whose lease ran out while it was away does not write what another one has written.
func TestTwoWorkersOfOneImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk.chunk = 4
		m := w.ready("stall", rows(12), "")
		w.start(m)
		stale, asker, err := w.desk.employed(t.Context(), m.ID)
		w.must(err)
		w.work()
		counts(t, w.find(m.ID), Done, 12, 0, 0, 0)
		if err := w.desk.carry(t.Context(), stale, asker); !errors.Is(err, errOver) {
			t.Errorf("the late worker got %v", err)
		}
		counts(t, w.find(m.ID), Done, 12, 0, 0, 0)
		if n := len(w.all("stall")); n != 12 {
			t.Errorf("%d stalls", n)
		}
	})
}

func TestCancelInTheMiddleAndGoOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.desk.chunk = 5
		m := w.ready("stall", rows(20), "")
		w.start(m)
		chunks := 0
		w.asked = func(int) error {
			if chunks++; chunks == 3 { // the first time is the job's beginning
				return errDeath
			}
			return nil
		}
		if err := w.attempt(m); !errors.Is(err, errDeath) {
			t.Fatal(err)
		}
		w.asked = nil
		m = w.find(m.ID)
		if m.State != Running || m.Done != 5 || m.Rows != 20 || m.Left() <= 0 {
			t.Fatalf("%+v", m)
		}
		m, err := w.desk.Cancel(t.Context(), w.asker(ada), m.ID)
		w.must(err)
		w.work()
		counts(t, w.find(m.ID), Cancelled, 5, 0, 0, 0)
		_, err = w.desk.Cancel(t.Context(), w.asker(ada), m.ID)
		wantKind(t, err, value.Conflict, "cancelled")
		counts(t, w.carry(m), Done, 20, 0, 0, 0)
		if m = w.undo(m.ID); m.Undone != 20 || len(w.all("stall")) != 0 {
			t.Errorf("%+v", m)
		}
	})
}

// interrupt starts an import, does fn after its first chunk, and lets it run on.
func (w *world) interrupt(m Import, fn func()) Import {
	w.t.Helper()
	w.desk.chunk = 5
	w.start(m)
	asks := 0
	w.asked = func(int) error {
		if asks++; asks == 3 {
			return errDeath
		}
		return nil
	}
	if err := w.attempt(m); !errors.Is(err, errDeath) {
		w.t.Fatal(err)
	}
	w.asked = nil
	fn()
	w.work()
	return w.find(m.ID)
}

func TestWhatChangesWhileAnImportRuns(t *testing.T) {
	field := func(change func(f *record.Field)) *record.Field {
		f := stall().Fields[2]
		change(f)
		return f
	}
	for _, c := range []struct {
		name   string
		change func(w *world)
		done   int64  // rows
		reason string // "" = it ends well
	}{
		{"a field is renamed", func(w *world) {
			w.apply(record.Step{Op: record.ChangeField, Object: "stall", Field: "size", NewField: field(func(f *record.Field) { f.Key, f.Check = "metres", "metres > 0" })})
		}, 12, ""},
		{"the object is renamed", func(w *world) {
			o := stall()
			o.Key, o.Fields = "booth", nil
			w.apply(record.Step{Op: record.ChangeObject, Object: "stall", NewObject: o})
		}, 12, ""},
		{"a field is removed", func(w *world) {
			w.apply(record.Step{Op: record.RemoveField, Object: "stall", Field: "rent"})
		}, 5, `the field rent, to which the column "rent" goes, was removed`},
		{"the object is removed", func(w *world) {
			w.apply(record.Step{Op: record.RemoveField, Object: "trader", Field: "stalls"}, record.Step{Op: record.RemoveObject, Object: "stall"})
		}, 5, "the object was removed"},
		{"the one who started it is suspended", func(w *world) { w.suspended[ada] = true }, 5, "may not act here any more"},
		{"the file is another one", func(w *world) {
			text := "name\nx\n"
			m := w.list()[0]
			w.must(w.desk.Files.Put(w.t.Context(), fileKey(m.ID), strings.NewReader(text), int64(len(text))))
		}, 5, "not the one that was uploaded"},
		{"the file is gone", func(w *world) { w.must(w.desk.Files.Delete(w.t.Context(), fileKey(w.list()[0].ID))) }, 5, "there is no file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				m := w.interrupt(w.ready("stall", rows(12), ""), func() { c.change(w) })
				if c.reason == "" {
					counts(t, m, Done, c.done, 0, 0, 0)
					return
				}
				counts(t, m, Failed, c.done, 0, 0, 0)
				if !strings.Contains(m.Reason, c.reason) {
					t.Errorf("it says %q", m.Reason)
				}
			})
		})
	}
}

func (w *world) list() (all []Import) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		all, err = w.desk.List(tx, w.asker(ada), 10)
		return err
	}))
	return all
}

// After a field was removed, the mapping is mended and the import goes on.
func TestAFailedImportIsMended(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.interrupt(w.ready("stall", rows(12), ""), func() {
			w.apply(record.Step{Op: record.RemoveField, Object: "stall", Field: "rent"})
		})
		s := m.Settings
		for i := range s.Columns {
			if s.Columns[i].Field == "rent" {
				s.Columns[i].Field = ""
			}
		}
		m, err := w.desk.Configure(t.Context(), w.asker(ada), m.ID, m.Rev, s)
		w.must(err)
		counts(t, w.carry(m), Done, 12, 0, 0, 0)

		s.Options.Comma = ';'
		_, err = w.desk.Configure(t.Context(), w.asker(ada), m.ID, w.find(m.ID).Rev, s)
		wantKind(t, err, value.Conflict, "done")
	})
}

// Rights that the account loses, and rights that it had not when it started, are not used.
func TestAJobHasNoRightsOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		narrow := w.asker(ada)
		narrow.Rights = []record.Right{record.See, record.Make} // as with a token that may not edit
		w.create("trader", record.Values{"name": "Anna", "email": "anna@example.org"})
		m := w.ready("trader", "name,email\nAnna W,anna@example.org\n", "email")
		_, err := w.desk.Start(t.Context(), narrow, m.ID)
		wantKind(t, err, value.Forbidden, "may not change")

		other := w.ready("trader", "name,email\nBo,bo@example.org\n", "")
		_, err = w.desk.Start(t.Context(), narrow, other.ID)
		w.must(err)
		w.work()
		counts(t, w.find(other.ID), Done, 1, 0, 0, 0)

		// The account may edit; the import was started without that.
		m, err = w.desk.Start(t.Context(), w.asker(ada), m.ID)
		w.must(err)
		w.must(w.db.Write(t.Context(), w.asker(ada).Actor, "test", func(tx *db.Tx) error {
			m, err := findImport(tx, m.ID)
			if err != nil {
				return err
			}
			m.agent.Rights = narrow.Rights
			tx.Log(db.Change{Object: ImportObject, Record: m.ID})
			return saveImport(tx, m, Running)
		}))
		w.work()
		if m = w.find(m.ID); m.State != Failed || !strings.Contains(m.Reason, "may not change Traders any more") {
			t.Errorf("%+v", m)
		}
	})
}

func TestTwoImportsOfOneFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, second := w.ready("stall", rows(3), ""), w.ready("stall", rows(3), "")
		w.start(first)
		_, err := w.desk.Start(t.Context(), w.asker(ada), second.ID)
		wantKind(t, err, value.Conflict, "same file")
		_, err = w.desk.Start(t.Context(), w.asker(ada), first.ID)
		wantKind(t, err, value.Conflict, "runs already")
		w.work()
		second = w.find(second.ID)
		if second.Before != first.ID {
			t.Errorf("before: %v", second.Before)
		}
		counts(t, w.carry(second), Done, 0, 0, 0, 3) // the names are unique
		_, err = w.desk.Start(t.Context(), w.asker(ada), first.ID)
		wantKind(t, err, value.Conflict, "done")
	})
}

// A store that fails in the middle is a matter of time: the import waits and goes on.
func TestAStoreThatFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.ready("stall", rows(10), "")
		whole := w.desk.Files
		w.desk.Files = blobs{whole, func(io.ReadSeekCloser) (io.ReadSeekCloser, error) {
			return nil, value.Errorf(value.Unavailable, "the store does not answer")
		}}
		w.start(m)
		w.work()
		if m = w.find(m.ID); m.State != Running || m.Done != 0 {
			t.Fatalf("%+v", m)
		}
		w.desk.Files = blobs{whole, func(file io.ReadSeekCloser) (io.ReadSeekCloser, error) { return onlySeek{file}, nil }}
		if err := w.attempt(m); err != nil {
			t.Fatal(err)
		}
		counts(t, w.find(m.ID), Done, 10, 0, 0, 0)
	})
}

// onlySeek is a file of a store that cannot read at any place.
type onlySeek struct{ io.ReadSeekCloser }

func TestTidyForgets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		done, idle, stuck := w.imports("stall", rows(2)+"Bad,x,,\n", ""), w.upload("stall", "idle.csv", rows(3)), w.ready("stall", rows(4), "")
		w.start(stuck)
		w.must(w.desk.Tidy(ctx))
		if len(w.list()) != 3 {
			t.Fatal("it forgets too early")
		}
		w.must(w.db.Maintain(ctx, "test", func(tx *db.Tx) error {
			_, err := tx.Exec("update transfer_import set moved_us = $1", value.Micros(tx.Now().Add(-40*24*time.Hour)))
			return err
		}))
		w.must(w.desk.Tidy(ctx))
		if m := w.find(stuck.ID); m.State != Failed || !strings.Contains(m.Reason, "start it again") {
			t.Errorf("%+v", m)
		}
		if m := w.find(done.ID); !m.Cleared || strings.Contains(w.errorFile(done.ID), "Bad") {
			t.Errorf("%+v", m)
		}
		var keys []string
		for key, err := range w.desk.Files.Keys(ctx, "transfer/") {
			w.must(err)
			keys = append(keys, key)
		}
		if fmt.Sprint(keys) != fmt.Sprintf("[%s]", fileKey(stuck.ID)) {
			t.Errorf("left are %v; %v was never started", keys, idle.ID)
		}
		if m := w.undo(done.ID); m.Undone != 2 {
			t.Errorf("%+v", m)
		}
	})
}

// A constraint that nobody foresaw refuses single rows, not chunks and not the import.
func TestTheDatabaseRefusesARow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seen := w.all("stall")
		if len(seen) != 0 {
			t.Fatal("the market is not empty")
		}
		var size *record.Field
		var table string
		w.must(w.db.Read(t.Context(), func(tx *db.Tx) error {
			catalog, err := w.records.Catalog(tx)
			if err != nil {
				return err
			}
			o, err := catalog.Object("stall")
			size, table = o.Field("size"), o.LogName()
			return err
		}))
		w.must(w.db.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec(fmt.Sprintf("create unique index odd on %s (f_%d)", table, size.Number))
			return err
		}))
		w.desk.chunk = 6
		m := w.ready("stall", rows(12), "")
		trial := w.try(m)
		counts(t, w.carry(m), Done, 9, 0, 0, 3) // the sizes go from 1 to 9
		if trial.Make != 12 {
			t.Errorf("a trial that writes nothing cannot know: %+v", trial)
		}
		file := w.errorFile(m.ID)
		if strings.Count(file, "the database refuses this row") != 3 || !strings.Contains(file, "Stall 9,") {
			t.Errorf("%s", file)
		}
	})
}

// Objects of other rooms are changed by their owner's verb, row by row.
func TestImportIntoWhatAnotherRoomOwns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := "id,seats\n"
		w.must(w.db.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			if _, err := tx.Exec("create table shop (id bigint primary key, name text, seats bigint, created_us bigint not null)"); err != nil {
				return err
			}
			for i := range 9 {
				if _, err := tx.Exec("insert into shop (id, name, seats, created_us) values ($1, 'Shop', 1, 5)", i+1); err != nil {
					return err
				}
				file += fmt.Sprintf("%s,%d\n", value.ID(i+1).Text("shp"), i+9)
			}
			return nil
		}))
		m := w.ready("shop", file+"shp_00000000000zz,2\n,4\nnonsense,2\n", IDField)
		trial := w.try(m)
		m = w.carry(m)
		counts(t, m, Done, 0, 8, 0, 4)
		if trial.Change != 8 || trial.Fail != 4 {
			t.Errorf("tried %+v", trial)
		}
		if text := w.errorFile(m.ID); !strings.Contains(text, "seats: no shop has 13 seats") {
			t.Errorf("%s", text)
		}
		for _, rec := range w.all("shop") {
			if want := int64(rec.ID) + 8; rec.Values["seats"] != want && want != 13 {
				t.Errorf("shop %d: %v", rec.ID, rec.Values)
			}
		}
		_, err := w.desk.Undo(t.Context(), w.asker(ada), m.ID)
		wantKind(t, err, value.Conflict, "cannot be undone")
	})
}
