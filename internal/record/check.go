package record

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fairground/internal/db"
)

// CheckCatalog compares what is defined with the tables, columns and indexes that the database has. It is the part of
// the file check that concerns definitions; CheckAll compares the records.
func (s *Store) CheckCatalog(ctx context.Context) (problems []Problem, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		tables, err := db.Tables(tx)
		if err != nil {
			return err
		}
		has := map[string][]string{}
		for _, t := range tables {
			for _, column := range t.Columns {
				has[t.Name] = append(has[t.Name], column.Name)
			}
		}
		problems = c.compareTables(has)
		more, err := c.compareIndexes(tx)
		problems = append(problems, more...)
		return err
	})
	return problems, err
}

// compareTables finds tables and columns that are missing, and those that nothing explains.
func (c *Catalog) compareTables(has map[string][]string) []Problem {
	var problems []Problem
	want := map[string][]string{}
	owner := map[string]string{}
	for _, o := range c.all {
		if o.Owned != nil || strings.HasPrefix(o.Declared, ownedMark) {
			continue
		}
		for table, columns := range o.tables() {
			want[table], owner[table] = columns, o.Key
		}
	}
	for _, table := range sortedKeys(want) {
		columns, there := has[table]
		if !there {
			problems = append(problems, Problem{Object: owner[table], What: "the table " + table + " is missing"})
			continue
		}
		for _, column := range want[table] {
			if !slices.Contains(columns, column) {
				problems = append(problems, Problem{Object: owner[table], What: fmt.Sprintf("the column %s.%s is missing", table, column)})
			}
		}
		for _, column := range columns {
			if !slices.Contains(want[table], column) {
				problems = append(problems, Problem{Object: owner[table], What: fmt.Sprintf("the column %s.%s belongs to no field", table, column)})
			}
		}
	}
	for _, table := range sortedKeys(has) {
		if objectTable.MatchString(table) && want[table] == nil {
			problems = append(problems, Problem{What: "the table " + table + " belongs to no object"})
		}
	}
	return problems
}

var objectTable = regexp.MustCompile(`^[oml]_[0-9]+$`)

// tables are the tables of an object with their columns. That of its words differs between the engines and is left out.
func (o *Object) tables() map[string][]string {
	all := map[string][]string{o.table(): slices.Clone(systemColumns)}
	for _, f := range slices.Concat(o.physical(), o.retired) {
		for _, c := range f.made {
			all[o.table()] = append(all[o.table()], f.column(c.suffix))
		}
		switch f.Type {
		case Choices:
			all[f.side()] = []string{"record", "code"}
		case References:
			all[f.side()] = []string{"record", "target", "place"}
			for _, a := range slices.Concat(f.Options.Attributes, f.Gone) {
				for _, c := range kindOf(a.Type).columns(a) {
					all[f.side()] = append(all[f.side()], a.attributeColumn(c.suffix))
				}
			}
		}
	}
	return all
}

var indexNames = map[db.Engine]string{
	db.SQLite: "select name from sqlite_master where type = 'index'",
	db.Postgres: `select relname::text from pg_class, pg_index
		where pg_class.oid = indexrelid and indisvalid and relnamespace = current_schema()::regnamespace`,
}

// compareIndexes finds indexes that are missing or not built, and unique fields whose values are not.
func (c *Catalog) compareIndexes(tx *db.Tx) ([]Problem, error) {
	names, err := db.All(tx, db.Column[string], indexNames[tx.Engine()])
	if err != nil {
		return nil, err
	}
	type noted struct{ name, state, why string }
	rows, err := db.All(tx, func(row db.Scanner) (n noted, err error) {
		err = row.Scan(&n.name, &n.state, &n.why)
		return n, err
	}, "select name, state, why from record_index")
	if err != nil {
		return nil, err
	}
	state := map[string]noted{}
	for _, n := range rows {
		state[n.name] = n
	}
	var problems []Problem
	for _, o := range c.alive {
		for _, name := range sortedKeys(o.wanted()) {
			n, known := state[name]
			switch {
			case n.state == "building":
			case !known || n.state == "valid" && !slices.Contains(names, name):
				problems = append(problems, Problem{Object: o.Key, What: "the index " + name + " is missing"})
			case n.state != "valid":
				problems = append(problems, Problem{Object: o.Key, What: fmt.Sprintf("the index %s is not in use: %s", name, n.why)})
			}
		}
	}
	return problems, nil
}
