package office

import (
	"slices"
	"strings"

	"fairground/internal/record"
	"fairground/internal/ui"
)

// The fields that every record has, besides those of its object.
const (
	createdColumn = "created"
	updatedColumn = "updated"
)

func isSystem(key string) bool { return key == createdColumn || key == updatedColumn }

// fewColumns is how many columns a list has when nobody chose them.
const fewColumns = 7

// shown are the columns of the list: those chosen, or else the first that say something in one line.
func (l *look) shown() []string {
	columns := l.columns
	if len(columns) == 0 {
		columns = usual(l.object)
	}
	if title := l.object.Title; l.object.Field(title) != nil {
		columns = slices.DeleteFunc(slices.Clone(columns), func(key string) bool { return key == title })
		columns = append([]string{title}, columns...)
	}
	return columns
}

func usual(o *record.Seen) (columns []string) {
	for _, f := range o.Fields {
		if len(columns) == fewColumns-1 {
			break
		}
		if f.Key != o.Title && !isLong(f) {
			columns = append(columns, f.Key)
		}
	}
	return append(columns, updatedColumn)
}

func isLong(f *record.Field) bool {
	switch f.Type {
	case record.LongText, record.File, record.References, record.Link:
		return true
	default:
		return false
	}
}

// label is the heading of a column.
func (v *visit) label(o *record.Seen, key string) string {
	if f := o.Field(key); f != nil {
		return v.in(f.Labels)
	}
	return v.t("office.column." + key)
}

// cellKind is how the cells of a field look.
func (v *visit) cellKind(o *record.Seen, key string) ui.CellKind {
	f := o.Field(key)
	if f == nil {
		return ui.WhenCell
	}
	switch v.typeOf(f) {
	case record.Integer, record.Decimal, record.Rollup:
		return ui.NumberCell
	case record.MoneyType:
		return ui.MoneyCell
	case record.Choice, record.Choices:
		return ui.TagCell
	case record.YesNo:
		return ui.YesNoCell
	case record.Reference:
		if o := v.target(f.Options.Target); o != nil && strings.HasPrefix(o.Icon, "user") {
			return ui.PersonCell
		}
		return ui.LinkCell
	case record.Mail, record.Phone, record.Link, record.AnyReference:
		return ui.LinkCell
	case record.DateTime:
		return ui.WhenCell
	case record.LongText:
		return ui.LongCell
	default:
		return ui.TextCell
	}
}

// typeOf is the type of a field's values: a formula has that of its result, a roll-up that of what it gathers.
func (v *visit) typeOf(f *record.Field) record.Type {
	switch {
	case f.Type == record.Formula:
		return f.Options.Result
	case f.Type != record.Rollup || f.Options.Rollup == nil:
		return f.Type
	case f.Options.Rollup.Op == "count":
		return record.Integer
	}
	if from := v.target(f.Options.Rollup.From); from != nil {
		if of := from.Field(f.Options.Rollup.Of); of != nil && of.Type != record.Rollup {
			return v.typeOf(of)
		}
	}
	return record.Rollup
}

// isSortable reports whether a list may be sorted by a field.
func isSortable(f *record.Field) bool {
	switch f.Type {
	case record.LongText, record.Choices, record.References, record.File, record.AnyReference:
		return false
	case record.Formula:
		return f.Stored()
	default:
		return true
	}
}

// sorted turns the sort of a column around, or sorts by it alone.
func (l *look) sorted(key string) (now ui.Sort, href string) {
	down := false
	if len(l.sort) > 0 && l.sort[0].Field == key {
		now = ui.Ascending
		if l.sort[0].Down {
			now = ui.Descending
		}
		down = !l.sort[0].Down
	}
	return now, l.with(func(l *look) { l.sort = []record.Sort{{Field: key, Down: down}} })
}

// choice is one line of the column chooser.
type choice struct {
	key, label     string
	on             bool
	up, down, flip string // addresses
}

// choices are all columns: those shown in their order, then the others.
func (v *visit) choices(l *look) []choice {
	shown := l.shown()
	var all []choice
	for n, key := range shown {
		c := choice{key: key, label: v.label(l.object, key), on: true}
		if key != l.object.Title {
			c.flip = l.withColumns(slices.Delete(slices.Clone(shown), n, n+1))
		}
		if n > 1 {
			c.up = l.withColumns(swapped(shown, n, n-1))
		}
		if n > 0 && n < len(shown)-1 {
			c.down = l.withColumns(swapped(shown, n, n+1))
		}
		all = append(all, c)
	}
	for _, key := range append(keys(l.object), createdColumn, updatedColumn) {
		if !slices.Contains(shown, key) {
			all = append(all, choice{key: key, label: v.label(l.object, key), flip: l.withColumns(append(slices.Clone(shown), key))})
		}
	}
	return all
}

func (l *look) withColumns(columns []string) string {
	return l.with(func(l *look) { l.columns = columns })
}

func swapped(keys []string, a, b int) []string {
	keys = slices.Clone(keys)
	keys[a], keys[b] = keys[b], keys[a]
	return keys
}

func keys(o *record.Seen) []string {
	all := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		all[i] = f.Key
	}
	return all
}
