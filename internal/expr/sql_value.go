package expr

import (
	"math"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// operand is the SQL of a part. Where it is NULL the part is an error, or null if the operand may be null.
type operand struct {
	text   string
	null   bool    // NULL stands for null
	only   bool    // it is the literal null
	spill  bool    // SQLite: an int whose sum may have overflowed into a REAL, which stands for an error
	most   float64 // number: no value is larger, whatever its sign
	least  float64 // double: no value but 0 is smaller
	konst  ref.Val // the value, when it is known
	field  *Field  // it is a column of this field
	column string  // the column itself, before it was turned into the value
}

const (
	anyInt    = 9.3e18
	exactInts = 1 << 53 // ints up to here are doubles without loss
)

// value is the operand of a part.
func (g *writer) value(e ast.Expr) operand {
	if known, ok := g.given[e.ID()]; ok {
		return known
	}
	if g.isConstant(e) {
		return g.evaluated(e)
	}
	var o operand
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		o = g.named(e)
	case ast.CallKind:
		o = g.call(e)
	case ast.ComprehensionKind:
		o = g.macro(e)
	default:
		refuse("lists, maps and records can only be evaluated in process here")
	}
	fitting(o.text)
	return o
}

// sql is an operand as SQL; an int that spilled is NULL.
func (g *writer) sql(o operand) string {
	if o.spill && g.dialect == SQLite {
		return fitting("case when typeof(" + o.text + ") = 'integer' then " + o.text + " end")
	}
	return o.text
}

func (g *writer) text(e ast.Expr) string { return "(" + g.sql(g.value(e)) + ")" }

// isConstant reports whether the value is known here. Without folding, only what has no other form is.
func (g *writer) isConstant(e ast.Expr) bool {
	if e.Kind() == ast.LiteralKind {
		return true
	}
	if !g.c.uses.constants[e.ID()] {
		return false
	}
	if !g.c.scope.bare || e.Kind() == ast.IdentKind {
		return true
	}
	if e.Kind() != ast.CallKind {
		return false
	}
	switch name := e.AsCall().FunctionName(); name {
	case "timestamp", "duration":
		return e.AsCall().Args()[0].Kind() == ast.LiteralKind
	}
	return false
}

func (g *writer) evaluated(e ast.Expr) operand {
	if e.Kind() == ast.LiteralKind {
		return g.constant(e.AsLiteral())
	}
	v, err := g.c.constant(e, g.k)
	if err != nil { // the part always fails
		return operand{text: g.null(g.c.typeOf(e))}
	}
	return g.constant(v)
}

// constant is the operand of a value.
func (g *writer) constant(v ref.Val) operand {
	o := operand{konst: v}
	switch v := v.(type) {
	case types.Null:
		return operand{text: "null", null: true, only: true}
	case types.Bool:
		o.text = g.bool(bool(v))
	case types.Int:
		o.text, o.most = g.bindInt(int64(v)), math.Abs(float64(v))
	case types.Double:
		if math.IsInf(float64(v), 0) || math.IsNaN(float64(v)) {
			refuse("a number is infinite or not a number")
		}
		o.text, o.most, o.least = g.bindDouble(float64(v)), math.Abs(float64(v)), math.Abs(float64(v))
		if v == 0 {
			o.least = math.Inf(1)
		}
	case types.String:
		o.text = g.bindText(string(v))
	case types.Timestamp:
		o.text = g.bindInt(micros(v.Time))
	case types.Duration:
		o.text = g.bindInt(microsOf(v.Duration))
	default:
		refuse("there is no SQL for a value of type %s", v.Type().TypeName())
	}
	return o
}

func micros(t time.Time) int64 {
	if t.Nanosecond()%1000 != 0 {
		refuse("a time is finer than a microsecond")
	}
	return t.UnixMicro()
}

func microsOf(d time.Duration) int64 {
	if us := d.Microseconds(); d%time.Microsecond == 0 && us <= longest_us && us >= -longest_us {
		return us
	}
	refuse("a duration is finer than a microsecond or longer than 292 years")
	return 0
}

// named is a variable or a path of fields.
func (g *writer) named(e ast.Expr) operand {
	if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		return operand{text: g.has(e)}
	}
	if e.Kind() == ast.IdentKind {
		switch v := g.vars[e.AsIdent()].(type) {
		case operand:
			return v
		case row:
			return operand{text: v.key()}
		}
	}
	p := g.path(e)
	if len(p.hops) == 0 {
		return p.leaf(p.start)
	}
	var o operand
	text := g.reach(p.start, p.hops, func(r row) string {
		o = p.leaf(r)
		return g.sql(o)
	})
	return operand{text: text, null: o.null, most: o.most, least: o.least}
}

// path is a way over links to a value: from a row, over the hops, to what leaf takes from the last row.
type path struct {
	start row
	hops  []*Field
	leaf  func(row) operand
	field *Field // at the end
}

func (g *writer) path(e ast.Expr) path {
	if e.Kind() == ast.IdentKind {
		if _, local := g.vars[e.AsIdent()]; local {
			refuse("a macro's variable where a field is needed")
		}
		f, currency := g.row.object.lookup(strings.TrimPrefix(e.AsIdent(), "."), g.c.rule)
		if f == nil {
			refuse("%s has no SQL", e.AsIdent())
		}
		return path{g.row, nil, func(r row) operand { return g.column(r, f, currency) }, f}
	}
	if e.Kind() != ast.SelectKind {
		refuse("a path may begin with a field only")
	}
	operandOf, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
	if g.c.typeOf(operandOf).TypeName() == anyRef {
		p := g.path(operandOf)
		f := p.field
		p.leaf = func(r row) operand { return half(r, f, name) }
		return p
	}
	object := g.c.objectOf(operandOf)
	if object == nil {
		refuse("there is no SQL for .%s here", name)
	}
	start, hops := g.rows(operandOf)
	if n := len(hops) - 1; name == "id" && n >= 0 { // the link itself holds it
		link := hops[n]
		return path{start, hops[:n], func(r row) operand { return operand{text: r.column(link.Columns[0]), most: anyInt} }, nil}
	}
	f, currency := object.lookup(name, g.c.rule)
	return path{start, hops, func(r row) operand { return g.column(r, f, currency) }, f}
}

// half is the type or the id of a reference to any object.
func half(r row, f *Field, name string) operand {
	if name == "type" {
		return operand{text: r.column(f.Columns[0])}
	}
	return operand{text: r.column(f.Columns[1]), most: anyInt}
}

// rows is the way to the record that a part yields.
func (g *writer) rows(e ast.Expr) (row, []*Field) {
	if e.Kind() == ast.IdentKind {
		if r, ok := g.vars[e.AsIdent()].(row); ok {
			return r, nil
		}
	}
	p := g.path(e)
	if p.field == nil || p.field.Type != FieldLink {
		refuse("a record is chosen in a way that has no SQL")
	}
	return p.start, append(p.hops[:len(p.hops):len(p.hops)], p.field)
}

// reach writes a scalar query that follows links and yields body over the last row. It is NULL when a record on the way
// is not there, in the trash or not visible.
func (g *writer) reach(start row, hops []*Field, body func(row) string) string {
	if len(hops) == 0 {
		return body(start)
	}
	next := row{g.alias(), g.c.scope.objects[hops[0].Target]}
	inner := g.reach(next, hops[1:], body)
	return fitting("(select " + inner + g.from(start, hops[0], next) + ")")
}

// exists is reach where only true counts.
func (g *writer) exists(start row, hops []*Field, body func(row) string) string {
	if len(hops) == 0 {
		return body(start)
	}
	next := row{g.alias(), g.c.scope.objects[hops[0].Target]}
	inner := g.exists(next, hops[1:], body)
	return fitting("exists (select 1" + g.from(start, hops[0], next) + " and " + inner + ")")
}

func (g *writer) from(start row, link *Field, next row) string {
	return " from " + quoted(next.object.Table) + " " + next.alias + " where " + next.key() + " = " + start.column(link.Columns[0]) + g.visible(next)
}

// visible is the further condition that a linked row is alive and its row rule holds.
func (g *writer) visible(r row) string {
	text := ""
	if r.object.Alive != "" {
		text = " and (" + r.column(r.object.Alive) + ")"
	}
	if rule := g.c.scope.conditions.read[r.object.Name]; rule != nil {
		inner := &writer{page: g.page, c: rule, row: r}
		text += " and " + inner.truth(rule.tree.Expr())
	}
	return text
}

// column is the value of a field of a row.
func (g *writer) column(r row, f *Field, currency bool) operand {
	if currency {
		return operand{text: r.column(f.Columns[1]), null: f.Nullable}
	}
	if f.Type.list() {
		refuse("a list can be asked for size, in, exists, exists_one and all only")
	}
	column := r.column(f.Columns[0])
	o := operand{text: column, column: column, field: f, null: f.Nullable}
	switch f.Type {
	case FieldInt:
		o.most = anyInt
	case FieldDecimal, FieldMoney:
		o.text = g.scaled(column, f)
		o.most, o.least = anyInt/f.unit(), 1/f.unit()
	case FieldDate:
		o.text = "(" + column + " * " + strconv.Itoa(day_us) + ")"
	case FieldChoice:
		o.text = g.keyOf(column, f)
	}
	return o
}

func (g *writer) scaled(column string, f *Field) string {
	text := g.real(column)
	if f.Scale == 0 {
		return text
	}
	return "(" + text + " / " + g.bindDouble(f.unit()) + ")"
}

// real turns an int into a double.
func (g *writer) real(text string) string {
	if g.dialect == Postgres {
		return "(" + text + ")::float8"
	}
	return "cast(" + text + " as real)"
}

// keyOf is the key of an option whose code a column holds.
func (g *writer) keyOf(column string, f *Field) string {
	var text strings.Builder
	for _, o := range f.Options {
		text.WriteString(" when " + strconv.FormatInt(o.Code, 10) + " then " + g.bindText(o.Key))
	}
	if text.Len() == 0 {
		return g.null(types.StringType)
	}
	return fitting("case " + column + text.String() + " end")
}

// with writes body over the operand of a part where null and error must be told apart. Links are followed outside of
// the body, and a choice between two parts is made outside of it.
func (g *writer) with(e ast.Expr, body func(operand) string) string {
	if _, known := g.given[e.ID()]; known || g.isConstant(e) {
		return body(g.value(e))
	}
	switch e.Kind() {
	case ast.CallKind:
		if call := e.AsCall(); call.FunctionName() == operators.Conditional {
			a := call.Args()
			return g.choose(g.value(a[0]).text, g.with(a[1], body), g.with(a[2], body))
		}
	case ast.SelectKind:
		if !e.AsSelect().IsTestOnly() {
			p := g.path(e)
			return g.reach(p.start, p.hops, func(r row) string { return body(p.leaf(r)) })
		}
	}
	return body(g.value(e))
}

// choose is the ternary: neither part when the condition is NULL.
func (g *writer) choose(condition, a, b string) string {
	return fitting("case " + condition + " when " + g.bool(true) + " then " + a + " when " + g.bool(false) + " then " + b + " end")
}

// has is whether a field of a linked record has a value, or a list an entry.
func (g *writer) has(e ast.Expr) string {
	operandOf, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
	if g.c.typeOf(operandOf).TypeName() == anyRef {
		return g.with(operandOf, func(o operand) string { return "case when " + o.column + " is not null then " + g.bool(true) + " end" })
	}
	object := g.c.objectOf(operandOf)
	if object == nil {
		refuse("has() asks for a field of a linked record only")
	}
	f, _ := object.lookup(name, g.c.rule)
	start, hops := g.rows(operandOf)
	if n := len(hops) - 1; name == "id" && n >= 0 {
		return g.reach(start, hops[:n], func(r row) string {
			return "case when " + r.column(hops[n].Columns[0]) + " is not null then " + g.bool(true) + " end"
		})
	}
	return g.reach(start, hops, func(r row) string {
		if f.Type.list() {
			from, _ := g.entries(r, f)
			return "exists (select 1" + from + ")"
		}
		column := f.Columns[0]
		if f.Type == FieldMoney && name != f.Name {
			column = f.Columns[1]
		}
		return "(" + r.column(column) + " is not null)"
	})
}
