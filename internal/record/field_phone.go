package record

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// phoneKind is a telephone number in E.164.
type phoneKind struct{}

func (phoneKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "searchable", "default", "required")
}

func (phoneKind) columns(*Field) []column { return scalar("text") }

func (phoneKind) parse(_ *Field, in any) (any, error) {
	text, err := lineOf(in)
	if err != nil || text == "" {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(text, "00"); ok {
		text = "+" + rest
	}
	if !strings.HasPrefix(text, "+") {
		return bare{text}, nil
	}
	if inE164(text) {
		return text, nil
	}
	return readPhone(text, "")
}

// inE164 reports whether a number is written as it is stored, and possible. It spares imports the reading of how people
// write; a number that begins with a national prefix is left to that.
func inE164(text string) bool {
	digits := text[1:]
	if len(digits) < 8 || len(digits) > 15 || !onlyDigits(digits) || digits[0] == '0' {
		return false
	}
	for n := 1; n <= 3; n++ {
		code, _ := strconv.Atoi(digits[:n])
		if region := phonenumbers.GetRegionCodeForCountryCode(code); region == "ZZ" || region == "001" {
			continue
		}
		national, err := strconv.ParseUint(digits[n:], 10, 64)
		country := int32(code)
		return err == nil && digits[n] != '0' &&
			phonenumbers.IsPossibleNumber(&phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &national})
	}
	return false
}

func readPhone(text, region string) (any, error) {
	number, err := value.ParsePhone(text, region)
	if err != nil {
		return nil, err
	}
	return string(number), nil
}

func (phoneKind) store(_ *Field, v any) []any              { return []any{v} }
func (phoneKind) load(_ *Field, stored []any) (any, error) { return loadText(stored[0]) }
func (phoneKind) json(_ *Field, v any) any                 { return v }
func (phoneKind) order(f *Field) []string                  { return []string{f.column("")} }
func (phoneKind) expr(f *Field) expr.Field                 { return f.condition(expr.FieldText, "") }

func (phoneKind) show(_ *Field, v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return showBare(v)
}
