package office

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

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
	found, err := v.store.Suggest(v.ctx, v.asker, object, typed, 20)
	if err != nil {
		return nil, err
	}
	var same []*record.Record
	for _, rec := range found {
		if strings.EqualFold(rec.Title(), typed) {
			same = append(same, rec)
		}
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

// readReferences reads the ticked records and one more that was typed. Attributes stay as they are.
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
		refs = append(refs, record.RefValue{ID: id})
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

// mostSuggested is how many records a picker offers.
const mostSuggested = 8

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
	found, err := v.store.Suggest(v.ctx, v.asker, o.Key, words, mostSuggested)
	if err != nil {
		return err
	}
	return v.part(w, http.StatusOK, v.suggestions(found))
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
