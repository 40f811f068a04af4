package network

import (
	"cmp"
	"slices"
	"strings"

	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// mostLinks is how many edges of a network are kept: first those that tie each listing to what it shares, then the
// strongest.
const mostLinks = 1000

// links are the edges that are kept, between listings that exist.
func (s *settlement) links() []Link {
	var all, rest []Link
	seen, held := map[Link]bool{}, map[string]bool{}
	for _, e := range strongestFirst(s.cluster.Edges) {
		link, ok := s.linkOf(e)
		key := Link{A: link.A, B: link.B, Stage: link.Stage, Reason: link.Reason}
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		if hold(held, link) && len(all) < mostLinks {
			all = append(all, link)
		} else {
			rest = append(rest, link)
		}
	}
	return append(all, rest[:min(len(rest), mostLinks-len(all))]...)
}

func strongestFirst(edges []copies.Edge) []copies.Edge {
	all := slices.Clone(edges)
	slices.SortStableFunc(all, func(a, b copies.Edge) int { return cmp.Compare(b.Weight, a.Weight) })
	return all
}

// hold reports whether a link ties one of its ends to something that no link held it to before.
func hold(held map[string]bool, l Link) bool {
	news := false
	for _, end := range []value.ID{l.A, l.B} {
		key := sharedKey(l) + "/" + end.String()
		news = news || !held[key]
		held[key] = true
	}
	return news
}

// sharedKey names what a link is about: a thing that is shared, or likeness of text or photos.
func sharedKey(l Link) string {
	switch {
	case l.Entity != "":
		return l.Reason + "/" + l.Entity
	case l.Reason == "phrases":
		return "text"
	default:
		return l.Reason
	}
}

func (s *settlement) linkOf(e copies.Edge) (Link, bool) {
	a, b := min(e.A, e.B), max(e.A, e.B)
	_, hasA := s.listings[a]
	_, hasB := s.listings[b]
	link := Link{A: a, B: b, Stage: string(e.Stage), Reason: e.Reason, Weight: e.Weight, Shown: masked(e.Reason, e.Shared)}
	if e.Stage == copies.StageEntity && e.Reason != "account" {
		link.Entity = s.desk.entity(e.Reason, e.Shared)
	}
	return link, hasA && hasB
}

// hidden is what is kept of a listing's words in a slot of a kind: numbers and addresses are masked (promise 8).
func hidden(kind, text string) string {
	switch kind {
	case "phone", "mail", "handle":
		return masked(kind, text)
	default:
		return hiddenNumber(text)
	}
}

// hiddenNumber masks what looks like a telephone number or an address in a slot that mostly holds something else.
func hiddenNumber(text string) string {
	digits := strings.Count(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, text), "#")
	switch {
	case strings.Contains(text, "@"):
		return masked("mail", text)
	case strings.HasPrefix(text, "+") && digits >= 7:
		return masked("phone", text)
	default:
		return text
	}
}
