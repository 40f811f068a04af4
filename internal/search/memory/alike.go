package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"fairground/internal/search"
	"fairground/internal/search/words"
)

const (
	mostCompared  = 400 // listings whose likeness is measured
	greatestWorth = 3   // of a rare word when these are chosen, where a common one or an attribute counts once
	mostValues    = 16  // attributes that count when these are chosen
)

// Alike returns the listings most like a document, of its category and those below, or of any if it has none. It chooses
// those with most words and choices in common, rare words counting more, and ranks them by search.LikenessOf.
func (x *Index) Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error) {
	most = min(most, search.MostAlike)
	if most <= 0 {
		return nil, ctx.Err()
	}
	v := x.present.Load()
	room := x.room.Get().(*scratch)
	defer x.room.Put(room)
	defer room.giveBack(loan{})
	c := comparison{view: v, room: room, category: d.Category, most: mostCompared, least: 1}
	weights := c.weigh(d.Title)
	c.choose(d, weights)
	var all []search.Neighbour
	for _, one := range c.nearest() {
		n := c.neighbour(&v.parts[one.part], one.where, d, weights)
		if n.Listing != d.Listing && n.Likeness > 0 {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b search.Neighbour) int { return cmp.Compare(b.Likeness, a.Likeness) })
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("memory.Alike(%q): %w", d.Title, err)
	}
	return all[:min(most, len(all))], nil
}

// choose sets what listings are chosen by.
func (c *comparison) choose(d search.Document, weights map[string]float64) {
	greatest := 0.0
	for _, w := range weights {
		greatest = max(greatest, w)
	}
	for term, w := range weights {
		c.terms, c.worth = append(c.terms, term), append(c.worth, 1+uint(w/greatest*(greatestWorth-1)))
	}
	for _, v := range d.Attributes {
		if v.Number == nil && len(c.values) < mostValues {
			c.values = append(c.values, v)
		}
	}
}

// choiceOf is a value as a choice, as in a segment.
func choiceOf(v search.Value) string {
	if v.Yes != nil {
		return yesOrNo(*v.Yes)
	}
	return search.CleanText(v.Choice)
}

// weigh gives the words of a title their rarity in the category. Words that no listing has do not count.
func (c *comparison) weigh(title string) map[string]float64 {
	terms := c.analyzer.Terms(title, words.MostTitle)
	documents := 0
	holding := make(map[string]int)
	for i := range c.parts {
		p := &c.parts[i]
		back := c.room.loan()
		among := c.among(p)
		documents += among.count()
		for j, term := range terms {
			if _, is := holding[term]; !is && len(holding) == mostTelling || slices.Contains(terms[:j], term) {
				continue
			}
			n, is := p.terms.Find(term)
			if is {
				holding[term] += p.inText.countWith(n, among)
			} else {
				holding[term] += 0
			}
		}
		c.room.giveBack(back)
	}
	weights := make(map[string]float64)
	for term, n := range holding {
		if n > 0 {
			weights[term] = search.Rarity(documents, n)
		}
	}
	return weights
}

// neighbour measures how like a document is to another.
func (c *comparison) neighbour(p *part, at uint32, to search.Document, weights map[string]float64) search.Neighbour {
	n := search.Neighbour{Listing: p.listings[at], Category: p.category(at), Price: p.price(at)}
	if kinds := p.kind.at(at); len(kinds) > 0 {
		n.Kind = search.Kind(kinds[0])
	}
	all, shared := 0.0, 0.0
	terms, titled := p.texts.read(at, nil)
	for term, w := range weights {
		all += w
		if i, is := p.terms.Find(term); is && slices.Contains(terms[:titled], uint32(i)) {
			shared += w
		}
	}
	stated, agreed := search.Agreement(to.Attributes, p.valuesLike(at, to.Attributes))
	n.Likeness = min(search.LikenessOf(shared, all, stated, agreed), 1)
	return n
}

// valuesLike are a document's values of the attributes of some others.
func (s *segment) valuesLike(at uint32, others []search.Value) (all []search.Value) {
	for i, v := range others {
		if slices.ContainsFunc(others[:i], func(o search.Value) bool { return o.Attribute == v.Attribute }) {
			continue
		}
		for _, choice := range s.choices[v.Attribute].at(at) {
			all = append(all, search.Choice(v.Attribute, choice))
		}
		if numbers := s.numbers[v.Attribute]; numbers != nil {
			for _, one := range numbers.appendTo(nil, at, at) {
				all = append(all, search.Number(v.Attribute, one.value))
			}
		}
	}
	return all
}
