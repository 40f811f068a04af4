package expr

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// truth is SQL that is true where the part is true; where the part is false, an error or null, it is false or NULL.
func (g *writer) truth(e ast.Expr) string {
	if g.isConstant(e) || e.Kind() == ast.ComprehensionKind {
		if e.Kind() == ast.ComprehensionKind && !g.isConstant(e) {
			return fitting(g.loop(e, true).text)
		}
		return "(" + g.sql(g.value(e)) + ")"
	}
	if e.Kind() != ast.CallKind {
		return g.text(e)
	}
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		return fitting("(" + g.truth(args[0]) + " and " + g.truth(args[1]) + ")")
	case operators.LogicalOr:
		return fitting("(" + g.truth(args[0]) + " or " + g.truth(args[1]) + ")")
	case operators.Conditional:
		return g.text(e)
	}
	if call.IsMemberFunction() {
		args = append(args[:len(args):len(args)], call.Target())
	}
	for _, a := range args {
		if hopped, text := g.semijoin(e, a); hopped {
			return text
		}
	}
	if call.FunctionName() == operators.Equals {
		return "(" + g.equality(args[0], args[1], true) + ")"
	}
	return g.text(e)
}

// semijoin moves the links that an argument follows to the outside of a condition where only true counts.
func (g *writer) semijoin(e, argument ast.Expr) (bool, string) {
	if argument.Kind() != ast.SelectKind || argument.AsSelect().IsTestOnly() || g.isConstant(argument) || g.c.typeOf(argument).Kind() == types.ListKind {
		return false, ""
	}
	if _, known := g.given[argument.ID()]; known {
		return false, ""
	}
	p := g.path(argument)
	if len(p.hops) == 0 {
		return false, ""
	}
	return true, g.exists(p.start, p.hops, func(r row) string {
		inner := *g
		inner.given = map[int64]operand{argument.ID(): p.leaf(r)}
		for id, o := range g.given {
			inner.given[id] = o
		}
		return inner.truth(e)
	})
}

func (g *writer) call(e ast.Expr) operand {
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		return operand{text: "(" + g.text(args[0]) + " and " + g.text(args[1]) + ")"}
	case operators.LogicalOr:
		return operand{text: "(" + g.text(args[0]) + " or " + g.text(args[1]) + ")"}
	case operators.LogicalNot:
		return operand{text: "(not " + g.text(args[0]) + ")"}
	case operators.Conditional:
		return g.ternary(args)
	case operators.Equals, operators.NotEquals:
		text := g.equality(args[0], args[1], false)
		if call.FunctionName() == operators.NotEquals {
			text = "(not (" + text + "))"
		}
		return operand{text: text}
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return operand{text: g.compare(call.FunctionName(), args[0], args[1])}
	case operators.In:
		return operand{text: g.in(args[0], args[1])}
	}
	return g.function(e, call)
}

func (g *writer) equality(l, r ast.Expr, truth bool) string {
	return g.with(l, func(a operand) string {
		return g.with(r, func(b operand) string {
			g.comparable(l, r, a, b)
			return g.equal(a, b, truth)
		})
	})
}

func (g *writer) ternary(args []ast.Expr) operand {
	a, b := g.value(args[1]), g.value(args[2])
	if !sameKind(g.c.typeOf(args[1]), g.c.typeOf(args[2])) && !a.only && !b.only {
		refuse("a choice between values of two types")
	}
	return operand{
		text: "(" + g.choose("("+g.sql(g.value(args[0]))+")", a.text, b.text) + ")",
		null: a.null || b.null, spill: a.spill || b.spill, most: max(a.most, b.most), least: min(a.least, b.least),
	}
}

func sameKind(a, b *types.Type) bool { return a.Kind() == b.Kind() }

// comparable refuses equality across types and of what has no equality in SQL.
func (g *writer) comparable(l, r ast.Expr, a, b operand) {
	s, t := g.c.typeOf(l), g.c.typeOf(r)
	if a.only || b.only {
		return
	}
	switch s.Kind() {
	case types.BoolKind, types.IntKind, types.DoubleKind, types.StringKind, types.TimestampKind, types.DurationKind:
		if sameKind(s, t) {
			return
		}
	case types.StructKind:
		if s.TypeName() == t.TypeName() && g.c.recordsIn(s) != nil {
			return
		}
	}
	refuse("%s and %s cannot be compared in SQL", s, t)
}

// equal is a == b. With truth, NULL may stand for false.
func (g *writer) equal(a, b operand, truth bool) string {
	if a.only || (b.konst == nil && a.konst != nil) {
		a, b = b, a
	}
	switch {
	case a.only:
		return g.bool(true)
	case b.only && a.null:
		return "(" + a.raw() + " is null)"
	case b.only:
		return "case when " + g.sql(a) + " is not null then " + g.bool(false) + " end"
	}
	if b.konst != nil && a.field != nil {
		if text, ok := g.equalColumn(a, b.konst, truth); ok {
			return text
		}
	}
	x, y := g.collatedIf(a, b)
	switch {
	case a.null && b.null && g.dialect == Postgres:
		return "(" + x + " is not distinct from " + y + ")"
	case a.null && b.null:
		return "(" + x + " is " + y + ")"
	case truth || !a.null && !b.null:
		return "(" + x + " = " + y + ")"
	case b.null:
		return g.equalNullable(y, x, a.konst != nil, b)
	default:
		return g.equalNullable(x, y, b.konst != nil, a)
	}
}

// equalNullable compares a column that may be null with a part where NULL is an error.
func (g *writer) equalNullable(x, y string, constant bool, column operand) string {
	if constant {
		return "(" + x + " = " + y + " and " + column.raw() + " is not null)"
	}
	return "case when " + column.raw() + " is null then not (" + y + " = " + y + ") else " + x + " = " + y + " end"
}

func (o operand) raw() string {
	if o.column != "" {
		return o.column
	}
	return o.text
}

// collatedIf is the SQL of both, with the collation where they are texts. Only texts have a textual argument or column.
func (g *writer) collatedIf(a, b operand) (string, string) {
	x, y := g.sql(a), g.sql(b)
	if a.isText() || b.isText() {
		return g.collated(x), y
	}
	return x, y
}

func (o operand) isText() bool {
	if _, ok := o.konst.(types.String); ok {
		return true
	}
	return o.field != nil && (o.field.Type == FieldText || o.field.Type == FieldChoice)
}

// equalColumn compares the column as it is stored, so that an index on it serves.
func (g *writer) equalColumn(a operand, k ref.Val, truth bool) (string, bool) {
	never := func() (string, bool) { return g.bool(false), true }
	and := func(text string) (string, bool) {
		if a.null && !truth {
			text += " and " + a.column + " is not null"
		}
		return "(" + text + ")", true
	}
	switch k := k.(type) {
	case types.String:
		if a.field.Type != FieldChoice {
			return "", false
		}
		if code, ok := a.field.option(string(k)); ok {
			return and(a.column + " = " + g.bindInt(code))
		}
		return never()
	case types.Double:
		low, high := steps(a.field, float64(k))
		if float64(low)/a.field.unit() != float64(k) {
			return never()
		}
		if low == high {
			return and(a.column + " = " + g.bindInt(low))
		}
		return and(a.column + " between " + g.bindInt(low) + " and " + g.bindInt(high))
	case types.Timestamp:
		if a.field.Type != FieldDate {
			return "", false
		}
		if us := micros(k.Time); us%day_us == 0 {
			return and(a.column + " = " + g.bindInt(us/day_us))
		}
		return never()
	}
	return "", false
}

// steps are the first and the last stored int of a decimal field that make a double, if there is one.
func steps(f *Field, d float64) (first, last int64) {
	return firstStep(f, func(v float64) bool { return v >= d }), lastStep(f, func(v float64) bool { return v <= d })
}

// firstStep is the least stored int whose value has a property that all larger ones have; the largest int if none has.
func firstStep(f *Field, has func(float64) bool) int64 {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	for low < high {
		middle := int64(uint64(low) + (uint64(high)-uint64(low))/2)
		if has(float64(middle) / f.unit()) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// lastStep is the largest stored int whose value has a property that all smaller ones have; the least int if none has.
func lastStep(f *Field, has func(float64) bool) int64 {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	for low < high {
		middle := int64(uint64(high) - (uint64(high)-uint64(low))/2)
		if has(float64(middle) / f.unit()) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

var signs = map[string]string{
	operators.Less: "<", operators.LessEquals: "<=", operators.Greater: ">", operators.GreaterEquals: ">=",
}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}

// compare is an order between two parts. Null has no order: like an error it makes NULL.
func (g *writer) compare(operator string, l, r ast.Expr) string {
	a, b, sign := g.value(l), g.value(r), signs[operator]
	s, t := g.c.typeOf(l), g.c.typeOf(r)
	if a.konst != nil && b.konst == nil {
		a, b, s, t, sign = b, a, t, s, mirrored[sign]
	}
	if b.konst != nil && a.field != nil {
		if text, ok := g.compareColumn(a, sign, b.konst); ok {
			return text
		}
	}
	x, y := g.sql(a), g.sql(b)
	switch {
	case s.Kind() == types.IntKind && t.Kind() == types.DoubleKind:
		x = g.real(x) // which is what the language does too
	case s.Kind() == types.DoubleKind && t.Kind() == types.IntKind:
		y = g.real(y)
	case !sameKind(s, t):
		refuse("%s and %s cannot be compared in SQL", s, t)
	case s.Kind() == types.StringKind:
		x = g.collated(x)
	case s.Kind() == types.IntKind, s.Kind() == types.DoubleKind, s.Kind() == types.BoolKind, s.Kind() == types.TimestampKind, s.Kind() == types.DurationKind:
	default:
		refuse("there is no order of %s in SQL", s)
	}
	return "((" + x + ") " + sign + " (" + y + "))"
}

// compareColumn compares the column as it is stored, so that an index on it serves.
func (g *writer) compareColumn(a operand, sign string, k ref.Val) (string, bool) {
	switch a.field.Type {
	case FieldDecimal, FieldMoney:
		d := float(k)
		var first int64
		switch sign {
		case ">=", "<":
			first = firstStep(a.field, func(v float64) bool { return v >= d })
			if !(float64(first)/a.field.unit() >= d) {
				return "", false
			}
		default:
			first = firstStep(a.field, func(v float64) bool { return v > d })
			if !(float64(first)/a.field.unit() > d) {
				return "", false
			}
		}
		if sign[0] == '<' {
			return "(" + a.column + " < " + g.bindInt(first) + ")", true
		}
		return "(" + a.column + " >= " + g.bindInt(first) + ")", true
	case FieldDate:
		us := micros(k.(types.Timestamp).Time)
		day := floorDivide(us, day_us)
		if (sign == "<" || sign == ">=") && us%day_us != 0 {
			day++ // a day begins before the moment if it begins before the next day
		}
		return "(" + a.column + " " + sign + " " + g.bindInt(day) + ")", true
	}
	return "", false
}

// in is membership in a list that is known, or in a field's list.
func (g *writer) in(x, list ast.Expr) string {
	if p, ok := g.listField(list); ok {
		return g.inField(x, p)
	}
	if list.Kind() == ast.ListKind && list.AsList().Size() == 0 {
		return g.bool(false) // whatever is asked, even what fails: the evaluation in process does not look
	}
	members, ok := g.members(list)
	if !ok {
		return g.null(types.BoolType)
	}
	kind := g.c.typeOf(x)
	return g.with(x, func(o operand) string {
		if o.only {
			return g.bool(false)
		}
		if len(members) == 0 {
			return g.never(o)
		}
		var text strings.Builder
		column, choice := g.sql(o), o.field != nil && o.field.Type == FieldChoice
		if choice {
			column = o.column
		} else if kind.Kind() == types.StringKind {
			column = g.collated(column)
		}
		for _, m := range members {
			if !sameKind(m.Type().(*types.Type), kind) {
				refuse("a list with values of another type than %s", kind)
			}
			member := g.member(o, m, choice)
			if member == "" {
				continue
			}
			if text.Len() > 0 {
				text.WriteString(", ")
			}
			text.WriteString(member)
		}
		if text.Len() == 0 {
			return g.never(o)
		}
		found := "(" + column + ") in (" + text.String() + ")"
		if o.null {
			found = o.raw() + " is not null and " + found
		}
		return fitting("(" + found + ")")
	})
}

func (g *writer) member(o operand, m ref.Val, choice bool) string {
	if !choice {
		return g.constant(m).text
	}
	if code, ok := o.field.option(string(m.(types.String))); ok {
		return strconv.FormatInt(code, 10)
	}
	return ""
}

// never is false, but NULL where the operand is an error.
func (g *writer) never(o operand) string {
	if o.null {
		return g.bool(false)
	}
	return "case when " + g.sql(o) + " is not null then " + g.bool(false) + " end"
}

// members are the values of a list that reads no record. It is false when the list is an error, such as one of me that is not known.
func (g *writer) members(list ast.Expr) ([]ref.Val, bool) {
	var found []ref.Val
	if list.Kind() == ast.ListKind {
		for _, e := range list.AsList().Elements() {
			if e.Kind() == ast.LiteralKind {
				found = append(found, e.AsLiteral())
			}
		}
		if len(found) == list.AsList().Size() {
			return found, true
		}
		found = nil
	}
	if !g.c.uses.constants[list.ID()] {
		refuse("a list of values that differ from record to record")
	}
	v, err := g.c.constant(list, g.k)
	if err != nil {
		return nil, false
	}
	lister, ok := v.(traits.Lister)
	if !ok {
		refuse("in asks for a list")
	}
	for i := lister.Iterator(); i.HasNext() == types.True; {
		found = append(found, i.Next())
	}
	return found, true
}
