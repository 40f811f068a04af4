package moderation_test

import (
	"context"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

var (
	visitor = value.Actor{Kind: value.Visitor}
	staff   = value.Actor{Kind: value.Staff, ID: 7}
)

// shelf stands for the listings: package app's tests decide about real ones. What it is told takes effect with the
// transaction, like theirs.
type shelf struct {
	released, refused []value.ID
	removed           bool
	reason            string
	forbidden         bool // a mandatory rule refuses everything
	fault             error
	appealed          bool // the record is under appeal
}

func (s *shelf) UnderAppeal(*db.Tx, value.ID) (bool, error) { return s.appealed, nil }

func (s *shelf) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	tx.After(func() { s.released, s.reason = append(s.released, record), reason })
	return !s.forbidden, s.fault
}

func (s *shelf) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	tx.After(func() { s.refused, s.removed, s.reason = append(s.refused, record), removed, reason })
	return s.fault
}

type world struct {
	*testing.T
	db    *db.DB
	desk  *moderation.Desk
	shelf *shelf
}

func eachWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, []db.Schema{moderation.Schema()}, func(t *testing.T, d *db.DB) {
		s := &shelf{}
		test(&world{T: t, db: d, shelf: s, desk: &moderation.Desk{DB: d, Rooms: map[string]moderation.Room{"listing": s}}})
	})
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Read(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func aNotice() moderation.Notice {
	return moderation.Notice{
		Object: "listing", Record: 42, Ground: moderation.Scam, Explanation: "They ask for a deposit before a viewing.",
		Name: "Ines B.", Email: "ines@example.org", Locale: "de",
	}
}

func (w *world) file(n moderation.Notice) moderation.Notice {
	w.Helper()
	filed, err := w.desk.File(context.Background(), visitor, n)
	if err != nil {
		w.Fatal(err)
	}
	return filed
}

func (w *world) decisions() (all []moderation.Decision) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = moderation.Decisions(tx, "listing", 42, 100)
		return err
	})
	return all
}

// log returns all entries of the change log, oldest first.
func (w *world) log() (rows []change.Row) {
	w.Helper()
	if err := change.Number(context.Background(), w.db); err != nil {
		w.Fatal(err)
	}
	w.read(func(tx *db.Tx) (err error) {
		rows, err = change.Since(tx, 0, 1000)
		return err
	})
	return rows
}
