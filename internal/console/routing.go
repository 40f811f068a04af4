package console

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// routingView is who gets which cases: the routes of the site, the queues they fill and who works on them.
type routingView struct {
	v       *visit
	routes  []moderation.Route // with empty ones at the end, for those who may edit
	queues  []queueStaff
	history []event
	faults  faults
	names   []string // of queues
	known   []string // policies
}

// queueStaff is a queue with what waits in it and who takes cases from it.
type queueStaff struct {
	moderation.QueueCount
	people []colleague
}

// colleague is a reviewer with the page of their work, for those who may see it.
type colleague struct{ name, href string }

const (
	routingPath  = queueRoot + "/routing"
	emptyRoutes  = 2
	mostRoutes   = 50
	routeRecord  = value.ID(1) // the log's record of all routes
	routeHistory = 10
)

// routing shows which cases go to whom.
func (v *visit) routing(w http.ResponseWriter) error {
	return v.showRouting(w, http.StatusOK, &routingView{})
}

func (v *visit) showRouting(w http.ResponseWriter, status int, view *routingView) error {
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	view.v = v
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readRouting(tx)
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.routing"), queueRoot, wait)
	v.safetyTabs(&page, workPath, wait)
	return v.show(w, status, page, view.view())
}

func (o *routingView) readRouting(tx *db.Tx) (err error) {
	if o.faults == nil {
		if o.routes, err = moderation.Routes(tx); err != nil {
			return err
		}
	}
	if o.mayEdit() {
		o.routes = append(o.routes, make([]moderation.Route, min(emptyRoutes, mostRoutes-len(o.routes)))...)
	}
	counts, err := moderation.CountQueues(tx)
	if err != nil {
		return err
	}
	if err := o.readQueues(tx, counts); err != nil {
		return err
	}
	if o.known, err = moderation.Policies(tx); err != nil {
		return err
	}
	who, err := o.v.people(tx)
	if err != nil {
		return err
	}
	o.history, err = o.v.history(tx, who, "route", routeRecord, routeHistory)
	return err
}

// readQueues finds who takes cases from which queue: those who chose it, and those who chose none.
func (o *routingView) readQueues(tx *db.Tx, counts []moderation.QueueCount) error {
	o.names = slices.Clone(moderation.Queues)
	for _, r := range o.routes {
		if r.Queue != "" && !slices.Contains(o.names, r.Queue) {
			o.names = append(o.names, r.Queue)
		}
	}
	byName := map[string]moderation.QueueCount{}
	for _, c := range counts {
		byName[c.Queue] = c
		if !slices.Contains(o.names, c.Queue) {
			o.names = append(o.names, c.Queue)
		}
	}
	staff, err := account.Staff(tx)
	if err != nil {
		return err
	}
	for _, name := range o.names {
		one := queueStaff{QueueCount: byName[name]}
		one.Queue = name
		o.queues = append(o.queues, one)
	}
	for _, a := range staff {
		if a.State != account.Active || !a.Role.May(account.ListingsDecide) {
			continue
		}
		r, err := moderation.FindReviewer(tx, a.ID)
		if err != nil {
			return err
		}
		if err := o.place(tx, a, r); err != nil {
			return err
		}
	}
	return nil
}

func (o *routingView) place(tx *db.Tx, a account.Account, r moderation.Reviewer) error {
	leads := true
	if o.v.Moderation.Leads != nil {
		var err error
		if leads, err = o.v.Moderation.Leads(tx, a.ID); err != nil {
			return err
		}
	}
	who := colleague{name: a.Name}
	if len(r.Languages) > 0 {
		who.name += " (" + strings.Join(r.Languages, ", ") + ")"
	}
	switch {
	case a.ID == o.v.me.Account:
		who.href = workPath
	case o.v.may(account.StaffEdit):
		who.href = workPath + "?who=" + a.ID.Text(reviewerKind)
	}
	for i, q := range o.queues {
		if (len(r.Queues) == 0 || slices.Contains(r.Queues, q.Queue)) && (q.Queue != moderation.AdminQueue || leads) {
			o.queues[i].people = append(o.queues[i].people, who)
		}
	}
	return nil
}

// mayEdit reports whether the reader may change the routes: whoever may tighten the rules.
func (o *routingView) mayEdit() bool { return o.v.may(account.RulesEdit) }

// fault is what is wrong with a field of a route.
func (o *routingView) fault(field string, i int) string {
	return o.faults[field+"."+strconv.Itoa(i)]
}

func (o *routingView) kinds() []ui.Option {
	options := []ui.Option{{Text: o.v.t("console.route_any_kind")}}
	for _, kind := range moderation.CaseKinds {
		if kind != moderation.SampleCase { // those have a queue of their own
			options = append(options, ui.Option{Value: string(kind), Text: o.v.t("console.case." + string(kind))})
		}
	}
	return options
}

func (o *routingView) severities() []ui.Option {
	var options []ui.Option
	for s := moderation.Minor; s <= moderation.Grave; s++ {
		options = append(options, ui.Option{Value: strconv.Itoa(int(s)), Text: o.v.t("console.severity." + strconv.Itoa(int(s)))})
	}
	return options
}

// sentence says in words what a route does, for those who may not edit.
func (o *routingView) sentence(r moderation.Route) string {
	kind := o.v.t("console.route_any_kind")
	if r.Kind != "" {
		kind = o.v.t("console.case." + string(r.Kind))
	}
	from := ""
	if r.Severity > moderation.Minor {
		from = o.v.t("console.route_from", "severity", o.v.t("console.severity."+strconv.Itoa(int(r.Severity))))
	}
	policy := ""
	if r.Policy != "" {
		policy = o.v.policyName(r.Policy)
	}
	return dotted(kind, from, r.Language, r.Category, policy) + " → " + o.v.queueName(r.Queue)
}

// placed is a route with the place that somebody gave it.
type placed struct {
	moderation.Route
	place int
}

// saveRouting stores the routes in the order of their places. One without a queue is left out.
func (v *visit) saveRouting(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	var typed []placed
	for i := range mostRoutes {
		at := func(field string) string { return fmt.Sprintf("%s.%d", field, i) }
		if !f.Has(at("queue")) {
			break
		}
		r := moderation.Route{
			Kind: moderation.CaseKind(f.Line(at("kind"), 20)), Language: strings.ToLower(f.Line(at("language"), 10)), Category: strings.Trim(f.Line(at("category"), 200), "/"),
			Policy: f.Line(at("policy"), 200), Queue: strings.ToLower(f.Line(at("queue"), 60)), Severity: moderation.Severity(f.Int(at("severity"), 0, 3)),
		}
		if r == (moderation.Route{}) || f.Bool(at("forget")) {
			continue
		}
		typed = append(typed, placed{r, int(f.Int(at("place"), 0, 999))})
	}
	slices.SortStableFunc(typed, func(a, b placed) int { return a.place - b.place })
	routes := make([]moderation.Route, len(typed))
	for i, one := range typed {
		routes[i] = one.Route
	}
	if err = f.Err(); err == nil {
		err = v.Moderation.SaveRoutes(v.ctx, v.me.Actor(), routes)
	}
	if err == nil {
		return v.goOn(w, routingPath, v.t("console.routing_saved"))
	}
	known, unknown := v.faultsOf(err, routeFields(len(routes))...)
	if unknown != nil {
		return unknown
	}
	for name := range known {
		if field, _, of := strings.Cut(name, "."); of {
			known[name] = v.t("console.route_wrong." + field)
		}
	}
	return v.showRouting(w, statusOf(err), &routingView{routes: routes, faults: known})
}

func routeFields(count int) []string {
	var all []string
	for i := range count {
		for _, field := range []string{"kind", "severity", "language", "category", "policy", "queue"} {
			all = append(all, fmt.Sprintf("%s.%d", field, i))
		}
	}
	return all
}

// categories lists the addresses of categories for the field of a route.
func (o *routingView) categories() []string {
	var all []string
	for c := range o.v.tree.All {
		all = append(all, o.v.tree.PathSlug(c.ID))
	}
	return all
}
