package db_test

import (
	"testing"
	"testing/fstest"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

var indexed = db.Schema{Feature: "indexed", Files: fstest.MapFS{
	"schema/0001_indexed.sql": {Data: []byte("create table bike (id bigint primary key, frame text)")},
}}

func TestBuildIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{indexed}, func(t *testing.T, d *db.DB) {
		frames := func(texts ...string) {
			t.Helper()
			err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
				var rows [][]any
				for _, text := range texts {
					rows = append(rows, []any{int64(tx.NewID()), text})
				}
				return tx.Insert("bike", []string{"id", "frame"}, rows)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		unique := db.Index{Name: "bike_frame", Table: "bike", Columns: []string{"frame"}, Unique: true, Where: "frame is not null"}
		frames("steel", "steel")
		if err := d.BuildIndex(t.Context(), unique); value.KindOf(err) != value.Conflict {
			t.Fatalf("a unique index over rows that are not: %v", err)
		}
		if err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec("delete from bike")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // what the failure left behind is replaced; what is valid stays
			if err := d.BuildIndex(t.Context(), unique); err != nil {
				t.Fatal(err)
			}
		}
		frames("steel")
		if err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			return tx.Insert("bike", []string{"id", "frame"}, [][]any{{1, "steel"}})
		}); value.KindOf(err) != value.Conflict {
			t.Errorf("the index does not hold: %v", err)
		}
		for range 2 {
			if err := d.DropIndex(t.Context(), "bike_frame"); err != nil {
				t.Fatal(err)
			}
		}
		frames("steel")
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { return d.BuildIndex(tx.Context(), unique) })
		if err == nil {
			t.Error("an index was built inside a write")
		}
	})
}
