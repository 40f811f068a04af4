package record

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fairground/internal/value"
)

// bulkChunk is how many records one transaction of a bulk write changes.
const bulkChunk = 2_000

// Bulk gives all records that a query finds the same values, in transactions of a few thousand, and returns how many of
// them were written. Those that cannot be written are left as they are; the error counts them and tells the first.
func (s *Store) Bulk(ctx context.Context, a Asker, q Query, v Values, batch value.ID) (n int, err error) {
	var ids []value.ID
	q.Fields, q.Expand = []string{}, nil
	// All of them first: a write may change what the query finds.
	err = s.Each(ctx, a, q, func(rec *Record) error {
		ids = append(ids, rec.ID)
		return nil
	})
	if err != nil {
		return 0, err
	}
	failed, first := 0, error(nil)
	for part := range slices.Chunk(ids, bulkChunk) {
		ops := make([]Write, len(part))
		for i, id := range part {
			ops[i] = Write{Op: DoUpdate, ID: id, Values: v}
		}
		results, err := s.Batch(ctx, a, q.Object, ops, BatchOptions{Batch: batch, Action: "record.bulk"})
		if err != nil {
			return n, fmt.Errorf("record.Bulk(%s): %w", q.Object, err)
		}
		for _, r := range results {
			switch {
			case r.Err == nil:
				n++
			case failed == 0:
				first = r.Err
				fallthrough
			default:
				failed++
			}
		}
	}
	if failed > 0 {
		err = value.Errorf(value.KindOf(first), "%d records could not be changed; the first because: %s", failed, messageOf(first)).Because(errors.Join(first))
	}
	return n, err
}
