package search

import (
	"context"

	"fairground/internal/value"
)

// Clusters reads the places of what a query finds.
func (s *Database) Clusters(ctx context.Context, q Query, most int) ([]Cluster, error) {
	return nil, nil
}

// Complete reads the titles that hold a word that begins so.
func (s *Database) Complete(ctx context.Context, typed string, most int) ([]Completion, error) {
	return nil, nil
}

// Alike compares with the newest listings of the category.
func (s *Database) Alike(ctx context.Context, d Document, most int) ([]Neighbour, error) {
	return nil, nil
}

// Why looks at one document.
func (s *Database) Why(ctx context.Context, q Query, listing value.ID) (Why, error) {
	return Why{}, nil
}
