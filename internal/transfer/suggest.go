package transfer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fairground/internal/record"
	"fairground/internal/sheet"
)

// Suggest guesses which column belongs to which field, by names, labels and samples. Every column of the guess is in the
// answer; one that fits nowhere has no field. No field is named twice, and only fields that the asker may fill in are.
func Suggest(seen *record.Seen, g sheet.Guess) []Mapped {
	var all []pairing
	for i, c := range g.Columns {
		all = append(all, pairings(seen, i, c)...)
	}
	slices.SortStableFunc(all, func(a, b pairing) int { return cmp.Compare(b.score, a.score) })
	mapped := make([]Mapped, len(g.Columns))
	for i, c := range g.Columns {
		mapped[i].Column = c.Name
	}
	taken := map[string]bool{}
	for _, p := range all {
		if mapped[p.column].Field == "" && !taken[p.field] {
			mapped[p.column].Field = p.field
			taken[p.field] = true
		}
	}
	return mapped
}

// pairing is a column that may belong to a field, and how likely that is.
type pairing struct {
	column int
	field  string
	score  int
}

const (
	byID     = 110
	byKey    = 100
	byLabel  = 90
	byWord   = 80 // a word for the type, such as telephone
	byPart   = 50 // the label is a part of the name, or the other way round
	bySample = 30 // the samples are of a type that the object has once
)

func pairings(seen *record.Seen, i int, c sheet.Column) (all []pairing) {
	if plainID(seen, c) {
		return []pairing{{i, IDField, byID}}
	}
	if strings.HasSuffix(c.Header, titleSuffix) && seen.Field(strings.TrimSuffix(c.Header, titleSuffix)) != nil {
		return nil // of our own exports: what the reference beside it says already
	}
	name := nameOf(c.Header)
	for _, f := range seen.Fields {
		if !seen.Editable(f) {
			continue
		}
		if score := likeness(seen, f, name, c.Samples); score > 0 {
			all = append(all, pairing{i, f.Key, score})
		}
	}
	return all
}

// plainID reports whether a column holds the ids of records of the object.
func plainID(seen *record.Seen, c sheet.Column) bool {
	return nameOf(c.Header) == IDField && allOf(c.Samples, func(text string) bool {
		_, err := seen.ParseID(text)
		return err == nil
	})
}

// nameOf reduces a name to what does not differ between spellings: "E-Mail " and "email" are one.
func nameOf(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

func likeness(seen *record.Seen, f *record.Field, name string, samples []string) int {
	if name == "" {
		return sampled(seen, f, samples)
	}
	if nameOf(f.Key) == name {
		return byKey
	}
	part := 0
	for _, label := range f.Labels {
		label = nameOf(label)
		if label == name {
			return byLabel
		}
		if min(len(label), len(name)) >= 4 && (strings.Contains(label, name) || strings.Contains(name, label)) {
			part = byPart
		}
	}
	if slices.Contains(wordsOf(f.Type), name) && single(seen, f) {
		return byWord
	}
	return max(part, sampled(seen, f, samples))
}

// wordsOf are names by which spreadsheets call fields of some types, in English and German.
func wordsOf(t record.Type) []string {
	switch t {
	case record.Mail:
		return []string{"mail", "email", "emailaddress", "mailaddress", "emailadresse", "mailadresse"}
	case record.Phone:
		return []string{"phone", "phonenumber", "telephone", "tel", "mobile", "telefon", "telefonnummer", "handy", "mobil"}
	case record.Link:
		return []string{"url", "website", "web", "link", "homepage", "webseite", "webadresse"}
	case record.MoneyType:
		return []string{"price", "amount", "preis", "betrag"}
	default:
		return nil
	}
}

// single reports whether the object has one field of a type.
func single(seen *record.Seen, f *record.Field) bool {
	n := 0
	for _, other := range seen.Fields {
		if other.Type == f.Type {
			n++
		}
	}
	return n == 1
}

// sampled trusts samples of types that nothing else looks like.
func sampled(seen *record.Seen, f *record.Field, samples []string) int {
	switch f.Type {
	case record.Mail, record.Link:
	case record.Phone:
		if !allOf(samples, func(text string) bool { return strings.HasPrefix(text, "+") }) {
			return 0
		}
	default:
		return 0
	}
	reads := func(text string) bool {
		v, err := f.Parse(text)
		return err == nil && v != nil
	}
	if single(seen, f) && allOf(samples, reads) {
		return bySample
	}
	return 0
}
