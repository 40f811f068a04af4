package transfer

import (
	"strings"

	"golang.org/x/text/language"

	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

func blank(text string) bool { return text == "" || strings.TrimSpace(text) == "" }

// reading is how texts of a column are brought into a form that can be read in one way only. Workbooks and JSON write
// numbers in one way only anyway.
func reading(t record.Type, s Settings) func(string) string {
	if s.Locale == "" {
		return nil
	}
	switch t {
	case record.Date, record.DateTime:
		first := monthFirst(s.Locale)
		return func(text string) string { return isoDate(text, first) }
	case record.Integer, record.Decimal, record.MoneyType:
		if s.Options.Format != sheet.CSV {
			return nil
		}
		group, point := ",", "."
		if decimalComma(s.Locale) {
			group, point = ".", ","
		}
		return func(text string) string { return plainNumber(text, group, point) }
	default:
		return nil
	}
}

// monthFirst reports whether 03/04/2026 is the fourth of March.
func monthFirst(l value.Locale) bool {
	region, _ := language.Make(string(l)).Region()
	return l.Language() == "en" && (region.String() == "US" || region.String() == "PH")
}

// decimalComma reports whether 1,5 is one and a half.
func decimalComma(l value.Locale) bool {
	switch l.Language() {
	case "en", "ja", "zh", "ko", "he", "th", "hi":
		return false
	}
	region, sure := language.Make(string(l)).Region()
	switch region.String() {
	case "CH", "LI", "MX", "GB", "IE":
		return sure < language.High
	}
	return true
}

// isoDate writes 31/03/2026 as 2026-03-31, with or without a time behind it. Everything else stays.
func isoDate(text string, monthFirst bool) string {
	day, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	parts := strings.Split(day, "/")
	if len(parts) != 3 || len(parts[2]) != 4 || !short(parts[0]) || !short(parts[1]) {
		return text
	}
	if monthFirst {
		parts[0], parts[1] = parts[1], parts[0]
	}
	iso := parts[2] + "-" + twoDigits(parts[1]) + "-" + twoDigits(parts[0])
	if rest != "" {
		iso += "T" + rest
	}
	return iso
}

func short(text string) bool { return len(text) == 1 || len(text) == 2 }

func twoDigits(text string) string { return strings.Repeat("0", 2-len(text)) + text }

// plainNumber takes the marks between thousands out of a number and makes its decimal sign a point. A text whose marks do
// not stand between thousands stays, for the field to refuse or to read.
func plainNumber(text, group, point string) string {
	whole, fraction, split := strings.Cut(text, point)
	if strings.Contains(fraction, point) || strings.Contains(fraction, group) {
		return text
	}
	if strings.Contains(whole, group) {
		parts := strings.Split(whole, group)
		for i, part := range parts {
			if i > 0 && digitsAtStart(part) != 3 || i > 0 && i < len(parts)-1 && len(part) != 3 {
				return text
			}
		}
		whole = strings.Join(parts, "")
	}
	if split {
		return whole + "." + fraction
	}
	return whole
}

func digitsAtStart(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}
