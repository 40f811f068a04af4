package listing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tidyLine makes one line of a text: control characters and runs of spaces become one space, what cannot be seen goes.
func tidyLine(text string) string {
	return strings.Join(strings.FieldsFunc(unhide(text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || turnsAround(r)
	}), " ")
}

// tidyText keeps lines and drops other control characters and what cannot be seen.
func tidyText(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t' || !unicode.IsControl(r) && !turnsAround(r):
			return r
		default:
			return -1
		}
	}, unhide(text)))
}

// turnsAround reports a character that makes what follows run the other way: with it a text reads otherwise than it is
// written.
func turnsAround(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

// legible reports whether there is anything to read in a text.
func legible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

const mostMarks = 4 // marks on one letter; no script needs more

// unhide takes out characters that nobody sees, with which words are split or two equal texts made different, and marks
// beyond what any script piles on a letter. A joiner stays where it means something: in scripts that join their letters,
// and between the parts of an emoji.
func unhide(text string) string {
	if isASCII(text) || !utf8.ValidString(text) { // Check refuses what is not valid

		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	runes, marks := []rune(text), 0
	for i, r := range runes {
		switch {
		case invisible(r), isJoiner(r) && !joins(runes, i):
			continue
		case unicode.Is(unicode.Mn, r):
			if marks++; marks > mostMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// invisible lists what takes no room or looks blank but is a letter to programs: zero-width blanks, soft hyphens,
// fillers of Hangul, the empty braille cell, tags.
func invisible(r rune) bool {
	switch r {
	case 0x00ad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x2800, 0x3164, 0xfeff, 0xffa0:
		return true
	default:
		return r >= 0x2060 && r <= 0x2064 || r >= 0x206a && r <= 0x206f || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe0fff
	}
}

func isJoiner(r rune) bool { return r == 0x200c || r == 0x200d }

// joins reports whether the joiner at a place stands between characters that it can join.
func joins(runes []rune, at int) bool {
	return at > 0 && at+1 < len(runes) && joinable(runes[at-1]) && joinable(runes[at+1])
}

// joinable leaves out the scripts in which a joiner means nothing, and other joiners.
func joinable(r rune) bool {
	switch {
	case r < 0x0600 && r != 0x00a9 && r != 0x00ae, isJoiner(r), unicode.IsSpace(r):
		return false
	default:
		return !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}
}
