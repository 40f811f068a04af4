package change_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// found holds what readers of these tests found.
var found = db.Schema{Feature: "found", Files: fstest.MapFS{
	"schema/0001_found.sql": {Data: []byte("create table found (seq bigint primary key, record bigint not null)")},
}}

func edit(t testing.TB, d *db.DB, record value.ID, diff any) {
	t.Helper()
	err := d.Write(t.Context(), value.Actor{Kind: value.Member, ID: 9}, "listing.edit", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "listing", Record: record, Diff: diff})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read[T any](t testing.TB, d *db.DB, fn func(*db.Tx) (T, error)) (got T) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func history(record value.ID) func(*db.Tx) ([]change.Row, error) {
	return func(tx *db.Tx) ([]change.Row, error) { return change.History(tx, "listing", record, 10) }
}

func TestHistory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		edit(t, d, 1, map[string][]int{"price": {10, 12}})
		edit(t, d, 2, nil)
		edit(t, d, 1, map[string][]int{"price": {12, 15}})
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		rows := read(t, d, history(1))
		if len(rows) != 2 || rows[0].Seq != 3 || rows[1].Seq != 1 || rows[0].Diff != `{"price":[12,15]}` ||
			rows[0].Actor != "member:9" || rows[0].Action != "listing.edit" || time.Since(rows[0].At) > time.Minute {
			t.Errorf("%+v", rows)
		}
		if last := read(t, d, change.Last); last != 3 {
			t.Errorf("the last number is %d", last)
		}
		for _, row := range rows {
			if !bytes.Equal(row.Digest, change.Commit(row.Salt, row.Diff)) {
				t.Errorf("the digest of %d does not fit", row.Seq)
			}
		}
		if bytes.Equal(rows[0].Salt, rows[1].Salt) || len(rows[0].Salt) != 16 {
			t.Error("two changes share a salt")
		}
	})
}

func TestEraseKeepsTheDigest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		edit(t, d, 1, "a phone number")
		edit(t, d, 2, "of another")
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		before := read(t, d, history(1))
		err := d.Write(t.Context(), value.Actor{Kind: value.Staff, ID: 3}, "erase", func(tx *db.Tx) error {
			n, err := change.Erase(tx, "listing", 1)
			if n != 1 {
				t.Errorf("erased %d", n)
			}
			tx.Log(db.Change{Object: "listing", Record: 1})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		after, other := read(t, d, history(1)), read(t, d, history(2))
		if len(after) != 2 || after[1].Diff != "" || after[1].Salt != nil || !bytes.Equal(after[1].Digest, before[0].Digest) ||
			after[1].Actor != before[0].Actor || after[1].Seq != before[0].Seq {
			t.Errorf("erased: %+v", after)
		}
		if other[0].Diff != `"of another"` {
			t.Errorf("another record was erased: %+v", other)
		}
	})
}

func TestADiffThatIsNoJSONFailsItsWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: 1, Diff: func() {}})
			return nil
		})
		if err == nil || read(t, d, change.Last) != 0 {
			t.Errorf("logged: %v", err)
		}
	})
}

// Writers commit in another order than they began, some fail, and a reader follows all the while. It must see every
// committed change once, in order, and pass none by.
func TestNoChangeIsSkipped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 60
		var mu sync.Mutex
		seen := make(map[value.ID]int)
		next := int64(1)
		reader := &change.Reader{Name: "follow", Batch: 7, Apply: func(_ *db.Tx, rows []change.Row) error {
			mu.Lock()
			defer mu.Unlock()
			for _, row := range rows {
				if row.Seq != next {
					t.Errorf("number %d came when %d was due", row.Seq, next)
				}
				next = row.Seq + 1
				seen[row.Record]++
			}
			return nil
		}}
		ctx, stop := context.WithCancel(t.Context())
		var following, writing sync.WaitGroup
		following.Go(func() { reader.Follow(ctx, d) })

		var committed sync.Map
		for range writers {
			writing.Go(func() {
				for range each {
					for _, record := range dawdle(t, d) {
						committed.Store(record, true)
					}
				}
			})
		}
		writing.Wait()
		stop()
		following.Wait()
		if _, err := reader.CatchUp(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		all := 0
		committed.Range(func(record, _ any) bool {
			if all++; seen[record.(value.ID)] != 1 {
				t.Errorf("record %d was seen %d times", record, seen[record.(value.ID)])
			}
			return true
		})
		if len(seen) != all || all < writers*each/2 {
			t.Errorf("%d were seen, %d committed", len(seen), all)
		}
	})
}

// dawdle writes one to three changes in a transaction that takes its time, and returns what it committed: now and then
// nothing.
func dawdle(t *testing.T, d *db.DB) (records []value.ID) {
	t.Helper()
	err := d.Write(t.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
		records = records[:0]
		for range 1 + rand.IntN(3) {
			records = append(records, tx.NewID())
			tx.Log(db.Change{Object: "thing", Record: records[len(records)-1]})
		}
		if d.Engine() == db.Postgres { // takes its place in the order of transactions, then waits
			if _, err := db.One(tx, db.Column[string], "select pg_current_xact_id()::text"); err != nil {
				return err
			}
			time.Sleep(rand.N(15 * time.Millisecond))
		}
		if rand.IntN(10) == 0 {
			return errOnPurpose
		}
		return nil
	})
	if err != nil && !errors.Is(err, errOnPurpose) {
		t.Error(err)
	}
	if err != nil {
		return nil
	}
	return records
}

var errOnPurpose = errors.New("on purpose")

// What a reader writes and its cursor move together, so a failure repeats the batch and nothing is applied twice, also
// when several follow under one name.
func TestAFailingReaderTriesAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{found}, func(t *testing.T, d *db.DB) {
		for i := range 40 {
			edit(t, d, value.ID(i+1), nil)
		}
		var calls atomic.Int64
		newReader := func() *change.Reader {
			return &change.Reader{Name: "copy", Batch: 3, Apply: func(tx *db.Tx, rows []change.Row) error {
				for _, row := range rows {
					if err := tx.Insert("found", []string{"seq", "record"}, [][]any{{row.Seq, row.Record}}); err != nil {
						return err
					}
				}
				if calls.Add(1)%3 == 0 {
					return errOnPurpose
				}
				return nil
			}}
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				reader := newReader()
				for tries := 0; tries < 100; tries++ {
					_, err := reader.CatchUp(t.Context(), d)
					if err == nil {
						return
					}
					if !errors.Is(err, errOnPurpose) {
						t.Error(err)
					}
				}
				t.Error("never came to the end")
			})
		}
		wait.Wait()
		rows := read(t, d, func(tx *db.Tx) ([]int64, error) {
			return db.All(tx, db.Column[int64], "select record from found order by seq")
		})
		if len(rows) != 40 || rows[0] != 1 || rows[39] != 40 {
			t.Errorf("applied %v", rows)
		}
	})
}

func TestFollowPausesAfterAFailureAndCountsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var failed atomic.Bool
		reader := &change.Reader{Name: "shaky", Apply: func(_ *db.Tx, rows []change.Row) error {
			if failed.CompareAndSwap(false, true) {
				return errOnPurpose
			}
			stop()
			return nil
		}}
		edit(t, d, 1, nil)
		began := time.Now()
		reader.Follow(ctx, d)
		if reader.Failures() != 1 || time.Since(began) < time.Second || time.Since(began) > 15*time.Second {
			t.Errorf("%d failures in %v", reader.Failures(), time.Since(began))
		}
	})
}

func TestLagAndRewind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		applied := 0
		reader := &change.Reader{Name: "count", Apply: func(_ *db.Tx, rows []change.Row) error { applied += len(rows); return nil }}
		for i := range 5 {
			edit(t, d, value.ID(i+1), nil)
		}
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if lag := read(t, d, reader.Lag); lag != 5 {
			t.Errorf("lag %d before", lag)
		}
		if n, err := reader.CatchUp(t.Context(), d); n != 5 || err != nil {
			t.Fatalf("applied %d, %v", n, err)
		}
		if lag := read(t, d, reader.Lag); lag != 0 {
			t.Errorf("lag %d after", lag)
		}
		if err := d.Maintain(t.Context(), "rewind", reader.Rewind); err != nil {
			t.Fatal(err)
		}
		if n, err := reader.CatchUp(t.Context(), d); n != 5 || err != nil || applied != 10 {
			t.Errorf("applied %d again, %d in all, %v", n, applied, err)
		}
	})
}

// A long transaction, of any database on the server, holds nobody back, and its changes come when it ends.
func TestALongTransactionHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Cluster(t, db.Postgres), nil)
	var order []value.ID
	reader := &change.Reader{Name: "order", Apply: func(_ *db.Tx, rows []change.Row) error {
		for _, row := range rows {
			order = append(order, row.Record)
		}
		return nil
	}}
	err := d.Write(t.Context(), value.SystemActor("slow"), "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "thing", Record: 1})
		if _, err := db.One(tx, db.Column[string], "select pg_current_xact_id()::text"); err != nil {
			return err
		}
		var beside sync.WaitGroup
		beside.Go(func() {
			edit(t, d, 2, nil)
			if n, err := reader.CatchUp(t.Context(), d); n != 1 || err != nil {
				t.Errorf("saw %d changes beside a long transaction, %v", n, err)
			}
		})
		beside.Wait()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := reader.CatchUp(t.Context(), d); n != 1 || err != nil || fmt.Sprint(order) != "[2 1]" {
		t.Errorf("order %v, %v", order, err)
	}
}

// TestAReaderWithAnAuthorAnswersForWhatItWrites: its writes are in the log under its name, and a batch that led to
// nothing moves the cursor all the same.
func TestAReaderWithAnAuthorAnswersForWhatItWrites(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{found}, func(t *testing.T, d *db.DB) {
		reader := &change.Reader{Name: "follower", Author: value.SystemActor("follower"), Action: "found.note", Batch: 2}
		reader.Apply = func(tx *db.Tx, rows []change.Row) error {
			for _, row := range rows {
				if row.Object == "listing" && row.Record == 7 {
					if err := tx.Insert("found", []string{"seq", "record"}, [][]any{{row.Seq, int64(row.Record)}}); err != nil {
						return err
					}
					tx.Log(db.Change{Object: "found", Record: row.Record, Diff: row.Seq})
				}
			}
			return nil
		}
		for record := range value.ID(5) {
			edit(t, d, record+5, nil) // 5 to 9
		}
		if n, err := reader.CatchUp(t.Context(), d); err != nil || n != 6 { // and its own entry
			t.Fatalf("it read %d entries, %v", n, err)
		}
		log := read(t, d, func(tx *db.Tx) ([]change.Row, error) { return change.Newest(tx, change.Filter{Object: "found"}, 0, 10) })
		if len(log) != 1 || log[0].Actor != "system:follower" || log[0].Action != "found.note" {
			t.Errorf("the log says %+v", log)
		}
		if lag := read(t, d, reader.Lag); lag != 0 {
			t.Errorf("it is %d entries behind", lag)
		}
	})
}
