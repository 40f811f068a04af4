package backup

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// load puts all rows into the database, in one transaction. Tables that people defined while the site ran are described
// by rows themselves: those rows come first, then the tables are made, then everything else.
func (r *restore) load(ctx context.Context, d *db.DB) error {
	return d.Maintain(ctx, "restore", func(tx *db.Tx) error {
		r.progress = Progress{}
		if len(r.Describing) > 0 {
			if err := r.loadTables(ctx, tx, r.describes); err != nil {
				return err
			}
			if err := r.Make(tx); err != nil {
				return err
			}
		}
		return r.loadTables(ctx, tx, func(table string) bool { return !r.describes(table) })
	})
}

// describes reports whether the rows of a table tell of other tables.
func (r *restore) describes(table string) bool { return slices.Contains(r.Describing, table) }

// loadTables loads those tables of the backup that are wanted.
func (r *restore) loadTables(ctx context.Context, tx *db.Tx, wanted func(string) bool) error {
	tables, err := db.Tables(tx)
	if err != nil {
		return err
	}
	tables = slices.DeleteFunc(tables, func(t db.Table) bool { return !wanted(t.Name) })
	if err := r.prepare(tx, tables, wanted); err != nil {
		return err
	}
	return db.LateKeys(tx, r.late(tables), func() error {
		return r.again(walk(ctx, r.file, visitor{
			part: func(table string, lines []byte) error {
				if !wanted(table) {
					return nil
				}
				return r.loadPart(tx, table, lines)
			},
		}))
	})
}

// prepare checks that every column has a place, and empties tables that a migration has put something into.
func (r *restore) prepare(tx *db.Tx, tables []db.Table, wanted func(string) bool) error {
	for _, t := range slices.Backward(tables) {
		if !named(r.manifest, t.Name) {
			continue
		}
		if _, err := tx.Exec("delete from " + t.Name); err != nil {
			return err
		}
	}
	for _, t := range r.manifest.Tables {
		if !wanted(t.Name) {
			continue
		}
		i := slices.IndexFunc(tables, func(have db.Table) bool { return have.Name == t.Name })
		if i < 0 {
			return value.Errorf(value.Conflict, "this program has no table %s", t.Name)
		}
		for _, column := range t.Columns {
			if !slices.Contains(tables[i].Columns, db.TableColumn{Name: column.Name, Kind: column.Kind}) {
				return value.Errorf(value.Conflict, "this program's table %s has no column %s of the kind %s", t.Name, column.Name, column.Kind)
			}
		}
	}
	return nil
}

// late names the tables whose rows may refer to rows that come after them.
func (r *restore) late(tables []db.Table) []string {
	var all []string
	come := make(map[string]bool)
	for _, part := range r.manifest.Tables {
		for _, t := range tables {
			if t.Name == part.Name && slices.ContainsFunc(t.Refers, func(to string) bool { return !come[to] }) {
				all = append(all, t.Name)
			}
		}
		come[part.Name] = true
	}
	return all
}

const together = 500 // rows in one insert

func (r *restore) loadPart(tx *db.Tx, table string, lines []byte) error {
	i := slices.IndexFunc(r.manifest.Tables, func(t Table) bool { return t.Name == table })
	if i < 0 {
		return refuse("table %s is not in the manifest", table)
	}
	t := r.manifest.Tables[i]
	names := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		names[i] = column.Name
	}
	var rows [][]any
	for len(lines) > 0 {
		line, rest, _ := bytes.Cut(lines, []byte("\n"))
		lines = rest
		row, err := parseRow(line, t.Columns)
		if err != nil {
			return value.Errorf(value.Invalid, "the backup is damaged: table %s: %v", table, err).Because(err)
		}
		if rows = append(rows, row); len(rows) == together || len(lines) == 0 {
			if err := tx.Insert(table, names, rows); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
			r.progress.Rows += int64(len(rows))
			rows = rows[:0]
		}
	}
	r.progress.Table = table
	r.report()
	return nil
}
