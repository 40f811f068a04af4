package expr

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// Program is a checked condition, ready to run.
type Program struct {
	text  string
	tree  *ast.AST
	fast  cel.Program
	slow  cel.Program // visits every part and remembers its value
	worst uint64
}

// Part is one part of a condition and the value it had.
type Part struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

func (e *Environment) plan(text string, checked *cel.Ast, worst uint64) (*Program, error) {
	limit := cel.CostLimit(e.limits.Runtime)
	fast, err := e.cel.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.InterruptCheckFrequency(100), limit)
	if err != nil {
		return nil, fmt.Errorf("expr.Compile(%q): %w", text, err)
	}
	slow, err := e.cel.Program(checked, cel.EvalOptions(cel.OptExhaustiveEval, cel.OptTrackState), limit)
	if err != nil {
		return nil, fmt.Errorf("expr.Compile(%q): %w", text, err)
	}
	return &Program{text: text, tree: checked.NativeRep(), fast: fast, slow: slow, worst: worst}, nil
}

// Text is the condition as it was written.
func (p *Program) Text() string { return p.text }

// Cost is the worst cost that can be derived from the text, in steps.
func (p *Program) Cost() uint64 { return p.worst }

// Names are the variables that the condition reads, each once.
func (p *Program) Names() []string {
	var names []string
	ast.PreOrderVisit(p.tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind && p.tree.ReferenceMap()[e.ID()] != nil && !slices.Contains(names, e.AsIdent()) {
			names = append(names, e.AsIdent())
		}
	}))
	return names
}

// Bool runs a program compiled as Bool. It returns an error when a value is missing, a part fails and the whole depends
// on it, the run costs more than the limit, or the context ends.
func (p *Program) Bool(ctx context.Context, values Values) (bool, error) {
	result, err := p.run(ctx, values)
	if err != nil {
		return false, err
	}
	truth, ok := result.(types.Bool)
	if !ok {
		return false, fmt.Errorf("expr.Bool(%q): yields %s", p.text, result.Type().TypeName())
	}
	return bool(truth), nil
}

// Eval runs a program of any type and returns a plain Go value: bool, int64, float64, string. Its errors are those of Bool.
func (p *Program) Eval(ctx context.Context, values Values) (any, error) {
	result, err := p.run(ctx, values)
	if err != nil {
		return nil, err
	}
	return result.Value(), nil
}

func (p *Program) run(ctx context.Context, values Values) (result ref.Val, err error) {
	if ctx.Done() == nil { // the interruptible way costs a wrapper for each run
		result, _, err = p.fast.Eval(values)
	} else {
		result, _, err = p.fast.ContextEval(ctx, values)
	}
	if err != nil {
		return nil, fmt.Errorf("expr.Eval(%q): %w", p.text, err)
	}
	return result, nil
}

// Explain evaluates every part of the condition, also those the answer does not depend on, and lists the comparisons,
// calls and names from the whole to its parts. A part that fails shows its error.
func (p *Program) Explain(values Values) ([]Part, error) {
	_, details, err := p.slow.Eval(values)
	if details == nil {
		return nil, fmt.Errorf("expr.Explain(%q): %w", p.text, err)
	}
	return partsOf(p.tree, details.State()), nil
}

// partsOf lists the parts of a tree that were evaluated, each with its value.
func partsOf(tree *ast.AST, state interpreter.EvalState) []Part {
	var found []Part
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		v, known := state.Value(e.ID())
		if !known || e.Kind() == ast.LiteralKind {
			return
		}
		text, err := cel.ExprToString(e, tree.SourceInfo())
		if err != nil { // a part that a macro made has no text of its own
			return
		}
		found = append(found, Part{text, show(v)})
	}))
	return distinct(found)
}

// distinct drops repetitions and the accumulators that macros such as exists() bring along.
func distinct(found []Part) []Part {
	var parts []Part
	seen := map[string]bool{}
	for _, part := range found {
		if !seen[part.Text] && !strings.Contains(part.Text, "@result") {
			seen[part.Text] = true
			parts = append(parts, part)
		}
	}
	return parts
}

func show(v ref.Val) string {
	const most = 200
	text := ""
	switch plain := v.Value().(type) {
	case string:
		text = strconv.Quote(plain)
	case error:
		text = "error: " + plain.Error()
	default:
		text = fmt.Sprint(plain)
	}
	text = strings.ReplaceAll(text, "\x00", "") // which databases cannot keep
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}
