package console

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const noticeKind = "ntc" // the kind of a notice's id in addresses

const noticesShown = 100

func noticePath(id value.ID) string { return "/console/safety/notices/" + id.Text(noticeKind) }

func (v *visit) noticeTag(s moderation.NoticeState) ui.Tag {
	tag := ui.Tag{Text: v.t("console.status." + string(s))}
	if s == moderation.Open {
		tag.Tone = ui.Paid
	}
	return tag
}

// Lane is the way by which a notice came.
type Lane struct {
	Tag      ui.Tag
	Facts    []ui.Fact
	Baseless bool   // staff say that it was plainly without ground
	Mark     string // where that is said, by POST of baseless=yes or no; empty: nowhere
	Who      string // where staff see who reports, and who did so without ground
}

// laneOf is the way by which a notice came; the zero Lane when nobody knows.
func (v *visit) laneOf(tx *db.Tx, id value.ID) (Lane, error) {
	if v.Services.Lane == nil {
		return Lane{}, nil
	}
	l, err := v.Services.Lane(tx, id)
	if value.KindOf(err) == value.NotFound {
		return Lane{}, nil
	}
	return l, err
}

// pointed is a notice with the title of what it points at.
type pointed struct {
	moderation.Notice
	lane  Lane
	title string
	href  string // where that is looked at; empty for listings, which the notice's page shows, and for what may not be seen
}

// places are where what notices point at is looked at, by object. Listings stand on the notice's own page.
var places = map[string]struct {
	path, kind string // of the id in the address
	needs      account.Permission
}{
	"conversation": {"/console/conversations/", "cnv", account.ConversationsSee},
	"seller":       {"/s/", sellerKind, account.NoticesSee},
	"profile":      {"/s/", sellerKind, account.NoticesSee},
	"trade_review": {"/console/records/trade_review/", "trv", account.RecordsSee},
}

// point names what a notice points at, and where it is, for what is no listing.
func (v *visit) point(n moderation.Notice) (p pointed) {
	p.Notice = n
	place, known := places[n.Object]
	if !known {
		return p
	}
	p.title = v.t("console.object." + n.Object)
	if v.may(place.needs) {
		p.href = place.path + n.Record.Text(place.kind)
	}
	return p
}

// noticesView is the list of notices in one state.
type noticesView struct {
	v     *visit
	state moderation.NoticeState
	all   []pointed
}

func (v *visit) notices(w http.ResponseWriter) error {
	view := &noticesView{v: v, state: moderation.Open}
	if v.r.URL.Query().Get("state") == string(moderation.Answered) {
		view.state = moderation.Answered
	}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		found, err := moderation.Notices(tx, view.state, noticesShown)
		if err != nil {
			return err
		}
		view.all, err = v.pointed(tx, found)
		return err
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.notices"), "/console/safety/notices", wait)
	page.Heading = ""
	v.safetyTabs(&page, "/console/safety/notices", wait)
	return v.show(w, http.StatusOK, page, view.view())
}

// pointed finds the titles of the listings that notices point at.
func (v *visit) pointed(tx *db.Tx, notices []moderation.Notice) ([]pointed, error) {
	var ids []value.ID
	for _, n := range notices {
		if n.Object == listing.Object {
			ids = append(ids, n.Record)
		}
	}
	found, err := listing.FindMany(tx, ids)
	if err != nil {
		return nil, err
	}
	titles := make(map[value.ID]string, len(found))
	for _, l := range found {
		titles[l.ID] = l.Title
	}
	all := make([]pointed, len(notices))
	for i, n := range notices {
		if all[i] = v.point(n); n.Object == listing.Object {
			all[i].title = titles[n.Record]
		}
		if all[i].lane, err = v.laneOf(tx, n.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// noticeView is one notice with what it points at and the form that answers it.
type noticeView struct {
	v       *visit
	n       moderation.Notice
	card    *card   // nil when the listing it points at is gone, and for what is no listing
	at      pointed // what it points at when that is no listing
	by      []decided
	outcome moderation.Outcome
	ground  moderation.Ground
	reason  string
	answer  string
	faults  faults

	lane           Lane
	takedown       *Takedown       // nil when it is about no photo to take down
	removing       bool            // the form that removes copies was sent
	photos, spared []string        // as that form had them
	seen           map[string]bool // photos the reader has looked at
	undoable, late bool            // what was removed may be taken back; that takes a reason
}

func (v *visit) notice(w http.ResponseWriter) error {
	id, err := value.ParseID(noticeKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.showNotice(w, http.StatusOK, id, &noticeView{})
}

func (v *visit) showNotice(w http.ResponseWriter, status int, id value.ID, view *noticeView) error {
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	var wait waiting
	view.v = v
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		if view.n, err = moderation.FindNotice(tx, id); err != nil {
			return err
		}
		if view.at = v.point(view.n); view.n.Object == listing.Object {
			view.card, err = v.card(tx, view.n.Record, fewHistory)
		}
		if value.KindOf(err) == value.NotFound {
			view.card, err = nil, nil
		}
		if err != nil {
			return err
		}
		if view.lane, err = v.laneOf(tx, view.n.ID); err != nil {
			return err
		}
		if err = view.readTakedown(tx); err != nil {
			return err
		}
		return view.standing(tx)
	})
	if err != nil {
		return err
	}
	view.prepare()
	page := v.page(v.t("console.notice"), "/console/safety/notices", wait)
	page.Heading = ""
	v.safetyTabs(&page, "/console/safety/notices", wait)
	return v.show(w, status, page, view.view())
}

// prepare fills the empty form with what the notice suggests, and finds the decision that answered it.
func (n *noticeView) prepare() {
	if n.outcome == "" && n.faults == nil {
		n.ground = n.n.Ground
	}
	if n.card == nil {
		return
	}
	for _, d := range n.card.decisions {
		if d.Notice == n.n.ID {
			n.by = append(n.by, d)
		}
	}
}

// removable reports whether decisions can take away what the notice points at. A conversation stays; its people are
// suspended, or its messages refused, elsewhere.
func (n *noticeView) removable() bool { return n.v.Moderation.Rooms[n.n.Object] != nil }

// may reports whether the reader may answer.
func (n *noticeView) may() bool { return n.v.may(account.NoticesDecide) }

// answerNotice removes or keeps what a notice points at and tells its author.
func (v *visit) answerNotice(w http.ResponseWriter) error {
	id, err := value.ParseID(noticeKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	filled := &noticeView{
		outcome: moderation.Outcome(f.Line("outcome", 20)), ground: moderation.Ground(f.Line("ground", 40)),
		reason: f.Text("reason", longestTyped), answer: f.Text("answer", longestTyped),
	}
	if err = f.Err(); err == nil {
		made := moderation.Decision{Outcome: filled.outcome, Ground: filled.ground, Reason: filled.reason}
		if filled.outcome == moderation.Keep {
			made.Ground = ""
		}
		err = worded(v.Moderation.Answer(v.ctx, v.me.Actor(), id, made, filled.answer), map[value.Kind]string{value.Conflict: "console.notice_stale"})
	}
	if err == nil {
		return v.goOn(w, "/console/safety/notices", v.t("console.notice_answered"))
	}
	known, unknown := v.faultsOf(err, "outcome", "ground", "reason", "answer")
	if unknown != nil {
		return unknown
	}
	filled.faults = known
	return v.showNotice(w, statusOf(err), id, filled)
}
