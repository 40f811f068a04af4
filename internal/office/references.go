package office

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// readReference finds the record that was picked, or the one whose id or exact name was typed.
func (v *visit) readReference(object, typed, picked string) (any, error) {
	o := v.target(object)
	if o == nil {
		return nil, value.Errorf(value.NotFound, "there is nothing to refer to")
	}
	for _, id := range []string{picked, typed} {
		if id, err := o.ParseID(id); err == nil {
			return id, nil
		}
	}
	same, err := v.called(o, typed)
	if err != nil {
		return nil, err
	}
	switch len(same) {
	case 1:
		return same[0].ID, nil
	case 0:
		return nil, &value.Error{Kind: value.Invalid, Key: "office.fault.nobody_called", Message: "nothing is called like that; pick a suggestion or write an id"}
	default:
		return nil, &value.Error{Kind: value.Invalid, Key: "office.fault.several_called", Message: "several are called like that; pick a suggestion or write an id"}
	}
}

// attribute is what a form asks about one of several references.
type attribute struct {
	of      *record.Field
	asField *record.Field // the same, under the name of its input
}

// attributesOf are the attributes of one reference of a field.
func attributesOf(f *record.Field, id string) []attribute {
	all := make([]attribute, len(f.Options.Attributes))
	for i, of := range f.Options.Attributes {
		named := *of
		named.Key = f.Key + "." + id + "." + of.Key
		all[i] = attribute{of, &named}
	}
	return all
}

// readAttributes reads what was filled in about one reference; nothing for one that was just added.
func (v *visit) readAttributes(form *web.Form, f *record.Field, id string) (record.Values, error) {
	var values record.Values
	for _, a := range attributesOf(f, id) {
		if !form.Has(a.asField.Key) {
			continue
		}
		x, err := v.readField(form, a.asField)
		if err == nil && x != nil {
			x, err = a.of.Parse(x)
		}
		if err != nil {
			return nil, err
		}
		if values == nil {
			values = record.Values{}
		}
		if x != nil {
			values[a.of.Key] = x
		}
	}
	return values, nil
}

// readReferences reads the ticked records with their attributes, and one more that was typed.
func (v *visit) readReferences(form *web.Form, f *record.Field) (any, error) {
	o := v.target(f.Options.Target)
	if o == nil {
		return nil, value.Errorf(value.NotFound, "there is nothing to refer to")
	}
	var refs []record.RefValue
	for _, text := range form.All(f.Key) {
		id, err := o.ParseID(text)
		if err != nil {
			return nil, err
		}
		attributes, err := v.readAttributes(form, f, text)
		if err != nil {
			return nil, err
		}
		refs = append(refs, record.RefValue{ID: id, Attributes: attributes})
	}
	if typed := strings.TrimSpace(form.Raw(f.Key + "_add")); typed != "" {
		id, err := v.readReference(f.Options.Target, typed, "")
		if err != nil {
			return nil, err
		}
		refs = append(refs, record.RefValue{ID: id.(value.ID)})
	}
	if len(refs) == 0 {
		return nil, nil
	}
	return refs, nil
}

// readAny reads the id of a record of any object that the asker may see.
func (v *visit) readAny(typed, picked string) (any, error) {
	for _, id := range []string{picked, typed} {
		if found, ok := v.anyOf(id); ok {
			return found, nil
		}
	}
	return nil, &value.Error{Kind: value.Invalid, Key: "office.fault.any_id", Message: "pick a suggestion or write the record's id"}
}

// anyOf finds the object that an outside id belongs to.
func (v *visit) anyOf(text string) (record.AnyValue, bool) {
	sight, err := v.sight()
	if err != nil {
		return record.AnyValue{}, false
	}
	for _, o := range sight.Objects() {
		if id, err := o.ParseID(strings.ToLower(text)); err == nil {
			return record.AnyValue{Object: o.Key, ID: id}, true
		}
	}
	return record.AnyValue{}, false
}

func parseDegrees(text string) (float64, error) {
	return strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
}

// fault is an error of one input as a sentence.
func (v *visit) fault(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return capital(text.Error(v.ctx, known))
	}
	return v.t("office.fault.value")
}

// mostOffered is how many records a picker offers.
const mostOffered = 8

// suggest answers pickers: records of an object by words.
func (v *visit) suggest(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	words, err := v.typedWords()
	if err != nil {
		return err
	}
	found, err := v.like(o, words)
	if err != nil {
		return err
	}
	return v.part(w, http.StatusOK, v.suggestions(found))
}

// like finds records by words or their id.
func (v *visit) like(o *record.Seen, words string) ([]*record.Record, error) {
	q := record.Query{Object: o.Key, Search: words, Limit: mostOffered}
	if id, err := o.ParseID(words); err == nil {
		q.Search, q.Filter = "", "id == "+strconv.FormatInt(int64(id), 10)
	} else if !hasWords(o) && words != "" {
		return v.looking(o, func(name string) bool { return strings.Contains(name, expr.Fold(words)) })
	}
	page, err := v.store.Find(v.ctx, v.asker, q)
	return page.Records, err
}

// called finds the records of an exact name, without regard to case.
func (v *visit) called(o *record.Seen, name string) ([]*record.Record, error) {
	condition := "fold(" + o.Title + ") == fold(" + strconv.Quote(name) + ")"
	if len(o.Scope().Problems(condition, expr.Bool)) > 0 {
		return v.looking(o, func(other string) bool { return other == expr.Fold(name) })
	}
	page, err := v.store.Find(v.ctx, v.asker, record.Query{Object: o.Key, Filter: condition, Fields: []string{}, Limit: 2})
	return page.Records, err
}

// looking reads the names of an object one by one: of objects that other rooms lend, such as the staff, the database
// cannot always compare names. Beyond the newest thousand nothing is found.
func (v *visit) looking(o *record.Seen, fits func(folded string) bool) (found []*record.Record, err error) {
	page, err := v.store.Find(v.ctx, v.asker, record.Query{Object: o.Key, Limit: record.MostRecords})
	for _, rec := range page.Records {
		if len(found) < mostOffered && fits(expr.Fold(rec.Title())) {
			found = append(found, rec)
		}
	}
	return found, err
}

// hasWords reports whether an object can be searched; those that other rooms lend often cannot.
func hasWords(o *record.Seen) bool {
	return slices.ContainsFunc(o.Fields, func(f *record.Field) bool { return f.Searchable })
}

// typedWords is what was typed: the words come as q, or under the name of the input itself.
func (v *visit) typedWords() (string, error) {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return "", err
	}
	for _, name := range append([]string{"q"}, q.Names()...) {
		if words := q.Line(name, 200); words != "" && name != "pick" {
			return words, q.Err()
		}
	}
	return "", q.Err()
}

func (v *visit) suggestions(found []*record.Record) ui.Suggestions {
	all := make(ui.Suggestions, len(found))
	for i, rec := range found {
		all[i] = ui.Suggestion{ID: rec.Object.ID(rec.ID), Text: rec.Title(), Detail: v.detail(rec)}
	}
	return all
}

// detail tells records of one name apart: the first value beside the name.
func (v *visit) detail(rec *record.Record) string {
	for _, f := range rec.Object.Fields {
		if f.Key == rec.Object.Title || isLong(f) {
			continue
		}
		if text := v.shown(f, rec.Values[f.Key], rec.Titles); text != "" && text != "…" {
			return clipped(text, 60)
		}
	}
	return ""
}
