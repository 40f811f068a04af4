package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{shed}, test)
}

func TestAWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		afters := 0
		add := func(end func() error) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				tx.After(func() { afters++ })
				if _, err := addBike(tx, "red"); err != nil {
					return err
				}
				return end()
			}
		}
		mistake := errors.New("mistake")
		if err := write(t, d, add(func() error { return mistake })); !errors.Is(err, mistake) {
			t.Errorf("a failed write returned %v", err)
		}
		func() {
			defer func() {
				if p := recover(); p != "puncture" {
					t.Errorf("the panic became %v", p)
				}
			}()
			write(t, d, add(func() error { panic("puncture") }))
		}()
		if n := count(t, d, "select count(*) from bike") + gapless(t, d); n != 0 || afters != 0 {
			t.Fatalf("%d rows are left, %d callbacks ran", n, afters)
		}
		if err := write(t, d, add(func() error { return nil })); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "select count(*) from bike"); n != 1 || gapless(t, d) != 1 || afters != 1 {
			t.Errorf("%d bikes, %d callbacks", n, afters)
		}
	})
}

// A test that fails inside a write ends its goroutine; the next write must not wait for it.
func TestAWriteWhoseGoroutineEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		var wait sync.WaitGroup
		wait.Go(func() {
			write(t, d, func(tx *db.Tx) error {
				if _, err := addBike(tx, "red"); err != nil {
					t.Error(err)
				}
				runtime.Goexit()
				return nil
			})
		})
		wait.Wait()
		if err := write(t, d, func(tx *db.Tx) error { _, err := addBike(tx, "blue"); return err }); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "select count(*) from bike"); n != 1 {
			t.Errorf("%d bikes", n)
		}
	})
}

func TestNestedWriteIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		nested := map[string]func(*db.Tx) error{
			"its own context": func(tx *db.Tx) error { return d.Write(tx.Context(), tester, "nested", noWrite) },
			"another context": func(*db.Tx) error { return d.Write(t.Context(), tester, "nested", noWrite) },
			"bookkeeping":     func(*db.Tx) error { return d.Maintain(t.Context(), "nested", noWrite) },
			"through a closure": func(tx *db.Tx) error {
				return func() error { return d.Write(t.Context(), tester, "nested", noWrite) }()
			},
		}
		for name, fn := range nested {
			if err := write(t, d, fn); err == nil || !strings.Contains(err.Error(), "inside another write") {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := write(t, d, func(tx *db.Tx) error {
			tx.After(func() {
				if err := write(t, d, noWrite); err != nil {
					t.Errorf("a write after the write: %v", err)
				}
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func noWrite(*db.Tx) error { return nil }

func TestAReadCannotWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const insert = "insert into bike (id, name) values (1, 'red')"
		attempts := map[string]func(*db.Tx) error{
			"exec":   func(tx *db.Tx) error { _, err := tx.Exec(insert); return err },
			"insert": func(tx *db.Tx) error { return tx.Insert("bike", []string{"id", "name"}, [][]any{{1, "red"}}) },
			"row": func(tx *db.Tx) error {
				_, err := db.One(tx, db.Column[int64], insert+" returning id")
				return err
			},
			"all": func(tx *db.Tx) error {
				_, err := db.All(tx, db.Column[int64], insert+" returning id")
				return err
			},
		}
		for name, attempt := range attempts {
			if err := d.Read(t.Context(), attempt); err == nil {
				t.Errorf("%s wrote", name)
			}
		}
		if n := count(t, d, "select count(*) from bike"); n != 0 {
			t.Errorf("%d bikes", n)
		}
	})
}

func TestAWriteNeedsAnAuthorAndATrace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		silent := map[string]func(*db.Tx) error{
			"exec":   func(tx *db.Tx) error { _, err := tx.Exec("insert into bike (id, name) values (1, 'red')"); return err },
			"insert": func(tx *db.Tx) error { return tx.Insert("bike", []string{"id", "name"}, [][]any{{1, "red"}}) },
			"returning": func(tx *db.Tx) error {
				_, err := db.One(tx, db.Column[int64], "insert into bike (id, name) values (1, 'red') returning id")
				return err
			},
			"returning many": func(tx *db.Tx) error {
				_, err := db.All(tx, db.Column[int64], "INSERT INTO bike (id, name) VALUES (1, 'red') RETURNING id")
				return err
			},
		}
		for name, fn := range silent {
			if err := write(t, d, fn); err == nil || !strings.Contains(err.Error(), "logged no change") {
				t.Errorf("%s: %v", name, err)
			}
			if err := d.Maintain(t.Context(), "test", fn); err != nil {
				t.Errorf("%s as bookkeeping: %v", name, err)
			}
			if err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { _, err := tx.Exec("delete from bike"); return err }); err != nil {
				t.Fatal(err)
			}
		}
		nothing := func(tx *db.Tx) error { _, err := tx.Exec("update bike set gear = 1"); return err }
		if err := write(t, d, nothing); err != nil {
			t.Errorf("a write that changed nothing: %v", err)
		}
		if err := d.Write(t.Context(), value.Actor{}, "test", noWrite); err == nil {
			t.Error("nobody wrote")
		}
		if err := d.Write(t.Context(), tester, "", noWrite); err == nil {
			t.Error("a write without an action")
		}
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err })
		if err == nil || count(t, d, "select count(*) from bike") != 0 {
			t.Errorf("bookkeeping logged a change: %v", err)
		}
	})
}

func TestKindsOfError(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		if err := write(t, d, func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err }); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name string
			fn   func(*db.Tx) error
			want value.Kind
		}{
			{"no row", func(tx *db.Tx) error {
				_, err := db.One(tx, db.Column[int64], "select id from bike where id = -1")
				return err
			}, value.NotFound},
			{"unique", func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err }, value.Conflict},
			{"check", func(tx *db.Tx) error { _, err := tx.Exec("update bike set gear = -1"); return err }, value.Conflict},
			{"not null", func(tx *db.Tx) error { _, err := tx.Exec("insert into bike (id) values (5)"); return err }, value.Conflict},
			{"foreign key at the end", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "part", Record: 1})
				return tx.Insert("part", []string{"id", "bike"}, [][]any{{1, 404}})
			}, value.Conflict},
			{"swallowed", func(tx *db.Tx) error {
				if _, err := addBike(tx, "red"); err == nil {
					t.Error("two red bikes")
				}
				return nil
			}, value.Conflict},
			{"syntax", func(tx *db.Tx) error { _, err := tx.Exec("updat bike"); return err }, value.Internal},
		}
		for _, test := range tests {
			if err := write(t, d, test.fn); value.KindOf(err) != test.want {
				t.Errorf("%s: %s, want %s: %v", test.name, value.KindOf(err), test.want, err)
			}
		}
		if n := count(t, d, "select count(*) from bike") + count(t, d, "select count(*) from part"); n != 1 || gapless(t, d) != 1 {
			t.Errorf("%d rows, %d changes", n, gapless(t, d))
		}
	})
}

// Writes that share a commit stay apart: those that fail, panic or break a constraint at the commit vanish alone.
func TestOnlyTheFailingWriteVanishes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const writers, rounds = 64, 5
		var wait sync.WaitGroup
		var kept atomic.Int64
		for i := range writers * rounds {
			wait.Go(func() {
				defer func() { recover() }() // of the write that panics
				err := write(t, d, func(tx *db.Tx) error {
					id, err := addBike(tx, fmt.Sprintf("bike %d", i))
					if err != nil {
						return err
					}
					switch i % 8 {
					case 3:
						return errors.New("mistake")
					case 5:
						panic("puncture")
					case 7:
						return tx.Insert("part", []string{"id", "bike"}, [][]any{{id, -1}})
					}
					return nil
				})
				good := i%8 != 3 && i%8 != 5 && i%8 != 7
				if good != (err == nil) {
					t.Errorf("write %d: %v", i, err)
				}
				if err == nil {
					kept.Add(1)
				}
			})
		}
		wait.Wait()
		bikes, parts := count(t, d, "select count(*) from bike"), count(t, d, "select count(*) from part")
		if bikes != kept.Load() || bikes != writers*rounds*5/8 || parts != 0 || gapless(t, d) != bikes {
			t.Errorf("%d bikes of %d, %d parts, %d changes", bikes, kept.Load(), parts, gapless(t, d))
		}
	})
}

func TestContext(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, _ *db.Cluster) {
		engine := db.Engine(filepath.Base(t.Name()))
		cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Connections = 2 }) // one of them writes
		d := dbtest.Open(t, cluster, []db.Schema{shed})
		over, cancel := context.WithCancel(t.Context())
		cancel()
		never := func(*db.Tx) error { t.Error("it ran"); return nil }
		if err := d.Write(over, tester, "test", never); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before a write: %v", err)
		}
		if err := d.Read(over, func(tx *db.Tx) error { _, err := db.One(tx, db.Column[int64], "select 1"); return err }); err == nil {
			t.Error("cancelled before a read, and it ran")
		}

		began, release := make(chan struct{}), make(chan struct{})
		var wait sync.WaitGroup
		during, cancelDuring := context.WithCancel(t.Context())
		wait.Go(func() {
			err := d.Write(during, tester, "test", func(tx *db.Tx) error {
				close(began)
				<-release
				_, err := addBike(tx, "red")
				return err
			})
			if err != nil {
				t.Errorf("cancelled during the write: %v", err)
			}
		})
		<-began
		cancelDuring()
		waiting, cancelWaiting := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancelWaiting()
		if err := d.Write(waiting, tester, "test", never); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled while it waited: %v", err)
		}
		close(release)
		wait.Wait()
		if n := count(t, d, "select count(*) from bike"); n != 1 {
			t.Errorf("%d bikes", n)
		}
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		name := dbtest.NewName()
		d, err := c.Create(t.Context(), name, []db.Schema{change.Schema(), shed})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := d.Read(t.Context(), noWrite); value.KindOf(err) != value.Unavailable {
			t.Errorf("read after close: %v", err)
		}
		if err := write(t, d, noWrite); value.KindOf(err) != value.Unavailable {
			t.Errorf("write after close: %v", err)
		}
		if _, err := c.Open(t.Context(), name, []db.Schema{change.Schema(), shed}); err != nil {
			t.Errorf("open again: %v", err)
		}
	})
}

func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	schema := db.Schema{Feature: "values", Files: files(map[string]string{
		"0001_values.sqlite.sql":   "create table v (id bigint, yes boolean, name text, bytes blob, doc jsonb, real double precision)",
		"0001_values.postgres.sql": "create table v (id bigint, yes boolean, name text, bytes bytea, doc jsonb, real double precision)",
	})}
	dbtest.Each(t, []db.Schema{schema}, func(t *testing.T, d *db.DB) {
		type row struct {
			id    int64
			yes   bool
			name  *string
			bytes []byte
			doc   string
			real  float64
		}
		name := "Zürich ' \" ; -- 東京"
		rows := []row{{1<<63 - 1, true, &name, []byte{0, 255}, `{"a": "ü"}`, 0.1}, {-1 << 63, false, nil, []byte{}, `[]`, -1e300}}
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			var values [][]any
			for _, r := range rows {
				values = append(values, []any{r.id, r.yes, r.name, r.bytes, r.doc, r.real})
			}
			return tx.Insert("v", []string{"id", "yes", "name", "bytes", "doc", "real"}, values)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			got, err := db.All(tx, func(s db.Scanner) (r row, err error) {
				err = s.Scan(&r.id, &r.yes, &r.name, &r.bytes, &r.doc, &r.real)
				return r, err
			}, "select id, yes, name, bytes, doc, real from v order by id desc")
			if err == nil && fmt.Sprint(got[0].id, got[0].yes, *got[0].name, got[0].bytes, got[0].doc, got[0].real, got[1].id, got[1].yes, got[1].name, got[1].bytes, got[1].doc, got[1].real) !=
				fmt.Sprint(rows[0].id, rows[0].yes, name, rows[0].bytes, rows[0].doc, rows[0].real, rows[1].id, rows[1].yes, nil, rows[1].bytes, rows[1].doc, rows[1].real) {
				t.Errorf("got %+v", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyRowsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		rows := make([][]any, 5000)
		for i := range rows {
			rows[i] = []any{i + 1, fmt.Sprintf("bike %d", i)}
		}
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { return tx.Insert("bike", []string{"id", "name"}, rows) })
		if n := count(t, d, "select count(*) from bike"); err != nil || n != 5000 {
			t.Errorf("%d bikes, %v", n, err)
		}
	})
}

func TestChangedWakes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		changed := d.Changed()
		if err := d.Maintain(t.Context(), "test", noWrite); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
			t.Error("bookkeeping woke the readers")
		default:
		}
		if err := write(t, d, func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err }); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
		default:
			t.Error("a write did not wake the readers")
		}
	})
}
