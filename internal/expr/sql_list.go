package expr

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// listField is the way to a field that holds a list, if a part is one.
func (g *writer) listField(e ast.Expr) (path, bool) {
	if g.isConstant(e) || e.Kind() != ast.IdentKind && e.Kind() != ast.SelectKind || g.c.typeOf(e).Kind() != types.ListKind {
		return path{}, false
	}
	if e.Kind() == ast.IdentKind && g.vars[e.AsIdent()] != nil {
		return path{}, false
	}
	p := g.path(e)
	return p, p.field != nil && p.field.Type.list()
}

// entries is the FROM clause over the entries of a list field, and what a macro's variable stands for in it: the
// operand of an option, or the row of a linked record. Records that are gone or not visible are no entries.
func (g *writer) entries(r row, f *Field) (from string, entry any) {
	side := g.alias()
	from = " from " + quoted(f.Side.Table) + " " + side
	where := " where " + side + "." + quoted(f.Side.Owner) + " = " + r.key()
	other := side + "." + quoted(f.Side.Other)
	if f.Type == FieldChoices {
		option := *f
		option.Type, option.Nullable = FieldChoice, false
		return from + where, operand{text: g.keyOf(other, f), column: other, field: &option}
	}
	target := row{g.alias(), g.c.scope.objects[f.Target]}
	from += " join " + quoted(target.object.Table) + " " + target.alias + " on " + target.key() + " = " + other
	return from + where + g.visible(target), target
}

// inField is membership in a list field.
func (g *writer) inField(x ast.Expr, p path) string {
	if p.field.Type != FieldChoices {
		refuse("in over linked records; write exists() with their ids")
	}
	return g.with(x, func(o operand) string {
		return g.reach(p.start, p.hops, func(r row) string {
			from, entry := g.entries(r, p.field)
			option := entry.(operand)
			if o.konst != nil {
				text, ok := g.equalColumn(option, o.konst, true)
				if !ok {
					refuse("in over a list of another type")
				}
				return "exists (select 1" + from + " and " + text + ")"
			}
			found := "exists (select 1" + from + " and " + g.collated(option.text) + " = " + g.sql(o) + ")"
			if o.null {
				return "(" + o.raw() + " is not null and " + found + ")"
			}
			return "case when " + g.sql(o) + " is not null then " + found + " end"
		})
	})
}

// size is how many entries a list field has.
func (g *writer) size(e ast.Expr) operand {
	if m, p, ok := g.filter(e); ok {
		return g.sizeOfFilter(m, p)
	}
	p, ok := g.listField(e)
	if !ok {
		members, ok := g.members(e)
		if !ok {
			return operand{text: g.null(types.IntType)}
		}
		return g.constant(types.Int(len(members)))
	}
	return operand{most: exactInts, text: g.reach(p.start, p.hops, func(r row) string {
		from, _ := g.entries(r, p.field)
		return "(select count(*)" + from + ")"
	})}
}

// shape is a macro taken apart again.
type shape struct {
	kind      string // exists, all, exists_one, filter
	variable  string
	list      ast.Expr
	predicate ast.Expr
}

func (g *writer) shape(e ast.Expr) shape {
	s, ok := shapeOf(e)
	if !ok {
		refuse("this macro has no SQL")
	}
	return s
}

func shapeOf(e ast.Expr) (shape, bool) {
	m := e.AsComprehension()
	if m.HasIterVar2() || m.LoopStep().Kind() != ast.CallKind {
		return shape{}, false
	}
	step := m.LoopStep().AsCall()
	args := step.Args()
	isAccu := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == m.AccuVar() }
	begins := func(v ref.Val) bool { return m.AccuInit().Kind() == ast.LiteralKind && m.AccuInit().AsLiteral() == v }
	s := shape{variable: m.IterVar(), list: m.IterRange()}
	switch name := step.FunctionName(); {
	case name == operators.LogicalOr && isAccu(args[0]) && begins(types.False) && isAccu(m.Result()):
		s.kind, s.predicate = "exists", args[1]
	case name == operators.LogicalAnd && isAccu(args[0]) && begins(types.True) && isAccu(m.Result()):
		s.kind, s.predicate = "all", args[1]
	case name == operators.Conditional && begins(types.IntZero) && isAccu(args[2]):
		s.kind, s.predicate = "exists_one", args[0]
	case name == operators.Conditional && m.AccuInit().Kind() == ast.ListKind && isAccu(args[2]) && isAccu(m.Result()) && keeps(args[1], s.variable):
		s.kind, s.predicate = "filter", args[0]
	default:
		return shape{}, false
	}
	return s, true
}

// keeps reports whether a step of a comprehension adds the entry itself to the list it makes.
func keeps(e ast.Expr, variable string) bool {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return false
	}
	added := e.AsCall().Args()[1]
	if added.Kind() != ast.ListKind || added.AsList().Size() != 1 {
		return false
	}
	entry := added.AsList().Elements()[0]
	return entry.Kind() == ast.IdentKind && entry.AsIdent() == variable
}

func (g *writer) macro(e ast.Expr) operand { return g.loop(e, false) }

// loop writes exists, all and exists_one. An entry whose predicate fails makes exists fail unless another is true, and
// all unless another is false; exists_one fails with it.
func (g *writer) loop(e ast.Expr, truth bool) operand {
	s := g.shape(e)
	if s.kind == "filter" {
		refuse("a filtered list can be asked for its size only")
	}
	p, ok := g.listField(s.list)
	if !ok {
		return operand{text: g.unrolled(s)}
	}
	if truth && s.kind == "exists" {
		return operand{text: g.exists(p.start, p.hops, func(r row) string {
			from, entry := g.entries(r, p.field)
			return "exists (select 1" + from + " and " + g.inside(s.variable, entry).truth(s.predicate) + ")"
		})}
	}
	return operand{text: g.reach(p.start, p.hops, func(r row) string {
		from, entry := g.entries(r, p.field)
		return g.aggregate(s.kind, g.inside(s.variable, entry).text(s.predicate), from)
	})}
}

// inside is the writer of a macro's predicate.
func (g *writer) inside(variable string, entry any) *writer {
	inner := *g
	inner.vars = map[string]any{variable: entry}
	for name, v := range g.vars {
		if name != variable {
			inner.vars[name] = v
		}
	}
	return &inner
}

// aggregate is the answer over all entries. The predicate is a column of an inner query, because PostgreSQL takes an
// aggregate over nothing but columns of the outer query for one of that query.
func (g *writer) aggregate(kind, predicate, from string) string {
	yes, no := g.bool(true), g.bool(false)
	rank := func(yields, failed string) string {
		return "case p when " + yes + " then " + yields + " when " + no + " then 0 else " + failed + " end"
	}
	const failure = "1000000000" // more than there can be entries
	count := "sum(" + rank("1", failure) + ")"
	answer := ""
	switch kind {
	case "exists":
		answer = "case max(" + rank("2", "1") + ") when 2 then " + yes + " when 1 then null else " + no + " end"
	case "all":
		answer = "case min(" + rank("2", "1") + ") when 0 then " + no + " when 1 then null else " + yes + " end"
	case "exists_one":
		answer = "case when " + count + " >= " + failure + " then null else coalesce(" + count + ", 0) = 1 end"
	case "filter":
		answer = "case when " + count + " >= " + failure + " then null else coalesce(" + count + ", 0) end"
		if g.dialect == Postgres {
			answer = "(" + answer + ")::bigint"
		}
	}
	return fitting("(select " + answer + " from (select " + predicate + " as p" + from + ") " + g.alias() + ")")
}

// unrolled writes a macro over a list that is known, one part for each value.
func (g *writer) unrolled(s shape) string {
	const most = 100
	members, ok := g.members(s.list)
	if !ok {
		return g.null(types.BoolType)
	}
	if len(members) > most {
		refuse("a macro over a list of more than %d values", most)
	}
	sign, text := " or ", g.bool(false)
	switch s.kind {
	case "all":
		sign, text = " and ", g.bool(true)
	case "exists":
	default:
		refuse("exists_one over a list of values")
	}
	for i, m := range members {
		part := g.inside(s.variable, g.constant(m)).text(s.predicate)
		if i == 0 {
			text = part
			continue
		}
		text = fitting(text + sign + part)
	}
	return "(" + text + ")"
}

// filter recognises list.filter(x, …) over a field.
func (g *writer) filter(e ast.Expr) (shape, path, bool) {
	if e.Kind() != ast.ComprehensionKind || g.isConstant(e) {
		return shape{}, path{}, false
	}
	s := g.shape(e)
	p, ok := g.listField(s.list)
	return s, p, ok && s.kind == "filter"
}

func (g *writer) sizeOfFilter(s shape, p path) operand {
	return operand{most: exactInts, text: g.reach(p.start, p.hops, func(r row) string {
		from, entry := g.entries(r, p.field)
		return g.aggregate(s.kind, g.inside(s.variable, entry).text(s.predicate), from)
	})}
}
