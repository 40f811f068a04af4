package memory

import (
	"context"
	"math"
	"slices"
	"strconv"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Why explains where a listing stands. The score is that of search.Relevance, whatever the order of the query; the rank is
// that in the order of the query.
func (x *Index) Why(ctx context.Context, q search.Query, listing value.ID) (search.Why, error) {
	var why search.Why
	order := q.Sort
	q.Facets, q.Promoted, q.Page, q.Limit, q.Sort = nil, 0, 1, search.MostHits, search.Relevance
	err := x.inquire(ctx, q, func(n *inquiry) error {
		p, at, is := n.find(listing)
		if !is {
			why.Reasons = []search.Reason{{What: "gone"}}
			return nil
		}
		i := slices.IndexFunc(n.parts, func(other part) bool { return other.segment == p.segment })
		back := n.room.loan()
		f := n.narrow(i)
		why.Found = f.whole.set.has(at)
		why.Reasons = append(n.conditions(p, i, at), n.earnings(p, i, at)...)
		n.room.giveBack(back)
		for _, r := range why.Reasons {
			why.Score += r.Points
		}
		return nil
	})
	if err != nil || !why.Found {
		return why, err
	}
	q.Sort = order
	err = x.inquire(ctx, q, func(n *inquiry) error {
		why.Rank = n.rank(listing)
		return nil
	})
	return why, err
}

// rank is the place of a listing among all that is found.
func (n *inquiry) rank(listing value.ID) int {
	b := newBest(n)
	b.most = math.MaxInt32
	for i := range n.parts {
		back := n.room.loan()
		b.add(n, n.narrow(i), i)
		n.room.giveBack(back)
	}
	return 1 + slices.IndexFunc(b.all, func(c candidate) bool { return c.listing == listing })
}

// earnings are the parts of a document's score.
func (n *inquiry) earnings(p *part, i int, at uint32) []search.Reason {
	var all []search.Reason
	met := 0
	for _, c := range n.clauses {
		m := &c.met[i]
		if c.Exclude {
			continue
		}
		m.verify(&p.texts, at)
		worth, inTitle := m.earned(at)
		if inTitle {
			met += len(c.Words)
		}
		if worth == 0 {
			all = append(all, search.Reason{What: "words", Text: c.Typed})
			continue
		}
		all = append(all, search.Reason{What: c.reason(worth, inTitle), Text: c.Typed, Met: true, Points: c.share * worth})
	}
	if points := search.Focus(met, int(p.titles[at])); points > 0 {
		all = append(all, search.Reason{What: "focus", Met: true, Points: points})
	}
	s := newScoring(n, p, i)
	s.age(at)
	all = append(all, search.Reason{What: "fresh", Text: whenText(p.at[at]), Met: true, Points: s.freshness},
		search.Reason{What: "quality", Met: true, Points: float64(p.quality[at])})
	if km := n.km(p, at); km >= 0 {
		all = append(all, search.Reason{What: "near", Text: kmText(km), Met: true, Points: search.Nearness(km)})
	}
	return all
}

func whenText(at_us int64) string { return value.FromMicros(at_us).Format("2006-01-02 15:04") }

func kmText(km float64) string {
	if km < 0 {
		return ""
	}
	return strconv.FormatFloat(math.Round(km*10)/10, 'f', -1, 64) + " km"
}

// reason is how a document meets a clause.
func (c *clause) reason(worth float64, inTitle bool) string {
	if !inTitle {
		worth /= search.InBody
	}
	isLess := func(than float64) bool {
		return math.Abs(worth-than*c.worth) < 1e-9 || math.Abs(worth-than*c.worth*search.AsBegun) < 1e-9
	}
	switch {
	case c.worth < 1:
		return "typo"
	case isLess(search.AsSynonym) && slices.ContainsFunc(c.Ways, func(w words.Way) bool { return w.Synonym }):
		return "synonym"
	case c.Quoted:
		return "phrase"
	case inTitle:
		return "title"
	}
	return "body"
}

// conditions are what else a query demands, and whether a document meets it.
func (n *inquiry) conditions(p *part, i int, at uint32) []search.Reason {
	var all []search.Reason
	add := func(what, text string, met bool) {
		all = append(all, search.Reason{What: what, Text: text, Met: met})
	}
	for _, c := range n.clauses {
		if c.Exclude {
			add("excluded", c.Typed, !c.met[i].verify(&p.texts, at))
		}
	}
	if n.q.Category != 0 {
		id := strconv.FormatInt(int64(n.q.Category), 10)
		add("category", id, slices.Contains(p.categories.at(at), id))
	}
	one := n.room.set(p.size())
	one.add(at)
	f := narrowed{part: p}
	f.addFilters(n.q, one, n.room)
	for _, filter := range f.filters {
		what, text := "filter", filter.attribute
		switch filter.attribute {
		case search.ByPrice:
			what, text = "price", p.price(at).Decimal()+" "+p.price(at).Currency
		case search.BySeller:
			what, text = "seller", string(n.q.Seller)
		case search.ByKind:
			what, text = "kind", string(n.q.Kind)
		}
		add(what, text, filter.through.has(at))
	}
	if n.q.WithPhotos {
		add("photos", "", slices.Contains(p.marks.at(at), withPhotos))
	}
	if n.q.Within_km > 0 {
		within := n.room.set(p.size())
		p.globe.addCircle(n.q.Near, n.q.Within_km, within)
		add("distance", kmText(n.km(p, at)), within.has(at))
	}
	if n.q.Box != nil {
		within := n.room.set(p.size())
		p.globe.addBox(*n.q.Box, within)
		add("map", "", within.has(at))
	}
	if !n.q.Since.IsZero() {
		add("since", whenText(p.at[at]), p.at[at] >= since_us(n.q))
	}
	return all
}
