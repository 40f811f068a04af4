package place

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// mostLetters of a name are looked at; the longest name of a place has fewer.
const mostLetters = 120

var spelledOut = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "ħ", "h", "ə", "e")

// fold is a name without case, accents and signs, with one space between words: "L’Haÿ-les-Roses" becomes "lhay les
// roses". The build sorts places by the same rules (fold in build_places.mjs).
func fold(name string) string {
	if len(name) > 4*mostLetters {
		name = name[:4*mostLetters]
	}
	name = strings.ToLower(name)
	if !isASCII(name) {
		name = spelledOut.Replace(norm.NFD.String(strings.ToValidUTF8(name, " ")))
	}
	var b strings.Builder
	b.Grow(len(name))
	isGap := false
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127 && (unicode.IsLetter(r) || unicode.IsNumber(r)):
			if isGap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			isGap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), strings.ContainsRune("'’‘ʻʼ`´", r):
		default:
			isGap = true
		}
	}
	return b.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] > 127 {
			return false
		}
	}
	return true
}

// variants are other ways in which a folded name may stand in the gazetteer: without the e that stands for an umlaut, and with a
// saint written out, shortened, or in the other language.
func variants(key string) []string {
	var all []string
	plain := strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(key)
	if plain != key {
		all = append(all, plain)
	}
	for _, saint := range []string{"st", "saint", "sankt", "sainte", "ste"} {
		rest, ok := strings.CutPrefix(key, saint+" ")
		if !ok {
			continue
		}
		for _, other := range []string{"sankt", "saint", "sainte", "st"} {
			if other != saint {
				all = append(all, other+" "+rest)
			}
		}
		break
	}
	return all
}
