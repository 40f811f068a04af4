package record

import (
	"fmt"
	"math"
	"sync"

	"fairground/internal/expr"
)

// Three scopes are made of one catalog. The wide one knows every field, for finding out what a text reads. The one of
// rules knows every field that has columns: rules must be pushed into statements, and no grant narrows what a rule
// reads. The one of an asker knows what they see, and carries their row rules to whatever a link leads to.

// wideScope knows all fields of all objects.
func (c *Catalog) wideScope(o *Object) (*expr.Scope, error) {
	return remember(c, "wide scope "+o.Key, func() (*expr.Scope, error) {
		return expr.NewScope(c.described(func(*Object, *Field) bool { return true }), o.Key, expr.Limits{})
	})
}

// ruleScope knows all stored fields of all objects.
func (c *Catalog) ruleScope(o *Object) (*expr.Scope, error) {
	return remember(c, "rule scope "+o.Key, func() (*expr.Scope, error) {
		return expr.NewScope(c.described(func(_ *Object, f *Field) bool { return f.Stored() }), o.Key, expr.Limits{})
	})
}

func (c *Catalog) described(with func(*Object, *Field) bool) []expr.Object {
	var all []expr.Object
	for _, o := range c.Objects() {
		x := o.described()
		for _, f := range o.Fields {
			if d := o.describe(f); d.Type != 0 && with(o, f) {
				x.Fields = append(x.Fields, d)
			}
		}
		all = append(all, x)
	}
	return all
}

// scope is where the asker's conditions about an object are compiled. Fields they may not see are known to row rules
// only. Formulas that are not stored can be named of the object itself; behind a link there is no column for them.
func (v *Sight) scope(root *Seen) (*expr.Scope, error) {
	var all []expr.Object
	for _, o := range v.catalog.Objects() {
		x := o.described()
		seen := v.seen[o.Key]
		for _, f := range o.Fields {
			d := o.describe(f)
			_, hidden := v.hidden[fieldName{o.Key, f.Key}]
			switch {
			case d.Type == 0 || !f.Stored() && (seen != root || hidden || o.Owned != nil):
			case hidden || seen == nil:
				x.Inner = append(x.Inner, d)
			default:
				x.Fields = append(x.Fields, v.masked(f, d))
			}
		}
		if seen != nil {
			x.Read = seen.readText()
		}
		all = append(all, x)
	}
	scope, err := expr.NewScope(all, root.full.Key, expr.Limits{})
	if err != nil {
		return nil, fmt.Errorf("conditions about %s: %w", root.full.Key, err)
	}
	return scope, nil
}

// masked leaves the objects that the asker may not see out of references to any object: such a reference is empty.
func (v *Sight) masked(f *Field, d expr.Field) expr.Field {
	if f.Type != AnyReference {
		return d
	}
	column := "{t}." + f.column("o")
	d.Columns = []string{v.mask(column, d.Columns[0]), v.mask(column, d.Columns[1])}
	return d
}

// mask empties an expression where a column of object numbers holds one that the asker may not see.
func (v *Sight) mask(column, text string) string {
	if len(v.order) == len(v.catalog.Objects()) {
		return text
	}
	numbers := "0"
	for _, seen := range v.order {
		numbers += fmt.Sprintf(", %d", seen.full.Number)
	}
	return fmt.Sprintf("(case when %s in (%s) then %s end)", column, numbers, text)
}

// readText is the row rule that a linked record must meet.
func (s *Seen) readText() string {
	switch {
	case s.nothing:
		return "false"
	case s.rows != nil:
		return s.rows.Text()
	default:
		return ""
	}
}

// described is the object to conditions, with the fields that every record has.
func (o *Object) described() expr.Object {
	system := o.systemSQL()
	x := expr.Object{Name: o.Key, Table: o.table(), Key: "id", Alive: o.aliveSQL(), Fields: []expr.Field{
		{Name: "rev", Type: expr.FieldInt, Columns: []string{system[0]}},
		{Name: "created", Type: expr.FieldTime, Columns: []string{system[1]}},
		{Name: "updated", Type: expr.FieldTime, Columns: []string{system[2]}},
	}}
	if o.Owned != nil {
		x.Key = o.Owned.Key
	}
	return x
}

// describe is a field to conditions; its type is 0 when they cannot read it.
func (o *Object) describe(f *Field) expr.Field {
	d := kindOf(f.Type).expr(f)
	switch {
	case o.Owned != nil:
		return o.lent(f, d)
	case !f.Stored():
		return f.computedExpr(d)
	}
	return d
}

// lent replaces the columns by those of the feature that owns the table. A text that it keeps no folded key of cannot be
// compared by fold().
func (o *Object) lent(f *Field, d expr.Field) expr.Field {
	own := o.Owned.Columns[f.Key]
	names := kindOf(f.Type).columns(f)
	if len(own) > len(names) || d.Type == 0 {
		return expr.Field{}
	}
	find := func(text string) string {
		for i, c := range names {
			if text == f.over(c.suffix) && i < len(own) {
				return own[i]
			}
		}
		return ""
	}
	columns := make([]string, len(d.Columns))
	for i, text := range d.Columns {
		if columns[i] = find(text); columns[i] == "" {
			return expr.Field{}
		}
	}
	d.Columns, d.Folded = columns, find(d.Folded)
	return d
}

// computedExpr describes a formula that the statement computes. Days come as moments then, decimals as they are.
func (f *Field) computedExpr(d expr.Field) expr.Field {
	column := "{t}." + f.computedColumn()
	d.Nullable, d.Folded = true, ""
	switch f.Options.Result {
	case Date:
		d.Type = expr.FieldTime
	case Decimal:
		scaled := fmt.Sprintf("%s * %g", column, math.Pow10(d.Scale))
		column = fmt.Sprintf("(case when abs(%s) < 9e18 then cast(round(%s) as bigint) end)", scaled, scaled)
	}
	d.Columns = []string{column}
	return d
}

// compiledFilters keeps filters that were compiled lately: lists are asked for again and again with the same one.
type compiledFilters struct {
	mu   sync.Mutex
	kept map[string]*expr.Condition
}

const mostCompiled = 200

// compile compiles a filter that the database can answer.
func (s *Seen) compile(filter string) (*expr.Condition, error) {
	s.compiled.mu.Lock()
	kept := s.compiled.kept[filter]
	s.compiled.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	scope, err := s.scoped()
	if err != nil {
		return nil, err
	}
	made, err := scope.Compile(filter, expr.Bool)
	if err != nil {
		return nil, err
	}
	s.compiled.mu.Lock()
	defer s.compiled.mu.Unlock()
	if s.compiled.kept == nil || len(s.compiled.kept) >= mostCompiled {
		s.compiled.kept = map[string]*expr.Condition{}
	}
	s.compiled.kept[filter] = made
	return made, nil
}
