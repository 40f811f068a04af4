package record

import (
	"fmt"
	"time"

	"fairground/internal/value"
)

// bucket is a Bucket that was checked.
type bucket struct {
	field *Field
	unit  Unit // "" = the value itself
	sql   string
	order string
	join  string // the side table of choices or references
	key   func(cell any) any
}

func (k *ask) bucket(by Bucket, place, offset_min int) (bucket, error) {
	f := k.seen.Field(by.Field)
	if f == nil {
		return bucket{}, k.seen.missing("group", by.Field)
	}
	k.need([]*Field{f}, nil)
	b := bucket{field: f, unit: by.Unit}
	switch t := k.typeOf(f); t {
	case Choices, References:
		b.side(f, place, k.seen.Owned != nil)
	case Date, DateTime:
		if err := b.dates(k.valueColumn(f), by.Unit, offset_min, t == Date && k.seen.formulas[f.Key] == nil); err != nil {
			return bucket{}, err
		}
		return b, nil
	case Text, Integer, Decimal, YesNo, Choice, Mail, Phone, Link, Reference, Autonumber:
		b.sql = k.valueColumn(f)
		b.key = func(cell any) any { return f.keyValue(t, cell) }
	}
	switch {
	case b.sql == "":
		return bucket{}, value.Fieldf("group", "records cannot be grouped by %s", f.Key)
	case by.Unit != "":
		return bucket{}, value.Fieldf("group", "%s is no date, so it has no %s", f.Key, value.Clip(string(by.Unit), 40))
	}
	b.order = b.sql
	if f.Type == Choice || f.Type == Choices {
		b.order = f.listOrder(b.sql)
	}
	return b, nil
}

// typeOf is the type of a field's values: of formulas and roll-ups that of the result.
func (k *ask) typeOf(f *Field) Type {
	if f.Type == Formula || f.Type == Rollup {
		return f.result().Type
	}
	return f.Type
}

// valueColumn is the SQL of a field's value over t: of an amount the one in the site's currency, unless the field has
// only one. "" when there is none.
func (k *ask) valueColumn(f *Field) string {
	if k.seen.formulas[f.Key] != nil {
		return over("t", f.computedExpr(kindOf(f.Type).expr(f)).Columns[0])
	}
	if !f.Stored() {
		return ""
	}
	wanted := ""
	if f.Type == MoneyType && f.Options.Currency == "" {
		wanted = "b"
	}
	columns := k.seen.full.columnsOf(f, "t")
	for i, c := range kindOf(f.Type).columns(f) {
		if c.suffix == wanted && i < len(columns) {
			return columns[i]
		}
	}
	return ""
}

func (b *bucket) side(f *Field, place int, owned bool) {
	if owned {
		return
	}
	alias := fmt.Sprintf("g%d", place)
	column := map[Type]string{Choices: "code", References: "target"}[f.Type]
	b.sql = alias + "." + column
	b.join = fmt.Sprintf(" left join %s %s on %s.record = t.id", f.side(), alias, alias)
	b.key = func(cell any) any {
		if f.Type == References {
			return value.ID(cellInt(cell))
		}
		return f.keyValue(Choice, cell)
	}
}

// keyValue is a group's key in the form of its type.
func (f *Field) keyValue(t Type, cell any) any {
	if raw, ok := cell.([]byte); ok {
		cell = string(raw)
	}
	n, number := cell.(int64)
	switch {
	case t == Choice:
		return f.keyOf(n)
	case t == Reference:
		return value.ID(n)
	case t == Decimal:
		return Number{Units: n, Scale: f.valued().Options.Scale}
	case t == YesNo && number:
		return n != 0
	default:
		return cell
	}
}

// valued is the field whose type the values have: the field itself unless it is computed.
func (f *Field) valued() *Field {
	if f.Type == Formula || f.Type == Rollup {
		return f.result()
	}
	return f
}

// dates makes buckets of days or of moments, by arithmetic that is the same on both engines.
func (b *bucket) dates(column string, unit Unit, offset_min int, days bool) error {
	if column == "" {
		return value.Fieldf("group", "records cannot be grouped by %s", b.field.Key)
	}
	if unit == "" {
		b.unit, unit = ByDay, ByDay
	}
	day := fmt.Sprintf("(%s + %d)", column, epochDay)
	if !days {
		day = fmt.Sprintf("((%s + %d) / %d)", column, int64(offset_min)*60_000_000+epochDay*day_us, int64(day_us))
	}
	switch unit {
	case ByDay:
		b.sql = day
	case ByWeek: // day 0 of this count is a Wednesday
		b.sql = fmt.Sprintf("(%s - (%s + 2) %% 7)", day, day)
	case ByMonth:
		b.sql = monthSQL(day)
	case ByYear:
		b.sql = monthSQL(day) + " / 12"
	default:
		return value.Fieldf("group", "choose one of: day, week, month, year")
	}
	b.order = b.sql
	b.key = func(cell any) any { return firstDay(unit, cellInt(cell)) }
	return nil
}

// epochDay is 1 January 1970, counted from 1 March of the year 0.
const epochDay = 719_468

// monthSQL counts months since the beginning of the year 0. The calendar repeats every 400 years, which have 146,097
// days; counted from March, the leap day is the last of a year and months have a plain pattern.
func monthSQL(day string) string {
	inEra := fmt.Sprintf("(%s %% 146097)", day)
	year := fmt.Sprintf("((%s - %s / 1460 + %s / 36524 - %s / 146096) / 365)", inEra, inEra, inEra, inEra)
	inYear := fmt.Sprintf("(%s - (365 * %s + %s / 4 - %s / 100))", inEra, year, year, year)
	return fmt.Sprintf("(12 * (%s + 400 * (%s / 146097)) + (5 * %s + 2) / 153 + 2)", year, day, inYear)
}

// firstDay is the first day of a bucket.
func firstDay(unit Unit, n int64) Day {
	switch unit {
	case ByMonth:
		return DayOf(time.Date(int(n/12), time.Month(n%12+1), 1, 0, 0, 0, 0, time.UTC))
	case ByYear:
		return DayOf(time.Date(int(n), 1, 1, 0, 0, 0, 0, time.UTC))
	default:
		return Day(n - epochDay)
	}
}

// label writes a key as people read it.
func (b bucket) label(key any, titles map[value.ID]string, locale value.Locale) string {
	switch v := key.(type) {
	case nil:
		return ""
	case value.ID:
		return titles[v]
	case Day:
		return v.in(b.unit)
	case string:
		if option, ok := b.field.Option(v); ok {
			return option.Labels.In(locale)
		}
		return v
	default:
		return b.field.valued().Show(v)
	}
}

func (d Day) in(unit Unit) string {
	at := time.Unix(int64(d)*86_400, 0).UTC()
	switch unit {
	case ByMonth:
		return at.Format("2006-01")
	case ByYear:
		return at.Format("2006")
	default:
		return at.Format(time.DateOnly)
	}
}
