package record

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/value"
)

// A field changes its type in three moves. It gets a twin with columns of the new type; while values are converted in
// the background, whoever writes the field writes the twin too; at the end the twin takes its place. The old columns
// stay, so that the change can be undone.

// twin is the field that f is turning into while its values are converted in the background; nil otherwise. It has f's
// key and other columns. Whoever writes f in that time writes the twin too, with what turned makes of the value.
func (f *Field) twin() *Field { return f.into }

// turned is a value of f as its twin holds it. It is nil when the value cannot be turned.
func (f *Field) turned(v any) any {
	if f.into == nil {
		return nil
	}
	return turn(f, f.into, v)
}

// turn gives a value of one field the form of another; nil when that cannot be done without a guess.
func turn(from, to *Field, v any) any {
	if v == nil {
		return nil
	}
	made, err := to.Parse(between(from, to, v))
	if err != nil {
		return nil
	}
	return made
}

// between is a value in a form that the other type reads: mostly as text.
func between(from, to *Field, v any) any {
	switch v := v.(type) {
	case time.Time:
		if to.Type == Date {
			return v
		}
	case Day:
		if to.Type == DateTime {
			return v
		}
	case value.Money:
		if to.Type == Decimal || to.Type == Integer {
			return plainNumber(v.Decimal())
		}
	case bool:
		if to.Type == Integer || to.Type == Decimal {
			return map[bool]string{true: "1", false: "0"}[v]
		}
	case string:
		if to.Type == Choices && from.Type == Choice {
			return []string{v}
		}
	}
	shown := from.Show(v)
	switch {
	case to.Type == MoneyType && (from.Type == Decimal || from.Type == Integer):
		return to.moneyCurrency() + " " + shown
	case to.Type == Integer && from.Type == Decimal:
		return plainNumber(shown)
	}
	return shown
}

func (f *Field) moneyCurrency() string {
	if f.Options.Currency != "" {
		return f.Options.Currency
	}
	return f.settled.currency
}

// plainNumber leaves zeros behind the point out, so that 3.00 can be an integer.
func plainNumber(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

var (
	turnsFrom = []Type{Text, LongText, Integer, Decimal, MoneyType, YesNo, Date, DateTime, Choice, Choices, Mail, Phone, Link, Autonumber}
	turnsTo   = []Type{Text, LongText, Integer, Decimal, MoneyType, YesNo, Date, DateTime, Choice, Choices, Mail, Phone, Link}
)

const (
	atOnce  = 5_000  // records whose values are converted within the plan's transaction
	mostNow = 50_000 // the same for lists of choices, which cannot be converted in the background
)

// swap is one field whose values become those of another.
type swap struct {
	object, from, to int
	background       bool
	since            time.Time // only of records written since; zero = of all
}

// convertField begins to change the type of a field.
func (d *draft) convertField(step Step) error {
	o, f, err := d.field(step)
	if err != nil {
		return err
	}
	if err := d.mayConvert(o, f, step.NewField); err != nil {
		return err
	}
	made := f.converted(step.NewField)
	made.Number = d.number()
	d.fields[made.Number] = true
	rows, err := d.rows(o, mostNow+1)
	if err != nil {
		return err
	}
	lists := f.Type == Choices || made.Type == Choices
	if lists && rows > mostNow {
		return value.Errorf(value.Limited, "lists of choices are converted for at most %d records", mostNow)
	}
	d.undoneBy(Step{Op: revertField, Object: o.Key, Field: f.Key, Number: f.Number, Other: made.Number})
	if f.Unique {
		d.note("%s.%s is not unique any more; make it unique again when its values are converted.", o.Key, f.Key)
	}
	if rows <= atOnce || lists {
		d.swaps = append(d.swaps, swap{object: o.Number, from: f.Number, to: made.Number})
		d.exchange(o, f, made)
		d.note("The values of %s.%s are converted at once.", o.Key, f.Key)
		return nil
	}
	made.source, f.into = f.Number, made
	d.swaps = append(d.swaps, swap{o.Number, f.Number, made.Number, true, zeroTime})
	d.tasks = append(d.tasks, task{convertTask, o.Number, made.Number})
	d.note("The values of %s.%s are converted in the background; until that is done it keeps its type.", o.Key, f.Key)
	return nil
}

func (d *draft) mayConvert(o *Object, f, n *Field) error {
	switch {
	case n == nil:
		return value.Fieldf("new_field", "say what the field should be")
	case !f.Retired.IsZero():
		return value.Errorf(value.Conflict, "the field %s.%s was removed", o.Key, f.Key)
	case f.Declared || o.Owned != nil:
		return value.Errorf(value.Invalid, "the field %s.%s belongs to the program and keeps its type", o.Key, f.Key)
	case f.into != nil:
		return errConverting(o, f)
	case d.fields[f.Number]:
		return value.Fieldf("type", "another step of the plan changes this field; convert it in a plan of its own")
	case n.Key != "" && n.Key != f.Key:
		return value.Fieldf("key", "a conversion keeps the name; rename the field in a step of its own")
	case !slices.Contains(turnsFrom, f.Type) || !slices.Contains(turnsTo, n.Type):
		return value.Fieldf("type", "a field of type %s cannot become one of type %s", f.Type, clipped(string(n.Type)))
	case n.Type == f.Type && n.Options.Scale == f.Options.Scale:
		return value.Fieldf("type", "the field has this type already")
	}
	return nil
}

// converted is the field with the type and options of another form.
func (f *Field) converted(n *Field) *Field {
	made := f.clone()
	form := n.clone()
	made.Type, made.Options = form.Type, form.Options
	made.Default, made.Check, made.Message = form.Default, form.Check, form.Message
	made.Indexed, made.Searchable, made.Unique = form.Indexed, form.Searchable, false
	if len(form.Labels) > 0 {
		made.Labels = form.Labels
	}
	var known []Option
	if f.Type == Choice || f.Type == Choices {
		known = f.Options.Choices
	}
	made.Options.Choices = keepCodes(form.Options.Choices, known)
	made.made, made.into, made.Gone = nil, nil, nil
	return made
}

// rows counts an object's records, those in the trash too, up to a number.
func (d *draft) rows(o *Object, most int) (int, error) {
	if d.before.byNumber[o.Number] == nil {
		return 0, nil
	}
	var n int
	err := d.tx.Row(fmt.Sprintf("select count(*) from (select 1 from %s limit %d) counted", o.table(), most)).Scan(&n)
	return n, err
}

// exchange puts a field into the place of another, which retires.
func (d *draft) exchange(o *Object, old, made *Field) {
	o.Fields[slices.Index(o.Fields, old)] = made
	o.retired = slices.DeleteFunc(o.retired, func(f *Field) bool { return f == made })
	old.into, made.source = nil, 0
	old.Retired, made.Retired = d.plan.At, zeroTime
	o.retired = append(o.retired, old)
}

// revertField brings back the columns that a field had before its conversion, or ends a conversion that goes on.
func (d *draft) revertField(step Step) error {
	o, back, err := d.field(Step{Number: step.Number})
	if err != nil {
		return err
	}
	if back.into != nil && back.into.Number == step.Other {
		return d.stopConverting(o, back)
	}
	i := slices.IndexFunc(o.Fields, func(f *Field) bool { return f.Number == step.Other })
	if i < 0 || back.Retired.IsZero() {
		return value.Errorf(value.Conflict, "the field %s.%s was changed since", o.Key, back.Key)
	}
	away := o.Fields[i]
	if away.into != nil {
		return errConverting(o, away)
	}
	since := back.Retired
	if back.Key != away.Key {
		return value.Errorf(value.Conflict, "the field %s.%s was renamed since", o.Key, away.Key)
	}
	d.exchange(o, away, back)
	d.fields[back.Number] = true
	d.undoneBy(Step{Op: revertField, Object: o.Key, Field: back.Key, Number: away.Number, Other: back.Number})
	if !back.Written() {
		return nil // it is computed anew
	}
	d.swaps = append(d.swaps, swap{object: o.Number, from: away.Number, to: back.Number, since: since})
	d.note("The field %s.%s has its former type and values again.", o.Key, back.Key)
	return nil
}

func (d *draft) stopConverting(o *Object, f *Field) error {
	twin := f.into
	f.into, twin.source, twin.Retired = nil, 0, d.plan.At
	o.retired = append(o.retired, twin)
	again := twin.clone()
	again.made = nil
	d.stopped = append(d.stopped, twin.Number)
	d.undoneBy(Step{Op: ConvertField, Object: o.Key, Field: f.Key, Number: f.Number, NewField: again})
	d.note("The conversion of %s.%s ends; its values stay as they were.", o.Key, f.Key)
	return nil
}
