package db_test

import (
	"strings"
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func feature(name string, texts map[string]string) []db.Schema {
	return []db.Schema{change.Schema(), {Feature: name, Files: files(texts)}}
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	const first, second = "create table a (id bigint)", "create table b (id bigint)"
	tests := []struct {
		name  string
		texts map[string]string
		want  value.Kind
		says  string
	}{
		{"the same again", map[string]string{"0001_a.sql": first, "0002_b.sql": second}, "", ""},
		{"one more", map[string]string{"0001_a.sql": first, "0002_b.sql": second, "0003_c.sql": "create table c (id bigint)"}, "", ""},
		{"changed text", map[string]string{"0001_a.sql": first, "0002_b.sql": second + " "}, value.Conflict, "changed after it ran"},
		{"older program", map[string]string{"0001_a.sql": first}, value.Conflict, "newer than this program"},
		{"renamed", map[string]string{"0001_a.sql": first, "0002_z.sql": second}, value.Conflict, "0002_b"},
		{"no such engine", map[string]string{"0001_a.sql": first, "0002_b.sql": second, "0003_c.oracle.sql": ""}, value.Internal, "engine"},
	}
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		for _, test := range tests {
			name := dbtest.NewName()
			d, err := c.Create(t.Context(), name, feature("f", map[string]string{"0001_a.sql": first, "0002_b.sql": second}))
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = c.Open(t.Context(), name, feature("f", test.texts))
			if value.KindOf(err) != test.want || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
	})
}

func TestAFailingMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		name := dbtest.NewName()
		good := map[string]string{"0001_a.sql": "create table a (id bigint)"}
		broken := map[string]string{"0001_a.sql": good["0001_a.sql"],
			"0002_b.sql": "create table b (id bigint); insert into b (id) values (1); insert into nowhere (id) values (1)"}
		if _, err := c.Create(t.Context(), name, feature("f", broken)); err == nil || !strings.Contains(err.Error(), "f/0002_b") {
			t.Fatalf("created: %v", err)
		}
		if exists, err := c.Exists(t.Context(), name); exists || err != nil {
			t.Errorf("the failed creation left its name taken: %v", err)
		}
		d, err := c.Create(t.Context(), name, feature("f", good))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Open(t.Context(), name, feature("f", broken)); err == nil {
			t.Fatal("opened")
		}
		d, err = c.Open(t.Context(), name, feature("f", good))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := db.All(tx, db.Column[int64], "select id from b"); return err }); err == nil {
			t.Error("half of the migration stayed")
		}
	})
}

func TestMigrationsForOneEngine(t *testing.T) {
	t.Parallel()
	schemas := feature("f", map[string]string{
		"0001_a.sqlite.sql": "create table on_sqlite (id bigint)", "0001_a.postgres.sql": "create table on_postgres (id bigint)",
		"0002_b.sql": "create table on_both (id bigint)",
	})
	dbtest.Each(t, schemas[1:], func(t *testing.T, d *db.DB) {
		if n := count(t, d, "select (select count(*) from on_both) + (select count(*) from on_"+string(d.Engine())+")"); n != 0 {
			t.Error(n)
		}
		if n := count(t, d, "select count(*) from migration where feature = 'f'"); n != 2 {
			t.Errorf("%d migrations ran", n)
		}
	})
}

// Two processes start a new version at once: each migration runs once, and both go on.
func TestTwoProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		name := dbtest.NewName()
		d, err := c.Create(t.Context(), name, []db.Schema{change.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		newer := feature("f", map[string]string{"0001_a.sql": "create table a (id bigint); insert into a (id) values (1)"})
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if _, err := c.Open(t.Context(), name, newer); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := count(t, d, "select count(*) from a"); n != 1 {
			t.Errorf("the migration ran %d times", n)
		}
	})
}
