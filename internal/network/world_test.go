package network

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// shelf is the listings of a site: rows that the log tells of, texts beside them.
type shelf struct {
	mu  sync.Mutex
	all map[value.ID]Listing
}

func (s *shelf) put(l Listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[l.ID] = l
}

func (s *shelf) remove(id value.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}

func (s *shelf) After(_ *db.Tx, after value.ID, limit int) ([]Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []value.ID
	for id := range s.all {
		if id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var found []Listing
	for _, id := range ids[:min(limit, len(ids))] {
		found = append(found, s.all[id])
	}
	return found, nil
}

func (s *shelf) Of(_ *db.Tx, ids []value.ID) ([]Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Listing
	for _, id := range ids {
		if l, ok := s.all[id]; ok {
			found = append(found, l)
		}
	}
	return found, nil
}

// world is one site with a desk.
type world struct {
	testing.TB
	db        *db.DB
	desk      *Desk
	shelf     *shelf
	directory string

	mu        sync.Mutex
	opened    []value.ID // cases
	rescreens []value.ID
}

func schemas() []db.Schema { return []db.Schema{Schema()} }

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		w := &world{TB: t, db: d, shelf: &shelf{all: map[value.ID]Listing{}}, directory: t.TempDir()}
		w.desk = w.another()
		test(w)
	})
}

// another is the desk of another process.
func (w *world) another() *Desk {
	return New(Config{DB: w.db, Documents: w.shelf, Cases: w, Key: []byte("key"), Directory: w.directory, Rescreen: func(_ *db.Tx, _ string, id value.ID) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.rescreens = append(w.rescreens, id)
		return nil
	}})
}

// Open notes a case.
func (w *world) Open(_ *db.Tx, kind, object string, record value.ID, why string) error {
	if kind != "network" || object != Object || why == "" {
		return errors.New("that is no case of a network")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened = append(w.opened, record)
	return nil
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// settle steps until there is nothing more to do.
func (w *world) settle(d *Desk) {
	w.Helper()
	for range 500 {
		busy, err := d.Step(w.Context())
		w.ok(err)
		if !busy {
			return
		}
	}
	w.Fatal("Step never comes to an end")
}

// recruiting is one template with slots, from an account of its own each.
func recruiting(n int) Listing {
	towns := []string{"Renens", "Olten", "Chur", "Brig", "Thun"}
	names := []string{"Anna", "Berta", "Clara", "Dora", "Emma", "Flora"}
	return Listing{
		ID: value.ID(1000 + n), Account: value.ID(5000 + n), Title: "Room and work for " + names[n%len(names)], Place: towns[n%len(towns)],
		Body: fmt.Sprintf("Free room near the station in %s, work can be arranged the same week, travel is paid for you. "+
			"Ask for %s and write only to 079 555 44 79, papers are not needed and no questions are asked.", towns[n%len(towns)], names[n%len(names)]),
		Point: value.Point{Lat: 46.5 + float64(n)/10, Lon: 7.1}, Made: time.Now().UTC().Truncate(time.Second), Since: time.Now().UTC().Add(-time.Hour), Live: true,
	}
}

// subject is a listing as the gate asks about it.
func subject(l Listing) (*safety.Subject, *safety.Slots) {
	found := safety.Extract(l.Title+"\n"+l.Body, "CH")
	return &safety.Subject{Stage: safety.StageListing, Object: listingObject, Record: l.ID, Title: l.Title, Body: l.Body, Place: l.Place,
		Author: safety.Author{Kind: value.Member, ID: l.Account}}, &found
}

func (w *world) ask(d *Desk, l Listing) safety.Cluster {
	w.Helper()
	s, found := subject(l)
	c, err := d.Cluster(w.Context(), s, found)
	w.ok(err)
	return c
}

// write makes a listing exist.
func (w *world) write(all ...Listing) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), value.SystemActor("test"), "listing.publish", func(tx *db.Tx) error {
		for _, l := range all {
			w.shelf.put(l)
			tx.Log(db.Change{Object: listingObject, Record: l.ID, Diff: map[string]any{"status": []string{"held", "live"}}})
		}
		return nil
	}))
}

func (w *world) networks(state NetworkState) (all []Network) {
	w.Helper()
	w.ok(w.db.Read(w.Context(), func(tx *db.Tx) (err error) {
		all, err = List(tx, state, 100)
		return err
	}))
	return all
}
