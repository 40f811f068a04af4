package memory

import (
	"context"
	"slices"
	"strconv"

	"fairground/internal/search"
	"fairground/internal/value"
)

const (
	mostSimilar  = 50
	mostTelling  = 12 // words of a title that are compared
	leastTelling = 3  // bytes
	planeCount   = 6  // of counters: they go up to 63
)

// Similar returns listings of the same category, or of those below it: most words of the title in common first, then newest.
func (x *Index) Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error) {
	limit = min(limit, mostSimilar)
	v := x.present.Load()
	p, at, is := v.find(listing)
	if !is || limit <= 0 {
		return nil, ctx.Err()
	}
	room := x.room.Get().(*scratch)
	defer x.room.Put(room)
	defer room.giveBack(loan{})
	terms, titled := p.texts.read(at, nil)
	c := comparison{view: v, room: room, category: p.category(at), most: limit + 1, least: 0}
	for _, term := range terms[:titled] {
		c.addTerm(p.terms.At(int(term)).Term, 1)
	}
	var all []value.ID
	for _, one := range c.nearest() {
		if one.listing != listing && len(all) < limit {
			all = append(all, one.listing)
		}
	}
	return all, ctx.Err()
}

// find is where a listing is.
func (v *view) find(listing value.ID) (*part, uint32, bool) {
	for i := range v.parts {
		p := &v.parts[i]
		if at, is := p.segment.find(listing); is && p.has(at) {
			return p, at, true
		}
	}
	return nil, 0, false
}

// comparison finds the documents that have most of some words in their title.
type comparison struct {
	*view
	room     *scratch
	category value.ID // and all below; 0 for any
	terms    []string
	worth    []uint         // of each term
	values   []search.Value // choices that count once each
	most     int
	least    int // of the sum of worths
}

func (c *comparison) addTerm(term string, worth uint) {
	if len(term) >= leastTelling && len(c.terms) < mostTelling && !slices.Contains(c.terms, term) {
		c.terms, c.worth = append(c.terms, term), append(c.worth, worth)
	}
}

// nearest are the documents with the greatest sums, newest first among equals. All documents of a segment are counted at
// once: the n-th plane holds the n-th bit of every sum.
func (c *comparison) nearest() []candidate {
	b := best{most: c.most}
	for i := range c.parts {
		p := &c.parts[i]
		back := c.room.loan()
		var planes [planeCount]set
		for j := range planes {
			planes[j] = c.room.set(p.size())
		}
		for j, term := range c.terms {
			if n, is := p.terms.Find(term); is {
				titles := c.room.loan()
				in := c.room.set(p.size())
				p.inTitle.addTo(n, in)
				raise(&planes, in, c.worth[j])
				c.room.giveBack(titles)
			}
		}
		for _, v := range c.values {
			titles := c.room.loan()
			in := c.room.set(p.size())
			p.choices[v.Attribute].addTo(choiceOf(v), in)
			raise(&planes, in, 1)
			c.room.giveBack(titles)
		}
		k := collecting{comparison: c, part: p, number: i, planes: &planes}
		k.collect(c.among(p), planeCount-1, 0)
		b.merge(k.found)
		c.room.giveBack(back)
	}
	return b.all
}

// among are the documents that are compared.
func (c *comparison) among(p *part) set {
	all := c.room.set(p.size())
	if c.category == 0 {
		all.fill(p.size())
	} else {
		p.categories.addTo(strconv.FormatInt(int64(c.category), 10), all)
	}
	if p.dead != nil {
		all.leave(p.dead)
	}
	return all
}

// raise adds a worth to the sum of every document of a set.
func raise(planes *[planeCount]set, of set, worth uint) {
	for bit := range planeCount {
		if worth>>bit&1 == 0 {
			continue
		}
		for w, carry := range of {
			for j := bit; carry != 0 && j < planeCount; j++ {
				planes[j][w], carry = planes[j][w]^carry, planes[j][w]&carry
			}
		}
	}
}

// collecting gathers documents by falling sums.
type collecting struct {
	*comparison
	*part
	number int
	planes *[planeCount]set
	found  []candidate
}

// collect gathers some documents whose sums are alike in the planes above one.
func (k *collecting) collect(of set, plane, sum int) {
	if len(k.found) >= k.most || sum+1<<(plane+1)-1 < k.least || of.isEmpty() {
		return
	}
	if plane < 0 {
		for _, at := range (matched{set: of}).first(k.most - len(k.found)) {
			k.found = append(k.found, candidate{float64(sum), k.at[at], k.listings[at], k.number, at})
		}
		return
	}
	back := k.room.loan()
	part := k.room.copy(of)
	part.meet(k.planes[plane])
	k.collect(part, plane-1, sum+1<<plane)
	copy(part, of)
	part.leave(k.planes[plane])
	k.collect(part, plane-1, sum)
	k.room.giveBack(back)
}

// price is the price of a document; zero for none.
func (s *segment) price(at uint32) value.Money {
	for currency, prices := range s.prices {
		if code := prices.codes.at(at); code != 0 {
			return value.Money{Minor: int64(prices.values[code-1]), Currency: currency}
		}
	}
	return value.Money{}
}
