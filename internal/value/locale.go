package value

import "golang.org/x/text/language"

// Locale is a BCP 47 tag such as "en", "de-CH" or "ar".
type Locale string

// ParseLocale checks a tag and returns it in canonical form. It returns an error of kind Invalid.
func ParseLocale(text string) (Locale, error) {
	tag, err := language.Parse(text)
	if err != nil {
		return "", Fieldf("locale", "%q is not a language tag such as en or de-CH", Clip(text, 40))
	}
	return Locale(tag.String()), nil
}

// Language is the language part of the locale, such as "de" for "de-CH".
func (l Locale) Language() string {
	base, _ := language.Make(string(l)).Base()
	return base.String()
}

// RightToLeft reports whether the locale's script runs from right to left.
func (l Locale) RightToLeft() bool {
	script, _ := language.Make(string(l)).Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo":
		return true
	default:
		return false
	}
}
