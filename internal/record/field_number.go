package record

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"fairground/internal/value"
)

// written is a number taken apart: sign, digits before and after the point. It is exact.
type written struct {
	negative        bool
	whole, fraction string
}

// groupMarks are written between thousands and mean nothing.
var groupMarks = strings.NewReplacer("'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "", "\u2009", "")

// numberOf reads a number as people, spreadsheets and JSON write it. digits is how many may follow the point: it tells
// thousands from decimals in "1,234", which is refused where it could be both.
func numberOf(in any, digits int) (written, error) {
	switch v := in.(type) {
	case int64:
		return writtenInt(v), nil
	case int:
		return writtenInt(int64(v)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return written{}, invalid("write a finite number")
		}
		return readNumber(strconv.FormatFloat(v, 'f', -1, 64), digits)
	case json.Number:
		return readNumber(v.String(), digits)
	case string:
		return readNumber(v, digits)
	default:
		return written{}, invalid("write a number")
	}
}

func writtenInt(v int64) written {
	text := strconv.FormatInt(v, 10)
	return written{v < 0, strings.TrimPrefix(text, "-"), ""}
}

func readNumber(text string, digits int) (written, error) {
	rest := strings.Replace(groupMarks.Replace(strings.TrimSpace(text)), "−", "-", 1)
	if len(rest) > 60 {
		return written{}, noNumber(text)
	}
	var n written
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		n.negative, rest = rest[0] == '-', rest[1:]
	}
	rest, exponent, ok := cutExponent(rest)
	if !ok {
		return written{}, noNumber(text)
	}
	if rest, ok = pointOnly(rest, digits); !ok {
		return written{}, noNumber(text)
	}
	n.whole, n.fraction, _ = strings.Cut(rest, ".")
	if n.whole+n.fraction == "" || !onlyDigits(n.whole) || !onlyDigits(n.fraction) {
		return written{}, noNumber(text)
	}
	return n.shift(exponent), nil
}

func noNumber(text string) error {
	return invalid("%q is not a number; write one such as 1250 or -12.5", value.Clip(text, 40))
}

// pointOnly writes the decimal sign as a point and drops commas and points between thousands. It is not ok when a text
// can be read in two ways.
func pointOnly(text string, digits int) (string, bool) {
	comma, point := strings.LastIndexByte(text, ','), strings.LastIndexByte(text, '.')
	commas, points := strings.Count(text, ","), strings.Count(text, ".")
	switch {
	case commas == 0 && points <= 1:
		return text, true
	case commas == 0 || commas > 1 && points == 0:
		mark := map[bool]string{true: ".", false: ","}[commas == 0]
		return strings.ReplaceAll(text, mark, ""), grouped(text, mark)
	case points == 0:
		after := len(text) - comma - 1
		if after != 3 {
			return strings.Replace(text, ",", ".", 1), true
		}
		return strings.Replace(text, ",", "", 1), digits == 1 || digits == 2
	case comma > point:
		return strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1), commas == 1 && grouped(text[:comma], ".")
	default:
		return strings.ReplaceAll(text, ",", ""), points == 1 && grouped(text[:point], ",")
	}
}

// grouped reports whether marks stand between thousands only.
func grouped(text, mark string) bool {
	parts := strings.Split(text, mark)
	for i, part := range parts {
		if i > 0 && len(part) != 3 || i == 0 && (len(part) == 0 || len(part) > 3) {
			return false
		}
	}
	return true
}

// cutExponent splits the exponent off, as spreadsheets write large numbers: 5e+05.
func cutExponent(text string) (rest string, exponent int, ok bool) {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text, 0, true
	}
	exponent, err := strconv.Atoi(text[at+1:])
	return text[:at], exponent, err == nil && exponent >= -40 && exponent <= 40
}

func (n written) shift(exponent int) written {
	for ; exponent > 0; exponent-- {
		next := "0"
		if n.fraction != "" {
			next, n.fraction = n.fraction[:1], n.fraction[1:]
		}
		n.whole += next
	}
	for ; exponent < 0; exponent++ {
		last := "0"
		if n.whole != "" {
			last, n.whole = n.whole[len(n.whole)-1:], n.whole[:len(n.whole)-1]
		}
		n.fraction = last + n.fraction
	}
	return n
}

// units is the number times 10^scale, if that is whole and fits into 64 bits.
func (n written) units(scale int) (int64, error) {
	fraction := n.fraction
	if len(fraction) > scale {
		if strings.Trim(fraction[scale:], "0") != "" {
			return 0, tooFine(scale)
		}
		fraction = fraction[:scale]
	}
	text := n.whole + fraction + strings.Repeat("0", scale-len(fraction))
	if n.negative {
		text = "-" + text
	}
	units, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, invalid("this number is too large")
	}
	return units, nil
}

func tooFine(scale int) error {
	if scale == 0 {
		return invalid("write a whole number")
	}
	return invalid("at most %d digits may follow the point", scale)
}

func onlyDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// within checks the least and the most of a number.
func (f *Field) within(v float64) error {
	if least := f.Options.Least; least != nil && v < *least {
		return invalid("the least is %s", plain(*least))
	}
	if most := f.Options.Most; most != nil && v > *most {
		return invalid("the most is %s", plain(*most))
	}
	return nil
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// powers of ten that fit into 64 bits.
func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
