package office

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/account"
	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// flowRoot is where the pages of automations begin; flowKind is how their ids are written there.
const (
	flowRoot = "/console/setup/automations"
	flowKind = "flw"
)

// Flows is what the pages of automations need.
type Flows struct {
	Desk   func(*site.Site) *automation.Desk
	Secret func(s *site.Site, flow value.ID) string // signs what a flow sends to addresses outside; nil: not shown
}

// flowRoute is one address of the set-up of automations. Looking asks for settings.see, the rest for settings.edit.
type flowRoute struct {
	pattern string
	answer  func(*flowing, http.ResponseWriter) error
	look    bool
}

func flowRouteList() []flowRoute {
	const flow = flowRoot + "/{flow}"
	return []flowRoute{
		{"GET " + flowRoot, (*flowing).list, true},
		{"POST " + flowRoot, (*flowing).save, false},
		{"GET " + flowRoot + "/-/new", (*flowing).newForm, false},
		{"POST " + flowRoot + "/-/check", (*flowing).check, false},
		{"GET " + flow, (*flowing).editForm, true},
		{"POST " + flow, (*flowing).save, false},
		{"GET " + flow + "/test", (*flowing).test, true},
		{"POST " + flow + "/test", (*flowing).try, false},
		{"POST " + flow + "/switch", (*flowing).turn, false},
		{"POST " + flow + "/removal", (*flowing).remove, false},
		{"GET " + flow + "/runs", (*flowing).runs, true},
	}
}

// FlowRoutes registers the pages on which automations are made, tried and switched on.
func (o *Office) FlowRoutes(m *web.Router, flows Flows) {
	for _, route := range flowRouteList() {
		guard := account.May(account.SettingsEdit)
		if route.look {
			guard = account.May(account.SettingsSee)
		}
		m.Handle(route.pattern, guard, func(w http.ResponseWriter, r *http.Request) error {
			f, err := o.beginFlow(r, flows)
			if err != nil {
				return err
			}
			return route.answer(f, w)
		}, web.BodyLimit(formBytes))
	}
}

// flowing is a visit to the automations. What it knows of objects is what the asker sees: a flow can do no more.
type flowing struct {
	*defining
	flows Flows
	desk  *automation.Desk
	sees  *record.Sight
	flow  automation.Flow   // of the address; zero on pages about all
	staff []account.Account // those who are active
}

func (o *Office) beginFlow(r *http.Request, flows Flows) (*flowing, error) {
	d, err := o.beginDefining(r)
	if err != nil {
		return nil, err
	}
	f := &flowing{defining: d, flows: flows, desk: flows.Desk(d.site)}
	var id value.ID
	if text := r.PathValue("flow"); text != "" {
		if id, err = value.ParseID(flowKind, text); err != nil {
			return nil, value.Errorf(value.NotFound, "there is no such automation")
		}
	}
	err = f.read(func(tx *db.Tx) (err error) {
		if id != 0 {
			if f.flow, err = automation.Find(tx, id); err != nil {
				return err
			}
		}
		if f.sees, err = f.store.Sight(tx, f.asker); err != nil {
			return err
		}
		f.staff, err = activeStaff(tx)
		return err
	})
	return f, err
}

func activeStaff(tx *db.Tx) (active []account.Account, err error) {
	all, err := account.Staff(tx)
	for _, a := range all {
		if a.State == account.Active {
			active = append(active, a)
		}
	}
	return active, err
}

func flowAt(id value.ID) string { return flowRoot + "/" + id.Text(flowKind) }

func (f *flowing) at() string { return flowAt(f.flow.ID) }

// seenObject is an object as the asker sees it, nil when they do not.
func (f *flowing) seenObject(key string) *record.Seen {
	seen, err := f.sees.Object(key)
	if err != nil {
		return nil
	}
	return seen
}

// tabsOf are the pages about one flow.
func (f *flowing) tabsOf(at string) []ui.Link {
	if f.flow.ID == 0 {
		return nil
	}
	return current([]ui.Link{
		{Text: f.t("office.flow.what"), Href: f.at(), Icon: "workflow"},
		{Text: f.t("office.flow.test"), Href: f.at() + "/test", Icon: "check-check"},
		{Text: f.t("office.flow.runs"), Href: f.at() + "/runs", Icon: "history"},
	}, at)
}

// flowShell is the frame of a page about automations.
func (f *flowing) flowShell(heading, at string) (ui.ConsolePage, error) {
	page, err := f.office.Shell.Page(f.r, heading, flowRoot)
	page.Tabs, page.TabsName = f.tabsOf(at), heading
	return page, err
}

// flowRow is a flow in the list.
type flowRow struct {
	flow automation.Flow
	last *automation.Run // nil when it has not run lately
}

type flowList struct {
	*flowing
	all []flowRow
}

// list shows all automations with how each ran last.
func (f *flowing) list(w http.ResponseWriter) error {
	l := &flowList{flowing: f}
	err := f.read(func(tx *db.Tx) error {
		flows, err := automation.Flows(tx)
		if err != nil {
			return err
		}
		for _, flow := range flows {
			row := flowRow{flow: flow}
			last, err := automation.Runs(tx, flow.ID, 1)
			if err != nil {
				return err
			}
			if len(last) > 0 {
				row.last = &last[0]
			}
			l.all = append(l.all, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	page, err := f.flowShell(f.t("office.flow.title"), "")
	if err != nil {
		return err
	}
	page.Actions = l.actions()
	return f.show(w, http.StatusOK, page, l.view())
}

// stateTag says whether a flow is on.
func (f *flowing) stateTag(flow automation.Flow) ui.Tag {
	if flow.Active {
		return ui.Tag{Text: f.t("office.flow.on"), Tone: ui.Safe, Icon: "check"}
	}
	return ui.Tag{Text: f.t("office.flow.off")}
}

func (f *flowing) resultTag(r automation.Result) ui.Tag {
	tone := ui.Alarm
	if r == automation.Done {
		tone = ui.Safe
	}
	return ui.Tag{Text: f.t("office.flow.result." + string(r)), Tone: tone}
}

// pluralOf is what the records of an object are called, as far as the asker sees it.
func (f *flowing) pluralOf(object string) string {
	if seen := f.seenObject(object); seen != nil {
		return f.in(seen.Plural)
	}
	return object
}

func (f *flowing) labelOf(object, field string) string {
	if seen := f.seenObject(object); seen != nil && seen.Field(field) != nil {
		return f.in(seen.Field(field).Labels)
	}
	return field
}

// whenWords says when a flow runs: "Stalls: when Status changes".
func (f *flowing) whenWords(t automation.Trigger) string {
	key, args := "office.flow.when."+string(t.Event), []any{"objects", f.pluralOf(t.Object)}
	switch t.Event {
	case automation.Changed:
		if len(t.Fields) > 0 {
			labels := make([]string, len(t.Fields))
			for i, field := range t.Fields {
				labels[i] = f.labelOf(t.Object, field)
			}
			key, args = key+"_fields", append(args, "fields", f.listed(labels))
		}
	case automation.Reached:
		args = append(args, "field", f.labelOf(t.Object, t.Date))
		switch {
		case t.Days < 0:
			key, args = key+"_before", append(args, "count", -t.Days)
		case t.Days > 0:
			key, args = key+"_after", append(args, "count", t.Days)
		}
	case automation.Schedule:
		key, args = "office.flow.when."+string(t.Every), append(args, "hour", hourText(t.Hour))
	}
	return f.t(key, args...)
}

func hourText(hour int) string {
	if hour < 10 {
		return "0" + strconv.Itoa(hour) + ":00"
	}
	return strconv.Itoa(hour) + ":00"
}

// stepWords says what a step does.
func (f *flowing) stepWords(object string, a automation.Action) string {
	switch a.Do {
	case automation.SetFields:
		return f.t("office.flow.does.set", "values", f.valueWords(object, a.Values))
	case automation.MakeOne:
		return f.t("office.flow.does.create", "objects", f.pluralOf(a.Object), "values", f.valueWords(a.Object, a.Values))
	case automation.Assign:
		return f.t("office.flow.does.assign", "field", f.labelOf(object, a.Field), "to", f.personName(a.To))
	case automation.SendMail:
		return f.t("office.flow.does.mail", "to", f.personName(a.To), "subject", a.Subject)
	default:
		return f.t("office.flow.does.webhook", "url", a.URL)
	}
}

func (f *flowing) valueWords(object string, values map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		text := values[key]
		if text == "" {
			text = f.t("office.flow.emptied")
		}
		parts = append(parts, f.labelOf(object, key)+" = "+text)
	}
	return strings.Join(parts, ", ")
}

// personName is whom a step concerns.
func (f *flowing) personName(to string) string {
	if to == "owner" {
		return f.t("office.flow.its_owner")
	}
	for _, a := range f.staff {
		if a.ID.Text(account.IDKind) == to {
			return a.Name
		}
	}
	return to
}
