package expr

import (
	"math"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Parse reads a text back into chips. It is false when the text says what no chips can say; when it is true, Build of
// the result has the same meaning.
func (s *Scope) Parse(text string) (Builder, bool) {
	c, problems := s.check(text, Bool, false)
	if len(problems) > 0 {
		return Builder{}, false
	}
	if e := c.tree.Expr(); e.Kind() == ast.LiteralKind && e.AsLiteral() == types.True {
		return Builder{}, true
	}
	b, ok := (&reader{s, c}).builder(c.tree.Expr())
	if !ok {
		return Builder{}, false
	}
	// The reading is loose; that it is right is seen by writing it out again.
	b = b.Normal()
	again, err := s.Build(b)
	if err != nil {
		return Builder{}, false
	}
	d, problems := s.check(again, Bool, false)
	if len(problems) > 0 || canonical(c, c.tree.Expr()) != canonical(d, d.tree.Expr()) {
		return Builder{}, false
	}
	return b, true
}

// canonical is a tree as a text in which chains of && and || have no brackets.
func canonical(c *Condition, e ast.Expr) string {
	for _, operator := range []string{operators.LogicalAnd, operators.LogicalOr} {
		if parts := chain(e, operator); len(parts) > 1 {
			var texts []string
			for _, p := range parts {
				texts = append(texts, canonical(c, p))
			}
			return "(" + strings.Join(texts, operator) + ")"
		}
	}
	text, err := cel.ExprToString(e, c.tree.SourceInfo())
	if err != nil {
		return "?" // never equal to itself written again, since that has a text
	}
	if e.Kind() == ast.ComprehensionKind { // whatever the variable is called
		if s, ok := shapeOf(e); ok {
			return s.kind + canonical(c, s.list) + strings.ReplaceAll(canonical(c, s.predicate), s.variable+" in", "x in")
		}
	}
	if call, ok := callOf(e, operators.LogicalNot); ok {
		return "!" + canonical(c, call.Args()[0])
	}
	return text
}

func chain(e ast.Expr, operator string) []ast.Expr {
	if call, ok := callOf(e, operator); ok {
		return append(chain(call.Args()[0], operator), chain(call.Args()[1], operator)...)
	}
	return []ast.Expr{e}
}

func callOf(e ast.Expr, name string) (ast.CallExpr, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != name {
		return nil, false
	}
	return e.AsCall(), true
}

// reader reads chips from a tree.
type reader struct {
	s *Scope
	c *Condition
}

func (r *reader) builder(e ast.Expr) (Builder, bool) {
	if options := chain(e, operators.LogicalOr); len(options) > 1 {
		found, ok := r.clauses(options, r.alternative)
		return Builder{Any: found}, ok
	}
	found, ok := r.clauses(chain(e, operators.LogicalAnd), r.bounds)
	return Builder{All: found}, ok
}

// clauses reads the parts of a chain; two parts beside each other may be one chip.
func (r *reader) clauses(parts []ast.Expr, pair func(a, b ast.Expr) (Clause, bool)) ([]Clause, bool) {
	var found []Clause
	for i := 0; i < len(parts); i++ {
		if i+1 < len(parts) {
			if c, ok := pair(parts[i], parts[i+1]); ok {
				found = append(found, c)
				i++
				continue
			}
		}
		c, ok := r.clause(parts[i])
		if !ok {
			return nil, false
		}
		found = append(found, c)
	}
	return found, true
}

func (r *reader) clause(e ast.Expr) (Clause, bool) {
	if parts := chain(e, operators.LogicalAnd); len(parts) > 1 {
		if c, ok := r.bounds(parts[0], parts[1]); ok && len(parts) == 2 {
			return c, true
		}
		b, ok := r.builder(e)
		return Clause{Group: &b}, ok
	}
	if parts := chain(e, operators.LogicalOr); len(parts) > 1 {
		if c, ok := r.alternative(parts[0], parts[1]); ok && len(parts) == 2 {
			return c, true
		}
		b, ok := r.builder(e)
		return Clause{Group: &b}, ok
	}
	return r.leaf(e)
}

// bounds reads two parts of an && that are one chip.
func (r *reader) bounds(a, b ast.Expr) (Clause, bool) {
	x, ok1 := r.comparison(a)
	y, ok2 := r.comparison(b)
	if !ok1 || !ok2 || x.name != y.name {
		return Clause{}, false
	}
	switch x.sign + y.sign {
	case ">=<=":
		if from, ok := literal(x.right); ok {
			if to, ok := literal(y.right); ok {
				return Clause{Field: x.name, Op: "between", Value: []any{from, to}}, true
			}
		}
	case "><=":
		if n, ok := span(x.right, operators.Subtract); ok {
			return Clause{Field: x.name, Op: "in_last_days", Value: n}, true
		}
	case ">=<":
		if n, ok := span(y.right, operators.Add); ok {
			return Clause{Field: x.name, Op: "in_next_days", Value: n}, true
		}
	case "!=!=":
		return Clause{Field: x.name, Op: "is_not_empty"}, isNull(x.right) && isEmpty(y.right)
	}
	return Clause{}, false
}

// alternative reads two parts of an || that are one chip: the field is empty, or something else.
func (r *reader) alternative(a, b ast.Expr) (Clause, bool) {
	x, ok := r.comparison(a)
	if !ok || x.sign != "==" || !isNull(x.right) {
		return Clause{}, false
	}
	if not, ok := callOf(b, operators.LogicalNot); ok {
		c, ok := r.leaf(not.Args()[0])
		return Clause{Field: c.Field, Op: "not_contains", Value: c.Value}, ok && c.Op == "contains" && c.Field == x.name
	}
	y, ok := r.comparison(b)
	switch {
	case ok && y.name == x.name && y.sign == "==" && isEmpty(y.right):
		return Clause{Field: x.name, Op: "is_empty"}, true
	case ok && y.name == x.name+".id" && y.sign == "!=":
		id, ok := identifierOf(y.right)
		return Clause{Field: x.name, Op: "is_not", Value: id}, ok
	}
	return Clause{}, false
}

// comparison is a field beside something.
type comparison struct {
	name  string
	sign  string
	right ast.Expr
}

func (r *reader) comparison(e ast.Expr) (comparison, bool) {
	if e.Kind() != ast.CallKind {
		return comparison{}, false
	}
	call := e.AsCall()
	sign := signs[call.FunctionName()]
	switch call.FunctionName() {
	case operators.Equals:
		sign = "=="
	case operators.NotEquals:
		sign = "!="
	}
	if sign == "" {
		return comparison{}, false
	}
	name, ok := r.name(call.Args()[0])
	return comparison{name, sign, call.Args()[1]}, ok
}

// name is the path of a field.
func (r *reader) name(e ast.Expr) (string, bool) {
	switch {
	case e.Kind() == ast.IdentKind:
		return strings.TrimPrefix(e.AsIdent(), "."), true
	case e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly():
		of, ok := r.name(e.AsSelect().Operand())
		return of + "." + e.AsSelect().FieldName(), ok
	}
	return "", false
}

func (r *reader) leaf(e ast.Expr) (Clause, bool) {
	if e.Kind() == ast.ComprehensionKind {
		s, ok := shapeOf(e)
		if !ok || s.kind != "exists" {
			return Clause{}, false
		}
		in, ok := callOf(s.predicate, operators.In)
		if !ok {
			return Clause{}, false
		}
		return r.made("any_of", s.list, in.Args()[1])
	}
	if e.Kind() != ast.CallKind {
		return Clause{}, false
	}
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalNot:
		c, ok := r.leaf(args[0])
		c.Op = map[string]string{"contains": "not_contains", "has": "has_not", "any_of": "none_of"}[c.Op]
		return c, ok && c.Op != ""
	case operators.In:
		if r.c.typeOf(args[1]).Kind() == types.ListKind && args[1].Kind() == ast.ListKind {
			return r.made("any_of", args[0], args[1])
		}
		return r.made("has", args[1], args[0])
	case "contains":
		return r.made("contains", unfolded(call.Target()), unfolded(args[0]))
	case "startsWith":
		return r.made("starts_with", unfolded(call.Target()), unfolded(args[0]))
	case "endsWith":
		return r.made("ends_with", unfolded(call.Target()), unfolded(args[0]))
	case "within":
		return r.within(args)
	}
	return r.compared(e)
}

func (r *reader) made(op string, field, v ast.Expr) (Clause, bool) {
	name, ok1 := r.name(field)
	given, ok2 := literal(v)
	return Clause{Field: name, Op: op, Value: given}, ok1 && ok2
}

func unfolded(e ast.Expr) ast.Expr {
	if call, ok := callOf(e, "fold"); ok {
		return call.Args()[0]
	}
	return e
}

func (r *reader) within(args []ast.Expr) (Clause, bool) {
	name, ok := r.name(args[0])
	at := map[string]any{}
	for i, key := range []string{"km", "lat", "lon"} {
		n, is := literal(args[i+1])
		at[key], ok = n, ok && is
	}
	return Clause{Field: name, Op: "within", Value: at}, ok
}

func (r *reader) compared(e ast.Expr) (Clause, bool) {
	x, ok := r.comparison(e)
	if !ok {
		return r.sized(e)
	}
	empty := map[string]string{"==": "is_empty", "!=": "is_not_empty"}[x.sign]
	field := r.s.at(x.name)
	if link, isID := strings.CutSuffix(x.name, ".id"); isID && x.sign == "==" && r.s.at(link) != nil {
		if x.right.Kind() == ast.IdentKind && x.right.AsIdent() == meName+".id" {
			return Clause{Field: link, Op: "is_me"}, true
		}
		if id, ok := identifierOf(x.right); ok && r.s.at(link).Type == FieldLink {
			return Clause{Field: link, Op: "is", Value: id}, true
		}
	}
	switch {
	case field == nil:
		return Clause{}, false
	case isNull(x.right), field.Type == FieldText && !field.Nullable && isEmpty(x.right):
		return Clause{Field: x.name, Op: empty}, empty != ""
	}
	v, ok := literal(x.right)
	op := map[string]string{"==": "is", "!=": "is_not", ">": "over", "<": "under", ">=": "at_least", "<=": "at_most"}[x.sign]
	if field.Type == FieldDate || field.Type == FieldTime {
		op = map[string]string{">": "after", "<": "before", ">=": "at_least", "<=": "at_most"}[x.sign]
	}
	return Clause{Field: x.name, Op: op, Value: v}, ok && op != ""
}

// sized reads size(list) == 0.
func (r *reader) sized(e ast.Expr) (Clause, bool) {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return Clause{}, false
	}
	op := map[string]string{operators.Equals: "is_empty", operators.NotEquals: "is_not_empty"}[e.AsCall().FunctionName()]
	call, ok := callOf(e.AsCall().Args()[0], "size")
	if !ok || op == "" {
		return Clause{}, false
	}
	if call.IsMemberFunction() {
		name, ok := r.name(call.Target())
		return Clause{Field: name, Op: op}, ok
	}
	name, ok := r.name(call.Args()[0])
	return Clause{Field: name, Op: op}, ok
}

func isNull(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.NullValue
}

func isEmpty(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.String("")
}

func identifierOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	n, ok := e.AsLiteral().(types.Int)
	return strconv.FormatInt(int64(n), 10), ok
}

// literal is a value of the text as a chip holds it.
func literal(e ast.Expr) (any, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Int:
			if math.Abs(float64(v)) <= exactInts {
				return float64(v), true
			}
			return strconv.FormatInt(int64(v), 10), true
		case types.Double, types.String, types.Bool:
			return v.Value(), true
		}
	case ast.ListKind:
		var found []any
		for _, element := range e.AsList().Elements() {
			v, ok := literal(element)
			if !ok {
				return nil, false
			}
			found = append(found, v)
		}
		return found, true
	case ast.CallKind:
		call, ok := callOf(e, "timestamp")
		if !ok || call.Args()[0].Kind() != ast.LiteralKind {
			return nil, false
		}
		s, ok := call.Args()[0].AsLiteral().(types.String)
		return strings.TrimSuffix(string(s), midnight), ok
	}
	return nil, false
}

// span reads now or today() plus or minus whole days.
func span(e ast.Expr, operator string) (float64, bool) {
	call, ok := callOf(e, operator)
	if !ok {
		return 0, false
	}
	length, ok := callOf(call.Args()[1], "duration")
	if !ok || length.Args()[0].Kind() != ast.LiteralKind {
		return 0, false
	}
	text, _ := length.Args()[0].AsLiteral().(types.String)
	d, err := time.ParseDuration(string(text))
	return float64(d / (24 * time.Hour)), err == nil && d%(24*time.Hour) == 0
}
