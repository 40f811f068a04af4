package office

import (
	"net/http"
	"slices"

	"fairground/internal/record"
	"fairground/internal/value"
	"fairground/internal/web"
)

// reorder moves a field. With a script, "to" is the section and "before" the field it now stands before; without, "step"
// moves it up or down within its section.
func (d *defining) reorder(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	f := d.o.Field(d.line("field"))
	if f == nil {
		f = d.o.Field(d.r.URL.Query().Get("field"))
	}
	if f == nil {
		return value.Errorf(value.NotFound, "%s has no such field", d.o.Key)
	}
	section, before := d.wish(f)
	steps := d.moving(f, section, before)
	if web.Fragment(d.r) {
		if len(steps) > 0 {
			if _, err := d.store.Apply(d.ctx, d.asker, d.orderTitle(f), steps); err != nil {
				return err
			}
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	c := &change{defining: d, title: d.orderTitle(f), steps: steps, done: d.at(), quiet: true}
	return c.orBack(w, d.at())
}

func (d *defining) orderTitle(f *record.Field) string {
	return d.t("office.define.did.order", "field", d.in(f.Labels), "object", d.in(d.o.Labels))
}

// wish is where a field shall go: a section, and the field of it that shall follow, nil for the end.
func (d *defining) wish(f *record.Field) (section string, before *record.Field) {
	section = d.sectionOf(f)
	step := d.line("step")
	if step == "" {
		section = d.line("to")
		return section, d.o.Field(d.line("before"))
	}
	all := d.inSection(section)
	at := slices.Index(all, f)
	switch {
	case step == "up" && at > 0:
		return section, all[at-1]
	case step == "down" && at+2 < len(all):
		return section, all[at+2]
	case step == "down" || at == len(all)-1:
		return section, nil
	}
	return section, all[min(at+1, len(all)-1)]
}

func (d *defining) inSection(section string) (all []*record.Field) {
	for _, f := range d.o.Fields {
		if d.sectionOf(f) == section {
			all = append(all, f)
		}
	}
	return all
}

// moving are the steps that put a field into a section, before another or last. There is no step that makes a field the
// last of all: those behind it are moved before it.
func (d *defining) moving(f *record.Field, section string, before *record.Field) []record.Step {
	known := section == "" || slices.ContainsFunc(d.o.Sections, func(s record.Section) bool { return s.Key == section })
	if !known || before == f {
		return nil
	}
	moved := *f
	moved.Section = section
	step := record.Step{Op: record.ChangeField, Object: d.o.Key, Field: f.Key, NewField: &moved}
	if before != nil {
		if d.sectionOf(f) == section && d.follows(f, section) == before {
			return nil
		}
		step.Before = before.Key
		return []record.Step{step}
	}
	var steps []record.Step
	if d.sectionOf(f) != section {
		steps = append(steps, step)
	}
	passed := false
	for _, other := range d.o.Fields {
		if other == f {
			passed = true
		} else if passed && d.sectionOf(other) == section {
			same := *other
			steps = append(steps, record.Step{Op: record.ChangeField, Object: d.o.Key, Field: other.Key, NewField: &same, Before: f.Key})
		}
	}
	return steps
}

// follows is the next field of the same section, nil for the last.
func (d *defining) follows(f *record.Field, section string) *record.Field {
	all := d.inSection(section)
	if at := slices.Index(all, f); at >= 0 && at+1 < len(all) {
		return all[at+1]
	}
	return nil
}

// changeSection adds a section, renames one or removes it; its fields then have none.
func (d *defining) changeSection(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	o := d.spoken()
	key := d.line("section")
	at := slices.IndexFunc(o.Sections, func(s record.Section) bool { return s.Key == key })
	title := d.t("office.define.did.sections", "object", d.in(d.o.Labels))
	labels := record.Names(nil)
	if at >= 0 {
		labels = o.Sections[at].Labels
	}
	labels = d.namesFrom("title", labels)
	d.tooLong("title", record.MostLabel)
	switch {
	case d.line("do") == "remove" && at >= 0:
		o.Sections = slices.Delete(o.Sections, at, at+1)
	case d.in(labels) == "":
		d.blame("", d.t("office.define.fault.section"))
	case at >= 0:
		o.Sections[at].Labels = labels
	default:
		o.Sections = append(o.Sections, record.Section{Key: d.freeSection(d.in(labels)), Labels: labels})
	}
	for _, said := range d.faults {
		return d.goBack(w, d.at(), value.Errorf(value.Invalid, "%s", said))
	}
	c := &change{defining: d, title: title, steps: []record.Step{{Op: record.ChangeObject, Object: d.o.Key, NewObject: o}}, done: d.at(), quiet: true}
	return c.orBack(w, d.at())
}

// spoken is a copy of the object without its fields, for a step to change.
func (d *defining) spoken() *record.Object {
	o := *d.o
	o.Fields = nil
	o.Sections, o.Checks, o.Grants = slices.Clone(o.Sections), slices.Clone(o.Checks), slices.Clone(o.Grants)
	return &o
}

func (d *defining) freeSection(label string) string {
	var taken []record.Option
	for _, s := range d.o.Sections {
		taken = append(taken, record.Option{Key: s.Key})
	}
	if keyFrom(label) == "" {
		label = "section"
	}
	return freeChoice(taken, label)
}
