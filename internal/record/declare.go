package record

import "context"

// Ensure brings the objects of the configuration into the catalog: those that are missing, and their missing fields.
// It never removes. Call it when a site opens.
func (s *Store) Ensure(ctx context.Context) error { return errNotYet }
