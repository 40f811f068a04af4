package memory

import (
	"cmp"
	"slices"
	"strings"

	"fairground/internal/search"
	"fairground/internal/search/words"
)

const (
	mostMeant   = 3  // terms that one mistyped word is replaced by
	mostNear    = 8  // terms that are looked at
	fewHits     = 3  // a query that finds no more may have meant another
	farMore     = 20 // so many times more documents hold what was perhaps meant
	worthAsking = 5  // documents that a proposed word is in
	fewHolding  = 20 // documents that hold a word which may be another mistyped
)

// correct looks for what was meant by a clause that nothing meets: each of its words that no document holds is
// replaced by the terms most like it.
func (n *inquiry) correct(c *clause) {
	own := c.Ways[0]
	replaced := make([][]words.Near, len(own.Terms))
	meant := make([]string, len(own.Terms))
	for i, term := range own.Terms {
		meant[i] = c.Words[i]
		if n.isKnown(term, own.Prefix && i == len(own.Terms)-1) {
			continue
		}
		replaced[i] = n.near(n.analyzer.Term(c.Words[i]))
		if len(replaced[i]) == 0 {
			return
		}
		meant[i] = replaced[i][0].Spelling
	}
	c.Ways = nil
	for choice := range mostMeant {
		way := words.Way{Terms: slices.Clone(own.Terms), Prefix: own.Prefix}
		isNew := false
		for i, near := range replaced {
			if len(near) > 0 {
				way.Terms[i] = near[min(choice, len(near)-1)].Term
				isNew = isNew || choice < len(near)
				way.Prefix = way.Prefix && i < len(own.Terms)-1
			}
		}
		if isNew {
			c.Ways = append(c.Ways, way)
		}
	}
	if c.worth = search.AsTypo; len(c.Ways) > 0 {
		n.lookUp(c)
		n.corrected = append(n.corrected, search.Correction{Typed: c.Typed, Meant: strings.Join(meant, " ")})
	} else {
		c.Ways = []words.Way{own}
	}
}

// isKnown says whether any living document holds a term, or one that begins so.
func (n *inquiry) isKnown(term string, prefix bool) bool {
	for i := range n.parts {
		p := &n.parts[i]
		at, is := p.terms.Find(term)
		from, to := at, at
		if is {
			to++
		}
		if prefix {
			from, to = p.terms.Range(term)
		}
		for ; from < to; from++ {
			if p.livingWith(from) > 0 {
				return true
			}
		}
	}
	return false
}

// livingWith is how many living documents of a segment hold a term.
func (p *part) livingWith(term int) int {
	all := p.inText.count(term)
	if p.dead != nil {
		all -= p.inText.countWith(term, p.dead)
	}
	return all
}

// near are the terms of all segments that have the fewest edits to a term, those in most documents first.
func (n *inquiry) near(term string) []words.Near {
	var all []words.Near
	for i := range n.parts {
		p := &n.parts[i]
		for _, one := range p.terms.Near(term, mostNear) {
			if at, is := p.terms.Find(one.Term); is && p.dead != nil {
				one.Documents = p.livingWith(at)
			}
			if one.Documents == 0 {
				continue
			}
			known := slices.IndexFunc(all, func(other words.Near) bool { return other.Term == one.Term })
			if known < 0 {
				all = append(all, one)
			} else {
				all[known].Documents += one.Documents
			}
		}
	}
	slices.SortStableFunc(all, func(a, b words.Near) int {
		return cmp.Or(cmp.Compare(a.Edits, b.Edits), firstLetter(b.Term, term)-firstLetter(a.Term, term), cmp.Compare(b.Documents, a.Documents),
			strings.Compare(a.Term, b.Term))
	})
	end := 0
	for end < len(all) && end < mostMeant && all[end].Edits == all[0].Edits && (end == 0 || all[end].Documents*farMore >= all[0].Documents) {
		end++
	}
	return all[:end]
}

// firstLetter is 1 if two terms begin with the same byte.
func firstLetter(a, b string) int {
	if a != "" && b != "" && a[0] == b[0] {
		return 1
	}
	return 0
}

// meant proposes a query for one that finds little: the same with each rare word replaced by a very like one that is far
// more common. It is "" if there is none.
func (n *inquiry) meant(total int) string {
	if total > fewHits || len(n.corrected) > 0 || n.q.Literal || len(n.clauses) == 0 {
		return ""
	}
	var all []string
	changed := false
	for _, c := range n.clauses {
		text := c.Typed
		if !c.Exclude && !c.Quoted && len(c.Words) == 1 && c.holding < fewHolding {
			if near := n.near(n.analyzer.Term(c.Words[0])); len(near) > 0 && near[0].Documents >= worthAsking && near[0].Documents >= farMore*c.holding {
				text, changed = near[0].Spelling, true
			}
		}
		all = append(all, written(c, text))
	}
	if !changed {
		return ""
	}
	return strings.Join(all, " ")
}

// written is a clause as it is typed.
func written(c *clause, text string) string {
	if c.Quoted {
		text = `"` + text + `"`
	}
	if c.Exclude {
		text = "-" + text
	}
	return text
}
