package expr

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// Scope is what conditions about one object may name: its fields, the fields of objects it links to, the functions of
// the language, now and me. A field that is not listed does not exist: naming it gives the same message as a misspelt
// name, and no suggestion mentions it. A Scope is immutable and safe for use by several goroutines.
//
// The fields of me come from an object named "me" among the objects (its fields need no columns); without one they are
// id (int), role (string) and roles (list of strings).
type Scope struct {
	objects    map[string]*Object
	root       *Object
	limits     Limits
	names      []string // of variables and functions, for suggestions
	conditions kind
	bare       bool // leave constant parts to the database
}

// kind is one of the two languages of a scope: that of conditions, and that of row rules, which may name inner fields.
type kind struct {
	env  *cel.Env
	read map[string]*Condition // the row rule of each object that has one
}

// Constants are the values that are frozen for one request. Now is cut to microseconds.
type Constants struct {
	Now time.Time
	Me  map[string]any // fields of the asker: int64, string, bool, []string; an absent one makes a condition that needs it fail
}

const (
	meName  = "me"
	nowName = "now"
	prefix  = "record." // of the type names of objects, which are no identifiers
	anyRef  = prefix + "@any"
	place   = prefix + "@place"
)

// mostHops is how many links a path may follow.
const mostHops = 3

// NewScope declares the environment of conditions about the object named root. It fails when a name is used twice or
// cannot be one, when a link leads to an object that is not there, or a row rule is wrong.
func NewScope(objects []Object, root string, limits Limits) (*Scope, error) {
	s := &Scope{objects: map[string]*Object{}, limits: limits.withScopeDefaults()}
	for _, o := range objects {
		if s.objects[o.Name] != nil {
			return nil, fmt.Errorf("expr.NewScope: there are two objects %q", o.Name)
		}
		done := o.completed()
		if err := done.check(); err != nil {
			return nil, fmt.Errorf("expr.NewScope: %w", err)
		}
		s.objects[o.Name] = &done
	}
	if s.objects[meName] == nil {
		s.objects[meName] = &Object{Name: meName, Fields: []Field{{Name: "id", Type: FieldInt}, {Name: "role", Type: FieldText}, {Name: "roles", Type: FieldChoices}}}
	}
	if s.root = s.objects[root]; s.root == nil {
		return nil, fmt.Errorf("expr.NewScope: there is no object %q", root)
	}
	if err := s.linked(); err != nil {
		return nil, fmt.Errorf("expr.NewScope: %w", err)
	}
	return s, s.prepare()
}

// linked checks that every link leads somewhere.
func (s *Scope) linked() error {
	for _, o := range s.objects {
		for _, f := range slices.Concat(o.Fields, o.Inner) {
			if (f.Type == FieldLink || f.Type == FieldLinks) && (s.objects[f.Target] == nil || f.Target == meName) {
				return fmt.Errorf("field %s.%s links to %q, which is not there", o.Name, f.Name, f.Target)
			}
		}
	}
	return nil
}

func (s *Scope) prepare() error {
	for name, o := range s.objects {
		if o.Read == "" {
			continue
		}
		rule, err := s.rule(o)
		if err != nil {
			return fmt.Errorf("expr.NewScope: row rule of %s: %w", name, err)
		}
		if s.conditions.read == nil {
			s.conditions.read = map[string]*Condition{}
		}
		s.conditions.read[name] = rule
	}
	var err error
	if s.conditions.env, err = s.environment(s.root, false); err != nil {
		return fmt.Errorf("expr.NewScope: %w", err)
	}
	for _, f := range s.root.Fields {
		s.names = append(s.names, f.names()...)
	}
	for _, f := range s.objects[meName].Fields {
		s.names = append(s.names, meName+"."+f.Name)
	}
	s.names = append(s.names, nowName, "fold", "within", "days_since", "days_until", "today")
	sort.Strings(s.names)
	return nil
}

// rule compiles the row rule of an object. Its own hops see every record that is alive: the rule is what decides about
// visibility, so it cannot depend on it.
func (s *Scope) rule(o *Object) (*Condition, error) {
	inner := *s
	inner.root = o
	inner.conditions = kind{}
	env, err := s.environment(o, true)
	if err != nil {
		return nil, err
	}
	inner.conditions.env = env
	return inner.compile(o.Read, Bool, true)
}

// ReadRule is the row rule of an object as a condition of its own, or nil when the object has none.
func (s *Scope) ReadRule(object string) *Condition { return s.conditions.read[object] }

// Unfolded is the scope with the reckoning of constant parts left to the database. It is for tests that compare the
// engines; answers are the same.
func (s *Scope) Unfolded() *Scope {
	bare := *s
	bare.bare = true
	return &bare
}

func (s *Scope) environment(root *Object, rule bool) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.CustomTypeProvider(&provider{Provider: registry, objects: s.objects, rule: rule}),
		cel.ParserExpressionSizeLimit(s.limits.Length),
		cel.ParserRecursionLimit(60),
		cel.EnableMacroCallTracking(),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableErrorOnBadPresenceTest(true),
		cel.ASTValidators(cel.ValidateRegexLiterals()),
		ext.Strings(ext.StringsVersion(5)), // since 5 their cost grows with the text
		cel.Variable(nowName, cel.TimestampType),
	}
	for _, f := range s.objects[meName].Fields {
		options = append(options, cel.Variable(meName+"."+f.Name, f.plainType()))
	}
	for _, f := range root.fields(rule) {
		options = append(options, cel.Variable(f.Name, f.celType()))
		if f.Type == FieldMoney {
			options = append(options, cel.Variable(f.Name+currencySuffix, nullable(cel.StringType, f.Nullable)))
		}
	}
	return cel.NewEnv(append(options, ownFunctions()...)...)
}

func (o *Object) fields(rule bool) []Field {
	if rule {
		return slices.Concat(o.Fields, o.Inner)
	}
	return o.Fields
}

// plainType is the CEL type of a value that is there.
func (f *Field) plainType() *cel.Type {
	switch f.Type {
	case FieldText, FieldChoice:
		return cel.StringType
	case FieldInt:
		return cel.IntType
	case FieldDecimal, FieldMoney:
		return cel.DoubleType
	case FieldBool:
		return cel.BoolType
	case FieldDate, FieldTime:
		return cel.TimestampType
	case FieldChoices:
		return cel.ListType(cel.StringType)
	case FieldLink:
		return objectType(f.Target)
	case FieldLinks:
		return cel.ListType(objectType(f.Target))
	case FieldAnyRef:
		return types.NewObjectType(anyRef)
	default:
		return types.NewObjectType(place)
	}
}

func (f *Field) celType() *cel.Type { return nullable(f.plainType(), f.Nullable) }

// nullable makes "x == null" type check. Timestamps and records may be null without more.
func nullable(t *cel.Type, is bool) *cel.Type {
	switch t.Kind() {
	case types.StringKind, types.IntKind, types.DoubleKind, types.BoolKind:
		if is {
			return cel.NullableType(t)
		}
	}
	return t
}

func objectType(name string) *cel.Type { return types.NewObjectType(prefix + name) }

// provider tells the checker which fields records have.
type provider struct {
	types.Provider
	objects map[string]*Object
	rule    bool
}

// FindStructType knows objects besides the types of the language.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if p.object(name) != nil || name == anyRef || name == place {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of an object.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	o := p.object(name)
	if o == nil {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for _, f := range o.fields(p.rule) {
		names = append(names, f.names()...)
	}
	return names, true
}

// FindStructFieldType is the type of a field of an object.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	o := p.object(name)
	switch {
	case name == anyRef && field == "type":
		return &types.FieldType{Type: types.StringType}, true
	case name == anyRef && field == "id":
		return &types.FieldType{Type: types.IntType}, true
	case o == nil:
		return p.Provider.FindStructFieldType(name, field)
	}
	f, currency := o.lookup(field, p.rule)
	switch {
	case f == nil:
		return nil, false
	case currency:
		return &types.FieldType{Type: nullable(types.StringType, f.Nullable)}, true
	}
	return &types.FieldType{Type: f.celType()}, true
}

// NewValue refuses: a condition cannot make records.
func (p *provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if p.object(name) != nil {
		return types.NewErr("a condition cannot make records")
	}
	return p.Provider.NewValue(name, fields)
}

func (p *provider) object(name string) *Object {
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return nil
	}
	return p.objects[name[len(prefix):]]
}

// lookup finds a field by a name that conditions use; currency tells that it is the currency of a money field.
func (o *Object) lookup(name string, rule bool) (f *Field, currency bool) {
	if f = o.find(name, rule); f != nil {
		return f, false
	}
	if n := len(name) - len(currencySuffix); n > 0 && name[n:] == currencySuffix {
		if f = o.find(name[:n], rule); f != nil && f.Type == FieldMoney {
			return f, true
		}
	}
	return nil, false
}

func (l Limits) withScopeDefaults() Limits {
	if l.Length == 0 {
		l.Length = 400_000
	}
	if l.Nodes == 0 {
		l.Nodes = 200
	}
	if l.Terms == 0 {
		l.Terms = 10_000
	}
	return l.withDefaults()
}
