package transfer

import (
	"context"
	"errors"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Trial is what an import would do.
type Trial struct {
	Rows                     int64 // that were read
	More                     bool  // the file has more than MostTried, which were not looked at
	Make, Change, Same, Fail int64
	Problems                 []Problem // the first MostProblems
	Took                     time.Duration
}

// errTried takes back what a trial wrote.
var errTried = errors.New("transfer: a trial ends")

// Try reads the file as the import would, with the asker's rights, and leaves everything as it is. An error of kind
// Conflict says why the import could not run at all.
func (d *Desk) Try(ctx context.Context, a record.Asker, id value.ID) (Trial, error) {
	began := d.DB.Clock().Now()
	m, seen, err := d.load(ctx, a, id)
	if err != nil {
		return Trial{}, err
	}
	if err := m.check(seen); err != nil {
		return Trial{}, err
	}
	src, err := d.open(ctx, m)
	if err != nil {
		return Trial{}, err
	}
	defer src.Close()
	r := rehearsal{desk: d, asker: a, m: m, src: src, known: map[string]int64{}}
	if err := r.run(ctx); err != nil {
		var s stop
		if errors.As(err, &s) {
			err = value.Errorf(value.Conflict, "%s", s.reason)
		}
		return Trial{}, err
	}
	r.trial.Took = d.DB.Clock().Now().Sub(began)
	if !r.trial.More && m.Rows != r.trial.Rows {
		err = d.DB.Write(ctx, a.Actor, "import.try", func(tx *db.Tx) error { return setTotal(tx, id, r.trial.Rows) })
	}
	return r.trial, err
}

// rehearsal is a trial that runs.
type rehearsal struct {
	desk  *Desk
	asker record.Asker
	m     Import
	src   *source
	chunk chunk
	trial Trial
	known map[string]int64 // unique values of earlier chunks, which are not in the database now, and their lines
}

func (r *rehearsal) run(ctx context.Context) error {
	for {
		if err := r.chunk.fill(r.src, min(r.desk.rows(), MostTried-int(r.trial.Rows))); err != nil {
			return err
		}
		if len(r.chunk.lines) == 0 {
			return nil
		}
		if err := r.step(ctx); err != nil {
			return err
		}
		if r.trial.Rows >= MostTried {
			row, err := r.src.Next()
			r.trial.More = err == nil || row.Number > 0
			return nil
		}
	}
}

// step tries one chunk. Where records may be there already it is written and taken back, which alone tells a change from
// none; otherwise everything is checked and nothing written.
func (r *rehearsal) step(ctx context.Context) error {
	return divide(&r.chunk, func(c *chunk) error { return r.attempt(ctx, c) })
}

func (r *rehearsal) attempt(ctx context.Context, c *chunk) error {
	var t tally
	var faults []fault
	var results []record.Result
	var p *plan
	err := r.desk.DB.Write(ctx, r.asker.Actor, "import.try", func(tx *db.Tx) error {
		var err error
		if p, err = r.desk.plan(tx, r.asker, r.m, r.src.Columns()); err != nil {
			return err
		}
		if t, faults, results, err = c.apply(tx, r.desk.Records, r.asker, p, record.BatchOptions{DryRun: p.key == ""}); err != nil {
			return err
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		return err
	}
	faults = r.repeated(p, c, results, &t, faults)
	r.count(t, faults)
	return nil
}

func (r *rehearsal) count(t tally, faults []fault) {
	r.trial.Rows += t.rows
	r.trial.Make += t.made
	r.trial.Change += t.changed
	r.trial.Same += t.same
	r.trial.Fail += t.failed
	for _, f := range faults {
		room := MostProblems - len(r.trial.Problems)
		r.trial.Problems = append(r.trial.Problems, f.why[:min(room, len(f.why))]...)
	}
}

// repeated finds unique values that stand in an earlier chunk too. By then the import will have written that one: a row
// that is found by it is a change, any other one is refused.
func (r *rehearsal) repeated(p *plan, c *chunk, results []record.Result, t *tally, faults []fault) []fault {
	fresh := map[string]int64{}
	for i := range c.lines {
		l := &c.lines[i]
		if l.err != nil || results[i].Err != nil || !results[i].Made {
			continue
		}
		for _, u := range p.uniques {
			text := strings.ToLower(strings.TrimSpace(l.cells[u.at]))
			if text == "" {
				continue
			}
			name := u.key + "\x00" + text
			first, twice := r.known[name]
			if !twice {
				fresh[name] = l.number
				continue
			}
			t.made--
			if u.key == p.key {
				t.changed++
				break
			}
			t.failed++
			faults = append(faults, fault{l.number, []Problem{{Line: l.number, Column: u.name, Value: value.Clip(l.cells[u.at], 200), Reason: sameAs(first), Key: "transfer.same_as", Args: []any{first}}}, l.cells})
			break
		}
	}
	for name, at := range fresh {
		r.known[name] = at
	}
	return faults
}

func sameAs(at int64) string {
	return value.Errorf(value.Conflict, "line %d has the same value, which can be there only once", at).Message
}

// rows is how many a transaction takes.
func (d *Desk) rows() int {
	if d.chunk > 0 {
		return d.chunk
	}
	return chunkRows
}
