package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
)

const mostWhys = 8 // results that are explained

// whyView is the first results of a search with what brought each of them there.
type whyView struct {
	v       *visit
	query   string
	listing string // as it was typed
	asked   bool
	fault   faults
	kept    [][2]string // further parameters of a page of results
	total   string
	one     *whyRow // the listing that was asked about
	rows    []whyRow
}

// whyRow is one listing with its reasons.
type whyRow struct {
	title, href string
	why         search.Why
	reasons     []whyReason
}

// whyReason is one reason in words.
type whyReason struct {
	name, about string
	points      float64
	condition   bool // met or not, without points
	met         bool
}

func (v *visit) why(w http.ResponseWriter) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	params := v.r.URL.Query()
	view := &whyView{v: v, query: params.Get("q"), listing: strings.TrimSpace(params.Get("listing")), asked: len(params) > 0, fault: faults{}}
	view.keep(params)
	if view.asked {
		if err := view.find(); err != nil {
			return err
		}
	}
	page, err := v.searchPage(v.t("console.why_here"), whyPath)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(view.fault) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(w, status, page, view.view())
}

// keep holds on to what else a page of results had in its address.
func (y *whyView) keep(params url.Values) {
	if y.v.Search.Asked == nil {
		return
	}
	for name, values := range params {
		for _, text := range values {
			if name != "q" && name != "listing" && name != "why" && len(y.kept) < 50 {
				y.kept = append(y.kept, [2]string{name, text})
			}
		}
	}
}

// question is the search that is explained: most relevant first, unless the page of results said otherwise.
func (y *whyView) question() (search.Query, error) {
	q := search.Query{Words: y.query, Sort: search.Relevance, Currency: y.v.site.Settings().Currency}
	if y.v.Search.Asked != nil {
		asked, err := y.v.Search.Asked(y.v.r)
		if err != nil {
			return q, err
		}
		q = asked
	}
	if q.Sort == "" {
		q.Sort = search.Relevance
	}
	q.Page, q.Limit, q.Facets, q.Promoted = 1, mostWhys, nil, 0
	return q, nil
}

func (y *whyView) find() error {
	q, err := y.question()
	var found search.Result
	if err == nil {
		found, err = y.v.Search.Index.Search(y.v.ctx, q)
	}
	if err != nil {
		y.fault, err = y.v.faultsOf(err, "q")
		if y.fault[""] != "" {
			y.fault = faults{"q": y.fault[""]}
		}
		return err
	}
	y.total = y.v.total(found)
	ids := make([]value.ID, 0, mostWhys+1)
	for _, hit := range found.Hits {
		ids = append(ids, hit.Listing)
	}
	if err := y.explain(q, ids); err != nil || y.listing == "" {
		return err
	}
	return y.explainOne(q)
}

func (y *whyView) explain(q search.Query, ids []value.ID) error {
	all := make(map[value.ID]listing.Listing, len(ids))
	err := y.v.read(func(tx *db.Tx) error {
		found, err := listing.FindMany(tx, ids)
		for _, l := range found {
			all[l.ID] = l
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		l, known := all[id]
		if !known {
			continue
		}
		row, err := y.row(q, l)
		if err != nil {
			return err
		}
		y.rows = append(y.rows, row)
	}
	return nil
}

// explainOne explains a listing that perhaps is not found at all. It is named by its id or by its address.
func (y *whyView) explainOne(q search.Query) error {
	typed := y.listing
	if u, err := url.Parse(typed); err == nil {
		typed = u.Path
	}
	typed = typed[strings.LastIndexByte(typed, '/')+1:]
	id, err := value.ParseID(listing.ShortID, typed)
	var l listing.Listing
	if err == nil {
		err = y.v.read(func(tx *db.Tx) (err error) {
			l, err = listing.Find(tx, id)
			return err
		})
	}
	switch value.KindOf(err) {
	case "":
	case value.NotFound, value.Invalid:
		y.fault["listing"] = y.v.t("console.why.no_listing")
		return nil
	default:
		return err
	}
	row, err := y.row(q, l)
	y.one = &row
	return err
}

func (y *whyView) row(q search.Query, l listing.Listing) (whyRow, error) {
	why, err := y.v.Search.Index.Why(y.v.ctx, q, l.ID)
	row := whyRow{title: l.Title, href: pathOf(l.ID), why: why}
	for _, r := range why.Reasons {
		row.reasons = append(row.reasons, whyReason{
			name: y.v.orRaw("console.why."+r.What, r.What), about: y.about(r), points: r.Points, condition: r.Points == 0, met: r.Met,
		})
	}
	return row, err
}

// about is the word or value of a reason, in words.
func (y *whyView) about(r search.Reason) string {
	if r.What != "category" {
		return r.Text
	}
	id, err := strconv.ParseInt(r.Text, 10, 64)
	if err != nil {
		return r.Text
	}
	return y.v.categoryPath(value.ID(id))
}

// most is the greatest number of points that one reason gives, for the length of bars.
const mostPoints = search.MostText

func (y *whyView) points(points float64) string { return y.v.words.Decimal(points, 1) }
