package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine is one SQLite file: one connection that writes, a few that read. The driver is named in this file only.
type sqliteEngine struct {
	writer  *sql.DB
	readers *sql.DB
	pool    chan *preparedConn // idle reader connections
	group   *group             // writes that wait for the writer connection
	closed  chan struct{}
	once    sync.Once
}

func openSQLite(file string, config Config) (*sqliteEngine, error) {
	count := config.Readers
	if count == 0 {
		count = 4
	}
	e := &sqliteEngine{pool: make(chan *preparedConn, count), closed: make(chan struct{})}
	var err error
	if e.writer, err = sql.Open("sqlite", sqliteAddress(file, config.Unsafe, false)); err != nil {
		return nil, err
	}
	e.writer.SetMaxOpenConns(1)
	conn, err := e.writer.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(err, e.writer.Close())
	}
	e.group = newGroup(&preparedConn{conn: conn})
	if e.readers, err = sql.Open("sqlite", sqliteAddress(file, config.Unsafe, true)); err != nil {
		return nil, errors.Join(err, e.group.close(), e.writer.Close())
	}
	for range count {
		e.pool <- &preparedConn{source: e.readers}
	}
	return e, nil
}

// sqliteAddress sets the pragmas of every connection. busy_timeout must come first, so that the others wait for a
// lock instead of failing. Memory-mapped reading keeps readers off the page cache's one mutex; the one writer has it to
// itself and needs no map, which would count every page it ever touched as the program's memory.
func sqliteAddress(file string, unsafe, readOnly bool) string {
	pragmas := []string{"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)",
		"temp_store(memory)", "cache_size(-8000)", "trusted_schema(off)"}
	if unsafe {
		pragmas[2] = "synchronous(off)"
	}
	if readOnly {
		pragmas = append(pragmas, "query_only(on)", "mmap_size(1073741824)")
	}
	query := url.Values{"_pragma": pragmas}
	return "file:" + strings.ReplaceAll(url.PathEscape(file), "%2F", "/") + "?" + query.Encode()
}

func (e *sqliteEngine) kind() Engine { return SQLite }

func (e *sqliteEngine) read(ctx context.Context, fn func(statements) error) error {
	select {
	case <-e.closed:
		return errClosed
	case conn := <-e.pool:
		defer func() { e.pool <- conn }()
		if err := conn.connect(ctx); err != nil {
			return err
		}
		return fn(conn)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *sqliteEngine) write(ctx context.Context, _ isolation, fn func(statements) error) error {
	return e.group.write(ctx, fn)
}

// close waits for the reads and the commit that are under way. A second call does nothing.
func (e *sqliteEngine) close() (err error) {
	e.once.Do(func() {
		close(e.closed)
		err = e.group.close()
		for range cap(e.pool) {
			conn := <-e.pool
			err = errors.Join(err, conn.close())
		}
		err = errors.Join(err, e.readers.Close(), e.writer.Close())
	})
	return err
}

// preparedConn is one connection that keeps its statements prepared. Reader connections open when first used.
type preparedConn struct {
	source   *sql.DB
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// mostPrepared bounds the statements a connection keeps; programs that build SQL from filters would grow it for ever.
const mostPrepared = 300

func (c *preparedConn) connect(ctx context.Context) (err error) {
	if c.conn == nil {
		c.conn, err = c.source.Conn(context.WithoutCancel(ctx))
	}
	return err
}

func (c *preparedConn) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := c.prepared[text]; ok {
		return stmt, nil
	}
	if len(c.prepared) >= mostPrepared {
		c.forget()
	}
	stmt, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if c.prepared == nil {
		c.prepared = make(map[string]*sql.Stmt)
	}
	c.prepared[text] = stmt
	return stmt, nil
}

func (c *preparedConn) forget() {
	for text, stmt := range c.prepared {
		stmt.Close()
		delete(c.prepared, text)
	}
}

func (c *preparedConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	stmt, err := c.prepare(ctx, text)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c *preparedConn) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt, err := c.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// insert runs one prepared statement a row: there is no network to save.
func (c *preparedConn) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	text := insertText(table, columns, 1)
	for _, row := range rows {
		if _, err := c.exec(ctx, text, row); err != nil {
			return err
		}
	}
	return nil
}

// script runs several statements at once, unprepared; for migrations.
func (c *preparedConn) script(ctx context.Context, text string) error {
	_, err := c.conn.ExecContext(ctx, text)
	return err
}

func (c *preparedConn) close() error {
	if c.conn == nil {
		return nil
	}
	c.forget()
	return c.conn.Close()
}

func sqliteConstraint(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}

func sqliteFull(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_FULL
}

// insertText is an insert of so many rows.
func insertText(table string, columns []string, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "insert into %s (%s) values ", table, strings.Join(columns, ", "))
	n := 0
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for column := range columns {
			n++
			b.WriteString(map[bool]string{true: "(", false: ", "}[column == 0])
			fmt.Fprintf(&b, "$%d", n)
		}
		b.WriteByte(')')
	}
	return b.String()
}
