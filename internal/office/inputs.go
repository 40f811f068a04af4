package office

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// filled is what stands in the inputs of a form, by their names.
type filled map[string][]string

func (f filled) text(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}

func (f filled) set(name string, texts ...string) { f[name] = texts }

// chosen are the options of the references that a form has, by id.
func (f filled) chosen(key string) (options []ui.Option) {
	for n, id := range f[key] {
		text := id
		if all := f[key+" names"]; n < len(all) {
			text = all[n]
		}
		options = append(options, ui.Option{Value: id, Text: text})
	}
	return options
}

const (
	dayLayout    = "2006-01-02"
	momentLayout = "2006-01-02T15:04"
)

// fill puts a value into the inputs of a field.
func (v *visit) fill(into filled, f *record.Field, x any, names titles) {
	switch x := x.(type) {
	case nil:
	case bool:
		into.set(f.Key, map[bool]string{true: ui.Yes, false: ui.No}[x])
	case value.Money:
		into.set(f.Key, x.Decimal())
		into.set(f.Key+"_currency", x.Currency)
	case record.Day:
		into.set(f.Key, v.noon(x).Format(dayLayout))
	case time.Time:
		into.set(f.Key, x.In(v.words.Zone()).Format(momentLayout))
	case []string:
		into.set(f.Key, x...)
	case record.PlaceValue:
		into.set(f.Key, x.Name)
		if x.Point != nil {
			into.set(f.Key+"_lat", degrees(x.Point.Lat))
			into.set(f.Key+"_lon", degrees(x.Point.Lon))
		}
	case value.ID:
		v.fillReference(into, f.Key, f.Options.Target, x, names)
	case record.AnyValue:
		v.fillReference(into, f.Key, x.Object, x.ID, names)
	case []record.RefValue:
		for _, ref := range x {
			into[f.Key] = append(into[f.Key], v.outside(f.Options.Target, ref.ID))
			into[f.Key+" names"] = append(into[f.Key+" names"], names.of(ref.ID))
			for _, a := range attributesOf(f, v.outside(f.Options.Target, ref.ID)) {
				v.fill(into, a.asField, ref.Attributes[a.of.Key], nil)
			}
		}
	default:
		into.set(f.Key, f.Show(x))
	}
}

func (v *visit) fillReference(into filled, key, object string, id value.ID, names titles) {
	into.set(key, names.of(id))
	into.set(key+"_id", v.outside(object, id))
}

// outside writes the id of a record of another object.
func (v *visit) outside(object string, id value.ID) string {
	if o := v.target(object); o != nil {
		return o.ID(id)
	}
	return ""
}

// isTyped reports whether forms have an input for a field. Files come by a form of their own.
func isTyped(o *record.Seen, f *record.Field) bool { return o.Editable(f) && f.Type != record.File }

// setting is where an input stands.
type setting struct {
	prefix string // keeps ids apart when a page has several forms
	bare   bool   // the label is beside it already
	focus  bool
}

// input is the input of a field.
func (v *visit) input(f *record.Field, have filled, fault string, in setting) templ.Component {
	i := ui.Input{
		Name: f.Key, ID: in.prefix + f.Key, Label: v.in(f.Labels), Hint: v.in(f.Help), Error: fault,
		Required: f.Required && !in.bare, Bare: in.bare, Focus: in.focus,
	}
	if in.bare {
		i.Hint = ""
	}
	switch f.Type {
	case record.MoneyType:
		return v.moneyInput(i, f, have)
	case record.YesNo:
		return ui.YesNoInput{Input: i, Value: have.text(f.Key)}
	case record.Choice:
		return ui.ChoiceInput{Input: i, Value: have.text(f.Key), Options: v.choicesOf(f, have, !f.Required || have.text(f.Key) == "")}
	case record.Choices:
		return ui.ChoicesInput{Input: i, Values: have[f.Key], Options: v.choicesOf(f, have, false)}
	case record.Place:
		return ui.PlaceInput{Input: i, Text: have.text(f.Key), Lat: have.text(f.Key + "_lat"), Lon: have.text(f.Key + "_lon")}
	case record.Reference:
		return ui.LinkPicker{Input: i, Value: have.text(f.Key + "_id"), Text: have.text(f.Key), URL: root(f.Options.Target) + "/suggest"}
	case record.AnyReference:
		return ui.LinkPicker{Input: i, Value: have.text(f.Key + "_id"), Text: have.text(f.Key), URL: "/console/palette?pick=1"}
	case record.References:
		return ui.LinksPicker{Input: i, Chosen: have.chosen(f.Key), URL: root(f.Options.Target) + "/suggest"}
	default:
		return ui.TextInput{Input: i, Kind: inputKinds[f.Type], Value: have.text(f.Key), Unit: f.Options.Unit}
	}
}

var inputKinds = map[record.Type]ui.InputKind{
	record.LongText: ui.LongInput, record.Integer: ui.WholeInput, record.Decimal: ui.DecimalInput, record.Date: ui.DateInput,
	record.DateTime: ui.DateTimeInput, record.Mail: ui.EmailInput, record.Phone: ui.PhoneInput, record.Link: ui.URLInput,
}

func (v *visit) moneyInput(i ui.Input, f *record.Field, have filled) templ.Component {
	own := v.site.Settings().Currency
	currencies := []string{own, "EUR", "CHF", "GBP", "USD"}
	if f.Options.Currency != "" {
		currencies = []string{f.Options.Currency}
	}
	now := have.text(f.Key + "_currency")
	if now == "" {
		now = currencies[0]
	}
	return ui.MoneyInput{Input: i, Amount: have.text(f.Key), Currency: now, Currencies: distinct(append(currencies, now))}
}

func distinct(texts []string) (kept []string) {
	seen := map[string]bool{}
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}

// choicesOf are the options of a field; a retired one only where the record has it.
func (v *visit) choicesOf(f *record.Field, have filled, empty bool) (options []ui.Option) {
	if empty {
		options = append(options, ui.Option{Text: v.t("office.none")})
	}
	for _, o := range f.Options.Choices {
		if !o.Retired || slices.Contains(have[f.Key], o.Key) {
			options = append(options, ui.Option{Value: o.Key, Text: v.in(o.Labels)})
		}
	}
	return options
}

// sent is a form of fields as it came in.
type sent struct {
	values record.Values
	typed  filled
	faults faults
}

// readForm reads the inputs of the fields that a form says it shows.
func (v *visit) readForm(form *web.Form, fields []*record.Field) sent {
	in := sent{values: record.Values{}, typed: filled{}, faults: faults{}}
	for _, name := range form.Names() {
		in.typed[name] = form.All(name)
		if raw := form.Raw(name); len(in.typed[name]) <= 1 {
			in.typed[name] = []string{raw}
		}
	}
	for _, f := range fields {
		x, err := v.readField(form, f)
		if err == nil && x != nil {
			_, err = f.Parse(x) // so that all that is wrong is told at once
		}
		switch {
		case err != nil:
			in.faults[f.Key] = v.fault(err)
		case x == nil && f.Required && f.Default == "":
			in.faults[f.Key] = v.t("web.required")
		default:
			in.values[f.Key] = x
		}
	}
	return in
}

// readField gives what Field.Parse takes; nil for an empty input.
func (v *visit) readField(form *web.Form, f *record.Field) (any, error) {
	text := strings.TrimSpace(form.Raw(f.Key))
	switch f.Type {
	case record.Choices:
		return orNil(form.All(f.Key)), nil
	case record.Place:
		return v.readPlace(form, f, text)
	case record.References:
		return v.readReferences(form, f)
	}
	if text == "" {
		return nil, nil
	}
	switch f.Type {
	case record.MoneyType:
		return value.ParseMoney(text, form.Raw(f.Key+"_currency"))
	case record.YesNo:
		return text == ui.Yes, nil
	case record.DateTime:
		return v.readMoment(text)
	case record.Reference:
		return v.readReference(f.Options.Target, text, form.Raw(f.Key+"_id"))
	case record.AnyReference:
		return v.readAny(text, form.Raw(f.Key+"_id"))
	case record.LongText:
		return strings.ReplaceAll(text, "\r\n", "\n"), nil
	default:
		return text, nil
	}
}

func orNil(texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	return texts
}

func (v *visit) readMoment(text string) (any, error) {
	at, err := time.ParseInLocation(momentLayout, text, v.words.Zone())
	if err != nil {
		return nil, value.Errorf(value.Invalid, "write a date and a time, such as 2026-11-21 14:30")
	}
	return at.UTC(), nil
}

func (v *visit) readPlace(form *web.Form, f *record.Field, name string) (any, error) {
	lat, lon := strings.TrimSpace(form.Raw(f.Key+"_lat")), strings.TrimSpace(form.Raw(f.Key+"_lon"))
	if lat == "" && lon == "" {
		if name == "" {
			return nil, nil
		}
		return record.PlaceValue{Name: name}, nil
	}
	form = nil
	x, errLat := parseDegrees(lat)
	y, errLon := parseDegrees(lon)
	if errLat != nil || errLon != nil {
		return nil, value.Errorf(value.Invalid, "write latitude and longitude in degrees, such as 46.52 and 6.63")
	}
	point, err := value.ParsePoint(x, y)
	if err != nil {
		return nil, err
	}
	return record.PlaceValue{Name: name, Point: &point}, nil
}
