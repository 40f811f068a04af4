package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"syscall"
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
	settings.RuntimeParams["jit"] = "off" // compiling a statement takes longer than running ours
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
		s := &postgresStatements{conn: conn, mark: e.mark(), readOnly: true}
		err := fn(s)
		if !s.used && serverGone(err) {
			return errors.Join(errDead, err)
		}
		return err
	})
}

// mark begins every statement with the schema's name in a comment. The driver keeps statements prepared by their
// text, and the same text may mean columns of other types in another schema.
func (e *postgresEngine) mark() string { return "/* " + e.schema + " */ " }

const mostAttempts = 20

func pause(attempt int) time.Duration { return rand.N(time.Millisecond << min(attempt, 6)) }

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
		time.Sleep(pause(attempt))
	}
	return value.Errorf(value.Unavailable, "too many changes at once; try again").Because(err)
}

func (e *postgresEngine) writeOnce(ctx context.Context, conn *sql.Conn, level isolation, fn func(statements) error) error {
	options := &sql.TxOptions{Isolation: sql.LevelSerializable}
	if level == committed {
		options.Isolation = sql.LevelReadCommitted
	}
	tx, err := conn.BeginTx(ctx, options)
	if serverGone(err) {
		return errors.Join(errDead, explain(err, "begin"))
	}
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

// errDead says that a connection turned out to be broken before anything was done with it.
var errDead = errors.New("the connection to the server is broken")

// withConn lends a connection whose search path is this schema. When the server was restarted, the pool is full of
// broken connections; each is found out at its first use, and the next is tried.
func (e *postgresEngine) withConn(ctx context.Context, pool *sql.DB, fn func(*sql.Conn) error) error {
	for left := pool.Stats().MaxOpenConnections; ; left-- {
		err := e.lend(ctx, pool, fn)
		if left == 0 || !errors.Is(err, errDead) {
			return err
		}
	}
}

func (e *postgresEngine) lend(ctx context.Context, pool *sql.DB, fn func(*sql.Conn) error) error {
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
	if err := conn.Raw(func(raw any) error { return e.enter(ctx, raw.(*stdlib.Conn).Conn()) }); err != nil {
		return err
	}
	return fn(conn)
}

// enter sets the search path, unless the connection served this schema last.
func (e *postgresEngine) enter(ctx context.Context, conn *pgx.Conn) error {
	memory := conn.PgConn().CustomData()
	if memory["schema"] == e.schema {
		return nil
	}
	_, err := conn.Exec(ctx, "set search_path to "+pgx.Identifier{e.schema}.Sanitize())
	if err == nil {
		memory["schema"] = e.schema
		return nil
	}
	memory["schema"] = nil
	if conn.IsClosed() && ctx.Err() == nil {
		return errors.Join(errDead, explain(err, "set search_path"))
	}
	return err
}

type sqlRunner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

type postgresStatements struct {
	conn     sqlRunner
	mark     string
	readOnly bool
	used     bool // a statement has succeeded
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
	s.used = s.used || err == nil
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

// simple sends a text as it is, without preparing it.
const simple = pgx.QueryExecModeSimpleProtocol

// script runs several statements at once, unprepared; for migrations.
func (s *postgresStatements) script(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text, simple)
	return err
}

// worthRepeating reports whether PostgreSQL gave up a transaction only because of others: a serialisation failure,
// a deadlock, a lock that a change of tables did not get in the time it allows itself, or a plan that such a change
// made stale.
func worthRepeating(err error) bool {
	var failed *pgconn.PgError
	if !errors.As(err, &failed) {
		return false
	}
	return slices.Contains([]string{"40001", "40P01", "55P03"}, failed.Code) || stalePlan(err)
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

// serverGone reports whether a statement failed because the server, or the connection to it, ended.
func serverGone(err error) bool {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code == "57P01" || failed.Code == "57P02" || failed.Code == "57P03"
	}
	for _, broken := range []error{driver.ErrBadConn, io.ErrUnexpectedEOF, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return err != nil && pgconn.SafeToRetry(err) // the driver saw that the connection was closed, and sent nothing
}

// takenSchema reports whether a schema of that name exists, made this moment by another process perhaps.
func takenSchema(err error) bool {
	var failed *pgconn.PgError
	return errors.As(err, &failed) && (failed.Code == "42P06" || failed.Code == "23505")
}
