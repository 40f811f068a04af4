package job_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fairground/internal/job"
)

func TestGroupRestartsALoopThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		group := job.NewGroup(t.Context())
		var starts []time.Duration
		began := time.Now()
		group.Go("shaky", func(ctx context.Context) {
			starts = append(starts, time.Since(began))
			if len(starts) <= 3 {
				panic("shaken")
			}
			<-ctx.Done()
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}
		if len(starts) != len(want) {
			t.Fatalf("started at %v", starts)
		}
		for i := range want {
			if starts[i] != want[i] {
				t.Errorf("start %d at %v, want %v", i, starts[i], want[i])
			}
		}
		if group.Running()["shaky"] != 1 {
			t.Errorf("running: %v", group.Running())
		}
		if err := group.Stop(t.Context()); err != nil || len(group.Running()) != 0 {
			t.Errorf("stopped: %v, running %v", err, group.Running())
		}
	})
}

func TestStopNamesALoopThatDoesNotStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		group := job.NewGroup(t.Context())
		release := make(chan struct{})
		group.Go("stubborn", func(context.Context) { <-release })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := group.Stop(ctx); err == nil || !strings.Contains(err.Error(), "stubborn") {
			t.Errorf("stopped: %v", err)
		}
		close(release)
		synctest.Wait()
	})
}

func TestALoopThatReturnsIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		group := job.NewGroup(t.Context())
		runs := 0
		group.Go("once", func(context.Context) { runs++ })
		time.Sleep(time.Hour)
		synctest.Wait()
		if runs != 1 || len(group.Running()) != 0 {
			t.Errorf("ran %d times, running %v", runs, group.Running())
		}
	})
}
