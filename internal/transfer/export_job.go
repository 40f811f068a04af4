package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// Export is a file that is made in the background. Its state is Running, Done or Failed.
type Export struct {
	ID      value.ID
	Account value.ID
	Object  string
	Format  sheet.Format
	State   State
	Reason  string // why it failed, a sentence
	Query   record.Query
	Fields  []string

	Rows  int64 // that are written
	Bytes int64

	Created, Ended time.Time

	object int
	agent  agent
}

// Until is when the file will be forgotten.
func (x Export) Until() time.Time { return x.Created.Add(KeepExports) }

// Name is what the file is called.
func (x Export) Name() string {
	return fmt.Sprintf("%s-%s.%s", x.Object, x.Created.UTC().Format("2006-01-02"), x.Format)
}

func exportKey(id value.ID) string { return fmt.Sprintf("transfer/%d/export.bin", int64(id)) }

// StartExport is Export in the background, into a file that OpenExport opens for KeepExports. Only the account that
// asked for it may have it.
func (d *Desk) StartExport(ctx context.Context, a record.Asker, q record.Query, fields []string, f sheet.Format) (Export, error) {
	g, err := agentOf(a)
	if err != nil {
		return Export{}, err
	}
	seen, err := d.exportable(ctx, a, q.Object)
	if err != nil {
		return Export{}, err
	}
	if _, _, err := outColumns(seen, fields, f); err != nil {
		return Export{}, err
	}
	if f != sheet.CSV && f != sheet.NDJSON && f != sheet.XLSX {
		return Export{}, value.Fieldf("format", "choose one of: csv, ndjson, xlsx")
	}
	if _, _, err := d.Records.Count(ctx, a, q, 1); err != nil { // what is wrong with the query is said at once
		return Export{}, err
	}
	x := Export{ID: d.DB.IDs().Next(), Account: a.Account, Object: seen.Key, Format: f, State: Running, Query: q, Fields: fields, object: seen.Number, agent: g}
	err = d.DB.Write(ctx, a.Actor, "export.start", func(tx *db.Tx) error {
		x.Created = tx.Now()
		if err := insertExport(tx, x); err != nil {
			return err
		}
		tx.Log(db.Change{Object: ExportObject, Record: x.ID, Diff: map[string]any{"object": x.Object, "query": q, "fields": fields, "format": f}})
		_, err := job.Enqueue(tx, job.Job{Kind: exportKind, Key: x.ID.String(), Payload: errand{x.ID}})
		return err
	})
	return x, err
}

// FindExport returns an export of the asker's own account.
func (d *Desk) FindExport(tx *db.Tx, a record.Asker, id value.ID) (Export, error) {
	x, err := findExport(tx, id)
	if err == nil && x.Account != a.Account {
		return Export{}, noExport
	}
	return x, err
}

// OpenExport opens the file of an export that is done. The caller closes it. Who may not export the object any more may
// not have it either.
func (d *Desk) OpenExport(ctx context.Context, a record.Asker, id value.ID) (io.ReadSeekCloser, Export, error) {
	var x Export
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if x, err = d.FindExport(tx, a, id); err != nil {
			return err
		}
		seen, err := d.seen(tx, a, x.object)
		if err == nil && !seen.May(record.Export) {
			err = value.Errorf(value.Forbidden, "your role may not export %s", seen.Plural.In("en"))
		}
		return err
	})
	if err != nil {
		return nil, x, err
	}
	if x.State != Done {
		return nil, x, value.Errorf(value.Conflict, "the export is not done; it is %s", x.State)
	}
	file, err := d.Files.Open(ctx, exportKey(id))
	return file, x, err
}

// runExport is the job of StartExport. When it runs twice, the second file replaces the first.
func (d *Desk) runExport(ctx context.Context, c job.Claim) error {
	var e errand
	if err := c.Payload(&e); err != nil {
		return err
	}
	var x Export
	var asker record.Asker
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if x, err = findExport(tx, e.ID); err == nil {
			asker, err = d.engaged(tx, x.agent)
		}
		if err != nil {
			return err
		}
		seen, err := d.seen(tx, asker, x.object)
		if err == nil {
			x.Query.Object = seen.Key // it may have been renamed
		}
		return err
	})
	if errors.Is(err, noExport) || err == nil && x.State != Running {
		return nil
	}
	if err == nil {
		x.Rows, x.Bytes, err = d.exportFile(ctx, asker, x)
	}
	return d.endExport(ctx, c, x, err)
}

// exportFile writes the table beside, because a store wants to know how long a file is.
func (d *Desk) exportFile(ctx context.Context, a record.Asker, x Export) (rows, size int64, err error) {
	file, err := newSpool()
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	rows, err = d.export(ctx, a, x.Query, x.Fields, x.Format, file, func(rows int64) error {
		return d.DB.Write(ctx, a.Actor, "export.move", func(tx *db.Tx) error { return moveExport(tx, x.ID, Running, "", rows, 0) })
	})
	if err != nil {
		return rows, 0, err
	}
	if size, err = file.Seek(0, io.SeekEnd); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return rows, 0, err
	}
	return rows, size, d.Files.Put(ctx, exportKey(x.ID), file, size)
}

func (d *Desk) endExport(ctx context.Context, c job.Claim, x Export, failure error) error {
	state, reason := Done, ""
	var s stop
	switch {
	case failure == nil:
	case errors.As(failure, &s):
		state, reason = Failed, s.reason
	case hopeless(failure), ctx.Err() == nil && c.Attempt >= attempts:
		state, reason = Failed, told(failure)
	default:
		return failure
	}
	return d.DB.Write(ctx, x.agent.Actor, "export.end", func(tx *db.Tx) error { return moveExport(tx, x.ID, state, reason, x.Rows, x.Bytes) })
}

// hopeless reports whether an error is about what was asked for, and not about the moment.
func hopeless(err error) bool {
	switch value.KindOf(err) {
	case value.Invalid, value.NotFound, value.Forbidden:
		return true
	default:
		return false
	}
}

// exportSpec is what of an export is written as JSON.
type exportSpec struct {
	Query  record.Query `json:"query"`
	Fields []string     `json:"fields"`
	Agent  agent        `json:"agent"`
}

var noExport = value.Errorf(value.NotFound, "there is no such export")

func findExport(tx *db.Tx, id value.ID) (Export, error) {
	x, err := db.One(tx, func(row db.Scanner) (Export, error) {
		var x Export
		var text string
		var created_us, ended_us int64
		if err := row.Scan(&x.ID, &x.Account, &x.object, &x.Object, &x.Format, &x.State, &x.Reason, &text, &x.Rows, &x.Bytes, &created_us, &ended_us); err != nil {
			return x, err
		}
		var s exportSpec
		err := json.Unmarshal([]byte(text), &s)
		x.Query, x.Fields, x.agent = s.Query, s.Fields, s.Agent
		x.Created, x.Ended = timeOf(created_us), timeOf(ended_us)
		return x, err
	}, `
		select id, account, object, object_key, format, state, reason, spec, done, size, created_us, coalesce(ended_us, 0)
		from transfer_export where id = $1`, int64(id))
	if value.KindOf(err) == value.NotFound {
		return x, noExport
	}
	return x, err
}

func insertExport(tx *db.Tx, x Export) error {
	text, err := json.Marshal(exportSpec{x.Query, x.Fields, x.agent})
	if err != nil {
		return err
	}
	return tx.Insert("transfer_export", []string{"id", "account", "object", "object_key", "format", "state", "reason", "spec", "done", "size", "created_us"},
		[][]any{{int64(x.ID), int64(x.Account), x.object, x.Object, string(x.Format), string(x.State), "", string(text), 0, 0, value.Micros(x.Created)}})
}

func moveExport(tx *db.Tx, id value.ID, to State, reason string, rows, size int64) error {
	ended := any(nil)
	if to != Running {
		ended = value.Micros(tx.Now())
	}
	_, err := tx.Exec("update transfer_export set state = $2, reason = $3, done = $4, size = $5, ended_us = $6 where id = $1 and state = 'running'",
		int64(id), string(to), reason, rows, size, ended)
	tx.Log(db.Change{Object: ExportObject, Record: id, Diff: map[string]any{"state": to, "rows": rows}})
	return err
}
