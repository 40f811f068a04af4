package office

import (
	"slices"
	"strings"

	"fairground/internal/record"
	"fairground/internal/ui"
)

// fieldType is a type of field as the form offers it, with the properties that fields of it can have.
type fieldType struct {
	of   record.Type
	icon string
	has  string // of the words that Options and the boxes go by
}

// fieldTypes are all types in the order in which they are offered: the usual ones first.
func fieldTypes() []fieldType {
	return []fieldType{
		{record.Text, "pencil", "length searchable default required unique indexed"},
		{record.LongText, "file-text", "length searchable default required"},
		{record.Integer, "list", "least most unit unique indexed default required"},
		{record.Decimal, "circle-gauge", "scale least most unit unique indexed default required"},
		{record.MoneyType, "banknote", "currency least most indexed default required"},
		{record.YesNo, "circle-check", "indexed default required"},
		{record.Date, "calendar", "unique indexed default required"},
		{record.DateTime, "clock", "unique indexed default required"},
		{record.Choice, "tag", "choices indexed default required searchable"},
		{record.Choices, "tags", "choices required indexed searchable"},
		{record.Reference, "arrow-up-right", "target on_delete related unique indexed required default"},
		{record.References, "network", "target related required"},
		{record.AnyReference, "blocks", "related indexed required"},
		{record.Mail, "mail", "unique indexed searchable default required"},
		{record.Phone, "phone", "unique indexed searchable default required"},
		{record.Link, "link", "unique indexed searchable default required"},
		{record.Place, "map-pin", "length searchable required"},
		{record.File, "paperclip", "files required"},
		{record.Autonumber, "ticket", "start prefix unique indexed searchable"},
		{record.Formula, "workflow", "formula result scale unit searchable indexed"},
		{record.Rollup, "layout-grid", "rollup unit indexed"},
	}
}

// typeNamed is one of fieldTypes, and whether there is such a one.
func typeNamed(t record.Type) (fieldType, bool) {
	for _, one := range fieldTypes() {
		if one.of == t {
			return one, true
		}
	}
	return fieldType{of: t, icon: "circle-help"}, false
}

// can reports whether fields of the type have a property.
func (t fieldType) can(property string) bool { return slices.Contains(strings.Fields(t.has), property) }

func (d *defining) typeName(t record.Type) string { return d.t("office.define.type." + string(t)) }

// typeWords says what a field holds, in a few words: "Reference to Traders".
func (d *defining) typeWords(f *record.Field) string {
	name := d.typeName(f.Type)
	switch {
	case f.Options.Target != "":
		return d.t("office.define.type_to", "type", name, "objects", d.objectName(f.Options.Target))
	case f.Type == record.Formula && f.Options.Result != "":
		return d.t("office.define.type_as", "type", name, "result", d.typeName(f.Options.Result))
	case len(f.Options.Choices) > 0:
		var labels []string
		for _, choice := range f.Options.Choices {
			if !choice.Retired {
				labels = append(labels, d.choiceName(choice))
			}
		}
		return name + ": " + clipped(strings.Join(labels, ", "), 80)
	case f.Options.Unit != "":
		return name + ", " + f.Options.Unit
	}
	return name
}

func (d *defining) choiceName(choice record.Option) string {
	if label := d.in(choice.Labels); label != "" {
		return label
	}
	return choice.Key
}

// objectName is the plural of an object that a field leads to.
func (d *defining) objectName(key string) string {
	o, err := d.catalog.Object(key)
	if err != nil {
		return key
	}
	return d.in(o.Plural)
}

// turnable are the types that a field can be converted to; none when it keeps its type.
func turnable(f *record.Field) []record.Type {
	from := []record.Type{record.Text, record.LongText, record.Integer, record.Decimal, record.MoneyType, record.YesNo, record.Date, record.DateTime,
		record.Choice, record.Choices, record.Mail, record.Phone, record.Link, record.Autonumber}
	if f.Declared || !slices.Contains(from, f.Type) {
		return nil
	}
	return slices.DeleteFunc(from, func(t record.Type) bool { return t == record.Autonumber || t == f.Type })
}

// targets are the objects that a reference can lead to.
func (d *defining) targets() []ui.Option {
	options := []ui.Option{{Text: d.t("office.define.choose")}}
	for _, o := range d.catalog.Objects() {
		options = append(options, ui.Option{Value: o.Key, Text: d.in(o.Plural)})
	}
	return sortedOptions(options)
}

// gathered are the references to this object, over whose records a roll-up can count or add up.
func (d *defining) gathered() []ui.Option {
	options := []ui.Option{{Text: d.t("office.define.choose")}}
	d.eachGathered(func(o *record.Object, by *record.Field) {
		options = append(options, ui.Option{Value: o.Key + "." + by.Key, Text: d.t("office.define.gather", "objects", d.in(o.Plural), "field", d.in(by.Labels))})
	})
	return sortedOptions(options)
}

func (d *defining) eachGathered(fn func(o *record.Object, by *record.Field)) {
	for _, o := range d.catalog.Objects() {
		for _, f := range o.Fields {
			if o.Owned == nil && f.Type == record.Reference && f.Options.Target == d.o.Key {
				fn(o, f)
			}
		}
	}
}

// gatheredFields are the fields that a roll-up can add up.
func (d *defining) gatheredFields() []ui.Option {
	options := []ui.Option{{Text: d.t("office.define.gather_none")}}
	var seen []string
	summed := []record.Type{record.Integer, record.Decimal, record.MoneyType, record.Date, record.DateTime, record.Formula}
	d.eachGathered(func(o *record.Object, _ *record.Field) {
		if slices.Contains(seen, o.Key) {
			return
		}
		seen = append(seen, o.Key)
		for _, f := range o.Fields {
			if slices.Contains(summed, f.Type) {
				options = append(options, ui.Option{Value: o.Key + "." + f.Key, Text: d.in(o.Plural) + ": " + d.in(f.Labels)})
			}
		}
	})
	return options
}

// sortedOptions sorts options by their words; the first stays.
func sortedOptions(options []ui.Option) []ui.Option {
	slices.SortStableFunc(options[1:], func(a, b ui.Option) int { return strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)) })
	return options
}

// worded are options whose words are messages: office.define.<prefix>.<value>.
func (d *defining) worded(prefix string, values ...string) []ui.Option {
	options := make([]ui.Option, len(values))
	for i, value := range values {
		key := value
		if key == "" {
			key = "none"
		}
		options[i] = ui.Option{Value: value, Text: d.t("office.define." + prefix + "." + key)}
	}
	return options
}
