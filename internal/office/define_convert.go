package office

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"fairground/internal/record"
	"fairground/internal/value"
)

// typeView is the form that gives a field another type.
type typeView struct {
	*defining
	types []record.Type
}

// typeForm asks which type a field shall have.
func (d *defining) typeForm(w http.ResponseWriter) error {
	d.form.set("scale", "2")
	return d.showTypeForm(w)
}

func (d *defining) showTypeForm(w http.ResponseWriter) error {
	v := &typeView{defining: d, types: turnable(d.f)}
	if len(v.types) == 0 || d.isFixed() {
		return value.Errorf(value.Invalid, "this field keeps its type")
	}
	page, err := d.shell(d.t("office.define.type_of", "field", d.in(d.f.Labels)), d.objectTabs(d.at()))
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, v.view())
}

// changeType shows how many values fit the new type, and then converts them.
func (d *defining) changeType(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	t := record.Type(d.line("type"))
	c := &change{
		defining: d, title: d.t("office.define.did.convert_field", "field", d.in(d.f.Labels), "type", d.typeName(t)),
		done: d.fieldAt(d.f), back: d.fieldAt(d.f) + "/type", again: d.showTypeForm, shown: d.shownIn,
	}
	if !slices.Contains(turnable(d.f), t) {
		d.blame("type", d.t("office.define.fault.type"))
		return c.again(w)
	}
	if err := d.suggestChoices(t); err != nil {
		return err
	}
	f := d.fieldFrom(d.f, t)
	f.Labels = d.f.Labels
	if isList(d.f.Type) && isList(t) {
		f.Options.Choices = d.f.Options.Choices
		delete(d.faults, "choices")
	}
	delete(d.faults, "label."+string(d.languages()[0]))
	c.steps = []record.Step{{Op: record.ConvertField, Object: d.o.Key, Field: d.f.Key, NewField: f}}
	if len(d.faults) == 0 && !d.isConfirmed() {
		t, err := d.tryTurning(f)
		if err != nil {
			return err
		}
		c.extra = t.view(d)
	}
	return c.run(w)
}

// mostSuggested is how many values become choices by themselves.
const mostSuggested = 100

// suggestChoices makes the values that are there the choices, when nobody wrote any.
func (d *defining) suggestChoices(t record.Type) error {
	if !isList(t) || isList(d.f.Type) || d.line("choices") != "" {
		return nil
	}
	rows, err := d.store.Group(d.ctx, record.System("office"), record.GroupQuery{
		Query: record.Query{Object: d.o.Key}, By: []record.Bucket{{Field: d.f.Key}}, Limit: mostSuggested + 1,
	})
	var known *value.Error
	if errors.As(err, &known) && known.Kind == value.Invalid {
		return nil // values of this type are not grouped
	}
	if err != nil {
		return err
	}
	var labels []string
	for _, row := range rows[:min(len(rows), mostSuggested)] {
		if len(row.Keys) > 0 && row.Keys[0] != nil {
			labels = append(labels, d.f.Show(row.Keys[0]))
		}
	}
	d.form.set("choices", strings.Join(labels, "\n"))
	return nil
}

func isList(t record.Type) bool { return t == record.Choice || t == record.Choices }

// mostTried is how many records are tried before a conversion, and mostLost how many of those that do not fit are shown.
const (
	mostTried = 2000
	mostLost  = 8
)

// trial is what became of values that were turned into another type.
type trial struct {
	tried, filled, fits int
	more                bool
	lostDefault         string
	lost                []lostValue
}

// lostValue is a value that the other type cannot hold.
type lostValue struct{ record, href, text string }

var errTried = errors.New("enough records were tried")

// tryTurning turns the values of the first records, and keeps nothing.
func (d *defining) tryTurning(to *record.Field) (*trial, error) {
	t := &trial{lostDefault: d.f.Default}
	q := record.Query{Object: d.o.Key, Fields: []string{d.f.Key, d.o.Title}}
	err := d.store.Each(d.ctx, record.System("office"), q, func(rec *record.Record) error {
		if t.tried == mostTried {
			t.more = true
			return errTried
		}
		t.tried++
		v := rec.Values[d.f.Key]
		if v == nil {
			return nil
		}
		t.filled++
		if d.turns(to, v) {
			t.fits++
		} else if len(t.lost) < mostLost {
			t.lost = append(t.lost, lostValue{rec.Title(), pathOf(d.o, rec.ID), clipped(d.f.Show(v), 80)})
		}
		return nil
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return t, err
}

// turns reports whether a value fits another type, by the rules of record's conversions: mostly by its text.
func (d *defining) turns(to *record.Field, v any) bool {
	in := any(d.f.Show(v))
	switch v := v.(type) {
	case time.Time:
		if to.Type == record.Date {
			in = v
		}
	case record.Day:
		if to.Type == record.DateTime {
			in = v
		}
	case value.Money:
		if to.Type == record.Decimal || to.Type == record.Integer {
			in = withoutZeros(v.Decimal())
		}
	case bool:
		if to.Type == record.Integer || to.Type == record.Decimal {
			in = map[bool]string{true: "1", false: "0"}[v]
		}
	case record.Number:
		if to.Type == record.Integer {
			in = withoutZeros(d.f.Show(v))
		}
	}
	if text, ok := in.(string); ok && to.Type == record.MoneyType && (d.f.Type == record.Integer || d.f.Type == record.Decimal) {
		in = d.currencyOf(to) + " " + text
	}
	if text, ok := in.(string); ok && to.Type == record.Choices && d.f.Type == record.Choice {
		in = []string{text}
	}
	made, err := to.Parse(in)
	return err == nil && made != nil
}

func (d *defining) currencyOf(to *record.Field) string {
	if to.Options.Currency != "" {
		return to.Options.Currency
	}
	return d.site.Settings().Currency
}

// withoutZeros leaves zeros behind the point out, so that 3.00 can be a whole number.
func withoutZeros(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
