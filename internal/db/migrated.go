package db

import (
	"io/fs"
	"path"
	"strings"

	"fairground/internal/value"
)

// Migration is one migration that ran in a database.
type Migration struct {
	Feature string `json:"feature"`
	Number  string `json:"number"` // and name, as in 0001_account
	Sum     string `json:"sum"`    // SHA-256 of its text, hex
}

// Migrations lists what ran in the database, by feature and number.
func Migrations(tx *Tx) ([]Migration, error) {
	return All(tx, func(row Scanner) (m Migration, err error) {
		err = row.Scan(&m.Feature, &m.Number, &m.Sum)
		return m, err
	}, "select feature, number, sum from migration order by feature, number")
}

// Forget removes a feature from the list of migrations that ran, after the caller has removed its tables.
func Forget(tx *Tx, feature string) error {
	_, err := tx.Exec("delete from migration where feature = $1", feature)
	return err
}

// CheckMigrations compares migrations that ran elsewhere, on any engine, with those of a program. One that the program
// does not have, or has with another text, is a Conflict: the rows may not fit.
func CheckMigrations(schemas []Schema, engine Engine, ran []Migration) error {
	known, err := readMigrations(schemas, engine)
	if err != nil {
		return err
	}
	have := make(map[string]string)
	for _, m := range known {
		have[m.feature+"/"+m.number] = m.sum
	}
	for _, m := range ran {
		switch sum, ok := have[m.Feature+"/"+m.Number]; {
		case !ok:
			return value.Errorf(value.Conflict, "it was made by a newer program: this one does not know the migration %s/%s", m.Feature, m.Number)
		case sum != m.Sum:
			return value.Errorf(value.Conflict, "migration %s/%s of this program is not the one that ran there", m.Feature, m.Number)
		}
	}
	return nil
}

// AsOf returns the schemas without the migrations that come after those that ran, so that rows of an older database
// can be loaded into tables that are as they were. Opening it with the whole schemas then brings it up to date.
func AsOf(schemas []Schema, ran []Migration) []Schema {
	last := make(map[string]string)
	for _, m := range ran {
		last[m.Feature] = max(last[m.Feature], numberOf(m.Number))
	}
	var all []Schema
	for _, s := range schemas {
		if newest, ok := last[s.Feature]; ok {
			all = append(all, Schema{Feature: s.Feature, Files: older{s.Files, newest}})
		}
	}
	return all
}

// numberOf is the number that a migration's file name begins with.
func numberOf(name string) string {
	number, _, _ := strings.Cut(path.Base(name), "_")
	return number
}

// older leaves out the migrations after a number.
type older struct {
	fs.FS
	last string
}

// ReadDir makes fs.Glob find only what is left.
func (o older) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	var left []fs.DirEntry
	for _, entry := range entries {
		if entry.IsDir() || numberOf(entry.Name()) <= o.last {
			left = append(left, entry)
		}
	}
	return left, err
}
