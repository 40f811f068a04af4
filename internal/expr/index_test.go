package expr_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/expr"
)

// collated is the world with columns as records have them, and an index on each column that is searched.
func collated() fs.FS {
	indexes := ""
	for _, name := range []string{"name", "price", "born", "seen", "stage", "firm_id", "lat", "age"} {
		indexes += fmt.Sprintf("create index person_%[1]s on person (%[1]s);\n", name)
	}
	return fstest.MapFS{
		"schema/0001_world.sqlite.sql":   {Data: []byte(fmt.Sprintf(tables, "") + indexes)},
		"schema/0001_world.postgres.sql": {Data: []byte(fmt.Sprintf(tables, ` collate "C"`) + indexes)},
	}
}

// TestIndexesServe: the WHERE of the usual conditions is such that both databases search an index.
func TestIndexesServe(t *testing.T) {
	t.Parallel()
	s := scope(t)
	dbtest.Each(t, []db.Schema{{Feature: "world", Files: collated()}}, func(t *testing.T, d *db.DB) {
		dialect, explain, want := expr.SQLite, "explain query plan ", "SEARCH p USING"
		if d.Engine() == db.Postgres {
			dialect, explain, want = expr.Postgres, "explain ", "Index Cond"
		}
		for _, text := range []string{`name == "a"`, `name in ["a", "b"]`, `name.startsWith("a")`, `price > 1.5`, `price == 1.5`, `price >= 2 && active`, `born >= timestamp("2026-03-08T12:00:00Z")`,
			`seen > now - duration("720h")`, `stage == "won"`, `stage in ["won", "lost"]`, `firm.id == me.id`, `within(spot, 5, 47.3769, 8.5417)`, `age == 3 && (active || points > 2)`} {
			c, err := s.Compile(text, expr.Bool)
			if err != nil {
				t.Fatal(err)
			}
			q, err := c.Where(dialect, "p", constants(), 1)
			if err != nil {
				t.Fatal(err)
			}
			plan := ""
			err = d.Maintain(t.Context(), "explain", func(tx *db.Tx) error {
				if d.Engine() == db.Postgres {
					if _, err := tx.Exec("set local enable_seqscan = off"); err != nil {
						return err
					}
				}
				plan = ""
				return db.Each(tx, func(row db.Scanner) error {
					line := ""
					into := []any{&line}
					if d.Engine() == db.SQLite {
						into = []any{new(any), new(any), new(any), &line}
					}
					err := row.Scan(into...)
					plan += line + "\n"
					return err
				}, explain+"select p.id from person p where "+q.Text, q.Args...)
			})
			if err != nil || !strings.Contains(plan, want) {
				t.Errorf("%s: %v\n%s\n%s", text, err, q.Text, plan)
			}
		}
	})
}
