package search

import (
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/search/words"
)

// atom is one word of a document, or several in a row. Words hold letters, digits and underscores only, so they can
// stand in either engine's language between quotes.
type atom struct {
	words  []string
	prefix bool // the last word may go on
	title  bool // in the title only
}

// match is a condition on the full-text document: of every group at least one atom, none of the excluded ones, and not
// all of the groups in notAll.
type match struct {
	groups   [][]atom
	excluded []atom
	notAll   [][]atom
}

func (m match) isEmpty() bool { return len(m.groups)+len(m.excluded)+len(m.notAll) == 0 }

// conditions translates what a query says through words and tokens.
func conditions(q Query) match {
	var m match
	for _, c := range q.clauses {
		if c.Exclude {
			m.excluded = append(m.excluded, atoms(c)...)
		} else {
			m.groups = append(m.groups, atoms(c))
		}
	}
	if q.Category != 0 {
		m.groups = append(m.groups, tokenGroup(categoryToken(q.Category)))
	}
	if q.Seller != "" {
		m.groups = append(m.groups, tokenGroup(choiceToken(BySeller, string(q.Seller))))
	}
	if q.Kind != "" {
		m.groups = append(m.groups, tokenGroup(choiceToken(ByKind, string(q.Kind))))
	}
	if q.WithPhotos {
		m.groups = append(m.groups, tokenGroup(photoToken))
	}
	for _, f := range q.Filters {
		if f.Range == nil {
			m.groups = append(m.groups, tokenGroup(choiceTokens(f)...))
		}
	}
	if q.Within_km > 0 {
		if cells := cover(q.Near, q.Within_km); len(cells) > 0 {
			m.groups = append(m.groups, tokenGroup(cells...))
		}
	}
	if q.Box != nil {
		if cells := coverBox(*q.Box); len(cells) > 0 {
			m.groups = append(m.groups, tokenGroup(cells...))
		}
	}
	if len(m.groups) == 0 && len(m.excluded) > 0 {
		m.groups = append(m.groups, tokenGroup(everyToken))
	}
	return m
}

// atoms are the ways of a clause as conditions.
func atoms(c words.Clause) []atom {
	all := make([]atom, len(c.Ways))
	for i, way := range c.Ways {
		all[i] = atom{words: way.Terms, prefix: way.Prefix}
	}
	return all
}

// byTitle splits a condition in two: every word in the title, and the rest. It returns false when there are no words.
func byTitle(q Query, m match) (inTitle, elsewhere match, split bool) {
	var titled [][]atom
	for _, c := range q.clauses {
		if !c.Exclude {
			atoms := atoms(c)
			for i := range atoms {
				atoms[i].title = true
			}
			titled = append(titled, atoms)
		}
	}
	if len(titled) == 0 {
		return m, m, false
	}
	inTitle, elsewhere = m, m
	inTitle.groups = append(slices.Clone(titled), m.groups[len(titled):]...)
	elsewhere.notAll = titled
	return inTitle, elsewhere, true
}

func tokenGroup(tokens ...string) []atom {
	group := make([]atom, len(tokens))
	for i, token := range tokens {
		group[i] = atom{words: []string{token}}
	}
	return group
}

// text writes the condition in the engine's own language.
func (m match) text(engine db.Engine) string {
	l := languages[engine]
	parts := []string{l.groups(m.groups)}
	for _, a := range m.excluded {
		parts = append(parts, l.atom(a))
	}
	if len(m.notAll) > 0 {
		parts = append(parts, l.groups(m.notAll))
	}
	text := "(" + parts[0] + ")"
	for _, part := range parts[1:] {
		text = "(" + text + l.without + "(" + part + "))"
	}
	return text
}

// language is how an engine writes conditions.
type language struct {
	and, or, without string
	atom             func(atom) string
}

var languages = map[db.Engine]language{
	db.SQLite:   {" AND ", " OR ", " NOT ", sqliteAtom},
	db.Postgres: {" & ", " | ", " & !", postgresAtom},
}

func (l language) groups(groups [][]atom) string {
	all := make([]string, len(groups))
	for i, group := range groups {
		any := make([]string, len(group))
		for j, a := range group {
			any[j] = l.atom(a)
		}
		all[i] = "(" + strings.Join(any, l.or) + ")"
	}
	return strings.Join(all, l.and)
}

func sqliteAtom(a atom) string {
	text := `"` + strings.Join(a.words, " ") + `"`
	if a.title {
		text = "title : " + text
	}
	if a.prefix {
		text += " *"
	}
	return text
}

func postgresAtom(a atom) string {
	all := make([]string, len(a.words))
	for i, w := range a.words {
		if a.title {
			w = titleToken + w
		}
		all[i] = "'" + w + "'"
	}
	if a.prefix {
		all[len(all)-1] += ":*"
	}
	return "(" + strings.Join(all, " <-> ") + ")"
}

// titleToken begins a word of the title on PostgreSQL, where it stands a second time as a word of its own: the planner
// knows how common a word is, but not how common it is in titles, which weights would leave it to guess.
const titleToken = "_t"

// vector writes a document as PostgreSQL's tsvector: words of the title, words of the body after a gap that no phrase
// spans, and tokens without a position.
func vector(title, body, tokens []string) string {
	const lastPosition, mostPositions = 16_000, 255
	at := make(map[string][]string, 2*len(title)+len(body))
	for i, w := range title {
		place := strconv.Itoa(i + 1)
		at[w] = append(at[w], place)
		at[titleToken+w] = append(at[titleToken+w], place)
	}
	for i, w := range body {
		at[w] = append(at[w], strconv.Itoa(min(len(title)+10+i, lastPosition)))
	}
	var b strings.Builder
	for w, places := range at {
		b.WriteString("'" + w + "':" + strings.Join(places[:min(len(places), mostPositions)], ",") + " ")
	}
	for _, token := range tokens {
		b.WriteString("'" + token + "' ")
	}
	return b.String()
}
