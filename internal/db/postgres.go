package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"fairground/internal/value"
)

// postgresEngine is one schema of a PostgreSQL server. All schemas share the cluster's connections; a connection
// remembers the schema it last served and changes its search path only when another comes.
type postgresEngine struct {
	writers *sql.DB
	readers *sql.DB // the server refuses writes on these connections
	schema  string
	closed  atomic.Bool
}

func connectPostgres(ctx context.Context, config Config, readOnly bool) (*sql.DB, error) {
	settings, err := pgx.ParseConfig(config.PostgresURL)
	if err != nil {
		return nil, value.Fieldf("postgres", "the address of the PostgreSQL server is not valid; write postgres://name:password@host:port/database")
	}
	settings.RuntimeParams["application_name"] = "fairground"
	settings.RuntimeParams["default_text_search_config"] = "pg_catalog.simple"
	settings.RuntimeParams["timezone"] = "UTC"
	if readOnly {
		settings.RuntimeParams["default_transaction_read_only"] = "on"
	}
	most := 8
	if config.Connections > 0 {
		most = max(1, config.Connections/2)
	}
	pool := stdlib.OpenDB(*settings)
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	if err := pool.PingContext(ctx); err != nil {
		return nil, value.Errorf(value.Unavailable, "the PostgreSQL server does not answer").Because(errors.Join(err, pool.Close()))
	}
	return pool, nil
}

func (e *postgresEngine) kind() Engine { return Postgres }

// close only stops this database: the connections are the cluster's.
func (e *postgresEngine) close() error {
	e.closed.Store(true)
	return nil
}

func (e *postgresEngine) read(ctx context.Context, fn func(statements) error) error {
	return e.withConn(ctx, e.readers, func(conn *sql.Conn) error {
		return fn(&postgresStatements{conn: conn, mark: e.mark(), readOnly: true})
	})
}

// mark begins every statement with the schema's name in a comment. The driver keeps statements prepared by their
// text, and the same text may mean columns of other types in another schema.
func (e *postgresEngine) mark() string { return "/* " + e.schema + " */ " }

const mostAttempts = 20

// write repeats a transaction that collided with another. The pauses grow and vary, so that the two do not meet again.
func (e *postgresEngine) write(ctx context.Context, level isolation, fn func(statements) error) error {
	var err error
	for attempt := range mostAttempts {
		err = e.withConn(ctx, e.writers, func(conn *sql.Conn) error {
			return e.writeOnce(context.WithoutCancel(ctx), conn, level, fn)
		})
		if !worthRepeating(err) {
			return err
		}
		time.Sleep(rand.N(time.Millisecond << min(attempt, 6)))
	}
	return value.Errorf(value.Unavailable, "too many changes at once; try again").Because(err)
}

func (e *postgresEngine) writeOnce(ctx context.Context, conn *sql.Conn, level isolation, fn func(statements) error) error {
	options := &sql.TxOptions{Isolation: sql.LevelSerializable}
	if level == committed {
		options.Isolation = sql.LevelReadCommitted
	}
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := fn(&postgresStatements{conn: tx, mark: e.mark()}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return explain(err, "commit")
	}
	return nil
}

// withConn lends a connection whose search path is this schema.
func (e *postgresEngine) withConn(ctx context.Context, pool *sql.DB, fn func(*sql.Conn) error) error {
	if e.closed.Load() {
		return errClosed
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return value.Errorf(value.Unavailable, "the database does not answer").Because(err)
	}
	defer conn.Close()
	err = conn.Raw(func(driver any) error {
		raw := driver.(*stdlib.Conn).Conn()
		memory := raw.PgConn().CustomData()
		if memory["schema"] == e.schema {
			return nil
		}
		memory["schema"] = e.schema
		_, err := raw.Exec(ctx, "set search_path to "+pgx.Identifier{e.schema}.Sanitize())
		if err != nil {
			memory["schema"] = nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return fn(conn)
}

type sqlRunner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

type postgresStatements struct {
	conn     sqlRunner
	mark     string
	readOnly bool
}

func (s *postgresStatements) exec(ctx context.Context, text string, args []any) (int64, error) {
	if s.readOnly {
		return 0, fmt.Errorf("db: a read tried to write")
	}
	result, err := s.conn.ExecContext(ctx, s.mark+text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *postgresStatements) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	rows, err := s.conn.QueryContext(ctx, s.mark+text, args...)
	if s.readOnly && stalePlan(err) {
		// The driver has forgotten the stale statement by now. In a transaction the whole write is repeated instead.
		return s.conn.QueryContext(ctx, s.mark+text, args...)
	}
	return rows, err
}

// insert sends many rows in one statement: the network costs more than the rows.
func (s *postgresStatements) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	const mostValues = 4000
	chunk := max(1, mostValues/len(columns))
	for start := 0; start < len(rows); start += chunk {
		part := rows[start:min(start+chunk, len(rows))]
		args := make([]any, 0, len(part)*len(columns))
		for _, row := range part {
			args = append(args, row...)
		}
		if _, err := s.exec(ctx, insertText(table, columns, len(part)), args); err != nil {
			return err
		}
	}
	return nil
}

// script runs several statements at once, unprepared; for migrations.
func (s *postgresStatements) script(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text, pgx.QueryExecModeSimpleProtocol)
	return err
}

// worthRepeating reports whether PostgreSQL gave up a transaction only because of others: a serialisation failure,
// a deadlock, or a plan that a schema change made stale.
func worthRepeating(err error) bool {
	var failed *pgconn.PgError
	if !errors.As(err, &failed) {
		return false
	}
	return failed.Code == "40001" || failed.Code == "40P01" || stalePlan(err)
}

// stalePlan reports whether a prepared statement failed because the types of its columns changed since.
func stalePlan(err error) bool {
	var failed *pgconn.PgError
	return errors.As(err, &failed) && failed.Code == "0A000" && failed.Routine == "RevalidateCachedQuery"
}

func brokenConstraint(err error) bool {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return len(failed.Code) == 5 && failed.Code[:2] == "23"
	}
	return sqliteConstraint(err)
}

// takenSchema reports whether a schema of that name exists, made this moment by another process perhaps.
func takenSchema(err error) bool {
	var failed *pgconn.PgError
	return errors.As(err, &failed) && (failed.Code == "42P06" || failed.Code == "23505")
}
