package market

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// sellerShort is the kind of a seller's outside id.
const sellerShort = "sel"

// stand is the page of one seller.
type stand struct {
	v       *visit
	s       listing.Seller
	face    Face
	rating  trade.Rating
	reviews []trade.Shown
	titles  map[value.ID]string // of the listings that reviews are about
	older   string              // address of the next reviews; empty when there are no more
	since   value.ID
	live    int // listings
	own     bool
	follow  templ.Component
	counter
}

// counter is one page of a seller's listings.
type counter struct {
	listings []listing.Listing
	sort     string // "", "price" or "-price"
	page     int
	pages    int // 0 when they are not numbered
	next     string
	before   value.ID
}

const (
	reviewsShown = 8
	// mostSorted is up to how many listings of one seller are put in order of their prices; with more there is newest first.
	mostSorted = 500
)

// sellerPath is the canonical address of a seller's page.
func sellerPath(id value.ID, name string) string {
	if s := slug(name); s != "" {
		return "/s/" + id.Text(sellerShort) + "/" + s
	}
	return "/s/" + id.Text(sellerShort)
}

// seller answers with the public page of a seller: one who has something to show that was cleared. Nothing is said of
// any other, not even that there is one.
func (v *visit) seller(w http.ResponseWriter) error {
	id, err := value.ParseID(sellerShort, v.r.PathValue("id"))
	if err != nil {
		return v.noSeller()
	}
	p := &stand{v: v}
	if err := p.readQuery(); err != nil {
		return err
	}
	if err := v.site.DB.Read(v.ctx, func(tx *db.Tx) error { return p.read(tx, id) }); err != nil {
		return err
	}
	if p.face.Gone {
		return v.show(w, http.StatusGone, v.page(v.t("market.seller.gone"), ""), sellerGone(v))
	}
	right := sellerPath(id, p.face.Name)
	if v.r.URL.Path != right {
		if v.r.URL.RawQuery != "" {
			right += "?" + v.r.URL.RawQuery
		}
		return v.moved(w, right)
	}
	canonical := right
	if v.r.URL.RawQuery != "" || len(p.listings) == 0 {
		canonical = ""
	}
	page := v.page(p.face.Name, canonical)
	page.Description = p.description()
	page.Head = p.head()
	return v.show(w, http.StatusOK, page, p.view())
}

func (v *visit) noSeller() error {
	return &value.Error{Kind: value.NotFound, Message: "there is no such seller", Key: "market.seller.unknown"}
}

// readQuery reads sort, page, before (the last listing of the page before) and reviews (the last review before).
func (p *stand) readQuery() error {
	query := p.v.r.URL.Query()
	if sort := query.Get("sort"); sort == "price" || sort == "-price" {
		p.sort = sort
	}
	p.page = max(1, min(atoi(query.Get("page")), mostSorted))
	var err error
	if text := query.Get("before"); text != "" {
		if p.before, err = value.ParseID(listing.ShortID, text); err != nil {
			return err
		}
	}
	if text := query.Get("reviews"); text != "" {
		p.since, err = value.ParseID(trade.ReviewShortID, text)
	}
	return err
}

func (p *stand) read(tx *db.Tx, id value.ID) (err error) {
	if p.s, err = listing.FindSeller(tx, id); err != nil {
		if value.KindOf(err) == value.NotFound {
			err = p.v.noSeller()
		}
		return err
	}
	if p.face, err = p.v.face(tx, p.s); err != nil || p.face.Gone {
		return err
	}
	if p.live, err = listing.SellerCount(tx, id); err != nil {
		return err
	}
	if err := p.stock(tx); err != nil {
		return err
	}
	if p.pages < 2 && p.before == 0 && p.next == "" {
		p.live = len(p.listings) // some may have run out a moment ago
	}
	if p.rating, err = p.v.rating(tx, id); err != nil {
		return err
	}
	if err := p.exists(tx); err != nil {
		return err
	}
	if err := p.readReviews(tx); err != nil {
		return err
	}
	return p.readButtons(tx)
}

// exists returns nil when something of the seller was cleared once: a listing that is or was public, a profile, or
// reviews of its deals. The name was screened with each of them.
func (p *stand) exists(tx *db.Tx) error {
	if len(p.listings) > 0 || p.face.Known || p.rating.Reviews > 0 {
		return nil
	}
	past, err := listing.List(tx, listing.Filter{Seller: p.s.ID, Limit: 50})
	if err != nil {
		return err
	}
	shown := slices.ContainsFunc(past, func(l listing.Listing) bool {
		switch l.Status {
		case listing.Live, listing.Paused, listing.Sold, listing.Expired:
			return !l.Published.IsZero() && l.Cleared(p.v.Desk.Gate) == nil
		}
		return false
	})
	if !shown {
		return p.v.noSeller()
	}
	return nil
}

// stock fetches one page of the listings that are visible now.
func (p *stand) stock(tx *db.Tx) error {
	if p.sort != "" && p.live <= mostSorted {
		return p.sorted(tx)
	}
	p.sort = ""
	found, err := listing.List(tx, listing.Filter{Seller: p.s.ID, Status: listing.Live, Listed: true, Before: p.before, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	if len(found) > pageSize {
		found = found[:pageSize]
		p.next = p.address("", "before", found[pageSize-1].Key())
	}
	p.listings = p.v.seen(found)
	return p.v.saving(tx, p.listings)
}

// sorted puts all listings in order of their prices and takes one page of them.
func (p *stand) sorted(tx *db.Tx) error {
	found, err := listing.List(tx, listing.Filter{Seller: p.s.ID, Status: listing.Live, Listed: true, Limit: mostSorted})
	if err != nil {
		return err
	}
	found = p.v.seen(found)
	slices.SortStableFunc(found, func(a, b listing.Listing) int {
		if a.HasPrice() != b.HasPrice() { // what states no price comes last
			return cmp.Compare(priceless(a), priceless(b))
		}
		if p.sort == "-price" {
			a, b = b, a
		}
		return cmp.Compare(a.Price.Units(), b.Price.Units())
	})
	p.pages = (len(found) + pageSize - 1) / pageSize
	p.page = min(p.page, max(1, p.pages))
	first := (p.page - 1) * pageSize
	p.listings = found[first:min(first+pageSize, len(found))]
	return p.v.saving(tx, p.listings)
}

func priceless(l listing.Listing) int {
	if l.HasPrice() {
		return 0
	}
	return 1
}

// seen keeps the listings that the public may see now.
func (v *visit) seen(all []listing.Listing) []listing.Listing {
	return slices.DeleteFunc(all, func(l listing.Listing) bool { return !l.Visible(v.Desk.Gate, v.now) })
}

func (p *stand) readReviews(tx *db.Tx) (err error) {
	if p.v.Parts.Trades == nil {
		return nil
	}
	var more bool
	p.reviews, more, err = p.v.Parts.Trades.Reviews(tx, p.s.ID, p.since, reviewsShown)
	if more && len(p.reviews) > 0 {
		p.older = p.address(p.sort, "reviews", p.reviews[len(p.reviews)-1].Key()) + "#reviews"
	}
	if err != nil {
		return err
	}
	p.titles, err = p.v.titlesOf(tx, p.reviews)
	return err
}

// titlesOf are the titles of the listings that reviews are about, where a clearance still covers them.
func (v *visit) titlesOf(tx *db.Tx, reviews []trade.Shown) (map[value.ID]string, error) {
	ids := make([]value.ID, len(reviews))
	for i, r := range reviews {
		ids[i] = r.Listing
	}
	found, err := listing.FindMany(tx, ids)
	titles := make(map[value.ID]string, len(found))
	for _, l := range found {
		if l.Cleared(v.Desk.Gate) == nil && l.Status != listing.Removed && l.Status != listing.Rejected {
			titles[l.ID] = l.Title
		}
	}
	return titles, err
}

func (p *stand) readButtons(tx *db.Tx) (err error) {
	if p.v.Parts.Acts != nil && p.v.signedIn() {
		if p.own, err = p.v.Parts.Acts(p.v.r, tx, p.s.ID); err != nil {
			return err
		}
	}
	if p.v.Parts.Follow != nil && !p.own {
		p.follow, err = p.v.Parts.Follow(p.v.r, tx, p.s.ID)
	}
	return err
}

// address is the page with another order, or further on; name and text are a parameter.
func (p *stand) address(sort, name, text string) string {
	address, sign := sellerPath(p.s.ID, p.face.Name), "?"
	if sort != "" {
		address, sign = address+"?sort="+sort, "&"
	}
	if text != "" {
		address += sign + name + "=" + text
	}
	return address
}

// orders are the ways to sort, when there is enough to sort and not too much.
func (p *stand) orders() []ui.Link {
	if p.live < 2 || p.live > mostSorted {
		return nil
	}
	var links []ui.Link
	for _, o := range [][2]string{{"", "newest"}, {"price", "price_asc"}, {"-price", "price_desc"}} {
		links = append(links, ui.Link{Text: p.v.t("market.seller.sort." + o[1]), Href: p.address(o[0], "", ""), Current: p.sort == o[0]})
	}
	return links
}

func (p *stand) pagination() ui.Pagination {
	if p.pages > 0 {
		return ui.Pagination{Page: p.page, Pages: p.pages, Href: func(page int) string {
			if page == 1 {
				return p.address(p.sort, "", "")
			}
			return p.address(p.sort, "page", itoa(page))
		}}
	}
	turn := ui.Pagination{NextHref: p.next}
	if p.before != 0 {
		turn.PrevHref = p.address("", "", "")
	}
	return turn
}

func (p *stand) description() string {
	if p.face.About != "" {
		return clip(strings.Join(strings.Fields(p.face.About), " "), 155)
	}
	return p.v.t("market.seller.description", "name", p.face.Name, "site", p.v.settings.Name, "count", p.live)
}

// since is the line below a name: who it is, and since when.
func (v *visit) sellerSince(s listing.Seller) string {
	kind := v.t("market.seller.private")
	if s.Kind == listing.Business {
		kind = v.t("market.seller.business")
	}
	return v.t("market.seller.since", "kind", kind, "year", itoa(s.Since.In(v.words.Zone()).Year()))
}

// share is how many of the counted reviews have so many stars, from 0 to 1.
func (p *stand) share(stars int) float64 {
	return float64(p.rating.Histogram[stars-1]) / float64(max(1, p.rating.Reviews))
}

// head is what machines read about a seller.
func (p *stand) head() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		address := p.v.origin() + sellerPath(p.s.ID, p.face.Name)
		for _, pair := range [][2]string{
			{"og:type", "profile"}, {"og:site_name", p.v.settings.Name}, {"og:title", p.face.Name},
			{"og:description", p.description()}, {"og:url", address}, {"og:image", p.portrait()},
		} {
			if pair[1] == "" {
				continue
			}
			if _, err := fmt.Fprintf(w, `<meta property="%s" content="%s"/>`, pair[0], html.EscapeString(pair[1])); err != nil {
				return err
			}
		}
		return writeLinked(w, p.linked(address))
	})
}

// portrait is the full address of the photo; empty for none.
func (p *stand) portrait() string {
	if p.face.Photo == "" {
		return ""
	}
	return p.v.origin() + p.face.Photo
}

// linked describes the seller in the words of schema.org. A rating belongs to an organisation there, not to a person.
func (p *stand) linked(address string) map[string]any {
	who := map[string]any{"@type": "Person", "name": p.face.Name, "url": address}
	if p.s.Kind == listing.Business {
		who["@type"] = "Store"
		who["address"] = p.postalAddress()
		if p.rating.Shown {
			who["aggregateRating"] = map[string]any{"@type": "AggregateRating", "ratingValue": p.rating.Stars, "bestRating": 5, "ratingCount": p.rating.Reviews}
		}
	}
	if image := p.portrait(); image != "" {
		who["image"] = image
	}
	if p.face.About != "" {
		who["description"] = clip(p.face.About, 500)
	}
	return map[string]any{"@type": "ProfilePage", "url": address, "mainEntity": who}
}

func (p *stand) postalAddress() map[string]any {
	address := map[string]any{"@type": "PostalAddress", "addressCountry": p.v.settings.Country}
	for name, text := range map[string]string{"streetAddress": p.face.Street, "postalCode": p.face.Post, "addressLocality": p.face.Town} {
		if text != "" {
			address[name] = text
		}
	}
	return address
}
