package profile

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/value"
)

// How long the parts of a profile may be, in characters.
const (
	longestName     = 60
	longestAbout    = 2000
	longestTown     = 60
	longestStreet   = 100
	longestPostcode = 12
	longestWebsite  = 200
	longestImprint  = 2000
	mostLanguages   = 8
)

// check returns the content tidied, or one *value.Error of kind Invalid for every field that is wrong, joined. A
// private person has no shop's fields.
func (c Content) check(business bool) (Content, error) {
	var all []error
	note := func(err error) {
		if err != nil {
			all = append(all, err)
		}
	}
	if !business {
		c = Content{Name: c.Name, About: c.About, Languages: c.Languages, Town: c.Town, Photo: c.Photo}
	}
	c.Name, c.Town, c.Street, c.Postcode = line(c.Name), line(c.Town), line(c.Street), line(c.Postcode)
	c.About, c.Imprint = paragraphs(c.About), paragraphs(c.Imprint)
	note(within("name", c.Name, 2, longestName))
	note(within("about", c.About, 0, longestAbout))
	note(within("town", c.Town, 0, longestTown))
	note(checkLanguages(&c))
	if business {
		all = append(all, c.checkShop()...)
	}
	return c, errors.Join(all...)
}

// checkShop checks what only a shop says.
func (c *Content) checkShop() []error {
	var all []error
	for _, err := range []error{
		within("street", c.Street, 0, longestStreet), within("postcode", c.Postcode, 0, longestPostcode),
		within("imprint", c.Imprint, 10, longestImprint),
	} {
		if err != nil {
			all = append(all, err)
		}
	}
	if c.Street != "" && c.Town == "" {
		all = append(all, fieldError("town", "profile.error.town", "an address needs its town"))
	}
	website, err := parseWebsite(c.Website)
	if err != nil {
		all = append(all, err)
	}
	c.Website = website
	if len(c.Hours.Closed) > mostClosed {
		all = append(all, fieldError("closed", "profile.error.closed_many", "write at most 12 stretches of closed days"))
	}
	c.ShowPhone = c.ShowPhone && c.Phone != ""
	return all
}

func fieldError(field, key, english string, args ...any) *value.Error {
	err := value.Fieldf(field, "%s", english)
	err.Key, err.Args = key, args
	return err
}

func within(field, text string, least, most int) error {
	switch n := utf8.RuneCountInString(text); {
	case n > most:
		return fieldError(field, "profile.error.long", "please write less", "most", most)
	case n < least && least > 2:
		return fieldError(field, "profile.error.short", "please write more", "least", least)
	case n < least:
		return fieldError(field, "profile.error.needed", "please fill this in")
	default:
		return nil
	}
}

// line tidies a text of one line: single spaces, no controls, nothing that cannot be seen.
func line(text string) string {
	return strings.Join(strings.Fields(visible(text, false)), " ")
}

// paragraphs tidies a text of several lines.
func paragraphs(text string) string {
	text = visible(strings.ReplaceAll(text, "\r\n", "\n"), true)
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(text)
}

// visible leaves out what could hide or turn around words: controls, and marks of direction or of no width. The joiner
// that some scripts need between letters stays.
func visible(text string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines, r == '\u200c', r == '\u200d':
			return r
		case r == '\n', r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		default:
			return r
		}
	}, value.Visible(text))
}

func checkLanguages(c *Content) error {
	var known []value.Locale
	for _, language := range c.Languages {
		parsed, err := value.ParseLocale(string(language))
		if err != nil {
			return fieldError("languages", "profile.error.language", "choose languages from the list")
		}
		if !slices.Contains(known, parsed) {
			known = append(known, parsed)
		}
	}
	if len(known) > mostLanguages {
		return fieldError("languages", "profile.error.languages_many", "choose at most eight languages", "most", mostLanguages)
	}
	c.Languages = known
	return nil
}

// parseWebsite reads an address as people write it. The name of a host alone becomes https.
func parseWebsite(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	wrong := err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Opaque != "" ||
		!strings.Contains(strings.Trim(u.Hostname(), "."), ".") || len(text) > longestWebsite ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == '"' || r == '<' || unicode.Is(unicode.Cf, r) })
	if wrong {
		return "", fieldError("website", "profile.error.website", "write an address such as www.example.org")
	}
	u.Fragment = ""
	return u.String(), nil
}
