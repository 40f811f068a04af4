package memory

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"fairground/internal/search"
	"fairground/internal/value"
)

const (
	mostSimilar   = 50
	mostTelling   = 12 // words of a title that are compared
	leastTelling  = 3  // bytes
	mostCompared  = 400
	planeCount    = 6 // of counters: they go up to 63
	greatestWorth = 4 // of a rare word, where a common one counts once
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
	worth    []uint // of each term
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

// Alike returns the listings whose titles are most like that of a document, of its category and those below, or of any if
// it has none. The likeness of two titles is what the words in both weigh of what all their words weigh, rare ones more.
func (x *Index) Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error) {
	v := x.present.Load()
	room := x.room.Get().(*scratch)
	defer x.room.Put(room)
	defer room.giveBack(loan{})
	most = min(most, mostCompared/2)
	c := comparison{view: v, room: room, category: d.Category, most: mostCompared, least: 1}
	weights := v.weigh(v.analyzer.Terms(d.Title, mostTelling*2))
	greatest := 0.0
	for _, w := range weights {
		greatest = max(greatest, w)
	}
	for term, w := range weights {
		c.addTerm(term, 1+uint(w/greatest*(greatestWorth-1)))
	}
	var all []search.Neighbour
	for _, one := range c.nearest() {
		if one.listing == d.Listing {
			continue
		}
		all = append(all, v.neighbour(&v.parts[one.part], one.where, weights))
	}
	slices.SortStableFunc(all, func(a, b search.Neighbour) int { return cmp.Compare(b.Likeness, a.Likeness) })
	return all[:min(max(most, 0), len(all))], ctx.Err()
}

// weigh gives each term its weight: the rarer, the more.
func (v *view) weigh(terms []string) map[string]float64 {
	documents := 0
	for i := range v.parts {
		documents += v.parts[i].living()
	}
	weights := make(map[string]float64)
	for _, term := range terms {
		if _, is := weights[term]; is || len(weights) == mostTelling {
			continue
		}
		holding := 0
		for i := range v.parts {
			if n, is := v.parts[i].terms.Find(term); is {
				holding += v.parts[i].inText.count(n)
			}
		}
		weights[term] = search.Rarity(documents, holding)
	}
	return weights
}

func (v *view) neighbour(p *part, at uint32, weights map[string]float64) search.Neighbour {
	n := search.Neighbour{Listing: p.listings[at], Category: p.category(at), Price: p.price(at)}
	if kinds := p.kind.at(at); len(kinds) > 0 {
		n.Kind = search.Kind(kinds[0])
	}
	shared, all := 0.0, 0.0
	for _, w := range weights {
		all += w
	}
	terms, titled := p.texts.read(at, nil)
	terms = slices.Clone(terms[:titled])
	slices.Sort(terms)
	documents := p.size()
	for _, term := range slices.Compact(terms) {
		if w, is := weights[p.terms.At(int(term)).Term]; is {
			shared += w
		} else {
			all += search.Rarity(documents, p.inText.count(int(term)))
		}
	}
	if all > 0 {
		n.Likeness = shared / all
	}
	return n
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
