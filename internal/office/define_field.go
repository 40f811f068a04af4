package office

import (
	"net/http"
	"slices"
	"strconv"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// fieldView is the form of one field.
type fieldView struct {
	*defining
	kind fieldType
}

// field shows the form of a field.
func (d *defining) field(w http.ResponseWriter) error {
	d.put(d.f)
	d.planToast()
	return d.showField(w)
}

func (d *defining) showField(w http.ResponseWriter) error {
	v := &fieldView{defining: d}
	v.kind, _ = typeNamed(d.f.Type)
	page, err := d.objectShell(d.at())
	if err != nil {
		return err
	}
	page.Heading, page.Actions = d.in(d.f.Labels), nil
	page.Title = d.t("office.define.title_of", "objects", d.in(d.f.Labels))
	return d.show(w, d.status(), page, v.view())
}

// mayRename reports whether the field's name for conditions can change.
func (d *defining) mayRename() bool { return !d.f.Declared && !d.isFixed() }

// saveField changes a field. Words change at once; what changes values or rules is previewed.
func (d *defining) saveField(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	d.isStale(d.f)
	f := d.fieldFrom(d.f, d.f.Type)
	if key := d.line("key"); key != "" && d.mayRename() {
		f.Key = key
	}
	if d.isFixed() {
		kept := *d.f
		kept.Labels, kept.Help = f.Labels, f.Help
		f = &kept
	}
	c := &change{
		defining: d, title: d.t("office.define.did.change_field", "field", d.in(f.Labels), "object", d.in(d.o.Labels)),
		done: definedAt(d.o.Key) + "/fields/" + f.Key, back: d.fieldAt(d.f), again: d.showField, shown: d.shownIn, quiet: isWordsOnly(d.f, f),
	}
	if stamp(d.f) != stamp(f) {
		c.steps = []record.Step{{Op: record.ChangeField, Object: d.o.Key, Field: d.f.Key, NewField: f}}
	}
	return c.run(w)
}

// isWordsOnly reports whether a change is about what people read and nothing else.
func isWordsOnly(was, f *record.Field) bool {
	plain := func(f *record.Field) string {
		p := *f
		p.Labels, p.Help, p.Message, p.Section = nil, nil, nil, ""
		p.Options.Unit, p.Options.Related = "", nil
		p.Options.Choices = slices.Clone(f.Options.Choices)
		for i := range p.Options.Choices {
			p.Options.Choices[i].Labels, p.Options.Choices[i].Tone = nil, ""
		}
		return stamp(&p)
	}
	return plain(was) == plain(f)
}

// removeField takes a field away; its values stay for a while.
func (d *defining) removeField(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.remove_field", "field", d.in(d.f.Labels), "object", d.in(d.o.Labels)),
		steps: []record.Step{{Op: record.RemoveField, Object: d.o.Key, Field: d.f.Key, Force: d.isForced()}},
		done:  d.at(), back: d.fieldAt(d.f),
	}
	c.again = c.backWith
	return c.run(w)
}

// backWith leads back to where a form without inputs stands, and says there what is wrong.
func (c *change) backWith(w http.ResponseWriter) error {
	if said := c.wrong(); said != "" {
		return c.goBack(w, c.back, value.Errorf(value.Invalid, "%s", said))
	}
	return c.goOn(w, c.back, c.t("office.define.nothing"))
}

// mostShownChoices bounds how many choices are edited on one page: a form holds so many values.
const mostShownChoices = 60

// shownChoices are the choices on the page, from a place in the list.
func (v *fieldView) shownChoices() []record.Option {
	all := v.f.Options.Choices
	from := min(v.choicesFrom(), len(all))
	return all[from:min(from+mostShownChoices, len(all))]
}

func (v *fieldView) choicesFrom() int {
	from := 0
	v.takeFrom(&from)
	return from
}

// takeFrom reads the place in a long list that the address names.
func (d *defining) takeFrom(into *int) {
	n, err := strconv.Atoi(d.r.URL.Query().Get("from"))
	if err != nil || n < 0 || n > 10_000 {
		return
	}
	*into = n
}

// sectionOptions are the parts of the form that a field can stand in.
func (d *defining) sectionOptions() []ui.Option {
	options := []ui.Option{{Text: d.t("office.details")}}
	for _, s := range d.o.Sections {
		options = append(options, ui.Option{Value: s.Key, Text: d.in(s.Labels)})
	}
	return options
}
