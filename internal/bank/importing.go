package bank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// The limits of a list.
const (
	MostListBytes = 1 << 30
	mostProblems  = 200 // that a report names; all are counted
	rowsAtOnce    = 5000
)

// Import is a list on its way into a bank.
type Import struct {
	ID       value.ID
	Bank     Bank
	Name     string // of the file
	Source   string
	Reason   string
	Author   string
	Made     time.Time
	Size     int64 // bytes
	Read     int64 // of them, so far
	Done     int64 // rows
	Added    int64
	Known    int64
	Refused  int64
	Problems []Problem // the first of them
	State    string    // waiting, done, failed
	Failure  string    // why it failed, for people
	Ended    time.Time
}

// Problem is a row that was refused.
type Problem struct {
	Line int `json:"line"`
	Why  Why `json:"why"`
}

// listKey names the blob of a list.
func listKey(id value.ID) string { return fmt.Sprintf("bank/list-%s.txt", id.Text(ImportKind)) }

// Take keeps a list and lets a job read it into a bank. It returns an error of kind Invalid when the reason is missing ("reason") or
// the file is empty or larger than MostListBytes ("file").
func (d *Desk) Take(ctx context.Context, actor value.Actor, i Import, file io.Reader) (value.ID, error) {
	switch {
	case i.Bank.number() < 0:
		return 0, value.Errorf(value.NotFound, "there is no bank %q", string(i.Bank))
	case i.Reason == "":
		return 0, problem("reason", "reason", value.Invalid)
	case i.Size <= 0 || d.config.Blobs == nil:
		return 0, problem("file", "no_file", value.Invalid)
	case i.Size > MostListBytes:
		return 0, problem("file", "large_file", value.Invalid)
	}
	i.ID = d.config.DB.IDs().Next()
	if err := d.config.Blobs.Put(ctx, listKey(i.ID), file, i.Size); err != nil {
		return 0, fmt.Errorf("bank.Take(%s): %w", i.Bank, err)
	}
	err := d.config.DB.Write(ctx, actor, "bank.import", func(tx *db.Tx) error {
		if err := insertImport(tx, i); err != nil {
			return err
		}
		tx.Log(db.Change{Object: importObject, Record: i.ID, Diff: map[string]any{"bank": i.Bank, "source": i.Source, "reason": i.Reason, "bytes": i.Size}})
		_, err := job.Enqueue(tx, job.Job{Kind: importJob, Key: i.ID.String(), Payload: i.ID})
		return err
	})
	if err != nil {
		return 0, errors.Join(fmt.Errorf("bank.Take(%s): %w", i.Bank, err), d.config.Blobs.Delete(context.WithoutCancel(ctx), listKey(i.ID)))
	}
	return i.ID, nil
}

// Jobs are the handlers of a site's queue that this package needs.
func (d *Desk) Jobs() []job.Handler {
	all := []job.Handler{
		{Kind: sweepJob, Run: d.sweep, Timeout: time.Hour},
		{Kind: importJob, Run: d.runImport, Timeout: 2 * time.Hour},
	}
	if len(d.config.Providers) > 0 {
		all = append(all, job.Handler{Kind: pullJob, Run: d.pullAll, Timeout: time.Hour, Every: time.Hour})
	}
	return all
}

func (d *Desk) runImport(ctx context.Context, c job.Claim) error {
	var id value.ID
	if err := c.Payload(&id); err != nil {
		return job.Permanent(err)
	}
	return d.RunImport(ctx, id)
}

// RunImport reads a list into its bank, some thousand rows a transaction. Broken off and called again, it goes on behind the last
// row that was written. What cannot be read to its end fails; what was read before stays.
func (d *Desk) RunImport(ctx context.Context, id value.ID) error {
	i, err := d.findImport(ctx, id)
	if err != nil || i.State != "waiting" {
		return err
	}
	file, err := d.config.Blobs.Open(ctx, listKey(id))
	if err != nil {
		return fmt.Errorf("bank.RunImport(%s): %w", id.Text(ImportKind), err)
	}
	defer file.Close()
	r := &running{desk: d, i: i, actor: value.SystemActor("bank"), skip: i.Done, from: &metered{from: file}}
	err = ReadRows(r.from, func(row Row) error { return r.row(ctx, row) })
	if err == nil {
		err = r.flush(ctx)
	}
	if err := r.end(ctx, err); err != nil {
		return fmt.Errorf("bank.RunImport(%s): %w", id.Text(ImportKind), err)
	}
	return d.config.Blobs.Delete(ctx, listKey(id))
}

func (d *Desk) findImport(ctx context.Context, id value.ID) (i Import, err error) {
	err = d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		i, err = FindImport(tx, id)
		return err
	})
	return i, err
}

// metered counts the bytes that were read.
type metered struct {
	from io.Reader
	read int64
}

// Read passes bytes on.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.read += int64(n)
	return n, err
}

// running is an import at work.
type running struct {
	desk  *Desk
	i     Import
	actor value.Actor
	skip  int64 // rows that were written before
	from  *metered
	rows  []Row
}

// failure is an error that no repetition mends; its key is of the message for people.
type failure struct {
	key string
	err error
}

// Error is that of the cause.
func (f failure) Error() string { return f.err.Error() }

func (r *running) row(ctx context.Context, row Row) error {
	if r.skip > 0 {
		r.skip--
		return nil
	}
	r.rows = append(r.rows, row)
	if len(r.rows) < rowsAtOnce {
		return nil
	}
	return r.flush(ctx)
}

// flush writes the rows that wait, together with how far the import is.
func (r *running) flush(ctx context.Context) error {
	if len(r.rows) == 0 {
		return nil
	}
	if err := r.desk.Fresh(ctx); err != nil {
		return r.permanent(err)
	}
	if err := r.desk.hasRoom(len(r.rows)); err != nil {
		return r.permanent(err)
	}
	entries, problems := r.sort()
	next := r.i
	err := r.desk.config.DB.Write(ctx, r.actor, "bank.import", func(tx *db.Tx) error {
		var added int64
		if len(entries) > 0 {
			var err error
			if added, err = r.desk.put(tx, entries); err != nil {
				return err
			}
		}
		next = r.i.after(len(r.rows), added, len(entries), problems, r.from.read)
		tx.Log(db.Change{Object: importObject, Record: r.i.ID, Diff: map[string]any{"rows": next.Done, "added": next.Added, "refused": next.Refused}})
		return updateImport(tx, next)
	})
	if err == nil {
		r.i, r.rows = next, r.rows[:0]
	}
	return err
}

// permanent tells a bank that is full from a database that does not answer.
func (r *running) permanent(err error) error {
	var e *value.Error
	if errors.As(err, &e) && e.Key == "bank.too_large" {
		return failure{"bank.failed.too_large", err}
	}
	return err
}

// sort parts rows into entries, and rows that are wrong.
func (r *running) sort() (entries []Entry, problems []Problem) {
	for _, row := range r.rows {
		if row.Wrong != "" {
			problems = append(problems, Problem{row.Line, row.Wrong})
			continue
		}
		e := Entry{Bank: r.i.Bank, PDQ: row.PDQ, Quality: row.Quality, Sha256: row.Sha256, Source: r.i.Source, Reason: r.i.Reason, Author: r.i.Author}
		if row.Reason != "" {
			e.Reason = row.Reason
		}
		entries = append(entries, e)
	}
	return entries, problems
}

func (i Import) after(rows int, added int64, entries int, problems []Problem, read int64) Import {
	i.Done, i.Read = i.Done+int64(rows), min(read, i.Size)
	i.Added, i.Known, i.Refused = i.Added+added, i.Known+int64(entries)-added, i.Refused+int64(len(problems))
	room := max(0, mostProblems-len(i.Problems))
	i.Problems = append(i.Problems[:len(i.Problems):len(i.Problems)], problems[:min(room, len(problems))]...)
	return i
}

// end writes that the import is over. An error that a repetition may mend is returned instead.
func (r *running) end(ctx context.Context, cause error) error {
	i := r.i
	i.State = "done"
	if cause != nil {
		i.State, i.Failure = "failed", failureKey(cause)
		if i.Failure == "" {
			return cause
		}
	} else {
		i.Read = i.Size
	}
	return r.desk.config.DB.Write(ctx, r.actor, "bank.import", func(tx *db.Tx) error {
		i.Ended = tx.Now()
		tx.Log(db.Change{Object: importObject, Record: i.ID, Diff: map[string]any{"state": i.State, "failure": i.Failure}})
		return updateImport(tx, i)
	})
}

// failureKey is the message for a list that cannot be read, or "" for an error that is not the list's.
func failureKey(err error) string {
	var permanent failure
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &permanent):
		return permanent.key
	case errors.Is(err, errLine):
		return "bank.failed.line"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "bank.failed.cut"
	case errors.As(err, &syntax):
		return "bank.failed.json"
	}
	return ""
}

func insertImport(tx *db.Tx, i Import) error {
	_, err := tx.Exec(`
		insert into hash_import (id, bank, name, source, reason, author, made_us, size, problems, state)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '[]', 'waiting')`,
		int64(i.ID), i.Bank.number()+1, i.Name, i.Source, i.Reason, tx.Actor().String(), value.Micros(tx.Now()), i.Size)
	return err
}

func updateImport(tx *db.Tx, i Import) error {
	problems, err := json.Marshal(i.Problems)
	if err != nil {
		return err
	}
	ended := int64(0)
	if !i.Ended.IsZero() {
		ended = value.Micros(i.Ended)
	}
	_, err = tx.Exec(`
		update hash_import
		set read = $2, done = $3, added = $4, known = $5, refused = $6, problems = $7, state = $8, failure = $9, ended_us = $10
		where id = $1`, int64(i.ID), i.Read, i.Done, i.Added, i.Known, i.Refused, string(problems), i.State, i.Failure, ended)
	return err
}

const importColumns = `id, bank, name, source, reason, author, made_us, size, read, done, added, known, refused, problems, state, failure, ended_us`

func scanImport(row db.Scanner) (i Import, err error) {
	var number int
	var made, ended int64
	var problems string
	err = row.Scan(&i.ID, &number, &i.Name, &i.Source, &i.Reason, &i.Author, &made, &i.Size, &i.Read, &i.Done, &i.Added, &i.Known, &i.Refused, &problems,
		&i.State, &i.Failure, &ended)
	if err != nil {
		return i, err
	}
	i.Bank, i.Made = Banks()[number-1], value.FromMicros(made)
	if ended != 0 {
		i.Ended = value.FromMicros(ended)
	}
	return i, json.Unmarshal([]byte(problems), &i.Problems)
}

// FindImport returns an import, or an error of kind NotFound.
func FindImport(tx *db.Tx, id value.ID) (Import, error) {
	return db.One(tx, scanImport, `
		select `+importColumns+`
		from hash_import
		where id = $1`, int64(id))
}

// Imports returns the newest imports into a bank.
func Imports(tx *db.Tx, bank Bank, limit int) ([]Import, error) {
	return db.All(tx, scanImport, `
		select `+importColumns+`
		from hash_import
		where bank = $1
		order by id desc
		limit $2`, bank.number()+1, limit)
}
