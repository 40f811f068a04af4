package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/safety"
	"fairground/internal/value"
)

const (
	trialJob    = "rulebook.trial"
	trialKind   = "rtr"
	mostInputs  = 20_000
	mostChanges = 200 // listed one by one; all are counted
	trialStep   = 250 // inputs between two notes of progress

	// TrialAge is how long a back-test vouches for a condition.
	TrialAge = 7 * 24 * time.Hour
)

// TrialState is how far a back-test is.
type TrialState string

// The states of a back-test.
const (
	Waiting TrialState = "waiting"
	Running TrialState = "running"
	Done    TrialState = "done"
	Failed  TrialState = "failed"
)

// Backtest is one replay of what was screened under a draft.
type Backtest struct {
	ID     value.ID
	Rule   string
	Draft  Draft
	State  TrialState
	Done   int
	Total  int
	Result Result
	Fault  string
	Author string
	Made   time.Time
	Ended  time.Time
}

// Result is what a back-test found. Inputs are counted by weight: an allowed one stands for those that were not sampled.
type Result struct {
	Inputs    int       `json:"inputs"`  // replayed
	Weight    int       `json:"weight"`  // for how many screenings they stand
	Fired     int       `json:"fired"`   // by weight
	Missing   int       `json:"missing"` // for which a question was not asked at the time
	Changed   int       `json:"changed"`
	Changes   []Changed `json:"changes"`   // the latest of them
	Confusion Confusion `json:"confusion"` // among inputs that people decided about
}

// Changed is one input whose outcome the draft would change.
type Changed struct {
	Object string         `json:"object"`
	Record value.ID       `json:"record"`
	Title  string         `json:"title"`
	From   safety.Verdict `json:"from"`
	To     safety.Verdict `json:"to"`
	Judged string         `json:"judged"` // refused, kept or ""
	Made   time.Time      `json:"made"`
}

// Confusion compares where the draft fires with what people decided.
type Confusion struct {
	FiredRefused  int `json:"fired_refused"`
	FiredKept     int `json:"fired_kept"`
	PassedRefused int `json:"passed_refused"`
	PassedKept    int `json:"passed_kept"`
	FiredOpen     int `json:"fired_open"` // nobody decided yet
}

// Share is how much of what came in the draft would fire on, from 0 to 1.
func (r Result) Share() float64 {
	if r.Weight == 0 {
		return 0
	}
	return float64(r.Fired) / float64(r.Weight)
}

// StartTrial begins a back-test of a draft and returns its id. The draft must compile.
func (b *Book) StartTrial(ctx context.Context, actor value.Actor, d Draft) (id value.ID, err error) {
	d.tidy()
	d.Mode = safety.Live
	faults := Faults{}
	d.look(faults)
	if len(faults) == 0 {
		if _, err := b.setWith(ctx, d); err != nil {
			faults.compiling(reasonOf(err), d.Name)
		}
	}
	if len(faults) > 0 {
		return 0, faults
	}
	body, err := json.Marshal(d)
	if err != nil {
		return 0, fmt.Errorf("rulebook.StartTrial(%s): %w", d.Name, err)
	}
	err = b.db.Write(ctx, actor, "rulebook.trial", func(tx *db.Tx) error {
		id = tx.NewID()
		err := tx.Insert("rule_trial", []string{"id", "rule", "mark", "draft", "state", "done", "total", "author", "made_us"},
			[][]any{{int64(id), d.Name, d.mark(), string(body), string(Waiting), int64(0), int64(0), actor.String(), value.Micros(tx.Now())}})
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "rule_trial", Record: id, Diff: map[string]any{"rule": d.Name}})
		_, err = job.Enqueue(tx, job.Job{Kind: trialJob, Payload: id})
		return err
	})
	return id, err
}

// Jobs are the durable works of this room.
func (b *Book) Jobs() []job.Handler {
	return []job.Handler{
		{Kind: trialJob, Run: b.runTrial, Attempts: 3, Timeout: 10 * time.Minute},
		{Kind: learnJob, Run: b.runLearning, Attempts: 2, Timeout: 10 * time.Minute},
	}
}

func (b *Book) runTrial(ctx context.Context, claim job.Claim) error {
	var id value.ID
	if err := claim.Payload(&id); err != nil {
		return job.Permanent(err)
	}
	trial, err := b.readTrial(ctx, id)
	if err != nil {
		return err
	}
	result, err := b.replayAll(ctx, trial)
	if err != nil && ctx.Err() == nil {
		return b.endTrial(ctx, id, Failed, Result{}, reasonOf(err))
	}
	if err != nil {
		return err
	}
	return b.endTrial(ctx, id, Done, result, "")
}

// setWith is the rules in force with a draft among them, live.
func (b *Book) setWith(ctx context.Context, d Draft) (*safety.RuleSet, error) {
	var p parts
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = readParts(tx, tx.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	set, broken, err := b.compiler.compileSound(p.with(Rule{Draft: d, Version: 1, Author: "trial"}).pieces())
	if err != nil {
		return nil, err
	}
	for _, one := range broken {
		if one.Name == d.Name {
			return nil, value.Errorf(value.Invalid, "%s", one.Why)
		}
	}
	return set, nil
}

func (b *Book) replayAll(ctx context.Context, trial Backtest) (r Result, err error) {
	after, err := b.setWith(ctx, trial.Draft)
	if err != nil {
		return r, err
	}
	before := b.gate.Rules()
	var inputs []safety.Input
	var judged map[Key]bool
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		inputs, judged, err = b.past.inputs(tx, tx.Now().Add(-recent), mostInputs)
		return err
	})
	if err != nil {
		return r, err
	}
	for i, in := range inputs {
		if i%trialStep == 0 {
			if err := b.noteProgress(ctx, trial.ID, i, len(inputs)); err != nil {
				return r, err
			}
		}
		r.add(trial.Draft.Name, in, b.replay(ctx, before, in), b.replay(ctx, after, in), judged)
		if err := ctx.Err(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// add counts one input.
func (r *Result) add(rule string, in safety.Input, before, after safety.Replayed, judged map[Key]bool) {
	r.Inputs++
	r.Weight += in.Weight()
	fired := firedOn(after, rule)
	if fired {
		r.Fired += in.Weight()
	}
	if len(after.Missing) > 0 {
		r.Missing++
	}
	refused, decided := judged[keyOf(in.Subject)]
	r.Confusion.add(fired, refused, decided)
	if before.After == after.After {
		return
	}
	if r.Changed++; len(r.Changes) < mostChanges {
		c := Changed{Object: in.Subject.Object, Record: in.Subject.Record, Title: titleOf(in.Subject), From: before.After, To: after.After, Made: in.Made}
		if decided {
			c.Judged = map[bool]string{true: "refused", false: "kept"}[refused]
		}
		r.Changes = append(r.Changes, c)
	}
}

func (c *Confusion) add(fired, refused, decided bool) {
	switch {
	case !decided && fired:
		c.FiredOpen++
	case !decided:
	case fired && refused:
		c.FiredRefused++
	case fired:
		c.FiredKept++
	case refused:
		c.PassedRefused++
	default:
		c.PassedKept++
	}
}

func firedOn(r safety.Replayed, rule string) bool {
	for _, f := range r.Fired {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

func keyOf(s safety.Subject) Key { return Key{s.Object, s.Record, s.Hash} }

func titleOf(s safety.Subject) string {
	if s.Title != "" {
		return value.Clip(s.Title, 80)
	}
	return value.Clip(s.Body, 80)
}

func (b *Book) noteProgress(ctx context.Context, id value.ID, done, total int) error {
	return b.db.Maintain(ctx, "rulebook: progress of a back-test", func(tx *db.Tx) error {
		_, err := tx.Exec(`
			update rule_trial
			set state = 'running', done = $1, total = $2
			where id = $3`, int64(done), int64(total), int64(id))
		return err
	})
}

func (b *Book) endTrial(ctx context.Context, id value.ID, state TrialState, r Result, fault string) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("rulebook.endTrial(%d): %w", id, err)
	}
	return b.db.Maintain(ctx, "rulebook: a back-test ended", func(tx *db.Tx) error {
		_, err := tx.Exec(`
			update rule_trial
			set state = $1, done = $2, total = $2, result = $3, fault = $4, ended_us = $5
			where id = $6`, string(state), int64(r.Inputs), string(body), fault, value.Micros(tx.Now()), int64(id))
		return err
	})
}

func (b *Book) readTrial(ctx context.Context, id value.ID) (t Backtest, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = FindTrial(tx, id)
		return err
	})
	return t, err
}

const trialColumns = `id, rule, draft, state, done, total, coalesce(result, '{}'), coalesce(fault, ''), author, made_us, coalesce(ended_us, 0)`

func scanTrial(row db.Scanner) (t Backtest, err error) {
	var draft, result string
	var made, ended int64
	if err := row.Scan(&t.ID, &t.Rule, &draft, &t.State, &t.Done, &t.Total, &result, &t.Fault, &t.Author, &made, &ended); err != nil {
		return t, err
	}
	t.Made = value.FromMicros(made)
	if ended != 0 {
		t.Ended = value.FromMicros(ended)
	}
	if err := json.Unmarshal([]byte(draft), &t.Draft); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(result), &t.Result)
}

// FindTrial returns one back-test. It returns an error of kind NotFound.
func FindTrial(tx *db.Tx, id value.ID) (Backtest, error) {
	return db.One(tx, scanTrial, `
		select `+trialColumns+`
		from rule_trial
		where id = $1`, int64(id))
}

// Trials returns the newest back-tests of a rule.
func Trials(tx *db.Tx, rule string, limit int) ([]Backtest, error) {
	return db.All(tx, scanTrial, `
		select `+trialColumns+`
		from rule_trial
		where rule = $1
		order by id desc
		limit $2`, rule, limit)
}

// vouching returns the finished back-test of exactly this condition that is fresh enough. It returns an error of kind NotFound.
func vouching(tx *db.Tx, d Draft) (Backtest, error) {
	return db.One(tx, scanTrial, `
		select `+trialColumns+`
		from rule_trial
		where mark = $1 and state = 'done' and ended_us >= $2
		order by id desc
		limit 1`, d.mark(), value.Micros(tx.Now().Add(-TrialAge)))
}
