package console

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// queued is one case in the list.
type queued struct {
	kase    moderation.Case
	tag     ui.Tag
	title   string
	signals int
	holder  string // who works on it now; empty: nobody
}

// Foreign is how the room that a case is about shows it: an appeal, a network, a photo.
type Foreign struct {
	Title string
	Text  string
	Href  string // where it is looked at and decided
}

// queueView is the safety desk.
type queueView struct {
	v      *visit
	counts []moderation.QueueCount
	queue  string // that is shown; empty: all
	page   int    // from 0
	more   bool
	all    []queued
	chosen moderation.Case // ID 0: none
	record value.ID        // the listing that was asked for
	asked  bool            // a case was asked for, so it comes first where there is no room for both
	card   *card           // of the listing; nil for other cases
	other  *otherCase      // of what is no listing
	failed []moderation.Failure
	rest   string // for how long the reader has worked, when a break is due
}

const (
	queuePage    = 50
	mostFailures = 5 // shown above the queue
)

const queueRoot = "/console/safety"

func queuePath(id value.ID) string { return queueRoot + "?l=" + id.Text(listing.ShortID) }

// path leads to a case: a listing by itself, so that the address outlives the case.
func (q *queueView) path(c moderation.Case) string {
	path := queueRoot + "?c=" + c.ID.Text(moderation.ShortCase)
	if c.Kind == moderation.ListingCase {
		path = queuePath(c.Record)
	}
	return path + q.kept()
}

// kept are the parts of the address that stay while another case is chosen.
func (q *queueView) kept() string {
	path := ""
	if q.queue != "" {
		path += "&q=" + q.queue
	}
	if q.page > 0 {
		path += "&page=" + strconv.Itoa(q.page)
	}
	return path
}

// queue is the safety desk: what waits, the chosen case, its author.
func (v *visit) queue(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	record, kase := q.ID("l", listing.ShortID), q.ID("c", moderation.ShortCase)
	if !q.Valid() {
		return value.Errorf(value.NotFound, "there is no such case")
	}
	return v.showQueue(w, http.StatusOK, &queueView{record: record, chosen: moderation.Case{ID: kase}}, nil)
}

// mostBehind is how many entries of the log a page waits for before it shows the queue; the program follows by itself too.
const mostBehind = 2000

// followed brings the cases up to date with the log, unless they are far behind.
func (v *visit) followed() error {
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	reader := v.Moderation.Reader()
	var lag int64
	err := v.read(func(tx *db.Tx) (err error) {
		lag, err = reader.Lag(tx)
		return err
	})
	if err != nil || lag == 0 || lag > mostBehind {
		return err
	}
	if _, err := reader.CatchUp(v.ctx, v.site.DB); err != nil {
		slog.WarnContext(v.ctx, "the queue is behind the change log", "site", v.site.Slug, "error", err) // the desk stays open
	}
	return nil
}

func (v *visit) showQueue(w http.ResponseWriter, status int, view *queueView, filled *decision) error {
	if err := v.followed(); err != nil {
		return err
	}
	view.v = v
	query := v.r.URL.Query()
	if view.queue == "" {
		view.queue = query.Get("q")
	}
	view.page, _ = strconv.Atoi(query.Get("page")) // what is no number is the first page
	view.page = max(0, min(view.page, 1000))
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		if err = view.readQueue(tx); err != nil {
			return err
		}
		if err = view.readChosen(tx); err != nil {
			return err
		}
		if view.failed, err = moderation.Failures(tx, mostFailures); err != nil {
			return err
		}
		return view.readRest(tx)
	})
	if err != nil {
		return err
	}
	if view.card != nil {
		view.card.form.queued, view.card.form.next, view.card.form.inQueue = true, view.next(), view.queue
		view.card.form.fill(filled)
	}
	page := v.page(v.t("console.safety"), queueRoot, wait)
	page.Heading = ""
	v.safetyTabs(&page, queueRoot, wait)
	return v.show(w, status, page, view.view())
}

// readQueue reads a page of the cases that wait, the gravest first, then what is due soonest.
func (q *queueView) readQueue(tx *db.Tx) (err error) {
	if q.counts, err = moderation.CountQueues(tx); err != nil {
		return err
	}
	found, err := moderation.Cases(tx, moderation.Filter{Queue: q.queue, Skip: q.page * queuePage, Limit: queuePage + 1})
	if err != nil {
		return err
	}
	if q.more = len(found) > queuePage; q.more {
		found = found[:queuePage]
	}
	titles, err := q.titles(tx, found)
	if err != nil {
		return err
	}
	who, err := q.v.people(tx)
	if err != nil {
		return err
	}
	signals, err := signalsOf(tx, found)
	if err != nil {
		return err
	}
	for i, c := range found {
		one := queued{kase: c, tag: q.v.caseTag(c), signals: signals[c.Record]}
		if one.holder, err = q.v.holder(tx, who, c); err != nil {
			return err
		}
		one.title = titles[i]
		q.all = append(q.all, one)
	}
	return nil
}

// signalsOf counts what fired on the records of cases.
func signalsOf(tx *db.Tx, cases []moderation.Case) (map[value.ID]int, error) {
	var records []value.ID
	for _, c := range cases {
		if c.Kind == moderation.ListingCase || c.Kind == moderation.TextCase {
			records = append(records, c.Record)
		}
	}
	found, err := safety.FindScreenings(tx, records)
	signals := make(map[value.ID]int, len(found))
	for record, s := range found {
		for _, f := range s.Firings {
			if !f.Shadow {
				signals[record]++
			}
		}
	}
	return signals, err
}

// caseTag names the kind of a case in the colour of its severity.
func (v *visit) caseTag(c moderation.Case) ui.Tag {
	tag := ui.Tag{Text: v.t("console.case." + string(c.Kind))}
	switch c.Severity {
	case moderation.Grave:
		tag.Tone = ui.Alarm
	case moderation.Serious, moderation.Ordinary:
		tag.Tone = ui.Paid
	}
	if c.Kind == moderation.SampleCase {
		tag.Tone = ui.Plain
	}
	return tag
}

// holder names who works on a case now.
func (v *visit) holder(tx *db.Tx, who *people, c moderation.Case) (string, error) {
	by := c.HeldBy(v.now)
	if by == 0 {
		return "", nil
	}
	return who.account(tx, by, value.Staff)
}

// titles are what the cases of a page are about, in their order.
func (q *queueView) titles(tx *db.Tx, cases []moderation.Case) ([]string, error) {
	var ids []value.ID
	for _, c := range cases {
		if c.Object == listing.Object {
			ids = append(ids, c.Record)
		}
	}
	found, err := listing.FindMany(tx, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[value.ID]string, len(found))
	for _, l := range found {
		known[l.ID] = l.Title
	}
	titles := make([]string, len(cases))
	for i, c := range cases {
		if titles[i] = known[c.Record]; titles[i] == "" {
			if titles[i], err = q.v.titleOf(tx, c); err != nil {
				return nil, err
			}
		}
	}
	return titles, nil
}

func (v *visit) titleOf(tx *db.Tx, c moderation.Case) (string, error) {
	switch c.Kind {
	case moderation.NoticeCase:
		n, err := moderation.FindNotice(tx, c.Record)
		return v.orRaw("console.ground."+string(n.Ground), string(n.Ground)), err
	case moderation.TextCase:
		return v.orRaw("console.object."+c.Object, c.Object), nil
	case moderation.SampleCase:
		return v.t("console.sample"), nil
	}
	shown, err := v.foreign(tx, c)
	return shown.Title, err
}

// foreign asks the room that a case is about; without one it is named by its number.
func (v *visit) foreign(tx *db.Tx, c moderation.Case) (Foreign, error) {
	if v.Foreign != nil {
		shown, err := v.Services.Foreign(tx, c)
		if err == nil || value.KindOf(err) != value.NotFound {
			return shown, err
		}
	}
	return Foreign{Title: v.t("console.case."+string(c.Kind)) + " " + c.ID.Text(moderation.ShortCase)}, nil
}

// readChosen reads the case, or the listing, that was asked for; without any, the first of the list.
func (q *queueView) readChosen(tx *db.Tx) (err error) {
	q.asked = q.chosen.ID != 0 || q.record != 0
	switch {
	case q.chosen.ID != 0:
		if q.chosen, err = moderation.FindCase(tx, q.chosen.ID); err != nil {
			return err
		}
	case q.record != 0:
		q.chosen, err = moderation.FindCaseOf(tx, listing.Object, q.record)
		if value.KindOf(err) == value.NotFound {
			q.chosen, err = moderation.Case{Kind: moderation.ListingCase, Object: listing.Object, Record: q.record}, nil
		}
	case len(q.all) > 0:
		q.chosen = q.all[0].kase
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if q.chosen.Kind != moderation.ListingCase {
		q.other, err = q.v.otherCase(tx, q.chosen)
		return err
	}
	q.card, err = q.v.card(tx, q.chosen.Record, fewHistory)
	if value.KindOf(err) == value.NotFound && q.chosen.ID != 0 { // the queue stays open although its listing is gone
		q.card = nil
		q.other, err = q.v.otherCase(tx, q.chosen)
		return err
	}
	if err != nil {
		return err
	}
	return q.card.claimed(tx, q.chosen)
}

// readRest finds out whether the reader should take a break.
func (q *queueView) readRest(tx *db.Tx) error {
	r, err := moderation.FindReviewer(tx, q.v.me.Account)
	if err != nil {
		return err
	}
	worked, err := moderation.WorkingFor(tx, q.v.me.Account)
	if worked >= time.Duration(r.BreakMinutes)*time.Minute {
		q.rest = q.v.duration(worked)
	}
	return err
}

// claimed adds to a card who works on its case.
func (c *card) claimed(tx *db.Tx, kase moderation.Case) error {
	c.kase = kase
	who, err := c.v.people(tx)
	if err != nil || kase.ID == 0 {
		return err
	}
	if c.holder, err = c.v.holder(tx, who, kase); err != nil {
		return err
	}
	trail, err := c.v.history(tx, who, "case", kase.ID, fewHistory)
	c.history = newestOf(append(trail, c.history...), fewHistory)
	return err
}

// newestOf puts entries of several histories in one order, newest first.
func newestOf(all []event, most int) []event {
	slices.SortFunc(all, func(a, b event) int { return int(b.seq - a.seq) })
	return all[:min(len(all), most)]
}

// mine reports whether the reader works on the case of the card.
func (c *card) mine() bool { return c.kase.HeldBy(c.v.now) == c.v.me.Account }

// taken reports whether somebody else does.
func (c *card) taken() bool { return c.holder != "" && !c.mine() }

// due says how long there is until a case should be decided.
func (v *visit) due(c moderation.Case) string {
	left := c.Due.Sub(v.now)
	key := "console.due"
	if left < 0 {
		key, left = "console.overdue", -left
	}
	switch {
	case left < time.Hour:
		return v.t(key+".minutes", "count", int(left/time.Minute))
	case left < 48*time.Hour:
		return v.t(key+".hours", "count", int(left/time.Hour))
	default:
		return v.t(key+".days", "count", int(left/(24*time.Hour)))
	}
}

// next is the listing after the chosen one, or else the one before it.
func (q *queueView) next() string {
	at := slices.IndexFunc(q.all, func(one queued) bool { return one.kase.ID == q.chosen.ID })
	for _, i := range []int{at + 1, at - 1} {
		if i >= 0 && i < len(q.all) && q.all[i].kase.Kind == moderation.ListingCase && q.all[i].kase.ID != q.chosen.ID {
			return q.all[i].kase.Record.Text(listing.ShortID)
		}
	}
	return ""
}
