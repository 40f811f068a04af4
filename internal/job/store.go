package job

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's table.
func Schema() db.Schema { return db.Schema{Feature: "job", Files: files} }

func enqueue(tx *db.Tx, j Job, payload string) (value.ID, error) {
	var key any
	if j.Key != "" {
		key = j.Key
	}
	return db.One(tx, db.Column[value.ID], `
		insert into job (id, kind, key, payload, run_at_us)
		values ($1, $2, $3, $4, $5)
		on conflict (kind, key) where state = 'waiting' and key is not null
		do update set
			payload = excluded.payload,
			run_at_us = case when excluded.run_at_us < job.run_at_us then excluded.run_at_us else job.run_at_us end
		returning id`, tx.NewID(), j.Kind, key, payload, value.Micros(j.RunAt))
}

const scheduleKey = "schedule"

// schedule makes sure that a kind has its one scheduled job, which first runs at once.
func schedule(tx *db.Tx, kind string, every time.Duration) error {
	n, err := tx.Exec("update job set every_us = $2 where kind = $1 and every_us is not null", kind, every.Microseconds())
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(`
		insert into job (id, kind, key, payload, run_at_us, every_us)
		values ($1, $2, $3, 'null', $4, $5)
		on conflict (kind, key) where state = 'waiting' and key is not null
		do update set every_us = excluded.every_us`, tx.NewID(), kind, scheduleKey, value.Micros(tx.Now()), every.Microseconds())
	return err
}

// nextDue is when the first job of these kinds can be claimed; the zero time when there is none.
func nextDue(tx *db.Tx, kinds []string) (time.Time, error) {
	at_us, err := db.One(tx, db.Column[*int64], `
		select min(at_us) from (
			select min(run_at_us) as at_us from job where state = 'waiting' and kind in `+list(len(kinds), 1)+`
			union all
			select min(lease_until_us) from job where state = 'running' and kind in `+list(len(kinds), 1)+`
		) as due`, anys(kinds)...)
	if err != nil || at_us == nil {
		return time.Time{}, err
	}
	return value.FromMicros(*at_us), nil
}

// claim takes up to most jobs that are due, or whose lease is over, for a worker. A waiting job whose key is running
// waits on. Only here the engines differ: PostgreSQL passes by rows that another worker is claiming.
func claim(tx *db.Tx, worker value.ID, kinds []string, most int) ([]Claim, error) {
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = "for update skip locked"
	}
	now := tx.Now()
	args := append([]any{worker, value.Micros(now), value.Micros(now.Add(leaseTime)), most}, anys(kinds)...)
	return db.All(tx, scanClaim, `
		with due as materialized (
			select id
			from job
			where kind in `+list(len(kinds), 5)+` and (
				state = 'running' and lease_until_us < $2
				or state = 'waiting' and run_at_us <= $2 and not exists (
					select 1 from job as other
					where other.kind = job.kind and other.key = job.key and other.state = 'running'))
			order by run_at_us, id
			limit $4
			`+skip+`)
		update job set state = 'running', lease = $1, lease_until_us = $3, attempts = attempts + 1
		where id in (select id from due)
		returning id, kind, coalesce(key, ''), attempts, payload, coalesce(every_us, 0), lease`, args...)
}

func scanClaim(row db.Scanner) (Claim, error) {
	var c Claim
	var every_us int64
	err := row.Scan(&c.ID, &c.Kind, &c.Key, &c.Attempt, &c.payload, &every_us, &c.lease)
	c.every = time.Duration(every_us) * time.Microsecond
	return c, err
}

// renew prolongs the lease of a job that still runs.
func (c Claim) renew(tx *db.Tx) error {
	_, err := tx.Exec("update job set lease_until_us = $3 where id = $1 and lease = $2", c.ID, c.lease, value.Micros(tx.Now().Add(leaseTime)))
	return err
}

// end removes a job that succeeded, or sends a scheduled one to its next time. It reports whether the lease was held.
func (c Claim) end(tx *db.Tx) (bool, error) {
	if c.every > 0 {
		return c.again(tx, tx.Now().Add(c.every), nil, 0)
	}
	n, err := tx.Exec("delete from job where id = $1 and lease = $2", c.ID, c.lease)
	return n > 0, err
}

// again lets a job wait for another attempt. When a job of the same key has come to wait meanwhile, that one does
// the work and this one is removed.
func (c Claim) again(tx *db.Tx, at time.Time, failure any, attempts int) (bool, error) {
	n, err := tx.Exec(`
		delete from job
		where id = $1 and lease = $2 and every_us is null and exists (
			select 1 from job as other
			where other.kind = job.kind and other.key = job.key and other.state = 'waiting')`, c.ID, c.lease)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = tx.Exec(`
		update job set state = 'waiting', run_at_us = $3, error = $4, attempts = $5, lease = null, lease_until_us = null
		where id = $1 and lease = $2`, c.ID, c.lease, value.Micros(at), failure, attempts)
	return n > 0, err
}

func (c Claim) bury(tx *db.Tx, failure string) error {
	_, err := tx.Exec(`
		update job set state = 'dead', error = $3, run_at_us = $4, lease = null, lease_until_us = null
		where id = $1 and lease = $2`, c.ID, c.lease, failure, value.Micros(tx.Now()))
	return err
}

// Failed is a job that failed for the last time.
type Failed struct {
	ID       value.ID
	Kind     string
	Key      string
	Payload  string // JSON
	Attempts int
	Error    string
	At       time.Time // of its last attempt
}

// Dead lists jobs that failed for the last time, newest first.
func Dead(tx *db.Tx, limit int) ([]Failed, error) {
	return db.All(tx, func(row db.Scanner) (Failed, error) {
		var f Failed
		var at_us int64
		err := row.Scan(&f.ID, &f.Kind, &f.Key, &f.Payload, &f.Attempts, &f.Error, &at_us)
		f.At = value.FromMicros(at_us)
		return f, err
	}, `
		select id, kind, coalesce(key, ''), payload, attempts, coalesce(error, ''), run_at_us
		from job
		where state = 'dead'
		order by run_at_us desc, id desc
		limit $1`, limit)
}

// Retry lets a dead job run again, from its first attempt, and logs that. It returns an error of kind NotFound when
// there is no such dead job, and of kind Conflict when a job of the same key waits already.
func Retry(tx *db.Tx, id value.ID) error {
	return revive(tx, id, "waiting", `
		update job set state = 'waiting', attempts = 0, run_at_us = $2, error = null
		where id = $1 and state = 'dead'`, id, value.Micros(tx.Now()))
}

// Drop removes a dead job and logs that. It returns an error of kind NotFound when there is no such dead job.
func Drop(tx *db.Tx, id value.ID) error {
	return revive(tx, id, "dropped", "delete from job where id = $1 and state = 'dead'", id)
}

func revive(tx *db.Tx, id value.ID, state, text string, args ...any) error {
	n, err := tx.Exec(text, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return value.Errorf(value.NotFound, "there is no such dead job")
	}
	tx.Log(db.Change{Object: "job", Record: id, Diff: map[string][2]string{"state": {"dead", state}}})
	return nil
}

// Count is how many jobs of a kind are in a state, and when the oldest was due.
type Count struct {
	Kind   string
	State  string // waiting, running, dead
	Jobs   int64
	Oldest time.Time
}

// Counts is for metrics and the operator's page.
func Counts(tx *db.Tx) ([]Count, error) {
	return db.All(tx, func(row db.Scanner) (Count, error) {
		var c Count
		var at_us int64
		err := row.Scan(&c.Kind, &c.State, &c.Jobs, &at_us)
		c.Oldest = value.FromMicros(at_us)
		return c, err
	}, "select kind, state, count(*), min(run_at_us) from job group by kind, state order by kind, state")
}

// list is "($5, $6)": n placeholders from a number on.
func list(n, from int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", from+i)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}
