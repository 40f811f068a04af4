package search

import (
	"fmt"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Listings returns, in order of their ids, up to limit listings of the index whose ids are greater than after.
func (s *Database) Listings(tx *db.Tx, after value.ID, limit int) ([]value.ID, error) {
	all, err := db.All(tx, db.Column[value.ID], `
		select listing
		from search_document
		where listing > $1
		order by listing
		limit $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("search.Listings(%s, %d): %w", after, limit, err)
	}
	return all, nil
}

// Listed is how many listings the index holds.
func (s *Database) Listed(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from search_document")
}

// Followed returns two numbers of the change log with the last entry that the index has seen between them: it has seen
// every entry up to low, and none after high. While nobody writes they are the same.
func (s *Database) Followed(tx *db.Tx) (low, high int64, err error) {
	before, err := change.Last(tx)
	if err != nil {
		return 0, 0, err
	}
	lag, err := s.reader.Lag(tx)
	if err != nil {
		return 0, 0, err
	}
	after, err := change.Last(tx)
	return max(before-lag, 0), after - lag, err
}
