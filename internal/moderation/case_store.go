package moderation

import (
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const caseColumns = `id, kind, object, record, state, queue, severity, language, category, policy, coalesce(barred, 0),
	coalesce(claimed_by, 0), coalesce(claimed_until_us, 0), coalesce(decision, 0), opened_us, due_us, coalesce(decided_us, 0)`

func insertCase(tx *db.Tx, c Case) error {
	return tx.Insert("safety_case", []string{"id", "kind", "object", "record", "state", "queue", "severity", "language", "category", "policy", "barred", "opened_us", "due_us"}, [][]any{
		{int64(c.ID), string(c.Kind), c.Object, int64(c.Record), string(c.State), c.Queue, int(c.Severity), string(c.Language), c.Category, c.Policy,
			orNull(c.Barred), value.Micros(c.Opened), value.Micros(c.Due)}})
}

func scanCase(row db.Scanner) (c Case, err error) {
	var until_us, opened_us, due_us, decided_us int64
	err = row.Scan(&c.ID, &c.Kind, &c.Object, &c.Record, &c.State, &c.Queue, &c.Severity, &c.Language, &c.Category, &c.Policy, &c.Barred,
		&c.ClaimedBy, &until_us, &c.Decision, &opened_us, &due_us, &decided_us)
	c.ClaimedUntil, c.Opened, c.Due, c.Decided = moment(until_us), moment(opened_us), moment(due_us), moment(decided_us)
	return c, err
}

// moment reads a time of a column that may be empty.
func moment(at_us int64) time.Time {
	if at_us == 0 {
		return time.Time{}
	}
	return value.FromMicros(at_us)
}

// FindCase returns a case, or an error of kind NotFound.
func FindCase(tx *db.Tx, id value.ID) (Case, error) {
	return db.One(tx, scanCase, "select "+caseColumns+" from safety_case where id = $1", int64(id))
}

// FindCaseOf returns the undecided case about a record, the latest one when there are several, or an error of kind
// NotFound.
func FindCaseOf(tx *db.Tx, object string, record value.ID) (Case, error) {
	return db.One(tx, scanCase, "select "+caseColumns+" from safety_case where record = $1 and object = $2 and state <> 'decided' order by id desc limit 1",
		int64(record), object)
}

func findUndecided(tx *db.Tx, kind CaseKind, object string, record value.ID) (Case, error) {
	return db.One(tx, scanCase, "select "+caseColumns+" from safety_case where record = $1 and object = $2 and kind = $3 and state <> 'decided'",
		int64(record), object, string(kind))
}

// undecided are the cases about a record itself. Those about a notice or an appeal of it have that as their record.
func undecided(tx *db.Tx, object string, record value.ID) ([]Case, error) {
	return db.All(tx, scanCase, "select "+caseColumns+" from safety_case where record = $1 and object = $2 and state <> 'decided' order by id",
		int64(record), object)
}

// Filter picks undecided cases.
type Filter struct {
	Queue    string     // "": every queue
	Queues   []string   // nil: every queue
	Without  []CaseKind // kinds that are left out
	State    CaseState  // "": open and claimed
	For      value.ID   // leaves out what this account is barred from; 0: nobody
	Language []string   // nil: every language; a case without a language always passes
	Skip     int
	Limit    int // at most 500
}

// Cases lists undecided cases, the gravest first, then those due soonest.
func Cases(tx *db.Tx, f Filter) ([]Case, error) {
	where, args := f.where()
	args = append(args, min(max(f.Limit, 1), mostListed), max(f.Skip, 0))
	return db.All(tx, scanCase, fmt.Sprintf("select "+caseColumns+" from safety_case where %s order by severity desc, due_us, id limit $%d offset $%d",
		where, len(args)-1, len(args)), args...)
}

func (f Filter) where() (string, []any) {
	var args []any
	add := func(values ...string) string {
		marks := make([]string, len(values))
		for i, v := range values {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		return strings.Join(marks, ", ")
	}
	clauses := []string{"state in ('open', 'claimed')"}
	if f.State != "" {
		clauses[0] = "state = " + add(string(f.State))
	}
	if f.Queue != "" {
		clauses = append(clauses, "queue = "+add(f.Queue))
	}
	if len(f.Queues) > 0 {
		clauses = append(clauses, "queue in ("+add(f.Queues...)+")")
	}
	if len(f.Language) > 0 {
		clauses = append(clauses, "(language = '' or language in ("+add(f.Language...)+"))")
	}
	for _, kind := range f.Without {
		clauses = append(clauses, "kind <> "+add(string(kind)))
	}
	if f.For != 0 {
		args = append(args, int64(f.For))
		clauses = append(clauses, fmt.Sprintf("coalesce(barred, 0) <> $%d", len(args)))
	}
	return strings.Join(clauses, " and "), args
}

// QueueCount is how many undecided cases a queue has, and how many of them are overdue.
type QueueCount struct {
	Queue         string
	Open, Overdue int
}

// CountQueues counts the cases that wait for staff, by queue.
func CountQueues(tx *db.Tx) ([]QueueCount, error) {
	return db.All(tx, func(row db.Scanner) (q QueueCount, err error) {
		err = row.Scan(&q.Queue, &q.Open, &q.Overdue)
		return q, err
	}, `
		select queue, count(*), sum(case when due_us < $1 then 1 else 0 end)
		from safety_case
		where state in ('open', 'claimed')
		group by queue
		order by queue`, value.Micros(tx.Now()))
}

// CountFor counts the open cases that somebody may take now, whatever they are about, up to limit: their queues and languages,
// without the kinds they declined, what they are barred from and what others work on.
func (d *Desk) CountFor(tx *db.Tx, account value.ID, limit int) (int, error) {
	f, err := d.filterFor(tx, account)
	if err != nil {
		return 0, err
	}
	leads, err := d.leads(tx, account)
	if err != nil {
		return 0, err
	}
	where, args := f.where()
	add := func(arg any) string {
		args = append(args, arg)
		return fmt.Sprintf("$%d", len(args))
	}
	now := tx.Now()
	where += " and (state = 'open' or claimed_by = " + add(int64(account)) + " or claimed_until_us <= " + add(value.Micros(now)) +
		" or claimed_until_us > " + add(value.Micros(now.Add(longestClaim))) + ")"
	if !leads {
		where += " and queue <> " + add(AdminQueue)
	}
	where += " and (kind not in ('appeal', 'sample') or not exists (select 1 from decision d where d.id = safety_case.record and d.second = " + add(staffActor(account)) + "))"
	return db.One(tx, db.Column[int], "select count(*) from (select 1 from safety_case where "+where+" limit "+add(limit)+") as counted", args...)
}
