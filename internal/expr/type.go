package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Type is what a variable holds or a program yields.
type Type int

// The types. Strings is a list of strings; Texts is a map from string to string; Moment is a time.
const (
	Bool Type = iota + 1
	Int
	Double
	String
	Strings
	Texts
	Moment
)

// String names the type as error messages do.
func (t Type) String() string { return t.cel().String() }

func (t Type) cel() *cel.Type {
	switch t {
	case Bool:
		return cel.BoolType
	case Int:
		return cel.IntType
	case Double:
		return cel.DoubleType
	case String:
		return cel.StringType
	case Strings:
		return cel.ListType(cel.StringType)
	case Texts:
		return cel.MapType(cel.StringType, cel.StringType)
	case Moment:
		return cel.TimestampType
	default:
		return types.ErrorType
	}
}

// Variable is a name that conditions may use. A name may contain dots, such as "account.age_days"; it is one name all
// the same, so that a misspelt part is an error at compile time.
type Variable struct {
	Name  string
	Type  Type
	Size  uint64 // the most characters or entries it holds, for the estimate of cost; 0 counts as 1,000
	About string // one sentence for the person who writes conditions
}

// Function is a call that conditions may use. Call gets plain Go values (bool, int64, float64, string) and must return
// one; its error becomes the error of the evaluation.
type Function struct {
	Name   string
	Member bool // written behind its first argument, as in category.under("vehicles")
	Args   []Type
	Result Type
	Call   func(args []any) (any, error)
	About  string
}

// Values gives a record's values by the full name of a variable. Values are plain Go values: bool, int64, float64,
// string, []string, map[string]string. Embed Root to complete an implementation.
type Values = interpreter.Activation

// Root marks Values that have no outer scope.
type Root struct{}

// Parent returns nil: there is no outer scope.
func (Root) Parent() Values { return nil }

// Failure is the value of a variable that could not be found out. A condition that depends on it fails with the error.
func Failure(err error) any { return types.WrapErr(err) }

// Map is the plainest form of Values.
type Map map[string]any

// ResolveName returns the value of a name.
func (m Map) ResolveName(name string) (any, bool) { v, ok := m[name]; return v, ok }

// Parent returns nil: there is no outer scope.
func (m Map) Parent() Values { return nil }
