package record

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// decimalKind is an exact number of a fixed number of digits after the point, stored as a whole number of the last.
type decimalKind struct{}

const mostScale = 9

func (decimalKind) define(_ *Catalog, _ *Object, f *Field) error {
	if f.Options.Scale < 0 || f.Options.Scale > mostScale {
		return value.Fieldf("scale", "a decimal has 0 to %d digits after the point", mostScale)
	}
	return f.only("scale", "least", "most", "unit", "unique", "indexed", "default", "required")
}

func (decimalKind) columns(*Field) []column { return scalar("bigint") }

func (decimalKind) parse(f *Field, in any) (any, error) {
	scale := f.Options.Scale
	var read written
	switch v := in.(type) {
	case Number:
		read = v.written()
	case string:
		if v == "" {
			return nil, nil
		}
	}
	if read == (written{}) {
		var err error
		if read, err = numberOf(in, scale); err != nil {
			return nil, err
		}
	}
	units, err := read.units(scale)
	if err != nil {
		return nil, err
	}
	n := Number{Units: units, Scale: scale}
	return n, f.within(n.Float())
}

func (decimalKind) store(_ *Field, v any) []any {
	if n, ok := v.(Number); ok {
		return []any{n.Units}
	}
	return []any{nil}
}

func (decimalKind) load(f *Field, stored []any) (any, error) {
	if units, ok := stored[0].(int64); ok {
		return Number{Units: units, Scale: f.Options.Scale}, nil
	}
	return nil, nil
}

func (decimalKind) show(_ *Field, v any) string { n, _ := v.(Number); return n.String() }
func (decimalKind) json(_ *Field, v any) any    { n, _ := v.(Number); return json.Number(n.String()) }

func (decimalKind) expr(f *Field) expr.Field {
	described := f.condition(expr.FieldDecimal, "")
	described.Scale = f.Options.Scale
	return described
}

func (decimalKind) order(f *Field) []string { return []string{f.column("")} }

// String writes the number with all its digits, such as 12.50.
func (n Number) String() string {
	w := n.written()
	text := w.whole
	if w.fraction != "" {
		text += "." + w.fraction
	}
	if w.negative {
		return "-" + text
	}
	return text
}

// Float is the nearest floating-point number, for statistics and charts.
func (n Number) Float() float64 { return float64(n.Units) / math.Pow10(n.Scale) }

func (n Number) written() written {
	digits := strings.TrimPrefix(strconv.FormatInt(n.Units, 10), "-")
	if missing := n.Scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - n.Scale
	return written{n.Units < 0, digits[:at], digits[at:]}
}
