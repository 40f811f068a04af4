package job_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/value"
)

// clock is set by the test; workers read it at the same time.
type clock struct{ us atomic.Int64 }

func (c *clock) Now() time.Time          { return value.FromMicros(c.us.Load()) }
func (c *clock) advance(d time.Duration) { c.us.Add(d.Microseconds()) }

// each runs a test on both engines with a clock that stands still.
func each(t *testing.T, test func(t *testing.T, d *db.DB, now *clock)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			now := new(clock)
			now.us.Store(1_800_000_000_000_000)
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) {
				c.Clock, c.IDs = now, value.NewIDs(now, 1)
			})
			test(t, dbtest.Open(t, cluster, []db.Schema{job.Schema()}), now)
		})
	}
}

func enqueue(t *testing.T, d *db.DB, j job.Job) value.ID {
	t.Helper()
	var id value.ID
	err := d.Maintain(t.Context(), "test", func(tx *db.Tx) (err error) {
		id, err = job.Enqueue(tx, j)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func runDue(t *testing.T, w *job.Worker, want int) {
	t.Helper()
	n, err := w.RunDue(t.Context())
	if err != nil || n != want {
		t.Fatalf("ran %d jobs, %v; want %d", n, err, want)
	}
}

func counts(t *testing.T, d *db.DB) map[string]int64 {
	t.Helper()
	found := make(map[string]int64)
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		all, err := job.Counts(tx)
		for _, c := range all {
			found[c.State] += c.Jobs
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func dead(t *testing.T, d *db.DB) []job.Failed {
	t.Helper()
	var all []job.Failed
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = job.Dead(tx, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestJobsRunWhenDueInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		var ran []string
		w := job.NewWorker(d, 1, job.Handler{Kind: "letter", Run: func(_ context.Context, c job.Claim) error {
			var to string
			if err := c.Payload(&to); err != nil {
				return err
			}
			ran = append(ran, to)
			return nil
		}})
		enqueue(t, d, job.Job{Kind: "letter", Payload: "later", RunAt: now.Now().Add(time.Hour)})
		enqueue(t, d, job.Job{Kind: "letter", Payload: "second"})
		enqueue(t, d, job.Job{Kind: "letter", Payload: "first", RunAt: now.Now().Add(-time.Hour)})
		enqueue(t, d, job.Job{Kind: "other", Payload: "not ours"})
		runDue(t, w, 2)
		runDue(t, w, 0)
		now.advance(time.Hour)
		runDue(t, w, 1)
		if got := strings.Join(ran, " "); got != "first second later" {
			t.Errorf("ran %s", got)
		}
		if got := counts(t, d); got["waiting"] != 1 || len(got) != 1 {
			t.Errorf("left %v", got)
		}
	})
}

func TestEnqueueIsUndoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		change := errors.New("changed my mind")
		err := d.Write(t.Context(), value.SystemActor("test"), "publish", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: tx.NewID()})
			if _, err := job.Enqueue(tx, job.Job{Kind: "letter"}); err != nil {
				return err
			}
			return change
		})
		if !errors.Is(err, change) {
			t.Fatal(err)
		}
		if got := counts(t, d); len(got) != 0 {
			t.Errorf("left %v", got)
		}
	})
}

func TestOneJobOfAKeyWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		var payloads []string
		var w *job.Worker
		w = job.NewWorker(d, 1, job.Handler{Kind: "index", Run: func(ctx context.Context, c job.Claim) error {
			var payload string
			if err := c.Payload(&payload); err != nil {
				return err
			}
			payloads = append(payloads, payload)
			if payload != "new" {
				return nil
			}
			// While it runs, another of its key may come to wait, and nobody starts it.
			enqueue(t, d, job.Job{Kind: "index", Key: "7", Payload: "next"})
			if n, err := w.RunDue(ctx); n != 0 || err != nil {
				t.Errorf("a second job of the key began: %d, %v", n, err)
			}
			return nil
		}})
		first := enqueue(t, d, job.Job{Kind: "index", Key: "7", Payload: "old", RunAt: now.Now().Add(time.Hour)})
		second := enqueue(t, d, job.Job{Kind: "index", Key: "7", Payload: "new"})
		third := enqueue(t, d, job.Job{Kind: "index", Key: "7", Payload: "new", RunAt: now.Now().Add(2 * time.Hour)})
		if first != second || second != third {
			t.Errorf("three jobs of one key: %d, %d, %d", first, second, third)
		}
		runDue(t, w, 2)
		if got := strings.Join(payloads, " "); got != "new next" {
			t.Errorf("ran %s", got)
		}
	})
}

func TestAFailedJobIsTriedAgainUntilItIsDead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		var attempts []int
		broken := true
		w := job.NewWorker(d, 1, job.Handler{Kind: "letter", Attempts: 3, Run: func(_ context.Context, c job.Claim) error {
			attempts = append(attempts, c.Attempt)
			switch {
			case !broken:
				return nil
			case c.Attempt == 2:
				panic("out of paper")
			default:
				return errors.New("no stamp")
			}
		}})
		id := enqueue(t, d, job.Job{Kind: "letter"})
		runDue(t, w, 1)
		now.advance(7 * time.Second) // the shortest first pause is 7.5 s
		runDue(t, w, 0)
		now.advance(6 * time.Second) // the longest is 12.5 s
		runDue(t, w, 1)
		now.advance(25 * time.Second)
		runDue(t, w, 1)
		failed := dead(t, d)
		if len(failed) != 1 || failed[0].ID != id || failed[0].Error != "no stamp" || failed[0].Attempts != 3 {
			t.Fatalf("dead: %+v", failed)
		}
		now.advance(24 * time.Hour)
		runDue(t, w, 0)

		broken = false
		err := d.Write(t.Context(), value.Actor{Kind: value.Staff, ID: 5}, "retry", func(tx *db.Tx) error { return job.Retry(tx, id) })
		if err != nil {
			t.Fatal(err)
		}
		runDue(t, w, 1)
		if len(attempts) != 4 || attempts[3] != 1 || len(counts(t, d)) != 0 {
			t.Errorf("attempts %v, left %v", attempts, counts(t, d))
		}
	})
}

func TestAHopelessJobDiesAtOnceAndCanBeDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		w := job.NewWorker(d, 1, job.Handler{Kind: "letter", Run: func(_ context.Context, c job.Claim) error {
			var number int
			return c.Payload(&number)
		}})
		id := enqueue(t, d, job.Job{Kind: "letter", Payload: "not a number"})
		runDue(t, w, 1)
		if failed := dead(t, d); len(failed) != 1 || failed[0].Payload != `"not a number"` {
			t.Fatalf("dead: %+v", failed)
		}
		drop := func() error {
			return d.Write(t.Context(), value.Actor{Kind: value.Staff, ID: 5}, "drop", func(tx *db.Tx) error { return job.Drop(tx, id) })
		}
		if err := drop(); err != nil {
			t.Fatal(err)
		}
		if err := drop(); value.KindOf(err) != value.NotFound {
			t.Errorf("dropped twice: %v", err)
		}
	})
}

func TestFailedJobGivesWayToOneOfItsKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		runs := 0
		w := job.NewWorker(d, 1, job.Handler{Kind: "index", Run: func(context.Context, job.Claim) error {
			if runs++; runs > 1 {
				return nil
			}
			enqueue(t, d, job.Job{Kind: "index", Key: "7"})
			return errors.New("first run fails")
		}})
		enqueue(t, d, job.Job{Kind: "index", Key: "7"})
		runDue(t, w, 2)
		now.advance(time.Hour)
		runDue(t, w, 0)
		if got := counts(t, d); len(got) != 0 {
			t.Errorf("left %v", got)
		}
	})
}

// A worker that is killed leaves a lease. The job runs again after it, and a job that kills each worker dies.
func TestAbandonedJobRunsAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		w := job.NewWorker(d, 1, job.Handler{Kind: "letter", Attempts: 2, Run: func(context.Context, job.Claim) error { return nil }})
		enqueue(t, d, job.Job{Kind: "letter"})
		job.ClaimForTest(t, d, "letter")
		runDue(t, w, 0)
		now.advance(31 * time.Second)
		runDue(t, w, 1)
		if got := counts(t, d); len(got) != 0 {
			t.Fatalf("left %v", got)
		}

		id := enqueue(t, d, job.Job{Kind: "letter"})
		for range 2 {
			job.ClaimForTest(t, d, "letter")
			now.advance(31 * time.Second)
		}
		runDue(t, w, 1)
		if failed := dead(t, d); len(failed) != 1 || failed[0].ID != id || !strings.Contains(failed[0].Error, "died") {
			t.Errorf("dead: %+v", failed)
		}
	})
}

// Who lost the lease cannot finish the job, so the effect that goes with Finish happens once.
func TestFinishNeedsTheLease(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		enqueue(t, d, job.Job{Kind: "letter"})
		old := job.ClaimForTest(t, d, "letter")
		now.advance(31 * time.Second)
		fresh := job.ClaimForTest(t, d, "letter")
		finish := func(c job.Claim) error {
			return d.Write(t.Context(), value.SystemActor("test"), "send", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "letter", Record: tx.NewID()})
				return c.Finish(tx)
			})
		}
		if err := finish(old); value.KindOf(err) != value.Conflict {
			t.Errorf("finished without the lease: %v", err)
		}
		if err := finish(fresh); err != nil {
			t.Error(err)
		}
		if got := counts(t, d); len(got) != 0 {
			t.Errorf("left %v", got)
		}
	})
}

func TestScheduleKeepsItsInterval(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock) {
		runs := 0
		handler := job.Handler{Kind: "sweep", Every: time.Hour, Attempts: 1, Run: func(context.Context, job.Claim) error {
			if runs++; runs == 2 {
				return errors.New("broom broke")
			}
			return nil
		}}
		w, other := job.NewWorker(d, 1, handler), job.NewWorker(d, 1, handler)
		for want := range 4 {
			runDue(t, w, 1)
			runDue(t, other, 0)
			if runs != want+1 {
				t.Fatalf("ran %d times in hour %d", runs, want)
			}
			now.advance(59 * time.Minute)
			runDue(t, other, 0)
			now.advance(time.Minute)
		}
		if got := counts(t, d); got["waiting"] != 1 || len(got) != 1 {
			t.Errorf("schedule became %v", got)
		}
	})
}

// Eight workers and many jobs: each runs exactly once.
func TestWorkersShareJobs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{job.Schema()}, func(t *testing.T, d *db.DB) {
		const jobs = 200
		var mu sync.Mutex
		ran := make(map[value.ID]int)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		run := func(_ context.Context, c job.Claim) error {
			mu.Lock()
			defer mu.Unlock()
			if ran[c.ID]++; len(ran) == jobs {
				stop()
			}
			return nil
		}
		err := d.Maintain(ctx, "test", func(tx *db.Tx) error {
			for range jobs {
				if _, err := job.Enqueue(tx, job.Job{Kind: "letter"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		group := job.NewGroup(ctx)
		for range 8 {
			group.Go("worker", job.NewWorker(d, 3, job.Handler{Kind: "letter", Run: run}).Run)
		}
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		select {
		case <-ctx.Done():
		case <-deadline.Done():
		}
		if err := group.Stop(deadline); err != nil {
			t.Fatal(err)
		}
		for id, n := range ran {
			if n != 1 {
				t.Errorf("job %d ran %d times", id, n)
			}
		}
		if got := counts(t, d); len(ran) != jobs || len(got) != 0 {
			t.Errorf("ran %d, left %v", len(ran), got)
		}
	})
}

// A worker wakes for a job that a write causes, and when it stops it waits for the job that runs.
func TestStopWaitsForRunningJobs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{job.Schema()}, func(t *testing.T, d *db.DB) {
		began, ended := make(chan struct{}), false
		w := job.NewWorker(d, 2, job.Handler{Kind: "letter", Run: func(ctx context.Context, _ job.Claim) error {
			close(began)
			time.Sleep(100 * time.Millisecond)
			ended = ctx.Err() == nil
			return nil
		}})
		group := job.NewGroup(t.Context())
		group.Go("worker", w.Run)
		time.Sleep(50 * time.Millisecond)
		woken := time.Now()
		err := d.Write(t.Context(), value.SystemActor("test"), "publish", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: tx.NewID()})
			_, err := job.Enqueue(tx, job.Job{Kind: "letter"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		<-began
		if late := time.Since(woken); late > 1500*time.Millisecond {
			t.Errorf("the worker woke after %v", late)
		}
		if err := group.Stop(t.Context()); err != nil || !ended {
			t.Errorf("stopped before the job ended: %v, %v", ended, err)
		}
		if got := counts(t, d); len(got) != 0 {
			t.Errorf("left %v", got)
		}
	})
}
