package memory

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// inquiry is one query on its way through a view.
type inquiry struct {
	*view
	q         search.Query
	room      *scratch
	now       time.Time
	clauses   []*clause
	corrected []search.Correction
}

// matched is documents of one segment.
type matched struct {
	set    set
	count  int
	listed []uint32 // the same, if they are few; otherwise nil
}

// narrowed is what a query finds in one segment.
type narrowed struct {
	*part
	whole   matched
	almost  set      // found but for exactly one filter
	filters []filter // in no order
}

// filter is the documents that one filter lets through, among those that everything else but filters does.
type filter struct {
	attribute string
	through   set
}

// ask begins a query: it looks its words up in all segments.
func (x *Index) ask(ctx context.Context, v *view, q search.Query, room *scratch) (*inquiry, error) {
	n := &inquiry{view: v, q: q, room: room, now: x.config.Clock.Now()}
	if !slices.ContainsFunc(q.Clauses(), func(c words.Clause) bool { return !c.Exclude }) && q.Sort == search.Relevance {
		n.q.Sort = search.Newest
	}
	for _, c := range q.Clauses() {
		one := &clause{Clause: c, worth: 1}
		n.lookUp(one)
		if one.holding == 0 && !c.Exclude && !c.Quoted && !q.Literal {
			n.correct(one)
		}
		n.clauses = append(n.clauses, one)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	n.shareOut()
	return n, nil
}

func (n *inquiry) lookUp(c *clause) {
	c.holding, c.met = 0, make([]met, len(n.parts))
	for i := range n.parts {
		p := &n.parts[i]
		c.met[i] = c.lookUp(p, n.q.Sort == search.Relevance && !c.Exclude, n.room)
		back := n.room.loan()
		all := c.met[i].all(n.room)
		c.holding += all.count()
		if p.dead != nil {
			c.holding -= all.countWith(p.dead)
		}
		n.room.giveBack(back)
	}
}

// shareOut divides the points for text among the clauses.
func (n *inquiry) shareOut() {
	documents := 0
	for _, p := range n.parts {
		documents += p.living()
	}
	var asked []*clause
	var rarities []float64
	for _, c := range n.clauses {
		if !c.Exclude {
			asked = append(asked, c)
			rarities = append(rarities, search.Rarity(documents, c.holding))
		}
	}
	for i, share := range search.Shares(rarities) {
		asked[i].share = share
	}
}

// narrow finds what a query finds in one segment.
func (n *inquiry) narrow(i int) *narrowed {
	f := &narrowed{part: &n.parts[i]}
	all := n.base(i)
	f.addFilters(n.q, all, n.room)
	f.almost = n.room.set(f.size())
	once := f.almost
	for _, filter := range f.filters {
		for w, through := range filter.through {
			once[w] = once[w]&through | all[w]&^through
			all[w] &= through
		}
	}
	n.verify(i, all, once)
	f.whole = n.gather(all)
	return f
}

// gather counts documents, and lists them if they are few.
func (n *inquiry) gather(s set) matched {
	m := matched{set: s, count: s.count()}
	if m.count*16 <= len(s)*64 || m.count < 256 {
		m.listed = s.list(n.room.list(m.count), m.count)
	}
	return m
}

// base is the documents that meet everything but filters.
func (n *inquiry) base(i int) set {
	p := &n.parts[i]
	all := n.room.set(p.size())
	all.fill(p.size())
	if p.dead != nil {
		all.leave(p.dead)
	}
	back := n.room.loan()
	for _, c := range n.clauses {
		if c.Exclude {
			all.leave(c.met[i].sure)
		} else {
			all.meet(c.met[i].all(n.room))
		}
		n.room.giveBack(back)
	}
	if n.q.Category != 0 {
		n.meetChoice(p, p.categories, strconv.FormatInt(int64(n.q.Category), 10), all)
	}
	if n.q.WithPhotos {
		n.meetChoice(p, p.marks, withPhotos, all)
	}
	if !n.q.Since.IsZero() {
		recent := n.room.set(p.size())
		recent.addRange(0, p.since(since_us(n.q)))
		all.meet(recent)
	}
	n.meetPlace(p, all)
	n.room.giveBack(back)
	return all
}

// since_us is the earliest time of publication. Milliseconds count, as in the database.
func since_us(q search.Query) int64 { return q.Since.UnixMilli() * 1_000 }

func (n *inquiry) meetChoice(p *part, c *choices, name string, all set) {
	having := n.room.set(p.size())
	c.addTo(name, having)
	all.meet(having)
}

// meetPlace leaves what lies where the query says. Few documents are measured one by one.
func (n *inquiry) meetPlace(p *part, all set) {
	if n.q.Within_km > 0 {
		if all.count()*fewMeasured < len(p.globe.order) {
			p.globe.leaveCircle(n.q.Near, n.q.Within_km, all)
		} else {
			within := n.room.set(p.size())
			p.globe.addCircle(n.q.Near, n.q.Within_km, within)
			all.meet(within)
		}
	}
	if n.q.Box != nil {
		within := n.room.set(p.size())
		p.globe.addBox(*n.q.Box, within)
		all.meet(within)
	}
}

const fewMeasured = 48 // times fewer than all

// addFilters evaluates the filters among some documents.
func (f *narrowed) addFilters(q search.Query, among set, room *scratch) {
	add := func(attribute string) set {
		through := room.set(f.size())
		f.filters = append(f.filters, filter{attribute, through})
		return through
	}
	if q.Seller != "" {
		f.seller.addTo(string(q.Seller), add(search.BySeller))
	}
	if q.Kind != "" {
		f.kind.addTo(string(q.Kind), add(search.ByKind))
	}
	if q.Price != nil {
		f.addPriced(q, *q.Price, among, add(search.ByPrice), room)
	}
	for _, one := range q.Filters {
		through := add(one.Attribute)
		switch {
		case one.Range != nil:
			if numbers := f.numbers[one.Attribute]; numbers != nil {
				numbers.addBetween(one.Range.Low, one.Range.High, among, through, room)
			}
		case one.Yes != nil:
			f.choices[one.Attribute].addTo(yesOrNo(*one.Yes), through)
		default:
			for _, choice := range one.Choices {
				f.choices[one.Attribute].addTo(search.CleanText(choice), through)
			}
		}
	}
}

// addPriced adds the documents with a price in a span, in the currency of the query.
func (f *narrowed) addPriced(q search.Query, span search.Span, among, into set, room *scratch) {
	if span.High < span.Low {
		return
	}
	for currency, prices := range f.prices {
		if price, known := newPricing(q, currency); known {
			from := prices.search(func(v float64) bool { return price.minor(v) >= span.Low })
			to := prices.search(func(v float64) bool { return price.minor(v) > span.High })
			prices.addCodes(uint32(from)+1, uint32(to)+1, among, into, room)
		}
	}
}

// verify takes from all and from almost what holds the words of a phrase, but not in a row, and what holds an excluded
// phrase.
func (n *inquiry) verify(i int, all, almost set) {
	if !slices.ContainsFunc(n.clauses, func(c *clause) bool { return len(c.met[i].perhaps) > 0 }) {
		return
	}
	texts := &n.parts[i].texts
	for w := range all {
		for at := range (set{all[w] | almost[w]}).all {
			at += uint32(w) << 6
			for _, c := range n.clauses {
				if len(c.met[i].perhaps) > 0 && c.met[i].verify(texts, at) == c.Exclude {
					all.remove(at)
					almost.remove(at)
				}
			}
		}
	}
}

// without are the documents found without the filter on an attribute, and false if there is none.
func (n *inquiry) without(f *narrowed, attribute string) (matched, bool) {
	i := slices.IndexFunc(f.filters, func(f filter) bool { return f.attribute == attribute })
	if i < 0 {
		return f.whole, false
	}
	more := n.room.copy(f.whole.set)
	for w, through := range f.filters[i].through {
		more[w] |= f.almost[w] &^ through
	}
	return n.gather(more), true
}

// pricing converts prices of one currency to that of a query.
type pricing struct {
	q        search.Query
	currency string
	digits   float64 // minor units in a major one of the query's currency
}

func newPricing(q search.Query, currency string) (*pricing, bool) {
	_, known := q.Factor(currency)
	return &pricing{q: q, currency: currency, digits: math.Pow10(value.Digits(q.Currency))}, known
}

// minor is a price in minor units of the query's currency.
func (p *pricing) minor(v float64) int64 {
	minor, _ := p.q.Convert(value.Money{Minor: int64(v), Currency: p.currency})
	return minor
}

// units is a price in major units of the query's currency.
func (p *pricing) units(v float64) float64 { return float64(p.minor(v)) / p.digits }
