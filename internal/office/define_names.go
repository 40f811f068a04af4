package office

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"

	"fairground/internal/record"
	"fairground/internal/value"
)

// languages are those in which things are named: what the site speaks, without regions; the reader's own first when it is
// one of them.
func (d *defining) languages() []value.Locale {
	var all []value.Locale
	for _, locale := range d.site.Settings().Locales {
		if base := baseOf(locale); !slices.Contains(all, base) {
			all = append(all, base)
		}
	}
	if i := slices.Index(all, baseOf(d.words.Locale())); i > 0 {
		own := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 0, own)
	}
	return all
}

func baseOf(locale value.Locale) value.Locale {
	base, _, _ := strings.Cut(string(locale), "-")
	return value.Locale(base)
}

// languageName is a language in its own words, "" when there is only one to choose from.
func (d *defining) languageName(l value.Locale) string {
	if len(d.languages()) < 2 {
		return ""
	}
	return display.Self.Name(language.Make(string(l)))
}

// inLanguage adds the language to a label, when there are several.
func (d *defining) inLanguage(label string, l value.Locale) string {
	if name := d.languageName(l); name != "" {
		return label + " · " + name
	}
	return label
}

// putNames fills in the inputs of a name, one for each language.
func (d *defining) putNames(name string, names record.Names) {
	for _, l := range d.languages() {
		d.form.set(name+"."+string(l), textIn(names, l))
	}
}

// textIn is the text in a language, its regions included, and not one of another language.
func textIn(names record.Names, l value.Locale) string {
	if text := names[l]; text != "" {
		return text
	}
	for locale, text := range names {
		if baseOf(locale) == l {
			return text
		}
	}
	return ""
}

// namesFrom reads what putNames filled in. Languages that the form does not have stay.
func (d *defining) namesFrom(name string, was record.Names) record.Names {
	made := record.Names{}
	for l, text := range was {
		made[l] = text
	}
	for _, l := range d.languages() {
		text, sent := d.sent(name + "." + string(l))
		if !sent || text == textIn(was, l) {
			continue
		}
		for locale := range made {
			if baseOf(locale) == l {
				delete(made, locale)
			}
		}
		if text != "" {
			made[l] = text
		}
	}
	if len(made) == 0 {
		return nil
	}
	return made
}

// isNamedElsewhere reports whether another language has the text, so that this one can do without.
func (d *defining) isNamedElsewhere(name string, l value.Locale) bool {
	return d.line(name+"."+string(l)) == "" && slices.ContainsFunc(d.languages(), func(other value.Locale) bool {
		return d.line(name+"."+string(other)) != ""
	})
}

// sent is a value of the form, trimmed, and whether the form has it.
func (d *defining) sent(name string) (string, bool) {
	all, sent := d.form[name]
	if !sent || len(all) == 0 {
		return "", sent
	}
	return strings.TrimSpace(strings.ReplaceAll(all[0], "\r\n", "\n")), true
}

// line is a value of the form, trimmed.
func (d *defining) line(name string) string {
	text, _ := d.sent(name)
	return text
}

// flag is a box of the form. Those it has are listed under "box"; another one is as it was.
func (d *defining) flag(name string, was bool) bool {
	if !slices.Contains(d.form["box"], name) {
		return was
	}
	return d.form.text(name) != ""
}

// keyFrom makes the name for conditions of a label: "Größe (m²)" becomes "groesse_m2". It is "" when the label has no
// letter that could be in it.
func keyFrom(label string) string {
	label = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "o", "œ", "oe", "ł", "l", "'", "", "’", "").Replace(strings.ToLower(norm.NFC.String(label)))
	var b strings.Builder
	for _, r := range norm.NFKD.String(label) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('_')
		}
	}
	key := strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' }), "_")
	key = strings.TrimRight(strings.TrimLeft(key, "0123456789_"), "_")
	if len(key) > 32 {
		key = strings.TrimRight(key[:32], "_")
	}
	return key
}

// keysFor are the names to try for something new, the best first. A name that somebody chose is the only one.
func (d *defining) keysFor(label, instead string) []string {
	if typed := d.line("key"); typed != "" {
		return []string{typed}
	}
	key := keyFrom(label)
	if key == "" {
		key = instead
	}
	keys := []string{key, key + "_" + instead}
	for n := 2; n < 20; n++ {
		keys = append(keys, key+"_"+strconv.Itoa(n))
	}
	return keys
}

// tooLong notes the texts of a name that are longer than so many characters.
func (d *defining) tooLong(name string, most int) {
	for _, l := range d.languages() {
		if input := name + "." + string(l); utf8.RuneCountInString(d.line(input)) > most {
			d.blame(input, d.t("office.define.fault.long", "most", most))
		}
	}
}

// blame notes what is wrong with an input. The first one stays.
func (d *defining) blame(input, said string) {
	if d.faults[input] == "" {
		d.faults[input] = said
	}
}
