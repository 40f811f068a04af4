package text

import (
	"math"
	"strconv"
	"strings"

	"github.com/bojanz/currency"

	"fairground/internal/value"
)

const km_per_mile = 1.609344

// Count writes a whole number: 1’199.
func (p *Printer) Count(n int) string { return p.Number(float64(n)) }

// Number writes a number with as many decimals as it has, three at most: 1’199 or 4.9.
func (p *Printer) Number(n float64) string { return p.Decimal(n, int(decimals(n))) }

// Decimal writes a number with a fixed number of decimals: 12.50.
func (p *Printer) Decimal(n float64, places int) string {
	return p.rules.FmtNumber(n, uint64(places))
}

// Percent writes a share between 0 and 1 in whole percent: .87 is 87%.
func (p *Printer) Percent(share float64) string {
	return p.rules.FmtPercent(math.Round(share*100), 0)
}

// Money writes an amount with its currency; whole amounts have no decimals: CHF 1’800, €12.50.
func (p *Printer) Money(m value.Money) string {
	amount, err := currency.NewAmount(m.Decimal(), m.Currency)
	if err != nil {
		return m.Decimal() + " " + m.Currency
	}
	formatter := currency.NewFormatter(p.money)
	if digits := value.Digits(m.Currency); digits > 0 && strings.HasSuffix(m.Decimal(), "."+strings.Repeat("0", digits)) {
		formatter.MinDigits = 0
	}
	// One page writes one thousands separator: Swiss plain numbers have the curly one.
	return strings.ReplaceAll(formatter.Format(amount), "'", "’")
}

// Distance writes a distance given in kilometres: 500 m, 3 km, or 2 mi where the site measures in miles.
func (p *Printer) Distance(km float64) string {
	switch {
	case p.InMiles():
		return p.T("text.miles", "count", math.Max(1, math.Round(km/km_per_mile)))
	case km < .95:
		return p.T("text.metres", "count", math.Max(1, math.Round(km*10))*100)
	default:
		return p.T("text.kilometres", "count", math.Round(km))
	}
}

// InMiles reports whether distances are written in miles.
func (p *Printer) InMiles() bool {
	if p == nil || p.settings.Units == "" {
		return p != nil && inMiles(p.settings.Locale)
	}
	return p.settings.Units == "imperial"
}

// Km is how many kilometres a whole number of the printer's units is: what "within 25" means to its reader.
func (p *Printer) Km(units float64) float64 {
	if p.InMiles() {
		return units * km_per_mile
	}
	return units
}

// decimals counts the decimals a number is written with, three at most.
func decimals(n float64) uint64 {
	_, fraction, _ := strings.Cut(strconv.FormatFloat(math.Round(n*1000)/1000, 'f', -1, 64), ".")
	return uint64(len(fraction))
}
