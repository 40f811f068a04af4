package safety

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// token is one run of letters and digits of a text.
type token struct {
	from, to int32
	known    int32 // the number of its plain form in the vocabulary, or 0
	edge     int32 // 1 + the index of the first reading that begins here
	kind     tokenKind
	first    bool // the first of its field
	pause    bool // behind a sign such as a comma and a blank: no term reaches across
}

type tokenKind byte

const (
	hasLetter tokenKind = 1 << iota
	hasDigit
	hasRun // three equal characters in a row
)

// reading is one way to read a stretch of tokens as a known word. A token may have several readings, and a reading may
// span several tokens, as "e.x.a.m.p.l.e" does.
type reading struct {
	word int32
	to   int32 // the token after it
	next int32 // 1 + the index of the next reading that begins at the same token
}

// mostText bounds the compared form of one subject in bytes. What is longer is not screened but held.
const mostText = 100_000

// tokens finds words and looks them up, in one pass over the compared form.
func (s *scan) tokenise() {
	next := 0 // the field whose first token is awaited
	plain := s.text.plain
	for i := 0; i < len(plain); {
		class := byteClass[plain[i]]
		if class == 0 {
			i++
			continue
		}
		tok := token{from: int32(i)}
		i = s.word(&tok, i)
		if i == int(tok.from) { // a symbol outside ASCII
			_, wide := utf8.DecodeRune(plain[i:])
			i += wide
			continue
		}
		if next < len(s.text.fields) && int(tok.from) >= s.text.fields[next].from {
			tok.first = true
			for next < len(s.text.fields) && int(tok.from) >= s.text.fields[next].from {
				next++
			}
		}
		tok.pause = tok.first || s.pauseBefore(int(tok.from))
		s.tokens = append(s.tokens, tok)
		s.read(len(s.tokens) - 1)
	}
	s.joinChunks()
	s.joinSpelling()
}

// pauseBefore reports a sign that ends a phrase, and then a blank, before the token that is about to be added. Without the
// blank it is more likely a disguise.
func (s *scan) pauseBefore(from int) bool {
	if len(s.tokens) == 0 || from < 2 {
		return false
	}
	gap := s.text.plain[s.tokens[len(s.tokens)-1].to:from]
	return len(gap) > 1 && (gap[len(gap)-1] == ' ' || gap[len(gap)-1] == '\n') && bytes.IndexByte(phraseEnds, gap[0]) >= 0
}

var phraseEnds = []byte(".,;:!?()[]|")

// word reads letters and digits from i on and returns where they end.
func (s *scan) word(tok *token, i int) int {
	plain := s.text.plain
	h, last, run := hashSeed, byte(0), 0
	for i < len(plain) {
		c := plain[i]
		class := byteClass[c]
		if class == 0 {
			break
		}
		if class == classOther {
			wide, ok := letterAt(plain[i:])
			if !ok {
				break
			}
			for range wide {
				h = hashByte(h, plain[i])
				i++
			}
			tok.kind |= hasLetter
			last = 0
			continue
		}
		if run++; c != last {
			last, run = c, 1
		}
		if run == 3 && class == classLetter {
			tok.kind |= hasRun
		}
		tok.kind |= tokenKind(class)
		h = hashByte(h, c)
		i++
	}
	tok.to = int32(i)
	tok.known = s.words.find(h, plain[tok.from:i])
	return i
}

func letterAt(text []byte) (wide int, ok bool) {
	r, wide := utf8.DecodeRune(text)
	return wide, unicode.IsLetter(r) || unicode.IsDigit(r)
}

const (
	classLetter = byte(hasLetter)
	classDigit  = byte(hasDigit)
	classOther  = 0x80 // the first byte of something outside ASCII
)

var byteClass = func() (table [256]byte) {
	for c := range table {
		switch {
		case c >= 'a' && c <= 'z':
			table[c] = classLetter
		case c >= '0' && c <= '9':
			table[c] = classDigit
		case c >= utf8.RuneSelf:
			table[c] = classOther
		}
	}
	return table
}()

// read records the known words that one token can be read as: as it stands, with stretched letters shortened, and with
// digits read as the letters they stand for.
func (s *scan) read(k int) {
	tok := &s.tokens[k]
	if tok.known != 0 {
		s.addReading(k, k+1, tok.known)
	}
	if tok.kind&hasRun != 0 {
		s.tryReading(k, k+1, shorten(s.spare[:0], s.bytes(k, k), 2))
		s.tryReading(k, k+1, shorten(s.spare[:0], s.bytes(k, k), 1))
	}
	if tok.kind&(hasLetter|hasDigit) == hasLetter|hasDigit {
		s.tryDisguised(k, k+1, s.bytes(k, k))
	}
}

// bytes is the compared form from the start of token k to the end of token to.
func (s *scan) bytes(k, to int) []byte { return s.text.plain[s.tokens[k].from:s.tokens[to].to] }

func (s *scan) addReading(from, to int, word int32) {
	s.readings = append(s.readings, reading{word: word, to: int32(to), next: s.tokens[from].edge})
	s.tokens[from].edge = int32(len(s.readings))
}

func (s *scan) tryReading(from, to int, text []byte) {
	if n := s.words.find(hashOf(text), text); n != 0 {
		s.addReading(from, to, n)
	}
}

// tryDisguised reads digits and signs as letters, once with 1, ! and | as i and once as l. What is shorter than four
// signs is more often a measure than a word.
func (s *scan) tryDisguised(from, to int, text []byte) {
	if len(text) < 4 || len(text) > mostChunk {
		return
	}
	s.tryReading(from, to, undisguise(s.spare[:0], text, 'i'))
	s.tryReading(from, to, undisguise(s.spare[:0], text, 'l'))
}

func undisguise(to, text []byte, stroke byte) []byte {
	for _, c := range text {
		switch c {
		case '0':
			c = 'o'
		case '1', '!', '|':
			c = stroke
		case '3':
			c = 'e'
		case '4', '@':
			c = 'a'
		case '5', '$':
			c = 's'
		case '7', '+':
			c = 't'
		case '8':
			c = 'b'
		case '9':
			c = 'g'
		}
		if byteClass[c] == classLetter || byteClass[c] == classDigit {
			to = append(to, c)
		}
	}
	return to
}

// shorten leaves at most most equal characters in a row, where there were three or more.
func shorten(to, text []byte, most int) []byte {
	for i := 0; i < len(text); {
		run := 1
		for i+run < len(text) && text[i+run] == text[i] {
			run++
		}
		keep := run
		if run >= 3 {
			keep = most
		}
		for range keep {
			to = append(to, text[i])
		}
		i += run
	}
	return to
}

// mostChunk bounds the stretches in which joined and disguised words are looked for.
const mostChunk = 32

// joinChunks reads tokens that only signs part, such as "ex-am_ple" and "ex@mple", as one word.
func (s *scan) joinChunks() {
	plain := s.text.plain
	for k := 0; k < len(s.tokens); {
		end := k
		for end+1 < len(s.tokens) && s.tokens[end+1].from-s.tokens[k].from < mostChunk && !blankBetween(plain[s.tokens[end].to:s.tokens[end+1].from]) {
			end++
		}
		if end > k {
			s.joinChunk(k, end)
		}
		k = end + 1
	}
}

func (s *scan) joinChunk(k, end int) {
	from, to := int(s.tokens[k].from), int(s.tokens[end].to)
	for from > 0 && disguises(s.text.plain[from-1]) {
		from--
	}
	for to < len(s.text.plain) && disguises(s.text.plain[to]) {
		to++
	}
	if to-from > mostChunk {
		return
	}
	text := s.text.plain[from:to]
	s.tryDisguised(k, end+1, text)
	s.tryReading(k, end+1, lettersOnly(s.spare[:0], text))
}

func disguises(c byte) bool { return c == '$' || c == '@' || c == '!' || c == '|' }

func lettersOnly(to, text []byte) []byte {
	for _, c := range text {
		if byteClass[c] != 0 {
			to = append(to, c)
		}
	}
	return to
}

func blankBetween(gap []byte) bool {
	return len(gap) > 4 || bytes.IndexByte(gap, ' ') >= 0 || bytes.IndexByte(gap, '\n') >= 0
}

// joinSpelling reads three or more single letters in a row, "e x a m p l e", as one word.
func (s *scan) joinSpelling() {
	for k := 0; k < len(s.tokens); k++ {
		end := k
		for end < len(s.tokens) && s.tokens[end].to-s.tokens[end].from == 1 && (end == k || !s.tokens[end].first) && end-k < mostChunk {
			end++
		}
		if end-k < 3 {
			continue
		}
		for from := k; from+3 <= end; from++ { // a spelt word may stand among other single letters
			for to := end; to-from >= 3; to-- {
				s.tryDisguised(from, to, s.letters(from, to))
			}
		}
		k = end - 1
	}
}

func (s *scan) letters(from, to int) []byte {
	letters := s.spelt[:0]
	for k := from; k < to; k++ {
		letters = append(letters, s.text.plain[s.tokens[k].from])
	}
	return letters
}
