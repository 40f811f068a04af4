package db

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a column holds, the same on both engines.
type Kind string

// The kinds of column that both engines have.
const (
	Integer Kind = "integer" // 64 bits
	Float   Kind = "float"   // 64 bits
	Text    Kind = "text"
	JSON    Kind = "json"
	Bytes   Kind = "bytes"
	Boolean Kind = "boolean"
	Other   Kind = "other" // only one engine has it
)

// kinds are the engines' own names of types.
var kinds = map[string]Kind{
	"bigint": Integer, "integer": Integer, "double precision": Float, "text": Text, "jsonb": JSON, "bytea": Bytes,
	"blob": Bytes, "boolean": Boolean,
}

// Table is a table as the database describes it.
type Table struct {
	Name    string
	Columns []TableColumn
	Key     []string // the columns of the primary key, in its order
	Refers  []string // tables it has a foreign key to; itself when it has one to itself
}

// TableColumn is a column that can be written; generated ones are left out.
type TableColumn struct {
	Name string
	Kind Kind
}

// Tables lists the tables of the database, each after those it refers to, the rest by name. Virtual tables and what
// lies behind them are not among them.
func Tables(tx *Tx) ([]Table, error) {
	names, err := All(tx, Column[string], tableNames[tx.Engine()])
	if err != nil {
		return nil, err
	}
	all := make([]Table, len(names))
	for i, name := range names {
		if all[i], err = describe(tx, name); err != nil {
			return nil, fmt.Errorf("db.Tables(%s): %w", name, err)
		}
	}
	return inOrder(all), nil
}

var tableNames = map[Engine]string{
	SQLite: "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%' order by name",
	Postgres: `
		select relname::text from pg_class
		where relnamespace = current_schema()::regnamespace and relkind = 'r'
		order by 1`,
}

var tableColumns = map[Engine]string{
	SQLite: "select name, lower(type) from pragma_table_xinfo($1) where hidden = 0 order by cid",
	Postgres: `
		select attname::text, format_type(atttypid, null) from pg_attribute
		where attrelid = (current_schema() || '.' || quote_ident($1))::regclass and attnum > 0 and not attisdropped and attgenerated = ''
		order by attnum`,
}

var tableKey = map[Engine]string{
	SQLite: "select name from pragma_table_xinfo($1) where pk > 0 order by pk",
	Postgres: `
		select attname::text
		from pg_index, unnest(indkey) with ordinality as part (number, place), pg_attribute
		where indrelid = (current_schema() || '.' || quote_ident($1))::regclass and indisprimary
			and attrelid = indrelid and attnum = part.number
		order by place`,
}

var tableRefers = map[Engine]string{
	SQLite: `select distinct lower("table") from pragma_foreign_key_list($1) order by 1`,
	Postgres: `
		select distinct target.relname::text from pg_constraint, pg_class as target
		where conrelid = (current_schema() || '.' || quote_ident($1))::regclass and contype = 'f' and target.oid = confrelid
		order by 1`,
}

func describe(tx *Tx, name string) (t Table, err error) {
	t.Name = name
	t.Columns, err = All(tx, func(row Scanner) (TableColumn, error) {
		var c TableColumn
		var declared string
		err := row.Scan(&c.Name, &declared)
		if c.Kind = kinds[declared]; c.Kind == "" {
			c.Kind = Other
		}
		return c, err
	}, tableColumns[tx.Engine()], name)
	if err != nil {
		return t, err
	}
	if t.Key, err = All(tx, Column[string], tableKey[tx.Engine()], name); err != nil {
		return t, err
	}
	t.Refers, err = All(tx, Column[string], tableRefers[tx.Engine()], name)
	return t, err
}

// inOrder puts tables behind those they refer to. Those that refer to each other in a circle keep their order.
func inOrder(all []Table) []Table {
	ordered := make([]Table, 0, len(all))
	begun := make(map[string]bool)
	var add func(Table)
	add = func(t Table) {
		if begun[t.Name] {
			return
		}
		begun[t.Name] = true
		for _, name := range t.Refers {
			if i := slices.IndexFunc(all, func(other Table) bool { return other.Name == name }); i >= 0 {
				add(all[i])
			}
		}
		ordered = append(ordered, t)
	}
	for _, t := range all {
		add(t)
	}
	return ordered
}

// LateKeys runs fn, which loads rows in any order, with the foreign keys of these tables checked at its end instead of
// at each row. Afterwards they are as they were. A row that refers to nothing fails the write with a Conflict, on
// SQLite not before the commit.
func LateKeys(tx *Tx, tables []string, fn func() error) error {
	if tx.Engine() == SQLite {
		if _, err := tx.Exec("pragma defer_foreign_keys = on"); err != nil { // until the commit
			return err
		}
		return fn()
	}
	keys, err := findKeys(tx, tables)
	if err != nil {
		return err
	}
	alter := func(how string) error {
		for _, key := range keys {
			if _, err := tx.Exec("alter table " + quote(key.table) + " alter constraint " + quote(key.name) + how); err != nil {
				return err
			}
		}
		return nil
	}
	if err := alter(" deferrable initially deferred"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if _, err := tx.Exec("set constraints all immediate"); err != nil {
		return err
	}
	return alter(" not deferrable")
}

type foreignKey struct{ table, name string }

func findKeys(tx *Tx, tables []string) ([]foreignKey, error) {
	all, err := All(tx, func(row Scanner) (k foreignKey, err error) {
		err = row.Scan(&k.table, &k.name)
		return k, err
	}, `
		select relname::text, conname::text from pg_constraint join pg_class on pg_class.oid = conrelid
		where connamespace = current_schema()::regnamespace and contype = 'f' and not condeferrable
		order by 1, 2`)
	return slices.DeleteFunc(all, func(k foreignKey) bool { return !slices.Contains(tables, k.table) }), err
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
