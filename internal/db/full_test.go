package db_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// A full disk makes SQLite give up the whole transaction, and with it the writes that share it. Each must still be
// told the truth: the big ones fail, the small ones are there.
func TestAFullDiskFailsOnlyWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{shed})
	pages := count(t, d, "select page_count from pragma_page_count")
	limit := fmt.Sprintf("pragma max_page_count = %d", pages+40)
	if err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error { _, err := db.One(tx, db.Column[int64], limit); return err }); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	results := make([]error, 64)
	for i := range results {
		wait.Go(func() {
			results[i] = write(t, d, func(tx *db.Tx) error {
				name := fmt.Sprint(i)
				if i%8 == 0 {
					name += strings.Repeat("x", 1<<20)
				}
				_, err := addBike(tx, name)
				return err
			})
		})
	}
	wait.Wait()
	for i, err := range results {
		there := count(t, d, "select count(*) from bike where name = $1", fmt.Sprint(i))
		if err != nil && value.KindOf(err) != value.Unavailable {
			t.Errorf("write %d: %v", i, err)
		}
		if big := i%8 == 0; big != (err != nil) || !big && there != 1 {
			t.Errorf("write %d: %v, %d rows", i, err, there)
		}
	}
	if n := count(t, d, "select count(*) from bike"); n != 56 || gapless(t, d) != 56 {
		t.Errorf("%d bikes", n)
	}
}
