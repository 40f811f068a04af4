package network

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// oneView is one network.
type oneView struct {
	*visit
	network  Network
	members  []Member
	links    []Link // the strongest
	events   []Event
	names    map[string]string    // of who is written in events
	others   map[value.ID]Network // that events name
	shown    map[value.ID]Shown
	outcomes map[value.ID]Outcome
	numbers  map[value.ID]int // as the graph and the table count listings
	picture  picture
	photos   []sharedPhotos
	seen     map[string]bool // photos that the reader has looked at
	waits    []Act           // for a second person
	all      bool            // the table has every listing

	problem                 map[string]string
	measure, ground, reason string
	except                  map[value.ID]bool
	results                 []Result
}

// firstRows is how many listings the table has until somebody asks for all.
const firstRows = 100

// find reads a network with what its page shows.
func (v *visit) find(all bool) (*oneView, error) {
	id, err := value.ParseID(Kind, v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	o := &oneView{visit: v, all: all, numbers: map[value.ID]int{}, problem: map[string]string{}, except: map[value.ID]bool{}, shown: map[value.ID]Shown{},
		names: map[string]string{}, others: map[value.ID]Network{}}
	err = v.read(func(tx *db.Tx) (err error) {
		if o.network, err = find(tx, id); err != nil {
			return err
		}
		for _, step := range []func(*db.Tx) error{o.readMembers, o.readEvents, o.readActs, o.readPhotos} {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return o, err
}

func (o *oneView) readMembers(tx *db.Tx) (err error) {
	if o.members, err = Members(tx, o.network.ID); err != nil {
		return err
	}
	if o.links, err = strongestLinks(tx, o.network.ID, mostTies); err != nil {
		return err
	}
	if o.picture, err = findPicture(tx, o.network.ID, o.members); err != nil {
		return err
	}
	for i, m := range o.members {
		o.numbers[m.Listing] = i + 1
	}
	ids := make([]value.ID, len(o.rows()))
	for i, m := range o.rows() {
		ids[i] = m.Listing
	}
	if o.pages.Listings != nil {
		o.shown, err = o.pages.Listings(tx, ids)
	}
	return err
}

// rows are the listings in the table.
func (o *oneView) rows() []Member {
	if o.all {
		return o.members
	}
	return o.members[:min(len(o.members), firstRows)]
}

func (o *oneView) readEvents(tx *db.Tx) (err error) {
	if o.events, err = Events(tx, o.network.ID); err != nil {
		return err
	}
	for _, e := range o.events {
		if e.Other != 0 {
			if o.others[e.Other], err = find(tx, e.Other); err != nil {
				return err
			}
		}
		for _, actor := range []string{e.Actor, e.Second} {
			if o.names[actor], err = o.nameOf(tx, actor); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *oneView) nameOf(tx *db.Tx, actor string) (string, error) {
	if actor == "" || strings.HasPrefix(actor, string(value.System)) {
		return "", nil
	}
	if known, is := o.names[actor]; is || o.pages.Name == nil {
		return known, nil
	}
	return o.pages.Name(tx, actor)
}

// readActs reads what was decided about each listing, and what waits for a second person.
func (o *oneView) readActs(tx *db.Tx) (err error) {
	if o.pages.Outcomes != nil {
		if o.outcomes, err = o.pages.Outcomes(tx, o.acts()); err != nil {
			return err
		}
	}
	if o.waits, err = o.waiting(tx, o.network); err != nil {
		return err
	}
	for _, a := range o.waits {
		if o.names[a.By], err = o.nameOf(tx, a.By); err != nil {
			return err
		}
	}
	return nil
}

// acts are those of all decisions about the network, the oldest first.
func (o *oneView) acts() (all []value.ID) {
	for _, e := range o.events {
		if e.Kind == "decided" {
			all = append(all, e.Acts...)
		}
	}
	return all
}

func (v *visit) one() error {
	o, err := v.find(v.r.URL.Query().Get("all") == "yes")
	if err != nil {
		return err
	}
	return o.render(http.StatusOK)
}

func (o *oneView) render(status int) error {
	return o.visit.show(status, o.t("network.one", "name", o.network.Name()), o.page())
}

// circle is a cluster as the map draws it; one listing alone is named and leads to its row.
type circle struct {
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Count   int     `json:"count"`
	Listing string  `json:"listing,omitempty"`
	Title   string  `json:"title,omitempty"`
	Href    string  `json:"href,omitempty"`
}

// clusters answers the map: coarse points with how many listings are there.
func (v *visit) clusters() error {
	id, err := value.ParseID(Kind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	var members []Member
	err = v.read(func(tx *db.Tx) (err error) {
		if _, err = find(tx, id); err == nil {
			members, err = Members(tx, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	all := circles(members)
	for i, m := range members {
		at := slices.IndexFunc(all, func(c circle) bool { return c.Lat == m.Point.Lat && c.Lon == m.Point.Lon })
		if at >= 0 && all[at].Count == 1 {
			all[at].Listing, all[at].Title = m.Listing.Text("lst"), v.t("network.spot", "number", i+1, "place", m.Place)
			all[at].Href = href(id) + "#listing-" + strconv.Itoa(i+1)
		}
	}
	return v.json(http.StatusOK, map[string]any{"clusters": all})
}

func circles(members []Member) []circle {
	all := []circle{}
	at := map[value.Point]int{}
	for _, m := range members {
		if m.Point.IsZero() {
			continue
		}
		i, known := at[m.Point]
		if !known {
			i = len(all)
			at[m.Point] = i
			all = append(all, circle{Lat: m.Point.Lat, Lon: m.Point.Lon})
		}
		all[i].Count++
	}
	return all
}

// box is what the map shows first, with room for circles and the map's own words below.
func (o *oneView) box() (b value.Box) {
	all := circles(o.members)
	for i, c := range all {
		near := value.Around(value.Point{Lat: c.Lat, Lon: c.Lon}, 4)
		if i == 0 {
			b = near
		}
		b.South, b.West, b.North, b.East = min(b.South, near.South), min(b.West, near.West), max(b.North, near.North), max(b.East, near.East)
	}
	high, wide := b.North-b.South, b.East-b.West
	b.South, b.North, b.West, b.East = b.South-.35*high, b.North+.15*high, b.West-.12*wide, b.East+.12*wide
	return b
}

// town is a place with how many listings are there, for those who do not see the map.
type town struct {
	name  string
	count int
}

func (o *oneView) towns() (all []town) {
	count := map[string]int{}
	for _, m := range o.members {
		if m.Place != "" {
			count[m.Place]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		all = append(all, town{name, count[name]})
	}
	slices.SortStableFunc(all, func(a, b town) int { return b.count - a.count })
	return all
}

// mayDecide reports whether the form is shown.
func (o *oneView) mayDecide() bool {
	return o.me.May(account.ListingsDecide) && o.network.State != Merged && len(o.waits) == 0 && len(o.members) > 0
}

func (o *oneView) href(rest string) string { return href(o.network.ID) + rest }

func (o *oneView) title(id value.ID) string {
	if s := o.shown[id]; s.Title != "" {
		return s.Title
	}
	return id.Text("lst")
}

func (o *oneView) accountOf(m Member) string {
	switch name := o.shown[m.Listing].Account; {
	case name != "":
		return name
	case m.Account != 0:
		return m.Account.Text("sel")
	default:
		return "–"
	}
}

func (o *oneView) because(l Link) string {
	return o.t("network.reason."+l.Reason, "shared", l.Shown)
}

func (o *oneView) history() (all ui.Timeline) {
	for _, e := range slices.Backward(o.events) {
		other := o.others[e.Other]
		entry := ui.Entry{Text: o.t("network.event."+e.Kind, "count", e.Count, "name", other.Name()), When: o.words.Moment(e.At), Body: e.Note, By: o.names[e.Actor]}
		if e.Second != "" {
			entry.By = o.t("network.two", "name", o.names[e.Actor], "second", o.names[e.Second])
		}
		if e.Other != 0 {
			entry.Href = href(e.Other)
		}
		all = append(all, entry)
	}
	return all
}

func (o *oneView) tieText(t tie) string {
	return o.t("network.tie."+t.Kind, "shown", t.Shown)
}

func (o *oneView) tieCount(t tie) string {
	return o.t("network.tie_count", "count", t.Listings, "accounts", o.t("network.accounts", "count", t.Accounts))
}

// piece is a stretch of a template.
type piece struct {
	text string
	slot bool
}

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

// failure is what a person may read of an error.
func (o *oneView) failure(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return text.Error(o.r.Context(), known)
	}
	return o.t("network.failed")
}

// into is the network that this one became part of; false when it is one by itself.
func (o *oneView) into() (Network, bool) {
	for _, e := range slices.Backward(o.events) {
		if e.Kind == "absorbed" && o.network.State == Merged {
			return o.others[e.Other], true
		}
	}
	return Network{}, false
}
