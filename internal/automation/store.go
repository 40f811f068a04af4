package automation

import (
	"embed"
	"encoding/json"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "automation", Files: files} }

const flowColumns = "id, name, spec, active, owner, rev, tested, coalesce(next_us, 0)"

func scanFlow(row db.Scanner) (Flow, error) {
	var f Flow
	var id, owner value.ID
	var name, spec string
	var active bool
	var rev, tested, next_us int64
	if err := row.Scan(&id, &name, &spec, &active, &owner, &rev, &tested, &next_us); err != nil {
		return f, err
	}
	err := json.Unmarshal([]byte(spec), &f)
	f.ID, f.Name, f.Active, f.Owner, f.Rev, f.Tested = id, name, active, owner, rev, tested
	if next_us != 0 {
		f.next = value.FromMicros(next_us)
	}
	return f, err
}

// Flows returns all flows by name.
func Flows(tx *db.Tx) ([]Flow, error) {
	return db.All(tx, scanFlow, "select "+flowColumns+" from automation_flow order by name, id")
}

// Find returns a flow, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Flow, error) {
	return db.One(tx, scanFlow, "select "+flowColumns+" from automation_flow where id = $1", int64(id))
}

func activeFlows(tx *db.Tx) ([]Flow, error) {
	return db.All(tx, scanFlow, "select "+flowColumns+" from automation_flow where active order by id")
}

func insertFlow(tx *db.Tx, f Flow) error {
	spec, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return tx.Insert("automation_flow", []string{"id", "name", "spec", "active", "owner", "rev", "tested"},
		[][]any{{int64(f.ID), f.Name, string(spec), f.Active, int64(f.Owner), f.Rev, f.Tested}})
}

// updateFlow writes a flow whose revision was rev. It is a Conflict when that is not the stored one.
func updateFlow(tx *db.Tx, f Flow, rev int64) error {
	spec, err := json.Marshal(f)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`
		update automation_flow set name = $3, spec = $4, active = $5, owner = $6, rev = $7, tested = $8, next_us = $9
		where id = $1 and rev = $2`,
		int64(f.ID), rev, f.Name, string(spec), f.Active, int64(f.Owner), f.Rev, f.Tested, db.TimeOrNull(f.next))
	if err == nil && n == 0 {
		return value.Errorf(value.Conflict, "somebody else has changed this automation; reload it")
	}
	return err
}

func deleteFlow(tx *db.Tx, id value.ID) error {
	for _, table := range []string{"automation_run where flow", "automation_due where flow", "automation_flow where id"} {
		if _, err := tx.Exec("delete from "+table+" = $1", int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Run is one entry of the run log.
type Run struct {
	ID     value.ID
	Flow   value.ID
	Object string // its key
	Record value.ID
	At     time.Time
	Result Result
	Detail []string // what was done, or why not, in words
}

// Result is how a run ended.
type Result string

// The results. A run whose condition did not hold leaves no entry.
const (
	Done    Result = "done"
	Failed  Result = "failed"
	Stopped Result = "stopped" // the chain of flows became too long
)

// Runs returns the newest entries of a flow's log, newest first.
func Runs(tx *db.Tx, flow value.ID, limit int) ([]Run, error) {
	return db.All(tx, func(row db.Scanner) (Run, error) {
		var r Run
		var at_us int64
		var detail string
		err := row.Scan(&r.ID, &r.Flow, &r.Object, &r.Record, &at_us, &r.Result, &detail)
		if err == nil {
			err = json.Unmarshal([]byte(detail), &r.Detail)
		}
		r.At = value.FromMicros(at_us)
		return r, err
	}, "select id, flow, object, record, at_us, result, detail from automation_run where flow = $1 order by id desc limit $2", int64(flow), limit)
}

func insertRun(tx *db.Tx, r Run) error {
	detail, err := json.Marshal(r.Detail)
	if err != nil {
		return err
	}
	err = tx.Insert("automation_run", []string{"id", "flow", "object", "record", "at_us", "result", "detail"},
		[][]any{{int64(tx.NewID()), int64(r.Flow), r.Object, int64(r.Record), value.Micros(tx.Now()), string(r.Result), string(detail)}})
	if err == nil {
		tx.Log(db.Change{Object: Object, Record: r.Flow, Diff: map[string]any{"record": r.Record.String(), "result": r.Result}})
	}
	return err
}

// chain is how many flows, one setting off the other, wrote a record last; 0 when a person did.
func chain(tx *db.Tx, object string, id value.ID) (int, error) {
	return db.One(tx, db.Column[int], `
		select coalesce((select steps from automation_chain where object = $1 and record = $2), 0)`, object, int64(id))
}

func setChain(tx *db.Tx, object string, id value.ID, steps int) error {
	_, err := tx.Exec(`
		insert into automation_chain (object, record, steps, at_us) values ($1, $2, $3, $4)
		on conflict (object, record) do update set steps = excluded.steps, at_us = excluded.at_us`,
		object, int64(id), steps, value.Micros(tx.Now()))
	return err
}

// claimDue notes that a flow has run for a date of a record; false when it had before.
func claimDue(tx *db.Tx, flow, rec value.ID, due int64) (bool, error) {
	n, err := tx.Exec("insert into automation_due (flow, record, due) values ($1, $2, $3) on conflict do nothing", int64(flow), int64(rec), due)
	return n == 1, err
}
