package record

import (
	"fmt"
	"slices"
	"strings"

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
			k.indexed = k.seen.full.indexed(one.Field)
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
	columns := k.seen.full.orderColumns(f)
	switch {
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
