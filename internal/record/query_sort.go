package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// mostSorts is how many fields a list is sorted by at most.
const mostSorts = 5

// sort checks an order and completes it by the id, so that every record has one place.
func (k *ask) sort(order []Sort) error {
	if len(order) > mostSorts {
		return value.Fieldf("sort", "a list is sorted by %d fields at most", mostSorts)
	}
	down := len(order) == 0
	named := map[string]bool{}
	for _, one := range order {
		if named[one.Field] {
			continue
		}
		named[one.Field] = true
		down = one.Down
		if one.Field == "id" {
			break
		}
		keys, err := k.sortKeys(one)
		if err != nil {
			return err
		}
		if len(k.keys) == 0 {
			k.indexed = k.seen.full.indexed(one.Field) && len(k.joins) == 0
		}
		k.keys = append(k.keys, keys...)
	}
	k.indexed = k.indexed || len(k.keys) == 0
	k.keys = append(k.keys, key{name: direction("id", down), sql: "t." + k.seen.full.keyColumn(), down: down})
	return nil
}

// sortKeys are the keys for one field.
func (k *ask) sortKeys(one Sort) ([]key, error) {
	system := k.seen.full.systemSQL()
	switch one.Field {
	case "created":
		return []key{{name: direction("created", one.Down), sql: over("t", system[1]), down: one.Down}}, nil
	case "updated":
		return []key{{name: direction("updated", one.Down), sql: over("t", system[2]), down: one.Down}}, nil
	}
	f := k.seen.Field(one.Field)
	if f == nil {
		return nil, k.seen.missing("sort", one.Field)
	}
	columns := k.seen.full.orderColumns(f, "t")
	switch {
	case f.Type == Reference && len(columns) == 1:
		columns = k.titleOrder(f, columns[0])
	case f.Type == Choice && len(columns) == 1:
		columns[0] = f.listOrder(columns[0])
	case f.Type == AnyReference && len(columns) == 2:
		columns[0], columns[1] = k.sight.mask(columns[0], columns[0]), k.sight.mask(columns[0], columns[1])
	}
	if len(columns) == 0 || !f.Stored() {
		return nil, value.Fieldf("sort", "a list cannot be sorted by %s", f.Key)
	}
	var keys []key
	for i, column := range columns {
		keys = append(keys, key{name: direction(fmt.Sprintf("%d.%d", f.Number, i), one.Down), sql: column, down: one.Down, nullable: true})
	}
	return keys, nil
}

// titleOrder sorts by the titles of linked records, as far as the asker may see them, or else by their ids.
func (k *ask) titleOrder(f *Field, column string) []string {
	target := k.sight.seen[f.Options.Target]
	if target == nil {
		return []string{column}
	}
	title := target.Field(target.Title)
	if title == nil || refers(title) || !title.Stored() {
		return []string{column}
	}
	j := join{alias: fmt.Sprintf("j%d", len(k.joins)), target: target, column: column}
	columns := target.full.orderColumns(title, j.alias)
	if len(columns) == 0 {
		return []string{column}
	}
	k.joins = append(k.joins, j)
	return columns
}

// join puts a linked record beside each, for sorting.
type join struct {
	alias  string
	target *Seen
	column string // that holds its id
}

func (j join) text(s *statement, constants expr.Constants) (string, error) {
	rule, err := j.target.ruled(s, j.alias, constants)
	if err != nil {
		return "", err
	}
	o := j.target.full
	on := joined(fmt.Sprintf("%s.%s = %s", j.alias, o.keyColumn(), j.column), over(j.alias, o.aliveSQL()), rule)
	return fmt.Sprintf(" left join %s %s on %s", quoted(o.table()), j.alias, on), nil
}

func direction(name string, down bool) string {
	if down {
		return name + "-"
	}
	return name + "+"
}

// listOrder writes the place of a choice in its list. As long as codes rise along the list, the code itself is it, and
// an index serves.
func (f *Field) listOrder(column string) string {
	if slices.IsSortedFunc(f.Options.Choices, func(a, b Option) int { return a.Code - b.Code }) {
		return column
	}
	var b strings.Builder
	fmt.Fprintf(&b, "case %s", column)
	for place, option := range f.Options.Choices {
		fmt.Fprintf(&b, " when %d then %d", option.Code, place)
	}
	b.WriteString(" end")
	return b.String()
}

// indexed reports whether an index over a field may give an order.
func (o *Object) indexed(key string) bool {
	if o.Owned != nil {
		return false
	}
	for _, index := range o.Indexes {
		if slices.Contains(index.Fields, key) {
			return true
		}
	}
	f := o.Field(key)
	switch {
	case key == "created":
		return true
	case f == nil || f.Type == Choice && f.listOrder("") != "":
		return false
	default:
		return len(f.indexColumns()) > 0
	}
}
