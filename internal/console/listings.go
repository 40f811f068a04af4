package console

import (
	"net/http"
	"net/url"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const listingsShown = 50

// listingsView is a page of the list of all listings.
type listingsView struct {
	v        *visit
	status   listing.Status
	category string // path of slugs
	words    string
	seller   value.ID
	before   value.ID
	name     string // of the seller
	total    int
	all      []listing.Listing
	more     bool
}

func (v *visit) listings(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	statuses := make([]string, len(listing.Statuses))
	for i, s := range listing.Statuses {
		statuses[i] = string(s)
	}
	view := &listingsView{
		v: v, status: listing.Status(q.Choice("status", statuses...)), category: q.Line("category", 200), words: q.Line("q", 100),
		seller: q.ID("seller", sellerKind), before: q.ID("before", listing.ShortID),
	}
	if err := q.Err(); err != nil {
		return value.Errorf(value.NotFound, "there is no such list").Because(err)
	}
	var wait waiting
	err = v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readPage(tx)
	})
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, v.page(v.t("console.listings"), "/console/listings", wait), view.view())
}

func (l *listingsView) filter() (listing.Filter, error) {
	f := listing.Filter{Status: l.status, Seller: l.seller, Words: l.words, Before: l.before, Limit: listingsShown + 1}
	if l.category == "" {
		return f, nil
	}
	c, ok := l.v.tree.Find(l.category)
	if !ok {
		return f, value.Errorf(value.NotFound, "there is no such category")
	}
	f.Category = l.v.tree.Below(c.ID)
	return f, nil
}

func (l *listingsView) readPage(tx *db.Tx) error {
	f, err := l.filter()
	if err != nil {
		return err
	}
	if l.total, err = listing.Count(tx, f, mostCounted+1); err != nil {
		return err
	}
	if l.all, err = listing.List(tx, f); err != nil {
		return err
	}
	if l.more = len(l.all) > listingsShown; l.more {
		l.all = l.all[:listingsShown]
	}
	if l.seller != 0 {
		l.name = l.seller.Text(sellerKind)
		if len(l.all) > 0 {
			l.name = l.all[0].Seller.Name
		}
	}
	return nil
}

// path is the address of the list with its filters but one, and from where on.
func (l *listingsView) path(without string, before value.ID) string {
	query := url.Values{}
	set := func(name, text string) {
		if text != "" && name != without {
			query.Set(name, text)
		}
	}
	set("status", string(l.status))
	set("category", l.category)
	set("q", l.words)
	if l.seller != 0 {
		set("seller", l.seller.Text(sellerKind))
	}
	if before != 0 {
		set("before", before.Text(listing.ShortID))
	}
	if len(query) == 0 {
		return "/console/listings"
	}
	return "/console/listings?" + query.Encode()
}

func (l *listingsView) older() string {
	if !l.more {
		return ""
	}
	return l.path("", l.all[len(l.all)-1].ID)
}

func (l *listingsView) newest() string {
	if l.before == 0 {
		return ""
	}
	return l.path("", 0)
}

// chips are the filters that are on; following one takes it away.
func (l *listingsView) chips() []ui.Chip {
	var chips []ui.Chip
	add := func(name, text string) {
		chips = append(chips, ui.Chip{Text: text, Href: l.path(name, 0), Removes: true})
	}
	if l.status != "" {
		add("status", l.v.t("console.status."+string(l.status)))
	}
	if c, ok := l.v.tree.Find(l.category); ok && l.category != "" {
		add("category", l.v.categoryPath(c.ID))
	}
	if l.words != "" {
		add("q", "“"+l.words+"”")
	}
	if l.seller != 0 {
		add("seller", l.v.t("console.seller")+": "+l.name)
	}
	return chips
}

func (l *listingsView) statusOptions() []ui.Option {
	options := []ui.Option{{Text: l.v.t("console.any_status")}}
	for _, s := range listing.Statuses {
		options = append(options, ui.Option{Value: string(s), Text: l.v.t("console.status." + string(s))})
	}
	return options
}

func (l *listingsView) categoryOptions() []ui.Option {
	options := []ui.Option{{Text: l.v.t("console.any_category")}}
	for c := range l.v.tree.All {
		deep := len(l.v.tree.Path(c.ID)) - 1
		options = append(options, ui.Option{Value: l.v.tree.PathSlug(c.ID), Text: strings.Repeat("\u2003", deep) + l.v.categoryName(c.ID)})
	}
	return options
}
