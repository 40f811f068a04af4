package office

import (
	"net/http"

	"fairground/internal/record"
	"fairground/internal/ui"
)

// detailsView is what is said about an object: its names, picture and title.
type detailsView struct{ *defining }

func (d *defining) details(w http.ResponseWriter) error {
	d.putNames("label", d.o.Labels)
	d.putNames("plural", d.o.Plural)
	d.putNames("about", d.o.About)
	for name, text := range map[string]string{"key": d.o.Key, "icon": d.o.Icon, "title": d.o.Title, "was": stamp(d.spoken())} {
		d.form.set(name, text)
	}
	d.planToast()
	return d.showDetails(w)
}

func (d *defining) showDetails(w http.ResponseWriter) error {
	page, err := d.objectShell(d.at() + "/details")
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, (&detailsView{d}).view())
}

// titles are the fields that can name a record.
func (v *detailsView) titles() (options []ui.Option) {
	for _, f := range v.o.Fields {
		switch f.Type {
		case record.Text, record.Mail, record.Link, record.Phone, record.Autonumber, record.Formula, record.Integer, record.Date, record.Choice:
			options = append(options, ui.Option{Value: f.Key, Text: v.in(f.Labels)})
		}
	}
	return options
}

// mayRenameObject reports whether the object's name for conditions can change.
func (d *defining) mayRenameObject() bool { return d.o.Declared == "" && !d.isFixed() }

// saveDetails changes what is said about an object. A new name for conditions is previewed.
func (d *defining) saveDetails(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	d.isStale(d.spoken())
	o := d.spoken()
	o.Labels, o.Plural, o.About = d.namesFrom("label", o.Labels), d.namesFrom("plural", o.Plural), d.namesFrom("about", o.About)
	for name, most := range map[string]int{"label": record.MostLabel, "plural": record.MostLabel, "about": 1000} {
		d.tooLong(name, most)
	}
	for _, name := range []string{"label", "plural"} {
		if said := map[string]record.Names{"label": o.Labels, "plural": o.Plural}[name]; d.in(said) == "" {
			d.blame(name+"."+string(d.languages()[0]), d.t("office.define.fault.label"))
		}
	}
	d.take("icon", &o.Icon)
	if !d.isFixed() {
		d.take("title", &o.Title)
	}
	if key := d.line("key"); key != "" && d.mayRenameObject() {
		o.Key = key
	}
	c := &change{
		defining: d, title: d.t("office.define.did.change_object", "object", d.in(o.Labels)), done: definedAt(o.Key) + "/details", back: d.at() + "/details",
		again: d.showDetails, shown: d.shownIn, quiet: o.Key == d.o.Key,
	}
	if stamp(o) != stamp(d.spoken()) {
		c.steps = []record.Step{{Op: record.ChangeObject, Object: d.o.Key, NewObject: o}}
	}
	return c.run(w)
}

// removeObject takes an object away; its records stay for a while.
func (d *defining) removeObject(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.remove_object", "objects", d.in(d.o.Plural)),
		steps: []record.Step{{Op: record.RemoveObject, Object: d.o.Key, Force: d.isForced()}}, done: defineRoot, back: d.at() + "/details",
	}
	c.again = c.backWith
	return c.run(w)
}
