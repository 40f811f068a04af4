package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/value"
)

// Builder is a condition as the console's filter chips show it: every clause of All must hold, and at least one of Any,
// if there is one.
type Builder struct {
	All []Clause `json:"all,omitempty"`
	Any []Clause `json:"any,omitempty"`
}

// Clause is one chip, or a group of chips. Field may be a path over links, "firm.country.name".
//
// The values are what encoding/json makes of them: a string for texts, options, ids of linked records (in digits) and
// days (2026-03-08) or times (RFC 3339); a number for numbers and counts of days, or digits where a double would lose
// some; a list for any_of, none_of and between; {"km", "lat", "lon"} for within. Some operators take no value.
type Clause struct {
	Field string   `json:"field,omitempty"`
	Op    string   `json:"op,omitempty"`
	Value any      `json:"value,omitempty"`
	Group *Builder `json:"group,omitempty"`
}

// Operators are the operators of a field, in the order in which a person is offered them.
func (f Field) Operators() []string {
	var names []string
	switch f.Type {
	case FieldText:
		names = []string{"contains", "not_contains", "is", "is_not", "starts_with", "ends_with", "any_of", "none_of"}
	case FieldInt, FieldDecimal, FieldMoney:
		names = []string{"is", "is_not", "over", "under", "at_least", "at_most", "between"}
	case FieldBool:
		names = []string{"is", "is_not"}
	case FieldDate, FieldTime:
		names = []string{"before", "after", "at_least", "at_most", "between", "in_last_days", "in_next_days"}
	case FieldChoice:
		names = []string{"is", "is_not", "any_of", "none_of"}
	case FieldChoices:
		names = []string{"has", "has_not", "any_of", "none_of"}
	case FieldLink:
		names = []string{"is", "is_not", "is_me"}
	case FieldPlace:
		names = []string{"within"}
	}
	if f.Nullable || f.Type.list() || f.Type == FieldText {
		names = append(names, "is_empty", "is_not_empty")
	}
	return names
}

// Build writes chips as a text. The error is of kind Invalid and names the chip that is wrong.
func (s *Scope) Build(b Builder) (string, error) {
	text, err := s.build(b.Normal(), 0)
	if err != nil {
		return "", err
	}
	if text == "" {
		return "true", nil
	}
	return text, nil
}

const deepestGroup = 8

func (s *Scope) build(b Builder, depth int) (string, error) {
	if depth > deepestGroup {
		return "", value.Errorf(value.Invalid, "groups may be nested %d deep", deepestGroup)
	}
	all, err := s.clauses(b.All, depth)
	if err != nil {
		return "", err
	}
	options, err := s.clauses(b.Any, depth)
	if err != nil {
		return "", err
	}
	either := strings.Join(options, " || ")
	if len(all) > 0 && len(options) > 1 {
		either = "(" + either + ")"
	}
	if either != "" {
		all = append(all, either)
	}
	return strings.Join(all, " && "), nil
}

func (s *Scope) clauses(clauses []Clause, depth int) ([]string, error) {
	var texts []string
	for _, c := range clauses {
		var text string
		var err error
		if c.Group != nil {
			if text, err = s.build(*c.Group, depth+1); text != "" {
				text = "(" + text + ")"
			}
		} else {
			text, err = s.clause(c)
		}
		if err != nil {
			return nil, err
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts, nil
}

// clause writes one chip; what has two parts stands in brackets.
func (s *Scope) clause(c Clause) (string, error) {
	f := s.at(c.Field)
	if f == nil {
		return "", value.Fieldf(c.Field, "there is no %q here", c.Field)
	}
	if !slices.Contains(f.Operators(), c.Op) {
		return "", value.Fieldf(c.Field, "%q is no operator of %s", c.Op, c.Field)
	}
	form, err := f.form(c)
	if err != nil {
		return "", value.Fieldf(c.Field, "%s %s: %v", c.Field, c.Op, err)
	}
	return strings.ReplaceAll(form, "{f}", c.Field), nil
}

// Field is the field that a path leads to, as chips name it; false when there is none.
func (s *Scope) Field(path string) (Field, bool) {
	if f := s.at(path); f != nil {
		return *f, true
	}
	return Field{}, false
}

// at is the field that a path leads to, or nil.
func (s *Scope) at(name string) *Field {
	steps := strings.Split(name, ".")
	object := s.root
	for i, step := range steps {
		f := object.find(step, false)
		if f == nil || i == len(steps)-1 {
			return f
		}
		if f.Type != FieldLink || i >= mostHops {
			return nil
		}
		object = s.objects[f.Target]
	}
	return nil
}

// form is the text of a chip with {f} in place of the field.
func (f *Field) form(c Clause) (string, error) {
	switch c.Op {
	case "is_empty", "is_not_empty":
		return f.emptiness(c)
	case "is_me":
		return "{f}.id == me.id", none(c)
	case "any_of", "none_of":
		return f.oneOf(c)
	case "between":
		return f.between(c.Value)
	case "in_last_days", "in_next_days":
		return f.daysFrom(c)
	case "within":
		return within(c.Value)
	}
	if f.Type == FieldLink {
		return f.linkIs(c)
	}
	v, err := f.literal(c.Value)
	if err != nil {
		return "", err
	}
	if f.Type == FieldText && c.Value == "" {
		return "", fmt.Errorf("takes a text; whether there is none is asked by is_empty")
	}
	field, folded := "{f}", v
	if f.Type == FieldText && f.Folded != "" {
		field, folded = "fold({f})", "fold("+v+")"
	}
	switch c.Op {
	case "contains":
		return field + ".contains(" + folded + ")", nil
	case "not_contains":
		if !f.Nullable {
			return "!" + field + ".contains(" + folded + ")", nil
		}
		return "({f} == null || !" + field + ".contains(" + folded + "))", nil
	case "starts_with":
		return field + ".startsWith(" + folded + ")", nil
	case "ends_with":
		return field + ".endsWith(" + folded + ")", nil
	case "has":
		return v + " in {f}", nil
	case "has_not":
		return "!(" + v + " in {f})", nil
	}
	return "{f} " + comparisons[c.Op] + " " + v, nil
}

var comparisons = map[string]string{
	"is": "==", "is_not": "!=", "over": ">", "under": "<", "at_least": ">=", "at_most": "<=", "before": "<", "after": ">",
}

func none(c Clause) error {
	if c.Value != nil {
		return fmt.Errorf("takes no value")
	}
	return nil
}

func (f *Field) emptiness(c Clause) (string, error) {
	sign, join := "==", " || "
	if c.Op == "is_not_empty" {
		sign, join = "!=", " && "
	}
	switch {
	case f.Type.list():
		return "size({f}) " + sign + " 0", none(c)
	case f.Type == FieldText && f.Nullable:
		return "({f} " + sign + " null" + join + "{f} " + sign + ` "")`, none(c)
	case f.Type == FieldText:
		return "{f} " + sign + ` ""`, none(c)
	}
	return "{f} " + sign + " null", none(c)
}

func (f *Field) oneOf(c Clause) (string, error) {
	given, ok := c.Value.([]any)
	if !ok || len(given) == 0 {
		return "", fmt.Errorf("takes a list")
	}
	var texts []string
	for _, v := range given {
		text, err := f.literal(v)
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	text := "{f} in [" + strings.Join(texts, ", ") + "]"
	if f.Type == FieldChoices {
		text = "{f}.exists(x, x in [" + strings.Join(texts, ", ") + "])"
	}
	if c.Op == "none_of" {
		if f.Type == FieldChoices {
			return "!" + text, nil
		}
		return "!(" + text + ")", nil
	}
	return text, nil
}

func (f *Field) between(v any) (string, error) {
	pair, ok := v.([]any)
	if !ok || len(pair) != 2 {
		return "", fmt.Errorf("takes a list of two")
	}
	from, err := f.literal(pair[0])
	if err != nil {
		return "", err
	}
	to, err := f.literal(pair[1])
	return "({f} >= " + from + " && {f} <= " + to + ")", err
}

// daysFrom counts from now, and for days without an hour from the beginning of today.
func (f *Field) daysFrom(c Clause) (string, error) {
	n, ok := wholeNumber(c.Value)
	if !ok || n < 1 || n > 36_500 {
		return "", fmt.Errorf("takes a number of days from 1 to 36500")
	}
	from := "now"
	if f.Type == FieldDate {
		from = "today()"
	}
	span := fmt.Sprintf(`duration("%dh")`, n*24)
	if c.Op == "in_last_days" {
		return "({f} > " + from + " - " + span + " && {f} <= " + from + ")", nil
	}
	return "({f} >= " + from + " && {f} < " + from + " + " + span + ")", nil
}

func within(v any) (string, error) {
	at, ok := v.(map[string]any)
	if !ok || len(at) != 3 {
		return "", fmt.Errorf("takes km, lat and lon")
	}
	var texts []string
	for _, name := range []string{"km", "lat", "lon"} {
		n, ok := at[name].(float64)
		if !ok {
			return "", fmt.Errorf("takes km, lat and lon as numbers")
		}
		texts = append(texts, double(n))
	}
	return "within({f}, " + strings.Join(texts, ", ") + ")", nil
}

func (f *Field) linkIs(c Clause) (string, error) {
	id, _ := c.Value.(string)
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || strconv.FormatInt(n, 10) != id {
		return "", fmt.Errorf("takes an id in digits")
	}
	if c.Op == "is" {
		return "{f}.id == " + id, nil
	}
	return "({f} == null || {f}.id != " + id + ")", nil
}

// literal is a chip's value as the language writes it.
func (f *Field) literal(v any) (string, error) {
	switch f.Type {
	case FieldText, FieldChoice, FieldChoices:
		if s, ok := v.(string); ok {
			return quote(s), nil
		}
	case FieldInt:
		if n, ok := wholeNumber(v); ok {
			return strconv.FormatInt(n, 10), nil
		}
	case FieldDecimal, FieldMoney:
		if n, ok := v.(float64); ok && !math.IsInf(n, 0) && !math.IsNaN(n) {
			return double(n), nil
		}
	case FieldBool:
		if b, ok := v.(bool); ok {
			return strconv.FormatBool(b), nil
		}
	case FieldDate, FieldTime:
		if s, ok := v.(string); ok {
			return f.day(s)
		}
	}
	return "", fmt.Errorf("%v is no value of this field", v)
}

const midnight = "T00:00:00Z"

func (f *Field) day(s string) (string, error) {
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		s += midnight
	} else if f.Type == FieldDate {
		return "", fmt.Errorf("%q is no day such as 2026-03-08", s)
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return "", fmt.Errorf("%q is no time such as 2026-03-08T17:00:00Z", s)
	}
	return "timestamp(" + quote(s) + ")", nil
}

// wholeNumber reads a number of JSON, or digits.
func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= exactInts
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil && strconv.FormatInt(i, 10) == n
	}
	return 0, false
}

// double is a number with a point, so that it is none of the whole numbers.
func double(n float64) string {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// quote writes a text as a literal.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7F:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Normal is the same condition in the one form that Parse returns: groups of the same kind are dissolved, a group of one
// is that one, a group of alternatives at the end is the builder's own, and two bounds of a field beside each other are between.
func (b Builder) Normal() Builder {
	all, options := dissolve(b.All, false), dissolve(b.Any, true)
	if len(options) == 1 {
		all, options = append(all, dissolve(options, false)...), nil
	}
	all = paired(all)
	if n := len(all) - 1; len(options) == 0 && n >= 0 && all[n].Group != nil {
		all, options = all[:n:n], all[n].Group.Any
	}
	if len(all) == 0 {
		all = nil
	}
	return Builder{All: all, Any: options}
}

// dissolve takes the clauses out of groups that make no difference.
func dissolve(clauses []Clause, alternatives bool) []Clause {
	var flat []Clause
	for _, c := range clauses {
		if c.Group == nil {
			flat = append(flat, c)
			continue
		}
		inner := c.Group.Normal()
		switch {
		case len(inner.All) == 0 && len(inner.Any) == 0:
		case len(inner.Any) == 0 && (!alternatives || len(inner.All) == 1):
			flat = append(flat, inner.All...)
		case len(inner.All) == 0 && alternatives:
			flat = append(flat, inner.Any...)
		case len(inner.All) > 0 && len(inner.Any) > 0 && !alternatives:
			flat = append(append(flat, inner.All...), Clause{Group: &Builder{Any: inner.Any}})
		default:
			flat = append(flat, Clause{Group: &inner})
		}
	}
	return flat
}

// paired makes between of two bounds of the same field.
func paired(all []Clause) []Clause {
	var done []Clause
	for i := 0; i < len(all); i++ {
		c := all[i]
		if i+1 < len(all) && c.Op == "at_least" && all[i+1].Op == "at_most" && c.Field == all[i+1].Field {
			c = Clause{Field: c.Field, Op: "between", Value: []any{c.Value, all[i+1].Value}}
			i++
		}
		done = append(done, c)
	}
	return done
}
