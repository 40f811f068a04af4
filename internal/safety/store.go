package safety

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this package.
func Schema() db.Schema { return db.Schema{Feature: "safety", Files: schemaFiles} }

// Keep writes outcomes: their clearances, what fired unless nothing did, a sighting each, and the inputs of those that hold
// content back and of a sample. Outcomes that hold content back are entered in the change log; a clearance is told of in
// the entry of the content it clears. The gate's memory learns of the sightings once they are committed.
func Keep(tx *db.Tx, outcomes ...Outcome) error {
	var clearances, screenings [][]any
	now := value.Micros(tx.Now())
	for i := range outcomes {
		o := &outcomes[i]
		if c, ok := o.Clearance(); ok {
			clearances = append(clearances, []any{
				int64(c.id), c.object, int64(c.record), c.hash[:], c.rules, reference(c.review), now, c.seal[:],
			})
		}
		if o.Plain() {
			continue
		}
		row, err := screeningRow(tx, o, now)
		if err != nil {
			return fmt.Errorf("safety.Keep(%s %d): %w", o.Object, o.Record, err)
		}
		screenings = append(screenings, row)
	}
	if err := tx.Insert("clearance", []string{"id", "object", "record", "content_hash", "rules", "review", "made_us", "seal"}, clearances); err != nil {
		return fmt.Errorf("safety.Keep: %w", err)
	}
	if err := tx.Insert("screening", []string{"id", "object", "record", "content_hash", "stage", "verdict", "firings", "slots", "rules", "review", "made_us"}, screenings); err != nil {
		return fmt.Errorf("safety.Keep: %w", err)
	}
	if err := remember(tx, outcomes); err != nil {
		return fmt.Errorf("safety.Keep: %w", err)
	}
	return nil
}

func screeningRow(tx *db.Tx, o *Outcome, now int64) ([]any, error) {
	firings, err := json.Marshal(o.Firings)
	if err != nil {
		return nil, err
	}
	slots, err := json.Marshal(o.Slots)
	if err != nil {
		return nil, err
	}
	id := tx.NewID()
	if o.Verdict != Allow {
		tx.Log(db.Change{Object: "screening", Record: id, Diff: map[string]any{
			"object": o.Object, "record": o.Record, "content_hash": o.Hash.String(), "verdict": o.Verdict, "rules": fired(o.Firings),
		}})
	}
	return []any{
		int64(id), o.Object, int64(o.Record), o.Hash[:], string(o.Stage), o.Verdict.String(), string(firings), string(slots),
		o.Rules, reference(o.Review), now,
	}, nil
}

func fired(firings []Firing) []string {
	rules := make([]string, len(firings))
	for i, f := range firings {
		rules[i] = fmt.Sprintf("%s@%d", f.Rule, f.Version)
	}
	return rules
}

func reference(id value.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// Screening is one stored outcome.
type Screening struct {
	ID      value.ID
	Object  string
	Record  value.ID
	Hash    ContentHash
	Stage   Stage
	Verdict Verdict
	Firings []Firing
	Slots   Slots
	Rules   string
	Review  value.ID
	Made    time.Time
}

const screeningColumns = `id, object, record, content_hash, stage, verdict, firings, slots, rules, coalesce(review, 0), made_us`

func scanScreening(row db.Scanner) (s Screening, err error) {
	var hash []byte
	var verdict, firings, slots string
	var made int64
	if err := row.Scan(&s.ID, &s.Object, &s.Record, &hash, &s.Stage, &verdict, &firings, &slots, &s.Rules, &s.Review, &made); err != nil {
		return s, err
	}
	copy(s.Hash[:], hash)
	s.Made = value.FromMicros(made)
	if s.Verdict, err = ParseVerdict(verdict); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(firings), &s.Firings); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(slots), &s.Slots)
}

// FindScreening returns the latest stored screening of a record. It returns an error of kind NotFound when nothing but
// plain allows was ever said of it.
func FindScreening(tx *db.Tx, record value.ID) (Screening, error) {
	return db.One(tx, scanScreening, `
		select `+screeningColumns+`
		from screening
		where record = $1
		order by id desc
		limit 1`, int64(record))
}

// Screenings returns all stored screenings of a record, the latest first.
func Screenings(tx *db.Tx, record value.ID) ([]Screening, error) {
	return db.All(tx, scanScreening, `
		select `+screeningColumns+`
		from screening
		where record = $1
		order by id desc
		limit 100`, int64(record))
}

// EachScreening calls fn with every stored screening since a moment, the latest first, at most limit of them.
func EachScreening(tx *db.Tx, since time.Time, limit int, fn func(Screening) error) error {
	return db.Each(tx, func(row db.Scanner) error {
		s, err := scanScreening(row)
		if err != nil {
			return err
		}
		return fn(s)
	}, `
		select `+screeningColumns+`
		from screening
		where made_us >= $1
		order by id desc
		limit $2`, value.Micros(since), limit)
}

// CountVerdicts counts the stored screenings since a moment, by verdict.
func CountVerdicts(tx *db.Tx, since time.Time) (map[Verdict]int, error) {
	counts := map[Verdict]int{}
	err := db.Each(tx, func(row db.Scanner) error {
		var name string
		var n int
		if err := row.Scan(&name, &n); err != nil {
			return err
		}
		v, err := ParseVerdict(name)
		counts[v] = n
		return err
	}, `
		select verdict, count(*)
		from screening
		where made_us >= $1
		group by verdict`, value.Micros(since))
	return counts, err
}

// CountHeld counts the records whose latest stored screening says hold or challenge and which nothing cleared since.
func CountHeld(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], `
		select count(*)
		from screening s
		where s.verdict in ('hold', 'challenge')
			and not exists (select 1 from screening l where l.record = s.record and l.id > s.id)
			and not exists (select 1 from clearance c where c.record = s.record and c.made_us > s.made_us)`)
}

// RecordReview records that the acting member of staff, having looked at it, lets exactly this content be public. It
// returns an error of kind Forbidden for anyone else, and Invalid without a reason. Whoever calls it has checked that this
// person may review.
func RecordReview(tx *db.Tx, object string, record value.ID, hash ContentHash, reason string) (Review, error) {
	if tx.Actor().Kind != value.Staff || tx.Actor().ID == 0 {
		return Review{}, value.Errorf(value.Forbidden, "only a member of staff can clear what was held")
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > 5000 {
		return Review{}, value.Fieldf("reason", "write why this may be public, in at most 5,000 characters")
	}
	if object == "" || record == 0 || hash == (ContentHash{}) {
		return Review{}, value.Errorf(value.Invalid, "a review is for one content of one record")
	}
	r := Review{id: tx.NewID(), object: object, record: record, hash: hash, actor: tx.Actor().String(), reason: reason}
	_, err := tx.Exec(`
		insert into review (id, object, record, content_hash, actor, reason, made_us)
		values ($1, $2, $3, $4, $5, $6, $7)`,
		int64(r.id), object, int64(record), hash[:], r.actor, reason, value.Micros(tx.Now()))
	if err != nil {
		return Review{}, fmt.Errorf("safety.RecordReview(%s %d): %w", object, record, err)
	}
	tx.Log(db.Change{Object: "review", Record: r.id, Diff: map[string]any{
		"object": object, "record": record, "content_hash": hash.String(), "reason": reason,
	}})
	return r, nil
}

// RevokeReviews takes back that staff let a record be public: nothing is cleared by it from now on. Clearances that were made
// under it are void when the record is screened again, which is the caller's to do.
func RevokeReviews(tx *db.Tx, object string, record value.ID) error {
	n, err := tx.Exec("update review set revoked_us = $3 where record = $1 and object = $2 and revoked_us is null",
		int64(record), object, value.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("safety.RevokeReviews(%s %d): %w", object, record, err)
	}
	if n > 0 {
		tx.Log(db.Change{Object: "review", Record: record, Diff: map[string]any{"object": object, "record": record, "revoked": n}})
	}
	return nil
}

// FindReview returns the latest review of exactly this content that stands. It returns an error of kind NotFound when there
// is none.
func FindReview(tx *db.Tx, object string, record value.ID, hash ContentHash) (Review, error) {
	return db.One(tx, func(row db.Scanner) (Review, error) {
		r := Review{object: object, record: record, hash: hash}
		err := row.Scan(&r.id, &r.actor, &r.reason)
		return r, err
	}, `
		select id, actor, reason
		from review
		where record = $1
			and object = $2
			and content_hash = $3
			and revoked_us is null
		order by id desc
		limit 1`, int64(record), object, hash[:])
}

// Forged is a clearance in the database that the gate did not make.
type Forged struct {
	ID     value.ID
	Object string
	Record value.ID
}

// CheckClearances verifies the seal of every clearance and returns those that are false, with how many it read. It holds
// one row at a time.
func CheckClearances(tx *db.Tx, gate *Gate) (read int, forged []Forged, err error) {
	err = db.Each(tx, func(row db.Scanner) error {
		var f Forged
		var content, seal []byte
		if err := row.Scan(&f.ID, &f.Object, &f.Record, &content, &seal); err != nil {
			return err
		}
		read++
		var hash ContentHash
		if copy(hash[:], content) != len(hash) || gate.Check(f.Object, f.Record, hash, f.ID, seal) != nil {
			forged = append(forged, f)
		}
		return nil
	}, `
		select id, object, record, content_hash, seal
		from clearance
		order by id`)
	return read, forged, err
}
