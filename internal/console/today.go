package console

import (
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// todayView is the page that a working day begins with.
type todayView struct {
	v       *visit
	tiles   []ui.Tile
	chart   *chart // nil without Services.Arrivals
	held    []heldLine
	notices []pointed
	state   []ui.Fact // of the system
}

// heldLine is one of the most urgent cases, with the first reason.
type heldLine struct {
	queued
	href, why string
}

const newestShown = 6

func (v *visit) today(w http.ResponseWriter) error {
	view := &todayView{v: v}
	if v.may(account.ListingsDecide) {
		if err := v.followed(); err != nil {
			return err
		}
	}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		for _, part := range []func(*db.Tx, waiting) error{view.readListings, view.readHeld, view.readNotices, view.readState} {
			if err := part(tx, wait); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, v.page(v.t("console.today"), "/console", wait), view.view())
}

func (t *todayView) readListings(tx *db.Tx, wait waiting) error {
	v := t.v
	if !v.may(account.ListingsSee) {
		return nil
	}
	counts, err := listing.StatusCounts(tx)
	if err != nil {
		return err
	}
	t.tiles = append(t.tiles, ui.Tile{
		Label: v.t("console.tile.live"), Figure: v.words.Count(counts[listing.Live]), Icon: "check-check", Href: "/console/listings?status=live",
	})
	held := ui.Tile{Label: v.t("console.tile.held"), Figure: v.words.Count(counts[listing.Held] + counts[listing.Challenged]), Icon: "shield-alert", Href: "/console/listings?status=held"}
	if counts[listing.Held]+counts[listing.Challenged] > 0 {
		held.Tone = ui.Alarm
	}
	if v.may(account.ListingsDecide) {
		held.Href = "/console/safety"
	}
	t.tiles = append(t.tiles, held)
	return t.readArrivals(tx)
}

// readArrivals draws the chart and counts today's; without arrivals today's screenings are counted.
func (t *todayView) readArrivals(tx *db.Tx) error {
	v := t.v
	today := dayOf(v.now, v.words.Zone())
	if v.Arrivals != nil {
		arrivals, err := v.Arrivals(tx, today.AddDate(0, 0, 1-chartDays))
		if err != nil {
			return err
		}
		t.chart = newChart(v, today, arrivals)
		last := t.chart.days[len(t.chart.days)-1]
		t.tiles = append(t.tiles, ui.Tile{Label: v.t("console.tile.came_in"), Figure: v.words.Count(last.all()), Icon: "inbox", Href: "/console/listings"})
		t.addRejected(last.counts[refusedBand])
		return nil
	}
	verdicts, err := safety.CountVerdicts(tx, today)
	t.addRejected(verdicts[safety.Reject])
	return err
}

func (t *todayView) addRejected(n int) {
	t.tiles = append(t.tiles, ui.Tile{
		Label: t.v.t("console.tile.rejected"), Figure: t.v.words.Count(n), Icon: "shield-x", Href: "/console/listings?status=rejected",
	})
}

func dayOf(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// readHeld lists the cases that are most urgent, and counts those that should have been decided.
func (t *todayView) readHeld(tx *db.Tx, _ waiting) error {
	if !t.v.may(account.ListingsDecide) {
		return nil
	}
	load, err := moderation.Work(tx)
	if err != nil {
		return err
	}
	if load.Overdue > 0 {
		t.tiles = append(t.tiles, ui.Tile{Label: t.v.t("console.tile.overdue"), Figure: t.v.words.Count(load.Overdue), Icon: "clock", Href: queueRoot, Tone: ui.Alarm})
	}
	found, err := moderation.Cases(tx, moderation.Filter{Without: []moderation.CaseKind{moderation.NoticeCase, moderation.SampleCase}, Limit: newestShown})
	if err != nil {
		return err
	}
	q := &queueView{v: t.v}
	titles, err := q.titles(tx, found)
	if err != nil {
		return err
	}
	signals, err := signalsOf(tx, found)
	if err != nil {
		return err
	}
	for i, c := range found {
		one := queued{kase: c, tag: t.v.caseTag(c), title: titles[i], signals: signals[c.Record]}
		line := heldLine{queued: one, href: q.path(c)}
		if s, err := safety.FindScreening(tx, c.Record); err == nil && len(s.Firings) > 0 {
			line.why = s.Firings[0].Title.In(t.v.words.Locale())
		} else if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		t.held = append(t.held, line)
	}
	return nil
}

func (t *todayView) readNotices(tx *db.Tx, wait waiting) error {
	v := t.v
	if !v.may(account.NoticesSee) {
		return nil
	}
	tile := ui.Tile{Label: v.t("console.tile.notices"), Figure: v.words.Count(wait.notices), Icon: "flag", Href: "/console/safety/notices"}
	if wait.notices > 0 {
		tile.Tone = ui.Alarm
	}
	t.tiles = append(t.tiles, tile)
	open, err := moderation.Notices(tx, moderation.Open, newestShown)
	if err != nil {
		return err
	}
	t.notices, err = v.pointed(tx, open)
	return err
}

// readState looks at what follows the change log and at the jobs.
func (t *todayView) readState(tx *db.Tx, _ waiting) error {
	v := t.v
	if !v.may(account.OperationsSee) {
		return nil
	}
	lag, err := (&change.Reader{Name: "search"}).Lag(tx)
	if err != nil {
		return err
	}
	last, err := change.Last(tx)
	if err != nil {
		return err
	}
	under, err := sealed(tx)
	if err != nil {
		return err
	}
	dead := int64(0)
	counts, err := job.Counts(tx)
	if err != nil {
		return err
	}
	for _, c := range counts {
		if c.State == "dead" {
			dead += c.Jobs
		}
	}
	t.state = []ui.Fact{
		{Name: v.t("console.state.index"), View: v.stateTag(lag)},
		{Name: v.t("console.state.seals"), View: v.stateTag(last - under)},
		{Name: v.t("console.state.jobs"), View: v.stateTag(dead)},
	}
	return nil
}

// stateTag is green for nothing behind.
func (v *visit) stateTag(behind int64) ui.Tag {
	if behind == 0 {
		return ui.Tag{Text: v.t("console.state.fine"), Tone: ui.Safe, Icon: "check"}
	}
	return ui.Tag{Text: v.words.Count(int(behind)), Tone: ui.Paid, Icon: "clock"}
}

func (t *todayView) hasDesk() bool { return t.v.may(account.ListingsDecide) }

func (t *todayView) hasNotices() bool { return t.v.may(account.NoticesSee) }
