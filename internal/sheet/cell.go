package sheet

import (
	"strconv"
	"time"
)

// Kind says what a cell is, for the formats that know kinds.
type Kind int8

// The kinds of cell.
const (
	Empty       Kind = iota
	TextKind         // any text
	NumberKind       // digits as JSON has them: -12.50
	DateKind         // 2006-01-02
	MomentKind       // 2006-01-02T15:04:05Z07:00, with parts of a second or without
	BooleanKind      // true or false
)

// Cell is a value to be written. The zero Cell is empty. A Text that is not of its Kind is written as text.
type Cell struct {
	Kind Kind
	Text string
}

// Text is a cell with a text.
func Text(text string) Cell {
	if text == "" {
		return Cell{}
	}
	return Cell{TextKind, text}
}

// Number is a cell with a number, as digits: -12.50.
func Number(digits string) Cell { return Cell{NumberKind, digits} }

// Whole is a cell with a whole number.
func Whole(n int64) Cell { return Cell{NumberKind, strconv.FormatInt(n, 10)} }

// Day is a cell with the date of a moment.
func Day(at time.Time) Cell { return Cell{DateKind, at.Format(dayLayout)} }

// Moment is a cell with a date and a time.
func Moment(at time.Time) Cell { return Cell{MomentKind, at.Format(time.RFC3339Nano)} }

// Boolean is a cell with yes or no.
func Boolean(yes bool) Cell { return Cell{BooleanKind, strconv.FormatBool(yes)} }

// checked returns the cell with a kind its text keeps to.
func (c Cell) checked() Cell {
	if c.Text == "" {
		return Cell{}
	}
	ok := c.Kind != Empty
	switch c.Kind {
	case NumberKind:
		ok = isNumber(c.Text)
	case DateKind:
		_, err := time.Parse(dayLayout, c.Text)
		ok = err == nil
	case MomentKind:
		_, err := time.Parse(time.RFC3339Nano, c.Text)
		ok = err == nil
	case BooleanKind:
		ok = c.Text == "true" || c.Text == "false"
	}
	if !ok {
		return Text(c.Text)
	}
	return c
}

// isNumber reports whether a text is a number as JSON has them.
func isNumber(text string) bool {
	if text != "" && text[0] == '-' {
		text = text[1:]
	}
	whole := digitsOf(text)
	if whole == 0 || whole > 1 && text[0] == '0' {
		return false
	}
	text = text[whole:]
	if text != "" && text[0] == '.' {
		n := digitsOf(text[1:])
		if n == 0 {
			return false
		}
		text = text[1+n:]
	}
	if text == "" {
		return true
	}
	if text[0]|0x20 != 'e' {
		return false
	}
	text = text[1:]
	if text != "" && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return text != "" && digitsOf(text) == len(text)
}

func digitsOf(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}
