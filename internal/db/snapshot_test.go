package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// family is tables that refer to each other, named so that the order of names is not the order of references.
var family = db.Schema{Feature: "family", Files: fstest.MapFS{
	"schema/0001_family.sql": {Data: []byte(`
create table zebra (id bigint primary key, name text not null);
create table node (
	id bigint primary key, parent bigint references node (id), zebra bigint references zebra (id),
	weight double precision, ready boolean, raw bytea, doc jsonb,
	twice bigint generated always as (id * 2) stored
);
create table apple (node bigint not null references node (id), part bigint not null, primary key (part, node));
create index node_parent on node (parent);`)},
}}

func writeFamily(t *testing.T, d *db.DB, fn func(*db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "family", Record: 1})
		return fn(tx)
	})
}

func TestSnapshotSeesOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{family}, func(t *testing.T, d *db.DB) {
		add := func(id int64) {
			t.Helper()
			err := writeFamily(t, d, func(tx *db.Tx) error {
				return tx.Insert("zebra", []string{"id", "name"}, [][]any{{id, "stripes"}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		count := func(tx *db.Tx) int64 {
			t.Helper()
			n, err := db.One(tx, db.Column[int64], "select count(*) from zebra")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		add(1)
		err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
			before := count(tx)
			add(2)
			add(3)
			if after := count(tx); before != 1 || after != 1 {
				t.Errorf("the snapshot saw %d rows, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 6 { // every connection of the pool came back usable, and sees the present
			if err := d.Read(t.Context(), func(tx *db.Tx) error {
				if n := count(tx); n != 3 {
					t.Errorf("after the snapshot a read saw %d rows", n)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSnapshotCannotWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{family}, func(t *testing.T, d *db.DB) {
		for _, text := range []string{"insert into zebra (id, name) values (1, 'x')", "delete from zebra", "create table more (id bigint)"} {
			err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(text)
				return err
			})
			if err == nil {
				t.Errorf("%s worked in a snapshot", text)
			}
		}
		err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
			return db.Each(tx, func(db.Scanner) error { return nil }, "insert into zebra (id, name) values (1, 'x') returning id")
		})
		if err == nil {
			t.Error("insert … returning worked in a snapshot")
		}
	})
}

func TestAnAbandonedSnapshotLeavesItsConnectionClean(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{family}, func(t *testing.T, d *db.DB) {
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			err := d.Snapshot(ctx, func(tx *db.Tx) error {
				if _, err := db.One(tx, db.Column[int64], "select count(*) from zebra"); err != nil {
					return err
				}
				cancel()
				_, err := db.One(tx, db.Column[int64], "select count(*) from zebra")
				return err
			})
			if err == nil {
				t.Fatal("a snapshot went on after its context ended")
			}
		}
		if err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
			_, err := db.One(tx, db.Column[int64], "select count(*) from zebra")
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestTables(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{family}, func(t *testing.T, d *db.DB) {
		var all []db.Table
		err := d.Snapshot(t.Context(), func(tx *db.Tx) (err error) {
			all, err = db.Tables(tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, table := range all {
			names = append(names, table.Name)
		}
		place := func(name string) int { return slices.Index(names, name) }
		if place("zebra") < 0 || place("zebra") > place("node") || place("node") > place("apple") || place("change") < 0 || place("migration") < 0 {
			t.Errorf("tables in the order %v", names)
		}
		node, apple := all[place("node")], all[place("apple")]
		want := "[{id integer} {parent integer} {zebra integer} {weight float} {ready boolean} {raw bytes} {doc json}]"
		if got := fmt.Sprint(node.Columns); got != want {
			t.Errorf("columns %s, not %s", got, want)
		}
		if got := fmt.Sprint(node.Key, node.Refers, apple.Key); got != "[id] [node zebra] [part node]" {
			t.Errorf("keys %s", got)
		}
	})
}

func TestLateKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{family}, func(t *testing.T, d *db.DB) {
		insert := func(tx *db.Tx, id, parent int64) error {
			return tx.Insert("node", []string{"id", "parent"}, [][]any{{id, parent}})
		}
		late := func(fn func(tx *db.Tx) error) error {
			return writeFamily(t, d, func(tx *db.Tx) error {
				return db.LateKeys(tx, []string{"node"}, func() error { return fn(tx) })
			})
		}
		err := late(func(tx *db.Tx) error {
			for id := int64(1); id < 50; id++ {
				if err := insert(tx, id, id+1); err != nil {
					return err
				}
			}
			return insert(tx, 50, 50)
		})
		if err != nil {
			t.Errorf("children before their parents: %v", err)
		}
		if err := late(func(tx *db.Tx) error { return insert(tx, 60, 61) }); value.KindOf(err) != value.Conflict {
			t.Errorf("a parent that never came: %v", err)
		}
		err = writeFamily(t, d, func(tx *db.Tx) error {
			if err := insert(tx, 70, 71); err != nil {
				return err
			}
			return insert(tx, 71, 71)
		})
		if value.KindOf(err) != value.Conflict {
			t.Errorf("afterwards keys are not checked at each row: %v", err)
		}
	})
}

func TestMigrationsOfAnOlderDatabase(t *testing.T) {
	t.Parallel()
	first := fstest.MapFS{"schema/0001_a.sql": {Data: []byte("create table a (id bigint primary key)")}}
	both := fstest.MapFS{"schema/0001_a.sql": first["schema/0001_a.sql"], "schema/0002_b.sql": {Data: []byte("alter table a add column b bigint")}}
	altered := fstest.MapFS{"schema/0001_a.sql": {Data: []byte("create table a (id text primary key)")}}
	schema := func(files fstest.MapFS) []db.Schema { return []db.Schema{{Feature: "a", Files: files}} }
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		name := dbtest.NewName()
		columns := func(d *db.DB) (n int, ran []db.Migration) {
			t.Helper()
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				all, err := db.Tables(tx)
				if err != nil {
					return err
				}
				for _, table := range all {
					if table.Name == "a" {
						n = len(table.Columns)
					}
				}
				ran, err = db.Migrations(tx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n, ran
		}
		old, err := c.Create(t.Context(), name, schema(first))
		if err != nil {
			t.Fatal(err)
		}
		_, ran := columns(old)
		for _, test := range []struct {
			files fstest.MapFS
			fault string
		}{{both, ""}, {first, ""}, {altered, "is not the one"}, {fstest.MapFS{}, "newer program"}} {
			err := db.CheckMigrations(schema(test.files), c.Engine(), ran)
			if (test.fault == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("compared with %d files: %v", len(test.files), err)
			}
		}
		asOf, err := c.Create(t.Context(), name+"x", append(db.AsOf(schema(both), ran), db.AsOf([]db.Schema{family}, ran)...))
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := columns(asOf); n != 1 {
			t.Errorf("the older table has %d columns", n)
		}
		if err := asOf.Close(); err != nil {
			t.Fatal(err)
		}
		present, err := c.Open(t.Context(), name+"x", schema(both))
		if err != nil {
			t.Fatal(err)
		}
		if n, ran := columns(present); n != 2 || len(ran) != 2 {
			t.Errorf("brought up to date it has %d columns after %v", n, ran)
		}
	})
}
