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

// decision is the form under a listing.
type decision struct {
	rev      int64  // of the listing that was looked at
	final    bool   // something fired that nobody here overrules
	next     string // id of the listing to look at afterwards; empty on a listing's own page
	queued   bool   // the form stands in the queue
	inQueue  string // the queue it stands in
	kase     value.ID
	outcome  choice
	ground   moderation.Ground
	reason   string
	preserve bool
	faults   faults
}

// choice is what a button of the form does: an outcome or a measure, as decisions name them.
type choice string

// The choices, in the order in which forms show them.
const (
	toReject   choice = "reject"
	toRemove   choice = "remove"
	toRestrict choice = "restrict"
	toSuspend  choice = "suspend"
	toEscalate choice = "escalate"
	toChange   choice = "change"
	toPublish  choice = "publish"
	toLift     choice = "lift" // end a restriction
)

// letters press the buttons of the form.
var letters = map[choice]string{toReject: "r", toRestrict: "l", toSuspend: "s", toEscalate: "e", toChange: "a", toPublish: "p", toLift: "p"}

// measures are what the choices mean; a measure that takes something away does so as the listing stands.
var measures = map[choice]moderation.Measure{
	toReject: moderation.ToRemove, toRemove: moderation.ToRemove, toRestrict: moderation.ToRestrict, toSuspend: moderation.ToSuspend,
	toEscalate: moderation.ToEscalate, toChange: moderation.ToChange, toPublish: moderation.ToPublish,
	toLift: moderation.ToPublish,
}

// severe reports whether a second person has to confirm it.
func (c choice) severe() bool { return c == toSuspend || c == toEscalate }

// fill puts what somebody typed into a form that was read anew.
func (d *decision) fill(from *decision) {
	if from != nil {
		d.outcome, d.ground, d.reason, d.preserve, d.faults = from.outcome, from.ground, from.reason, from.preserve, from.faults
	}
}

const longestTyped = 20_000 // characters read of a reason; moderation says what is too long

// decide carries out what staff decided about one listing and leads to the next.
func (v *visit) decide(w http.ResponseWriter) error {
	id, err := value.ParseID(listing.ShortID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	d := &decision{
		rev: f.Int("rev", 1, 1<<62), next: f.Line("next", 40), queued: f.Bool("queued"), inQueue: f.Line("queue", 30), preserve: f.Bool("preserve"),
		outcome: choice(f.Line("outcome", 20)), ground: moderation.Ground(f.Line("ground", 40)), reason: f.Text("reason", longestTyped),
	}
	if f.Has("case") {
		d.kase = f.ID("case", moderation.ShortCase)
	}
	if err = f.Err(); err == nil {
		err = worded(v.named(v.carryOut(id, d)), map[value.Kind]string{value.Forbidden: "console.final", value.Conflict: "console.not_now"})
	}
	if err == nil {
		return v.goOn(w, v.after(id, d), v.t("console.decided."+string(d.outcome)))
	}
	if d.faults, err = v.faultsOf(err, "ground", "reason"); err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if d.faults[""] != "" {
		status = http.StatusConflict
	}
	if d.queued {
		return v.showQueue(w, status, &queueView{record: id, queue: d.inQueue}, d)
	}
	return v.showRecord(w, status, id, d)
}

// carryOut decides, or proposes what needs a second person.
func (v *visit) carryOut(id value.ID, d *decision) error {
	measure, known := measures[d.outcome]
	if !known { // to keep is an answer to a notice
		return value.Fieldf("outcome", "choose publish, reject or remove")
	}
	made := moderation.Decision{Object: listing.Object, Record: id, Measure: measure, Ground: d.ground, Reason: d.reason, Preserve: d.preserve, Case: d.kase,
		Unchanged: asSeen(id, d.rev)}
	switch d.outcome {
	case toReject:
		made.Outcome = moderation.Reject
	case toSuspend, toEscalate:
		if !v.may(account.MembersSuspend) {
			return value.Errorf(value.Forbidden, "your role may not do this")
		}
		return v.propose(made)
	}
	return v.Moderation.Decide(v.ctx, v.me.Actor(), made)
}

// propose stores a severe act for a second person. What is held is rejected by it or stays held, what is public is removed.
func (v *visit) propose(made moderation.Decision) error {
	err := v.read(func(tx *db.Tx) error {
		l, err := listing.Find(tx, made.Record)
		if l.Status == listing.Held || l.Status == listing.Challenged {
			made.Outcome = map[moderation.Measure]moderation.Outcome{moderation.ToSuspend: moderation.Reject, moderation.ToEscalate: moderation.Keep}[made.Measure]
		} else {
			made.Outcome = moderation.Remove
		}
		return err
	})
	if err != nil {
		return err
	}
	item := moderation.Item{Object: made.Object, Record: made.Record, Unchanged: made.Unchanged}
	_, err = v.Moderation.Propose(v.ctx, v.me.Actor(), []moderation.Item{item}, made)
	return err
}

// asSeen refuses to decide about a listing that changed since it was looked at. It asks inside the decision's
// transaction, so nothing can change in between.
func asSeen(id value.ID, rev int64) func(tx *db.Tx) error {
	return func(tx *db.Tx) error {
		l, err := listing.Find(tx, id)
		if err != nil {
			return err
		}
		if l.Rev != rev {
			return &value.Error{Kind: value.Conflict, Key: "console.stale", Message: "somebody decided or changed this listing meanwhile; look at it again"}
		}
		return nil
	}
}

// after is where to go on: to the next in the queue, or back to the listing.
func (v *visit) after(id value.ID, d *decision) string {
	if !d.queued {
		return pathOf(id)
	}
	kept := (&queueView{queue: d.inQueue}).kept()
	if next, err := value.ParseID(listing.ShortID, d.next); err == nil {
		return queuePath(next) + kept
	}
	if kept != "" {
		return queueRoot + "?" + kept[1:]
	}
	return queueRoot
}

// choices is what may be decided about a listing now.
func (c *card) choices() []choice {
	if !c.v.may(account.ListingsDecide) || c.taken() {
		return nil
	}
	live := c.l.Status == listing.Live || c.l.Status == listing.Paused
	var all []choice
	switch {
	case c.waits():
		all = append(all, toReject)
	case live:
		all = append(all, toRemove)
	default:
		return nil
	}
	for _, more := range []choice{toRestrict, toSuspend, toEscalate, toChange} {
		if c.offers(more) {
			all = append(all, more)
		}
	}
	switch {
	case c.waits() && !c.form.final:
		all = append(all, toPublish)
	case !c.waits() && !c.l.Restricted.IsZero():
		all = append(all, toLift)
	}
	return all
}

// offers reports whether a choice beyond the ordinary is there for this listing.
func (c *card) offers(more choice) bool {
	switch {
	case !c.v.Moderation.Can(listing.Object, measures[more]):
		return false
	case more.severe():
		return c.v.may(account.MembersSuspend)
	case more == toChange:
		return c.waits()
	case more == toRestrict:
		return c.l.Restricted.IsZero() && !(c.waits() && c.form.final)
	default:
		return true
	}
}

// restriction says that staff restricted the listing, and why.
func (c *card) restriction() string {
	key := "console.restricted_live"
	if c.waits() {
		key = "console.restricted_waits"
	}
	return c.v.t(key, "date", c.v.words.Date(c.l.Restricted.Since), "reason", c.l.Restricted.Reason)
}

// short is a reason that is often given; pressing it fills the form.
type short struct {
	label, text string
	ground      moderation.Ground
}

// shorts are the reasons at hand for what may be decided.
func (c *card) shorts() []short {
	var all []short
	add := func(name string, ground moderation.Ground) {
		all = append(all, short{c.v.t("console.short." + name), c.v.t("console.because." + name), ground})
	}
	for _, outcome := range c.choices() {
		switch outcome {
		case toReject, toRemove:
			add("advance", moderation.Scam)
			add("prohibited", moderation.Prohibited)
			add("counterfeit", moderation.Counterfeit)
			add("duplicate", moderation.Duplicate)
		case toLift:
			add("corrected", "")
		case toPublish:
			add("ordinary", "")
			add("harmless", "")
		}
	}
	return all
}

func (v *visit) grounds() []ui.Option {
	options := []ui.Option{{Text: v.t("console.choose_ground")}}
	for _, g := range moderation.Grounds {
		options = append(options, ui.Option{Value: string(g), Text: v.t("console.ground." + string(g))})
	}
	return options
}
