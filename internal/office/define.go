package office

import (
	"net/http"
	"slices"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// defineRoot is where the pages begin on which objects are defined: set-up, objects. Keys of objects begin with a
// letter, so what stands behind "-" is never one of them.
const defineRoot = "/console/setup/objects"

const (
	defineBytes = 1 << 20 // of a form; a pasted schema is the largest
	mostSchema  = 500_000 // characters of one
)

// defineRoute is one address of the set-up of objects. Looking asks for settings.see, everything else for settings.edit.
type defineRoute struct {
	pattern string
	answer  func(*defining, http.ResponseWriter) error
	look    bool
}

func defineRouteList() []defineRoute {
	const object, field = defineRoot + "/{object}", defineRoot + "/{object}/fields/{field}"
	return []defineRoute{
		{"GET " + defineRoot, (*defining).list, true},
		{"GET " + defineRoot + "/-/new", (*defining).newObject, false},
		{"POST " + defineRoot, (*defining).makeObject, false},
		{"GET " + defineRoot + "/-/plans", (*defining).plans, true},
		{"POST " + defineRoot + "/-/plans/{rev}/undo", (*defining).undoPlan, false},
		{"GET " + defineRoot + "/-/schema", (*defining).schema, false},
		{"GET " + defineRoot + "/-/schema/file", (*defining).schemaFile, false},
		{"POST " + defineRoot + "/-/schema", (*defining).applySchema, false},
		{"POST " + defineRoot + "/-/restoration", (*defining).restoreObject, false},
		{"GET " + object, (*defining).fields, true},
		{"POST " + object + "/fields", (*defining).addField, false},
		{"POST " + object + "/order", (*defining).reorder, false},
		{"POST " + object + "/sections", (*defining).changeSection, false},
		{"POST " + object + "/restoration", (*defining).restoreField, false},
		{"POST " + object + "/check", (*defining).check, false},
		{"GET " + object + "/details", (*defining).details, true},
		{"POST " + object + "/details", (*defining).saveDetails, false},
		{"POST " + object + "/removal", (*defining).removeObject, false},
		{"GET " + object + "/access", (*defining).access, true},
		{"POST " + object + "/access", (*defining).saveAccess, false},
		{"POST " + object + "/access/fields", (*defining).saveFieldAccess, false},
		{"GET " + object + "/rules", (*defining).rules, true},
		{"POST " + object + "/rules", (*defining).saveRules, false},
		{"POST " + object + "/indexes", (*defining).changeIndex, false},
		{"GET " + field, (*defining).field, true},
		{"POST " + field, (*defining).saveField, false},
		{"GET " + field + "/type", (*defining).typeForm, false},
		{"POST " + field + "/type", (*defining).changeType, false},
		{"POST " + field + "/removal", (*defining).removeField, false},
	}
}

// defineRoutes registers the pages.
func (o *Office) defineRoutes(m *web.Router) {
	for _, route := range defineRouteList() {
		guard := account.May(account.SettingsEdit)
		if route.look {
			guard = account.May(account.SettingsSee)
		}
		m.Handle(route.pattern, guard, func(w http.ResponseWriter, r *http.Request) error {
			d, err := o.beginDefining(r)
			if err != nil {
				return err
			}
			return route.answer(d, w)
		}, web.BodyLimit(defineBytes))
	}
}

// defining is a visit to the set-up of objects, with the catalog as it is.
type defining struct {
	*visit
	catalog *record.Catalog
	o       *record.Object // of the address; nil on pages about all
	f       *record.Field  // of the address; nil on pages about the object
	form    filled         // what the form sent, or what the page fills in
	faults  faults
}

func (o *Office) beginDefining(r *http.Request) (*defining, error) {
	v, err := o.begin(r)
	if err != nil {
		return nil, err
	}
	d := &defining{visit: v, form: filled{}, faults: faults{}}
	err = v.read(func(tx *db.Tx) error {
		d.catalog, err = v.store.Catalog(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if key := r.PathValue("object"); key != "" {
		if d.o, err = d.catalog.Object(key); err != nil {
			return nil, err
		}
	}
	if key := r.PathValue("field"); key != "" {
		if d.f = d.o.Field(key); d.f == nil {
			return nil, value.Errorf(value.NotFound, "%s has no such field", d.o.Key)
		}
	}
	return d, nil
}

// send reads the form of a request into d.form.
func (d *defining) send() error {
	form, err := web.ReadForm(d.r)
	if err != nil {
		return err
	}
	d.form = filled{}
	for _, name := range form.Names() {
		d.form[name] = slices.Clone(d.r.PostForm[name])
	}
	return nil
}

func definedAt(object string) string { return defineRoot + "/" + object }

func (d *defining) at() string { return definedAt(d.o.Key) }

func (d *defining) fieldAt(f *record.Field) string { return d.at() + "/fields/" + f.Key }

// isFixed reports whether the object's fields belong to another part of the program.
func (d *defining) isFixed() bool { return d.o.Owned != nil }

// tabs are the pages about all objects.
func (d *defining) tabs(at string) []ui.Link {
	links := []ui.Link{
		{Text: d.t("office.define.objects"), Href: defineRoot, Icon: "blocks"},
		{Text: d.t("office.define.plans"), Href: defineRoot + "/-/plans", Icon: "history"},
	}
	if d.mayDefine() {
		links = append(links, ui.Link{Text: d.t("office.define.schema"), Href: defineRoot + "/-/schema", Icon: "file-text"})
	}
	return current(links, at)
}

// objectTabs are the pages about one object.
func (d *defining) objectTabs(at string) []ui.Link {
	links := []ui.Link{
		{Text: d.t("office.define.fields"), Href: d.at(), Count: d.words.Count(len(d.o.Fields))},
		{Text: d.t("office.define.details"), Href: d.at() + "/details"},
		{Text: d.t("office.define.access"), Href: d.at() + "/access"},
	}
	if !d.isFixed() {
		links = append(links, ui.Link{Text: d.t("office.define.rules"), Href: d.at() + "/rules"})
	}
	return current(links, at)
}

func current(links []ui.Link, at string) []ui.Link {
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// shell is the frame of a page.
func (d *defining) shell(heading string, tabs []ui.Link) (ui.ConsolePage, error) {
	page, err := d.office.Shell.Page(d.r, heading, defineRoot)
	page.Tabs, page.TabsName = tabs, heading
	return page, err
}

// objectShell is the frame of a page about an object.
func (d *defining) objectShell(at string) (ui.ConsolePage, error) {
	page, err := d.shell(d.in(d.o.Plural), d.objectTabs(at))
	if err == nil {
		page.Title = d.t("office.define.title_of", "objects", d.in(d.o.Plural))
		page.Actions = d.objectActions()
	}
	return page, err
}

// status is of a form that is shown: again, when something is wrong with it.
func (d *defining) status() int {
	if len(d.faults) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// wrong is what is said above a form with faults; "" when there are none.
func (d *defining) wrong() string {
	if n := len(d.faults); n > 0 && d.faults[""] == "" {
		return d.t("office.form_wrong", "count", n)
	}
	return d.faults[""]
}
