package trade

import (
	"slices"

	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// deal is the page of one trade, seen from one side.
type deal struct {
	v *visit
	Trade
	side   Side
	thing  Thing
	other  Face
	rating Rating // of the other side
	said   Words
	closed error // why the own review cannot be written; nil when it can
	typed  saying
}

// deal gathers what the page of a trade shows to the reader.
func (v *visit) deal(id value.ID) (*deal, error) {
	page := &deal{v: v}
	err := v.read(func(tx *db.Tx) (err error) {
		if page.Trade, page.side, err = v.mine(tx, id, v.session.Account); err != nil {
			return err
		}
		if page.thing, err = v.Neighbours.Thing(tx, page.Listing); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if page.other, err = v.face(tx, page.Trade, page.side.Other()); err != nil {
			return err
		}
		if page.rating, err = Summary(tx, page.Party(page.side.Other())); err != nil {
			return err
		}
		if page.said, err = WordsOf(tx, id); err != nil {
			return err
		}
		page.closed = v.mayReview(tx, page.Trade, page.side, page.said)
		return nil
	})
	return page, err
}

// face is how a side is shown to the other.
func (v *visit) face(tx *db.Tx, t Trade, side Side) (Face, error) {
	if side == Buyer {
		name, err := v.nameOf(tx, t.Buyer)
		return Face{Name: name}, err
	}
	faces, err := v.Neighbours.Sellers(tx, []value.ID{t.Seller})
	return faces[t.Seller], err
}

// otherName is the other side's name, or that they have left.
func (p *deal) otherName() string {
	if p.other.Name == "" {
		return p.v.t("trade.former_member")
	}
	return p.other.Name
}

// mayWrite reports whether the form of the own review is shown.
func (p *deal) mayWrite() bool {
	mine := p.mine()
	return p.closed == nil && (mine.ID == 0 || mine.MayEdit(p.v.now))
}

func (p *deal) mine() Review   { return p.said.Reviews[p.side] }
func (p *deal) theirs() Review { return p.said.Reviews[p.side.Other()] }

// theirsShown reports whether the other side's review can be read.
func (p *deal) theirsShown() bool { return p.theirs().Visible(p.v.Gate) }

// mayAnswer reports whether the form of an answer is shown.
func (p *deal) mayAnswer() bool {
	mine := p.said.Answers[p.side]
	return p.theirsShown() && (mine.ID == 0 || mine.MayEdit(p.v.now))
}

// their answer to the own review, when it can be read.
func (p *deal) theirAnswer() (Review, bool) {
	a := p.said.Answers[p.side.Other()]
	return a, a.ID != 0 && a.Visible(p.v.Gate)
}

// typedOr is what was typed into a form that is shown again, else what is stored.
func (p *deal) typedOr(part, stored string) string {
	if p.typed.part == part {
		return p.typed.body
	}
	return stored
}

func (p *deal) fault(part, field string) string {
	if p.typed.part != part {
		return ""
	}
	return p.typed.faults[field]
}

// starred reports whether a number of stars is chosen.
func (p *deal) starred(n int) bool {
	if p.typed.part == "review" {
		return p.typed.stars == itoa(n)
	}
	return p.mine().Stars == n
}

func (p *deal) tagged(tag string) bool {
	if p.typed.part == "review" {
		return slices.Contains(p.typed.tags, tag)
	}
	return slices.Contains(p.mine().Tags, tag)
}

// whyClosed says why there is no form for the own review, while that is worth saying.
func (p *deal) whyClosed() string {
	if p.closed == nil || p.mine().ID != 0 || p.Status == Declined || p.Status == Proposed {
		return ""
	}
	return text.Error(p.v.ctx, p.closed)
}

// waits says until when the own review waits for the other side's.
func (p *deal) waits() string {
	return p.v.words.Date(p.mine().Ready.Add(BlindTime).In(p.v.words.Zone()))
}

// state is a trade's status as a tag.
func (v *visit) state(t Trade) ui.Tag {
	tag := ui.Tag{Text: v.t("trade.status." + string(t.Status))}
	switch t.Status {
	case Agreed, Done:
		tag.Tone = ui.Safe
	case Proposed:
		tag.Tone = ui.Paid
	}
	return tag
}

// priceText is the price in the reader's notation; empty when none was named.
func (v *visit) priceText(t Trade) string {
	if !t.HasPrice() {
		return ""
	}
	return v.words.Money(t.Price)
}

// facts are what was agreed.
func (p *deal) facts() []ui.Fact {
	var rows []ui.Fact
	add := func(key, text string) {
		if text != "" {
			rows = append(rows, ui.Fact{Name: p.v.t(key), Value: text})
		}
	}
	rows = append(rows, ui.Fact{Name: p.v.t("trade.fact." + string(p.side.Other())), View: p.person()})
	add("trade.fact.price", p.v.priceText(p.Trade))
	if !p.Agreed.IsZero() {
		add("trade.fact.agreed", p.v.words.Date(p.Agreed.In(p.v.words.Zone())))
	}
	if !p.Ended.IsZero() {
		add("trade.fact.ended", p.v.words.Date(p.Ended.In(p.v.words.Zone())))
	}
	return rows
}

// story is what happened last and what comes next, in a sentence.
func (p *deal) story() string {
	mine := p.SaidBy == p.side
	key := string(p.Status)
	switch {
	case p.Status == Proposed && p.ProposedBy == p.side:
		key = "proposed_by_you"
	case p.Status == Agreed && p.SaidBy != "" && mine:
		key = "said_by_you"
	case p.Status == Agreed && p.SaidBy != "":
		key = "said_by_them"
	case (p.Status == Declined || p.Status == FellThrough) && mine:
		key += "_by_you"
	}
	until := p.Made.Add(AnswerTime)
	if p.SaidBy != "" && !p.Said.IsZero() {
		until = p.Said.Add(AnswerTime)
	}
	return p.v.t("trade.story."+key, "name", p.otherName(), "date", p.v.words.Date(until.In(p.v.words.Zone())))
}

// reportHref is where the other side's review is reported.
func (p *deal) reportHref(r Review) string {
	if f := p.v.Neighbours.ReportHref; f != nil {
		return f(r.ID)
	}
	return "/report/" + r.Key()
}
