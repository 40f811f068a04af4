package record

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Describing are the tables whose rows tell of the tables of objects.
func Describing() []string {
	return []string{"record_catalog", "record_object", "record_field", "record_index"}
}

// Rebuild makes the tables of all objects that the rows of Describing tell of, in a database that has none of them: the
// columns of removed fields too, as long as they can come back. Indexes are built by Work. A restore calls it before it
// loads the records, and RebuildWords afterwards.
func Rebuild(tx *db.Tx) error {
	objects, err := db.All(tx, scanObject, "select number, key, spec, retired_us from record_object order by number")
	if err != nil {
		return fmt.Errorf("record.Rebuild: %w", err)
	}
	fields, err := db.All(tx, scanField, `select number, object, key, spec, made, coalesce(source, 0), retired_us from record_field
		where not purged order by number`)
	if err != nil {
		return fmt.Errorf("record.Rebuild: %w", err)
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Declared, ownedMark) {
			continue
		}
		o.Fields = nil
		for _, row := range fields {
			if row.object == o.Number {
				o.Fields = append(o.Fields, row.field)
			}
		}
		for _, statement := range createTable(o, tx.Engine()) {
			if _, err := tx.Exec(statement); err != nil {
				return fmt.Errorf("record.Rebuild(%s): %w", o.Key, err)
			}
		}
	}
	_, err = tx.Exec("update record_index set state = 'building' where state = 'valid'")
	return err
}

// RebuildWords gathers the words of all records anew and builds what indexes are missing.
func (s *Store) RebuildWords(ctx context.Context) error {
	if _, err := s.buildIndexes(ctx, 0); err != nil {
		return fmt.Errorf("record.RebuildWords: %w", err)
	}
	var numbers []int
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err == nil {
			numbers = numbersOf(c)
		}
		return err
	})
	for _, number := range numbers {
		for after, n := value.ID(0), atATime; err == nil && n == atATime; {
			err = s.DB.Maintain(ctx, "record: words", func(tx *db.Tx) error {
				c, err := s.Catalog(tx)
				if err != nil {
					return err
				}
				after, n, err = s.rewordFrom(tx, c, c.ByNumber(number), after, atATime)
				return err
			})
		}
	}
	return err
}

func numbersOf(c *Catalog) []int {
	var numbers []int
	for _, o := range c.alive {
		if o.Owned == nil && slices.ContainsFunc(o.Fields, o.searched) {
			numbers = append(numbers, o.Number)
		}
	}
	return numbers
}
