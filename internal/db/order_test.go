package db_test

import (
	"errors"
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func TestConcurrentWritesAreNumberedInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				for range 50 {
					err := d.Write(t.Context(), value.SystemActor("test"), "try", func(tx *db.Tx) error {
						tx.Log(db.Change{Object: "thing", Record: tx.NewID(), Diff: map[string]string{"a": "b"}})
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		seen := 0
		r := &change.Reader{Name: "count", Apply: func(tx *db.Tx, rows []change.Row) error {
			for _, row := range rows {
				seen++
				if row.Seq != int64(seen) {
					return errors.New("out of order")
				}
			}
			return nil
		}}
		if _, err := r.CatchUp(t.Context(), d); err != nil || seen != 400 {
			t.Fatalf("saw %d, %v", seen, err)
		}
	})
}
