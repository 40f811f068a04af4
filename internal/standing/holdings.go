package standing

import (
	"context"
	"time"

	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Holdings are what the site holds about one member that bears on what they may do here, or on how others meet them.
type Holdings struct {
	Facts     Facts
	Suspended bool
	Decisions []Decision
	Labels    []Label
	Limits    []Limit
	Listings  []Screened
	Notes     []Note
	Networks  []Network
	Holds     []Hold
}

// Decision is a statement of reasons that the member got.
type Decision struct {
	Title    string
	Measure  string // in words
	Text     string // what was decided, in its own words
	Href     string // of the statement
	Appeal   string // of the form to appeal, or of what became of the appeal; empty when it is too late
	State    string // "", "open", "upheld", "overturned", "partly": of the appeal
	Reversed bool
	Made     time.Time
	Until    time.Time // when the measure ends by itself; zero: not
}

// Label is a note that rules read.
type Label struct {
	Ref     string // entity, key and name, as whoever corrects it needs them
	On      string // account, phone, mail: what it is on
	Name    string
	Reason  string
	ByRule  bool
	By      string // who set it, as value.Actor writes it; never shown
	Made    time.Time
	Expires time.Time // zero: it does not end by itself
}

// Limit is how much somebody may do now.
type Limit struct {
	Name  string // posts, live, begins, reports_warned, reports_limited, held
	Count int
	Until time.Time // zero: it is everybody's, or ends with what caused it
	Own   bool      // it holds for this member alone, and can be contested
}

// Screened is where a listing stands after screening, in words.
type Screened struct {
	ID      value.ID
	Title   string
	State   string   // in words
	Reasons []string // in words
	Href    string
	Made    time.Time
	Waits   bool // nobody has decided about it yet, so there is no statement to appeal against
}

// Note is a safety note that somebody was shown about this member.
type Note struct {
	ID        value.ID
	Reasons   []string // in words
	Made      time.Time
	Withdrawn bool
}

// Network is a set of listings that a decision about this member rests on.
type Network struct {
	ID       value.ID
	Listings int
	Title    string // of the member's own listing
	Made     time.Time
	By       string
}

// Hold keeps what a decision was about from being erased.
type Hold struct {
	ID    value.ID // of the decision
	Title string
	Made  time.Time
	By    string
}

// Entry is one line of the page.
type Entry struct {
	Ref    string // what a contest names; empty: it is contested otherwise, or there is nothing to contest
	Title  string
	Text   string
	Tag    string
	Made   time.Time
	Until  time.Time
	Href   string
	Link   string // words of Href
	Appeal string // where a decision is contested
	by     string // who made it; whoever that is does not answer
}

// said is the line as a contest keeps it.
func (e Entry) said() string {
	if e.Text == "" {
		return e.Title
	}
	return e.Title + ": " + e.Text
}

// Section is a part of the page.
type Section struct {
	Name    string // its words are "standing.section.NAME" and ".text"
	Entries []Entry
}

// Sections are the holdings as the page shows them. Sections without anything are there too: that nothing is held is worth
// saying.
func (h Holdings) Sections(ctx context.Context, now time.Time) []Section {
	return []Section{
		{"facts", h.factEntries(ctx, now)},
		{"decisions", entries(ctx, h.Decisions, Decision.entry)},
		{"limits", h.limitEntries(ctx)},
		{"labels", entries(ctx, h.Labels, Label.entry)},
		{"listings", entries(ctx, h.Listings, Screened.entry)},
		{"notes", entries(ctx, h.Notes, Note.entry)},
		{"networks", entries(ctx, h.Networks, Network.entry)},
		{"holds", entries(ctx, h.Holds, Hold.entry)},
	}
}

// find returns the line that a contest is about. Only what stands on the member's own page is found.
func (h Holdings) find(ctx context.Context, now time.Time, ref string) (Entry, bool) {
	for _, section := range h.Sections(ctx, now) {
		for _, e := range section.Entries {
			if e.Ref == ref && ref != "" {
				return e, true
			}
		}
	}
	return Entry{}, false
}

func entries[T any](ctx context.Context, all []T, entry func(T, context.Context) Entry) []Entry {
	made := make([]Entry, len(all))
	for i, one := range all {
		made[i] = entry(one, ctx)
	}
	return made
}

func (h Holdings) factEntries(ctx context.Context, now time.Time) []Entry {
	var all []Entry
	for _, l := range h.Facts.lines(ctx, now) {
		all = append(all, Entry{Ref: "fact:" + l.name, Title: l.words, Href: factsPath + "#" + l.name, Link: text.T(ctx, "standing.means")})
	}
	return all
}

func (h Holdings) limitEntries(ctx context.Context) []Entry {
	var all []Entry
	if h.Suspended {
		all = append(all, Entry{Title: text.T(ctx, "standing.limit.suspended"), Text: text.T(ctx, "standing.limit.suspended.text")})
	}
	return append(all, entries(ctx, h.Limits, Limit.entry)...)
}

func (d Decision) entry(ctx context.Context) Entry {
	e := Entry{
		Title: d.Title, Tag: d.Measure, Text: d.Text, Made: d.Made, Until: d.Until, Href: d.Href, Link: text.T(ctx, "standing.statement"), Appeal: d.Appeal,
	}
	switch {
	case d.Reversed:
		e.Tag = text.T(ctx, "standing.reversed")
	case d.State != "":
		e.Tag = text.T(ctx, "standing.appeal."+d.State)
	}
	return e
}

func (l Label) entry(ctx context.Context) Entry {
	by := "standing.label.by_person"
	if l.ByRule {
		by = "standing.label.by_rule"
	}
	return Entry{
		Ref: "label:" + l.Ref, Title: text.T(ctx, "standing.label."+l.On, "name", l.Name), Text: l.Reason, Tag: text.T(ctx, by), Made: l.Made, Until: l.Expires, by: l.By,
	}
}

func (l Limit) entry(ctx context.Context) Entry {
	e := Entry{
		Title: text.T(ctx, "standing.limit."+l.Name, "count", l.Count), Until: l.Until, Tag: text.T(ctx, "standing.limit.everybody"),
		Text: text.T(ctx, "standing.limit."+l.Name+".text", "count", l.Count),
	}
	if l.Own {
		e.Ref, e.Tag = "limit:"+l.Name, text.T(ctx, "standing.limit.own")
	}
	return e
}

func (s Screened) entry(ctx context.Context) Entry {
	e := Entry{Title: s.Title, Tag: s.State, Made: s.Made, Href: s.Href, Link: text.T(ctx, "standing.listing")}
	for i, reason := range s.Reasons {
		if i > 0 {
			e.Text += " · "
		}
		e.Text += reason
	}
	if s.Waits {
		e.Ref = "listing:" + s.ID.Text("lst")
	}
	return e
}

func (n Note) entry(ctx context.Context) Entry {
	e := Entry{Ref: "note:" + n.ID.Text("not"), Title: text.T(ctx, "standing.note"), Made: n.Made}
	for i, reason := range n.Reasons {
		if i > 0 {
			e.Text += " · "
		}
		e.Text += reason
	}
	if n.Withdrawn {
		e.Ref, e.Tag = "", text.T(ctx, "standing.note.withdrawn")
	}
	return e
}

func (n Network) entry(ctx context.Context) Entry {
	return Entry{
		Ref: "network:" + n.ID.Text("net"), Title: text.T(ctx, "standing.network", "count", n.Listings), Text: text.T(ctx, "standing.network.text", "title", n.Title),
		Made: n.Made, by: n.By,
	}
}

func (h Hold) entry(ctx context.Context) Entry {
	return Entry{
		Ref: "hold:" + h.ID.Text("dec"), Title: text.T(ctx, "standing.hold", "title", h.Title), Text: text.T(ctx, "standing.hold.text"), Made: h.Made, by: h.By,
	}
}
