package transfer

import (
	"encoding/json"
	"errors"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// spec is what of an import is written as JSON.
type spec struct {
	Guess    sheet.Guess `json:"guess"`
	Settings Settings    `json:"settings"`
	Agent    agent       `json:"agent"`
}

const importColumns = `id, object, object_key, name, size, sha256, account, state, reason, spec, total, done, made, changed, same, failed,
	undone, kept, why, created_us, coalesce(started_us, 0), moved_us, coalesce(ended_us, 0), cleared, rev`

func scanImport(row db.Scanner) (Import, error) {
	var m Import
	var text, why string
	var created_us, started_us, moved_us, ended_us int64
	err := row.Scan(&m.ID, &m.object, &m.Object, &m.Name, &m.Bytes, &m.sha256, &m.Account, &m.State, &m.Reason, &text, &m.Rows, &m.Done, &m.Made, &m.Changed,
		&m.Same, &m.Failed, &m.Undone, &m.Kept, &why, &created_us, &started_us, &moved_us, &ended_us, &m.Cleared, &m.Rev)
	if err != nil {
		return m, err
	}
	var s spec
	err = errors.Join(json.Unmarshal([]byte(text), &s), json.Unmarshal([]byte(why), &m.Why))
	m.Guess, m.Settings, m.agent = s.Guess, s.Settings, s.Agent
	m.Created, m.Started, m.Moved, m.Ended = timeOf(created_us), timeOf(started_us), timeOf(moved_us), timeOf(ended_us)
	return m, err
}

func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

func findImport(tx *db.Tx, id value.ID) (Import, error) {
	m, err := db.One(tx, scanImport, "select "+importColumns+" from transfer_import where id = $1", int64(id))
	if value.KindOf(err) == value.NotFound {
		return m, noImport
	}
	return m, err
}

func listImports(tx *db.Tx, a record.Asker, limit int) ([]Import, error) {
	return db.All(tx, scanImport, "select "+importColumns+` from transfer_import
		where account = $1 or $2 order by id desc limit $3`, int64(a.Account), a.Define, limit)
}

// earlier is the newest other import of the same file into the same object that wrote something that still stands, of
// those that the asker may know of.
func earlier(tx *db.Tx, a record.Asker, m Import) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], `
		select coalesce((select max(id) from transfer_import
			where sha256 = $1 and object = $2 and id <> $3 and state <> 'undone' and made + changed > 0 and (account = $4 or $5)), 0)`,
		m.sha256, m.object, int64(m.ID), int64(a.Account), a.Define)
}

// rival is another import of the same file into the same object that runs now.
func rival(tx *db.Tx, m Import) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], `
		select coalesce((select max(id) from transfer_import
			where sha256 = $1 and object = $2 and id <> $3 and state = 'running'), 0)`, m.sha256, m.object, int64(m.ID))
}

func insertImport(tx *db.Tx, m Import) error {
	text, err := json.Marshal(spec{m.Guess, m.Settings, m.agent})
	if err != nil {
		return err
	}
	now := value.Micros(tx.Now())
	return tx.Insert("transfer_import", []string{"id", "object", "object_key", "name", "size", "sha256", "account", "state", "reason", "spec", "total", "done", "made",
		"changed", "same", "failed", "undone", "kept", "why", "created_us", "moved_us", "cleared", "rev"},
		[][]any{{int64(m.ID), m.object, m.Object, m.Name, m.Bytes, m.sha256, int64(m.Account), string(m.State), "", string(text), 0, 0, 0,
			0, 0, 0, 0, 0, "[]", now, now, false, m.Rev}})
}

// saveImport writes everything but the progress, when the import still has the state and the revision it was read with.
func saveImport(tx *db.Tx, m Import, was State) error {
	text, err := json.Marshal(spec{m.Guess, m.Settings, m.agent})
	if err != nil {
		return err
	}
	why, err := json.Marshal(m.Why)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`
		update transfer_import set account = $4, state = $5, reason = $6, spec = $7, total = $8, undone = $9, kept = $10, why = $11, started_us = $12, ended_us = $13,
			moved_us = $14, rev = rev + 1
		where id = $1 and rev = $2 and state = $3`,
		int64(m.ID), m.Rev, string(was), int64(m.Account), string(m.State), m.Reason, string(text), m.Rows, m.Undone, m.Kept, string(why), db.TimeOrNull(m.Started),
		db.TimeOrNull(m.Ended), value.Micros(tx.Now()))
	if err == nil && n == 0 {
		return value.Errorf(value.Conflict, "this import was changed in the meantime; look at it again")
	}
	return err
}

// moveState changes the state alone, unless it is another one by now.
func moveState(tx *db.Tx, id value.ID, from, to State, reason string) (bool, error) {
	now := value.Micros(tx.Now())
	n, err := tx.Exec(`
		update transfer_import set state = $3, reason = $4, ended_us = $5, moved_us = $5, rev = rev + 1
		where id = $1 and state = $2`, int64(id), string(from), string(to), reason, now)
	if n > 0 {
		tx.Log(db.Change{Object: ImportObject, Record: id, Diff: map[string]any{"state": [2]State{from, to}, "reason": reason}})
	}
	return n > 0, err
}

func setTotal(tx *db.Tx, id value.ID, rows int64) error {
	_, err := tx.Exec("update transfer_import set total = $2 where id = $1", int64(id), rows)
	tx.Log(db.Change{Object: ImportObject, Record: id, Diff: map[string]any{"rows": rows}})
	return err
}

// checkpoint moves an import on by some rows, if it still stands where they begin and runs.
func checkpoint(tx *db.Tx, id value.ID, from int64, t tally) (bool, error) {
	n, err := tx.Exec(`
		update transfer_import set done = done + $3, made = made + $4, changed = changed + $5, same = same + $6, failed = failed + $7, moved_us = $8
		where id = $1 and done = $2 and state = 'running'`, int64(id), from, t.rows, t.made, t.changed, t.same, t.failed, value.Micros(tx.Now()))
	if n > 0 {
		tx.Log(db.Change{Object: ImportObject, Record: id, Diff: map[string]any{"done": [2]int64{from, from + t.rows}}})
	}
	return n > 0, err
}

func insertFaults(tx *db.Tx, id value.ID, faults []fault) error {
	if len(faults) == 0 {
		return nil
	}
	kept, err := db.One(tx, db.Column[int64], "select failed from transfer_import where id = $1", int64(id))
	if err != nil {
		return err
	}
	faults = faults[:min(int64(len(faults)), max(0, MostFaults-kept))]
	rows := make([][]any, len(faults))
	for i, f := range faults {
		why, err := json.Marshal(f.why)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(f.cells)
		if err != nil {
			return err
		}
		rows[i] = []any{int64(id), f.line, string(why), string(raw)}
	}
	return tx.Insert("transfer_fault", []string{"import", "line", "why", "raw"}, rows)
}

// faultsAfter are the next refused rows of an import, by line.
func faultsAfter(tx *db.Tx, id value.ID, line int64, limit int) ([]fault, error) {
	return db.All(tx, func(row db.Scanner) (fault, error) {
		var f fault
		var why, raw string
		if err := row.Scan(&f.line, &why, &raw); err != nil {
			return f, err
		}
		return f, errors.Join(json.Unmarshal([]byte(why), &f.why), json.Unmarshal([]byte(raw), &f.cells))
	}, "select line, why, raw from transfer_fault where import = $1 and line > $2 order by line limit $3", int64(id), line, limit)
}
