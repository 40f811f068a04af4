package api

import (
	"net/http"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
	"fairground/internal/web"
)

// BatchKind is the kind of a batch's id, by which it can be undone.
const BatchKind = "bat"

const largestBatch = 64 << 20 // bytes of the body

// batchBody is a batch of operations on records of one object.
type batchBody struct {
	Operations []operationBody `json:"operations"`
	Atomic     bool            `json:"atomic,omitempty" doc:"One that fails keeps all from happening."`
	DryRun     bool            `json:"dry_run,omitempty" doc:"Everything is checked and nothing written."`
}

// operationBody is one of them.
type operationBody struct {
	Op     string        `json:"op" enum:"create,update,upsert,delete"`
	ID     string        `json:"id,omitempty" doc:"The record; none for a creation."`
	Rev    int64         `json:"rev,omitempty" doc:"The revision it was made for; any without it."`
	Key    string        `json:"key,omitempty" doc:"For an upsert: the unique field by which the record is found."`
	Values record.Values `json:"values,omitempty"`
}

// batchRecords does up to 10,000 operations in one transaction and answers with a result for each.
func (a *API) batchRecords(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	body, b, err := readBatch(r)
	if err != nil {
		return err
	}
	if err := a.Charge(w, r, len(b.Operations)); err != nil {
		return err
	}
	if b.DryRun {
		return sh.rehearse(w, r, b)
	}
	return sh.write(w, r, body, "record.batch", func(in *record.Writer, tx *db.Tx) (Answer, error) {
		ops, err := sh.operations(tx, b)
		if err != nil {
			return Answer{}, err
		}
		batch := tx.NewID()
		results, err := in.Batch(sh.object, ops, record.BatchOptions{Atomic: b.Atomic, Batch: batch})
		if err != nil {
			return Answer{}, refusedBatch(results, err)
		}
		return batchAnswer(b, ops, results, batch, sh.short(tx)), nil
	})
}

func readBatch(r *http.Request) ([]byte, batchBody, error) {
	var b batchBody
	body, err := ReadBody(r)
	if err != nil {
		return nil, b, err
	}
	if err := decodeNumbers(body, &b); err != nil {
		return nil, b, err
	}
	if n := len(b.Operations); n < 1 || n > record.MostWrites {
		return nil, b, value.Fieldf("operations", "a batch has 1 to %d operations", record.MostWrites)
	}
	return body, b, nil
}

// short is the kind of the object's ids.
func (sh *shelf) short(tx *db.Tx) string {
	seen, err := sh.seen(tx)
	if err != nil {
		return ""
	}
	return seen.Short
}

// operations are those of the body as records understand them.
func (sh *shelf) operations(tx *db.Tx, b batchBody) ([]record.Write, error) {
	seen, err := sh.seen(tx)
	if err != nil {
		return nil, err
	}
	ops := make([]record.Write, len(b.Operations))
	for i := range b.Operations {
		o := &b.Operations[i]
		ops[i] = record.Write{Op: record.Verb(o.Op), Rev: o.Rev, Key: o.Key, Values: o.Values}
		switch {
		case o.Op == string(record.DoCreate) && o.ID != "":
			return nil, value.Fieldf(place(i)+"/id", "a creation has no id yet")
		case o.Rev < 0:
			return nil, value.Fieldf(place(i)+"/rev", "a revision counts from 1")
		case o.ID == "":
			continue
		}
		if ops[i].ID, err = seen.ParseID(o.ID); err != nil {
			ops[i].ID = -1 // names no record; the result says so
		}
	}
	return ops, nil
}

func place(i int) string { return "/operations/" + strconv.Itoa(i) }

// rehearse checks a batch and writes nothing.
func (sh *shelf) rehearse(w http.ResponseWriter, r *http.Request, b batchBody) error {
	var ops []record.Write
	var kind string
	err := sh.read(r, func(_ *record.Reader, tx *db.Tx) (err error) {
		ops, err = sh.operations(tx, b)
		kind = sh.short(tx)
		return err
	})
	if err != nil {
		return err
	}
	results, err := sh.store.Batch(r.Context(), sh.asker, sh.object, ops, record.BatchOptions{Atomic: b.Atomic, DryRun: true})
	if err != nil {
		return refusedBatch(results, err)
	}
	return batchAnswer(b, ops, results, 0, kind).Write(w)
}

// refusedBatch tells what keeps an atomic batch from happening, each failure at its operation.
func refusedBatch(results []record.Result, err error) error {
	var all faults
	status := 0
	for i, result := range results {
		if result.Err == nil {
			continue
		}
		switch one := opStatus(result.Err); status {
		case 0, one:
			status = one
		default:
			status = http.StatusUnprocessableEntity
		}
		for _, one := range opFaults(i, result.Err) {
			if one.Field == "" {
				one.Field = place(i)
			}
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return err
	}
	return web.Status(status, all)
}

// opStatus is the status of an operation that failed, as if it had been a request by itself.
func opStatus(err error) int {
	if _, _, ok := overtaken(err); ok {
		return http.StatusPreconditionFailed
	}
	return web.StatusOf(err)
}

// opFaults are the errors of one operation, where they stand in the body.
func opFaults(i int, err error) []*value.Error {
	var all []*value.Error
	for _, one := range collect(stale(err)) {
		copied := *one
		switch copied.Field {
		case "":
		case "key", "id", "rev":
			copied.Field = place(i) + "/" + copied.Field
		default:
			copied.Field = place(i) + "/values/" + copied.Field
		}
		all = append(all, &copied)
	}
	return all
}

// batchAnswer is a result for each operation, in their order.
func batchAnswer(b batchBody, ops []record.Write, results []record.Result, batch value.ID, kind string) Answer {
	out := make([]byte, 0, 64+64*len(results))
	out = append(out, `{"results":[`...)
	failed := 0
	for i := range results {
		if i > 0 {
			out = append(out, ',')
		}
		if results[i].Err != nil {
			failed++
		}
		out = appendResult(out, i, ops[i], results[i], b.DryRun, kind)
	}
	out = append(out, `],"done":`...)
	out = strconv.AppendInt(out, int64(len(results)-failed), 10)
	out = append(out, `,"failed":`...)
	out = strconv.AppendInt(out, int64(failed), 10)
	if batch != 0 && failed < len(results) {
		out = appendText(append(out, `,"batch":`...), batch.Text(BatchKind))
	}
	out = append(out, `,"dry_run":`...)
	out = strconv.AppendBool(out, b.DryRun)
	return Answer{Status: http.StatusOK, Body: append(out, "}\n"...)}
}

func appendResult(b []byte, i int, op record.Write, result record.Result, dry bool, kind string) []byte {
	if result.Err != nil {
		return appendFailure(b, i, result)
	}
	status := int64(http.StatusOK)
	switch {
	case result.Made:
		status = http.StatusCreated
	case op.Op == record.DoDelete:
		status = http.StatusNoContent
	}
	b = strconv.AppendInt(append(b, `{"status":`...), status, 10)
	if result.ID != 0 && !(dry && result.Made) {
		b = append(append(append(b, `,"id":"`...), result.ID.Text(kind)...), '"')
	}
	if result.Rev != 0 && !dry {
		b = strconv.AppendInt(append(b, `,"rev":`...), result.Rev, 10)
	}
	return append(b, '}')
}

func appendFailure(b []byte, i int, result record.Result) []byte {
	b = strconv.AppendInt(append(b, `{"status":`...), int64(opStatus(result.Err)), 10)
	if rev, _, ok := overtaken(result.Err); ok {
		b = strconv.AppendInt(append(b, `,"rev":`...), rev, 10)
	}
	b = append(b, `,"errors":[`...)
	all := opFaults(i, result.Err)
	if len(all) == 0 {
		all = []*value.Error{web.Public(result.Err)}
	}
	for n, one := range all {
		if n > 0 {
			b = append(b, ',')
		}
		p := fieldProblem(one)
		b = appendText(append(b, `{"detail":`...), p.Detail)
		if p.Field != "" {
			b = appendText(append(b, `,"field":`...), p.Field)
			b = appendText(append(b, `,"pointer":`...), p.Pointer)
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// keptShown is a record that an undo left as it is, wholly or in some fields.
type keptShown struct {
	Object string   `json:"object"`
	ID     string   `json:"id"`
	Fields []string `json:"fields,omitempty" doc:"Those that were changed since."`
	By     string   `json:"by,omitempty" doc:"In which capacity it was changed last."`
	Reason string   `json:"reason"`
}

type undoShown struct {
	Undone int         `json:"undone" doc:"Records that are as they were."`
	Kept   int         `json:"kept" doc:"Records that were changed since, and were left, wholly or in some fields."`
	Why    []keptShown `json:"why" doc:"Of the first hundred that were left."`
}

// undoBatch takes back what a batch, a merge or an import wrote. Only what the caller may write is taken back.
func (a *API) undoBatch(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	sh.asker = a.asker(sh.caller, RecordsWrite)
	batch, err := pathID(r, "id", BatchKind)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, nil, func() (Answer, error) {
		result, err := sh.store.UndoBatch(r.Context(), sh.asker, batch)
		if err != nil {
			return Answer{}, err
		}
		shown := undoShown{Undone: result.Undone, Kept: result.Kept, Why: []keptShown{}}
		err = sh.read(r, func(_ *record.Reader, tx *db.Tx) error {
			shown.Why, err = sh.kept(tx, result.Why)
			return err
		})
		if err != nil {
			return Answer{}, err
		}
		return AnswerJSON(http.StatusOK, shown)
	})
}

// kept tells of what was left, as far as the caller sees it.
func (sh *shelf) kept(tx *db.Tx, all []record.KeptRecord) ([]keptShown, error) {
	shown := []keptShown{}
	sight, err := sh.store.Sight(tx, sh.asker)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		seen, err := sight.Object(one.Object)
		if err != nil {
			continue // it does not exist for the caller
		}
		k := keptShown{Object: one.Object, ID: seen.ID(one.ID), Reason: one.Reason}
		k.By, _, _ = strings.Cut(one.By, ":")
		for _, field := range one.Fields {
			if seen.Field(field) != nil {
				k.Fields = append(k.Fields, field)
			}
		}
		shown = append(shown, k)
	}
	return shown, nil
}
