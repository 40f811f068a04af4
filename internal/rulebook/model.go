package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/rulebook/learn"
	"fairground/internal/safety"
	"fairground/internal/value"
)

const (
	learnJob  = "rulebook.learn"
	learnSeed = 1 // of every evaluation, so that it can be repeated
)

// Learned is what was learned last, and whether it counts.
type Learned struct {
	ID     value.ID
	On     bool
	Report learn.Report
	Model  *learn.Model
	Author string
	Made   time.Time
}

// signal is what rules read as signals.learned.
type signal struct{ book *Book }

// Signal is the signal named "learned": how much a text looks like those that people refused, from 0 to 1; 0 while
// it is off. Whoever opens the site connects it to the gate before Load.
func (b *Book) Signal() safety.Signal { return signal{b} }

func (signal) Name() string            { return LearnedSignal }
func (signal) Deadline() time.Duration { return 100 * time.Millisecond }

func (s signal) Score(ctx context.Context, subject safety.Subject) (float64, error) {
	m := s.book.learned.Load()
	if m == nil {
		return 0, ctx.Err()
	}
	return m.Score(wordsOf(subject)), ctx.Err()
}

// wordsOf is a subject's text in compared form.
func wordsOf(s safety.Subject) string {
	return safety.Normalise(s.Title + "\n" + s.Body).String()
}

// Why lists the terms for which a text scores as it does; none while the signal is off.
func (b *Book) Why(s safety.Subject, most int) []learn.Term {
	m := b.learned.Load()
	if m == nil {
		return nil
	}
	return m.Explain(wordsOf(s), most)
}

// Learn begins training from what people decided.
func (b *Book) Learn(ctx context.Context, actor value.Actor) error {
	return b.db.Write(ctx, actor, "rulebook.learn", func(tx *db.Tx) error {
		id, err := job.Enqueue(tx, job.Job{Kind: learnJob, Key: learnJob, Payload: actor.String()})
		tx.Log(db.Change{Object: "learned_model", Record: id, Diff: map[string]any{"learning": true}})
		return err
	})
}

// runLearning trains and measures. What is on stays on only if the new model is above the bar, too.
func (b *Book) runLearning(ctx context.Context, claim job.Claim) error {
	var author string
	if err := claim.Payload(&author); err != nil {
		return job.Permanent(err)
	}
	texts, err := b.decided(ctx)
	if err != nil {
		return err
	}
	report, model := learn.Evaluate(texts, learnSeed), learn.Train(texts, learnSeed)
	encoded, err := model.Encode()
	if err != nil {
		return err
	}
	measured, err := json.Marshal(report)
	if err != nil {
		return err
	}
	err = b.db.Write(ctx, value.SystemActor("rulebook"), "rulebook.learned", func(tx *db.Tx) error {
		if err := touch(tx, false, false, true); err != nil {
			return err
		}
		last, err := FindLearned(tx)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		id, on := tx.NewID(), last.On && report.Passes()
		tx.Log(db.Change{Object: "learned_model", Record: id, Diff: map[string]any{"precision": report.Precision, "recall": report.Recall, "on": on}})
		if _, err := tx.Exec(`delete from learned_model where id < $1`, int64(last.ID)); err != nil {
			return err
		}
		return tx.Insert("learned_model", []string{"id", "is_on", "passes", "report", "model", "author", "made_us"},
			[][]any{{int64(id), on, report.Passes(), string(measured), encoded, author, value.Micros(tx.Now())}})
	})
	if err != nil {
		return fmt.Errorf("rulebook.learn: %w", err)
	}
	return b.Load(ctx)
}

// decided are the texts that people decided about.
func (b *Book) decided(ctx context.Context) (texts []learn.Text, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		inputs, judged, err := b.past.inputs(tx, tx.Now().Add(-recent), mostInputs)
		seen := map[Key]bool{}
		for _, in := range inputs {
			key := keyOf(in.Subject)
			if refused, decided := judged[key]; decided && !seen[key] {
				seen[key] = true
				texts = append(texts, learn.Text{Words: wordsOf(in.Subject), Refused: refused})
			}
		}
		return err
	})
	return texts, err
}

// Switch turns the learned signal on or off. Below the bar it stays off: the error is of kind Invalid.
func (b *Book) Switch(ctx context.Context, actor value.Actor, on bool) error {
	err := b.db.Write(ctx, actor, "rulebook.switch", func(tx *db.Tx) error {
		if err := touch(tx, false, false, true); err != nil {
			return err
		}
		last, err := FindLearned(tx)
		if err != nil {
			return err
		}
		if on && !last.Report.Passes() {
			return worded(value.Invalid, "rulebook.fault.below_bar", "what was learned is below the bar and stays off")
		}
		tx.Log(db.Change{Object: "learned_model", Record: last.ID, Diff: map[string]any{"on": on}})
		_, err = tx.Exec(`
			update learned_model
			set is_on = $1
			where id = $2`, on, int64(last.ID))
		return err
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}

// FindLearned returns what was learned last. It returns an error of kind NotFound when nothing was.
func FindLearned(tx *db.Tx) (Learned, error) {
	return db.One(tx, func(row db.Scanner) (l Learned, err error) {
		var report string
		var model []byte
		var made int64
		if err := row.Scan(&l.ID, &l.On, &report, &model, &l.Author, &made); err != nil {
			return l, err
		}
		l.Made = value.FromMicros(made)
		if err := json.Unmarshal([]byte(report), &l.Report); err != nil {
			return l, err
		}
		l.Model, err = learn.Decode(model)
		return l, err
	}, `
		select id, is_on, report, model, author, made_us
		from learned_model
		order by id desc
		limit 1`)
}

// recallModel reads the model that counts. One that was switched on by other means than Switch, below the bar, does not.
func (b *Book) recallModel(tx *db.Tx) error {
	last, err := FindLearned(tx)
	if value.KindOf(err) == value.NotFound {
		b.learned.Store(nil)
		return nil
	}
	if err != nil {
		return err
	}
	if !last.On || !last.Report.Passes() {
		last.Model = nil
	}
	b.learned.Store(last.Model)
	return nil
}
