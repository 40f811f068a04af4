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

const mostBlanks = 2 // lines in a row

// Clean takes out of a text what people do not see but are deceived by (value.Visible), control characters, and more
// than two empty lines in a row.
func Clean(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text), ""))
	lines := 0
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			if lines++; lines > mostBlanks+1 {
				return -1
			}
		case unicode.IsControl(c) && c != '\t':
			return -1
		case !unicode.IsSpace(c):
			lines = 0
		}
		return c
	}, value.Visible(text))
	return strings.TrimSpace(norm.NFC.String(text)) // again: what a hidden sign kept apart may now be one letter
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
