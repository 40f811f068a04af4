package record

import "context"

// gatherDirty computes up to most roll-ups of record_dirty anew. It returns how many it did. Store.Work calls it.
func (s *Store) gatherDirty(ctx context.Context, most int) (int, error) { return 0, notBuilt }
