package console

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"fairground/internal/safety"
)

// piece is a stretch of text, marked when a rule fired on it.
type piece struct {
	text   string
	marked bool
}

// marked cuts a field's text at the spans of what fired. Spans may overlap; those that do not fit the text, because it
// was another text when they were found, are left out.
func marked(text, field string, spans []safety.Span) []piece {
	var mine []safety.Span
	for _, s := range spans {
		if s.Field == field && s.From >= 0 && s.From < s.To && s.To <= len(text) && atRune(text, s.From) && atRune(text, s.To) {
			mine = append(mine, s)
		}
	}
	slices.SortFunc(mine, func(a, b safety.Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var pieces []piece
	add := func(from, to int, is bool) {
		if from < to {
			pieces = append(pieces, piece{text[from:to], is})
		}
	}
	end := 0
	for i := 0; i < len(mine); i++ {
		from, to := mine[i].From, mine[i].To
		for i+1 < len(mine) && mine[i+1].From <= to {
			i++
			to = max(to, mine[i].To)
		}
		add(end, from, false)
		add(from, to, true)
		end = to
	}
	add(end, len(text), false)
	return pieces
}

func atRune(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }
