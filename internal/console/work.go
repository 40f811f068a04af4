package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// workView is what a reviewer did, may do and chose, and how the desk stands.
type workView struct {
	v        *visit
	who      value.ID // whose page it is
	name     string
	load     moderation.Workload
	queues   []string // all there are
	reviewer moderation.Reviewer
	left     int
	worked   time.Duration
	people   []personsDay
	mine     []ownDecision
	staff    []ui.Option
	faults   faults
}

type personsDay struct {
	moderation.PersonsDay
	name string
}

type ownDecision struct {
	decided
	title, href string
	undoable    bool
}

const workPath = queueRoot + "/work"

const reviewerKind = "acc" // the kind of an account's outside id

const ownShown = 15

// work is the page of one's own work. Whoever may edit the staff sees everybody's.
func (v *visit) work(w http.ResponseWriter) error {
	return v.showWork(w, http.StatusOK, &workView{})
}

// whose is the account that a page of work is about: one's own, unless somebody who leads names another.
func (v *visit) whose(text string) (value.ID, error) {
	if text == "" {
		return v.me.Account, nil
	}
	id, err := value.ParseID(reviewerKind, text)
	if err == nil && id != v.me.Account && !v.may(account.StaffEdit) {
		err = value.Errorf(value.Forbidden, "your role may not see the work of others")
	}
	return id, err
}

func (v *visit) showWork(w http.ResponseWriter, status int, view *workView) (err error) {
	view.v = v
	if view.who == 0 {
		if view.who, err = v.whose(v.r.URL.Query().Get("who")); err != nil {
			return err
		}
	}
	var wait waiting
	err = v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readWork(tx)
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.work"), queueRoot, wait)
	v.safetyTabs(&page, workPath, wait)
	return v.show(w, status, page, view.view())
}

func (o *workView) readWork(tx *db.Tx) (err error) {
	who, err := o.v.people(tx)
	if err != nil {
		return err
	}
	if o.name, err = who.account(tx, o.who, value.Staff); err != nil {
		return err
	}
	if o.load, err = moderation.Work(tx); err != nil {
		return err
	}
	for _, p := range o.load.People {
		name, err := who.account(tx, p.Account, value.Staff)
		if err != nil {
			return err
		}
		o.people = append(o.people, personsDay{p, name})
	}
	if o.faults == nil {
		if o.reviewer, err = moderation.FindReviewer(tx, o.who); err != nil {
			return err
		}
	}
	if o.left, err = moderation.LooksLeft(tx, o.who); err != nil {
		return err
	}
	if o.worked, err = moderation.WorkingFor(tx, o.who); err != nil {
		return err
	}
	if err := o.readQueues(tx); err != nil {
		return err
	}
	if err := o.readStaff(tx); err != nil {
		return err
	}
	return o.readOwn(tx, who)
}

// readQueues lists the queues of the house and those that routes and cases name.
func (o *workView) readQueues(tx *db.Tx) error {
	o.queues = slices.Clone(moderation.Queues)
	routes, err := moderation.Routes(tx)
	if err != nil {
		return err
	}
	for _, r := range routes {
		if !slices.Contains(o.queues, r.Queue) {
			o.queues = append(o.queues, r.Queue)
		}
	}
	return nil
}

func (o *workView) readStaff(tx *db.Tx) error {
	if !o.v.may(account.StaffEdit) {
		return nil
	}
	all, err := account.Staff(tx)
	for _, a := range all {
		if a.Role.May(account.ListingsDecide) {
			o.staff = append(o.staff, ui.Option{Value: a.ID.Text(reviewerKind), Text: a.Name})
		}
	}
	return err
}

func (o *workView) readOwn(tx *db.Tx, who *people) error {
	made, err := moderation.DecisionsBy(tx, o.who, ownShown)
	if err != nil {
		return err
	}
	for _, d := range made {
		one := ownDecision{decided: decided{d, o.name}, undoable: d.Undoable(o.v.me.Actor(), o.v.now), title: o.v.orRaw("console.object."+d.Object, d.Object)}
		if d.Object == listing.Object {
			l, err := listing.Find(tx, d.Record)
			if err != nil && value.KindOf(err) != value.NotFound {
				return err
			}
			one.title, one.href = orDash(l.Title), pathOf(d.Record)
		}
		o.mine = append(o.mine, one)
	}
	return nil
}

// rest reports whether a break is due.
func (o *workView) rest() bool {
	return o.worked >= time.Duration(o.reviewer.BreakMinutes)*time.Minute
}

func (o *workView) shownAs() []ui.Option {
	var all []ui.Option
	for _, shown := range moderation.ShownAs {
		all = append(all, ui.Option{Value: string(shown), Text: o.v.t("console.shown." + string(shown))})
	}
	return all
}

func (o *workView) queueName(queue string) string { return o.v.queueName(queue) }

// queueName is the name of a queue; those that a site made have the name they were given.
func (v *visit) queueName(queue string) string { return v.orRaw("console.queue."+queue, queue) }

// duration writes a time in minutes, hours or days.
func (v *visit) duration(d time.Duration) string {
	switch {
	case d < time.Hour:
		return v.t("console.lasts.minutes", "count", int(d/time.Minute))
	case d < 48*time.Hour:
		return v.t("console.lasts.hours", "count", int(d/time.Hour))
	default:
		return v.t("console.lasts.days", "count", int(d/(24*time.Hour)))
	}
}

func (o *workView) tiles() []ui.Tile {
	v := o.v
	overdue := ui.Tile{Label: v.t("console.tile.overdue"), Figure: v.words.Count(o.load.Overdue), Icon: "clock", Href: queueRoot}
	if o.load.Overdue > 0 {
		overdue.Tone = ui.Alarm
	}
	median := "—"
	if o.load.Decided > 0 {
		median = v.duration(o.load.Median)
	}
	return []ui.Tile{
		{Label: v.t("console.tile.open"), Figure: v.words.Count(o.load.Open), Text: v.t("console.tile.soon", "count", o.load.Soon), Icon: "inbox", Href: queueRoot},
		overdue,
		{Label: v.t("console.tile.with_authors"), Figure: v.words.Count(o.load.Waiting), Icon: "hourglass"},
		{Label: v.t("console.tile.median"), Figure: median, Text: v.t("console.tile.decided", "count", o.load.Decided), Icon: "circle-gauge"},
	}
}

// saveWork stores what a reviewer chose.
func (v *visit) saveWork(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	who, err := v.whose(f.Line("who", 40))
	if err != nil {
		return err
	}
	r := moderation.Reviewer{
		Account: who, Queues: f.All("queues"), Languages: strings.Fields(strings.ToLower(f.Line("languages", 200))),
		Shown: moderation.Shown(f.Line("shown", 10)), DailyLooks: int(f.Int("daily_looks", 0, 1000)), BreakMinutes: int(f.Int("break_minutes", 10, 240)),
	}
	for _, kind := range f.All("declined") {
		r.Declined = append(r.Declined, moderation.CaseKind(kind))
	}
	if err = f.Err(); err == nil {
		err = v.Moderation.SaveReviewer(v.ctx, v.me.Actor(), r)
	}
	if err == nil {
		back := workPath
		if who != v.me.Account {
			back += "?who=" + who.Text(reviewerKind)
		}
		return v.goOn(w, back, v.t("console.saved_work"))
	}
	known, unknown := v.faultsOf(err, "queues", "languages", "declined", "daily_looks", "break_minutes", "shown")
	if unknown != nil {
		return unknown
	}
	return v.showWork(w, statusOf(err), &workView{who: who, reviewer: r, faults: known})
}

func number(n int) string { return strconv.Itoa(n) }
