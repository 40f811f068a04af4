package db_test

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// TestMain makes the test binary its own victim: see kill_test.go.
func TestMain(m *testing.M) {
	if os.Getenv(victimEngine) != "" {
		writeUntilKilled()
		return
	}
	os.Exit(m.Run())
}

// files makes a feature's migrations out of names and texts.
func files(texts map[string]string) fs.FS {
	all := make(fstest.MapFS)
	for name, text := range texts {
		all["schema/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// shed is the feature of these tests: bikes, and their parts, whose bike must exist when the write commits.
var shed = db.Schema{Feature: "shed", Files: files(map[string]string{"0001_shed.sql": `
	create table bike (
		id   bigint primary key,
		name text   not null unique,
		gear bigint not null default 0 check (gear >= 0)
	);
	create table part (
		id   bigint primary key,
		bike bigint not null references bike (id) deferrable initially deferred
	);`})}

var tester = value.SystemActor("test")

func addBike(tx *db.Tx, name string) (value.ID, error) {
	id := tx.NewID()
	tx.Log(db.Change{Object: "bike", Record: id, Diff: map[string]string{"name": name}})
	return id, tx.Insert("bike", []string{"id", "name"}, [][]any{{id, name}})
}

func write(t testing.TB, d *db.DB, fn func(*db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), tester, "test", fn)
}

// count runs a query for one number.
func count(t testing.TB, d *db.DB, text string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Column[int64], text, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gapless checks that the log counts from 1 without a gap and returns its length.
func gapless(t testing.TB, d *db.DB) int64 {
	t.Helper()
	if err := change.Number(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	// In one statement: a server may still commit what a killed client had sent.
	if gaps := count(t, d, "select coalesce(max(seq), 0) - count(seq) from change"); gaps != 0 {
		t.Errorf("the log has %d gaps", gaps)
	}
	return count(t, d, "select count(*) from change")
}
