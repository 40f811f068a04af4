package console

import (
	"net/http"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
	"fairground/internal/web"
)

// secondView is what waits for a second person.
type secondView struct {
	v   *visit
	all []proposed
}

// proposed is one severe or large act with what it is about.
type proposed struct {
	moderation.Proposal
	by    string
	own   bool
	about []proposedItem
}

type proposedItem struct {
	title, href string
	seen        string // "id:rev" of a listing, so that the confirmation is about what was seen
}

const secondPath = queueRoot + "/second"

const mostProposedItems = 100 // shown of one act

func (v *visit) second(w http.ResponseWriter) error {
	view := &secondView{v: v}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readProposals(tx)
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.second"), queueRoot, wait)
	v.safetyTabs(&page, secondPath, wait)
	return v.show(w, http.StatusOK, page, view.view())
}

func (s *secondView) readProposals(tx *db.Tx) error {
	found, err := moderation.Proposals(tx)
	if err != nil {
		return err
	}
	who, err := s.v.people(tx)
	if err != nil {
		return err
	}
	for _, p := range found {
		one := proposed{Proposal: p, own: p.Proposer == s.v.me.Account}
		if one.by, err = who.account(tx, p.Proposer, value.Staff); err != nil {
			return err
		}
		if one.about, err = s.v.itemsOf(tx, p); err != nil {
			return err
		}
		s.all = append(s.all, one)
	}
	return nil
}

func (v *visit) itemsOf(tx *db.Tx, p moderation.Proposal) (all []proposedItem, err error) {
	for _, item := range p.Items[:min(len(p.Items), mostProposedItems)] {
		if item.Spared {
			continue
		}
		shown := proposedItem{title: v.orRaw("console.object."+item.Object, item.Object)}
		if item.Object == listing.Object {
			l, err := listing.Find(tx, item.Record)
			if err != nil && value.KindOf(err) != value.NotFound {
				return nil, err
			}
			shown = proposedItem{title: orDash(l.Title), href: pathOf(item.Record), seen: item.Record.Text(listing.ShortID) + ":" + itoa(l.Rev)}
		}
		all = append(all, shown)
	}
	return all, nil
}

func proposalPath(id value.ID) string { return secondPath + "/" + id.Text(moderation.ShortProposal) }

// confirm carries out what somebody else proposed, about exactly the listings that were seen.
func (v *visit) confirm(w http.ResponseWriter) error {
	id, f, err := v.proposalForm()
	if err != nil {
		return err
	}
	seen := map[value.ID]int64{}
	for _, text := range f.All("seen") {
		key, rev, _ := strings.Cut(text, ":")
		record, err := value.ParseID(listing.ShortID, key)
		if err != nil {
			return err
		}
		seen[record], _ = strconv.ParseInt(rev, 10, 64) // what is no number is no revision
	}
	results, err := v.Moderation.Confirm(v.ctx, v.me.Actor(), id, func(tx *db.Tx, item moderation.Item) error {
		if rev, known := seen[item.Record]; known && item.Object == listing.Object {
			return asSeen(item.Record, rev)(tx)
		}
		return nil
	})
	if err != nil {
		return v.refuse(w, err, secondPath)
	}
	failed := 0
	for _, r := range results {
		if r.Err != nil {
			failed++
			err = r.Err
		}
	}
	if failed == 0 {
		return v.goOn(w, secondPath, v.t("console.confirmed"))
	}
	if len(results) == 1 {
		return v.refuse(w, err, secondPath)
	}
	web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: v.t("console.confirmed_partly", "count", failed)})
	return web.Redirect(w, v.r, secondPath)
}

// decline ends a proposal.
func (v *visit) decline(w http.ResponseWriter) error {
	id, f, err := v.proposalForm()
	if err != nil {
		return err
	}
	if err := v.Moderation.Decline(v.ctx, v.me.Actor(), id, f.Text("note", longestTyped)); err != nil {
		return v.refuse(w, err, secondPath)
	}
	return v.goOn(w, secondPath, v.t("console.declined"))
}

func (v *visit) proposalForm() (value.ID, *web.Form, error) {
	id, err := value.ParseID(moderation.ShortProposal, v.r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	f, err := web.ReadForm(v.r)
	return id, f, err
}

// refuse leads back to a page that says what is in the way.
func (v *visit) refuse(w http.ResponseWriter, err error, back string) error {
	err = worded(v.named(err), map[value.Kind]string{value.Conflict: "console.not_now"})
	said, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: said[""]})
	return web.Redirect(w, v.r, back)
}

const decisionKind = "dec" // the kind of a decision's outside id

func undoPath(id value.ID) string {
	return queueRoot + "/decisions/" + id.Text(decisionKind) + "/undo"
}

// undo takes a decision back.
func (v *visit) undo(w http.ResponseWriter) error {
	id, err := value.ParseID(decisionKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	reason := f.Text("reason", longestTyped)
	var made moderation.Decision
	err = v.read(func(tx *db.Tx) (err error) {
		made, err = moderation.FindDecision(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	back := workPath
	if made.Object == listing.Object {
		back = pathOf(made.Record)
	}
	if err := v.Moderation.Undo(v.ctx, v.me.Actor(), id, reason); err != nil {
		return v.refuse(w, err, back)
	}
	if made.Object == listing.Object && made.Measure != moderation.ToKeep {
		back = queuePath(made.Record)
	}
	return v.goOn(w, back, v.t("console.undone"))
}
