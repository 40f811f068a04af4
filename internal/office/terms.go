package office

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// operator is one way to compare a field with a value: the condition it writes, and the pattern that recognises it. In
// both, %f stands for the field and %v for the value.
type operator struct {
	key   string
	kinds []string // of fields: text, number, date, choice, choices, yesno, link
	write string
	alone bool     // takes no value
	fixed []string // the values a menu offers, for operators that take no other
}

// operators in the order in which a menu offers them.
var operators = []operator{
	{"contains", []string{"text"}, `fold(%f).contains(fold(%v))`, false, nil},
	{"is", []string{"text", "number", "choice"}, `%f == %v`, false, nil},
	{"is_not", []string{"text", "choice"}, `%f != %v`, false, nil},
	{"starts", []string{"text"}, `fold(%f).startsWith(fold(%v))`, false, nil},
	{"over", []string{"number"}, `%f > %v`, false, nil},
	{"under", []string{"number"}, `%f < %v`, false, nil},
	{"from", []string{"date"}, `%f >= %v`, false, nil},
	{"before", []string{"date"}, `%f < %v`, false, nil},
	{"next_days", []string{"date"}, `(days_until(%f) >= 0 && days_until(%f) <= %v)`, false, []string{"7", "30", "90"}},
	{"last_days", []string{"date"}, `(days_since(%f) >= 0 && days_since(%f) <= %v)`, false, []string{"7", "30", "90"}},
	{"has", []string{"choices"}, `%v in %f`, false, nil},
	{"refers", []string{"link"}, `%f.id == %v`, false, nil},
	{"yes", []string{"yesno"}, `%f == true`, true, nil},
	{"no", []string{"yesno"}, `%f == false`, true, nil},
	{"empty", []string{"text", "number", "date", "choice", "yesno", "link"}, `%f == null`, true, nil},
	{"filled", []string{"text", "number", "date", "choice", "yesno", "link"}, `%f != null`, true, nil},
}

// kindOf sorts fields by what they can be compared with; "" cannot be.
func (v *visit) kindOf(f *record.Field) string {
	switch v.typeOf(f) {
	case record.Text, record.LongText, record.Mail, record.Phone, record.Link:
		return "text"
	case record.Integer, record.Decimal, record.MoneyType, record.Autonumber, record.Rollup:
		return "number"
	case record.Date, record.DateTime:
		return "date"
	case record.Choice:
		return "choice"
	case record.Choices:
		return "choices"
	case record.YesNo:
		return "yesno"
	case record.Reference:
		return "link"
	default:
		return ""
	}
}

// term is one of the conditions that a filter joins with "and".
type term struct {
	text  string
	field *record.Field // nil: not one of ours, shown as it is written
	op    operator
	value string // as the condition writes it
}

// pattern recognises what the operator writes.
func (o operator) pattern() *regexp.Regexp {
	text := regexp.QuoteMeta(o.write)
	text = strings.Replace(text, "%f", `(?P<f>[a-z_][a-z0-9_]*)`, 1)
	text = strings.ReplaceAll(text, "%f", `[a-z_][a-z0-9_]*`)
	text = strings.Replace(text, "%v", `(?P<v>"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|timestamp\("[^"]*"\))`, 1)
	return regexp.MustCompile(`^` + text + `$`)
}

// recognised are the operators with their patterns.
var recognised = func() map[string]*regexp.Regexp {
	all := make(map[string]*regexp.Regexp, len(operators))
	for _, o := range operators {
		all[o.key] = o.pattern()
	}
	return all
}()

// termsOf takes a filter apart.
func (v *visit) termsOf(filter string, o *record.Seen) (terms []term) {
	for _, text := range conjuncts(filter) {
		terms = append(terms, v.termOf(text, o))
	}
	return terms
}

func (v *visit) termOf(text string, o *record.Seen) term {
	for _, op := range operators {
		pattern := recognised[op.key]
		found := pattern.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		field := o.Field(found[pattern.SubexpIndex("f")])
		if field == nil || !contains(op.kinds, v.kindOf(field)) {
			continue
		}
		t := term{text: text, field: field, op: op}
		if at := pattern.SubexpIndex("v"); at > 0 {
			t.value = found[at]
		}
		if op.condition(field.Key, t.value) == text {
			return t
		}
	}
	return term{text: text}
}

// condition writes the condition about a field, with a value that is CEL already.
func (o operator) condition(field, literal string) string {
	return strings.ReplaceAll(strings.ReplaceAll(o.write, "%f", field), "%v", literal)
}

// conjuncts splits a condition at every && that stands outside of brackets and quotes. One with || at its top is whole.
func conjuncts(filter string) []string {
	parts, _ := divide(filter)
	return parts
}

// divide is conjuncts; loose tells that || or ?: stands at the top, so that the condition needs brackets beside others.
func divide(filter string) (parts []string, loose bool) {
	depth, from, quote := 0, 0, byte(0)
	for i := 0; i < len(filter); i++ {
		switch c := filter[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case depth == 0 && (strings.HasPrefix(filter[i:], "||") || c == '?'):
			return whole(filter), true
		case depth == 0 && strings.HasPrefix(filter[i:], "&&"):
			parts = append(parts, whole(filter[from:i])...)
			i++
			from = i + 1
		}
	}
	return append(parts, whole(filter[from:])...), false
}

func whole(text string) []string {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return []string{text}
}

// and joins conditions; each of them is good alone.
func and(conditions ...string) string {
	var all []string
	for _, c := range conditions {
		parts, loose := divide(c)
		if loose && len(conditions) > 1 {
			parts = []string{"(" + strings.TrimSpace(c) + ")"}
		}
		all = append(all, parts...)
	}
	return strings.Join(all, " && ")
}

// literal writes what somebody typed as a value that can be compared with a field.
func (v *visit) literal(f *record.Field, op operator, typed string) (string, error) {
	if op.alone {
		return "", nil
	}
	if typed == "" {
		return "", value.Fieldf("value", "write what to compare with")
	}
	switch v.kindOf(f) {
	case "number":
		return numeral(typed)
	case "date":
		return v.dateLiteral(typed)
	case "choice", "choices":
		return v.choiceLiteral(f, typed)
	case "link":
		id, err := v.readReference(f.Options.Target, typed, "")
		if err != nil {
			return "", err
		}
		return strconv.FormatInt(int64(id.(value.ID)), 10), nil
	default:
		return strconv.Quote(typed), nil
	}
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

func (v *visit) dateLiteral(typed string) (string, error) {
	day, err := (&record.Field{Key: "value", Type: record.Date}).Parse(typed)
	if err != nil {
		return "", err
	}
	return dayLiteral(day.(record.Day)), nil
}

func dayLiteral(d record.Day) string {
	return fmt.Sprintf(`timestamp("%sT00:00:00Z")`, (&record.Field{Type: record.Date}).Show(d))
}

// choiceLiteral takes an option's key or its label.
func (v *visit) choiceLiteral(f *record.Field, typed string) (string, error) {
	for _, o := range f.Options.Choices {
		if o.Key == typed || strings.EqualFold(v.in(o.Labels), typed) {
			return strconv.Quote(o.Key), nil
		}
	}
	return "", value.Fieldf("value", "choose one of the list")
}

// meant writes the value of a term in the reader's language.
func (v *visit) meant(t term) string {
	text := t.value
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	switch v.kindOf(t.field) {
	case "choice", "choices":
		text = v.shownText(t.field, text)
	case "date":
		text = v.meantDate(t, text)
	case "number":
		if n, err := strconv.ParseFloat(text, 64); err == nil && v.typeOf(t.field) == record.MoneyType {
			text = v.words.Money(value.Money{Minor: int64(n * minorUnits(v.site.Settings().Currency)), Currency: v.site.Settings().Currency})
		} else if err == nil {
			text = v.words.Number(n)
		}
	case "link":
		text = v.meantRecord(t, text)
	}
	return v.t("office.op_words."+t.op.key, "value", text)
}

func minorUnits(currency string) float64 {
	n := 1.0
	for range value.Digits(currency) {
		n *= 10
	}
	return n
}

func (v *visit) meantDate(t term, text string) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(text, `timestamp("`), `T00:00:00Z")`)
	if day, err := (&record.Field{Key: "value", Type: record.Date}).Parse(inner); err == nil && !strings.HasSuffix(t.op.key, "_days") {
		return v.words.Date(v.noon(day.(record.Day)))
	}
	return inner
}

// meantRecord names the record that a link is compared with.
func (v *visit) meantRecord(t term, text string) string {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	rec, err := v.store.Get(v.ctx, v.asker, t.field.Options.Target, value.ID(id))
	if err != nil {
		return "…"
	}
	return rec.Title()
}

// chips are the conditions of a filter, each with a cross.
func (v *visit) chips(l *look) (chips []ui.FilterChip) {
	terms := v.termsOf(l.filter, l.object)
	for n, t := range terms {
		chip := ui.FilterChip{Words: clipped(t.text, 60), RemoveHref: l.without(terms, n)}
		if t.field != nil {
			chip.Name, chip.Words = v.in(t.field.Labels), v.meant(t)
		}
		chips = append(chips, chip)
	}
	return chips
}

// without is the address without one of its conditions.
func (l *look) without(terms []term, n int) string {
	var rest []string
	for i, t := range terms {
		if i != n {
			rest = append(rest, t.text)
		}
	}
	return l.with(func(l *look) { l.filter = strings.Join(rest, " && ") })
}

// filterForm offers the fields that can be compared.
func (v *visit) filterForm(l *look, fault string) ui.FilterForm {
	form := ui.FilterForm{Action: root(l.object.Key), Kept: l.kept(), Error: fault}
	for _, f := range l.object.Fields {
		kind := v.kindOf(f)
		if kind == "" {
			continue
		}
		field := ui.FilterField{Value: f.Key, Text: v.in(f.Labels), Kind: kind}
		if kind == "choice" || kind == "choices" {
			for _, o := range v.choicesOf(f, nil, false) {
				field.Options = append(field.Options, ui.Option{Value: o.Text, Text: o.Text})
			}
		}
		form.Fields = append(form.Fields, field)
	}
	for _, o := range operators {
		for _, fixed := range o.fixed {
			form.Operators = append(form.Operators, ui.FilterOperator{Value: o.key + "." + fixed, Text: v.t("office.op."+o.key, "value", fixed), Kinds: o.kinds, Alone: true})
		}
		if len(o.fixed) > 0 {
			continue
		}
		form.Operators = append(form.Operators, ui.FilterOperator{Value: o.key, Text: v.t("office.op." + o.key), Kinds: o.kinds, Alone: o.alone})
	}
	return form
}

// added is the filter with the condition that the filter form describes.
func (v *visit) added(l *look, field, op, typed string) (string, error) {
	f := l.object.Field(field)
	if f == nil {
		return "", value.Fieldf("value", "choose a field")
	}
	op, fixed, _ := strings.Cut(op, ".")
	for _, o := range operators {
		if o.key != op || len(o.fixed) > 0 && !contains(o.fixed, fixed) || !contains(o.kinds, v.kindOf(f)) {
			continue
		}
		literal, err := fixed, error(nil)
		if fixed == "" {
			literal, err = v.literal(f, o, strings.TrimSpace(typed))
		}
		if err != nil {
			return "", err
		}
		return and(l.filter, o.condition(f.Key, literal)), nil
	}
	return "", value.Fieldf("value", "this comparison does not fit the field")
}
