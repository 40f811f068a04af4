package change_test

import (
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// Many processes number at once while others write: a number, once seen, stays, and there is no gap.
func TestANumberOnceGivenStays(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.ClusterWith(t, db.Postgres, func(c *db.Config) { c.Connections = 24 }), nil)
	var writing, numbering sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		writing.Go(func() {
			for i := range 80 {
				edit(t, d, value.ID(i+1), nil)
			}
		})
	}
	for range 6 {
		numbering.Go(func() {
			given := make(map[value.ID]int64)
			for over := false; !over; {
				select {
				case <-done:
					over = true
				default:
				}
				if err := change.Number(t.Context(), d); err != nil {
					t.Error(err)
					return
				}
				rows := read(t, d, func(tx *db.Tx) ([]change.Row, error) { return change.Since(tx, 0, 1000) })
				for i, row := range rows {
					if was := given[row.ID]; was != 0 && was != row.Seq || row.Seq != int64(i+1) {
						t.Errorf("entry %d had number %d and has %d, at place %d", row.ID, was, row.Seq, i+1)
						return
					}
					given[row.ID] = row.Seq
				}
			}
			if len(given) != 320 {
				t.Errorf("%d entries have a number", len(given))
			}
		})
	}
	writing.Wait()
	close(done)
	numbering.Wait()
}
