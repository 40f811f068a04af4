package copies

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/safety"
)

// mostWords bounds what is read of one document. The rest of a longer text is padding or a book.
const mostWords = 3000

// slotKind is what a slot was left by.
type slotKind uint32

const (
	slotNone slotKind = iota
	slotPhone
	slotMail
	slotLink
	slotHandle
	slotAmount
	slotKinds
)

var slotNames = [slotKinds]string{"", "phone", "mail", "link", "handle", "amount"}

// piece is one word of a document, or a slot with what stood in it.
type piece struct {
	kind slotKind
	key  string // folded, as compared
	text string // as shown
}

// reader turns texts into pieces. It is reused and not safe for several goroutines.
type reader struct {
	regions []string
	pieces  []piece
	fold    []byte
}

type cut struct {
	from, to int
	kind     slotKind
	text     string
}

// read returns the pieces of a text, good until the next call, and the slots found.
func (r *reader) read(text string) ([]piece, []cut) {
	found := safety.Extract(text, r.regions...)
	cuts := cutsOf(found)
	r.pieces = r.pieces[:0]
	at := 0
	kept := cuts[:0]
	for _, c := range cuts {
		if c.from < at || c.to > len(text) || c.to <= c.from {
			continue
		}
		r.words(text[at:c.from])
		r.pieces = append(r.pieces, piece{kind: c.kind, text: c.text})
		at = c.to
		kept = append(kept, c)
	}
	r.words(text[at:])
	r.pieces = r.pieces[:min(len(r.pieces), mostWords)]
	return r.pieces, kept
}

// cutsOf orders slots by where they stand; of two that overlap, read takes the one that begins first.
func cutsOf(found safety.Slots) []cut {
	var cuts []cut
	add := func(kind slotKind, span safety.Span, text string) {
		cuts = append(cuts, cut{span.From, span.To, kind, text})
	}
	for _, p := range found.Phones {
		text := string(p.Number)
		if text == "" {
			text = p.Digits
		}
		add(slotPhone, p.Span, text)
	}
	for _, m := range found.Mails {
		add(slotMail, m.Span, m.Address)
	}
	for _, l := range found.Links {
		add(slotLink, l.Span, l.Host)
	}
	for _, h := range found.Handles {
		add(slotHandle, h.Span, h.Name)
	}
	for _, a := range found.Amounts {
		add(slotAmount, a.Span, a.Money.Decimal()+" "+a.Money.Currency)
	}
	sort.SliceStable(cuts, func(i, j int) bool { return cuts[i].from < cuts[j].from })
	return cuts
}

// words adds the words of a stretch without slots. Three or more letters that stand alone are one word, written apart.
func (r *reader) words(text string) {
	if len(r.pieces) >= mostWords {
		return
	}
	plain := safety.Normalise(text).String()
	begun := len(r.pieces)
	for i := 0; i < len(plain); {
		end := wordEnd(plain, i)
		if end == i {
			_, wide := utf8.DecodeRuneInString(plain[i:])
			i += wide
			continue
		}
		r.word(plain[i:end])
		i = end
	}
	r.joinLetters(begun)
}

// wordEnd is where the word that begins at i ends, or i. A sign between letters that looks like a letter is one.
func wordEnd(plain string, i int) int {
	end := i
	for end < len(plain) {
		c := plain[end]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			end++
		case c >= utf8.RuneSelf:
			letter, wide := utf8.DecodeRuneInString(plain[end:])
			if !unicode.IsLetter(letter) && !unicode.IsDigit(letter) {
				return end
			}
			end += wide
		case end > i && end+1 < len(plain) && strings.IndexByte("@$!|'", c) >= 0 && isLetter(plain[end-1]) && isLetter(plain[end+1]):
			end++
		default:
			return end
		}
	}
	return end
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf }

func (r *reader) word(text string) {
	r.fold = foldWord(r.fold[:0], text)
	key := text
	if string(r.fold) != text {
		key = string(r.fold)
	}
	r.pieces = append(r.pieces, piece{key: key, text: text})
}

// standsFor is what digits and signs among letters are read as. The letter i is read as l, since 1 may be either.
var standsFor = [128]byte{'0': 'o', '1': 'l', 'i': 'l', '!': 'l', '|': 'l', '3': 'e', '4': 'a', '@': 'a', '5': 's', '$': 's', '7': 't', '8': 'b', '9': 'g'}

// foldWord appends a word as it is compared: plain letters, none of them twice in a row. Numbers stay as they are.
func foldWord(to []byte, text string) []byte {
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return append(to, text...)
	}
	start := len(to)
	for i := range len(text) {
		c := text[i]
		if c == '\'' {
			continue
		}
		if c < utf8.RuneSelf && standsFor[c] != 0 {
			c = standsFor[c]
		}
		if c < utf8.RuneSelf && len(to) > start && to[len(to)-1] == c {
			continue
		}
		to = append(to, c)
	}
	return to
}

func (r *reader) joinLetters(from int) {
	kept := r.pieces[:from]
	for i := from; i < len(r.pieces); {
		end := i
		for end < len(r.pieces) && r.pieces[end].kind == slotNone && utf8.RuneCountInString(r.pieces[end].text) == 1 && unicode.IsLetter(firstRune(r.pieces[end].text)) {
			end++
		}
		if end-i < 3 {
			kept = append(kept, r.pieces[i])
			i++
			continue
		}
		var joined strings.Builder
		for _, p := range r.pieces[i:end] {
			joined.WriteString(p.text)
		}
		kept = append(kept, piece{key: string(foldWord(nil, joined.String())), text: joined.String()})
		i = end
	}
	r.pieces = kept
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}
