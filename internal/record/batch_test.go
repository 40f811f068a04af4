package record

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// count is how many living records an object has.
func count(t testing.TB, s *Store, object string) int {
	t.Helper()
	n, _, err := s.Count(t.Context(), clerk, Query{Object: object}, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func doBatch(t testing.TB, s *Store, object string, o BatchOptions, ops ...Write) []Result {
	t.Helper()
	results, err := s.Batch(t.Context(), clerk, object, ops, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != len(ops) {
		t.Fatalf("%d results of %d operations", len(results), len(ops))
	}
	return results
}

// A full batch with bad rows among the good: each bad row has its error, and all others are there.
func TestBatchWithErrors(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		create(t, s, "stall", Values{"name": "Stall 17"})
		ops := make([]Write, MostWrites)
		for i := range ops {
			v := Values{"name": fmt.Sprint("Stall ", i), "size": i%9 + 1}
			switch i % 100 {
			case 3:
				v["size"] = "many"
			case 4:
				v["name"] = ""
			case 5:
				v["name"] = "same"
			}
			ops[i] = Write{Op: DoCreate, Values: v}
		}
		failed := 0
		for i, r := range doBatch(t, s, "stall", BatchOptions{}, ops...) {
			bad := i%100 == 3 || i%100 == 4 || i%100 == 5 && i != 5 || i == 17
			if (r.Err != nil) != bad || (r.ID != 0) == bad {
				t.Fatalf("row %d: %+v", i, r)
			}
			if bad {
				failed++
			}
		}
		if n := count(t, s, "stall"); n != MostWrites-failed+1 {
			t.Errorf("%d records, %d failed", n, failed)
		}
		_, err := s.Batch(t.Context(), clerk, "stall", make([]Write, MostWrites+1), BatchOptions{})
		wantFault(t, err, value.Limited, "")
	})
}

func TestBatchVerbs(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		a, b := create(t, s, "trader", Values{"name": "Anna", "email": "anna@example.org"}), create(t, s, "trader", Values{"name": "Bo", "email": "bo@example.org"})
		results := doBatch(t, s, "trader", BatchOptions{},
			Write{Op: DoUpsert, Key: "email", Values: Values{"email": "ANNA@example.org", "name": "Anna Weber"}},
			Write{Op: DoUpsert, Key: "email", Values: Values{"email": "cy@example.org", "name": "Cy"}},
			Write{Op: DoUpsert, Key: "email", Values: Values{"email": "cy@example.org", "name": "Cy Ortiz"}},
			Write{Op: DoDelete, ID: b.ID},
			Write{Op: DoCreate, Values: Values{"name": "Bo the second", "email": "bo@example.org"}},
			Write{Op: DoUpdate, ID: a.ID, Rev: 9, Values: Values{"name": "x"}},
			Write{Op: "explode", ID: a.ID},
			Write{Op: DoUpsert, Key: "name", Values: Values{"name": "x"}},
			Write{Op: DoUpsert, Key: "email", Values: Values{"name": "x"}},
			Write{Op: DoUpsert, Values: Values{"name": "x"}},
		)
		if r := results[0]; r.ID != a.ID || r.Rev != 2 || r.Made {
			t.Errorf("upsert of a known record: %+v", r)
		}
		if !results[1].Made || results[2].Made || results[2].ID != results[1].ID {
			t.Errorf("upserts of one new record: %+v, %+v", results[1], results[2])
		}
		if results[3].Err != nil || results[4].Err != nil {
			t.Errorf("deleted %+v, and made with what that set free %+v", results[3], results[4])
		}
		for i, kind := range []value.Kind{value.Conflict, value.Invalid, value.Invalid, value.Invalid, value.Invalid} {
			wantFault(t, results[5+i].Err, kind, "")
		}
		if got := get(t, s, "trader", results[2].ID); got.Values["name"] != "Cy Ortiz" || got.Rev != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAtomicAndDryBatches(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		rec := create(t, s, "stall", Values{"name": "Bread", "size": 3})
		ops := []Write{
			{Op: DoCreate, Values: Values{"name": "Salt"}}, {Op: DoUpdate, ID: rec.ID, Values: Values{"size": 4}},
			{Op: DoUpdate, ID: rec.ID, Values: Values{"size": -1}},
		}
		results, err := s.Batch(t.Context(), clerk, "stall", ops, BatchOptions{Atomic: true})
		wantFault(t, err, value.Invalid, "")
		if len(results) != 3 || results[0].Err != nil || results[2].Err == nil {
			t.Errorf("%+v", results)
		}
		dry := doBatch(t, s, "stall", BatchOptions{DryRun: true, Batch: 5}, ops...)
		wantFault(t, dry[2].Err, value.Invalid, "size")
		if got := get(t, s, "stall", rec.ID); got.Rev != 1 || count(t, s, "stall") != 1 || len(history(t, s, "stall", rec.ID)) != 1 {
			t.Errorf("%+v", got)
		}
		if next := create(t, s, "stall", Values{"name": "Oil"}); next.Values["number"] != int64(101) {
			t.Errorf("a dry run took a number: %v", next.Values["number"])
		}
		doBatch(t, s, "stall", BatchOptions{Atomic: true}, ops[:2]...)
		if got := get(t, s, "stall", rec.ID); got.Rev != 2 || count(t, s, "stall") != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func TestBulkAndUndo(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		var ops []Write
		for i := range 50 {
			ops = append(ops, Write{Op: DoCreate, Values: Values{"name": fmt.Sprint("Stall ", i), "size": i + 1, "goods": "bikes"}})
		}
		made := doBatch(t, s, "stall", BatchOptions{Batch: 1}, ops...)
		n, err := s.Bulk(ctx, clerk, Query{Object: "stall", Filter: "size > 10"}, Values{"status": "open", "size": 7, "goods": "books"}, 2)
		if err != nil || n != 40 {
			t.Fatalf("%d, %v", n, err)
		}
		touched, apart := made[20].ID, made[21].ID
		update(t, s, "stall", touched, Values{"size": 8})
		update(t, s, "stall", apart, Values{"about": "new"})
		result, err := s.UndoBatch(ctx, clerk, 2)
		if err != nil || result.Undone != 39 || result.Kept != 1 || len(result.Why) != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		if why := result.Why[0]; why.ID != touched || !slices.Equal(why.Fields, []string{"size"}) || why.By != "staff:7" {
			t.Errorf("%+v", why)
		}
		for id, want := range map[value.ID]Values{touched: {"size": int64(8), "status": "new"}, apart: {"size": int64(22), "status": "new", "about": "new"}} {
			got := get(t, s, "stall", id)
			for key, v := range want {
				if got.Values[key] != v {
					t.Errorf("%s: %v, want %v", key, got.Values[key], v)
				}
			}
			if goods := got.Values["goods"].([]string); goods[0] != "bikes" {
				t.Errorf("goods %v", goods)
			}
		}
		result, err = s.UndoBatch(ctx, clerk, 1)
		if err != nil || result.Undone+result.Kept != 50 || result.Kept != 41-1+0 && result.Kept == 0 {
			t.Errorf("%+v, %v", result, err)
		}
		if left := count(t, s, "stall"); left != result.Kept {
			t.Errorf("%d records are left, %d were kept", left, result.Kept)
		}
		_, err = s.UndoBatch(ctx, clerk, 77)
		wantFault(t, err, value.NotFound, "")
	})
}

// A batch that writes a record twice goes back to what was before the first time.
func TestUndoOfTwoWrites(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		rec := create(t, s, "stall", Values{"name": "Bread", "size": 3})
		doBatch(t, s, "stall", BatchOptions{Batch: 1}, Write{Op: DoUpdate, ID: rec.ID, Values: Values{"size": 4}},
			Write{Op: DoUpdate, ID: rec.ID, Values: Values{"size": 5, "status": "open"}})
		doBatch(t, s, "stall", BatchOptions{Batch: 1}, Write{Op: DoUpdate, ID: rec.ID, Values: Values{"about": "x"}}, Write{Op: DoDelete, ID: rec.ID})
		if result, err := s.UndoBatch(t.Context(), clerk, 1); err != nil || result.Undone != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		if got := get(t, s, "stall", rec.ID).Values; got["size"] != int64(3) || got["status"] != "new" || got["about"] != nil {
			t.Errorf("%v", got)
		}
	})
}

// bench is a market on SQLite as a site has it, with waits for the disk, and 13 fields.
func bench(b *testing.B, engine db.Engine) *Store {
	b.Helper()
	cluster := dbtest.ClusterWith(b, engine, func(c *db.Config) { c.Unsafe = false })
	s := New(dbtest.Open(b, cluster, []db.Schema{Schema()}), Config{})
	if err := s.Ensure(b.Context()); err != nil {
		b.Fatal(err)
	}
	o := stall()
	keep := []string{"name", "about", "size", "weight", "rent", "covered", "starts", "ends", "inspected", "status", "mail", "phone", "page"}
	o.Fields = slices.DeleteFunc(o.Fields, func(f *Field) bool { return !slices.Contains(keep, f.Key) })
	o.Field("about").Searchable = false
	apply(b, s, Step{Op: AddObject, NewObject: o})
	return s
}

func row(i int64) Values {
	return Values{
		"name": fmt.Sprint("Stall number ", i), "about": "Fresh things every day, from near by.", "size": "3", "weight": "12.5", "rent": "CHF 40.00",
		"covered": "yes", "starts": "2026-03-31", "ends": "2026-04-30", "inspected": "2026-03-30T08:00:00Z", "status": "open",
		"mail": fmt.Sprint("stall", i, "@example.org"), "phone": fmt.Sprint("+4144", 2_000_000+i), "page": "https://example.org",
	}
}

func benchEach(b *testing.B, run func(b *testing.B, s *Store)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) { run(b, bench(b, engine)) })
	}
}

// BenchmarkBatch is one batch of 10,000 new records of 13 fields, with all checks and the change log.
func BenchmarkBatch(b *testing.B) {
	benchEach(b, func(b *testing.B, s *Store) {
		i, began := int64(0), cpu_us()
		for b.Loop() {
			ops := make([]Write, MostWrites)
			for n := range ops {
				i++
				ops[n] = Write{Op: DoCreate, Values: row(i)}
			}
			results, err := s.Batch(b.Context(), clerk, "stall", ops, BatchOptions{})
			if err != nil || results[0].Err != nil {
				b.Fatal(err, results[0].Err)
			}
		}
		b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(cpu_us()-began)/float64(i), "cpu-µs/row")
	})
}

// cpu_us is the processor time that this process has used: what a row costs, however busy the machine is.
func cpu_us() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return (used.Utime.Sec+used.Stime.Sec)*1_000_000 + int64(used.Utime.Usec+used.Stime.Usec)
}

// BenchmarkCreate is single records by 64 writers at once.
func BenchmarkCreate(b *testing.B) {
	benchEach(b, func(b *testing.B, s *Store) {
		var i atomic.Int64
		var group sync.WaitGroup
		b.ResetTimer()
		began := cpu_us()
		for range 64 {
			group.Go(func() {
				for n := i.Add(1); n <= int64(b.N); n = i.Add(1) {
					if _, err := s.Create(context.Background(), clerk, "stall", row(n)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(cpu_us()-began)/float64(b.N), "cpu-µs/row")
	})
}
