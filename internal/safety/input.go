package safety

import (
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// keptFor is how long sightings and inputs are kept.
const keptFor = 90 * 24 * time.Hour

// sampleOf is the share of allowed subjects that is kept: one in so many.
const sampleOf = 20

// Input is what one screening saw, kept so that changed rules can be tried on it: the subject without its exact place,
// and what memory and signals answered at the time.
type Input struct {
	ID      value.ID
	Subject Subject
	Verdict Verdict
	Facts   Facts
	Made    time.Time
}

// Weight is how many screenings an input stands for: allowed subjects are a sample.
func (i Input) Weight() int {
	if i.Verdict < Challenge {
		return sampleOf
	}
	return 1
}

// sampled decides by the content alone, so that screening again keeps or leaves the same ones.
func sampled(hash ContentHash) bool { return (int(hash[0])<<8|int(hash[1]))%sampleOf == 0 }

func inputRow(tx *db.Tx, o *Outcome) ([]any, error) {
	subject, err := json.Marshal(storable(o.trace.subject))
	if err != nil {
		return nil, err
	}
	facts, err := json.Marshal(o.trace.facts)
	if err != nil {
		return nil, err
	}
	return []any{
		int64(tx.NewID()), o.Object, int64(o.Record), o.Hash[:], o.Verdict.String(), string(subject), string(facts), value.Micros(tx.Now()),
	}, nil
}

// Inputs returns the stored inputs made since a moment, the latest first.
func Inputs(tx *db.Tx, since time.Time, limit int) ([]Input, error) {
	return db.All(tx, scanInput, `
		select id, content_hash, verdict, subject, facts, made_us
		from screening_input
		where made_us >= $1
		order by id desc
		limit $2`, value.Micros(since), limit)
}

func scanInput(row db.Scanner) (i Input, err error) {
	var hash []byte
	var verdict, subject, facts string
	var made int64
	if err := row.Scan(&i.ID, &hash, &verdict, &subject, &facts, &made); err != nil {
		return i, err
	}
	i.Made = value.FromMicros(made)
	if i.Verdict, err = ParseVerdict(verdict); err != nil {
		return i, err
	}
	if err := json.Unmarshal([]byte(subject), &i.Subject); err != nil {
		return i, err
	}
	copy(i.Subject.Hash[:], hash)
	return i, json.Unmarshal([]byte(facts), &i.Facts)
}

// ForgetInputs removes the stored inputs of a record that is erased.
func ForgetInputs(tx *db.Tx, object string, record value.ID) error {
	_, err := tx.Exec(`delete from screening_input where object = $1 and record = $2`, object, int64(record))
	if err != nil {
		return fmt.Errorf("safety.ForgetInputs(%s %d): %w", object, record, err)
	}
	return nil
}

// Tidy removes sightings and inputs older than 90 days and returns how many rows went. Whoever runs the site calls it
// daily. A clock that jumps ahead cannot empty the tables at once: a call removes at most a tenth of them, or 1,000 rows.
func Tidy(tx *db.Tx) (removed int64, err error) {
	before := value.Micros(tx.Now().Add(-keptFor))
	for _, table := range []string{"sighting", "screening_input"} {
		rows, err := db.One(tx, db.Column[int64], `select count(*) from `+table)
		if err != nil {
			return removed, fmt.Errorf("safety.Tidy: %w", err)
		}
		n, err := tx.Exec(`
			delete from `+table+`
			where id in (select id from `+table+` where made_us < $1 order by id limit $2)`, before, max(1000, rows/10))
		if err != nil {
			return removed, fmt.Errorf("safety.Tidy: %w", err)
		}
		removed += n
	}
	return removed, nil
}
