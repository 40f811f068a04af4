package network

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	pagesPath     = "/console/safety/networks"
	mostListed    = 50
	longestReason = 5000
	largestForm   = 128 << 10
)

// Shown is how a listing looks to staff.
type Shown struct {
	Title, Href string
	State       string // such as "held", in the reader's language
	Account     string // its name
}

// Pages are the pages of the networks of all sites.
type Pages struct {
	// Shell is the console around a page. At is the address of the tab that is open.
	Shell    func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Of       func(*site.Site) *Desk
	Decider  func(*site.Site) Decider
	Listings func(tx *db.Tx, ids []value.ID) (map[value.ID]Shown, error) // nil: only their ids
	Measures func(r *http.Request) []ui.Option                           // what may be decided, beside Dismiss
	Grounds  func(r *http.Request) []ui.Option
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	see := account.May(account.NetworksSee)
	m.Handle("GET "+pagesPath, see, p.at((*visit).list))
	m.Handle("GET "+pagesPath+"/{id}", see, p.at((*visit).one))
	m.Handle("GET "+pagesPath+"/{id}/map", see, p.at((*visit).clusters))
	m.Handle("POST "+pagesPath+"/{id}/decision", account.May(account.ListingsDecide), p.at((*visit).decide), web.BodyLimit(largestForm))
}

// visit is one request.
type visit struct {
	*Desk
	pages *Pages
	r     *http.Request
	w     http.ResponseWriter
	words *text.Printer
	me    account.Session
}

func (p *Pages) at(show func(*visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return show(&visit{Desk: p.Of(site.From(r.Context())), pages: p, r: r, w: w, words: text.FromContext(r.Context()), me: account.From(r.Context())})
	}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.config.DB.Read(v.r.Context(), fn) }

func (v *visit) show(status int, heading string, content templ.Component) error {
	page, err := v.pages.Shell(v.r, heading, pagesPath)
	if err != nil {
		return err
	}
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: ui.Safe})
	}
	return web.Render(v.w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

// listed is one row of the list.
type listed struct {
	Network
	graph  Graph
	phones []string // masked
}

type listView struct {
	*visit
	state NetworkState
	all   []listed
	index State
}

func (v *visit) list() error {
	l := &listView{visit: v, state: Open, index: v.State()}
	if asked := NetworkState(v.r.URL.Query().Get("state")); asked == Decided || asked == Dismissed {
		l.state = asked
	}
	err := v.read(func(tx *db.Tx) error {
		all, err := List(tx, l.state, mostListed)
		for _, n := range all {
			row := listed{Network: n}
			members, links, err := rowsOf(tx, n.ID)
			if err != nil {
				return err
			}
			row.graph, row.phones = graphOf(members, links, 180, 110), phonesOf(links)
			l.all = append(l.all, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.t("network.title"), l.page())
}

func rowsOf(tx *db.Tx, id value.ID) ([]Member, []Link, error) {
	members, err := Members(tx, id)
	if err != nil {
		return nil, nil, err
	}
	links, err := Links(tx, id)
	return members, links, err
}

// phonesOf are the telephones that several share, masked.
func phonesOf(links []Link) (all []string) {
	seen := map[string]bool{}
	for _, l := range links {
		if l.Reason == "phone" && !seen[l.Entity] {
			seen[l.Entity] = true
			all = append(all, l.Shown)
		}
	}
	return all
}

// oneView is one network.
type oneView struct {
	*visit
	network                 Network
	members                 []Member
	links                   []Link
	events                  []Event
	shown                   map[value.ID]Shown
	numbers                 map[value.ID]int // as the graph and the table count listings
	graph                   Graph
	problem                 map[string]string
	measure, ground, reason string
	except                  map[value.ID]bool
	results                 []Result
}

func (v *visit) find() (*oneView, error) {
	id, err := value.ParseID(Kind, v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	o := &oneView{visit: v, numbers: map[value.ID]int{}, problem: map[string]string{}, except: map[value.ID]bool{}, shown: map[value.ID]Shown{}}
	err = v.read(func(tx *db.Tx) (err error) {
		if o.network, err = find(tx, id); err != nil {
			return err
		}
		if o.members, o.links, err = rowsOf(tx, id); err != nil {
			return err
		}
		if o.events, err = Events(tx, id); err != nil || v.pages.Listings == nil {
			return err
		}
		var ids []value.ID
		for _, m := range o.members {
			ids = append(ids, m.Listing)
		}
		o.shown, err = v.pages.Listings(tx, ids)
		return err
	})
	for i, m := range o.members {
		o.numbers[m.Listing] = i + 1
	}
	o.graph = graphOf(o.members, o.links, 720, 420)
	return o, err
}

func (v *visit) one() error {
	o, err := v.find()
	if err != nil {
		return err
	}
	return o.render(http.StatusOK)
}

func (o *oneView) render(status int) error {
	return o.visit.show(status, o.t("network.one", "id", o.network.ID.Text(Kind)), o.page())
}

// circle is a cluster as the map draws it.
type circle struct {
	Lat   float64 `json:"lat"`
	Lon   float64 `json:"lon"`
	Count int     `json:"count"`
}

// clusters answers the map: coarse points with how many listings are there.
func (v *visit) clusters() error {
	o, err := v.find()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(v.w).Encode(map[string]any{"clusters": circles(o.members)})
}

func circles(members []Member) []circle {
	all := []circle{}
	for _, m := range members {
		if m.Point.IsZero() {
			continue
		}
		at := slices.IndexFunc(all, func(c circle) bool { return c.Lat == m.Point.Lat && c.Lon == m.Point.Lon })
		if at < 0 {
			all = append(all, circle{m.Point.Lat, m.Point.Lon, 0})
			at = len(all) - 1
		}
		all[at].Count++
	}
	return all
}

// box is what the map shows first.
func (o *oneView) box() (b value.Box) {
	all := circles(o.members)
	for i, c := range all {
		near := value.Around(value.Point{Lat: c.Lat, Lon: c.Lon}, 5)
		if i == 0 {
			b = near
		}
		b.South, b.West, b.North, b.East = min(b.South, near.South), min(b.West, near.West), max(b.North, near.North), max(b.East, near.East)
	}
	return b
}

// decide carries out one decision for the network, but for the listings that were ticked.
func (v *visit) decide() error {
	o, err := v.find()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	o.measure, o.ground, o.reason = form.Line("measure", 50), form.Line("ground", 100), form.Text("reason", longestReason)
	var except []value.ID
	for _, name := range form.All("except") {
		if id, err := value.ParseID("lst", name); err == nil {
			except = append(except, id)
			o.except[id] = true
		}
	}
	if !has(o.measures(), o.measure) {
		o.problem["measure"] = v.t("network.error.measure")
	}
	if o.measure != Dismiss && !has(o.grounds(), o.ground) {
		o.problem["ground"] = v.t("network.error.ground")
	}
	if err := form.Err(); err != nil || len(o.problem) > 0 {
		o.note(err)
		return o.render(http.StatusUnprocessableEntity)
	}
	made := Decision{o.network.ID, o.measure, o.ground, o.reason}
	o.results, err = v.Decide(v.r.Context(), v.me.Actor(), v.pages.Decider(site.From(v.r.Context())), made, except)
	switch {
	case errors.Is(err, ErrProposed):
		web.SetFlash(v.w, v.r, web.Flash{Text: v.t("network.proposed")})
	case err != nil && o.note(err):
		return o.render(http.StatusUnprocessableEntity)
	case err != nil:
		return err
	case o.hasFailed():
		o.problem[""] = v.t("network.failed_some")
		return o.render(http.StatusConflict)
	default:
		web.SetFlash(v.w, v.r, web.Flash{Text: v.t("network.done", "count", len(o.results))})
	}
	return web.Redirect(v.w, v.r, o.href(""))
}

func (o *oneView) hasFailed() bool {
	return slices.ContainsFunc(o.results, func(r Result) bool { return r.Err != nil })
}

// note puts an error that is for people at its field, and says whether it was one.
func (o *oneView) note(err error) bool {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.NotFound {
		return false
	}
	field := known.Field
	if field != "reason" && field != "except" && field != "measure" && field != "ground" {
		field = ""
	}
	o.problem[field] = text.Error(o.r.Context(), known)
	return true
}

func has(all []ui.Option, value string) bool {
	return value != "" && slices.ContainsFunc(all, func(o ui.Option) bool { return o.Value == value })
}

func (o *oneView) measures() []ui.Option {
	all := []ui.Option{{Value: "", Text: o.t("network.choose")}}
	if o.pages.Measures != nil {
		all = append(all, o.pages.Measures(o.r)...)
	}
	return append(all, ui.Option{Value: Dismiss, Text: o.t("network.dismiss")})
}

func (o *oneView) grounds() []ui.Option {
	all := []ui.Option{{Value: "", Text: o.t("network.choose")}}
	if o.pages.Grounds != nil {
		all = append(all, o.pages.Grounds(o.r)...)
	}
	return all
}

func (o *oneView) mayDecide() bool {
	return o.me.May(account.ListingsDecide) && o.network.State != Merged
}

func (o *oneView) href(rest string) string { return href(o.network.ID) + rest }

func href(id value.ID) string { return pagesPath + "/" + id.Text(Kind) }

func (o *oneView) title(id value.ID) string {
	if s := o.shown[id]; s.Title != "" {
		return s.Title
	}
	return id.Text("lst")
}

func (v *visit) percent(share float64) string { return v.words.Percent(share) }

func score(s float64) string { return strconv.FormatFloat(s, 'f', 2, 64) }

func (v *visit) day(n Network) string {
	if n.First.IsZero() {
		return "–"
	}
	return v.words.Date(n.First) + " – " + v.words.Date(n.Last)
}

// piece is a stretch of a template.
type piece struct {
	text string
	slot bool
}

var slot = regexp.MustCompile(`\[\d+\]`)

// pieces cuts a template at its slots.
func pieces(template string) (all []piece) {
	for template != "" {
		at := slot.FindStringIndex(template)
		if at == nil {
			return append(all, piece{template, false})
		}
		if at[0] > 0 {
			all = append(all, piece{template[:at[0]], false})
		}
		all = append(all, piece{template[at[0]:at[1]], true})
		template = template[at[1]:]
	}
	return all
}

func (o *oneView) because(l Link) string {
	return o.t("network.reason."+l.Reason, "shared", l.Shown)
}

func (o *oneView) history() (all ui.Timeline) {
	for _, e := range o.events {
		entry := ui.Entry{Text: o.t("network.event."+e.Kind, "count", e.Count), When: o.words.Moment(e.At), Body: e.Note}
		if !strings.HasPrefix(e.Actor, "system") {
			entry.By = e.Actor
		}
		if e.Other != 0 {
			entry.Href = href(e.Other)
		}
		all = append(all, entry)
	}
	return all
}

func tone(n Network) ui.Tone {
	switch {
	case n.State != Open:
		return ""
	case n.Score >= .7:
		return ui.Alarm
	default:
		return ui.Paid
	}
}

func joined(all []string) string {
	most := min(len(all), 3)
	text := strings.Join(all[:most], ", ")
	if most < len(all) {
		text += " …"
	}
	return text
}

// labelBelow is how far below its middle the label of a node stands.
func labelBelow(n Node) float64 {
	if n.Kind == "listing" {
		return 4
	}
	return 24
}

func (o *oneView) accountOf(m Member) string {
	switch name := o.shown[m.Listing].Account; {
	case name != "":
		return name
	case m.Account != 0:
		return m.Account.Text("acc")
	default:
		return "–"
	}
}

// failure is what a person may read of an error.
func (o *oneView) failure(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return text.Error(o.r.Context(), known)
	}
	return o.t("network.failed")
}
