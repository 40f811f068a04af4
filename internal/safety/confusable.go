package safety

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookalikes maps lower-case letters of other scripts, and a few marks, to the ASCII they are mistaken for. Letters that
// Unicode itself decomposes (accents, wide and mathematical forms) need no entry.
var lookalikes = pairs(
	// Cyrillic
	"а", "a", "в", "b", "е", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x",
	"і", "i", "ј", "j", "ѕ", "s", "һ", "h", "ԁ", "d", "ԛ", "q", "ԝ", "w", "ѵ", "v", "ӏ", "l", "ь", "b", "г", "r", "п", "n", "з", "3", "ӡ", "3",
	// Greek
	"α", "a", "β", "b", "ε", "e", "η", "n", "ι", "i", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "u", "χ", "x",
	"γ", "y", "ω", "w", "ς", "c", "σ", "o", "μ", "u", "ϲ", "c",
	// Armenian
	"օ", "o", "ս", "u", "ո", "n", "հ", "h", "ց", "g", "զ", "q",
	// Latin letters that do not decompose, small capitals
	"ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ı", "i", "ŧ", "t", "æ", "ae", "œ", "oe", "ß", "ss", "ð", "d", "þ", "th",
	"ɑ", "a", "ɡ", "g", "ɩ", "i", "ɪ", "i", "ᴀ", "a", "ʙ", "b", "ᴄ", "c", "ᴅ", "d", "ᴇ", "e", "ꜰ", "f", "ɢ", "g", "ʜ", "h",
	"ᴊ", "j", "ᴋ", "k", "ʟ", "l", "ᴍ", "m", "ɴ", "n", "ᴏ", "o", "ᴘ", "p", "ʀ", "r", "ꜱ", "s", "ᴛ", "t", "ᴜ", "u", "ᴠ", "v",
	"ᴡ", "w", "ʏ", "y", "ᴢ", "z",
	// marks
	"’", "'", "‘", "'", "‛", "'", "′", "'", "“", "\"", "”", "\"", "„", "\"", "«", "\"", "»", "\"",
	"‐", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "⁃", "-", "。", ".", "٫", ".", "․", ".", "∙", ".", "⁎", "*",
)

func pairs(list ...string) map[rune]string {
	table := make(map[rune]string, len(list)/2)
	for i := 0; i < len(list); i += 2 {
		table[[]rune(list[i])[0]] = list[i+1]
	}
	return table
}

// appendFolded appends what one rune is read as: nothing for marks and invisible characters, ASCII for what looks like
// ASCII, the lower-case rune otherwise. Every kind of blank becomes a space, line ends a line feed.
func appendFolded(to []byte, r rune) []byte {
	switch {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return append(to, '\n')
	case r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
		return append(to, ' ')
	case invisible(r):
		return to
	case unicode.Is(unicode.Nd, r):
		return append(to, decimal(r))
	}
	if letter, ok := enclosed(r); ok {
		return append(to, letter)
	}
	var raw [4]byte
	if parts := norm.NFKD.Properties(raw[:encode(raw[:], r)]).Decomposition(); parts != nil {
		for _, part := range string(parts) {
			to = appendFolded(to, part)
		}
		return to
	}
	return appendLower(to, r)
}

func appendLower(to []byte, r rune) []byte {
	lower := unicode.ToLower(r)
	if ascii, ok := lookalikes[lower]; ok {
		return append(to, ascii...)
	}
	if lower != r {
		return appendFolded(to, lower)
	}
	return append(to, string(lower)...)
}

func encode(to []byte, r rune) int { return copy(to, string(r)) }

// invisible reports characters that change how a word is stored and not how it is read.
func invisible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800', '\u17b4', '\u17b5':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc)
}

// decimal reads a digit of any script. Unicode keeps the ten digits of a script in a row, from zero on.
func decimal(r rune) byte {
	value := 0
	for unicode.Is(unicode.Nd, r-1) && value < 9 && (r < 0x1d7ce || r > 0x1d7ff) {
		r--
		value++
	}
	if r >= 0x1d7ce && r <= 0x1d7ff { // five mathematical alphabets without a gap between them
		value = int(r-0x1d7ce) % 10
	}
	return '0' + byte(value)
}

// enclosed reads letters and digits in dark circles and squares, and regional indicators; Unicode does not decompose these.
func enclosed(r rune) (byte, bool) {
	if r == 0x24ff || r == 0x1f10b || r == 0x1f10c {
		return '0', true
	}
	for _, one := range [...]rune{0x24f5, 0x2776, 0x2780, 0x278a} {
		if r >= one && r < one+9 {
			return '1' + byte(r-one), true
		}
	}
	for _, first := range [...]rune{0x1f150, 0x1f170, 0x1f1e6} {
		if r >= first && r < first+26 {
			return 'a' + byte(r-first), true
		}
	}
	return 0, false
}

// oddForDigit reports a sign that is read as a digit, or not at all, and that nobody types by accident. Wide digits and those
// of living scripts are typed by honest people.
func oddForDigit(r rune) bool {
	if _, ok := enclosed(r); ok {
		return true
	}
	switch {
	case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202c', r >= '\u2066' && r <= '\u2069', r == '\ufe0f':
		return false // marks of direction come along when a number is copied
	case r == '\u20e3', r >= 0x2460 && r <= 0x24ff, r >= 0x1d7ce && r <= 0x1d7ff:
		return true
	}
	return invisible(r) || unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian)
}
