package office

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// fieldsView is an object's fields in their sections, and the short form that adds one.
type fieldsView struct {
	*defining
	groups  []fieldGroup
	removed []removedThing
	turning bool // values are being converted
}

// fieldGroup is a section with its fields; all sections are shown, so that fields can be moved there.
type fieldGroup struct {
	section record.Section
	title   string
	fields  []*record.Field
}

// fields shows an object's fields.
func (d *defining) fields(w http.ResponseWriter) error {
	d.freshField()
	d.planToast()
	return d.showFields(w)
}

// freshField fills the form for the next field in; it goes to the section of the one before.
func (d *defining) freshField() {
	d.form = filled{"type": {string(record.Text)}, "scale": {"2"}, "rollup_op": {"count"}, "section": {d.r.URL.Query().Get("section")}}
}

func (d *defining) showFields(w http.ResponseWriter) error {
	v := &fieldsView{defining: d, groups: d.fieldGroups()}
	if d.mayDefine() && !d.isFixed() {
		var err error
		if v.removed, err = d.removedFields(); err != nil {
			return err
		}
		if v.turning, err = d.isTurning(); err != nil {
			return err
		}
	}
	page, err := d.objectShell(d.at())
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, v.view())
}

func (d *defining) fieldGroups() []fieldGroup {
	sections := append([]record.Section{{}}, d.o.Sections...)
	groups := make([]fieldGroup, len(sections))
	for n, s := range sections {
		g := fieldGroup{section: s, title: d.in(s.Labels)}
		if n == 0 {
			g.title = d.t("office.details")
		}
		for _, f := range d.o.Fields {
			if d.sectionOf(f) == s.Key {
				g.fields = append(g.fields, f)
			}
		}
		groups[n] = g
	}
	return groups
}

// sectionOf is the section that a field is shown in: one that is gone counts as none.
func (d *defining) sectionOf(f *record.Field) string {
	if slices.ContainsFunc(d.o.Sections, func(s record.Section) bool { return s.Key == f.Section }) {
		return f.Section
	}
	return ""
}

// history reads the plans, newest first.
func (d *defining) history(most int) (plans []record.Plan, err error) {
	err = d.read(func(tx *db.Tx) error {
		plans, err = record.Plans(tx, most)
		return err
	})
	return plans, err
}

// isTurning reports whether a conversion of the object's values goes on.
func (d *defining) isTurning() (bool, error) {
	plans, err := d.history(100)
	for _, p := range plans {
		for _, s := range p.Steps {
			if p.State == record.Running && s.Op == record.ConvertField && s.Object == d.o.Key {
				return true, err
			}
		}
	}
	return false, err
}

// removedFields are those of the object that can be restored. Each is tried without doing it, because another field may
// have its name by now, or its values may be dropped.
func (d *defining) removedFields() (all []removedThing, err error) {
	keys, seen := map[string]bool{d.o.Key: true}, map[int]bool{}
	if err := d.formerKeys(keys); err != nil {
		return nil, err
	}
	err = d.eachRemoval(record.RestoreField, func(p record.Plan, s record.Step) {
		if seen[s.Number] || !keys[s.Object] || len(all) >= mostRemoved {
			return
		}
		seen[s.Number] = true
		_, trial := d.store.Preview(d.ctx, d.asker, []record.Step{{Op: record.RestoreField, Number: s.Number}})
		thing := removedThing{number: s.Number, name: s.Field, when: p.At}
		if trial != nil {
			thing.why = d.error(trial)
		}
		if !d.isAlive(s.Number) && value.KindOf(trial) != value.NotFound {
			all = append(all, thing)
		}
	})
	return all, err
}

// formerKeys adds the names that the object had before it was renamed.
func (d *defining) formerKeys(keys map[string]bool) error {
	plans, err := d.history(1000)
	for _, p := range plans {
		for _, s := range p.Inverse {
			if s.Op == record.ChangeObject && s.Number == d.o.Number && s.NewObject != nil {
				keys[s.NewObject.Key] = true
			}
		}
	}
	return err
}

func (d *defining) isAlive(number int) bool {
	return slices.ContainsFunc(d.o.Fields, func(f *record.Field) bool { return f.Number == number })
}

// addField adds a field at the end of its section and shows the form for the next one.
func (d *defining) addField(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	if d.isFixed() {
		return d.goBack(w, d.at(), &value.Error{Kind: value.Invalid, Key: "office.define.owned_text", Message: "another part of the program keeps these records"})
	}
	f := d.fieldFrom(&record.Field{}, record.Type(d.line("type")))
	label := d.in(f.Labels)
	for _, other := range d.o.Fields {
		if label != "" && d.in(other.Labels) == label {
			d.blame("label."+string(d.languages()[0]), d.t("office.define.fault.same_field", "name", label))
		}
	}
	if len(d.faults) > 0 {
		return d.showFields(w)
	}
	var err error
	for _, key := range d.keysFor(label, "field") {
		f.Key = key
		var plan record.Plan
		plan, err = d.store.Apply(d.ctx, d.asker, d.t("office.define.did.add_field", "field", label, "object", d.in(d.o.Labels)),
			[]record.Step{{Op: record.AddField, Object: d.o.Key, Field: key, NewField: f}})
		if err == nil {
			return d.goOn(w, d.at()+planQuery(plan)+"&next=1&section="+url.QueryEscape(f.Section), d.t("office.define.added", "field", label))
		}
		if !isAbout(err, "key") || d.line("key") != "" {
			break
		}
	}
	c := &change{defining: d, again: d.showFields, shown: d.shownIn}
	return c.failed(w, err)
}

// isNext reports whether a field was just added, so that the form takes the focus.
func (d *defining) isNext() bool {
	return d.r.URL.Query().Get("next") != "" || len(d.o.Fields) <= 1 || len(d.faults) > 0
}

func isAbout(err error, field string) bool {
	var known *value.Error
	return errors.As(err, &known) && known.Kind == value.Invalid && known.Field == field
}

func planQuery(p record.Plan) string { return "?plan=" + strconv.FormatInt(p.Rev, 10) }

// restoreField brings a removed field back, with its values.
func (d *defining) restoreField(w http.ResponseWriter) error {
	number, err := d.sentNumber()
	if err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.restore_field", "object", d.in(d.o.Labels)), steps: []record.Step{{Op: record.RestoreField, Number: number}},
		done: d.at(), quiet: true,
	}
	return c.orBack(w, d.at())
}

// sectionTitle is the title of a section in a language, "" for a new one.
func (d *defining) sectionTitle(key string, l value.Locale) string {
	for _, s := range d.o.Sections {
		if s.Key == key {
			return textIn(s.Labels, l)
		}
	}
	return ""
}

func (d *defining) iconOfType(f *record.Field) string {
	kind, _ := typeNamed(f.Type)
	return kind.icon
}

// marks say in a word each what is special about a field.
func (d *defining) marks(f *record.Field) (tags []ui.Tag) {
	for _, mark := range []struct {
		is  bool
		key string
	}{
		{f.Key == d.o.Title, "title"}, {f.Required, "required"}, {f.Unique, "unique"}, {f.Searchable, "searchable"}, {f.Declared && d.o.Owned == nil, "declared"},
	} {
		if mark.is {
			tags = append(tags, ui.Tag{Text: d.t("office.define.mark." + mark.key)})
		}
	}
	if len(f.Hidden) > 0 {
		tags = append(tags, ui.Tag{Text: d.t("office.define.mark.hidden", "count", len(f.Hidden)), Icon: "eye-off", Tone: ui.Paid})
	}
	if len(f.Locked) > 0 {
		tags = append(tags, ui.Tag{Text: d.t("office.define.mark.locked", "count", len(f.Locked)), Icon: "key-round"})
	}
	return tags
}

func allTypes() (types []record.Type) {
	for _, t := range fieldTypes() {
		types = append(types, t.of)
	}
	return types
}
