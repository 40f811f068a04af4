package record

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// purgeRetired drops, for good, the columns and tables of what was removed longer ago than KeepRetired. It drops one
// field or object in a transaction, because SQLite writes the whole table anew for it. It returns how many it dropped.
func (s *Store) purgeRetired(ctx context.Context) (n int, err error) {
	for {
		found := false
		err := s.DB.Write(ctx, System("record").Actor, "schema.purge", func(tx *db.Tx) error {
			found = false
			c, err := s.Catalog(tx)
			if err != nil {
				return err
			}
			before := tx.Now().Add(-KeepRetired)
			for _, o := range c.all {
				if !o.Retired.IsZero() && o.Retired.Before(before) {
					found = true
					return s.purgeObject(tx, c, o)
				}
				for _, f := range o.retired {
					if f.Retired.Before(before) {
						found = true
						return s.purgeField(tx, c, o, f)
					}
				}
			}
			return nil
		})
		if err != nil || !found {
			return n, err
		}
		n++
	}
}

func (s *Store) purgeField(tx *db.Tx, c *Catalog, o *Object, f *Field) error {
	if err := patience(tx); err != nil {
		return err
	}
	statements := []string{
		fmt.Sprintf("update record_field set purged = true where number = %d", f.Number),
		fmt.Sprintf("delete from record_unturned where field = %d", f.Number),
		fmt.Sprintf("delete from record_dirty where field = %d", f.Number),
		fmt.Sprintf("delete from record_file where field = %d", f.Number),
		fmt.Sprintf("delete from record_sequence where field = %d", f.Number),
		fmt.Sprintf("delete from record_task where field = %d", f.Number),
	}
	for _, name := range []string{fmt.Sprintf("f_%d_unique", f.Number), fmt.Sprintf("f_%d_order", f.Number)} {
		statements = append(statements, "drop index if exists "+name, fmt.Sprintf("delete from record_index where name = '%s'", name))
	}
	tx.Log(db.Change{Object: "schema", Record: value.ID(f.Number), Diff: map[string]any{"purged": o.Key + "." + f.Key}})
	return s.purge(tx, c, append(statements, dropField(o, f)...))
}

// purgeObject drops an object's tables. The rows of its fields and plans stay: their numbers are never used again.
func (s *Store) purgeObject(tx *db.Tx, c *Catalog, o *Object) error {
	if err := patience(tx); err != nil {
		return err
	}
	n := o.Number
	statements := []string{
		fmt.Sprintf("delete from record_undo where object = %d", n),
		fmt.Sprintf("delete from record_dirty where field in (select number from record_field where object = %d)", n),
		fmt.Sprintf("delete from record_unturned where field in (select number from record_field where object = %d)", n),
		fmt.Sprintf("delete from record_sequence where field in (select number from record_field where object = %d)", n),
		fmt.Sprintf("delete from record_file where object = %d", n),
		fmt.Sprintf("delete from record_view where object = %d", n),
		fmt.Sprintf("delete from record_task where object = %d", n),
		fmt.Sprintf("delete from record_index where object = %d", n),
		fmt.Sprintf("delete from record_field where object = %d and source is not null", n),
		fmt.Sprintf("delete from record_field where object = %d", n),
		fmt.Sprintf("delete from record_object where number = %d", n),
	}
	tx.Log(db.Change{Object: "schema", Record: value.ID(n), Diff: map[string]any{"purged": o.Key}})
	return s.purge(tx, c, append(statements, dropObject(o, tx.Engine())...))
}

// purge runs statements under a new stamp of the catalog.
func (s *Store) purge(tx *db.Tx, c *Catalog, statements []string) error {
	if _, err := tx.Exec("update record_catalog set rev = $1, stamp = $2", c.Rev+1, int64(tx.NewID())); err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := tx.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}
