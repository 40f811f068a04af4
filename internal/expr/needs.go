package expr

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Needs is what must hold for a condition to be anything but false: of every clause, at least one variable must be set.
// A variable is set when it is true, a number above zero, or a list or map with an entry. No clauses mean that nothing is
// known. A clause without variables cannot be met: the condition is false whatever the values.
//
// The condition may still be false when its needs are met. It is never true, and never an error, when they are not.
type Needs [][]string

// Needs derives the needs of a program compiled as Bool. Variables that resolve returns true for are replaced by the needs
// it returns with it; resolve may be nil. Values must be such that a variable in the needs never fails to resolve.
func (p *Program) Needs(resolve func(name string) (Needs, bool)) Needs {
	if resolve == nil {
		resolve = func(string) (Needs, bool) { return nil, false }
	}
	return needs(p.tree.Expr(), resolve)
}

// The number of clauses is bounded; a conjunction remains sound when one of its clauses is forgotten.
const mostClauses = 32

func needs(e ast.Expr, resolve func(string) (Needs, bool)) Needs {
	switch e.Kind() {
	case ast.LiteralKind:
		if e.AsLiteral() == types.False {
			return Needs{{}}
		}
	case ast.IdentKind:
		if inner, ok := resolve(e.AsIdent()); ok {
			return inner
		}
		return Needs{{e.AsIdent()}}
	case ast.CallKind:
		return needsOfCall(e.AsCall(), resolve)
	}
	return nil
}

func needsOfCall(call ast.CallExpr, resolve func(string) (Needs, bool)) Needs {
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		return bounded(slices.Concat(needs(args[0], resolve), needs(args[1], resolve)))
	case operators.LogicalOr:
		return either(needs(args[0], resolve), needs(args[1], resolve))
	case operators.Greater:
		return atLeastOne(args[0], args[1], 0)
	case operators.GreaterEquals:
		return atLeastOne(args[0], args[1], 1)
	case operators.Less:
		return atLeastOne(args[1], args[0], 0)
	case operators.LessEquals:
		return atLeastOne(args[1], args[0], 1)
	}
	return nil
}

// either is the needs of "a or b": it fails only when a clause of each fails.
func either(a, b Needs) Needs {
	var clauses Needs
	for _, x := range a {
		for _, y := range b {
			clause := slices.Concat(x, y)
			slices.Sort(clause)
			clauses = append(clauses, slices.Compact(clause))
		}
	}
	return bounded(clauses)
}

func bounded(clauses Needs) Needs { return clauses[:min(len(clauses), mostClauses)] }

// atLeastOne is the needs of "counted ≥ bound" where only bounds that exclude zero tell anything.
func atLeastOne(counted, bound ast.Expr, least types.Int) Needs {
	if bound.Kind() != ast.LiteralKind {
		return nil
	}
	if n, ok := bound.AsLiteral().(types.Int); !ok || n < least {
		return nil
	}
	if counted.Kind() == ast.CallKind && counted.AsCall().FunctionName() == "size" {
		counted = sized(counted.AsCall())
	}
	if counted == nil {
		return nil
	}
	switch counted.Kind() {
	case ast.IdentKind:
		return Needs{{counted.AsIdent()}}
	case ast.CallKind:
		return needsOfSum(counted.AsCall(), bound, least)
	}
	return nil
}

// needsOfSum: a sum of counts is above zero only when one of them is.
func needsOfSum(call ast.CallExpr, bound ast.Expr, least types.Int) Needs {
	if call.FunctionName() != operators.Add {
		return nil
	}
	return either(atLeastOne(call.Args()[0], bound, least), atLeastOne(call.Args()[1], bound, least))
}

func sized(call ast.CallExpr) ast.Expr {
	if call.IsMemberFunction() {
		return call.Target()
	}
	if len(call.Args()) == 1 {
		return call.Args()[0]
	}
	return nil
}
