package trade

import (
	"net/http"
	"strconv"

	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
)

const listed = 30 // trades on one page

// list is the page of somebody's trades, on one side.
type list struct {
	v      *visit
	of     value.ID // the seller, 0 for those as a buyer
	asked  bool     // for that side
	tabs   []ui.Link
	rows   []row
	next   string
	paged  bool // not the first page
	nobody bool // no trade at all on this side
}

// row is a trade in the list.
type row struct {
	Trade
	side  Side
	other string
	todo  string // what is asked of the reader; empty for nothing
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := p.visit(w, r)
	page, err := v.list()
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, v.t("trade.title"), page.view())
}

func (v *visit) list() (*list, error) {
	query := v.r.URL.Query()
	page := &list{v: v}
	var before value.ID
	var err error
	if text := query.Get("before"); text != "" {
		if before, err = value.ParseID(ShortID, text); err != nil {
			return nil, err
		}
		page.paged = true
	}
	text := query.Get("of")
	if page.asked = text != ""; page.asked && text != string(Buyer) {
		if page.of, err = value.ParseID("sel", text); err != nil {
			return nil, err
		}
	}
	return page, v.read(func(tx *db.Tx) error { return page.fill(tx, before) })
}

func (p *list) fill(tx *db.Tx, before value.ID) error {
	sellers, err := p.v.Neighbours.SellersOf(tx, p.v.session.Account)
	if err != nil {
		return err
	}
	if !p.asked && !p.paged {
		if err := p.choose(tx, sellers); err != nil {
			return err
		}
	}
	if err := p.tabsOf(tx, sellers); err != nil {
		return err
	}
	side, party := Buyer, p.v.session.Account
	if p.of != 0 {
		if team, err := p.v.onTeam(tx, p.of, p.v.session.Account); err != nil || !team {
			return notMine(err)
		}
		side, party = Seller, p.of
	}
	trades, err := Of(tx, side, party, before, listed+1)
	if err != nil {
		return err
	}
	if len(trades) > listed {
		trades = trades[:listed]
		p.next = p.address(trades[listed-1].Key())
	}
	p.nobody = len(trades) == 0 && before == 0
	for _, t := range trades {
		if err := p.add(tx, t, side); err != nil {
			return err
		}
	}
	return nil
}

// choose begins with what somebody sold when they never bought anything.
func (p *list) choose(tx *db.Tx, sellers []value.ID) error {
	found, err := Of(tx, Buyer, p.v.session.Account, 0, 1)
	for _, id := range sellers {
		if err != nil || len(found) > 0 {
			break
		}
		if found, err = Of(tx, Seller, id, 0, 1); len(found) > 0 {
			p.of = id
		}
	}
	return err
}

func notMine(err error) error {
	if err != nil {
		return err
	}
	return value.Errorf(value.NotFound, "there is no such seller")
}

// tabsOf are the sides on which the reader trades.
func (p *list) tabsOf(tx *db.Tx, sellers []value.ID) error {
	faces, err := p.v.Neighbours.Sellers(tx, sellers)
	if err != nil {
		return err
	}
	p.tabs = []ui.Link{{Text: p.v.t("trade.as_buyer"), Href: "/trades?of=" + string(Buyer), Current: p.of == 0}}
	for _, id := range sellers {
		text := p.v.t("trade.as_seller")
		if faces[id].Business {
			text = faces[id].Name
		}
		p.tabs = append(p.tabs, ui.Link{Text: text, Href: "/trades?of=" + id.Text("sel"), Current: p.of == id})
	}
	return nil
}

func (p *list) add(tx *db.Tx, t Trade, side Side) error {
	other, err := p.v.face(tx, t, side.Other())
	if err != nil {
		return err
	}
	if other.Name == "" {
		other.Name = p.v.t("trade.former_member")
	}
	said, err := WordsOf(tx, t.ID)
	if err != nil {
		return err
	}
	r := row{Trade: t, side: side, other: other.Name}
	switch {
	case t.Status == Proposed && t.ProposedBy != side:
		r.todo = p.v.t("trade.todo.confirm")
	case t.Status == Agreed && t.SaidBy == side.Other():
		r.todo = p.v.t("trade.todo.complete")
	case said.Reviews[side].ID == 0 && p.v.mayReview(tx, t, side, said) == nil:
		r.todo = p.v.t("trade.todo.review")
	}
	p.rows = append(p.rows, r)
	return nil
}

func (p *list) address(before string) string {
	of := ""
	if p.of != 0 {
		of = "of=" + p.of.Text("sel") + "&"
	}
	return "/trades?" + of + "before=" + before
}

func itoa(n int) string { return strconv.Itoa(n) }
