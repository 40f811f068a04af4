package posting

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// A tab shows the listings of a seller that stand alike.
type tab struct {
	name     string
	statuses []listing.Status
}

// tabs in the order of the page. "drafts" has no listings.
var tabs = []tab{
	{"live", []listing.Status{listing.Live}},
	{"checked", []listing.Status{listing.Held}},
	{"change", []listing.Status{listing.Challenged, listing.Rejected}},
	{"paused", []listing.Status{listing.Paused}},
	{"sold", []listing.Status{listing.Sold}},
	{"expired", []listing.Status{listing.Expired}},
	{"removed", []listing.Status{listing.Removed}},
	{"drafts", nil},
}

const perPage = 30 // listings

// mineView is the page of somebody's listings.
type mineView struct {
	seller  listing.Seller
	sellers []ui.Link
	tab     tab
	tabs    []ui.Link
	words   string
	rows    []row
	drafts  []listing.Draft
	older   string // address of the next page
	here    string // address of this one
	all     int    // how many match on every page
	bulk    bool
	none    bool // nothing was ever offered
}

// row is one listing with where it stands.
type row struct {
	listing.Listing
	standing listing.Standing
	figures  Figures
	counted  bool
	href     string // of its figures over time
}

func (v *visit) showMine() error {
	m, err := v.viewMine()
	if err != nil {
		return err
	}
	return v.mine(http.StatusOK, v.t("posting.mine"), minePage(m))
}

func (v *visit) viewMine() (*mineView, error) {
	query := v.r.URL.Query()
	m := &mineView{words: value.Clip(query.Get("q"), 100), here: v.r.URL.RequestURI()}
	err := v.read(func(tx *db.Tx) error {
		if err := v.findSellers(tx, m, query.Get("seller")); err != nil {
			return err
		}
		var err error
		if m.drafts, err = listing.Drafts(tx, v.by); err != nil {
			return err
		}
		if m.seller.ID == 0 {
			m.tab, m.none = tabs[0], true
			m.tabs = []ui.Link{v.tabLink(m, tabs[0], 0), v.tabLink(m, tabs[len(tabs)-1], len(m.drafts))}
			if query.Get("tab") == "drafts" {
				m.tab = tabs[len(tabs)-1]
			}
			v.markTab(m)
			return nil
		}
		counts, err := v.countTabs(tx, m)
		if err != nil {
			return err
		}
		v.chooseTab(m, query.Get("tab"), counts)
		return v.findRows(tx, m, query.Get("before"))
	})
	return m, err
}

// findSellers lists those for whom the member may post, and the one looked at: the one asked for, else the first.
func (v *visit) findSellers(tx *db.Tx, m *mineView, asked string) error {
	seats, err := listing.SeatsHeldBy(tx, v.by.Account)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if !seat.Role.MayPost() {
			continue
		}
		seller, err := listing.FindSeller(tx, seat.Seller)
		if err != nil {
			return err
		}
		key, icon := seller.ID.Text("sel"), "user-round"
		if seller.Kind == listing.Business {
			icon = "store"
		}
		if m.seller.ID == 0 || key == asked {
			m.seller = seller
		}
		m.sellers = append(m.sellers, ui.Link{Text: seller.Name, Icon: icon, Href: "/my/listings?seller=" + key})
	}
	for i := range m.sellers {
		m.sellers[i].Current = strings.HasSuffix(m.sellers[i].Href, "="+m.seller.ID.Text("sel"))
	}
	m.bulk = m.seller.Kind == listing.Business
	return nil
}

const mostCounted = 1000

func (v *visit) countTabs(tx *db.Tx, m *mineView) (map[string]int, error) {
	counts := map[string]int{"drafts": len(m.drafts)}
	for _, t := range tabs {
		for _, status := range t.statuses {
			n, err := listing.Count(tx, listing.Filter{Seller: m.seller.ID, Status: status, Words: m.words}, mostCounted)
			if err != nil {
				return nil, err
			}
			counts[t.name] += n
		}
	}
	return counts, nil
}

// chooseTab takes the tab asked for, or the first that has something in it.
func (v *visit) chooseTab(m *mineView, asked string, counts map[string]int) {
	m.none = true
	for _, t := range tabs {
		if t.name != "drafts" && counts[t.name] > 0 {
			m.none = false
		}
		if t.name == asked || m.tab.name == "" && asked == "" && counts[t.name] > 0 {
			m.tab = t
		}
	}
	if m.tab.name == "" {
		m.tab = tabs[0]
	}
	m.all = counts[m.tab.name]
	for _, t := range tabs {
		if counts[t.name] > 0 || t.name == m.tab.name || t.name == "live" {
			m.tabs = append(m.tabs, v.tabLink(m, t, counts[t.name]))
		}
	}
	v.markTab(m)
}

func (v *visit) tabLink(m *mineView, t tab, count int) ui.Link {
	link := ui.Link{Text: v.t("posting.tab." + t.name), Href: m.address(t.name, 0), Lang: t.name}
	if count > 0 {
		link.Count = v.words.Count(count)
		link.Hot = t.name == "change"
	}
	return link
}

// markTab marks the tab one looks at; links carry its name until then.
func (v *visit) markTab(m *mineView) {
	for i := range m.tabs {
		m.tabs[i].Current, m.tabs[i].Lang = m.tabs[i].Lang == m.tab.name, ""
	}
}

// address of a tab of the seller looked at, with the words searched for.
func (m *mineView) address(tab string, before value.ID) string {
	query := url.Values{"tab": {tab}}
	if m.seller.ID != 0 {
		query.Set("seller", m.seller.ID.Text("sel"))
	}
	if m.words != "" {
		query.Set("q", m.words)
	}
	if before != 0 {
		query.Set("before", before.Text(listing.ShortID))
	}
	return "/my/listings?" + query.Encode()
}

func (v *visit) findRows(tx *db.Tx, m *mineView, before string) error {
	id, _ := value.ParseID(listing.ShortID, before) // what is no id begins at the first page
	found, err := matching(tx, m.seller.ID, m.tab, m.words, id, perPage+1)
	if err != nil {
		return err
	}
	if len(found) > perPage {
		found = found[:perPage]
		m.older = m.address(m.tab.name, found[perPage-1].ID)
	}
	m.rows, err = v.rowsOf(tx, found)
	return err
}

// matching are the listings of a tab, the newest first.
func matching(tx *db.Tx, seller value.ID, t tab, words string, before value.ID, limit int) ([]listing.Listing, error) {
	var all []listing.Listing
	for _, status := range t.statuses {
		found, err := listing.List(tx, listing.Filter{Seller: seller, Status: status, Words: words, Before: before, Limit: limit})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b listing.Listing) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), limit)], nil
}

func (v *visit) rowsOf(tx *db.Tx, found []listing.Listing) ([]row, error) {
	ids, rows := make([]value.ID, len(found)), make([]row, len(found))
	for i, l := range found {
		standing, err := listing.StandingOf(tx, l)
		if err != nil {
			return nil, err
		}
		ids[i], rows[i] = l.ID, row{Listing: l, standing: standing}
		if v.posting.config.FiguresHref != nil {
			rows[i].href = v.posting.config.FiguresHref(l)
		}
	}
	if v.posting.config.Figures == nil || len(ids) == 0 {
		return rows, nil
	}
	figures, err := v.posting.config.Figures(tx, ids)
	for i, id := range ids {
		rows[i].figures, rows[i].counted = figures[id], true
	}
	return rows, err
}

// mineOrNone returns a listing that the member may change. Those of others are NotFound.
func (v *visit) mineOrNone(tx *db.Tx, id value.ID) (listing.Listing, error) {
	l, err := listing.Find(tx, id)
	if err != nil {
		return l, err
	}
	seat, err := listing.SeatOf(tx, l.Seller.ID, v.by.Account)
	if value.KindOf(err) == value.NotFound || err == nil && !seat.Role.MayPost() {
		return listing.Listing{}, value.Errorf(value.NotFound, "there is no such listing")
	}
	return l, err
}

// myListing is the listing in the address.
func (v *visit) myListing() (l listing.Listing, err error) {
	id, err := value.ParseID(listing.ShortID, v.r.PathValue("listing"))
	if err != nil {
		return l, err
	}
	return l, v.read(func(tx *db.Tx) error {
		l, err = v.mineOrNone(tx, id)
		return err
	})
}

// actOnOne carries out what a button at a listing says and goes back to where it was pressed.
func (v *visit) actOnOne() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	l, err := v.myListing()
	if err != nil {
		return err
	}
	back := web.LocalPath(form.Raw("next"), mineHref(l))
	do := form.Raw("do")
	if do == "remove" && form.Raw("sure") == "" {
		return v.mine(http.StatusOK, v.t("posting.remove"), removePage(l, back))
	}
	if do == "price" {
		err = v.reprice(l, form.Raw("price"))
	} else {
		err = v.carryOut(l, do)
	}
	if err != nil {
		return v.notDone(l, back, err)
	}
	web.SetFlash(v.w, v.r, web.Flash{Key: "posting.done." + do})
	if do == "remove" {
		back = "/my/listings"
	}
	return web.Redirect(v.w, v.r, back)
}

func (v *visit) carryOut(l listing.Listing, do string) error {
	actor := v.session.Actor()
	switch do {
	case "pause":
		return v.Desk.Pause(v.ctx, actor, l.ID)
	case "sold":
		return v.Desk.MarkSold(v.ctx, actor, l.ID)
	case "reserve":
		return v.Desk.Reserve(v.ctx, actor, l.ID)
	case "unreserve":
		return v.Desk.Unreserve(v.ctx, actor, l.ID)
	case "remove":
		return v.Desk.Remove(v.ctx, actor, l.ID, "")
	case "unschedule":
		_, _, err := v.Desk.Schedule(v.ctx, actor, l.ID, noTime)
		return err
	case "renew":
		_, _, err := v.Desk.Renew(v.ctx, actor, l.ID)
		return err
	}
	return value.Errorf(value.Invalid, "choose what to do")
}

// reprice gives a listing another price; an empty one takes the price away.
func (v *visit) reprice(l listing.Listing, typed string) error {
	content := l.Content
	content.Price = value.Money{}
	if typed = strings.TrimSpace(typed); typed != "" {
		price, err := value.ParseMoney(typed, v.site.Settings().Currency)
		if err != nil {
			wrong := value.Fieldf("price", "write a price such as 120 or 12.50")
			wrong.Key = "posting.fault.price"
			return wrong
		}
		content.Price = price
	}
	_, _, err := v.Desk.Edit(v.ctx, v.session.Actor(), l.ID, l.Rev, content)
	return err
}

// notDone says on a page of its own why something could not be done, and leads back.
func (v *visit) notDone(l listing.Listing, back string, err error) error {
	switch value.KindOf(err) {
	case value.Conflict, value.Limited, value.Invalid, value.Forbidden:
		return v.mine(web.StatusOf(err), l.Title, notDonePage(l, v.says(err), back))
	}
	return err
}
