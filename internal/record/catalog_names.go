package record

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// The limits of what can be defined.
const (
	MostObjects = 200 // of a site
	MostFields  = 400 // of an object, those not counted that were removed
	MostIndexes = 32  // of an object
	MostLabel   = 80  // characters of a label
	mostAbout   = 1000
	mostColumns = 1200 // of a table, with those of removed fields: PostgreSQL has room for 1,600
)

var (
	goodKey   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	goodShort = regexp.MustCompile(`^[a-z]{3}$`)

	// takenKeys are names that every record has already, and those of types in conditions.
	takenKeys = strings.Fields(`id rev created updated created_by updated_by deleted made purged merged merged_into now me
		int uint double string bytes bool list map type dyn any null_type timestamp duration`)
)

// checkKey refuses names that could not be written in a condition. Keys never become SQL: tables and columns are
// numbered.
func checkKey(key string) error {
	switch {
	case !goodKey.MatchString(key):
		return value.Fieldf("key", "%q cannot be a name: write lower-case letters, digits and _, beginning with a letter, at most 40", clipped(key))
	case slices.Contains(takenKeys, key) || expr.Reserved(key):
		return value.Fieldf("key", "the name %q is taken by the program; choose another", key)
	case strings.HasSuffix(key, "_currency"):
		return value.Fieldf("key", "names do not end in _currency: a money field brings that name along")
	}
	return nil
}

func checkLabels(field string, n Names, required bool) error {
	if required && n.In("en") == "" {
		return value.Fieldf(field, "give it a label")
	}
	return checkTexts(field, n, MostLabel)
}

func checkTexts(field string, n Names, most int) error {
	for _, locale := range sortedKeys(n) {
		if _, err := value.ParseLocale(string(locale)); err != nil {
			return value.Fieldf(field, "%q is not a language", clipped(string(locale)))
		}
		text := n[locale]
		if utf8.RuneCountInString(text) > most {
			return value.Fieldf(field, "%q is longer than %d characters", clipped(text), most)
		}
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
			return value.Fieldf(field, "%q has characters that cannot be shown", clipped(text))
		}
	}
	return nil
}

func unprintable(r rune) bool { return unicode.IsControl(r) && r != '\n' }

func clipped(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

// shortFor makes up three letters for an object, which no other has.
func (c *Catalog) shortFor(key string) (string, error) {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, key)
	consonants := letters[:1] + strings.NewReplacer("a", "", "e", "", "i", "", "o", "", "u", "").Replace(letters[1:])
	for _, source := range []string{consonants + "xyz", letters + "xyz"} {
		if short := source[:3]; c.freeShort(short) == nil {
			return short, nil
		}
	}
	for i := range 26 * 26 * 26 {
		short := fmt.Sprintf("%c%c%c", 'a'+i/676, 'a'+i/26%26, 'a'+i%26)
		if c.freeShort(short) == nil {
			return short, nil
		}
	}
	return "", value.Fieldf("short", "all short names are taken")
}

// freeShort refuses letters that stand before the ids of other things. Removed objects keep theirs.
func (c *Catalog) freeShort(short string) error {
	if !goodShort.MatchString(short) {
		return value.Fieldf("short", "%q is not three lower-case letters", clipped(short))
	}
	for _, o := range c.all {
		if o.Short == short {
			return value.Fieldf("short", "the letters %q stand before the ids of %s already", short, o.Key)
		}
	}
	return nil
}
