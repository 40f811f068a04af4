package market

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// pathOf is the canonical address of a listing's page.
func pathOf(l listing.Listing) string {
	if s := slug(l.Title); s != "" {
		return "/l/" + l.Key() + "/" + s
	}
	return "/l/" + l.Key()
}

// categoryPath is the address of a category.
func (v *visit) categoryPath(id value.ID) string { return "/c/" + v.tree.PathSlug(id) }

const longestSlug = 60

var plainLetters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ł", "l", "ı", "i")

// slug makes a readable part of an address out of a title: plain letters, digits and hyphens.
func slug(title string) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFD.String(plainLetters.Replace(strings.ToLower(title))) {
		switch {
		case unicode.Is(unicode.Mn, c), c == '\'', c == '’':
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if gap && b.Len() > 0 {
				if b.Len() > longestSlug-10 {
					return b.String()
				}
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		default:
			gap = true
		}
		if b.Len() >= longestSlug {
			break
		}
	}
	return b.String()
}
