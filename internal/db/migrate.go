package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"fairground/internal/value"
)

// Schema is the tables of one feature: files schema/NNNN_name.sql, run in order of their numbers. A file
// NNNN_name.sqlite.sql or NNNN_name.postgres.sql runs on that engine only. Features are migrated in the order in which
// they are given, so those that others refer to come first.
type Schema struct {
	Feature string
	Files   fs.FS
}

const migrationTable = `
create table if not exists migration (
	feature text not null,
	number  text not null,
	sum     text not null,
	at_us   bigint not null,
	primary key (feature, number)
)`

type migration struct {
	feature, number, sum, text string
}

// migrate brings a database up to date, in one transaction: either every migration ran or none did.
func migrate(ctx context.Context, d *DB, schemas []Schema) error {
	known, err := readMigrations(schemas, d.Engine())
	if err != nil {
		return err
	}
	if done, err := upToDate(ctx, d, known); err != nil || done {
		return err
	}
	return d.Maintain(ctx, "migrate "+d.name, func(tx *Tx) error {
		if err := lockMigrations(tx); err != nil {
			return err
		}
		if _, err := tx.Exec(migrationTable); err != nil {
			return err
		}
		ran, err := findMigrations(tx)
		if err != nil {
			return err
		}
		pending, err := pendingMigrations(known, ran)
		if err != nil {
			return err
		}
		for _, m := range pending {
			if err := runMigration(tx, m); err != nil {
				return fmt.Errorf("%s/%s: %w", m.feature, m.number, err)
			}
		}
		return nil
	})
}

// upToDate looks without locking anything, so that opening a migrated database costs one read.
func upToDate(ctx context.Context, d *DB, known []migration) (bool, error) {
	var ran map[string]string
	err := d.Read(ctx, func(tx *Tx) (err error) {
		ran, err = findMigrations(tx)
		return err
	})
	if err != nil {
		return false, nil // there is no table yet; the locked run will find out whether that is all
	}
	pending, err := pendingMigrations(known, ran)
	return len(pending) == 0, err
}

// lockMigrations lets one process migrate a schema at a time. SQLite's writer is alone already.
func lockMigrations(tx *Tx) error {
	if tx.Engine() == SQLite {
		return nil
	}
	_, err := tx.Exec("select pg_advisory_xact_lock(hashtext('migrate ' || current_schema()))")
	return err
}

func readMigrations(schemas []Schema, engine Engine) ([]migration, error) {
	var all []migration
	for _, schema := range schemas {
		names, err := fs.Glob(schema.Files, "schema/*.sql")
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		for _, name := range names {
			base := strings.TrimSuffix(path.Base(name), ".sql")
			only, err := engineOf(base)
			if err != nil {
				return nil, err
			}
			if only != "" && only != engine {
				continue
			}
			text, err := fs.ReadFile(schema.Files, name)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(text)
			all = append(all, migration{schema.Feature, base, hex.EncodeToString(sum[:]), string(text)})
		}
	}
	return all, nil
}

// engineOf is the engine a file is meant for, "" for both. A misspelt engine must not skip a migration in silence.
func engineOf(base string) (Engine, error) {
	engine := Engine(strings.TrimPrefix(path.Ext(base), "."))
	switch engine {
	case "", SQLite, Postgres:
		return engine, nil
	default:
		return "", fmt.Errorf("db: the migration %s is for an engine that does not exist", base)
	}
}

func findMigrations(tx *Tx) (map[string]string, error) {
	ran := make(map[string]string)
	err := Each(tx, func(row Scanner) error {
		var feature, number, sum string
		err := row.Scan(&feature, &number, &sum)
		ran[feature+"/"+number] = sum
		return err
	}, "select feature, number, sum from migration")
	return ran, err
}

// pendingMigrations compares what the program knows with what ran. Anything that ran and is unknown, or ran with
// another text, means that the program is not the one for this database.
func pendingMigrations(known []migration, ran map[string]string) ([]migration, error) {
	var pending []migration
	for _, m := range known {
		key := m.feature + "/" + m.number
		sum, done := ran[key]
		switch {
		case !done:
			pending = append(pending, m)
		case sum != m.sum:
			return nil, value.Errorf(value.Conflict, "migration %s was changed after it ran here", key)
		}
		delete(ran, key)
	}
	features := make(map[string]bool)
	for _, m := range known {
		features[m.feature] = true
	}
	for key := range ran {
		if feature, _, _ := strings.Cut(key, "/"); features[feature] {
			return nil, value.Errorf(value.Conflict, "the database is newer than this program: it knows migration %s", key)
		}
	}
	return pending, nil
}

func runMigration(tx *Tx, m migration) error {
	if err := tx.script(m.text); err != nil {
		return err
	}
	return tx.Insert("migration", []string{"feature", "number", "sum", "at_us"}, [][]any{
		{m.feature, m.number, m.sum, value.Micros(tx.Now())},
	})
}

func (t *Tx) script(text string) error { return t.run.script(t.ctx, text) }
