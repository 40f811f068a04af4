package expr

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"fairground/internal/value"
)

// Condition is a checked text about the records of one object: a condition, or a formula that yields a value.
// It is evaluated in process for one record, or written out as SQL for many, with the same answers.
type Condition struct {
	text    string
	scope   *Scope
	rule    bool // it is a row rule: it may name inner fields, and its links see every record that is alive
	tree    *ast.AST
	program cel.Program
	slow    func() (cel.Program, error)
	kind    Type
	uses    uses

	mu     sync.Mutex
	folded map[int64]cel.Program // of the constant parts of the tree, made when first needed
}

// Compile checks a text that must yield want; 0 is any of bool, int, double, string and time. The error is of kind
// Invalid and says where the text is wrong and what was probably meant.
func (s *Scope) Compile(text string, want Type) (*Condition, error) {
	return s.compile(text, want, false)
}

// Problems lists all mistakes of a text, for an editor. It is empty for a good text.
func (s *Scope) Problems(text string, want Type) []Problem {
	_, problems := s.check(text, want, false)
	return problems
}

func (s *Scope) compile(text string, want Type, rule bool) (*Condition, error) {
	c, problems := s.check(text, want, rule)
	if len(problems) > 0 {
		return nil, value.Errorf(value.Invalid, "%s", problems[0])
	}
	limit := cel.CostLimit(s.limits.Runtime)
	env := s.conditions.env
	var err error
	c.program, err = env.PlanProgram(c.tree, cel.EvalOptions(cel.OptOptimize), cel.CustomDecorator(finite), cel.InterruptCheckFrequency(100), limit)
	if err != nil {
		return nil, value.Errorf(value.Invalid, "%v", err)
	}
	c.slow = sync.OnceValues(func() (cel.Program, error) {
		return env.PlanProgram(c.tree, cel.EvalOptions(cel.OptExhaustiveEval, cel.OptTrackState), cel.CustomDecorator(finite), limit)
	})
	return c, nil
}

func (s *Scope) check(text string, want Type, rule bool) (*Condition, []Problem) {
	wrong := func(format string, args ...any) (*Condition, []Problem) {
		return nil, []Problem{{Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}}
	}
	if len(text) > s.limits.Length {
		return wrong("this condition is longer than %d characters", s.limits.Length)
	}
	if !utf8.ValidString(text) {
		return wrong("this condition is not valid UTF-8")
	}
	checked, issues := s.conditions.env.Compile(text)
	if issues.Err() != nil {
		return nil, s.explain(text, issues)
	}
	c := &Condition{text: text, scope: s, rule: rule, tree: checked.NativeRep(), folded: map[int64]cel.Program{}}
	c.kind = kindOf(checked.OutputType())
	if c.kind == 0 {
		return wrong("this yields %s, which a record cannot hold", checked.OutputType())
	}
	if want != 0 && want != c.kind {
		return wrong("this yields %s, but %s is needed here", c.kind, want)
	}
	if p, ok := c.measure(); !ok {
		return nil, []Problem{p}
	}
	return c, nil
}

// kindOf is the type a condition yields, null or not; 0 when no field holds such a thing.
func kindOf(t *types.Type) Type {
	switch t.Kind() {
	case types.BoolKind:
		return Bool
	case types.IntKind:
		return Int
	case types.DoubleKind:
		return Double
	case types.StringKind:
		return String
	case types.TimestampKind:
		return Moment
	}
	return 0
}

// Text is the condition as it was written.
func (c *Condition) Text() string { return c.text }

// Yields is the type of the result.
func (c *Condition) Yields() Type { return c.kind }

// Eval evaluates the condition for one record. The result is nil, bool, int64, float64, string or time.Time. It is an
// error when a part fails that the whole depends on, where SQL gives NULL.
func (c *Condition) Eval(ctx context.Context, record Record, k Constants) (any, error) {
	result, err := c.run(ctx, record, k)
	if err != nil {
		return nil, fmt.Errorf("expr.Eval(%q): %w", c.text, err)
	}
	return plain(result), nil
}

// Match evaluates a condition that yields bool; null does not match.
func (c *Condition) Match(ctx context.Context, record Record, k Constants) (bool, error) {
	result, err := c.run(ctx, record, k)
	if err != nil {
		return false, fmt.Errorf("expr.Match(%q): %w", c.text, err)
	}
	return result == types.True, nil
}

func (c *Condition) run(ctx context.Context, record Record, k Constants) (ref.Val, error) {
	vars := c.variables(ctx, record, k)
	if ctx.Done() == nil {
		result, _, err := c.program.Eval(vars)
		return result, err
	}
	result, _, err := c.program.ContextEval(ctx, vars)
	return result, err
}

func (c *Condition) variables(ctx context.Context, record Record, k Constants) *names {
	return &names{request: &request{ctx: ctx, k: k, scope: c.scope, kind: c.scope.conditions, rule: c.rule}, record: record, object: c.scope.root}
}

func plain(v ref.Val) any {
	switch v := v.(type) {
	case types.Null:
		return nil
	case types.Timestamp:
		return v.Time.UTC()
	}
	return v.Value()
}

// Explain evaluates every part of the condition for a record and lists each with its value, from the whole to its parts.
// A part that fails shows its error.
func (c *Condition) Explain(record Record, k Constants) ([]Part, error) {
	program, err := c.slow()
	if err != nil {
		return nil, fmt.Errorf("expr.Explain(%q): %w", c.text, err)
	}
	_, details, err := program.Eval(c.variables(context.Background(), record, k))
	if details == nil {
		return nil, fmt.Errorf("expr.Explain(%q): %w", c.text, err)
	}
	return partsOf(c.tree, details.State()), nil
}

// constant evaluates a part of the tree that reads nothing but now and me.
func (c *Condition) constant(e ast.Expr, k Constants) (ref.Val, error) {
	c.mu.Lock()
	program, ok := c.folded[e.ID()]
	c.mu.Unlock()
	if !ok {
		part := ast.NewCheckedAST(ast.NewAST(e, c.tree.SourceInfo()), c.tree.TypeMap(), c.tree.ReferenceMap())
		var err error
		program, err = c.scope.conditions.env.PlanProgram(part, cel.EvalOptions(cel.OptOptimize), cel.CustomDecorator(finite), cel.CostLimit(c.scope.limits.Runtime))
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.folded[e.ID()] = program
		c.mu.Unlock()
	}
	result, _, err := program.Eval(c.variables(context.Background(), Fields{}, k))
	return result, err
}

// sometime stands for now where only the shape of the SQL matters.
var sometime = time.Unix(1_700_000_000, 0)
