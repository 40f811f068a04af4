package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// ask is a query that was checked against what its asker sees, ready to be written as SQL.
type ask struct {
	reader    *Reader
	asker     Asker
	sight     *Sight
	seen      *Seen
	constants expr.Constants

	fields   []*Field // to load
	computed []*Field // formulas that the statement computes, for loading, filters or groups
	filter   *expr.Condition
	words    []string
	streamed bool // SQLite reads the words' table in the order of ids, and stops when it has enough
	keys     []key
	joins    []join
	indexed  bool // an index gives the order
	ids      []int64
	link     *linkedTo
	trash    bool
	both     bool // in the trash or not
}

// ask checks a query.
func (r *Reader) ask(a Asker, q Query) (*ask, error) {
	k, err := r.about(a, q.Object)
	if err != nil {
		return nil, err
	}
	k.trash = q.Trash
	if k.fields, err = k.chosen(q.Fields); err != nil {
		return nil, err
	}
	if err := k.narrow(q.Filter); err != nil {
		return nil, err
	}
	if q.Search != "" {
		k.words = k.seen.asked(q.Search)
		if len(k.words) == 0 {
			k.ids = []int64{0} // signs that are no words are found nowhere
		}
	}
	if err := k.sort(q.Sort); err != nil {
		return nil, err
	}
	k.stream()
	return k, nil
}

// stream makes SQLite find words in the order of ids where the list has no other order. It would else look up all that
// has the words, and sort it, for one page.
func (k *ask) stream() {
	if len(k.words) > 0 && len(k.keys) == 1 && k.seen.Owned == nil && k.reader.tx.Engine() == db.SQLite {
		k.streamed = true
		k.keys[0].sql = "f.rowid"
	}
}

// about begins a query for all records of an object, without fields or order.
func (r *Reader) about(a Asker, object string) (*ask, error) {
	sight, err := r.store.Sight(r.tx, a)
	if err != nil {
		return nil, err
	}
	seen, err := sight.Object(object)
	if err != nil {
		return nil, err
	}
	return r.of(a, sight, seen), nil
}

func (r *Reader) of(a Asker, sight *Sight, seen *Seen) *ask {
	return &ask{reader: r, asker: a, sight: sight, seen: seen, constants: a.constants(r.tx.Now())}
}

// chosen finds fields by their keys; nil means all. The title is always among them.
func (k *ask) chosen(keys []string) ([]*Field, error) {
	if keys == nil {
		return k.seen.Fields, nil
	}
	var all []*Field
	for _, name := range keys {
		f := k.seen.Field(name)
		if f == nil {
			return nil, k.seen.missing("fields", name)
		}
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	if title := k.seen.Field(k.seen.Title); title != nil && !slices.Contains(all, title) {
		all = append(all, title)
	}
	return all, nil
}

// missing is the error for a field that does not exist or that the asker may not see: there is no difference.
func (s *Seen) missing(at, name string) error {
	return value.Fieldf(at, "%s has no field %q", s.Key, value.Clip(name, 40))
}

// narrow compiles the filter. A condition that cannot be answered by the database is refused.
func (k *ask) narrow(filter string) error {
	if strings.TrimSpace(filter) == "" {
		return nil
	}
	compiled, err := k.seen.compile(filter)
	if err != nil {
		return atFilter(err)
	}
	k.filter = compiled
	return nil
}

// need makes the statement compute the formulas among these fields, and those that a condition reads.
func (k *ask) need(fields []*Field, c *expr.Condition) {
	for _, f := range fields {
		k.computed = k.seen.withFormula(f.Key, k.computed)
	}
	if c != nil {
		k.computed = k.seen.formulasIn(c, k.computed)
	}
}

// from is the table, as t. Each formula that is needed is a column around it; the databases see through that.
func (k *ask) from(s *statement) (string, error) {
	k.need(k.fields, k.filter)
	table := quoted(k.seen.full.table())
	for i, f := range k.computed {
		if i > 0 {
			table = "(" + table + ")"
		}
		formula, err := s.formula(k.seen.formulas[f.Key], "b", k.constants)
		if err != nil {
			return "", fmt.Errorf("formula %s.%s: %w", k.seen.Key, f.Key, err)
		}
		columns := k.seen.full.everyColumn("b")
		for _, before := range k.computed[:i] {
			columns = append(columns, "b."+before.computedColumn())
		}
		table = "select " + strings.Join(columns, ", ") + ", " + formula + " as " + f.computedColumn() + " from " + table + " b"
	}
	if len(k.computed) > 0 {
		table = "(" + table + ")"
	}
	table += " t"
	if k.streamed {
		table = k.seen.full.words() + " f cross join " + table
	}
	for _, j := range k.joins {
		text, err := j.text(s, k.constants)
		if err != nil {
			return "", err
		}
		table += text
	}
	return table, nil
}

// where is everything that records must meet: the trash, the asker's row rule, the filter, the words, the ids.
func (k *ask) where(s *statement) (string, error) {
	parts := []string{k.alive("t")}
	rule, err := k.seen.ruled(s, "t", k.constants)
	if err != nil {
		return "", err
	}
	parts = append(parts, rule)
	if k.filter != nil {
		text, err := s.condition(k.filter, "t", k.constants)
		if err != nil {
			return "", atFilter(err)
		}
		parts = append(parts, text)
	}
	if len(k.words) > 0 {
		found := k.seen.search(s, k.words, k.streamed)
		parts = append(parts, found)
	}
	if k.link != nil {
		parts = append(parts, k.link.where(s, k.seen.full))
	}
	if k.ids != nil {
		parts = append(parts, "t."+k.seen.full.keyColumn()+" in "+s.ids(k.ids))
	}
	return joined(parts...), nil
}

func (k *ask) alive(alias string) string {
	switch {
	case k.both:
		return ""
	case !k.trash:
		return over(alias, k.seen.full.aliveSQL())
	case k.seen.Owned != nil:
		return "1 = 0"
	default:
		return alias + ".deleted_us is not null"
	}
}

// ruled is the asker's row rule over an alias; "" when they see all rows.
func (s *Seen) ruled(in *statement, alias string, constants expr.Constants) (string, error) {
	switch {
	case s.nothing:
		return "1 = 0", nil
	case s.rows == nil:
		return "", nil
	}
	text, err := in.condition(s.rows, alias, constants)
	if err != nil {
		return "", fmt.Errorf("row rule of %s: %w", s.Key, err)
	}
	return text, nil
}

// atFilter puts an error of a condition at the filter.
func atFilter(err error) error {
	if value.KindOf(err) != value.Invalid {
		return err
	}
	return value.Fieldf("filter", "%s", messageOf(err))
}

func (k *ask) statement() *statement { return &statement{engine: k.reader.tx.Engine()} }

// keyColumn is the column of the id.
func (o *Object) keyColumn() string {
	if o.Owned != nil {
		return quoted(o.Owned.Key)
	}
	return "id"
}

// aliveSQL says over {t} that a record is not in the trash.
func (o *Object) aliveSQL() string {
	if o.Owned != nil {
		return o.Owned.Alive
	}
	return "{t}.deleted_us is null"
}

// systemSQL are revision, times, authors and time of deletion over {t}.
func (o *Object) systemSQL() []string {
	if o.Owned == nil {
		return []string{"{t}.rev", "{t}.created_us", "{t}.updated_us", "{t}.created_by", "{t}.updated_by", "{t}.deleted_us"}
	}
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	return []string{or(o.Owned.Rev, "1"), or(o.Owned.Created, "0"), or(o.Owned.Updated, or(o.Owned.Created, "0")), "''", "''",
		"cast(null as bigint)"}
}

// columnsOf are a stored field's columns over an alias, in the order of its kind's columns.
func (o *Object) columnsOf(f *Field, alias string) []string {
	var all []string
	if o.Owned != nil {
		for _, text := range o.Owned.Columns[f.Key] {
			all = append(all, over(alias, text))
		}
		return all
	}
	for _, c := range kindOf(f.Type).columns(f) {
		all = append(all, alias+"."+f.column(c.suffix))
	}
	return all
}

// orderColumns are the columns over an alias by which a list is sorted by a field; none when it cannot be.
func (o *Object) orderColumns(f *Field, alias string) []string {
	var all []string
	columns := o.columnsOf(f, alias)
	for _, name := range kindOf(f.Type).order(f) {
		for i, c := range kindOf(f.Type).columns(f) {
			if f.column(c.suffix) == name && len(columns) > 0 {
				all = append(all, columns[min(i, len(columns)-1)]) // a feature may keep no folded key
			}
		}
	}
	return all
}

// everyColumn lists all columns of the object's table.
func (o *Object) everyColumn(alias string) []string {
	all := []string{alias + "." + o.keyColumn()}
	for _, text := range o.systemSQL() {
		all = append(all, over(alias, text))
	}
	for _, f := range o.Fields {
		if f.Stored() {
			all = append(all, o.columnsOf(f, alias)...)
		}
	}
	return all
}

// computedColumn is what a statement calls a formula that it computes.
func (f *Field) computedColumn() string { return "x_" + strconv.Itoa(f.Number) }

func quoted(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
