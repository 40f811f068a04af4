package rulebook

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed messages.*.json
var messageFiles embed.FS

// Schema is the tables of this package.
func Schema() db.Schema { return db.Schema{Feature: "rulebook", Files: schemaFiles} }

// Messages is the words of this package.
func Messages() fs.FS { return messageFiles }

// revision is what rulebook_state says.
type revision struct{ rules, entries, learned int64 }

func readRevision(tx *db.Tx) (r revision, err error) {
	err = tx.Row(`
		select rules, entries, learned
		from rulebook_state
		where id = 1`).Scan(&r.rules, &r.entries, &r.learned)
	return r, err
}

// touch counts up what changed. Whoever writes calls it first: the row is the lock under which two writers, each sound by
// itself, cannot both be stored.
func touch(tx *db.Tx, rules, entries, learned bool) error {
	_, err := tx.Exec(`
		update rulebook_state
		set rules = rules + $1, entries = entries + $2, learned = learned + $3
		where id = 1`, one(rules), one(entries), one(learned))
	return err
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

const ruleColumns = `r.id, r.name, v.version, v.body, v.author, v.reason, v.made_us`

func scanRule(row db.Scanner) (r Rule, err error) {
	var name, body string
	var made int64
	if err := row.Scan(&r.ID, &name, &r.Version, &body, &r.Author, &r.Reason, &made); err != nil {
		return r, err
	}
	r.Made = value.FromMicros(made)
	if err := json.Unmarshal([]byte(body), &r.Draft); err != nil {
		r.Draft = Draft{When: "unreadable", Mode: safety.Live, Outcome: safety.Hold} // named as broken, and never compiled
	}
	r.Draft.Name = name // what the row says, whatever the body claims
	return r, nil
}

// Rules returns the site's rules at their present versions, by name.
func Rules(tx *db.Tx) ([]Rule, error) {
	return db.All(tx, scanRule, `
		select `+ruleColumns+`
		from site_rule r
		join site_rule_version v on v.rule = r.id and v.version = r.version
		order by r.name`)
}

// FindRule returns one rule at its present version. It returns an error of kind NotFound.
func FindRule(tx *db.Tx, name string) (Rule, error) {
	return db.One(tx, scanRule, `
		select `+ruleColumns+`
		from site_rule r
		join site_rule_version v on v.rule = r.id and v.version = r.version
		where r.name = $1`, name)
}

// Versions returns all versions of a rule, the newest first.
func Versions(tx *db.Tx, name string) ([]Rule, error) {
	return db.All(tx, scanRule, `
		select `+ruleColumns+`
		from site_rule r
		join site_rule_version v on v.rule = r.id
		where r.name = $1
		order by v.version desc
		limit 500`, name)
}

// insertVersion writes the next version of a rule, or the first of a new one.
func insertVersion(tx *db.Tx, r Rule) error {
	body, err := json.Marshal(r.Draft)
	if err != nil {
		return fmt.Errorf("rulebook.insertVersion(%s): %w", r.Draft.Name, err)
	}
	now := value.Micros(tx.Now())
	if r.Version == 1 {
		err = tx.Insert("site_rule", []string{"id", "name", "version", "made_us"}, [][]any{{int64(r.ID), r.Draft.Name, int64(1), now}})
	} else {
		_, err = tx.Exec(`
			update site_rule
			set version = $1
			where id = $2`, int64(r.Version), int64(r.ID))
	}
	if err != nil {
		return fmt.Errorf("rulebook.insertVersion(%s): %w", r.Draft.Name, err)
	}
	err = tx.Insert("site_rule_version", []string{"rule", "version", "body", "author", "reason", "made_us"},
		[][]any{{int64(r.ID), int64(r.Version), string(body), r.Author, r.Reason, now}})
	if err != nil {
		return fmt.Errorf("rulebook.insertVersion(%s): %w", r.Draft.Name, err)
	}
	tx.Log(db.Change{Object: "safety_rule", Record: r.ID, Diff: map[string]any{
		"rule": r.Draft.Name, "version": r.Version, "mode": r.Draft.Mode, "outcome": r.Draft.Outcome, "when": r.Draft.When, "reason": r.Reason,
	}})
	return nil
}

// Tightening is a stricter outcome for a rule of the provider.
type Tightening struct {
	Rule    string
	Outcome safety.Verdict
	Author  string
	Reason  string
	Made    time.Time
}

// Tightenings are what the site made stricter, by rule.
func Tightenings(tx *db.Tx) ([]Tightening, error) {
	return db.All(tx, func(row db.Scanner) (t Tightening, err error) {
		var outcome string
		var made int64
		if err := row.Scan(&t.Rule, &outcome, &t.Author, &t.Reason, &made); err != nil {
			return t, err
		}
		t.Made = value.FromMicros(made)
		t.Outcome, err = safety.ParseVerdict(outcome)
		return t, err
	}, `
		select rule, outcome, author, reason, made_us
		from rule_tightening
		order by rule`)
}

// setTightening writes a stricter outcome, or takes it away when there is none.
func setTightening(tx *db.Tx, t Tightening) (err error) {
	if t.Outcome == 0 {
		_, err = tx.Exec(`delete from rule_tightening where rule = $1`, t.Rule)
	} else {
		_, err = tx.Exec(`
			insert into rule_tightening (rule, outcome, author, reason, made_us)
			values ($1, $2, $3, $4, $5)
			on conflict (rule) do update
			set outcome = excluded.outcome, author = excluded.author, reason = excluded.reason, made_us = excluded.made_us`,
			t.Rule, t.Outcome.String(), t.Author, t.Reason, value.Micros(tx.Now()))
	}
	if err != nil {
		return fmt.Errorf("rulebook.setTightening(%s): %w", t.Rule, err)
	}
	tx.Log(db.Change{Object: "safety_rule", Record: tx.NewID(), Diff: map[string]any{"rule": t.Rule, "tightened": t.Outcome.String(), "reason": t.Reason}})
	return nil
}
