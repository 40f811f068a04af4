package expr

import (
	"math"
	"strconv"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Doubles beyond these sizes are refused before they can overflow or underflow, at which PostgreSQL stops the query.
// Every double has a bound above and, unless it is zero, below, from the bounds of the fields.
const (
	largest  = 1e290
	smallest = 1e-270
	// A sum that is not zero is a multiple of the last binary digit of the smaller part, at most 2^53 below it.
	lastDigit = 1.0 / (1 << 60)
)

func (g *writer) function(e ast.Expr, call ast.CallExpr) operand {
	args := call.Args()
	name := call.FunctionName()
	switch name {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo:
		return g.arithmetic(name, args[0], args[1])
	case operators.Negate:
		a := g.value(args[0])
		if g.c.typeOf(args[0]).Kind() == types.DoubleKind {
			return operand{text: "(- " + g.sql(a) + ")", most: a.most, least: a.least}
		}
		return g.negated(a)
	case "int", "double":
		return g.convert(name, args[0])
	case "size":
		if len(args) == 0 {
			args = []ast.Expr{call.Target()}
		}
		if g.c.typeOf(args[0]).Kind() == types.ListKind {
			return g.size(args[0])
		}
		return operand{text: g.length(g.text(args[0])), most: exactInts}
	}
	return g.textual(e, call)
}

func (g *writer) arithmetic(operator string, l, r ast.Expr) operand {
	s, t := g.c.typeOf(l).Kind(), g.c.typeOf(r).Kind()
	switch {
	case s == types.IntKind && t == types.IntKind:
		return g.ints(operator, g.value(l), g.value(r))
	case s == types.DoubleKind && t == types.DoubleKind:
		return g.doubles(operator, g.value(l), g.value(r))
	case s == types.StringKind && t == types.StringKind:
		return operand{text: fitting("(" + g.text(l) + " || " + g.text(r) + ")")}
	case (s == types.TimestampKind || s == types.DurationKind) && (t == types.TimestampKind || t == types.DurationKind):
		return g.times(operator, l, r)
	}
	refuse("%s of %s and %s has no SQL", operator, g.c.typeOf(l), g.c.typeOf(r))
	return operand{}
}

// ints writes the arithmetic of CEL, where what overflows is an error. SQLite turns such a result into a REAL, which
// goes on as one through further steps until sql() looks. PostgreSQL reckons in numeric and cuts off.
func (g *writer) ints(operator string, a, b operand) operand {
	switch operator {
	case operators.Add:
		return g.checked(a, " + ", b, a.most+b.most)
	case operators.Subtract:
		return g.checked(a, " - ", b, a.most+b.most)
	case operators.Multiply:
		return g.checked(a, " * ", b, a.most*b.most)
	}
	divisor, plain := b.konst.(types.Int)
	plain = plain && divisor != 0 && divisor != -1
	spill := a.spill || b.spill
	x, y := "("+a.text+")", "("+b.text+")"
	switch {
	case operator == operators.Divide && plain:
		return operand{text: "(" + x + " / " + y + ")", spill: spill, most: a.most}
	case operator == operators.Divide && g.dialect == SQLite:
		return operand{text: "(" + x + " / " + y + ")", spill: true, most: anyInt}
	case operator == operators.Divide:
		return operand{text: clampInt("div(" + x + "::numeric, nullif(" + y + ", 0)::numeric)"), most: anyInt}
	case plain:
		return operand{text: "(" + x + " % " + y + ")", spill: spill, most: math.Abs(float64(divisor))}
	}
	guard := "case when " + y + " = -1 and " + x + " = -9223372036854775807 - 1 then null else " + x + " % "
	if g.dialect == Postgres {
		return operand{text: fitting("(" + guard + "nullif(" + y + ", 0) end)"), most: anyInt}
	}
	return operand{text: fitting("(" + guard + y + " end)"), spill: spill, most: anyInt}
}

// checked is a sum, difference or product; bound is the largest it can be.
func (g *writer) checked(a operand, sign string, b operand, bound float64) operand {
	const safe = 1 << 62
	if bound < safe {
		return operand{text: "((" + a.text + ")" + sign + "(" + b.text + "))", most: bound, spill: a.spill || b.spill}
	}
	if g.dialect == SQLite {
		return operand{text: "((" + a.text + ")" + sign + "(" + b.text + "))", spill: true, most: anyInt}
	}
	return operand{text: clampInt("(" + a.text + ")::numeric" + sign + "(" + b.text + ")::numeric"), most: anyInt}
}

func (g *writer) negated(a operand) operand {
	if g.dialect == SQLite {
		return operand{text: "(0 - (" + a.text + "))", spill: true, most: anyInt}
	}
	return operand{text: clampInt("0 - (" + a.text + ")::numeric"), most: anyInt}
}

// clampInt is a numeric of PostgreSQL as a bigint, NULL where it is none. Each part is written once.
func clampInt(text string) string {
	const over, under = "9223372036854775808", "-9223372036854775809"
	return fitting("nullif(nullif(greatest(least(" + text + ", " + over + "), " + under + "), " + over + "), " + under + ")::bigint")
}

// clamp is a whole number that cannot overflow, NULL outside of bounds.
func (g *writer) clamp(text string, low, high int64) string {
	least, greatest := "min", "max"
	if g.dialect == Postgres {
		least, greatest = "least", "greatest"
	}
	over, under := strconv.FormatInt(high+1, 10), strconv.FormatInt(low-1, 10)
	return fitting("nullif(nullif(" + greatest + "(" + least + "(" + text + ", " + over + "), " + under + "), " + over + "), " + under + ")")
}

// doubles writes the arithmetic of doubles where it can be shown to stay within bounds. A division by zero is an error.
func (g *writer) doubles(operator string, a, b operand) operand {
	x, y := g.sql(a), g.sql(b)
	o := operand{}
	switch operator {
	case operators.Add:
		o = operand{text: "((" + x + ") + (" + y + "))", most: a.most + b.most, least: min(a.least, b.least) * lastDigit}
	case operators.Subtract:
		o = operand{text: "((" + x + ") - (" + y + "))", most: a.most + b.most, least: min(a.least, b.least) * lastDigit}
	case operators.Multiply:
		o = operand{text: "((" + x + ") * (" + y + "))", most: a.most * b.most, least: a.least * b.least}
	case operators.Divide:
		o = operand{text: "((" + x + ") / nullif((" + y + "), 0))", most: a.most / b.least, least: a.least / b.most}
		if math.IsInf(b.least, 1) {
			return g.divisionByZero()
		}
	default:
		refuse("%% of doubles")
	}
	if !(o.most < largest) || !(o.least > smallest) {
		refuse("a number that may become too large or too small")
	}
	return o
}

// divisionByZero is an error always. In CEL itself it is infinite, which a scope that leaves all to the database must not deny.
func (g *writer) divisionByZero() operand {
	if g.c.scope.bare {
		refuse("a division by zero")
	}
	return operand{text: g.null(types.DoubleType)}
}

// convert is int(x) or double(x).
func (g *writer) convert(name string, e ast.Expr) operand {
	a := g.value(e)
	from := g.c.typeOf(e).Kind()
	switch {
	case name == "int" && from == types.IntKind, name == "double" && from == types.DoubleKind:
		a.null, a.field = false, nil
		return a
	case name == "double" && from == types.IntKind:
		return operand{text: g.real(g.sql(a)), most: min(a.most, anyInt) + 1, least: 1}
	case name == "int" && from == types.DoubleKind && a.most < 9.2e18:
		if g.dialect == Postgres {
			return operand{text: "trunc(" + g.sql(a) + ")::bigint", most: a.most + 1}
		}
		return operand{text: "cast(" + g.sql(a) + " as integer)", most: a.most + 1}
	case name == "int" && from == types.TimestampKind: // seconds, rounded down
		return operand{text: "((" + g.sql(a) + " + 62135596800000000) / 1000000 - 62135596800)", most: 1e12}
	}
	refuse("%s(%s) has no SQL", name, g.c.typeOf(e))
	return operand{}
}
