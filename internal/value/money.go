package value

import (
	"math"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Money is an amount in the minor unit of an ISO 4217 currency: {1250, "CHF"} is twelve francs fifty. It is never a
// floating-point number.
type Money struct {
	Minor    int64
	Currency string
}

// ParseMoney reads a plain decimal such as "1250", "12.50", "1'250.-" or "5e+05" in a currency. Spaces, apostrophes and
// a currency code around the number are ignored; a comma is a decimal sign when at most two digits follow the last
// one. It returns an error of kind Invalid for anything else, for a negative amount, and for more than 10^13 units.
func ParseMoney(text, code string) (Money, error) {
	digits, known := currency.GetDigits(code)
	if !known {
		return Money{}, Fieldf("currency", "%q is not an ISO 4217 currency", code)
	}
	whole, fraction, ok := splitDecimal(text, code)
	if !ok || len(fraction) > int(digits) && strings.Trim(fraction[digits:], "0") != "" {
		return Money{}, Fieldf("price", "%q is not an amount in %s; write a number such as 1250 or 12.50", Clip(text, 40), code)
	}
	for len(fraction) < int(digits) {
		fraction += "0"
	}
	minor, err := strconv.ParseInt(whole+fraction[:digits], 10, 64)
	if err != nil || minor > 1e15 {
		return Money{}, Fieldf("price", "%q is too large", Clip(text, 40))
	}
	return Money{Minor: minor, Currency: code}, nil
}

// MoneyFromUnits returns a whole number of major units, such as 520 francs. It is for literals in code and fixtures.
func MoneyFromUnits(units int64, code string) Money {
	return Money{Minor: units * pow10(Digits(code)), Currency: code}
}

// Digits is the number of decimal places of a currency; 2 for one that is not known.
func Digits(code string) int {
	digits, known := currency.GetDigits(code)
	if !known {
		return 2
	}
	return int(digits)
}

// Units returns the amount in major units, for comparison and statistics, not for arithmetic on money.
func (m Money) Units() float64 { return float64(m.Minor) / float64(pow10(Digits(m.Currency))) }

// Decimal writes the amount as a plain decimal without its currency, such as "12.50", for machines.
func (m Money) Decimal() string {
	digits := Digits(m.Currency)
	if digits == 0 {
		return strconv.FormatInt(m.Minor, 10)
	}
	sign, minor := "", m.Minor
	if minor < 0 {
		sign = "-"
	}
	text := strings.TrimPrefix(strconv.FormatInt(minor, 10), "-")
	for len(text) <= digits {
		text = "0" + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

func splitDecimal(text, code string) (whole, fraction string, ok bool) {
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, code), code))
	text = strings.TrimSuffix(strings.TrimSuffix(text, ".-"), ".–")
	text = strings.NewReplacer("'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "").Replace(text)
	if last := strings.LastIndexByte(text, ','); last >= 0 {
		if len(text)-last-1 <= 2 && !strings.ContainsRune(text, '.') {
			text = text[:last] + "." + text[last+1:]
		}
		text = strings.ReplaceAll(text, ",", "")
	}
	text, exponent, ok := cutExponent(text)
	if !ok {
		return "", "", false
	}
	whole, fraction, _ = strings.Cut(text, ".")
	for ; exponent > 0; exponent-- {
		if fraction == "" {
			fraction = "0"
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	if whole == "" && fraction == "" || len(whole) > 16 || len(fraction) > 16 {
		return "", "", false
	}
	return whole, fraction, onlyDigits(whole) && onlyDigits(fraction)
}

// cutExponent splits the exponent off a number as spreadsheets write round ones, such as 5e+05.
func cutExponent(text string) (rest string, exponent int, ok bool) {
	rest, power, written := strings.Cut(strings.ToLower(text), "e")
	if !written {
		return text, 0, true
	}
	exponent, err := strconv.Atoi(strings.TrimPrefix(power, "+"))
	return rest, exponent, err == nil && exponent >= 0 && exponent <= 12
}

func onlyDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

func pow10(n int) int64 { return int64(math.Pow10(n)) }
