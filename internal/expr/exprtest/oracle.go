package exprtest

import (
	"fmt"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	celpb "cel.dev/expr"
	"cel.dev/expr/conformance/test"

	"fairground/internal/expr"
)

// oracle asks the databases what the conformance files know the answer of.
type oracle struct {
	run   Runner
	scope *expr.Scope
}

// newOracle makes a scope without fields in which nothing is reckoned ahead, so that the database has to.
func newOracle(run Runner) (*oracle, error) {
	scope, err := expr.NewScope([]expr.Object{{Name: "nothing", Table: "nothing"}}, "nothing", expr.Limits{})
	if err != nil {
		return nil, err
	}
	return &oracle{run, scope.Unfolded()}, nil
}

func (o *oracle) ask(d expr.Dialect, one *test.SimpleTest) outcome {
	if len(one.GetBindings()) > 0 || len(one.GetTypeEnv()) > 0 || one.GetContainer() != "" || one.GetCheckOnly() || one.GetDisableCheck() {
		return outcome{refused: "it needs variables of its own"}
	}
	c, err := o.scope.Compile(one.GetExpr(), 0)
	if err != nil {
		return outcome{refused: err.Error()}
	}
	q, err := c.SQL(d, "t", expr.Constants{Now: time.Unix(0, 0)}, 1)
	if err != nil {
		return outcome{refused: err.Error()}
	}
	got, err := o.run(d, q.Text, q.Args)
	if err != nil {
		return outcome{wrong: fmt.Sprintf("fails: %v: %s", err, q.Text)}
	}
	want, err := answer(one)
	if err != nil {
		return outcome{refused: err.Error()}
	}
	if n, ok := got.(int64); ok && c.Yields() == expr.Bool {
		got = n == 1
	}
	if got != want {
		return outcome{wrong: fmt.Sprintf("gives %v (%T), not %v (%T): %s", got, got, want, want, q.Text)}
	}
	return outcome{}
}

// answer is the expected value as a database gives it; NULL for an error.
func answer(one *test.SimpleTest) (any, error) {
	var v *celpb.Value
	switch m := one.GetResultMatcher().(type) {
	case *test.SimpleTest_Value:
		v = m.Value
	case *test.SimpleTest_TypedResult:
		v = m.TypedResult.GetResult()
	case nil:
		return true, nil
	default:
		return nil, nil
	}
	known, err := cel.ProtoAsValue(types.DefaultTypeAdapter, v)
	if err != nil {
		return nil, err
	}
	switch k := known.(type) {
	case types.Null:
		return nil, nil
	case types.Timestamp:
		return k.UnixMicro(), nil
	}
	return known.Value(), nil
}
