package measure

import (
	"math/rand/v2"
	"strings"
)

var digitNames = map[string][10]string{
	"en": {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"},
	"de": {"null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"},
	"fr": {"zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"},
}

// grouped writes digits as honest people do.
func grouped(r *rand.Rand, digits string) string {
	sizes := []int{3, 3, 2, 2, 2, 2, 2}
	if digits[0] != '0' {
		sizes = []int{3, 3, 4, 4}
	}
	sign := pick(r, " ", "-", ".", "")
	var parts []string
	for i := 0; len(digits) > 0; i++ {
		n := min(sizes[i], len(digits))
		parts = append(parts, digits[:n])
		digits = digits[n:]
	}
	return strings.Join(parts, sign)
}

func spoken(r *rand.Rand, digits, language string, share float64) string {
	return spokenWith(r, digits, language, share, " ")
}

// spokenWith writes a share of the digits as words of one language, or of any.
func spokenWith(r *rand.Rand, digits, language string, share float64, between string) string {
	parts := make([]string, len(digits))
	for i, d := range digits {
		parts[i] = string(d)
		if r.Float64() < share {
			in := language
			if in == "" {
				in = pick(r, "en", "de", "fr")
			}
			parts[i] = digitNames[in][d-'0']
			if r.IntN(6) == 0 {
				parts[i] = strings.ToUpper(parts[i])
			}
		}
	}
	return strings.Join(parts, between)
}

// doubled says "double four" for two equal digits.
func doubled(r *rand.Rand, digits string) string {
	language, word := "en", "double"
	if r.IntN(2) == 0 {
		language, word = "de", "doppel"
	}
	var parts []string
	for i := 0; i < len(digits); i++ {
		name := digitNames[language][digits[i]-'0']
		if i+1 < len(digits) && digits[i+1] == digits[i] {
			name = word + " " + name
			i++
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " ")
}

// leet puts letters in the place of digits that look like them, and leaves enough digits to be read.
func leet(r *rand.Rand, digits string) string {
	text := []byte(grouped(r, digits))
	for i, c := range text {
		letters := map[byte]string{'0': "oO", '1': "lI", '5': "S", '8': "B"}[c]
		if letters != "" && r.IntN(3) > 0 {
			text[i] = letters[r.IntN(len(letters))]
		}
	}
	return string(text)
}

func mapped(digits string, write func(d int) string) string {
	var b strings.Builder
	for _, d := range digits {
		if d < '0' || d > '9' {
			b.WriteRune(d)
			continue
		}
		b.WriteString(write(int(d - '0')))
	}
	return b.String()
}

// emoji writes digits as key caps.
func emoji(r *rand.Rand, digits string) string {
	between := pick(r, "", " ")
	return strings.TrimSpace(mapped(digits, func(d int) string { return string(rune('0'+d)) + "\ufe0f\u20e3" + between }))
}

// circled writes digits in circles, light or dark.
func circled(r *rand.Rand, digits string) string {
	zero, one := '⓪', '①'
	switch r.IntN(3) {
	case 0:
		zero, one = '⓿', '❶'
	case 1:
		zero, one = '🄌', '➊'
	}
	between := pick(r, "", " ")
	return strings.TrimSpace(mapped(digits, func(d int) string {
		if d == 0 {
			return string(zero) + between
		}
		return string(one+rune(d-1)) + between
	}))
}

// scripts writes digits of other scripts, or of mathematics.
func scripts(r *rand.Rand, digits string) string {
	zero := []rune{'٠', '०', '０', '𝟎', '𝟘', '𝟶', '۰'}[r.IntN(7)]
	return mapped(grouped(r, digits), func(d int) string { return string(zero + rune(d)) })
}

// lookalike puts letters of other scripts in the place of digits.
func lookalike(r *rand.Rand, digits string) string {
	return mapped(grouped(r, digits), func(d int) string {
		others := map[int]string{0: "ОοՕ", 1: "ӏІ", 3: "ЗӠ"}[d]
		if others == "" || r.IntN(3) == 0 {
			return string(rune('0' + d))
		}
		runes := []rune(others)
		return string(runes[r.IntN(len(runes))])
	})
}

// lookalikeWords puts Cyrillic letters in the place of Latin ones.
func lookalikeWords(r *rand.Rand, text string) string {
	var b strings.Builder
	for _, c := range text {
		if other, ok := map[rune]rune{'e': 'е', 'o': 'о', 'i': 'і', 'x': 'х', 'a': 'а', 'c': 'с'}[c]; ok && r.IntN(2) == 0 {
			c = other
		}
		b.WriteRune(c)
	}
	return b.String()
}

// invisible strews characters without width.
func invisible(r *rand.Rand, text string) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteRune(c)
		if r.IntN(2) == 0 {
			b.WriteString(pick(r, "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"))
		}
	}
	return b.String()
}
