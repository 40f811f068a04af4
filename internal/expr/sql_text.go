package expr

import (
	"regexp/syntax"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// textual writes the functions over texts.
func (g *writer) textual(e ast.Expr, call ast.CallExpr) operand {
	if !call.IsMemberFunction() {
		if call.FunctionName() == "fold" {
			return g.folded(call.Args()[0])
		}
		if call.FunctionName() == "string" && g.c.typeOf(call.Args()[0]).Kind() == types.StringKind {
			return operand{text: g.text(call.Args()[0])}
		}
		return g.timely(e, call)
	}
	target, args := call.Target(), call.Args()
	if g.c.typeOf(target).Kind() != types.StringKind {
		return g.timely(e, call)
	}
	switch call.FunctionName() {
	case "lowerAscii":
		return operand{text: "lower(" + g.collated(g.text(target)) + ")"}
	case "upperAscii":
		return operand{text: "upper(" + g.collated(g.text(target)) + ")"}
	case "contains":
		return operand{text: g.contains(g.text(target), g.text(args[0]))}
	case "startsWith":
		return g.startsWith(g.value(target), g.value(args[0]))
	case "endsWith":
		return operand{text: g.endsWith(g.text(target), g.text(args[0]))}
	case "matches":
		return g.matches(target, args[0])
	}
	refuse("%s() can only be evaluated in process", call.FunctionName())
	return operand{}
}

func (g *writer) length(text string) string {
	if g.dialect == Postgres {
		return "length(" + text + ")::bigint"
	}
	return "length(" + text + ")"
}

func (g *writer) contains(x, y string) string {
	if g.dialect == Postgres {
		return "(strpos(" + g.collated(x) + ", " + y + ") > 0)"
	}
	return "(instr(" + x + ", " + y + ") > 0)"
}

// startsWith of a column with a known text is also a range, for which an index serves.
func (g *writer) startsWith(a, b operand) operand {
	x, y := "("+g.sql(a)+")", "("+g.sql(b)+")"
	text := "(substr(" + x + ", 1, length(" + y + ")) = " + y + ")"
	if g.dialect == Postgres {
		text = "starts_with(" + g.collated(x) + ", " + y + ")"
	}
	if k, ok := b.konst.(types.String); ok && a.field != nil && a.field.Type == FieldText && k != "" {
		text = "(" + g.collated(x) + " >= " + y + " and " + text + ")"
		if after := next(string(k)); after != "" {
			text = "(" + g.collated(x) + " < " + g.bindText(after) + " and " + text + ")"
		}
	}
	return operand{text: fitting(text)}
}

// next is the first text, by code points, behind all that begin with s; "" when there is no simple one.
func next(s string) string {
	runes := []rune(s)
	last := runes[len(runes)-1]
	if last == 0xD7FF || last >= 0x10FFFF {
		return ""
	}
	runes[len(runes)-1]++
	return string(runes)
}

func (g *writer) endsWith(x, y string) string {
	if g.dialect == Postgres {
		return fitting("(right(" + x + ", length(" + y + ")) = " + g.collated(y) + ")")
	}
	return fitting("(substr(" + x + ", length(" + x + ") - length(" + y + ") + 1) = " + y + ")")
}

// folded is the companion column of a text field that holds its folded form.
func (g *writer) folded(e ast.Expr) operand {
	if e.Kind() == ast.IdentKind || e.Kind() == ast.SelectKind {
		p := g.path(e)
		if p.field != nil && p.field.Type == FieldText && p.field.Folded != "" {
			return operand{text: g.reach(p.start, p.hops, func(r row) string { return r.column(p.field.Folded) })}
		}
	}
	refuse("fold() of what has no folded column")
	return operand{}
}

// matches is written for patterns that only ask for a fixed text at the beginning, at the end or anywhere.
func (g *writer) matches(target, pattern ast.Expr) operand {
	if !g.isConstant(pattern) {
		refuse("matches() with a pattern that differs from record to record")
	}
	o := g.evaluated(pattern)
	known, ok := o.konst.(types.String)
	if !ok {
		return operand{text: g.null(types.BoolType)}
	}
	literal, begin, end, ok := plainPattern(string(known))
	if !ok {
		refuse("matches() with more than a fixed text")
	}
	a, k := g.value(target), g.constant(types.String(literal))
	x, y := "("+g.sql(a)+")", k.text
	switch {
	case begin && end:
		return operand{text: "(" + g.collated(x) + " = " + y + ")"}
	case begin:
		return g.startsWith(a, k)
	case end:
		return operand{text: g.endsWith(x, y)}
	default:
		return operand{text: g.contains(x, y)}
	}
}

// plainPattern takes a pattern apart that is a fixed text, perhaps anchored.
func plainPattern(pattern string) (literal string, begin, end, ok bool) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false, false, false
	}
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	if len(parts) > 0 && parts[0].Op == syntax.OpBeginText {
		begin, parts = true, parts[1:]
	}
	if n := len(parts); n > 0 && parts[n-1].Op == syntax.OpEndText {
		end, parts = true, parts[:n-1]
	}
	plain := !slices.ContainsFunc(parts, func(p *syntax.Regexp) bool {
		return p.Op != syntax.OpEmptyMatch && (p.Op != syntax.OpLiteral || p.Flags&syntax.FoldCase != 0)
	})
	for _, p := range parts {
		literal += string(p.Rune)
	}
	return literal, begin, end, plain
}
