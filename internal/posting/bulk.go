package posting

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
	"fairground/internal/web"
)

// bulkView is what came of an action on several listings.
type bulkView struct {
	verb    listing.BulkVerb
	done    int
	results []listing.BulkResult
	failed  []failure
	back    string
}

// failure is a listing that the action could not be done with, and why.
type failure struct {
	listing.BulkResult
	why string
}

// sureView asks before several listings are removed.
type sureView struct {
	bulk listing.Bulk
	back string
}

// actOnMany carries an action out on the chosen listings, or on all that match, and shows what came of each.
func (v *visit) actOnMany() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	b := listing.Bulk{Verb: listing.BulkVerb(form.Raw("verb")), Seller: form.ID("seller", "sel"), Percent: int(form.Int("percent", -90, 400))}
	back := web.LocalPath(form.Raw("next"), "/my/listings")
	if err := form.Err(); err != nil {
		return err
	}
	if b.IDs, err = v.chosen(form, b.Seller); err != nil {
		return err
	}
	if len(b.IDs) == 0 {
		return v.mine(http.StatusUnprocessableEntity, v.t("posting.mine"), notDonePage(listing.Listing{}, v.t("posting.bulk.none"), back))
	}
	if b.Verb == listing.BulkRemove && form.Raw("sure") == "" {
		return v.mine(http.StatusOK, v.t("posting.remove"), removeManyPage(sureView{b, back}))
	}
	results, err := v.Desk.Bulk(v.ctx, v.session.Actor(), b)
	if err != nil && len(results) == 0 {
		return v.notDone(listing.Listing{}, back, err)
	}
	return v.mine(http.StatusOK, v.t("posting.bulk.results"), bulkPage(v.sort(b.Verb, results, back)))
}

// chosen are the ids of a form: the ticked ones, or with all=yes everything the tab and the words match.
func (v *visit) chosen(form *web.Form, seller value.ID) (ids []value.ID, err error) {
	if form.Raw("all") == "" {
		for _, key := range form.All("id") {
			id, err := value.ParseID(listing.ShortID, key)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		return ids, nil
	}
	return ids, v.read(func(tx *db.Tx) error {
		if _, err := v.sellerOf(tx, seller); err != nil {
			return err
		}
		for _, t := range tabs {
			if t.name != form.Raw("tab") {
				continue
			}
			found, err := matching(tx, seller, t, form.Raw("q"), 0, listing.MostBulk)
			for _, l := range found {
				ids = append(ids, l.ID)
			}
			return err
		}
		return nil
	})
}

func (v *visit) sort(verb listing.BulkVerb, results []listing.BulkResult, back string) bulkView {
	view := bulkView{verb: verb, back: back}
	for _, r := range results {
		if r.Err != nil {
			view.failed = append(view.failed, failure{r, v.says(r.Err)})
			continue
		}
		view.done++
		if verb == listing.BulkRenew && r.Status != listing.Live {
			view.results = append(view.results, r) // it is checked first
		}
	}
	return view
}
