package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
)

// The statements that make and change the tables of objects. They hold numbers and nothing that a person wrote.

// createTable makes an object's table with the columns of its fields, and what lies beside it.
func createTable(o *Object, engine db.Engine) []string {
	columns := []string{"id bigint primary key", "rev bigint not null", "created_us bigint not null", "updated_us bigint not null",
		"created_by text not null", "updated_by text not null", "deleted_us bigint"}
	for _, f := range o.Fields {
		for _, c := range f.made {
			columns = append(columns, f.column(c.suffix)+" "+sqlType(c.sql, engine))
		}
	}
	all := []string{fmt.Sprintf("create table %s (%s)", o.table(), strings.Join(columns, ", "))}
	for _, f := range o.Fields {
		all = append(all, createSide(f, engine)...)
	}
	return append(all, wordsDDL(o, engine)...)
}

// sqlType orders texts by code point on both engines. SQLite does so anyway.
func sqlType(t string, engine db.Engine) string {
	if t == "text" && engine == db.Postgres {
		return `text collate "C"`
	}
	return t
}

// createSide makes the side table of choices or references; nothing for other fields.
func createSide(f *Field, engine db.Engine) []string {
	table := f.side()
	switch f.Type {
	case Choices:
		return []string{
			fmt.Sprintf("create table %s (record bigint not null, code bigint not null, primary key (record, code))", table),
			fmt.Sprintf("create index %s_code on %s (code, record)", table, table),
		}
	case References:
		columns := []string{"record bigint not null", "target bigint not null", "place bigint not null"}
		for _, a := range slices.Concat(f.Options.Attributes, f.Gone) {
			columns = append(columns, attributeColumns(a, engine)...)
		}
		return []string{
			fmt.Sprintf("create table %s (%s, primary key (record, target))", table, strings.Join(columns, ", ")),
			fmt.Sprintf("create index %s_target on %s (target, record)", table, table),
		}
	default:
		return nil
	}
}

// attributeColumns are the columns of a reference's attribute in l_N, with their types.
func attributeColumns(a *Field, engine db.Engine) []string {
	var columns []string
	for _, c := range kindOf(a.Type).columns(a) {
		columns = append(columns, a.attributeColumn(c.suffix)+" "+sqlType(c.sql, engine))
	}
	return columns
}

// attributeColumn is the name of a column of a reference's attribute: a_12, or a_12_k.
func (f *Field) attributeColumn(suffix string) string {
	if suffix == "" {
		return fmt.Sprintf("a_%d", f.Number)
	}
	return fmt.Sprintf("a_%d_%s", f.Number, suffix)
}

// addColumns adds what a field needs and does not have yet to the object's table.
func addColumns(o *Object, f *Field, columns []column, engine db.Engine) []string {
	var all []string
	for _, c := range columns {
		all = append(all, fmt.Sprintf("alter table %s add column %s %s", o.table(), f.column(c.suffix), sqlType(c.sql, engine)))
	}
	return all
}

// addAttributes adds the columns of new attributes to a side table.
func addAttributes(f *Field, added []*Field, engine db.Engine) []string {
	var all []string
	for _, a := range added {
		for _, c := range attributeColumns(a, engine) {
			all = append(all, fmt.Sprintf("alter table %s add column %s", f.side(), c))
		}
	}
	return all
}

// dropField removes what a field has, for good.
func dropField(o *Object, f *Field) []string {
	var all []string
	for _, c := range f.made {
		all = append(all, fmt.Sprintf("alter table %s drop column %s", o.table(), f.column(c.suffix)))
	}
	if side := f.side(); side != "" {
		all = append(all, "drop table "+side)
	}
	return all
}

// dropObject removes an object's tables, for good.
func dropObject(o *Object, engine db.Engine) []string {
	all := append([]string{"drop table " + o.table()}, wordsDrop(o, engine)...)
	for _, f := range slices.Concat(o.Fields, o.retired) {
		if side := f.side(); side != "" {
			all = append(all, "drop table "+side)
		}
	}
	return all
}

// missing are the columns that a field needs and does not have, and whether it has one of another type, which cannot
// be made to fit.
func (f *Field) missing() (add []column, clash bool) {
	for _, c := range kindOf(f.Type).columns(f) {
		i := slices.IndexFunc(f.made, func(m column) bool { return m.suffix == c.suffix })
		switch {
		case i < 0:
			add = append(add, c)
		case f.made[i].sql != c.sql:
			clash = true
		}
	}
	return add, clash
}
