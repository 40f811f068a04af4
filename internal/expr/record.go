package expr

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"fairground/internal/value"
)

// Record is one record as a condition reads it. Value returns what is stored for a field, in these forms, and nil for
// a field without a value; an error makes the conditions fail that need the field.
//
//	text, choice (the option's key)       string
//	int                                   int64 or value.ID
//	decimal                               int64, scaled by the field's Scale
//	money                                 int64, scaled; "<name>_currency" is asked for on its own and is a string
//	bool                                  bool
//	date                                  int64, days since 1970
//	date-time                             int64, microseconds since 1970
//	choices                               []string, the options' keys
//	link                                  Record, or Gone when the record is in the trash or not there
//	links                                 []Record, without those in the trash
//	reference to any object               AnyRef
//	place                                 value.Point
//
// Every record that is linked to must answer "id". Whether a linked record is visible is found out here, with the row
// rule of its object, so it must also answer what that rule reads.
type Record interface {
	Value(field string) (any, error)
}

// Gone stands for a linked record that cannot be read. The link is not null and has an id, but nothing else.
type Gone struct{ ID int64 }

// Value answers "id" only.
func (g Gone) Value(field string) (any, error) {
	if field == "id" {
		return g.ID, nil
	}
	return nil, errHidden
}

// AnyRef is a reference to a record of any object.
type AnyRef struct {
	Object string
	ID     int64
}

// Fields is the plainest form of Record. A field that is absent has no value.
type Fields map[string]any

// Value returns the value of a field.
func (f Fields) Value(field string) (any, error) { return f[field], nil }

var errHidden = value.Errorf(value.Forbidden, "the linked record cannot be read")

// request is one evaluation: what does not change while it lasts.
type request struct {
	ctx   context.Context
	k     Constants
	scope *Scope
	kind  kind
	rule  bool
}

// names resolves the variables of a condition.
type names struct {
	*request
	record Record
	object *Object
}

// ResolveName returns the value of a variable.
func (n *names) ResolveName(name string) (any, bool) {
	if name != "" && name[0] == '.' {
		name = name[1:]
	}
	if name == nowName {
		return types.Timestamp{Time: n.k.now()}, true
	}
	if len(name) > len(meName) && name[:len(meName)+1] == meName+"." {
		return n.k.me(name[len(meName)+1:]), true
	}
	f, currency := n.object.lookup(name, n.rule)
	if f == nil {
		return nil, false
	}
	return n.read(n.record, f, currency), true
}

// Parent returns nil: there is no outer scope.
func (n *names) Parent() interpreter.Activation { return nil }

func (k Constants) now() time.Time { return k.Now.UTC().Truncate(time.Microsecond) }

// me is a field of the asker. One that is not known is an error and never null, so that "owner_id == me.id" does not
// hold for records without an owner when nobody is signed in.
func (k Constants) me(field string) ref.Val {
	switch v := k.Me[field].(type) {
	case nil:
		return types.NewErr("me.%s is not known", field)
	case value.ID:
		return types.Int(v)
	case time.Time:
		return types.Timestamp{Time: v.UTC().Truncate(time.Microsecond)}
	default:
		return types.DefaultTypeAdapter.NativeToValue(v)
	}
}

// read is a field of a record as a CEL value.
func (q *request) read(record Record, f *Field, currency bool) ref.Val {
	name := f.Name
	if currency {
		name += currencySuffix
	}
	stored, err := record.Value(name)
	switch {
	case err != nil:
		return types.WrapErr(err)
	case stored == nil && f.Type.list():
		return types.NewStringList(types.DefaultTypeAdapter, nil)
	case stored == nil:
		return types.NullValue
	case currency:
		return text(stored)
	}
	return q.value(f, stored)
}

func (q *request) value(f *Field, stored any) ref.Val {
	switch f.Type {
	case FieldText, FieldChoice:
		return text(stored)
	case FieldInt, FieldDecimal, FieldMoney, FieldDate, FieldTime:
		n, ok := whole(stored)
		if !ok {
			return wrongForm(f, stored)
		}
		return number(f, n)
	case FieldBool:
		if b, ok := stored.(bool); ok {
			return types.Bool(b)
		}
	case FieldChoices:
		if keys, ok := stored.([]string); ok {
			return types.NewStringList(types.DefaultTypeAdapter, keys)
		}
	case FieldLink:
		if r, ok := stored.(Record); ok {
			return &linked{request: q, record: r, object: q.scope.objects[f.Target]}
		}
	case FieldLinks:
		if rs, ok := stored.([]Record); ok {
			return q.visible(rs, q.scope.objects[f.Target])
		}
	case FieldAnyRef:
		if r, ok := stored.(AnyRef); ok {
			return anyRefValue{r}
		}
	case FieldPlace:
		if p, ok := stored.(value.Point); ok {
			return placeValue{lat: e7(p.Lat), lon: e7(p.Lon)}
		}
	}
	return wrongForm(f, stored)
}

func text(stored any) ref.Val {
	if s, ok := stored.(string); ok {
		return types.String(s)
	}
	return types.NewErr("a text is stored as %T", stored)
}

func whole(stored any) (int64, bool) {
	switch n := stored.(type) {
	case int64:
		return n, true
	case value.ID:
		return int64(n), true
	case int:
		return int64(n), true
	}
	return 0, false
}

func number(f *Field, n int64) ref.Val {
	switch f.Type {
	case FieldDecimal, FieldMoney:
		return types.Double(float64(n) / f.unit())
	case FieldDate:
		return moment(time.Unix(n*86_400, 0))
	case FieldTime:
		return moment(time.UnixMicro(n))
	default:
		return types.Int(n)
	}
}

// moment refuses what is outside the years of the language, which a database must not hold.
func moment(t time.Time) ref.Val {
	if us := t.UnixMicro(); us < earliest_us || us > latest_us {
		return types.NewErr("a stored time is outside the years 1 to 9999")
	}
	return types.Timestamp{Time: t.UTC()}
}

func wrongForm(f *Field, stored any) ref.Val {
	return types.NewErr("field %s is stored as %T", f.Name, stored)
}

// linked is a record that a link leads to, as a CEL value.
type linked struct {
	*request
	record  Record
	object  *Object
	checked bool
	hidden  error
}

func (l *linked) id() ref.Val {
	stored, err := l.record.Value("id")
	if err != nil {
		return types.WrapErr(err)
	}
	if n, ok := whole(stored); ok {
		return types.Int(n)
	}
	return types.NewErr("a linked record has no id")
}

// see returns an error when the record is in the trash or the asker may not see it. Inside a row rule only the trash counts.
func (l *linked) see() error {
	if l.checked {
		return l.hidden
	}
	l.checked = true
	if _, gone := l.record.(Gone); gone {
		l.hidden = errHidden
		return l.hidden
	}
	if rule := l.kind.read[l.object.Name]; rule != nil {
		if ok, err := rule.Match(l.ctx, l.record, l.k); err != nil || !ok {
			l.hidden = errHidden
		}
	}
	return l.hidden
}

// Get is a field of the record. The id is known to whoever sees the link; the rest takes the right to see the record.
func (l *linked) Get(index ref.Val) ref.Val {
	name, _ := index.(types.String)
	if name == "id" {
		return l.id()
	}
	if err := l.see(); err != nil {
		return types.WrapErr(err)
	}
	f, currency := l.object.lookup(string(name), l.rule)
	if f == nil {
		return types.NewErr("no such field: %s", name)
	}
	return l.read(l.record, f, currency)
}

// IsSet answers has(): whether the field has a value, or a list an entry.
func (l *linked) IsSet(index ref.Val) ref.Val {
	v := l.Get(index)
	if types.IsError(v) {
		return v
	}
	if list, ok := v.(traits.Lister); ok {
		return types.Bool(list.Size() != types.IntZero)
	}
	return types.Bool(v != types.NullValue)
}

// visible is the list of those records that the asker may see.
func (q *request) visible(records []Record, target *Object) ref.Val {
	var seen []ref.Val
	for _, r := range records {
		if l := (&linked{request: q, record: r, object: target}); l.see() == nil {
			seen = append(seen, l)
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, seen)
}

// Equal compares records by what they are: object and id.
func (l *linked) Equal(other ref.Val) ref.Val {
	o, ok := other.(*linked)
	if !ok || o.object.Name != l.object.Name {
		return types.False
	}
	return l.id().Equal(o.id())
}

// ConvertToNative fails: records stay inside conditions.
func (l *linked) ConvertToNative(t reflect.Type) (any, error) { return noNative("a record", t) }

// ConvertToType fails likewise.
func (l *linked) ConvertToType(ref.Type) ref.Val { return types.NewErr("a record cannot be converted") }

// Type is the object's.
func (l *linked) Type() ref.Type { return objectType(l.object.Name) }

// Value is the record itself.
func (l *linked) Value() any { return l.record }

func noNative(what string, t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be converted to %s", what, t)
}

// anyRefValue is a reference to any object as a CEL value.
type anyRefValue struct{ AnyRef }

// Get is its type or its id.
func (a anyRefValue) Get(index ref.Val) ref.Val {
	switch index {
	case types.String("type"):
		return types.String(a.Object)
	case types.String("id"):
		return types.Int(a.ID)
	}
	return types.NewErr("no such field: %v", index)
}

// IsSet is true for both.
func (a anyRefValue) IsSet(ref.Val) ref.Val                       { return types.True }
func (a anyRefValue) ConvertToNative(t reflect.Type) (any, error) { return noNative("a reference", t) }
func (a anyRefValue) ConvertToType(ref.Type) ref.Val {
	return types.NewErr("a reference cannot be converted")
}
func (a anyRefValue) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(a)) }
func (a anyRefValue) Type() ref.Type              { return types.NewObjectType(anyRef) }
func (a anyRefValue) Value() any                  { return a.AnyRef }

// placeValue is a place in ten-millionths of a degree.
type placeValue struct{ lat, lon int64 }

func (p placeValue) ConvertToNative(t reflect.Type) (any, error) { return noNative("a place", t) }
func (p placeValue) ConvertToType(ref.Type) ref.Val {
	return types.NewErr("a place cannot be converted")
}
func (p placeValue) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(p)) }
func (p placeValue) Type() ref.Type              { return types.NewObjectType(place) }
func (p placeValue) Value() any                  { return p }

func e7(degrees float64) int64 { return int64(math.Round(degrees * 1e7)) }
