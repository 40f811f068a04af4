package record

import (
	"fmt"
	"slices"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// rollupKind is a count or sum over the records that refer to this one. Its columns are those of its result's type.
type rollupKind struct{}

var rollupOps = []string{"count", "sum", "min", "max", "average"}

func (rollupKind) define(c *Catalog, o *Object, f *Field) error {
	p := f.Options.Rollup
	if p == nil || !slices.Contains(rollupOps, p.Op) {
		return value.Fieldf("rollup", "say what it gathers: from, by, and one of %v", rollupOps)
	}
	if err := f.only("rollup", "unit", "indexed"); err != nil {
		return err
	}
	if c == nil || o == nil {
		return nil
	}
	from, err := c.Object(p.From)
	if err != nil {
		return value.Fieldf("rollup", "there is no object %q", value.Clip(p.From, 40))
	}
	if err := p.check(c, o, from); err != nil {
		return value.Fieldf("rollup", "%s", messageOf(err))
	}
	f.settled.result, err = c.rollupResult(f)
	return err
}

func (p *RollupPlan) check(c *Catalog, o, from *Object) error {
	if from.Owned != nil || o.Owned != nil {
		return invalid("records of %s are written by another part of the program, which keeps no roll-ups", from.Key)
	}
	by := from.Field(p.By)
	if by == nil || by.Type != Reference || by.Options.Target != o.Key {
		return invalid("%s has no reference %q to %s", from.Key, value.Clip(p.By, 40), o.Key)
	}
	if p.Op == "count" && p.Of != "" {
		return invalid("a count gathers records, not a field")
	}
	if p.Where == "" {
		return nil
	}
	scope, err := c.wideScope(from)
	if err != nil {
		return err
	}
	where, err := scope.Compile(p.Where, expr.Bool)
	if err != nil {
		return err
	}
	if where.RelatedOrNow() || slices.ContainsFunc(where.Fields(), func(u expr.FieldUse) bool { return !storedHere(from, u) }) {
		return invalid("its condition may read stored fields of %s only", from.Key)
	}
	return nil
}

// storedHere reports whether a condition reads what is stored in the record itself. A roll-up is not: it changes without
// a write of its record.
func storedHere(o *Object, u expr.FieldUse) bool {
	if u.Object != o.Key {
		return false
	}
	f := o.Field(u.Field)
	return f == nil || f.Stored() && f.Type != Rollup
}

// rollupResult is a field of the type that the roll-up yields, with its columns.
func (c *Catalog) rollupResult(f *Field) (*Field, error) {
	p := f.Options.Rollup
	r := &Field{Number: f.Number, Key: f.Key, Type: Integer, Options: Options{Unit: f.Options.Unit}, settled: f.settled}
	r.settled.result = nil
	if p == nil || p.Op == "count" {
		return r, nil
	}
	from, err := c.Object(p.From)
	if err != nil {
		return r, value.Fieldf("rollup", "there is no object %q", value.Clip(p.From, 40))
	}
	of := from.Field(p.Of)
	if of == nil {
		return r, value.Fieldf("rollup", "%s has no field %q", from.Key, value.Clip(p.Of, 40))
	}
	return r, r.gathers(of, p.Op)
}

// gathers takes on the type that an operation over a field yields.
func (f *Field) gathers(of *Field, op string) error {
	if of.Type == Formula {
		of = of.result()
	}
	f.Type, f.Options.Scale, f.Options.Currency = of.Type, of.Options.Scale, of.Options.Currency
	switch {
	case of.Type == MoneyType:
		if f.Options.Currency == "" {
			f.Options.Currency = f.settled.currency
		}
	case of.Type == Integer || of.Type == Decimal:
		if op == "average" {
			f.Type, f.Options.Scale = Decimal, min(of.Options.Scale+2, mostScale)
		}
	case (of.Type == Date || of.Type == DateTime) && (op == "min" || op == "max"):
	default:
		return value.Fieldf("rollup", "%s", fmt.Sprintf("there is no %s of a field of type %s", op, of.Type))
	}
	return nil
}

func (rollupKind) columns(f *Field) []column {
	r := f.result()
	return kindOf(r.Type).columns(r)
}

func (rollupKind) parse(f *Field, in any) (any, error) { return f.result().parse(in) }

func (rollupKind) store(f *Field, v any) []any {
	r := f.result()
	return kindOf(r.Type).store(r, v)
}

func (rollupKind) load(f *Field, stored []any) (any, error) {
	r := f.result()
	return kindOf(r.Type).load(r, stored)
}

func (rollupKind) show(f *Field, v any) string { return f.result().Show(v) }
func (rollupKind) json(f *Field, v any) any    { return f.result().JSON(v) }

func (rollupKind) expr(f *Field) expr.Field {
	r := f.result()
	return kindOf(r.Type).expr(r)
}

func (rollupKind) order(f *Field) []string {
	r := f.result()
	return kindOf(r.Type).order(r)
}
