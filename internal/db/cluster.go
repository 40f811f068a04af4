package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"fairground/internal/value"
)

// Config says where databases live and what they need from outside.
type Config struct {
	Directory   string // of the SQLite files; used when PostgresURL is empty
	PostgresURL string // postgres://…; never written to logs
	Connections int    // most connections to PostgreSQL, half of them for reading; 0 means 16
	Readers     int    // reader connections of one SQLite file; 0 means 4
	Unsafe      bool   // SQLite: do not wait for the disk; for tests and throw-away data only

	Clock value.Clock
	IDs   *value.IDs
	Log   func(*Tx, []Change) error // writes the change log; set to change.Append
}

// Cluster is where databases live: a directory of SQLite files, or one PostgreSQL server.
type Cluster struct {
	config  Config
	pool    *sql.DB // nil with SQLite
	readers *sql.DB // connections to the same server that cannot write

	mu   sync.Mutex
	open []*DB
}

var databaseName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

// NewCluster prepares the directory, or connects to the server. It returns an error of kind Unavailable when the
// server does not answer.
func NewCluster(ctx context.Context, config Config) (*Cluster, error) {
	if config.Log == nil || config.Clock == nil || config.IDs == nil {
		return nil, fmt.Errorf("db.NewCluster: Clock, IDs and Log are required")
	}
	c := &Cluster{config: config}
	if config.PostgresURL == "" {
		return c, os.MkdirAll(config.Directory, 0o700)
	}
	var err error
	if c.pool, err = connectPostgres(ctx, config, false); err != nil {
		return nil, err
	}
	if c.readers, err = connectPostgres(ctx, config, true); err != nil {
		return nil, errors.Join(err, c.pool.Close())
	}
	return c, nil
}

// Engine tells which engine the cluster's databases use.
func (c *Cluster) Engine() Engine {
	if c.pool != nil {
		return Postgres
	}
	return SQLite
}

// Create makes an empty database and migrates it. It returns an error of kind Conflict when the name is taken.
func (c *Cluster) Create(ctx context.Context, name string, schemas []Schema) (*DB, error) {
	exists, err := c.Exists(ctx, name)
	if err != nil {
		return nil, err
	}
	if exists {
		return nil, errTaken(name)
	}
	if err := c.makeEmpty(ctx, name); err != nil {
		return nil, err
	}
	d, err := c.openAndMigrate(ctx, name, schemas)
	if err != nil {
		return nil, errors.Join(err, c.Drop(ctx, name)) // or the name would be taken by nothing
	}
	return d, nil
}

// makeEmpty takes the name; of two processes that try, one succeeds.
func (c *Cluster) makeEmpty(ctx context.Context, name string) error {
	if c.pool != nil {
		_, err := c.pool.ExecContext(ctx, "create schema "+pgx.Identifier{name}.Sanitize())
		if takenSchema(err) {
			return errTaken(name)
		}
		return err
	}
	file, err := os.OpenFile(c.file(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if os.IsExist(err) {
		return errTaken(name)
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func errTaken(name string) error {
	return value.Errorf(value.Conflict, "there is a database named %s already", name)
}

// Open opens a database and brings its tables up to date. It returns an error of kind NotFound when there is none.
func (c *Cluster) Open(ctx context.Context, name string, schemas []Schema) (*DB, error) {
	exists, err := c.Exists(ctx, name)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, value.Errorf(value.NotFound, "there is no database named %s", name)
	}
	return c.openAndMigrate(ctx, name, schemas)
}

func (c *Cluster) openAndMigrate(ctx context.Context, name string, schemas []Schema) (*DB, error) {
	d := &DB{name: name, cluster: c}
	if c.pool != nil {
		d.engine = &postgresEngine{writers: c.pool, readers: c.readers, schema: name}
	} else {
		engine, err := openSQLite(c.file(name), c.config)
		if err != nil {
			return nil, fmt.Errorf("db.Open(%s): %w", name, err)
		}
		d.engine = engine
	}
	if err := migrate(ctx, d, schemas); err != nil {
		d.Close()
		return nil, fmt.Errorf("db.Open(%s): %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, d)
	return d, nil
}

// Exists reports whether there is a database of that name. Names are lower-case letters, digits and underscores.
func (c *Cluster) Exists(ctx context.Context, name string) (bool, error) {
	if !databaseName.MatchString(name) {
		return false, value.Fieldf("name", "%q cannot name a database: use lower-case letters, digits and _, at most 50", name)
	}
	if c.pool != nil {
		var exists bool
		err := c.pool.QueryRowContext(ctx, "select exists (select 1 from pg_namespace where nspname = $1)", name).Scan(&exists)
		return exists, err
	}
	_, err := os.Stat(c.file(name))
	if os.IsNotExist(err) {
		return false, nil
	}
	return err == nil, err
}

// Names lists the databases, sorted.
func (c *Cluster) Names(ctx context.Context) ([]string, error) {
	if c.pool != nil {
		rows, err := c.pool.QueryContext(ctx, "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema') order by 1")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var names []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		return names, rows.Err()
	}
	files, err := filepath.Glob(filepath.Join(c.config.Directory, "*.db"))
	if err != nil {
		return nil, err
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".db")
	}
	slices.Sort(files)
	return files, nil
}

// Drop destroys a closed database and everything in it.
func (c *Cluster) Drop(ctx context.Context, name string) error {
	if !databaseName.MatchString(name) {
		return value.Fieldf("name", "%q cannot name a database", name)
	}
	if c.pool != nil {
		_, err := c.pool.ExecContext(ctx, "drop schema "+pgx.Identifier{name}.Sanitize()+" cascade")
		return err
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(c.file(name) + suffix); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// Close closes every open database and the connections to the server.
func (c *Cluster) Close() {
	c.mu.Lock()
	open := c.open
	c.open = nil
	c.mu.Unlock()
	for _, d := range open {
		if err := d.engine.close(); err != nil {
			slog.Warn("closing a database", "database", d.name, "error", err)
		}
	}
	if c.pool != nil {
		if err := errors.Join(c.pool.Close(), c.readers.Close()); err != nil {
			slog.Warn("closing the connections to PostgreSQL", "error", err)
		}
	}
}

func (c *Cluster) forget(d *DB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = slices.DeleteFunc(c.open, func(other *DB) bool { return other == d })
}

func (c *Cluster) file(name string) string {
	return filepath.Join(c.config.Directory, name+".db")
}
