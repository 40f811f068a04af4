package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostClauses is how many words or phrases of a query count.
const MostClauses = 16

const (
	longestQuery  = 1_000 // bytes
	shortestStart = 3     // letters that a beginning of a word must have
)

// Clause is one part of what was typed: a word, or several in a row.
type Clause struct {
	Typed   string   // as it was typed
	Words   []string // folded, not cut to terms
	Exclude bool
	Quoted  bool
	Open    bool  // it is being typed: the last word may go on
	Ways    []Way // any of them will do: its own terms first
}

// Way is one way in which a clause can be met.
type Way struct {
	Terms   []string // in a row
	Prefix  bool     // the last one may go on
	Synonym bool     // not what was typed, but what the site says means the same
}

// Parse takes apart what a visitor typed. Any text is a valid query; what cannot mean anything is ignored. What was put
// between quotes or excluded is meant as it stands: it has no synonyms.
func (a *Analyzer) Parse(text string) []Clause {
	all := a.Literally(text)
	a.addSynonyms(all)
	return all
}

// Literally is Parse without synonyms.
func (a *Analyzer) Literally(text string) []Clause {
	var all []Clause
	rest := strings.ToValidUTF8(clip(text, longestQuery), " ")
	for len(all) < MostClauses {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			break
		}
		var c Clause
		if tail, has := strings.CutPrefix(rest, "-"); has {
			c.Exclude, rest = true, tail
		}
		c.Typed, rest, c.Quoted = nextChunk(rest)
		c.Words = a.Words(c.Typed, MostClauses)
		c.Open = rest == "" && !c.Quoted && !c.Exclude
		if len(c.Words) > 0 {
			c.Open = c.Open && utf8.RuneCountInString(c.Words[len(c.Words)-1]) >= shortestStart
			c.Ways = a.ways(c)
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

// ways are the clause's own terms, or, while it is being typed, words that begin with it.
func (a *Analyzer) ways(c Clause) []Way {
	last := len(c.Words) - 1
	terms := make([]string, len(c.Words))
	for i, w := range c.Words {
		terms[i] = a.Term(w)
	}
	exact := Way{Terms: terms}
	if !c.Open {
		return []Way{exact}
	}
	begun := append(append([]string(nil), terms[:last]...), c.Words[last])
	if terms[last] == c.Words[last] {
		return []Way{{Terms: begun, Prefix: true}}
	}
	return []Way{exact, {Terms: begun, Prefix: true}}
}
