package safety

import (
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// pollOverlap is how far back Poll reads again. A row whose transaction took longer, or whose process has a clock that is
// further behind, is found by the next Load.
const pollOverlap = 2 * time.Minute

// idEpoch_ms and idShift are those of value.ID: 41 bits of milliseconds above 22 others.
const (
	idEpoch_ms = 1735689600000
	idShift    = 22
)

// idAt is the least id that can be made at a moment.
func idAt(t time.Time) value.ID { return value.ID(max(t.UnixMilli()-idEpoch_ms, 0) << idShift) }

// Load fills the memory with the latest stored sightings, as many as it may hold, whatever their time: so a clock that is
// wrong when a site is opened loses nothing. It may be called again; nothing is counted twice.
func (r *Recent) Load(tx *db.Tx) error {
	from, err := db.One(tx, db.Column[int64], `
		select coalesce(min(id), 0)
		from (select id from sighting order by id desc limit $1) latest`, r.most)
	if err != nil {
		return fmt.Errorf("safety.Load: %w", err)
	}
	_, err = r.fetch(tx, value.ID(from))
	return err
}

// Poll adds what other processes wrote since the last Poll or Load, and returns how many rows it read. A second apart is
// often enough.
func (r *Recent) Poll(tx *db.Tx) (read int, err error) {
	r.mu.RLock()
	from := r.cursor
	r.mu.RUnlock()
	if now := idAt(r.clock.Now()); from > now { // an id from the future must not hide those of the present
		from = now
	}
	return r.fetch(tx, max(from-value.ID(pollOverlap.Milliseconds()<<idShift), 0))
}

// fetch adds all stored sightings from an id on.
func (r *Recent) fetch(tx *db.Tx, from value.ID) (read int, err error) {
	err = db.Each(tx, func(row db.Scanner) error {
		var s Sighting
		var keys string
		var made int64
		if err := row.Scan(&s.ID, &s.Event, &s.Record, &keys, &made); err != nil {
			return err
		}
		s.At = value.FromMicros(made)
		if err := json.Unmarshal([]byte(keys), &s.Keys); err != nil {
			return fmt.Errorf("sighting %d: %w", s.ID, err)
		}
		r.Add(s)
		r.mu.Lock()
		r.cursor = max(r.cursor, s.ID)
		r.mu.Unlock()
		read++
		return nil
	}, `
		select id, event, record, keys, made_us
		from sighting
		where id >= $1
		order by id`, int64(from))
	if err != nil {
		return read, fmt.Errorf("safety.Recent: %w", err)
	}
	return read, nil
}
