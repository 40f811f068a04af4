package office

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// formView is the form of one record, new or not.
type formView struct {
	v       *visit
	o       *record.Seen
	rec     *record.Record // nil: a new one
	section string         // only the fields of this section; allSections for all
	fields  []*record.Field
	typed   filled
	faults  faults
	same    []ui.Link // records that have what must be unique
	clashes []clash   // fields somebody changed meanwhile
}

// clash is a field that two people changed: what it is now, and what was written into the form.
type clash struct{ label, theirs, yours string }

// allSections is no key of a section.
const allSections = "*"

func (v *visit) newForm(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	if !o.May(record.Make) {
		return forbidden()
	}
	f := &formView{v: v, o: o, section: allSections, typed: filled{}}
	if err := f.fillDefaults(); err != nil {
		return err
	}
	return f.show(w, http.StatusOK)
}

// fillDefaults puts into a new form what the address gives, and the defaults that are plain values. Others are filled in
// when the record is made.
func (f *formView) fillDefaults() error {
	q, err := web.ReadQuery(f.v.r)
	if err != nil {
		return err
	}
	for _, field := range f.o.Fields {
		if given := q.Line(field.Key, 500); given != "" && isTyped(f.o, field) {
			if err := f.fillGiven(field, given); err != nil {
				return err
			}
			continue
		}
		if x, known := f.v.plainDefault(field); known {
			f.v.fill(f.typed, field, x, nil)
		}
	}
	return q.Err()
}

// fillGiven takes a value of the address: the id of a record for a reference, else what the field can read.
func (f *formView) fillGiven(field *record.Field, given string) error {
	var object string
	var id value.ID
	switch field.Type {
	case record.Reference:
		o := f.v.target(field.Options.Target)
		if o == nil {
			return nil
		}
		found, err := o.ParseID(given)
		if err != nil {
			return err
		}
		object, id = o.Key, found
	case record.AnyReference:
		found, ok := f.v.anyOf(given)
		if !ok {
			return value.Errorf(value.NotFound, "there is no such record")
		}
		object, id = found.Object, found.ID
	default:
		if x, err := field.Parse(given); err == nil {
			f.v.fill(f.typed, field, x, nil)
		}
		return nil
	}
	rec, err := f.v.store.Get(f.v.ctx, f.v.asker, object, id)
	if err != nil {
		return err
	}
	f.v.fillReference(f.typed, field.Key, object, id, titles{id: rec.Title()})
	return nil
}

// plainDefault is a field's default if it is a plain value or today.
func (v *visit) plainDefault(f *record.Field) (any, bool) {
	text := strings.TrimSpace(f.Default)
	switch {
	case text == "":
		return nil, false
	case text == "today()" && f.Type == record.Date:
		return v.dayOf(v.now), true
	case text == "now" && f.Type == record.DateTime:
		return v.now, true
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	} else if !plainNumber.MatchString(text) && text != "true" && text != "false" {
		return nil, false
	}
	x, err := f.Parse(text)
	return x, err == nil
}

func (v *visit) editForm(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	if !o.May(record.Edit) {
		return forbidden()
	}
	rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
	if err != nil {
		return err
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	f := &formView{v: v, o: o, rec: rec, section: allSections, typed: filled{}}
	if q.Has("section") {
		f.section = q.Line("section", 100)
	}
	if err := q.Err(); err != nil {
		return err
	}
	f.fillRecord(rec)
	return f.show(w, http.StatusOK)
}

// fillRecord puts a record into the form.
func (f *formView) fillRecord(rec *record.Record) {
	for _, field := range f.o.Fields {
		f.v.fill(f.typed, field, rec.Values[field.Key], rec.Titles)
	}
	f.typed.set("rev", strconv.FormatInt(rec.Rev, 10))
}

// shownFields are the inputs of the form.
func (f *formView) shownFields() (fields []*record.Field) {
	for _, field := range f.o.Fields {
		if isTyped(f.o, field) && (f.section == allSections || field.Section == f.section) {
			fields = append(fields, field)
		}
	}
	return fields
}

func (f *formView) show(w http.ResponseWriter, status int) error {
	f.fields = f.shownFields()
	page, err := f.v.office.Shell.Page(f.v.r, f.heading(), root(f.o.Key))
	if err != nil {
		return err
	}
	return f.v.show(w, status, page, f.view())
}

func (f *formView) heading() string {
	if f.rec == nil {
		return f.v.t("office.new", "object", f.v.within(f.o.Labels))
	}
	return f.v.t("office.edit_title", "name", f.rec.Title())
}

// create makes a record. Inputs left empty are not given, so that defaults apply.
func (v *visit) create(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	f := &formView{v: v, o: o, section: allSections}
	in := f.take(form)
	for key, x := range in.values {
		if x == nil {
			delete(in.values, key)
		}
	}
	if len(in.faults) > 0 {
		return f.show(w, http.StatusUnprocessableEntity)
	}
	rec, err := v.store.Create(v.ctx, v.asker, o.Key, in.values)
	if err != nil {
		return f.failed(w, err, in.values)
	}
	return v.goOn(w, pathOf(o.Object, rec.ID), v.t("office.made", "name", rec.Title()))
}

// take reads what was filled in and keeps it for showing it again.
func (f *formView) take(form *web.Form) sent {
	in := f.v.readForm(form, f.shownFields())
	f.typed, f.faults = in.typed, in.faults
	for _, field := range f.shownFields() {
		if field.Type == record.References {
			f.nameChosen(field)
		}
	}
	return in
}

// nameChosen gives the ticked references of a form their names again.
func (f *formView) nameChosen(field *record.Field) {
	o := f.v.target(field.Options.Target)
	if o == nil {
		return
	}
	var names []string
	for _, text := range f.typed[field.Key] {
		name := text
		if id, err := o.ParseID(text); err == nil {
			if rec, err := f.v.store.Get(f.v.ctx, f.v.asker, o.Key, id); err == nil {
				name = rec.Title()
			}
		}
		names = append(names, name)
	}
	f.typed.set(field.Key+" names", names...)
}

// failed shows the form again with what is wrong at its fields.
func (f *formView) failed(w http.ResponseWriter, err error, values record.Values) (failure error) {
	if f.faults, failure = f.v.faultsOf(err, f.has); failure != nil {
		return failure
	}
	f.findSame(values)
	return f.show(w, web.StatusOf(kindly(err)))
}

// kindly gives errors of several fields the status of a form to mend.
func kindly(err error) error {
	if value.KindOf(err) == value.Forbidden {
		return err
	}
	return value.Errorf(value.Invalid, "the form needs mending")
}

func (f *formView) has(key string) bool {
	return slices.ContainsFunc(f.shownFields(), func(field *record.Field) bool { return field.Key == key })
}

// findSame looks for the records that have what must be unique, as far as the asker may see them.
func (f *formView) findSame(values record.Values) {
	for _, field := range f.shownFields() {
		if !field.Unique || f.faults[field.Key] == "" || values[field.Key] == nil {
			continue
		}
		condition := f.v.sameValue(field, values[field.Key])
		if condition == "" {
			continue
		}
		page, err := f.v.store.Find(f.v.ctx, f.v.asker, record.Query{Object: f.o.Key, Filter: condition, Limit: 3})
		if err != nil {
			continue
		}
		for _, rec := range page.Records {
			if f.rec == nil || rec.ID != f.rec.ID {
				f.same = append(f.same, ui.Link{Text: rec.Title(), Href: pathOf(f.o.Object, rec.ID)})
			}
		}
	}
}

// sameValue is the condition that finds a value; "" for types that cannot be unique.
func (v *visit) sameValue(f *record.Field, in any) string {
	x, err := f.Parse(in)
	if err != nil {
		return ""
	}
	switch v.kindOf(f) {
	case "text":
		return "fold(" + f.Key + ") == fold(" + strconv.Quote(f.Show(x)) + ")"
	case "number":
		return f.Key + " == " + f.Show(x)
	case "date":
		if day, ok := x.(record.Day); ok {
			return f.Key + " == " + dayLiteral(day)
		}
	}
	return ""
}

// save changes a record. When somebody was faster, the form comes again with both values.
func (v *visit) save(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	f := &formView{v: v, o: o, section: allSections}
	if form.Has("section") {
		f.section = form.Line("section", 100)
	}
	rev := form.Int("rev", 0, 1<<62)
	if err := form.Err(); err != nil {
		return err
	}
	in := f.take(form)
	if f.rec, err = v.store.Get(v.ctx, v.asker, o.Key, id); err != nil {
		return err
	}
	if len(in.faults) > 0 {
		return f.show(w, http.StatusUnprocessableEntity)
	}
	keepAttributes(in.values, f.rec)
	rec, err := v.store.Update(v.ctx, v.asker, o.Key, id, rev, in.values)
	if isStale(err) {
		return f.clash(w, in.values)
	}
	if err != nil {
		return f.failed(w, err, in.values)
	}
	return v.goOn(w, pathOf(o.Object, rec.ID), v.t("office.saved", "name", rec.Title()))
}

// keepAttributes gives references that stay, and whose attributes the form did not ask about, those they had.
func keepAttributes(values record.Values, rec *record.Record) {
	for key, x := range values {
		refs, ok := x.([]record.RefValue)
		had, _ := rec.Values[key].([]record.RefValue)
		for i := range refs {
			for _, old := range had {
				if ok && old.ID == refs[i].ID && refs[i].Attributes == nil {
					refs[i].Attributes = old.Attributes
				}
			}
		}
	}
}

// isStale reports that somebody changed the record since it was read: a Conflict that belongs to no field.
func isStale(err error) bool {
	var known *value.Error
	return errors.As(err, &known) && known.Kind == value.Conflict && (known.Field == "" || known.Field == "rev")
}

// clash shows the form again, about the present revision, with what differs.
func (f *formView) clash(w http.ResponseWriter, values record.Values) error {
	for _, field := range f.shownFields() {
		now := f.rec.Values[field.Key]
		yours, err := field.Parse(values[field.Key])
		if err != nil || field.Show(now) == field.Show(yours) {
			continue
		}
		f.clashes = append(f.clashes, clash{f.v.in(field.Labels), orDash(f.v.shown(field, now, f.rec.Titles)), orDash(f.v.shown(field, yours, f.rec.Titles))})
	}
	f.typed.set("rev", strconv.FormatInt(f.rec.Rev, 10))
	return f.show(w, http.StatusConflict)
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// group is the fields of one section.
type group struct {
	key, title string
	fields     []*record.Field
}

// groups sorts fields by section: those without one first.
func (v *visit) groups(o *record.Seen, fields []*record.Field) (groups []group) {
	sections := append([]record.Section{{Labels: record.Names{"en": ""}}}, o.Sections...)
	known := map[string]bool{}
	for _, s := range sections {
		known[s.Key] = true
	}
	for n, s := range sections {
		g := group{key: s.Key, title: v.in(s.Labels)}
		for _, f := range fields {
			if f.Section == s.Key || n == 0 && !known[f.Section] {
				g.fields = append(g.fields, f)
			}
		}
		if g.title == "" {
			g.title = v.t("office.details")
		}
		if len(g.fields) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (f *formView) back() string {
	if f.rec == nil {
		return root(f.o.Key)
	}
	return pathOf(f.o.Object, f.rec.ID)
}

func (f *formView) action() string { return f.back() }

// problems are the faults that no input shows.
func (f *formView) problems() (all []string) {
	if fault := f.faults[""]; fault != "" {
		all = append(all, fault)
	}
	return all
}

func (f *formView) setting(field *record.Field) setting {
	first := len(f.fields) > 0 && f.fields[0] == field
	return setting{prefix: "field-", focus: first && len(f.faults) == 0 && len(f.clashes) == 0}
}

func (f *formView) clashesShown() bool { return len(f.clashes) > 0 }

// groupTitle leaves out the heading of a form whose fields are all of one group.
func (f *formView) groupTitle(g group) string {
	if len(f.v.groups(f.o, f.fields)) == 1 && g.key == "" {
		return ""
	}
	return g.title
}

// isWide reports whether an input takes a line of its own.
func isWide(f *record.Field) bool {
	switch f.Type {
	case record.LongText, record.Place, record.References, record.Choices:
		return true
	default:
		return false
	}
}
