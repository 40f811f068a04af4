package exprtest

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"cel.dev/expr/conformance/proto2"
	"cel.dev/expr/conformance/proto3"
	"cel.dev/expr/conformance/test"
)

// process runs a test in the language's own engine with all extensions that the files ask for.
func (g *engine) process(title string, one *test.SimpleTest) outcome {
	if reason := deviates(title); reason != "" {
		return outcome{refused: "known to differ: " + reason}
	}
	env, err := g.environment(one)
	if err != nil {
		return outcome{refused: err.Error()}
	}
	checked, failure := compile(env, one)
	if failure != nil {
		return fails(one, failure)
	}
	if one.GetCheckOnly() {
		return outcome{}
	}
	program, err := env.Program(checked)
	if err != nil {
		return outcome{refused: err.Error()}
	}
	vars := map[string]any{}
	for name, bound := range one.GetBindings() {
		if vars[name], err = cel.ProtoAsValue(env.CELTypeAdapter(), bound.GetValue()); err != nil {
			return outcome{refused: err.Error()}
		}
	}
	got, _, err := program.Eval(vars)
	if err != nil {
		return fails(one, err)
	}
	return expected(env, one, got)
}

// known are tests in which the engine is known to differ from the files, and what they are about. They count as refused.
// None is about what conditions over records use, but for the milliseconds of a duration.
var known = map[string]string{
	"block_ext/":                                                  "a form that only compilers write",
	"enums/strong_proto2/":                                        "enums as types of their own",
	"enums/strong_proto3/":                                        "enums as types of their own",
	"network_ext/ipv4/ipv4_equals_ipv6":                           "addresses in two notations",
	"network_ext/ipv4/ipv4_not_equals_ipv6":                       "addresses in two notations",
	"fields/qualified_identifier_resolution/map_key_float":        "keys of maps that should be refused",
	"fields/qualified_identifier_resolution/map_value_repeat_key": "keys of maps that should be refused",
	"optionals/optionals/map_optional_select_has":                 "optional values in maps",
	"string_ext/value_errors/indexof_out_of_range":                "a search that begins behind the end",
	"string_ext/value_errors/lastindexof_out_of_range":            "a search that begins behind the end",
	"timestamps/duration_converters/get_milliseconds":             "the milliseconds of a duration: all of them, not those after the second",
}

func deviates(title string) string {
	for begin, reason := range known {
		if strings.HasPrefix(title, begin) {
			return reason
		}
	}
	return ""
}

// engine keeps the environments, which take longer to make than a test to run.
type engine struct{ full, bare *cel.Env }

func newEngine() (*engine, error) {
	options := []cel.EnvOption{
		cel.StdLib(), cel.OptionalTypes(), cel.EagerlyValidateDeclarations(true), cel.EnableErrorOnBadPresenceTest(true),
		cel.EnableIdentifierEscapeSyntax(), cel.CrossTypeNumericComparisons(true),
		cel.Types(&proto2.TestAllTypes{}, &proto2.Proto2ExtensionScopedMessage{}, &proto3.TestAllTypes{}),
		cel.TypeDescs(proto2.File_cel_expr_conformance_proto2_test_all_types_extensions_proto),
		ext.Bindings(), ext.Encoders(), ext.Lists(), ext.Math(), ext.Protos(), ext.Strings(), ext.Sets(), ext.TwoVarComprehensions(), ext.Network(),
	}
	full, err := cel.NewCustomEnv(options...)
	if err != nil {
		return nil, err
	}
	bare, err := cel.NewCustomEnv(append(options, cel.ClearMacros())...)
	return &engine{full, bare}, err
}

func (g *engine) environment(one *test.SimpleTest) (*cel.Env, error) {
	env := g.full
	if one.GetDisableMacros() {
		env = g.bare
	}
	var options []cel.EnvOption
	if one.GetContainer() != "" {
		options = append(options, cel.Container(one.GetContainer()))
	}
	for _, d := range one.GetTypeEnv() {
		declared, err := cel.ProtoAsDeclaration(d)
		if err != nil {
			return nil, err
		}
		options = append(options, declared)
	}
	if len(options) == 0 {
		return env, nil
	}
	return env.Extend(options...)
}

func compile(env *cel.Env, one *test.SimpleTest) (*cel.Ast, error) {
	parsed, issues := env.Parse(one.GetExpr())
	if issues.Err() != nil || one.GetDisableCheck() {
		return parsed, issues.Err()
	}
	checked, issues := env.Check(parsed)
	return checked, issues.Err()
}

// fails is the outcome of a failure: right where the test expects one.
func fails(one *test.SimpleTest, err error) outcome {
	switch one.GetResultMatcher().(type) {
	case *test.SimpleTest_EvalError, *test.SimpleTest_AnyEvalErrors, *test.SimpleTest_Unknown, *test.SimpleTest_AnyUnknowns:
		return outcome{}
	}
	return outcome{wrong: "fails: " + err.Error()}
}

// expected compares an answer. A test without an expected value expects true.
func expected(env *cel.Env, one *test.SimpleTest, got ref.Val) outcome {
	var want ref.Val = types.True
	var err error
	switch m := one.GetResultMatcher().(type) {
	case *test.SimpleTest_Value:
		want, err = cel.ProtoAsValue(env.CELTypeAdapter(), m.Value)
	case *test.SimpleTest_TypedResult:
		want, err = cel.ProtoAsValue(env.CELTypeAdapter(), m.TypedResult.GetResult())
	case nil:
	default:
		return outcome{wrong: fmt.Sprintf("gives %v, an error is expected", got)}
	}
	if err != nil {
		return outcome{refused: err.Error()}
	}
	if !same(want, got) {
		return outcome{wrong: fmt.Sprintf("gives %v (%s), not %v (%s)", got, got.Type().TypeName(), want, want.Type().TypeName())}
	}
	return outcome{}
}

func same(want, got ref.Val) bool {
	if a, ok := want.(types.Double); ok && math.IsNaN(float64(a)) {
		b, ok := got.(types.Double)
		return ok && math.IsNaN(float64(b))
	}
	if want.Equal(got) == types.True {
		return want.Type().TypeName() == got.Type().TypeName()
	}
	a, errA := cel.ValueAsProto(want)
	b, errB := cel.ValueAsProto(got)
	return errA == nil && errB == nil && reflect.DeepEqual(a.String(), b.String())
}
