package moderation

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

func storeDecision(tx *db.Tx, d Decision, _ About) error {
	var second any
	if d.Second != "" {
		second = d.Second
	}
	err := tx.Insert("decision", []string{"id", "object", "record", "outcome", "measure", "ground", "reason", "rule", "policy", "locale", "automatic",
		"severe", "preserved", "notice", "safety_case", "act", "author", "was", "actor", "second", "made_us"}, [][]any{
		{int64(d.ID), d.Object, int64(d.Record), string(d.Outcome), string(d.Measure), string(d.Ground), d.Reason, d.Rule, d.Policy, string(d.Locale), d.Automatic,
			d.Severe, d.Severe || d.Preserve, orNull(d.Notice), orNull(d.Case), orNull(d.Act), orNull(d.Author), d.was, d.Actor, second, value.Micros(tx.Now())}})
	if err != nil {
		return err
	}
	diff := map[string]any{"object": d.Object, "record": d.Record, "outcome": d.Outcome, "measure": d.Measure, "ground": d.Ground, "reason": d.Reason}
	if d.Second != "" {
		diff["proposed_by"] = d.Actor
	}
	if d.Rule != "" {
		diff["rule"] = d.Rule
	}
	tx.Log(db.Change{Object: "decision", Record: d.ID, Diff: diff})
	return nil
}

const decisionColumns = `id, object, record, outcome, measure, ground, reason, rule, policy, locale, automatic, severe, preserved, coalesce(notice, 0),
	coalesce(safety_case, 0), coalesce(act, 0), coalesce(author, 0), was, actor, coalesce(second, ''), made_us, coalesce(undone_us, 0), coalesce(undone_by, '')`

func scanDecision(row db.Scanner) (d Decision, err error) {
	var made_us, undone_us int64
	err = row.Scan(&d.ID, &d.Object, &d.Record, &d.Outcome, &d.Measure, &d.Ground, &d.Reason, &d.Rule, &d.Policy, &d.Locale, &d.Automatic, &d.Severe, &d.Preserve,
		&d.Notice, &d.Case, &d.Act, &d.Author, &d.was, &d.Actor, &d.Second, &made_us, &undone_us, &d.UndoneBy)
	d.Made, d.Undone = value.FromMicros(made_us), moment(undone_us)
	return d, err
}

// Decisions returns what was decided about a record, newest first, undone decisions included.
func Decisions(tx *db.Tx, object string, record value.ID, limit int) ([]Decision, error) {
	return db.All(tx, scanDecision, `
		select `+decisionColumns+`
		from decision
		where record = $1 and object = $2
		order by id desc
		limit $3`, int64(record), object, min(max(limit, 1), mostListed))
}

// DecisionsSince returns what people decided since a moment and what still stands, the newest first; at most limit.
func DecisionsSince(tx *db.Tx, since time.Time, limit int) ([]Decision, error) {
	return db.All(tx, scanDecision, "select "+decisionColumns+" from decision where made_us >= $1 and undone_us is null order by id desc limit $2",
		value.Micros(since), limit)
}

// FindDecision returns a decision, or an error of kind NotFound.
func FindDecision(tx *db.Tx, id value.ID) (Decision, error) {
	return db.One(tx, scanDecision, "select "+decisionColumns+" from decision where id = $1", int64(id))
}

// DecisionsOf returns the decisions of one act, in the order in which they were made.
func DecisionsOf(tx *db.Tx, act value.ID) ([]Decision, error) {
	return db.All(tx, scanDecision, "select "+decisionColumns+" from decision where act = $1 order by id limit $2", int64(act), mostItems)
}

// latest is the newest decision about a record that changed something and stands, or 0.
func latest(tx *db.Tx, object string, record value.ID) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], `
		select coalesce(max(id), 0)
		from decision
		where record = $1 and object = $2 and undone_us is null and measure <> 'keep'`, int64(record), object)
}

// DecisionsBy returns what somebody on the staff decided, newest first.
func DecisionsBy(tx *db.Tx, account value.ID, limit int) ([]Decision, error) {
	return db.All(tx, scanDecision, "select "+decisionColumns+" from decision where actor = $1 order by made_us desc, id desc limit $2",
		staffActor(account), min(max(limit, 1), mostListed))
}
