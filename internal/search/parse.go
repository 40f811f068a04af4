package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestQuery  = 1_000 // bytes
	mostClauses   = 16
	shortestStart = 3 // letters that a beginning of a word must have
)

// clause is one part of what was typed: a word, or several in a row.
type clause struct {
	words   []string // folded, not stemmed
	exclude bool
	open    bool // the last word may go on
}

// parse takes apart what a visitor typed. Any text is a valid query; what cannot mean anything is ignored.
func parse(text string) []clause {
	var all []clause
	rest := strings.ToValidUTF8(clipBytes(text, longestQuery), " ")
	for len(all) < mostClauses {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			break
		}
		var c clause
		if tail, has := strings.CutPrefix(rest, "-"); has {
			c.exclude, rest = true, tail
		}
		var chunk string
		var quoted bool
		chunk, rest, quoted = nextChunk(rest)
		c.words = words(chunk, mostClauses)
		c.open = rest == "" && !quoted && !c.exclude
		if len(c.words) > 0 {
			c.open = c.open && utf8.RuneCountInString(c.words[len(c.words)-1]) >= shortestStart
			all = append(all, c)
		}
	}
	return all
}

// nextChunk cuts off a quoted phrase or everything up to the next space. A quote that is never closed is a space.
func nextChunk(text string) (chunk, rest string, quoted bool) {
	if tail, has := strings.CutPrefix(text, `"`); has {
		if phrase, after, closed := strings.Cut(tail, `"`); closed {
			return phrase, after, true
		}
		return "", tail, false
	}
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
	if end < 0 {
		return text, "", false
	}
	return text[:end], text[end:], false
}

// atoms are the ways in which a clause can be met, any of which will do: its stems, or, while it is being typed, words
// that begin with it.
func (c clause) atoms() []atom {
	last := len(c.words) - 1
	stemmed := make([]string, len(c.words))
	for i, w := range c.words {
		stemmed[i] = stem(w)
	}
	exact := atom{words: stemmed}
	if !c.open {
		return []atom{exact}
	}
	begun := append(append([]string(nil), stemmed[:last]...), c.words[last])
	if stemmed[last] == c.words[last] {
		return []atom{{words: begun, prefix: true}}
	}
	return []atom{exact, {words: begun, prefix: true}}
}
