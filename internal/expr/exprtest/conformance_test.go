package exprtest

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/expr"
)

func directory(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cel.dev/expr").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "tests", "simple", "testdata")
}

// TestConformance holds the language and both databases against the files of its makers.
func TestConformance(t *testing.T) {
	t.Parallel()
	databases := map[expr.Dialect]*db.DB{
		expr.SQLite:   dbtest.Open(t, dbtest.Cluster(t, db.SQLite), nil),
		expr.Postgres: dbtest.Open(t, dbtest.Cluster(t, db.Postgres), nil),
	}
	report, err := Conformance(directory(t), func(d expr.Dialect, sql string, args []any) (any, error) {
		var got any
		err := databases[d].Read(context.Background(), func(tx *db.Tx) error { return tx.Row("select "+sql, args...).Scan(&got) })
		return got, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Counts{"in process": report.Process, "SQLite": report.SQLite, "PostgreSQL": report.Postgres} {
		t.Logf("%s: %d passed, %d refused, %d wrong", name, c.Passed, c.Refused, c.Wrong)
		for _, detail := range c.Details {
			t.Errorf("%s: %s", name, detail)
		}
		if c.Passed < 300 {
			t.Errorf("%s: only %d passed", name, c.Passed)
		}
	}
}

func TestConformanceWithoutFiles(t *testing.T) {
	t.Parallel()
	if _, err := Conformance(t.TempDir(), nil); err == nil {
		t.Error("a directory without files is no error")
	}
}
