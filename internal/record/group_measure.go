package record

import (
	"fmt"
	"math/big"
	"slices"

	"fairground/internal/value"
)

// measure is a Measure that was checked.
type measure struct {
	op       string
	field    *Field // the one whose type the values have; nil for count
	currency string
	columns  []string
	at       int // the first of its cells
}

func (k *ask) measure(one Measure) (measure, error) {
	m := measure{op: one.Op}
	if one.Op == "count" && one.Field == "" {
		m.columns = []string{"count(*)"}
		return m, nil
	}
	f := k.seen.Field(one.Field)
	if f == nil {
		return m, k.seen.missing("measures", one.Field)
	}
	k.need([]*Field{f}, nil)
	m.field = f.valued()
	t, column := k.typeOf(f), k.valueColumn(f)
	number := slices.Contains([]Type{Integer, Decimal, MoneyType}, t)
	ordered := number || slices.Contains([]Type{Date, DateTime, Autonumber}, t)
	switch {
	case column == "":
	case one.Op == "count":
		m.columns = []string{fmt.Sprintf("count(%s)", column)}
	case (one.Op == "sum" || one.Op == "average") && number:
		m.columns = exactSum(column)
	case (one.Op == "min" || one.Op == "max") && ordered:
		m.columns = []string{fmt.Sprintf("%s(%s)", one.Op, column)}
	}
	if m.columns == nil {
		return m, value.Fieldf("measures", "%s cannot be computed of %s", value.Clip(one.Op, 40), f.Key)
	}
	if m.currency = f.Options.Currency; m.currency == "" {
		m.currency = k.reader.store.config.Currency()
	}
	return m, nil
}

// exactSum adds the upper and the lower halves of the numbers for themselves, so that no sum overflows on the way, and
// counts them.
func exactSum(column string) []string {
	return []string{
		fmt.Sprintf("cast(sum(%s >> 32) as bigint)", column),
		fmt.Sprintf("cast(sum(%s & 4294967295) as bigint)", column),
		fmt.Sprintf("count(%s)", column),
	}
}

// value is what a group's cells mean.
func (m measure) value(cells []any) (any, error) {
	switch {
	case m.op == "count":
		return cellInt(cells[0]), nil
	case cells[0] == nil:
		return nil, nil
	case m.op == "min" || m.op == "max":
		return m.form(cellInt(cells[0])), nil
	}
	sum := new(big.Int).Lsh(big.NewInt(cellInt(cells[0])), 32)
	sum.Add(sum, big.NewInt(cellInt(cells[1])))
	if m.op == "average" {
		return m.average(sum, cellInt(cells[2])), nil
	}
	if !sum.IsInt64() {
		return nil, value.Fieldf("measures", "the sum of %s is too large to be shown", m.field.Key)
	}
	return m.form(sum.Int64()), nil
}

// average is a float64, or an amount rounded to its minor unit, half away from zero.
func (m measure) average(sum *big.Int, count int64) any {
	exact := new(big.Rat).SetFrac(sum, big.NewInt(count))
	if m.field.Type == MoneyType {
		minor, _ := new(big.Int).SetString(exact.FloatString(0), 10)
		return value.Money{Minor: minor.Int64(), Currency: m.currency}
	}
	if m.field.Type == Decimal {
		exact.Quo(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(m.field.Options.Scale)), nil)))
	}
	mean, _ := exact.Float64()
	return mean
}

// form is a whole number as a value of the field.
func (m measure) form(n int64) any {
	switch m.field.Type {
	case Decimal:
		return Number{Units: n, Scale: m.field.Options.Scale}
	case MoneyType:
		return value.Money{Minor: n, Currency: m.currency}
	case Date:
		return Day(n)
	case DateTime:
		return value.FromMicros(n)
	default:
		return n
	}
}
