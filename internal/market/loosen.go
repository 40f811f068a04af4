package market

// proposal is a looser wish that finds something.
type proposal struct {
	text, href string
	count      int
}

const (
	mostTries     = 6
	mostProposals = 4
)

// loosen finds out which one filter, taken away, would leave something. It asks the index a few times, for counts only
// and only on an empty page.
func (w *wish) loosen() ([]proposal, error) {
	var all []proposal
	for i, try := range w.tries() {
		if i == mostTries || len(all) == mostProposals {
			break
		}
		q := try.after.query()
		q.Limit, q.Page, q.Facets = 1, 1, nil
		found, err := w.v.Index.Search(w.v.ctx, q)
		if err != nil {
			return nil, err
		}
		if found.Total > 0 {
			all = append(all, proposal{try.text, try.after.address(), found.Total})
		}
	}
	return all, nil
}

// tries are the ways to loosen, those that change least first.
func (w *wish) tries() []chip {
	var all []chip
	if !w.near.IsZero() && w.within() != anywhere {
		all = append(all, chip{w.v.t("market.loosen.farther", "place", w.get("place")), w.with("within", anywhere)})
	}
	for _, c := range w.chips() {
		c.text = w.v.t("market.loosen.without", "what", c.text)
		all = append(all, c)
	}
	if w.category != 0 && len(w.params) > 0 {
		all = append(all, chip{w.v.t("market.loosen.everywhere"), w.in(0)})
	}
	if w.has("q") && w.category != 0 {
		all = append(all, chip{w.v.t("market.loosen.words"), w.with("q", "")})
	}
	return all
}
