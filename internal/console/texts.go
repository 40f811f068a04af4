package console

import (
	"net/http"
	"strconv"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// HeldText is something that people wrote, other than a listing, and that waits for a look: a profile, a review.
type HeldText struct {
	Object string // as decisions name it; its words are "console.object.OBJECT"
	Record value.ID
	Title  string
	Text   string // all of it, as plain text
	Photo  string // address of a photo that belongs to it; empty for none
	Stamp  string // of everything that readers would see, in hex: a decision is about exactly this
	Href   string // where it would stand; empty for nowhere
	Since  time.Time

	Appeal  string // what its author says against a refusal; empty when nobody appealed
	Refused string // the reason of that refusal
}

// textsView is the page of texts that wait.
type textsView struct {
	v      *visit
	all    []heldText
	chosen string // object and record of the one with faults
	reason string
	ground string
	faults faults
}

type heldText struct {
	HeldText
	why []safety.Firing
}

const mostTexts = 50

const textsPath = "/console/safety/texts"

func (h heldText) path() string { return textsPath + "/" + h.Object + "/" + h.Record.String() }

func (v *visit) texts(w http.ResponseWriter) error {
	return v.showTexts(w, http.StatusOK, &textsView{})
}

func (v *visit) showTexts(w http.ResponseWriter, status int, t *textsView) error {
	t.v = v
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil || v.Texts == nil {
			return err
		}
		held, err := v.Texts(tx, mostTexts)
		for _, h := range held {
			one := heldText{HeldText: h}
			screening, missing := safety.FindScreening(tx, h.Record)
			if missing == nil {
				one.why = screening.Firings
			} else if value.KindOf(missing) != value.NotFound {
				return missing
			}
			t.all = append(t.all, one)
		}
		return err
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.texts"), "/console/safety", wait)
	v.safetyTabs(&page, textsPath, wait)
	return v.show(w, status, page, t.view())
}

// decideText publishes or rejects what a profile or a review says.
func (v *visit) decideText(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(v.r.PathValue("record"), 10, 64)
	if err != nil {
		return value.Errorf(value.NotFound, "there is nothing to decide here")
	}
	record := value.ID(number)
	d := moderation.Decision{
		Object: v.r.PathValue("object"), Record: record, Outcome: moderation.Outcome(f.Raw("outcome")), Ground: moderation.Ground(f.Raw("ground")),
		Reason: f.Text("reason", longestTyped),
	}
	if d.Outcome != moderation.Publish && d.Outcome != moderation.Reject {
		return value.Fieldf("outcome", "choose publish or reject")
	}
	if err = f.Err(); err == nil {
		err = worded(v.carryOutText(d, f.Raw("seen")), map[value.Kind]string{value.Forbidden: "console.final", value.Conflict: "console.text_stale"})
	}
	if err == nil {
		return v.goOn(w, textsPath, v.t("console.text_decided."+string(d.Outcome)))
	}
	known, unknown := v.faultsOf(err, "reason", "ground")
	if unknown != nil {
		return unknown
	}
	return v.showTexts(w, statusOf(err), &textsView{chosen: d.Object + record.String(), reason: d.Reason, ground: f.Raw("ground"), faults: known})
}

// carryOutText decides about a text that waits; no other record can be decided by way of its page.
func (v *visit) carryOutText(d moderation.Decision, seen string) error {
	if v.Moderation.Rooms[d.Object] == nil || v.Texts == nil {
		return value.Errorf(value.NotFound, "there is nothing to decide here")
	}
	d.Unchanged = func(tx *db.Tx) error { return v.asRead(tx, d, seen) }
	return v.named(v.Moderation.Decide(v.ctx, v.me.Actor(), d))
}

// asRead refuses to decide about a text that changed since it was looked at, or waits no longer. It asks inside the
// decision's transaction, so nothing can change in between.
func (v *visit) asRead(tx *db.Tx, d moderation.Decision, seen string) error {
	held, err := v.Texts(tx, mostTexts)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Object == d.Object && h.Record == d.Record && h.Stamp == seen {
			return nil
		}
	}
	return &value.Error{Kind: value.Conflict, Key: "console.text_stale", Message: "somebody decided or changed this text meanwhile; look at it again"}
}

// gone is what is wrong with a decision about a text that is not on the page any more.
func (t *textsView) gone() string {
	for _, h := range t.all {
		if t.chosen == h.Object+h.Record.String() {
			return ""
		}
	}
	for _, said := range t.faults {
		return said
	}
	return ""
}

// faultOf is what is wrong with a field of the form of one text.
func (t *textsView) faultOf(h heldText, field string) string {
	if t.chosen != h.Object+h.Record.String() {
		return ""
	}
	return t.faults[field]
}

func (t *textsView) reasonOf(h heldText) string {
	if t.chosen != h.Object+h.Record.String() {
		return ""
	}
	return t.reason
}

func (t *textsView) groundOf(h heldText) string {
	if t.chosen != h.Object+h.Record.String() {
		return ""
	}
	return t.ground
}

func (t *textsView) mayDecide() bool { return t.v.may(account.ListingsDecide) }

func (t *textsView) grounds() []ui.Option { return t.v.grounds() }
