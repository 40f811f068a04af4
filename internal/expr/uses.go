package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// FieldUse is a field that a condition reads.
type FieldUse struct{ Object, Field string }

// uses is what a walk over the tree finds out.
type uses struct {
	fields    []use
	nodes     int
	hops      int // of the longest path
	now, me   bool
	constants map[int64]bool  // parts that read nothing but now and me
	locals    map[string]bool // variables that macros bring
	refused   string
}

// use is one place where a field is named.
type use struct {
	FieldUse
	id       int64
	variable bool // it is a variable, not behind a dot
}

// walker goes through a tree with the variables of the macros around.
type walker struct {
	*uses
	c     *Condition
	bound map[string]int // variables of macros: how many hops away its records are
}

// free is what a part depends on.
type free struct {
	record bool
	locals []string
}

// measure walks the tree and refuses what is too large.
func (c *Condition) measure() (Problem, bool) {
	w := walker{uses: &c.uses, c: c, bound: map[string]int{}}
	w.constants, w.locals = map[int64]bool{}, map[string]bool{}
	w.visit(c.tree.Expr())
	limits := c.scope.limits
	message := c.uses.refused
	switch {
	case message != "":
	case c.uses.nodes > limits.Nodes:
		message = fmt.Sprintf("this condition has %d parts; at most %d are allowed", c.uses.nodes, limits.Nodes)
	case c.uses.hops > mostHops:
		message = fmt.Sprintf("this condition follows %d links in a row; at most %d are allowed", c.uses.hops, mostHops)
	}
	return Problem{Line: 1, Column: 1, Message: message}, message == ""
}

func (w walker) visit(e ast.Expr) free {
	w.nodes++
	f := w.parts(e)
	if e.Kind() != ast.LiteralKind && !f.record && len(f.locals) == 0 {
		w.constants[e.ID()] = true
	}
	return f
}

func (w walker) parts(e ast.Expr) free {
	switch e.Kind() {
	case ast.IdentKind:
		return w.ident(e)
	case ast.SelectKind:
		return w.selected(e)
	case ast.CallKind:
		call := e.AsCall()
		w.harmless(call)
		f := w.all(call.Args())
		if call.IsMemberFunction() {
			f = f.and(w.visit(call.Target()))
		}
		return f
	case ast.ListKind:
		return w.list(e.AsList().Elements())
	case ast.MapKind:
		var f free
		for _, entry := range e.AsMap().Entries() {
			f = f.and(w.visit(entry.AsMapEntry().Key())).and(w.visit(entry.AsMapEntry().Value()))
		}
		return f
	case ast.StructKind:
		w.refused = "a condition cannot make records"
	case ast.ComprehensionKind:
		return w.macro(e.AsComprehension())
	}
	return free{}
}

func (w walker) all(parts []ast.Expr) free {
	var f free
	for _, part := range parts {
		f = f.and(w.visit(part))
	}
	return f
}

// harmless refuses what can make a text of any size in one step, before the cost of a run is looked at.
func (w walker) harmless(call ast.CallExpr) {
	const longest = 50
	switch call.FunctionName() {
	case "join":
		w.refused = "join() is not part of this language"
	case "replace":
		for _, a := range call.Args() {
			if a.Kind() != ast.LiteralKind {
				w.refused = "replace() takes texts in quotes only"
			} else if s, ok := a.AsLiteral().(types.String); ok && len(s) > longest {
				w.refused = fmt.Sprintf("replace() takes texts of at most %d bytes", longest)
			}
		}
	}
}

// list counts a list of literals as one part, however long it is.
func (w walker) list(elements []ast.Expr) free {
	if slices.ContainsFunc(elements, func(e ast.Expr) bool { return e.Kind() != ast.LiteralKind }) {
		return w.all(elements)
	}
	if len(elements) > w.c.scope.limits.Terms {
		w.refused = fmt.Sprintf("a list has %d entries; at most %d are allowed", len(elements), w.c.scope.limits.Terms)
	}
	return free{}
}

func (w walker) ident(e ast.Expr) free {
	name := e.AsIdent()
	if _, local := w.bound[name]; local {
		return free{locals: []string{name}}
	}
	name = strings.TrimPrefix(name, ".")
	switch {
	case name == nowName:
		w.now = true
		return free{}
	case strings.HasPrefix(name, meName+"."):
		w.me = true
		return free{}
	}
	f, _ := w.c.scope.root.lookup(name, w.c.rule)
	if f == nil { // a type's name
		return free{}
	}
	w.fields = append(w.fields, use{FieldUse{w.c.scope.root.Name, f.Name}, e.ID(), true})
	w.deep(w.hopsTo(e))
	return free{record: true}
}

func (w walker) selected(e ast.Expr) free {
	sel := e.AsSelect()
	f := w.visit(sel.Operand())
	if object := w.c.objectOf(sel.Operand()); object != nil {
		if field, _ := object.lookup(sel.FieldName(), w.c.rule); field != nil {
			w.fields = append(w.fields, use{FieldUse{object.Name, field.Name}, e.ID(), false})
			w.deep(w.hopsTo(e))
		}
	}
	return f
}

func (w walker) deep(hops int) { w.uses.hops = max(w.uses.hops, hops) }

// hopsTo is how many links a path of names follows until the records that it yields.
func (w walker) hopsTo(e ast.Expr) int {
	hops := 0
	switch e.Kind() {
	case ast.IdentKind:
		if n, local := w.bound[e.AsIdent()]; local {
			return n
		}
	case ast.SelectKind:
		hops = w.hopsTo(e.AsSelect().Operand())
	}
	if t := w.c.typeOf(e); w.c.recordsIn(t) != nil {
		hops++
	}
	return hops
}

func (w walker) macro(m ast.ComprehensionExpr) free {
	f := w.visit(m.IterRange())
	inner := walker{uses: w.uses, c: w.c, bound: map[string]int{}}
	for name, hops := range w.bound {
		inner.bound[name] = hops
	}
	for _, name := range []string{m.IterVar(), m.IterVar2(), m.AccuVar()} {
		if name != "" {
			inner.bound[name] = w.hopsTo(m.IterRange())
			w.locals[name] = true
		}
	}
	f = f.and(inner.visit(m.AccuInit())).and(inner.visit(m.LoopStep())).and(inner.visit(m.Result()))
	f.locals = slices.DeleteFunc(f.locals, func(name string) bool {
		_, outer := w.bound[name]
		return !outer && inner.bound[name] >= 0 && (name == m.IterVar() || name == m.IterVar2() || name == m.AccuVar())
	})
	return f
}

func (f free) and(g free) free {
	return free{f.record || g.record, slices.Concat(f.locals, g.locals)}
}

func (c *Condition) typeOf(e ast.Expr) *types.Type {
	if t := c.tree.TypeMap()[e.ID()]; t != nil {
		return t
	}
	return types.DynType
}

// objectOf is the object of a part that yields a record, or nil.
func (c *Condition) objectOf(e ast.Expr) *Object {
	name, ok := strings.CutPrefix(c.typeOf(e).TypeName(), prefix)
	if !ok {
		return nil
	}
	return c.scope.objects[name]
}

// recordsIn is the object of a type that is a record or a list of records.
func (c *Condition) recordsIn(t *types.Type) *Object {
	if t.Kind() == types.ListKind && len(t.Parameters()) == 1 {
		t = t.Parameters()[0]
	}
	name, _ := strings.CutPrefix(t.TypeName(), prefix)
	return c.scope.objects[name]
}

// Fields are the fields that the condition names, each once: what must not be deleted while it is in use.
func (c *Condition) Fields() []FieldUse {
	var found []FieldUse
	for _, u := range c.uses.fields {
		if !slices.Contains(found, u.FieldUse) {
			found = append(found, u.FieldUse)
		}
	}
	return found
}

// Depth is how many links the longest path of the condition follows.
func (c *Condition) Depth() int { return c.uses.hops }

// RelatedOrNow reports whether the answer can change while the record stays as it is: the condition reads the present
// moment, the asker, or other records. The value of such a formula cannot be stored.
func (c *Condition) RelatedOrNow() bool { return c.uses.now || c.uses.me || c.uses.hops > 0 }

// explain turns the checker's findings into problems. Only names that exist in the scope are ever suggested.
func (s *Scope) explain(text string, issues *cel.Issues) []Problem {
	problems := explainIssues(text, issues, s.known)
	for i, p := range problems {
		if found := mismatch.FindStringSubmatch(p.Message); found != nil {
			problems[i].Message = mismatched(found[1], found[2])
		}
	}
	return problems
}

var (
	mismatch = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	wrapped  = regexp.MustCompile(`wrapper\(([a-z]+)\)`)
)

// mismatched says for a person that an operator or function does not take what it is given.
func mismatched(function, given string) string {
	given = strings.NewReplacer(anyRef, "reference", place, "place", prefix, "").Replace(wrapped.ReplaceAllString(given, "$1"))
	bare := given
	if strings.HasPrefix(given, "(") {
		bare = strings.TrimSuffix(given[1:], ")")
	}
	message := fmt.Sprintf("%s cannot be applied to %s", strings.Trim(function, "_@"), bare)
	if given == "(double, int)" || given == "(int, double)" {
		message += "; write a whole number with a point here, such as 100.0"
	}
	if given == "(timestamp, string)" || given == "(string, timestamp)" {
		message += `; write a time as timestamp("2026-03-08T00:00:00Z")`
	}
	return message
}

// known are the names that could stand where an unknown one does: all variables, or for a path the fields of the object
// that its beginning leads to.
func (s *Scope) known(name string) []string {
	steps := strings.Split(name, ".")
	if len(steps) == 1 || steps[0] == meName {
		return s.names
	}
	object := s.root
	for _, step := range steps[:len(steps)-1] {
		f := object.find(step, false)
		if f == nil || f.Type != FieldLink {
			return s.names
		}
		object = s.objects[f.Target]
	}
	var names []string
	for _, f := range object.Fields {
		for _, n := range f.names() {
			names = append(names, strings.Join(steps[:len(steps)-1], ".")+"."+n)
		}
	}
	return names
}
