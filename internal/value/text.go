package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip cuts a text after so many characters and says so with an ellipsis.
func Clip(text string, most int) string {
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "…"
		}
	}
	return text
}

const mostMarks = 4 // marks on one letter; no script needs more

// Visible takes out of a text what people do not see but are deceived by: characters of no width, with which words are
// split or two equal texts made different, those that turn the direction of reading, and marks beyond what any script
// piles on a letter. A joiner stays where it means something: in scripts that join their letters, and between the parts
// of an emoji. A text that is not valid UTF-8 comes back as it is.
func Visible(text string) string {
	if isASCII(text) || !utf8.ValidString(text) {
		return text
	}
	seen := withoutHidden(text)
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range seen {
		if !isJoiner(r) || joins(seen, i) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// withoutHidden leaves joiners to be judged by what then stands beside them. They do not end a pile of marks, since they
// may go.
func withoutHidden(text string) []rune {
	seen, marks := make([]rune, 0, len(text)), 0
	for _, r := range text {
		switch {
		case invisible(r), turnsAround(r):
			continue
		case unicode.IsMark(r):
			if marks++; marks > mostMarks {
				continue
			}
		case !isJoiner(r):
			marks = 0
		}
		seen = append(seen, r)
	}
	return seen
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// turnsAround reports a character that makes what follows run the other way: with it a text reads otherwise than it is
// written.
func turnsAround(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

// invisible lists what takes no room or looks blank but is a letter to programs: zero-width blanks, soft hyphens,
// fillers of Hangul, the empty braille cell, tags.
func invisible(r rune) bool {
	switch r {
	case 0x00ad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x2800, 0x3164, 0xfeff, 0xffa0:
		return true
	default:
		return r >= 0x2060 && r <= 0x2064 || r >= 0x206a && r <= 0x206f || r >= 0xfff9 && r <= 0xfffb ||
			r >= 0x1bca0 && r <= 0x1bca3 || r >= 0x1d173 && r <= 0x1d17a || r >= 0xe0000 && r <= 0xe0fff
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
