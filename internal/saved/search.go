package saved

import (
	"context"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/value"
)

// Wish is what somebody says about a search that they save or change.
type Wish struct {
	Name  string // empty: what the search looks for, in a few words
	Often Often
	Drops bool
}

func (w Wish) check() error {
	switch {
	case utf8.RuneCountInString(w.Name) > LongestName:
		return &value.Error{Kind: value.Invalid, Field: "name", Key: "saved.name_long", Args: []any{"count", LongestName}, Message: "a name has at most 80 characters"}
	case w.Often != Instant && w.Often != Daily && w.Often != Weekly && w.Often != Never:
		return &value.Error{Kind: value.Invalid, Field: "often", Key: "saved.often_choose", Message: "choose how often you want to hear of it"}
	}
	return nil
}

// readAddress asks what an address looks for.
func readAddress(ctx context.Context, rooms Reader, address string) (Reading, error) {
	if len(address) > longestAddress || !strings.HasPrefix(address, "/") {
		return Reading{}, noAddress()
	}
	return rooms.ReadSearch(ctx, address)
}

func noAddress() error {
	return &value.Error{Kind: value.Invalid, Key: "saved.no_address", Message: "this is no search that can be saved; search for something first"}
}

// isEverything reports a query that narrows nothing: every listing of the site would be news.
func isEverything(q search.Query) bool {
	return strings.TrimSpace(q.Words) == "" && q.Category == 0 && len(q.Filters) == 0 && q.Price == nil && q.Within_km == 0 && q.Box == nil &&
		q.Seller == "" && q.Kind == ""
}

// save keeps a search. One that is kept already gets the new wishes.
func save(tx *db.Tx, of value.ID, r Reading, w Wish) (Search, error) {
	if err := w.check(); err != nil {
		return Search{}, err
	}
	if isEverything(r.Query) {
		return Search{}, &value.Error{Kind: value.Invalid, Key: "saved.everything", Message: "this finds everything; choose a category or type what you are looking for"}
	}
	if w.Name == "" {
		w.Name = nameOf(r)
	}
	same, err := sameSearch(tx, of, r.Address)
	if err == nil {
		return same, again(tx, &same, w)
	}
	if value.KindOf(err) != value.NotFound {
		return Search{}, err
	}
	if n, err := countSearches(tx, of); err != nil || n >= MostSearches {
		if err == nil {
			err = tooMany()
		}
		return Search{}, err
	}
	query, err := encode(finished(r.Query))
	if err != nil {
		return Search{}, err
	}
	now := tx.Now()
	s := Search{ID: tx.NewID(), Account: of, Name: w.Name, Address: r.Address, Often: w.Often, Drops: w.Drops, State: On, Created: now, Looked: now, Opened: now}
	tx.Log(db.Change{Object: Object, Record: s.ID, Diff: map[string]any{"state": [2]any{nil, On}, "often": [2]any{nil, w.Often}}})
	return s, insertSearch(tx, s, query)
}

// again is saving what is kept already.
func again(tx *db.Tx, s *Search, w Wish) error {
	if s.State != On {
		if err := s.resume(tx); err != nil {
			return err
		}
	}
	return alter(tx, s, w)
}

// nameOf is the name of a search that was given none.
func nameOf(r Reading) string {
	return value.Clip(strings.Join(strings.Fields(r.Title), " "), LongestName-1)
}

func tooMany() error {
	return &value.Error{Kind: value.Limited, Key: "saved.too_many", Args: []any{"count", MostSearches}, Message: "you keep very many searches; delete some first"}
}

// Kept reports whether an account has saved the search of a canonical address; visitors have not.
func Kept(tx *db.Tx, of value.ID, address string) (bool, error) {
	if of == 0 {
		return false, nil
	}
	_, err := sameSearch(tx, of, address)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return err == nil, err
}

// own finds a search of an account; that of another is not there.
func own(tx *db.Tx, of, id value.ID) (Search, error) {
	s, err := findSearch(tx, id)
	if value.KindOf(err) == value.NotFound || err == nil && s.Account != of {
		return Search{}, gone()
	}
	return s, err
}

func gone() error {
	return &value.Error{Kind: value.NotFound, Key: "saved.gone", Message: "this search is not here any more"}
}

// alter gives a search other wishes, and shows that somebody cares. What it found before is not told by another rhythm.
func alter(tx *db.Tx, s *Search, w Wish) error {
	if err := w.check(); err != nil {
		return err
	}
	if w.Name == "" {
		w.Name = s.Name
	}
	diff := make(map[string]any)
	if w.Often != s.Often {
		diff["often"] = [2]Often{s.Often, w.Often}
	}
	if w.Drops != s.Drops {
		diff["drops"] = [2]bool{s.Drops, w.Drops}
	}
	if s.State == Asleep && w.Often != Never {
		diff["state"] = [2]State{s.State, On}
		s.State = On
	}
	if w.Name != s.Name {
		diff["renamed"] = true
	}
	tx.Log(db.Change{Object: Object, Record: s.ID, Diff: diff})
	if w.Often != s.Often {
		if err := forgetWaiting(tx, s.ID); err != nil {
			return err
		}
	}
	s.Name, s.Often, s.Drops, s.Opened = w.Name, w.Often, w.Drops, tx.Now()
	return updateSearch(tx, *s)
}

// forgetWaiting has nothing told that was found up to now.
func forgetWaiting(tx *db.Tx, id value.ID) error { return findsTold(tx, id, tx.Now()) }

// resume wakes or unpauses a search. What it did not look at meanwhile is no news.
func (s *Search) resume(tx *db.Tx) error {
	if s.State == Ended {
		return gone()
	}
	s.Opened = tx.Now()
	if err := forgetWaiting(tx, s.ID); err != nil {
		return err
	}
	return s.become(tx, On)
}

// back undoes a deletion, unless the same search was saved anew meanwhile.
func (s *Search) back(tx *db.Tx) error {
	if s.State != Ended || tx.Now().Sub(s.Ended) > undoFor {
		return gone()
	}
	if n, err := countSearches(tx, s.Account); err != nil || n >= MostSearches {
		if err == nil {
			err = tooMany()
		}
		return err
	}
	_, err := sameSearch(tx, s.Account, s.Address)
	if err == nil {
		tx.Log(db.Change{Object: Object, Record: s.ID, Diff: map[string]any{"kept": "another"}})
		return nil
	}
	if value.KindOf(err) != value.NotFound {
		return err
	}
	return s.become(tx, On)
}
