package market

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// offer is the page of one listing.
type offer struct {
	v       *visit
	l       listing.Listing
	live    int // listings of the seller
	similar []listing.Listing
	area    *area
	beside
}

// beside is what other rooms know of a listing and its seller.
type beside struct {
	face    Face
	rating  trade.Rating
	own     *Own // nil for those who look at somebody else's
	contact templ.Component
	save    templ.Component
	follow  templ.Component
	was     pastPrice
}

// pastPrice is a higher price that a listing had until a moment; the zero pastPrice is none.
type pastPrice struct {
	price value.Money
	until time.Time
}

const similarShown = 8

// listing answers with the page of a listing that is visible now.
func (v *visit) listing(w http.ResponseWriter) error {
	l, live, err := v.find(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if !l.Reachable(v.Desk.Gate, v.now) {
		return v.ended(w, l)
	}
	if right := pathOf(l); v.r.URL.Path != right {
		return v.moved(w, right)
	}
	o := &offer{v: v, l: l, live: live}
	if err := v.site.DB.Read(v.ctx, o.look); err != nil {
		return err
	}
	if o.similar, err = v.similar(l); err != nil {
		return err
	}
	g, err := v.gazetteer()
	if err != nil {
		return err
	}
	o.area = areaOf(l.Place, g)
	page := v.page(l.Title, pathOf(l))
	page.Description = o.description()
	page.Head = o.head()
	if o.restricted() {
		page.Hidden, page.Canonical, page.Head = true, "", nil
		w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	}
	web.Images(w.Header(), v.settings.TilesOrigin())
	return v.show(w, http.StatusOK, page, o.view())
}

// restricted reports whether staff left the listing to those who have its address.
func (o *offer) restricted() bool { return !o.l.Restricted.IsZero() }

// look asks the other rooms.
func (o *offer) look(tx *db.Tx) (err error) {
	if o.face, err = o.v.face(tx, o.l.Seller); err != nil {
		return err
	}
	if o.rating, err = o.v.rating(tx, o.l.Seller.ID); err != nil {
		return err
	}
	history, err := listing.PriceHistory(tx, o.l.ID)
	if err != nil {
		return err
	}
	if _, from, dropped := listing.Drop(history, o.v.now); dropped {
		o.was = pastPrice{from, history[len(history)-1].At}
	}
	return o.buttons(tx)
}

// buttons are what the reader can do here; somebody's own listing is theirs to edit, not to ask about.
func (o *offer) buttons(tx *db.Tx) (err error) {
	parts, r := o.v.Parts, o.v.r
	if parts.Own != nil && o.v.signedIn() {
		own, mine, err := parts.Own(r, tx, o.l)
		if err != nil {
			return err
		}
		if mine {
			o.own = &own
			return nil
		}
	}
	if parts.Contact != nil && !o.restricted() {
		if o.contact, err = parts.Contact(r, tx, o.l); err != nil {
			return err
		}
	}
	if parts.Save != nil && !o.restricted() {
		if o.save, err = parts.Save(r, tx, o.l); err != nil {
			return err
		}
	}
	if parts.Follow != nil {
		o.follow, err = parts.Follow(r, tx, o.l.Seller.ID)
	}
	return err
}

func (v *visit) find(key string) (l listing.Listing, live int, err error) {
	id, err := value.ParseID(listing.ShortID, key)
	if err != nil {
		return l, 0, v.unknown()
	}
	err = v.site.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if l, err = listing.Find(tx, id); err == nil {
			live, err = listing.SellerCount(tx, l.Seller.ID)
		}
		return err
	})
	if value.KindOf(err) == value.NotFound {
		err = v.unknown()
	}
	return l, live, err
}

func (v *visit) unknown() error {
	return &value.Error{Kind: value.NotFound, Message: "there is no such listing", Key: "market.gone.unknown"}
}

// ended answers for a listing that cannot be seen. One that was public and has come to its end is gone, for people and
// for search engines; of any other nothing is said, not even that there is one.
func (v *visit) ended(w http.ResponseWriter, l listing.Listing) error {
	over := l.Status == listing.Live && !v.now.Before(l.Expires) && l.Cleared(v.Desk.Gate) == nil
	switch l.Status {
	case listing.Expired, listing.Sold, listing.Removed, listing.Rejected:
		over = !l.Published.IsZero()
	}
	if !over {
		return v.unknown()
	}
	// The index may still know what has just ended: more hits than are shown.
	found, err := v.Index.Search(v.ctx, search.Query{Category: l.Category, Limit: 3 * similarShown})
	if err != nil {
		return err
	}
	others, err := v.visible(hitIDs(found.Hits))
	if err != nil {
		return err
	}
	others = others[:min(len(others), similarShown)]
	c, _ := v.tree.Category(l.Category)
	g := gone{v: v, others: others, category: v.name(c.Names), href: v.categoryPath(l.Category)}
	return v.show(w, http.StatusGone, v.page(v.t("market.gone.title"), ""), g.view())
}

// gone is the page of a listing that has ended.
type gone struct {
	v              *visit
	others         []listing.Listing
	category, href string
}

func (v *visit) similar(l listing.Listing) ([]listing.Listing, error) {
	ids, err := v.Index.Similar(v.ctx, l.ID, similarShown)
	if err != nil {
		return nil, err
	}
	return v.visible(ids)
}

func (o *offer) crumbs() ui.Breadcrumb {
	var crumbs ui.Breadcrumb
	for _, c := range o.v.tree.Path(o.l.Category) {
		crumbs = append(crumbs, ui.Link{Text: o.v.name(c.Names), Href: o.v.categoryPath(c.ID)})
	}
	return crumbs
}

func (o *offer) gallery() ui.Gallery {
	g := ui.Gallery{Label: o.v.t("market.listing.photos", "title", o.l.Title)}
	for i, photo := range o.l.Photos {
		p := picture(photo, "(max-width: 60rem) 100vw, 55rem")
		p.Eager = i == 0
		if p.Alt == "" {
			p.Alt = o.v.t("market.listing.photo", "title", o.l.Title, "number", i+1)
		}
		g.Pictures = append(g.Pictures, p)
	}
	return g
}

// foreign is the language of the listing's text when it is not the page's, and "" otherwise.
func (o *offer) foreign() string {
	if o.l.Locale == "" || o.l.Locale.Language() == o.v.words.Locale().Language() {
		return ""
	}
	return string(o.l.Locale)
}

// paragraphs are the parts of the description between empty lines.
func (o *offer) paragraphs() []string {
	var all []string
	for _, part := range strings.Split(o.l.Body, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (o *offer) description() string {
	return clip(strings.Join(strings.Fields(o.v.price(o.l)+" · "+joined(o.l.Place.Name, o.l.Body)), " "), 155)
}

// advice is how to be careful with this kind of thing.
func (o *offer) advice() string {
	top, _, _ := strings.Cut(o.v.tree.PathSlug(o.l.Category), "/")
	switch top {
	case "vehicles", "homes", "jobs", "services", "pets", "animals":
		return o.v.t("market.safely." + top)
	default:
		return o.v.t("market.safely.things")
	}
}

// tiles are the cards of similar listings.
func (o *offer) tiles() []tile { return o.v.tiles(o.similar, nil, 3, 0) }

// sellerHref is the page of the seller, "" when there is none any more.
func (o *offer) sellerHref() string {
	if o.face.Gone {
		return ""
	}
	return sellerPath(o.l.Seller.ID, o.face.Name)
}

// wasText says what the price was, and until when.
func (o *offer) wasText() string {
	return o.v.t("market.listing.was", "price", o.v.words.Money(o.was.price), "date", o.v.words.Date(o.was.until.In(o.v.words.Zone())))
}

// ownNotice tells its people whose listing it is, and that it is restricted when it is.
func (o *offer) ownNotice() ui.Notice {
	if o.restricted() {
		return ui.Notice{Text: o.v.t("market.listing.own_restricted"), Icon: "eye-off", Tone: ui.Paid}
	}
	return ui.Notice{Text: o.v.t("market.listing.own"), Icon: "user-round"}
}

// address is the full address of the page.
func (o *offer) address() string { return o.v.origin() + pathOf(o.l) }
