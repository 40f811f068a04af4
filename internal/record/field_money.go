package record

import (
	"math"
	"strings"
	"time"

	"github.com/bojanz/currency"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// moneyKind is an amount and its currency, with the amount in the site's currency beside it, by which lists sort and
// roll-ups add.
type moneyKind struct{}

// mostMinor bounds amounts, so that sums of many do not overflow.
const mostMinor = 1e15

func (moneyKind) define(_ *Catalog, _ *Object, f *Field) error {
	if c := f.Options.Currency; c != "" && !knownCurrency(c) {
		return value.Fieldf("currency", "%q is not an ISO 4217 currency", value.Clip(c, 40))
	}
	return f.only("currency", "least", "most", "indexed", "default", "required")
}

func (moneyKind) columns(*Field) []column {
	return []column{{"", "bigint"}, {"c", "text"}, {"b", "bigint"}}
}

func (k moneyKind) parse(f *Field, in any) (any, error) {
	switch v := in.(type) {
	case value.Money:
		return k.check(f, v)
	case string:
		if strings.TrimSpace(v) == "" {
			return nil, nil
		}
		return k.read(f, v)
	case map[string]any:
		return k.readParts(f, v)
	default:
		text, err := textOf(in)
		if err != nil {
			return nil, invalid("write an amount such as CHF 12.50")
		}
		return k.amount(f, text, f.Options.Currency)
	}
}

func (k moneyKind) read(f *Field, text string) (any, error) {
	text = strings.TrimSpace(text)
	code := ""
	for _, candidate := range []string{text[:min(3, len(text))], text[max(0, len(text)-3):]} {
		if upper := strings.ToUpper(candidate); knownCurrency(upper) {
			code, text = upper, strings.TrimSpace(strings.Replace(text, candidate, "", 1))
			break
		}
	}
	if code == "" {
		code = f.Options.Currency
	}
	return k.amount(f, text, code)
}

func (k moneyKind) readParts(f *Field, parts map[string]any) (any, error) {
	code, _ := parts["currency"].(string)
	if code == "" {
		code = f.Options.Currency
	}
	text, err := textOf(parts["amount"])
	if err != nil || text == "" {
		return nil, invalid(`write an amount and a currency: {"amount": "12.50", "currency": "CHF"}`)
	}
	return k.amount(f, text, strings.ToUpper(code))
}

// amount reads the number; without a currency it stays bare, and the writer takes the site's.
func (k moneyKind) amount(f *Field, text, code string) (any, error) {
	if code == "" {
		return bare{text}, nil
	}
	if !knownCurrency(code) {
		return nil, invalid("%q is not an ISO 4217 currency", value.Clip(code, 40))
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, ".-"), ".–")
	digits := value.Digits(code)
	read, err := numberOf(text, max(digits, 1)) // a comma in an amount without decimals stands between thousands
	if err != nil {
		return nil, err
	}
	minor, err := read.units(digits)
	if err != nil {
		return nil, err
	}
	return k.check(f, value.Money{Minor: minor, Currency: code})
}

func (moneyKind) check(f *Field, m value.Money) (any, error) {
	if only := f.Options.Currency; only != "" && m.Currency != only {
		return nil, invalid("only amounts in %s are allowed", only)
	}
	if !knownCurrency(m.Currency) {
		return nil, invalid("%q is not an ISO 4217 currency", value.Clip(m.Currency, 40))
	}
	if m.Minor > mostMinor || m.Minor < -mostMinor {
		return nil, invalid("this amount is too large")
	}
	return m, f.within(m.Units())
}

// store leaves the amount in the site's currency empty; Store.columnValues, which knows the rates, fills it in.
func (moneyKind) store(_ *Field, v any) []any {
	if m, ok := v.(value.Money); ok {
		return []any{m.Minor, m.Currency, nil}
	}
	return []any{nil, nil, nil}
}

func (moneyKind) load(_ *Field, stored []any) (any, error) {
	minor, ok := stored[0].(int64)
	code, coded := stored[1].(string)
	if !ok || !coded {
		return nil, nil
	}
	return value.Money{Minor: minor, Currency: code}, nil
}

func (moneyKind) show(_ *Field, v any) string {
	m, ok := v.(value.Money)
	if !ok {
		return showBare(v)
	}
	return m.Currency + " " + m.Decimal()
}

func (moneyKind) json(_ *Field, v any) any {
	m, _ := v.(value.Money)
	return map[string]any{"amount": m.Decimal(), "currency": m.Currency}
}

// expr compares amounts in the site's currency, or in the field's only one.
func (moneyKind) expr(f *Field) expr.Field {
	column, code := "", f.Options.Currency
	if code == "" {
		column, code = "b", f.settled.currency
	}
	described := f.condition(expr.FieldMoney, column, "c")
	described.Scale = value.Digits(code)
	return described
}

func (moneyKind) order(f *Field) []string {
	if f.Options.Currency != "" {
		return []string{f.column("")}
	}
	return []string{f.column("b")}
}

func showBare(v any) string { b, _ := v.(bare); return b.text }

func knownCurrency(code string) bool { return len(code) == 3 && currency.IsValid(code) }

// inSite converts an amount into the site's currency at the rate of a day, rounded to its minor unit. It is not ok
// when no rate is known.
func (c Config) inSite(m value.Money, on time.Time) (minor int64, ok bool) {
	site := c.Currency()
	if m.Currency == site {
		return m.Minor, true
	}
	if c.Rate == nil {
		return 0, false
	}
	rate, ok := c.Rate(m.Currency, on)
	converted := math.Round(m.Units() * rate * math.Pow10(value.Digits(site)))
	if !ok || math.IsNaN(converted) || math.Abs(converted) > mostMinor*1000 {
		return 0, false
	}
	return int64(converted), true
}
