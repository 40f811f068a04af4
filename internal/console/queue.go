package console

import (
	"cmp"
	"net/http"
	"slices"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// queued is one listing that waits for a person.
type queued struct {
	l       listing.Listing
	tag     ui.Tag
	verdict safety.Verdict
	signals int
}

// queueView is the safety desk.
type queueView struct {
	v      *visit
	all    []queued
	chosen value.ID
	card   *card // nil when nothing waits
	older  string
	newest bool // an older page is shown
	before value.ID
}

const queuePage = 50

func queuePath(id value.ID) string { return "/console/safety?l=" + id.Text(listing.ShortID) }

// path keeps the page of the queue while another listing is chosen.
func (q *queueView) path(id value.ID) string {
	if q.before == 0 {
		return queuePath(id)
	}
	return queuePath(id) + "&before=" + q.before.Text(listing.ShortID)
}

// queue is the safety desk: what waits, the chosen listing, its author.
func (v *visit) queue(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	chosen := q.ID("l", listing.ShortID)
	if !q.Valid() {
		return value.Errorf(value.NotFound, "there is no such listing")
	}
	return v.showQueue(w, http.StatusOK, chosen, nil)
}

func (v *visit) showQueue(w http.ResponseWriter, status int, chosen value.ID, filled *decision) error {
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	before, _ := value.ParseID(listing.ShortID, v.r.URL.Query().Get("before"))
	view := &queueView{v: v, chosen: chosen, before: before, newest: before != 0}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		if err = view.readQueue(tx); err != nil || view.chosen == 0 {
			return err
		}
		view.card, err = v.card(tx, view.chosen, fewHistory)
		return err
	})
	if err != nil {
		return err
	}
	if view.card != nil {
		view.card.form.queued, view.card.form.next = true, view.next()
		view.card.form.fill(filled)
	}
	page := v.page(v.t("console.safety"), "/console/safety", wait)
	page.Heading = ""
	v.safetyTabs(&page, "/console/safety", wait)
	return v.show(w, status, page, view.view())
}

// readQueue reads a page of what is held or challenged, strictest first, then newest.
func (q *queueView) readQueue(tx *db.Tx) error {
	var found []listing.Listing
	for _, status := range []listing.Status{listing.Held, listing.Challenged} {
		some, err := listing.List(tx, listing.Filter{Status: status, Before: q.before, Limit: queuePage + 1})
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b listing.Listing) int { return cmp.Compare(b.ID, a.ID) })
	if len(found) > queuePage {
		found = found[:queuePage]
		q.older = "/console/safety?before=" + found[queuePage-1].ID.Text(listing.ShortID)
	}
	for _, l := range found {
		one, err := q.v.queued(tx, l)
		if err != nil {
			return err
		}
		q.all = append(q.all, one)
	}
	slices.SortStableFunc(q.all, func(a, b queued) int { return cmp.Compare(b.verdict, a.verdict) })
	if q.chosen == 0 && len(q.all) > 0 {
		q.chosen = q.all[0].l.ID
	}
	return nil
}

func (v *visit) queued(tx *db.Tx, l listing.Listing) (queued, error) {
	one := queued{l: l, tag: v.statusTag(l.Status)}
	s, err := safety.FindScreening(tx, l.ID)
	if value.KindOf(err) == value.NotFound {
		return one, nil
	}
	if err != nil {
		return one, err
	}
	one.verdict, one.tag = s.Verdict, v.verdictTag(s.Verdict)
	for _, f := range s.Firings {
		if !f.Shadow {
			one.signals++
		}
	}
	return one, nil
}

// next is the listing after the chosen one, or else the one before it.
func (q *queueView) next() string {
	at := slices.IndexFunc(q.all, func(one queued) bool { return one.l.ID == q.chosen })
	for _, i := range []int{at + 1, at - 1} {
		if i >= 0 && i < len(q.all) && q.all[i].l.ID != q.chosen {
			return q.all[i].l.ID.Text(listing.ShortID)
		}
	}
	return ""
}
