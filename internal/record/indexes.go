package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// objectIndex is an index that an object should have.
type objectIndex struct {
	db.Index
	object int
	fields []int // numbers
}

// wanted are the indexes that an object should have, by name: those of its rows' order, of its fields, and composites.
func (o *Object) wanted() map[string]objectIndex {
	all := make(map[string]objectIndex)
	if o.Owned != nil {
		return all
	}
	add := func(name string, unique bool, where string, columns []string, fields ...int) {
		if len(columns) > 0 {
			all[name] = objectIndex{db.Index{Name: name, Table: o.table(), Columns: columns, Unique: unique, Where: where}, o.Number, fields}
		}
	}
	add(o.table()+"_created", false, alive, []string{"created_us", "id"})
	add(o.table()+"_trash", false, "deleted_us is not null", []string{"deleted_us", "id"})
	for _, f := range o.Fields {
		add(fmt.Sprintf("f_%d_unique", f.Number), true, alive, f.uniqueColumns(), f.Number)
		add(fmt.Sprintf("f_%d_order", f.Number), false, f.indexedRows(), f.indexColumns(), f.Number)
	}
	for _, x := range o.Indexes {
		numbers, columns, names := []int{}, []string{}, []string{}
		for _, key := range x.Fields {
			f := o.Field(key)
			numbers, columns, names = append(numbers, f.Number), append(columns, f.orderColumns()...), append(names, fmt.Sprint(f.Number))
		}
		add("c_"+strings.Join(names, "_"), false, alive, append(columns, "id"), numbers...)
	}
	return all
}

const alive = "deleted_us is null"

// uniqueColumns are what no two living records may share: for texts the folded key.
func (f *Field) uniqueColumns() []string {
	if !f.Unique {
		return nil
	}
	for _, c := range f.made {
		if c.suffix == "k" {
			return []string{f.column("k")}
		}
	}
	return []string{f.column("")}
}

// indexColumns are those of the field's own index, none when it has none.
func (f *Field) indexColumns() []string {
	switch {
	case f.Type == AnyReference:
		return []string{f.column("o"), f.column(""), "id"}
	case f.Type == Reference:
		return []string{f.column(""), "id"}
	case f.Stored() && (f.Type == Choice || f.Indexed || f.Unique && f.Type == Text):
		if columns := f.orderColumns(); len(columns) > 0 {
			return append(columns, "id")
		}
	}
	return nil
}

// indexedRows leaves out the trash, except for references: what a record refers to must be found there too.
func (f *Field) indexedRows() string {
	if f.Type == Reference || f.Type == AnyReference {
		return ""
	}
	return alive
}

// orderColumns are the columns by which a list is sorted, without the placeholder of an alias.
func (f *Field) orderColumns() []string {
	var columns []string
	for _, c := range kindOf(f.Type).order(f) {
		columns = append(columns, strings.ReplaceAll(c, "{t}.", ""))
	}
	return columns
}

// planIndexes compares the indexes an object should have with those it has. New ones of a table that is made in this
// transaction are built in it; others are noted, and built after it while the table is in use.
func (d *draft) planIndexes(before, after *Object) error {
	had, want := map[string]objectIndex{}, after.wanted()
	if before != nil {
		had = before.wanted()
	}
	for _, name := range sortedKeys(had) {
		if _, stays := want[name]; !stays {
			d.setIndex(had[name], "dropping")
		}
	}
	for _, name := range sortedKeys(want) {
		x := want[name]
		if _, there := had[name]; there {
			continue
		}
		if before == nil {
			d.statements = append(d.statements, x.SQL())
			d.setIndex(x, "valid")
			continue
		}
		d.setIndex(x, "building")
		if x.Unique {
			if err := d.refuseDoubles(after, x); err != nil {
				return err
			}
		}
	}
	return nil
}

type indexState struct {
	objectIndex
	state string
}

func (d *draft) setIndex(x objectIndex, state string) {
	d.indexes = append(d.indexes, indexState{x, state})
}

// refuseDoubles refuses a unique field whose values are not.
func (d *draft) refuseDoubles(o *Object, x objectIndex) error {
	f := o.numbered(x.fields[0])
	if before := d.before.byNumber[o.Number]; before == nil || before.numbered(f.Number) == nil {
		return nil // its columns are new and empty
	}
	column := x.Columns[0]
	n, err := db.One(d.tx, db.Column[int64], fmt.Sprintf(`select count(*) from (select 1 from %s
		where %s is not null and %s group by %s having count(*) > 1 limit 1001) doubles`, o.table(), column, alive, column))
	if err != nil || n == 0 {
		return err
	}
	shown, err := db.All(d.tx, db.Column[string], fmt.Sprintf(`select cast(%s as text) from %s
		where %s is not null and %s group by %s having count(*) > 1 order by 1 limit 3`, column, o.table(), column, alive, column))
	if err != nil {
		return err
	}
	return value.Fieldf("unique", "%s cannot be unique: %s in more than one record, such as %s", f.Key, values(int(n)), strings.Join(shown, ", "))
}

func values(n int) string {
	switch {
	case n == 1:
		return "one value is"
	case n > 1000:
		return "more than 1,000 values are"
	default:
		return fmt.Sprintf("%d values are", n)
	}
}

// writeIndexes notes the indexes to build and to drop.
func (d *draft) writeIndexes() error {
	for _, x := range d.indexes {
		fields, _ := json.Marshal(x.fields)
		spec, _ := json.Marshal(x.Index)
		_, err := d.tx.Exec(`insert into record_index (name, object, fields, spec, state, why) values ($1, $2, $3, $4, $5, '')
			on conflict (name) do update set spec = excluded.spec, fields = excluded.fields, state = excluded.state, why = ''`,
			x.Name, x.object, string(fields), string(spec), x.state)
		if err != nil {
			return err
		}
	}
	return nil
}

// buildIndexes builds and drops what plans left to be done, of one object or, with 0, of all. It returns how many.
func (s *Store) buildIndexes(ctx context.Context, object int) (n int, err error) {
	waiting, err := s.waitingIndexes(ctx, object)
	if err != nil {
		return 0, err
	}
	for _, x := range waiting {
		if x.state == "dropping" {
			err = s.DB.DropIndex(ctx, x.Name)
		} else {
			err = s.DB.BuildIndex(ctx, x.Index)
		}
		if err = s.indexDone(ctx, x, err); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Store) waitingIndexes(ctx context.Context, object int) (waiting []indexState, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		waiting, err = db.All(tx, func(row db.Scanner) (x indexState, err error) {
			var spec string
			if err := row.Scan(&x.object, &spec, &x.state); err != nil {
				return x, err
			}
			return x, json.Unmarshal([]byte(spec), &x.Index)
		}, "select object, spec, state from record_index where state in ('building', 'dropping') and (object = $1 or $2 = 0) order by name", object, object)
		return err
	})
	return waiting, err
}

// indexDone writes down what became of an index. Values that turned out not to be unique are no failure of the work:
// writers refuse new ones, and the check of the catalog names the field.
func (s *Store) indexDone(ctx context.Context, x indexState, failed error) error {
	if failed != nil && value.KindOf(failed) != value.Conflict {
		return failed
	}
	return s.DB.Maintain(ctx, "record: indexes", func(tx *db.Tx) error {
		if x.state == "dropping" {
			_, err := tx.Exec("delete from record_index where name = $1 and state = 'dropping'", x.Name)
			return err
		}
		state, why := "valid", ""
		if failed != nil {
			state, why = "refused", "the values are not unique"
		}
		_, err := tx.Exec("update record_index set state = $1, why = $2 where name = $3 and state = 'building'", state, why, x.Name)
		return err
	})
}
