package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is indexed.
const (
	Longest   = 40    // runes of a word; the rest of a longer one is cut off, in documents and queries alike
	MostTitle = 100   // words of a title
	MostBody  = 3_000 // words of a body

	mostText = 40_000 // bytes
)

// Words takes text apart into folded words, at most so many. Letters and digits make words; a sign of a script
// without spaces, and a symbol such as an emoji, is a word of its own.
func (a *Analyzer) Words(text string, most int) []string {
	var all []string
	var word strings.Builder
	length := 0
	end := func() {
		if length > 0 && len(all) < most {
			all = append(all, respell(word.String()))
		}
		word.Reset()
		length = 0
	}
	for _, r := range fold(clip(text, mostText)) {
		switch {
		case standsAlone(r):
			end()
			word.WriteRune(r)
			length = 1
			end()
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if length < Longest {
				word.WriteRune(r)
				length++
			}
		default:
			end()
		}
		if len(all) >= most {
			return all
		}
	}
	end()
	return all
}

// Terms are the words of a text as they are indexed: folded and without their endings, at most so many.
func (a *Analyzer) Terms(text string, most int) []string {
	all := a.Words(text, most)
	for i, w := range all {
		all[i] = a.Term(w)
	}
	return all
}

// Term is a folded word as it is indexed.
func (a *Analyzer) Term(word string) string { return a.stems.get(word, a.stem) }

// fold writes letters without case, accents and ligatures.
func fold(text string) string {
	if isPlain(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, " ")) {
		switch r {
		case 'ß', 'ẞ':
			b.WriteString("ss")
		case 'æ', 'Æ':
			b.WriteString("ae")
		case 'ø', 'Ø':
			b.WriteString("oe")
		case 'œ', 'Œ':
			b.WriteString("oe")
		case 'ł', 'Ł':
			b.WriteByte('l')
		case 'đ', 'Đ':
			b.WriteByte('d')
		case 'ı', 'İ':
			b.WriteByte('i')
		case 'ς':
			b.WriteRune('σ')
		default:
			if !unicode.Is(unicode.M, r) {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func standsAlone(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x2190 && unicode.Is(unicode.So, r)
}

// respell writes ae, oe and ue as fold writes ä, ö and ü, so that both spellings meet. Words of other languages
// change too, the same in documents and queries.
func respell(word string) string {
	if !strings.Contains(word, "ae") && !strings.Contains(word, "oe") && !strings.Contains(word, "ue") {
		return word
	}
	kept := make([]byte, 0, len(word))
	for i := range len(word) {
		if word[i] == 'e' && len(kept) > 0 && i > 0 && strings.IndexByte("aou", word[i-1]) >= 0 && !(i > 1 && word[i-2] == 'q') {
			continue
		}
		kept = append(kept, word[i])
	}
	return string(kept)
}

func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
