package safety

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Facts are what memory and signals answered in one screening, by the text that asked: "velocity phone listing 24h",
// "cluster.size", "signals.risk". Yes is 1, no is 0.
type Facts map[string]float64

// trace is what Keep must know of a screening beyond its outcome.
type trace struct {
	gate    *Gate
	subject Subject
	facts   Facts
}

// Sighting is one screened record under the keys it is counted by.
type Sighting struct {
	ID     value.ID
	Event  Stage
	Record value.ID
	Keys   map[string][]string // by entity
	At     time.Time
}

// sighting is what is counted of a screening; false when it has nothing to count by.
func (o *Outcome) sighting(tx *db.Tx) (Sighting, bool) {
	if o.trace == nil {
		return Sighting{}, false
	}
	keys := o.trace.gate.allKeys(&o.trace.subject, &o.Slots)
	return Sighting{ID: tx.NewID(), Event: o.Stage, Record: o.Record, Keys: keys, At: tx.Now()}, len(keys) > 0
}

func (g *Gate) allKeys(s *Subject, found *Slots) map[string][]string {
	all := map[string][]string{}
	for _, entity := range entities {
		if keys := g.Keys(s, found, entity); len(keys) > 0 {
			all[entity] = keys
		}
	}
	return all
}

// remember writes the sightings and inputs of outcomes, and tells the gates' memories once they are committed.
func remember(tx *db.Tx, outcomes []Outcome) error {
	var sightings, inputs [][]any
	for i := range outcomes {
		o := &outcomes[i]
		if seen, ok := o.sighting(tx); ok {
			keys, err := json.Marshal(seen.Keys)
			if err != nil {
				return err
			}
			sightings = append(sightings, []any{int64(seen.ID), string(seen.Event), int64(seen.Record), string(keys), value.Micros(seen.At)})
			gate := o.trace.gate
			tx.After(func() { gate.tell(seen) })
		}
		if o.trace != nil && o.Review == 0 && (o.Verdict >= Challenge || sampled(o.Hash)) {
			row, err := inputRow(tx, o)
			if err != nil {
				return fmt.Errorf("safety.Keep(%s %d): %w", o.Object, o.Record, err)
			}
			inputs = append(inputs, row)
		}
	}
	if err := tx.Insert("sighting", []string{"id", "event", "record", "keys", "made_us"}, sightings); err != nil {
		return err
	}
	return tx.Insert("screening_input", []string{"id", "object", "record", "content_hash", "verdict", "subject", "facts", "made_us"}, inputs)
}

// tell adds a committed sighting to a memory that keeps its own count.
func (g *Gate) tell(seen Sighting) {
	if memory, ok := g.memory.Load().Sightings.(interface{ Add(Sighting) }); ok {
		memory.Add(seen)
	}
}

// storable is a subject without its exact place and without what PostgreSQL cannot keep in JSON.
func storable(s Subject) Subject {
	s.Point = value.Point{}
	clean := func(text string) string { return strings.ReplaceAll(text, "\x00", "") }
	s.Title, s.Body, s.Place = clean(s.Title), clean(s.Body), clean(s.Place)
	attributes := make(map[string]string, len(s.Attributes))
	for key, text := range s.Attributes {
		attributes[clean(key)] = clean(text)
	}
	s.Attributes = attributes
	return s
}
