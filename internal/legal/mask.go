package legal

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/safety"
)

// regions are the countries in whose national form telephone numbers are looked for.
var regions = append(slices.Clone(territories), "CH", "GB", "US")

const (
	maskSign   = "[…]"
	maskPasses = 4 // masking one thing may bring another to light
)

// Masked takes out of a text what reaches or names somebody: telephone numbers, mail addresses, links, handles, and the
// names given, whole and word by word. A text that still has one of them after several passes is left out altogether.
func Masked(text string, names ...string) string {
	text = withoutNames(text, names)
	for range maskPasses {
		spans := personal(text)
		if len(spans) == 0 {
			return strings.TrimSpace(text)
		}
		text = without(text, spans)
	}
	if len(personal(text)) > 0 {
		return ""
	}
	return strings.TrimSpace(text)
}

// personal finds where somebody can be reached.
func personal(text string) []safety.Span {
	found := safety.Extract(text, regions...)
	var spans []safety.Span
	for _, p := range found.Phones {
		spans = append(spans, p.Span)
	}
	for _, m := range found.Mails {
		spans = append(spans, m.Span)
	}
	for _, l := range found.Links {
		spans = append(spans, l.Span)
	}
	for _, h := range found.Handles {
		spans = append(spans, h.Span)
	}
	return spans
}

// without replaces spans, and those that overlap as one.
func without(text string, spans []safety.Span) string {
	slices.SortFunc(spans, func(a, b safety.Span) int { return a.From - b.From })
	var kept strings.Builder
	at := 0
	for _, s := range spans {
		from, to := max(s.From, at), min(s.To, len(text))
		if from >= to {
			continue // inside the one before
		}
		if from > at || at == 0 {
			kept.WriteString(text[at:from] + maskSign)
		}
		at = to
	}
	return kept.String() + text[at:]
}

const shortestName = 3 // letters; shorter words are seldom names

func withoutNames(text string, names []string) string {
	var words []string
	for _, name := range names {
		if name = strings.TrimSpace(name); utf8.RuneCountInString(name) >= shortestName {
			words = append(words, name)
		}
	}
	if len(names) > 0 { // of a person's name also every word; of a title only the whole
		words = append(words, strings.Fields(names[0])...)
	}
	for _, word := range words {
		if utf8.RuneCountInString(word) < shortestName {
			continue
		}
		text = regexp.MustCompile(`(?i)(^|[^\pL])`+regexp.QuoteMeta(word)+`([^\pL]|$)`).ReplaceAllString(text, "${1}"+maskSign+"${2}")
	}
	return text
}
