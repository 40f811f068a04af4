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
	rev     int64  // of the listing that was looked at
	final   bool   // something fired that nobody here overrules
	next    string // id of the listing to look at afterwards; empty on a listing's own page
	queued  bool   // the form stands in the queue
	outcome moderation.Outcome
	ground  moderation.Ground
	reason  string
	faults  faults
}

// fill puts what somebody typed into a form that was read anew.
func (d *decision) fill(from *decision) {
	if from != nil {
		d.outcome, d.ground, d.reason, d.faults = from.outcome, from.ground, from.reason, from.faults
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
		rev: f.Int("rev", 1, 1<<62), next: f.Line("next", 40), queued: f.Bool("queued"),
		outcome: moderation.Outcome(f.Line("outcome", 20)), ground: moderation.Ground(f.Line("ground", 40)), reason: f.Text("reason", longestTyped),
	}
	if err = f.Err(); err == nil {
		err = worded(v.carryOut(id, d), map[value.Kind]string{value.Forbidden: "console.final", value.Conflict: "console.not_now"})
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
		return v.showQueue(w, status, id, d)
	}
	return v.showRecord(w, status, id, d)
}

func (v *visit) carryOut(id value.ID, d *decision) error {
	desk := moderation.Desk{DB: v.Moderation.DB, Rooms: map[string]moderation.Room{listing.Object: asSeen{v.Moderation.Rooms[listing.Object], d.rev}}}
	made := moderation.Decision{Object: listing.Object, Record: id, Outcome: d.outcome, Reason: d.reason}
	switch d.outcome {
	case moderation.Publish:
	case moderation.Reject, moderation.Remove:
		made.Ground = d.ground
	default: // to keep is an answer to a notice
		return value.Fieldf("outcome", "choose publish, reject or remove")
	}
	return desk.Decide(v.ctx, v.me.Actor(), made)
}

// asSeen refuses to decide about a listing that changed since it was looked at. It asks inside the decision's
// transaction, so nothing can change in between.
type asSeen struct {
	moderation.Room
	rev int64
}

// Release refuses a listing that is not as it was.
func (a asSeen) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	if err := a.check(tx, record); err != nil {
		return false, err
	}
	return a.Room.Release(tx, record, reason)
}

// Refuse refuses a listing that is not as it was.
func (a asSeen) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	if err := a.check(tx, record); err != nil {
		return err
	}
	return a.Room.Refuse(tx, record, removed, reason)
}

func (a asSeen) check(tx *db.Tx, record value.ID) error {
	l, err := listing.Find(tx, record)
	if err != nil {
		return err
	}
	if l.Rev != a.rev {
		return &value.Error{Kind: value.Conflict, Key: "console.stale", Message: "somebody decided or changed this listing meanwhile; look at it again"}
	}
	return nil
}

// after is where to go on: to the next in the queue, or back to the listing.
func (v *visit) after(id value.ID, d *decision) string {
	if !d.queued {
		return pathOf(id)
	}
	if next, err := value.ParseID(listing.ShortID, d.next); err == nil {
		return queuePath(next)
	}
	return "/console/safety"
}

// choices is what may be decided about a listing now.
func (c *card) choices() []moderation.Outcome {
	switch {
	case !c.v.may(account.ListingsDecide):
		return nil
	case c.waits() && c.form.final:
		return []moderation.Outcome{moderation.Reject}
	case c.waits():
		return []moderation.Outcome{moderation.Reject, moderation.Publish}
	case c.l.Status == listing.Live || c.l.Status == listing.Paused:
		return []moderation.Outcome{moderation.Remove}
	default:
		return nil
	}
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
		if outcome == moderation.Publish {
			add("ordinary", "")
			add("harmless", "")
			continue
		}
		add("advance", moderation.Scam)
		add("prohibited", moderation.Prohibited)
		add("counterfeit", moderation.Counterfeit)
		add("duplicate", moderation.Duplicate)
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
