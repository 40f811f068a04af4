package record

import "context"

// Work calls these of the rest of the package:
//   R2: func (s *Store) recompute(tx *db.Tx, c *Catalog, o *Object, fields []*Field, ids []value.ID) error
//       computes stored formulas and roll-ups of these records anew (after a formula was defined or changed);
//       f may be of a record in the trash. No log entry, no new rev.
//   R2: gatherDirty(ctx, most)
//   R3: func (s *Store) reword(tx *db.Tx, c *Catalog, o *Object, ids []value.ID) error — s_N of these records anew
//       (after searchable fields changed)
// And ddl.go calls, when the object's table is made and when it is dropped:
//   R3: func wordsTable(engine db.Engine, o *Object) []string — the statements that make s_N, with its index

// Work does some of what waits in the background: values of fields that change their type, indexes, formulas and
// words to compute, columns to drop. It returns how many pieces it did; 0 means that nothing is left.
func (s *Store) Work(ctx context.Context) (n int, err error) { return 0, errNotYet }
