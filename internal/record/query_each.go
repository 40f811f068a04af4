package record

import "context"

// Each calls fn with every record that a query finds, in its order, in batches of MostRecords. Records written meanwhile
// may be among them or not; none comes twice.
func (s *Store) Each(ctx context.Context, a Asker, q Query, fn func(*Record) error) error {
	return notBuilt
}
