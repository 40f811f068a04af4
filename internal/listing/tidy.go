package listing

import (
	"strings"
	"unicode"

	"fairground/internal/value"
)

// tidyLine makes one line of a text: control characters and runs of spaces become one space, what cannot be seen goes.
func tidyLine(text string) string {
	return strings.Join(strings.FieldsFunc(value.Visible(text), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// tidyText keeps lines and drops other control characters and what cannot be seen.
func tidyText(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t' || !unicode.IsControl(r):
			return r
		default:
			return -1
		}
	}, value.Visible(text)))
}

// legible reports whether there is anything to read in a text.
func legible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
