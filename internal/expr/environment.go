package expr

import (
	"fmt"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"fairground/internal/value"
)

// Limits bound what a condition may cost. A zero field takes its default.
type Limits struct {
	Length  int    // characters of the text; default 4,000, in a Scope 400,000, since a list may be long
	Nodes   int    // names, calls and values of a condition in a Scope, a list of literals counting one; default 200
	Terms   int    // entries of a list of literals in a Scope; default 10,000
	Static  uint64 // worst cost the checker may derive; default 1,000,000
	Runtime uint64 // cost at which a run is stopped; default 200,000
}

// Environment is the set of names that conditions in one place may use. It is immutable.
type Environment struct {
	cel    *cel.Env
	sizes  map[string]uint64
	names  []string // sorted, for suggestions
	limits Limits
}

// New declares an environment. It fails when a name is declared twice, is not an identifier, or a type is missing.
func New(variables []Variable, functions []Function, limits Limits) (*Environment, error) {
	e := &Environment{sizes: map[string]uint64{}, limits: limits.withDefaults()}
	options := []cel.EnvOption{
		cel.EagerlyValidateDeclarations(true),
		cel.ParserExpressionSizeLimit(e.limits.Length),
		cel.ParserRecursionLimit(60),
		cel.EnableMacroCallTracking(), // so that Explain can write exists() the way it was written
		cel.CrossTypeNumericComparisons(true),
		cel.ASTValidators(cel.ValidateRegexLiterals()),
	}
	for _, v := range variables {
		if _, twice := e.sizes[v.Name]; twice || !validName(v.Name) || v.Type == 0 {
			return nil, fmt.Errorf("expr.New: variable %q is declared twice, has a bad name, or has no type", v.Name)
		}
		e.sizes[v.Name] = max(v.Size, 1)
		if v.Size == 0 {
			e.sizes[v.Name] = 1000
		}
		e.names = append(e.names, v.Name)
		options = append(options, cel.VariableWithDoc(v.Name, v.Type.cel(), v.About))
	}
	for _, f := range functions {
		e.names = append(e.names, f.Name)
		options = append(options, f.declare())
	}
	sort.Strings(e.names)
	var err error
	if e.cel, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("expr.New: %w", err)
	}
	return e, nil
}

// Compile checks a text whose result must be of type want. It returns an error of kind Invalid that names the place of
// the first mistake and, where it can, the name that was meant.
func (e *Environment) Compile(text string, want Type) (*Program, error) {
	ast, problems := e.check(text, want)
	if len(problems) > 0 {
		return nil, value.Errorf(value.Invalid, "%s", problems[0])
	}
	worst, err := e.cel.EstimateCost(ast, estimator{e.sizes})
	if err != nil {
		return nil, fmt.Errorf("expr.Compile(%q): %w", text, err)
	}
	if worst.Max > e.limits.Static {
		return nil, value.Errorf(value.Invalid, "this condition may take up to %d steps; at most %d are allowed", worst.Max, e.limits.Static)
	}
	return e.plan(text, ast, worst.Max)
}

// Problems lists all mistakes of a text, for an editor that shows them while one types. It is empty for a good text.
func (e *Environment) Problems(text string, want Type) []Problem {
	_, problems := e.check(text, want)
	return problems
}

func (e *Environment) check(text string, want Type) (*cel.Ast, []Problem) {
	if len(text) > e.limits.Length {
		return nil, []Problem{{Line: 1, Column: 1, Message: fmt.Sprintf("this condition is longer than %d characters", e.limits.Length)}}
	}
	ast, issues := e.cel.Compile(text)
	if issues.Err() != nil {
		return nil, e.explainIssues(text, issues)
	}
	if !ast.OutputType().IsExactType(want.cel()) {
		return nil, []Problem{{Line: 1, Column: 1, Message: fmt.Sprintf("this yields %s, but %s is needed here", ast.OutputType(), want)}}
	}
	return ast, nil
}

func (l Limits) withDefaults() Limits {
	if l.Length == 0 {
		l.Length = 4_000
	}
	if l.Static == 0 {
		l.Static = 1_000_000
	}
	if l.Runtime == 0 {
		l.Runtime = 200_000
	}
	return l
}

func validName(name string) bool {
	for _, part := range strings.Split(name, ".") {
		if part == "" || part[0] >= '0' && part[0] <= '9' || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return false
		}
	}
	return true
}

func (f Function) declare() cel.EnvOption {
	args := make([]*cel.Type, len(f.Args))
	id := f.Name
	for i, a := range f.Args {
		args[i] = a.cel()
		id += "_" + a.String()
	}
	bind := cel.FunctionBinding(func(given ...ref.Val) ref.Val {
		plain := make([]any, len(given))
		for i, g := range given {
			plain[i] = g.Value()
		}
		result, err := f.Call(plain)
		if err != nil {
			return types.NewErr("%s: %v", f.Name, err)
		}
		return types.DefaultTypeAdapter.NativeToValue(result)
	})
	if f.Member {
		return cel.Function(f.Name, cel.FunctionDocs(f.About), cel.MemberOverload(id, args, f.Result.cel(), bind))
	}
	return cel.Function(f.Name, cel.FunctionDocs(f.About), cel.Overload(id, args, f.Result.cel(), bind))
}

// estimator tells the checker how large a variable can be. Functions of ours count as one step.
type estimator struct{ sizes map[string]uint64 }

func (s estimator) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	path := node.Path()
	if len(path) == 0 {
		return nil
	}
	limit, known := s.sizes[path[0]]
	if !known {
		return nil
	}
	if len(path) > 1 { // an entry of a list or map: short texts such as a number or a link
		limit = 200
	}
	return &cost.SizeEstimate{Min: 0, Max: limit}
}

func (s estimator) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
