package text

import (
	"strings"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/de_AT"
	"github.com/go-playground/locales/de_CH"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_CH"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/fr_CH"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/it_CH"

	"fairground/internal/value"
)

// pluralForms are the names CLDR gives to plural forms.
var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// rulesOf returns how a locale writes numbers and dates, falling back to its language and then to English.
// One more locale is one more line here.
func rulesOf(tag string) locales.Translator {
	for _, candidate := range chainOf(tag) {
		switch candidate {
		case "ar":
			return ar.New()
		case "de":
			return de.New()
		case "de-AT":
			return de_AT.New()
		case "de-CH", "de-LI":
			return de_CH.New()
		case "en-CH":
			return swissEnglish{Translator: en_CH.New(), british: en_GB.New(), german: de_CH.New()}
		case "en-GB", "en-IE", "en-AU", "en-NZ":
			return en_GB.New()
		case "fr":
			return fr.New()
		case "fr-CH":
			return fr_CH.New()
		case "it":
			return it.New()
		case "it-CH":
			return it_CH.New()
		}
	}
	return en.New()
}

// swissEnglish mends the library's old data: English in Switzerland writes 21 Nov 2026, 14:02 and 21.11.26, not the
// American forms.
type swissEnglish struct {
	locales.Translator
	british, german locales.Translator
}

func (s swissEnglish) FmtDateShort(t time.Time) string  { return s.german.FmtDateShort(t) }
func (s swissEnglish) FmtDateMedium(t time.Time) string { return s.british.FmtDateMedium(t) }
func (s swissEnglish) FmtDateLong(t time.Time) string   { return s.british.FmtDateLong(t) }
func (s swissEnglish) FmtDateFull(t time.Time) string   { return s.british.FmtDateFull(t) }
func (s swissEnglish) FmtTimeShort(t time.Time) string  { return s.german.FmtTimeShort(t) }

// inMiles reports whether people of a locale's region measure roads in miles.
func inMiles(locale value.Locale) bool {
	_, region, _ := strings.Cut(string(locale), "-")
	return region == "US" || region == "GB"
}

// formName names a plural rule as catalogues do: "one", "few", "other".
func formName(rule locales.PluralRule) string {
	return strings.ToLower(rule.String())
}
