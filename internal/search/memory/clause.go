package memory

import (
	"encoding/binary"

	"fairground/internal/search"
	"fairground/internal/search/words"
)

// clause is one part of what was typed, and where in each segment it is met.
type clause struct {
	words.Clause
	worth   float64 // of every way: less than 1 for a word that was corrected
	share   float64 // of the points for text
	holding int     // documents that meet it, in all segments; for phrases at most
	met     []met   // by part
}

// met is where in one segment a clause is met.
type met struct {
	sure    set      // by one word
	perhaps []phrase // by several: each has to be looked up in the text
	levels  []level  // for the score, best first
}

// phrase is words in a row, and the documents that hold all of them somewhere.
type phrase struct {
	in       set
	row      []uint32 // terms in a row, without the last if that may go on
	packed   []byte   // the same as in texts
	from, to uint32   // the terms that the last may be, if from < to
	worth    float64
	text     set // documents that were found to hold it; nil if no score is asked for
	title    set
}

// level is documents that earn the same part of a clause's share.
type level struct {
	set     set
	worth   float64
	inTitle bool
}

// lookUp finds the documents of a segment that meet a clause. Of those that meet it by words in a row it finds too many.
// For a score it also finds where each word stands.
func (c *clause) lookUp(p *part, scored bool, room *scratch) met {
	m := met{sure: room.set(p.size())}
	for _, way := range c.Ways {
		worth := c.worth
		if way.Synonym {
			worth *= search.AsSynonym
		}
		if len(way.Terms) == 1 {
			p.addWord(&m, way, worth, scored, room)
		} else {
			p.addPhrase(&m, way, worth, scored, room)
		}
	}
	return m
}

// addWord adds the documents that hold one word, or one that begins with it.
func (p *part) addWord(m *met, way words.Way, worth float64, scored bool, room *scratch) {
	i, is := p.terms.Find(way.Terms[0])
	from, to := i, i
	if is {
		to++
	}
	if way.Prefix {
		from, to = p.terms.Range(way.Terms[0])
	}
	for n := from; n < to; n++ {
		p.inText.addTo(n, m.sure)
	}
	if !scored || from == to {
		return
	}
	if is {
		m.earn(p, i, i+1, worth, room)
		if from == i {
			from++
		}
	}
	if from < to {
		m.earn(p, from, to, worth*search.AsBegun, room)
	}
}

// earn adds the levels of some terms.
func (m *met) earn(p *part, from, to int, worth float64, room *scratch) {
	title, text := room.set(p.size()), room.set(p.size())
	for n := from; n < to; n++ {
		p.inTitle.addTo(n, title)
		p.inText.addTo(n, text)
	}
	m.level(title, worth, true)
	m.level(text, worth*search.InBody, false)
}

// level inserts a level where it belongs.
func (m *met) level(s set, worth float64, inTitle bool) {
	i := len(m.levels)
	for i > 0 && m.levels[i-1].worth < worth {
		i--
	}
	m.levels = append(m.levels, level{})
	copy(m.levels[i+1:], m.levels[i:])
	m.levels[i] = level{s, worth, inTitle}
}

// addPhrase adds the documents that hold all words of a phrase somewhere.
func (p *part) addPhrase(m *met, way words.Way, worth float64, scored bool, room *scratch) {
	ph := phrase{worth: worth}
	for n, term := range way.Terms {
		i, is := p.terms.Find(term)
		if n == len(way.Terms)-1 && way.Prefix {
			from, to := p.terms.Range(term)
			ph.from, ph.to = uint32(from), uint32(to)
			is = from < to
		} else {
			ph.row = append(ph.row, uint32(i))
		}
		if !is {
			return
		}
	}
	for _, term := range ph.row {
		ph.packed = binary.AppendUvarint(ph.packed, uint64(term))
		ph.narrow(&p.inText, int(term), int(term)+1, room)
	}
	if ph.from < ph.to {
		ph.narrow(&p.inText, int(ph.from), int(ph.to), room)
	}
	known := 0
	for n := 1; n < len(ph.row); n++ {
		if list, is := p.pairs.find(ph.row[n-1], ph.row[n]); is {
			ph.narrow(&p.pairs.having, list, list+1, room)
			known++
		}
	}
	if known == 1 && len(way.Terms) == 2 && !scored { // nothing is left to be looked up
		m.sure.join(ph.in)
		return
	}
	if scored {
		ph.text, ph.title = room.set(p.size()), room.set(p.size())
		m.level(ph.title, worth, true)
		m.level(ph.text, worth*search.InBody, false)
	}
	m.perhaps = append(m.perhaps, ph)
}

// narrow leaves only documents of one of some lists.
func (ph *phrase) narrow(l *lists, from, to int, room *scratch) {
	in := room.set(l.size)
	for n := from; n < to; n++ {
		l.addTo(n, in)
	}
	if ph.in == nil {
		ph.in = in
	} else {
		ph.in.meet(in)
	}
}

// all lends the documents that meet a clause, perhaps.
func (m *met) all(room *scratch) set {
	if len(m.perhaps) == 0 {
		return m.sure
	}
	all := room.copy(m.sure)
	for _, ph := range m.perhaps {
		all.join(ph.in)
	}
	return all
}

// where says whether the document at a position holds the row of a phrase, and whether in its title.
func (ph *phrase) where(t *texts, at uint32) (is, inTitle bool) {
	title, body := t.parts(at)
	if ph.from == ph.to {
		inTitle = holdPacked(title, ph.packed)
		return inTitle || holdPacked(body, ph.packed), inTitle
	}
	inTitle = ph.isBegunIn(title)
	return inTitle || ph.isBegunIn(body), inTitle
}

// isBegunIn says whether packed terms hold the row, followed by one of the terms that the last may be.
func (ph *phrase) isBegunIn(text []byte) bool {
	var terms []uint32
	for len(text) > 0 {
		term, size := binary.Uvarint(text)
		terms, text = append(terms, uint32(term)), text[size:]
	}
	length := len(ph.row)
	for i := 0; i+length < len(terms); i++ {
		if last := terms[i+length]; last >= ph.from && last < ph.to && startsWith(terms[i:], ph.row) {
			return true
		}
	}
	return false
}

// verify says whether the document at a position meets the clause by one word or by words in a row, and remembers which
// for the score.
func (m *met) verify(t *texts, at uint32) bool {
	is := m.sure.has(at)
	for i := range m.perhaps {
		ph := &m.perhaps[i]
		if !ph.in.has(at) || is && ph.text == nil {
			continue
		}
		there, inTitle := ph.where(t, at)
		is = is || there
		if there && ph.text != nil {
			ph.text.add(at)
			if inTitle {
				ph.title.add(at)
			}
		}
	}
	return is
}
