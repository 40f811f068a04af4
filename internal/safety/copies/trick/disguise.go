package trick

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"fairground/internal/media/pdq"
)

// Disguise changes how a text is written and not how it is read: by the shares of its letters and words in options.
func Disguise(text string, options Options, rng *rand.Rand) string {
	text = eachWord(text, options.Stretch, rng, func(word string) string { return Stretch(word, rng) })
	text = eachWord(text, options.Apart, rng, Apart)
	text = eachLetter(text, options.Leet, rng, leet)
	text = eachLetter(text, options.Homoglyphs, rng, func(r rune) string { return lookalike(r, rng) })
	return eachLetter(text, options.ZeroWidth, rng, func(r rune) string { return string(r) + string(invisible[rng.IntN(len(invisible))]) })
}

func eachWord(text string, share float64, rng *rand.Rand, change func(string) string) string {
	if share == 0 {
		return text
	}
	words := strings.Split(text, " ")
	for i, word := range words {
		if rng.Float64() < share {
			words[i] = change(word)
		}
	}
	return strings.Join(words, " ")
}

func eachLetter(text string, share float64, rng *rand.Rand, change func(rune) string) string {
	if share == 0 {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) && rng.Float64() < share {
			out.WriteString(change(r))
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// lookalikes are letters of other scripts that are taken for the letter.
var lookalikes = map[rune]string{
	'a': "аɑａ𝐚", 'b': "Ьｂ𝐛", 'c': "сϲｃ", 'd': "ԁｄ𝐝", 'e': "еｅ𝐞", 'h': "һｈ", 'i': "іｉɩ", 'j': "јｊ", 'k': "κｋ", 'l': "ӏｌ", 'm': "мｍ",
	'n': "ոｎ", 'o': "оοօｏ", 'p': "рρｐ", 'q': "ԛｑ", 's': "ѕｓ", 't': "тτ", 'u': "սυｕ", 'v': "νѵｖ", 'w': "ԝωｗ", 'x': "хχｘ", 'y': "уγｙ", 'z': "ｚ𝐳",
}

func lookalike(r rune, rng *rand.Rand) string {
	choices := []rune(lookalikes[unicode.ToLower(r)])
	if len(choices) == 0 {
		return string(r)
	}
	return string(choices[rng.IntN(len(choices))])
}

var invisible = []rune{'\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad'}

// Homoglyph replaces every letter that has one by a lookalike.
func Homoglyph(text string, rng *rand.Rand) string {
	return eachLetter(text, 1, rng, func(r rune) string { return lookalike(r, rng) })
}

// ZeroWidth puts an invisible character behind every letter.
func ZeroWidth(text string, rng *rand.Rand) string {
	return eachLetter(text, 1, rng, func(r rune) string { return string(r) + string(invisible[rng.IntN(len(invisible))]) })
}

// Leet writes letters as digits: "bicycle" becomes "b1cyc1e".
func Leet(text string) string {
	return strings.Map(func(r rune) rune { return []rune(leet(r))[0] }, text)
}

func leet(r rune) string {
	switch unicode.ToLower(r) {
	case 'o':
		return "0"
	case 'i', 'l':
		return "1"
	case 'e':
		return "3"
	case 'a':
		return "4"
	case 's':
		return "5"
	case 't':
		return "7"
	}
	return string(r)
}

// Stretch draws one letter of a word out.
func Stretch(word string, rng *rand.Rand) string {
	letters := []rune(word)
	if len(letters) < 2 || !unicode.IsLetter(letters[len(letters)-1]) {
		return word
	}
	at := rng.IntN(len(letters))
	if !unicode.IsLetter(letters[at]) {
		return word
	}
	return string(letters[:at]) + strings.Repeat(string(letters[at]), 2+rng.IntN(4)) + string(letters[at+1:])
}

// Apart writes a word letter by letter: "bicycle" becomes "b.i.c.y.c.l.e".
func Apart(word string) string {
	return strings.Join(strings.Split(word, ""), ".")
}

var digitNames = [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// Spell writes the digits of a telephone number in words. Everything else but a leading plus is left out.
func Spell(phone string) string {
	var words []string
	for i, r := range phone {
		switch {
		case r >= '0' && r <= '9':
			words = append(words, digitNames[r-'0'])
		case r == '+' && i == 0:
			words = append(words, "plus")
		}
	}
	return strings.Join(words, " ")
}

// Spaced writes the digits of a telephone number one by one, with a sign between them.
func Spaced(phone string, sign string) string {
	var digits []string
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			digits = append(digits, string(r))
		}
	}
	return strings.Join(digits, sign)
}

// Photo is the hash of a photo that does not exist.
func Photo(rng *rand.Rand) pdq.Hash {
	return pdq.FromWords([4]uint64{rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64()})
}

// Cropped is the hash of the same photo cropped a little, or made brighter: up to 28 bits are different.
func Cropped(h pdq.Hash, rng *rand.Rand) pdq.Hash {
	for range rng.IntN(29) {
		bit := rng.IntN(256)
		h[bit/8] ^= 1 << (bit % 8)
	}
	return h
}
