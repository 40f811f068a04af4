package record

import (
	"fmt"
	"math"
	"slices"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// formulaKind is CEL over the record. Its columns are those of its result's type. A formula that reads nothing but its
// own record is stored and computed anew with every write; others are computed when they are read.
type formulaKind struct{}

var formulaResults = []Type{Text, Integer, Decimal, YesNo, Date, DateTime}

func (formulaKind) define(c *Catalog, o *Object, f *Field) error {
	if !slices.Contains(formulaResults, f.Options.Result) {
		return value.Fieldf("result", "a formula yields one of: %v", formulaResults)
	}
	if f.Options.Scale < 0 || f.Options.Scale > mostScale || f.Options.Scale > 0 && f.Options.Result != Decimal {
		return value.Fieldf("scale", "a decimal has 0 to %d digits after the point", mostScale)
	}
	if f.Options.Formula == "" {
		return value.Fieldf("formula", "write a formula")
	}
	if err := f.only("formula", "result", "scale", "unit", "searchable", "indexed"); err != nil {
		return err
	}
	f.settled.result = f.resultField()
	if c == nil || o == nil {
		return nil
	}
	return c.defineFormula(o, f)
}

// defineFormula compiles the formula and finds out whether it is stored. The catalog must hold the object with the
// field in it, or the field is not known to others yet.
func (c *Catalog) defineFormula(o *Object, f *Field) error {
	others := slices.DeleteFunc(slices.Clone(o.Fields), func(other *Field) bool { return other.Key == f.Key })
	formulas, err := c.compileFormulas(o, append(others, f))
	if err != nil {
		return value.Fieldf("formula", "%v", err)
	}
	own := formulas[f.Key]
	if own.err != nil {
		return value.Fieldf("formula", "%s", messageOf(own.err))
	}
	f.settled.local = own.local
	return nil
}

// compiledFormula is a formula of an object.
type compiledFormula struct {
	field     *Field
	condition *expr.Condition
	err       error
	local     bool
	reads     []string // other formulas of the object
	place     int      // in the order in which they are computed; 0 = not known yet
}

// compileFormulas compiles the formulas among the fields. It is an error when one needs itself.
func (c *Catalog) compileFormulas(o *Object, fields []*Field) (map[string]*compiledFormula, error) {
	all := map[string]*compiledFormula{}
	scope, err := c.formulaScope(o, fields)
	if err != nil {
		return nil, err
	}
	rollups := map[string]bool{}
	for _, f := range fields {
		rollups[f.Key] = f.Type == Rollup
		if f.Type == Formula {
			one := &compiledFormula{field: f}
			one.condition, one.err = scope.Compile(f.Options.Formula, 0)
			if one.err == nil {
				one.err = f.fits(one.condition.Yields())
			}
			all[f.Key] = one
		}
	}
	for _, one := range all {
		if one.err != nil {
			continue
		}
		one.local = !one.condition.RelatedOrNow()
		for _, use := range one.condition.Fields() {
			if use.Object == o.Key && all[use.Field] != nil {
				one.reads = append(one.reads, use.Field)
			}
			if use.Object == o.Key && rollups[use.Field] {
				one.local = false // it changes when other records do
			}
		}
	}
	return all, placeFormulas(all)
}

// formulaScope knows the fields of an object as they are to be, and the other objects as they are.
func (c *Catalog) formulaScope(o *Object, fields []*Field) (*expr.Scope, error) {
	own := o.described()
	for _, f := range fields {
		if d := kindOf(f.Type).expr(f); d.Type != 0 {
			own.Fields = append(own.Fields, d)
		}
	}
	objects := []expr.Object{own}
	for _, x := range c.described(func(*Object, *Field) bool { return true }) {
		if x.Name != o.Key {
			objects = append(objects, x)
		}
	}
	return expr.NewScope(objects, o.Key, expr.Limits{})
}

// placeFormulas puts formulas after those they read. What reads a formula that is not stored is not stored either.
func placeFormulas(all map[string]*compiledFormula) error {
	placed := 0
	var visit func(one *compiledFormula, path []string) error
	visit = func(one *compiledFormula, path []string) error {
		if one.place > 0 {
			return nil
		}
		key := one.field.Key
		if slices.Contains(path, key) {
			return fmt.Errorf("the formula %s needs itself: %s", key, joinPath(append(path, key)))
		}
		for _, read := range one.reads {
			if err := visit(all[read], append(path, key)); err != nil {
				return err
			}
			one.local = one.local && all[read].local
		}
		placed++
		one.place = placed
		return nil
	}
	for _, key := range sortedKeys(all) {
		if err := visit(all[key], nil); err != nil {
			return err
		}
	}
	return nil
}

func joinPath(path []string) string {
	text := path[0]
	for _, step := range path[1:] {
		text += " reads " + step
	}
	return text
}

// fits checks that what the formula yields can be kept as its result.
func (f *Field) fits(yields expr.Type) error {
	want := map[Type][]expr.Type{
		Text: {expr.String}, Integer: {expr.Int}, Decimal: {expr.Double, expr.Int}, YesNo: {expr.Bool},
		Date: {expr.Moment}, DateTime: {expr.Moment},
	}[f.Options.Result]
	if !slices.Contains(want, yields) {
		return invalid("this formula yields %s, which is not a %s", yields, f.Options.Result)
	}
	return nil
}

// storedFormula reports whether a formula depends on nothing but its own record, so that its result is stored.
func (f *Field) storedFormula() bool { return f.settled.local }

// resultField is a field of the result's type with the same columns.
func (f *Field) resultField() *Field {
	t := f.Options.Result
	if t == "" {
		t = Integer // of a roll-up that counts
	}
	return &Field{Number: f.Number, Key: f.Key, Type: t,
		Options: Options{Scale: f.Options.Scale, Unit: f.Options.Unit, Length: mostLine}, settled: settled{objects: f.settled.objects}}
}

func (f *Field) result() *Field {
	if f.settled.result == nil {
		return f.resultField()
	}
	return f.settled.result
}

// yielded turns what a formula or default yielded into a value of the result's type; nil when it does not fit.
func (f *Field) yielded(v any) any {
	r := f.result()
	switch v := v.(type) {
	case time.Time:
		if r.Type == Date {
			return DayOf(v)
		}
	case float64:
		return r.rounded(v)
	}
	made, err := r.parse(v)
	if err != nil {
		return nil
	}
	return made
}

// rounded is a decimal of the field's scale.
func (f *Field) rounded(v float64) any {
	units := math.Round(v * math.Pow10(f.Options.Scale))
	if f.Type != Decimal || math.IsNaN(units) || math.Abs(units) >= 9e18 {
		return nil
	}
	return Number{Units: int64(units), Scale: f.Options.Scale}
}

func (formulaKind) columns(f *Field) []column {
	if f.settled.objects != nil && !f.settled.local {
		return nil
	}
	return kindOf(f.result().Type).columns(f.result())
}

func (formulaKind) parse(f *Field, in any) (any, error) { return f.result().parse(in) }
func (formulaKind) store(f *Field, v any) []any {
	r := f.result()
	return kindOf(r.Type).store(r, v)
}

func (formulaKind) load(f *Field, stored []any) (any, error) {
	r := f.result()
	return kindOf(r.Type).load(r, stored)
}

func (formulaKind) show(f *Field, v any) string { return f.result().Show(v) }
func (formulaKind) json(f *Field, v any) any    { return f.result().JSON(v) }

func (formulaKind) expr(f *Field) expr.Field {
	r := f.result()
	return kindOf(r.Type).expr(r)
}

func (formulaKind) order(f *Field) []string {
	if !f.settled.local {
		return nil
	}
	r := f.result()
	return kindOf(r.Type).order(r)
}

// settle works out what cannot be seen from a field alone. Every catalog is settled once, before anybody sees it.
func (c *Catalog) settle(currency string) {
	for _, o := range c.all {
		for _, f := range slices.Concat(o.Fields, o.retired) {
			c.settleField(f, currency)
		}
	}
	for _, o := range c.alive {
		if !slices.ContainsFunc(o.Fields, func(f *Field) bool { return f.Type == Formula }) {
			continue
		}
		formulas, err := c.compileFormulas(o, o.Fields)
		for _, one := range formulas {
			one.field.settled.local = err == nil && one.err == nil && one.local
		}
	}
}

func (c *Catalog) settleField(f *Field, currency string) {
	f.settled.objects, f.settled.currency = c, currency
	switch f.Type {
	case Formula:
		f.settled.result = f.resultField()
	case Rollup:
		f.settled.result, _ = c.rollupResult(f)
	}
	if f.into != nil {
		c.settleField(f.into, currency)
	}
}
