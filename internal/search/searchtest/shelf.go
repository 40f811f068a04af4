package searchtest

import (
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Subject is an index under test, with the means to change what it should find, and what it can do beyond what all can.
// Put and Remove return when the index has seen the change. Its Analyzer is that of this package, or one like it.
type Subject struct {
	Index  search.Index
	Put    func(documents ...search.Document)
	Remove func(listings ...value.ID)

	Typos    bool // it corrects words that find nothing
	Ranked   bool // by relevance it orders by the score of package search, not only by title and age
	Synonyms bool // its analyzer knows Synonyms
}

// Languages are those of the small market.
func Languages() []string { return []string{"en", "de"} }

// Synonyms are those of the small market.
func Synonyms() [][]string {
	return [][]string{{"sofa", "couch", "settee"}, {"estate car", "station wagon", "Kombi"}, {"flat", "apartment"}}
}

// Analyzer takes texts of the small market apart.
func Analyzer() *words.Analyzer { return words.New(Languages(), Synonyms()) }

// Shelf is a search.Source that holds its documents in memory.
type Shelf struct {
	mu        sync.Mutex
	documents map[value.ID]search.Document
	unread    map[value.ID]bool // announced, and not yet asked for
}

// NewShelf returns an empty shelf.
func NewShelf() *Shelf {
	return &Shelf{documents: make(map[value.ID]search.Document), unread: make(map[value.ID]bool)}
}

// Documents returns those of the listings that are on the shelf.
func (s *Shelf) Documents(_ *db.Tx, ids []value.ID) ([]search.Document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []search.Document
	for _, id := range ids {
		delete(s.unread, id)
		if d, ok := s.documents[id]; ok {
			all = append(all, d)
		}
	}
	return all, nil
}

// Put adds or replaces documents.
func (s *Shelf) Put(documents ...search.Document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range documents {
		s.documents[d.Listing] = d
	}
}

// Remove takes documents away.
func (s *Shelf) Remove(listings ...value.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range listings {
		delete(s.documents, id)
	}
}

func (s *Shelf) announce(ids []value.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.unread[id] = true
	}
}

func (s *Shelf) isRead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.unread) == 0
}

// awaitReading catches up until everything announced was asked for. PostgreSQL holds changes back while an older
// transaction runs, be it of another test.
func (s *Shelf) awaitReading(t testing.TB, d *db.DB, reader *change.Reader) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if _, err := reader.CatchUp(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if s.isRead() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the index did not see the changes in 30 s")
		}
	}
}

// Follow is a Subject whose index follows the change log of a database through a reader.
func Follow(t testing.TB, d *db.DB, shelf *Shelf, index search.Index, reader *change.Reader) Subject {
	announce := func(ids []value.ID) {
		t.Helper()
		shelf.announce(ids)
		for len(ids) > 0 {
			part := ids[:min(len(ids), 1_000)]
			ids = ids[len(part):]
			err := d.Write(t.Context(), value.SystemActor("test"), "change listings", func(tx *db.Tx) error {
				for _, id := range part {
					tx.Log(db.Change{Object: search.Object, Record: id, Diff: struct{}{}})
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		shelf.awaitReading(t, d, reader)
	}
	return Subject{
		Index: index,
		Put: func(documents ...search.Document) {
			shelf.Put(documents...)
			var ids []value.ID
			for _, d := range documents {
				ids = append(ids, d.Listing)
			}
			announce(ids)
		},
		Remove: func(listings ...value.ID) {
			shelf.Remove(listings...)
			announce(listings)
		},
	}
}
