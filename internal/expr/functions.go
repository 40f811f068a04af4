package expr

import (
	"math"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Times and durations as the databases hold them, in microseconds.
const (
	day_us      = 86_400_000_000
	earliest_us = -62_135_596_800_000_000 // year 1
	latest_us   = 253_402_300_799_999_999 // end of year 9999
	// The longest duration, 292 years: the last whole second of a Go duration. A longer one is an error.
	longest_us = 9_223_372_036_000_000
)

// Fold is a text for comparison without regard to case, width or composition: "ZÜRICH" and "zürich" fold to the same.
// It is Unicode's NFKC, case folding, and NFKC again. The folded column of a text field holds Fold of the text.
func Fold(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// withNow is a macro that hands the present moment to a function as its last argument.
func withNow(name string, args int) cel.Macro {
	return cel.GlobalMacro(name, args, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		return f.NewCall("@"+name, append(args, f.NewIdent("."+nowName))...), nil
	})
}

// ownFunctions declares the functions that conditions about records have besides those of CEL.
func ownFunctions() []cel.EnvOption {
	place := types.NewObjectType(place)
	within := []cel.FunctionOpt{}
	for n := range 8 {
		args := []*cel.Type{place, cel.DoubleType, cel.DoubleType, cel.DoubleType}
		id := "within"
		for i := range 3 {
			if n>>i&1 == 1 {
				args[i+1] = cel.IntType
			}
			id += "_" + args[i+1].String()
		}
		within = append(within, cel.Overload(id, args, cel.BoolType, cel.FunctionBinding(callWithin)))
	}
	return []cel.EnvOption{
		cel.Function("fold", cel.Overload("fold_string", []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(Fold(string(v.(types.String)))) }))),
		cel.Function("within", within...),
		cel.Function("@days_since", cel.Overload("days_since_t", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(t, now ref.Val) ref.Val { return types.Int(daysSince(t, now)) }))),
		cel.Function("@days_until", cel.Overload("days_until_t", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(t, now ref.Val) ref.Val { return types.Int(-daysSince(t, now)) }))),
		cel.Function("@today", cel.Overload("today_t", []*cel.Type{cel.TimestampType}, cel.TimestampType,
			cel.UnaryBinding(func(now ref.Val) ref.Val {
				return types.Timestamp{Time: now.(types.Timestamp).Time.UTC().Truncate(24 * time.Hour)}
			}))),
		cel.Macros(withNow("today", 0), withNow("days_since", 1), withNow("days_until", 1)),
	}
}

// daysSince is the number of whole days from t to now, rounded down: 0 within the last 24 hours, negative in the future.
func daysSince(t, now ref.Val) int64 {
	from, to := t.(types.Timestamp).UnixMicro(), now.(types.Timestamp).UnixMicro()
	return floorDivide(to-from, day_us)
}

func floorDivide(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func callWithin(args ...ref.Val) ref.Val {
	p, ok := args[0].(placeValue)
	km, lat, lon := float(args[1]), float(args[2]), float(args[3])
	if !ok {
		return types.NoSuchOverloadErr()
	}
	c, err := newCircle(km, lat, lon)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(c.holds(p.lat, p.lon))
}

func float(v ref.Val) float64 {
	switch n := v.(type) {
	case types.Double:
		return float64(n)
	case types.Int:
		return float64(n)
	}
	return math.NaN()
}

// finite makes an error of two results that a database cannot give alike: a double that is infinite or not a number,
// and the difference of times too far apart.
func finite(i interpreter.Interpretable) (interpreter.Interpretable, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok {
		return i, nil
	}
	switch call.Function() {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
		return &guarded{call}, nil
	}
	return i, nil
}

// guarded is a call whose result is looked at.
type guarded struct{ interpreter.InterpretableCall }

// Eval runs the call.
func (g *guarded) Eval(vars interpreter.Activation) ref.Val {
	return bounded64(g.InterpretableCall.Eval(vars))
}

// Exec runs the call.
func (g *guarded) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return bounded64(g.InterpretableCall.Exec(frame))
}

func bounded64(v ref.Val) ref.Val {
	switch n := v.(type) {
	case types.Double:
		if math.IsInf(float64(n), 0) || math.IsNaN(float64(n)) {
			return types.NewErr("division by zero, or a number beyond all bounds")
		}
	case types.Duration:
		if us := n.Duration.Microseconds(); us > longest_us || us < -longest_us {
			return types.NewErr("times more than 292 years apart")
		}
	}
	return v
}
