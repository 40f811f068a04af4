package office

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// offered is an operator as the menu has it: alone, or with the only value it is offered with.
type offered struct {
	op    string
	fixed string
	key   string // of its words
}

// dayCounts are the numbers of days that the menu offers.
var dayCounts = []string{"7", "30", "90"}

// offers are the ways to compare a field that one line of a form can say.
func offers(f expr.Field) (all []offered) {
	for _, op := range f.Operators() {
		switch {
		case op == "between", op == "within", f.Type == expr.FieldBool && op == "is_not":
		case op == "in_last_days", op == "in_next_days":
			for _, n := range dayCounts {
				all = append(all, offered{op, n, op})
			}
		case f.Type == expr.FieldBool && op == "is":
			all = append(all, offered{op, "true", "yes"}, offered{op, "false", "no"})
		default:
			all = append(all, offered{op, "", op})
		}
	}
	return all
}

// alone are the operators that take no value.
var alone = []string{"is_empty", "is_not_empty", "is_me"}

func (o offered) value() string {
	if o.fixed == "" {
		return o.op
	}
	return o.op + "." + o.fixed
}

// filterForm offers the fields that can be compared.
func (v *visit) filterForm(l *look, fault string) ui.FilterForm {
	form := ui.FilterForm{Action: root(l.object.Key), Kept: l.kept(), Error: fault}
	at := make(map[string]int)
	for _, f := range l.object.Fields {
		kind, known := v.kindOf(f), expr.Field{}
		if compared, ok := l.object.Scope().Field(f.Key); ok && kind != "" {
			known = compared
		} else {
			continue
		}
		field := ui.FilterField{Value: f.Key, Text: v.in(f.Labels), Kind: kind}
		if kind == "choice" || kind == "choices" {
			for _, o := range v.choicesOf(f, nil, false) {
				field.Options = append(field.Options, ui.Option{Value: o.Text, Text: o.Text})
			}
		}
		form.Fields = append(form.Fields, field)
		for _, o := range offers(known) {
			n, there := at[o.value()]
			if !there {
				n = len(form.Operators)
				at[o.value()] = n
				form.Operators = append(form.Operators, ui.FilterOperator{
					Value: o.value(), Text: v.t("office.op."+o.key, "value", o.fixed), Alone: o.fixed != "" || slices.Contains(alone, o.op),
				})
			}
			if kinds := &form.Operators[n].Kinds; !slices.Contains(*kinds, kind) {
				*kinds = append(*kinds, kind)
			}
		}
	}
	return form
}

// added is the filter with the condition that the filter form describes.
func (v *visit) added(l *look, field, op, typed string) (string, error) {
	f := l.object.Field(field)
	known, ok := l.object.Scope().Field(field)
	if f == nil || !ok {
		return "", value.Fieldf("value", "choose a field")
	}
	i := slices.IndexFunc(offers(known), func(o offered) bool { return o.value() == op })
	if i < 0 {
		return "", value.Fieldf("value", "this comparison does not fit the field")
	}
	clause := expr.Clause{Field: field, Op: offers(known)[i].op}
	var err error
	switch fixed := offers(known)[i].fixed; {
	case slices.Contains(alone, clause.Op):
	case known.Type == expr.FieldBool:
		clause.Value = fixed == "true"
	case fixed != "":
		clause.Value = fixed
	default:
		clause.Value, err = v.compared(f, clause.Op, strings.TrimSpace(typed))
	}
	if err != nil {
		return "", err
	}
	text, err := l.object.Scope().Build(expr.Builder{All: []expr.Clause{clause}})
	if err != nil {
		return "", value.Fieldf("value", "%s", web.Public(err).Message)
	}
	return and(l.filter, text), nil
}

// compared reads what somebody typed as the value of a chip; any_of and none_of take several with commas between.
func (v *visit) compared(f *record.Field, op, typed string) (any, error) {
	if op != "any_of" && op != "none_of" {
		return v.comparable(f, typed)
	}
	var all []any
	for part := range strings.SplitSeq(typed, ",") {
		one, err := v.comparable(f, strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (v *visit) comparable(f *record.Field, typed string) (any, error) {
	if typed == "" {
		return nil, value.Fieldf("value", "write what to compare with")
	}
	switch v.kindOf(f) {
	case "number":
		return v.number(f, typed)
	case "date":
		return v.day(f, typed)
	case "choice", "choices":
		return v.choice(f, typed)
	case "link":
		id, err := v.readReference(f.Options.Target, typed, "")
		if err != nil {
			return nil, err
		}
		return strconv.FormatInt(int64(id.(value.ID)), 10), nil
	default:
		return typed, nil
	}
}

// number is a whole number in digits, so that none is lost, and any other as it is.
func (v *visit) number(f *record.Field, typed string) (any, error) {
	text, err := numeral(typed)
	if err != nil {
		return nil, err
	}
	switch v.typeOf(f) {
	case record.Integer, record.Autonumber:
		return text, nil
	}
	return strconv.ParseFloat(text, 64)
}

// day is the beginning of a day: for everybody, or in the reader's zone where the field has an hour.
func (v *visit) day(f *record.Field, typed string) (any, error) {
	parsed, err := (&record.Field{Key: "value", Type: record.Date}).Parse(typed)
	if err != nil {
		return nil, err
	}
	text := (&record.Field{Type: record.Date}).Show(parsed)
	if v.typeOf(f) == record.Date {
		return text, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, v.words.Zone())
	return at.UTC().Format(time.RFC3339), err
}

// choice takes an option's key or its label.
func (v *visit) choice(f *record.Field, typed string) (any, error) {
	for _, o := range f.Options.Choices {
		if o.Key == typed || strings.EqualFold(v.in(o.Labels), typed) {
			return o.Key, nil
		}
	}
	return nil, value.Fieldf("value", "choose one of the list")
}

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func numeral(typed string) (string, error) {
	text := strings.NewReplacer("’", "", "'", "", " ", "", "\u00a0", "").Replace(typed)
	if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	if !plainNumber.MatchString(text) {
		return "", value.Fieldf("value", "write a number, such as 500 or 12.50")
	}
	return text, nil
}

func dayLiteral(d record.Day) string {
	return fmt.Sprintf(`timestamp("%sT00:00:00Z")`, (&record.Field{Type: record.Date}).Show(d))
}
