package message

import (
	"crypto/sha256"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"fairground/internal/value"
)

// Longest is how many characters a message may have.
const Longest = 4000

const (
	mostMarks  = 4 // on one letter; more run over the lines above and below
	mostBlanks = 2 // lines in a row
)

// Clean takes out of a text what people do not see but are deceived by: signs that turn the direction of reading,
// invisible ones, control characters, piles of marks. What scripts need to join letters, and emoji to join, stays.
func Clean(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text), ""))
	var out strings.Builder
	out.Grow(len(text))
	var last rune
	marks, lines := 0, 0
	for i, c := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(c):])
		switch {
		case c == '\n':
			if lines++; lines > mostBlanks+1 {
				continue
			}
		case isHidden(c) && !joins(last, c, next), unicode.IsControl(c) && c != '\t':
			continue
		case unicode.IsMark(c):
			if marks++; marks > mostMarks {
				continue
			}
		default:
			marks = 0
			if !unicode.IsSpace(c) {
				lines = 0
			}
		}
		out.WriteRune(c)
		last = c
	}
	return strings.TrimSpace(norm.NFC.String(out.String())) // again: what a hidden sign kept apart may now be one letter
}

// isHidden reports signs that have no picture of their own. Variation selectors after emoji are marks and stay.
func isHidden(c rune) bool {
	return unicode.Is(unicode.Cf, c) && !unicode.Is(unicode.Prepended_Concatenation_Mark, c) || c == '\u034f' || c == '\u115f' || c == '\u1160' || c == '\u3164' || c == '\uffa0' || c >= 0xe0000 && c <= 0xe0fff
}

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

// joins reports a joiner in a place where writing needs it: between letters of scripts that join, and between emoji.
func joins(last, c, next rune) bool {
	switch c {
	case nonJoiner:
		return unicode.In(last, joining...) && unicode.In(next, joining...)
	case joiner:
		isPicture := unicode.Is(unicode.So, last) || unicode.Is(unicode.Sk, last) || last == '\ufe0f'
		return isPicture && unicode.Is(unicode.So, next) || unicode.In(last, joining...) && unicode.In(next, joining...)
	}
	return false
}

var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian,
}

// checkText cleans a text and refuses one that is too long, with an error on the field "text".
func checkText(text string) (string, error) {
	text = Clean(text)
	if n := utf8.RuneCountInString(text); n > Longest {
		return text, fieldWords("text", "message.too_long", "please write at most %d characters; this has %d", "most", Longest, "count", n)
	}
	return text, nil
}

// copyHash is the same for texts that differ in case, spaces and punctuation only, so that copies are found.
func copyHash(text string) []byte {
	var letters strings.Builder
	for _, c := range norm.NFKC.String(strings.ToLower(text)) {
		if unicode.IsLetter(c) || unicode.IsNumber(c) {
			letters.WriteRune(c)
		}
	}
	sum := sha256.Sum256([]byte(letters.String()))
	return sum[:]
}

// words makes an error with its key in the catalogues; see web's own.
func words(kind value.Kind, key, english string, args ...any) *value.Error {
	values := make([]any, 0, len(args)/2)
	for i := 1; i < len(args); i += 2 {
		values = append(values, args[i])
	}
	err := value.Errorf(kind, english, values...)
	err.Key, err.Args = key, args
	return err
}

func fieldWords(field, key, english string, args ...any) *value.Error {
	err := words(value.Invalid, key, english, args...)
	err.Field = field
	return err
}
