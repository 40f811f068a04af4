package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Index is an index that is built while the table is in use. All its parts are SQL of the program, never of people.
type Index struct {
	Name    string
	Table   string
	Columns []string // names or expressions
	Unique  bool
	Where   string // "" = all rows
}

// SQL is the statement that builds the index inside a transaction, for a table that is new or small.
func (x Index) SQL() string { return x.text("") }

func (x Index) text(how string) string {
	kind := map[bool]string{true: "unique index", false: "index"}[x.Unique]
	text := fmt.Sprintf("create %s %s%s on %s (%s)", kind, how, x.Name, x.Table, strings.Join(x.Columns, ", "))
	if x.Where != "" {
		text += " where " + x.Where
	}
	return text
}

// BuildIndex builds an index outside a transaction, so that neither readers nor, on PostgreSQL, writers wait. An index
// that is there and valid stays as it is; what an attempt that failed left behind is removed first. It returns an error
// of kind Conflict when the index is unique and the rows are not.
func (d *DB) BuildIndex(ctx context.Context, x Index) error {
	if ctx.Value(insideWrite{}) != nil || writingAlready() {
		return fmt.Errorf("db.BuildIndex(%s): inside a write", x.Name)
	}
	if err := d.engine.buildIndex(ctx, x); err != nil {
		return fmt.Errorf("db.BuildIndex(%s): %w", x.Name, err)
	}
	return nil
}

// DropIndex removes an index outside a transaction, if it is there.
func (d *DB) DropIndex(ctx context.Context, name string) error {
	if err := d.engine.dropIndex(ctx, name); err != nil {
		return fmt.Errorf("db.DropIndex(%s): %w", name, err)
	}
	return nil
}

func (e *sqliteEngine) buildIndex(ctx context.Context, x Index) error {
	return e.single(ctx, x.text("if not exists "))
}

func (e *sqliteEngine) dropIndex(ctx context.Context, name string) error {
	return e.single(ctx, "drop index if exists "+name)
}

func (e *sqliteEngine) single(ctx context.Context, text string) error {
	return e.group.write(ctx, func(s statements) error {
		if _, err := s.exec(context.WithoutCancel(ctx), text, nil); err != nil {
			return explain(err, text)
		}
		return nil
	})
}

func (e *postgresEngine) buildIndex(ctx context.Context, x Index) error {
	return e.repeatedly(ctx, func(ctx context.Context, conn *sql.Conn) error {
		var valid bool
		err := conn.QueryRowContext(ctx, e.mark()+`select indisvalid from pg_index, pg_class
			where pg_class.oid = indexrelid and relname = $1 and relnamespace = current_schema()::regnamespace`, x.Name).Scan(&valid)
		switch {
		case err == sql.ErrNoRows:
		case err != nil || valid:
			return err
		default:
			if err := e.alone(ctx, conn, "drop index concurrently if exists "+x.Name); err != nil {
				return err
			}
		}
		return e.alone(ctx, conn, x.text("concurrently "))
	})
}

func (e *postgresEngine) dropIndex(ctx context.Context, name string) error {
	return e.repeatedly(ctx, func(ctx context.Context, conn *sql.Conn) error {
		return e.alone(ctx, conn, "drop index concurrently if exists "+name)
	})
}

// alone runs a statement that PostgreSQL refuses inside a transaction. It is simple, because a prepared one would be
// kept with the connection and is never used again.
func (e *postgresEngine) alone(ctx context.Context, conn *sql.Conn, text string) error {
	_, err := conn.ExecContext(ctx, text, simple)
	if err != nil {
		return explain(err, text)
	}
	return nil
}

func (e *postgresEngine) repeatedly(ctx context.Context, fn func(context.Context, *sql.Conn) error) (err error) {
	for attempt := range mostAttempts {
		err = e.withConn(ctx, e.writers, func(conn *sql.Conn) error { return fn(context.WithoutCancel(ctx), conn) })
		if !worthRepeating(err) {
			return err
		}
		time.Sleep(pause(attempt))
	}
	return err
}
