package office

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

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
	text   string
	field  *record.Field // nil: more than a chip can say, shown as it is written
	clause expr.Clause
}

// termsOf takes a filter apart.
func termsOf(filter string, o *record.Seen) (terms []term) {
	for _, text := range conjuncts(filter) {
		terms = append(terms, termOf(text, o))
	}
	return terms
}

func termOf(text string, o *record.Seen) term {
	b, ok := o.Scope().Parse(text)
	if !ok || len(b.All) != 1 || len(b.Any) > 0 || b.All[0].Group != nil || o.Field(b.All[0].Field) == nil {
		return term{text: text}
	}
	return term{text: text, field: o.Field(b.All[0].Field), clause: b.All[0]}
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

// meant writes a chip in the reader's language.
func (v *visit) meant(t term) string {
	key, given := t.clause.Op, t.clause.Value
	switch list, several := given.([]any); {
	case given == nil, key == "within":
		return v.t("office.op_words." + key)
	case key == "is" && given == true:
		key = "yes"
	case key == "is" && given == false, key == "is_not" && given == true:
		key = "no"
	case key == "between" && several:
		return v.t("office.op_words.between", "from", v.meantValue(t.field, list[0]), "to", v.meantValue(t.field, list[1]))
	case key == "in_last_days", key == "in_next_days":
		return v.t("office.op_words."+key, "value", fmt.Sprint(given))
	case several:
		var words []string
		for _, one := range list {
			words = append(words, v.meantValue(t.field, one))
		}
		return v.t("office.op_words."+key, "value", strings.Join(words, ", "))
	}
	return v.t("office.op_words."+key, "value", v.meantValue(t.field, given))
}

func (v *visit) meantValue(f *record.Field, given any) string {
	switch v.kindOf(f) {
	case "choice", "choices":
		key, _ := given.(string)
		return v.shownText(f, key)
	case "date":
		return v.meantDay(given)
	case "number":
		n, err := strconv.ParseFloat(fmt.Sprint(given), 64)
		if err != nil {
			return ""
		}
		if currency := v.site.Settings().Currency; v.typeOf(f) == record.MoneyType {
			return v.words.Money(value.Money{Minor: int64(n * minorUnits(currency)), Currency: currency})
		}
		return v.words.Number(n)
	case "link":
		return v.meantRecord(f, given)
	}
	if text, ok := given.(string); ok {
		return text
	}
	return ""
}

func minorUnits(currency string) float64 {
	n := 1.0
	for range value.Digits(currency) {
		n *= 10
	}
	return n
}

func (v *visit) meantDay(given any) string {
	text, _ := given.(string)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return v.words.Date(at)
	}
	day, err := (&record.Field{Key: "value", Type: record.Date}).Parse(text)
	if err != nil {
		return text
	}
	return v.words.Date(v.noon(day.(record.Day)))
}

// meantRecord names the record that a link is compared with.
func (v *visit) meantRecord(f *record.Field, given any) string {
	text, _ := given.(string)
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	rec, err := v.store.Get(v.ctx, v.asker, f.Options.Target, value.ID(id))
	if err != nil {
		return "…"
	}
	return rec.Title()
}

// chips are the conditions of a filter, each with a cross.
func (v *visit) chips(l *look) (chips []ui.FilterChip) {
	terms := termsOf(l.filter, l.object)
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
