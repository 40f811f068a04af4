package record

import (
	"context"
	"fmt"

	"fairground/internal/db"
)

// Analyse lets the database look at the records of an object, so that it chooses well among the indexes. It is worth it
// after an import; otherwise PostgreSQL does it by itself, some minutes later.
func (s *Store) Analyse(ctx context.Context, object string) error {
	return s.DB.Maintain(ctx, "record: analyse", func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		o, err := c.Object(object)
		if err != nil {
			return err
		}
		if tx.Engine() == db.SQLite {
			if _, err := tx.Exec("pragma analysis_limit = 1000"); err != nil { // rows of each index
				return err
			}
		}
		if _, err := tx.Exec("analyze " + o.table()); err != nil {
			return fmt.Errorf("record.Analyse(%s): %w", object, err)
		}
		return nil
	})
}
