package db_test

import (
	"errors"
	"path/filepath"
	"slices"
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

func TestNames(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		for _, name := range []string{"", "A", "1a", "a-b", "a b", "../a", "a.b", "ä", "a;drop", `a"b`, "a'b", "a/b", "a\x00", strings.Repeat("a", 52)} {
			if _, err := c.Create(t.Context(), name, nil); value.KindOf(err) != value.Invalid {
				t.Errorf("created %q: %v", name, err)
			}
			if _, err := c.Open(t.Context(), name, nil); value.KindOf(err) != value.Invalid {
				t.Errorf("opened %q: %v", name, err)
			}
			if err := c.Drop(t.Context(), name); value.KindOf(err) != value.Invalid {
				t.Errorf("dropped %q: %v", name, err)
			}
		}
		name := dbtest.NewName()
		if _, err := c.Open(t.Context(), name, nil); value.KindOf(err) != value.NotFound {
			t.Errorf("opened what is not there: %v", err)
		}
		d, err := c.Create(t.Context(), name, []db.Schema{change.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Create(t.Context(), name, nil); value.KindOf(err) != value.Conflict {
			t.Errorf("created twice: %v", err)
		}
		if names, err := c.Names(t.Context()); err != nil || !slices.Contains(names, name) {
			t.Errorf("names: %v, %v", names, err)
		}
		if err := errors.Join(d.Close(), c.Drop(t.Context(), name)); err != nil {
			t.Fatal(err)
		}
		if exists, err := c.Exists(t.Context(), name); err != nil || exists {
			t.Errorf("dropped and still there: %v, %v", exists, err)
		}
	})
}

func TestOfTwoCreatorsOneSucceeds(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		name := dbtest.NewName()
		var wait sync.WaitGroup
		var made, taken atomic.Int64
		for range 6 {
			wait.Go(func() {
				_, err := c.Create(t.Context(), name, []db.Schema{change.Schema()})
				switch value.KindOf(err) {
				case "":
					made.Add(1)
				case value.Conflict:
					taken.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if made.Load() != 1 || taken.Load() != 5 {
			t.Errorf("%d made it, %d did not", made.Load(), taken.Load())
		}
	})
}

func TestAnOddDirectory(t *testing.T) {
	t.Parallel()
	c := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Directory = filepath.Join(c.Directory, "a b?c#d%20é&mode=memory") })
	name := dbtest.NewName()
	d, err := c.Create(t.Context(), name, []db.Schema{change.Schema(), shed})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(t, d, func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d, err = c.Open(t.Context(), name, []db.Schema{change.Schema(), shed})
	if err != nil || count(t, d, "select count(*) from bike") != 1 {
		t.Errorf("the file was not where it should be: %v", err)
	}
}

func TestAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	clock := value.SystemClock{}
	config := db.Config{Clock: clock, IDs: value.NewIDs(clock, 1), Log: change.Append}
	config.PostgresURL = "postgres://somebody:hunter2@/nowhere?host=" + t.TempDir()
	_, err := db.NewCluster(t.Context(), config)
	if value.KindOf(err) != value.Unavailable {
		t.Errorf("connected: %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error shows the password: %v", err)
	}
	config.PostgresURL = "postgres://%zz:hunter2@"
	if _, err := db.NewCluster(t.Context(), config); value.KindOf(err) != value.Invalid || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a broken address: %v", err)
	}
}

// Promise 7: two sites share connections and see nothing of each other, even where the same text means other types.
func TestDatabasesDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, _ *db.Cluster) {
		engine := db.Engine(filepath.Base(t.Name()))
		c := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Connections = 2 }) // one for each kind of work
		numbers := db.Schema{Feature: "one", Files: files(map[string]string{"0001_v.sql": "create table v (v bigint); create table only_one (id bigint)"})}
		texts := db.Schema{Feature: "two", Files: files(map[string]string{"0001_v.sql": "create table v (v text)"})}
		one, two := dbtest.Open(t, c, []db.Schema{numbers}), dbtest.Open(t, c, []db.Schema{texts})
		add := func(d *db.DB, v any) {
			err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { _, err := tx.Exec("insert into v (v) values ($1)", v); return err })
			if err != nil {
				t.Fatalf("%s: %v", d.Name(), err)
			}
		}
		for i := range 5 {
			add(one, i)
			add(two, "text")
			for d, want := range map[*db.DB]string{one: "i", two: "t"} {
				err := d.Read(t.Context(), func(tx *db.Tx) error {
					all, err := db.All(tx, db.Column[any], "select v from v")
					if err != nil || len(all) != i+1 {
						t.Errorf("%d rows, %v", len(all), err)
					}
					for _, v := range all {
						_, number := v.(int64)
						if number != (want == "i") {
							t.Errorf("%s holds %v", d.Name(), v)
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		}
		err := two.Read(t.Context(), func(tx *db.Tx) error {
			_, err := db.One(tx, db.Column[int64], "select count(*) from only_one")
			return err
		})
		if err == nil {
			t.Error("one site sees the other's table")
		}
	})
}

// A statement that is kept prepared survives a change of its columns' types.
func TestAColumnChangesItsType(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.ClusterWith(t, db.Postgres, func(c *db.Config) { c.Connections = 2 }), []db.Schema{shed})
	if err := write(t, d, func(tx *db.Tx) error { _, err := addBike(tx, "red"); return err }); err != nil {
		t.Fatal(err)
	}
	read := func(tx *db.Tx) error { _, err := db.All(tx, db.Column[any], "select gear from bike"); return err }
	for _, kind := range []string{"integer", "numeric", "bigint"} {
		if err := errors.Join(d.Read(t.Context(), read), d.Maintain(t.Context(), "test", read)); err != nil {
			t.Errorf("before %s: %v", kind, err)
		}
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec("alter table bike alter column gear type " + kind)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Read(t.Context(), read), d.Maintain(t.Context(), "test", read)); err != nil {
			t.Errorf("after %s: %v", kind, err)
		}
	}
}

// Two writes that each look at both rows and change one must not both act on the old state (write skew). PostgreSQL
// gives one of them up, and it is repeated.
func TestWritesAreSerialisable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		err := write(t, d, func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "bike", Record: 1})
			return tx.Insert("bike", []string{"id", "name", "gear"}, [][]any{{1, "red", 1}, {2, "blue", 1}})
		})
		if err != nil {
			t.Fatal(err)
		}
		var attempts atomic.Int64
		var both, wait sync.WaitGroup
		both.Add(2)
		for id := range 2 {
			first := true
			wait.Go(func() {
				err := write(t, d, func(tx *db.Tx) error {
					attempts.Add(1)
					on, err := db.One(tx, db.Column[int64], "select sum(gear) from bike")
					if first && d.Engine() == db.Postgres {
						first = false
						both.Done()
						both.Wait() // until the other has looked, too
					}
					if err != nil || on < 2 {
						return err
					}
					tx.Log(db.Change{Object: "bike", Record: value.ID(id + 1)})
					_, err = tx.Exec("update bike set gear = 0 where id = $1", id+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := count(t, d, "select sum(gear) from bike"); n != 1 {
			t.Errorf("%d of one rest", n)
		}
		if want := map[db.Engine]int64{db.SQLite: 2, db.Postgres: 3}[d.Engine()]; attempts.Load() != want {
			t.Errorf("%d attempts, want %d", attempts.Load(), want)
		}
	})
}

// A reader never waits for a writer and sees only what is committed.
func TestReadsSeeCommittedRowsOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		err := write(t, d, func(tx *db.Tx) error {
			if _, err := addBike(tx, "red"); err != nil {
				return err
			}
			began := time.Now()
			if n := count(t, d, "select count(*) from bike"); n != 0 {
				t.Errorf("a reader sees %d uncommitted bikes", n)
			}
			if time.Since(began) > 2*time.Second {
				t.Error("the reader waited")
			}
			return nil
		})
		if err != nil || count(t, d, "select count(*) from bike") != 1 {
			t.Error(err)
		}
	})
}
