package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Job is work to be done.
type Job struct {
	Kind    string
	Key     string    // at most one job of a kind and key waits; "" means any number
	Payload any       // written as JSON
	RunAt   time.Time // the zero time means as soon as possible
}

// Handler does the jobs of one kind.
type Handler struct {
	Kind     string
	Run      func(ctx context.Context, c Claim) error
	Attempts int           // after so many failures the job is dead; 0 means 8
	Timeout  time.Duration // after it the context of Run ends; 0 means 5 minutes
	Every    time.Duration // runs again and again with this interval; 0 means only when enqueued
}

// Claim is a job that a worker holds while it runs.
type Claim struct {
	ID      value.ID
	Kind    string
	Key     string
	Attempt int // from 1

	payload string
	every   time.Duration
	lease   value.ID
}

// Payload reads the job's payload.
func (c Claim) Payload(into any) error {
	if err := json.Unmarshal([]byte(c.payload), into); err != nil {
		return Permanent(fmt.Errorf("job.Payload(%s %d): %w", c.Kind, c.ID, err))
	}
	return nil
}

// Finish ends the job inside the handler's own transaction, so that the job's effect happens once. It returns an
// error of kind Conflict when the lease was lost, and then the transaction must fail.
func (c Claim) Finish(tx *db.Tx) error {
	held, err := c.end(tx)
	if err != nil {
		return err
	}
	if !held {
		return value.Errorf(value.Conflict, "another worker has taken this job over")
	}
	return nil
}

// Enqueue adds a job in the caller's transaction and returns its id. When a job of the same kind and key waits
// already, that one is kept, with the newer payload and the earlier time.
func Enqueue(tx *db.Tx, j Job) (value.ID, error) {
	payload, err := json.Marshal(j.Payload)
	if err != nil {
		return 0, fmt.Errorf("job.Enqueue(%s): %w", j.Kind, err)
	}
	if j.Kind == "" {
		return 0, errors.New("job.Enqueue: a job needs a kind")
	}
	if j.RunAt.IsZero() {
		j.RunAt = tx.Now()
	}
	return enqueue(tx, j, string(payload))
}

// Permanent marks an error that no repetition will mend: the job is dead at once.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

const (
	firstPause   = 10 * time.Second
	longestPause = time.Hour
)

// pauseAfter is how long to wait after a number of failures. It varies by a quarter, so that jobs that failed
// together do not return together.
func pauseAfter(failures int) time.Duration {
	pause := longestPause
	if failures < 10 {
		pause = min(firstPause<<(failures-1), longestPause)
	}
	return pause - pause/4 + rand.N(pause/2)
}
