package sheet

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// dateStyle says how a number of a sheet is shown.
type dateStyle int

const (
	plainNumber dateStyle = iota
	dateOnly
	timeOnly
	dateAndTime
	elapsedTime // hours may pass 24
)

// readStyles returns how the numbers of each cell style are shown. A workbook with broken styles has plain numbers.
func (b *workbook) readStyles(part string) []dateStyle {
	var content struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			XMLName xml.Name
			Format  int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if b.decode(part, &content) != nil {
		return nil
	}
	own := make(map[int]dateStyle)
	for _, format := range content.Formats {
		own[format.ID] = styleOf(format.Code)
	}
	styles := make([]dateStyle, len(content.Cells))
	for i, cell := range content.Cells {
		style, known := own[cell.Format]
		if !known {
			style = builtInStyle(cell.Format)
		}
		styles[i] = style
	}
	return styles
}

// builtInStyle knows the formats that every workbook has without naming them.
func builtInStyle(format int) dateStyle {
	switch {
	case format >= 14 && format <= 17, format >= 27 && format <= 31, format == 36, format >= 50 && format <= 58:
		return dateOnly
	case format >= 18 && format <= 21, format >= 32 && format <= 35, format == 45, format == 47:
		return timeOnly
	case format == 22:
		return dateAndTime
	case format == 46:
		return elapsedTime
	default:
		return plainNumber
	}
}

// styleOf reads a format such as yyyy-mm-dd;@. Quoted and escaped parts, colours and conditions say nothing.
func styleOf(code string) dateStyle {
	date, clock, months, elapsed := false, false, false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == ';':
			i = len(code) // the first part is for positive numbers
		case code[i] == '"':
			i = after(code, i, '"')
		case code[i] == '\\', code[i] == '_', code[i] == '*':
			i++
		case code[i] == '[':
			end := after(code, i, ']')
			inner := strings.ToLower(strings.Trim(code[i:min(end+1, len(code))], "[]"))
			elapsed = elapsed || inner != "" && (strings.Trim(inner, "h") == "" || strings.Trim(inner, "m") == "" || strings.Trim(inner, "s") == "")
			i = end
		case strings.HasPrefix(strings.ToLower(code[i:]), "general"):
			i += len("general") - 1
		case c == 'y' || c == 'd':
			date = true
		case c == 'h' || c == 's':
			clock = true
		case c == 'm':
			months = true
		}
	}
	switch {
	case elapsed:
		return elapsedTime
	case date && clock:
		return dateAndTime
	case clock:
		return timeOnly
	case date || months:
		return dateOnly
	default:
		return plainNumber
	}
}

// after returns where the mark stands that closes what began at i.
func after(code string, i int, mark byte) int {
	if n := strings.IndexByte(code[i+1:], mark); n >= 0 {
		return i + 1 + n
	}
	return len(code)
}

const (
	dayMillis   = 24 * 60 * 60 * 1000
	lastSerial  = 2958465 // 31 December 9999
	leapSerial  = 60      // the 29th of February 1900, which the format has and the calendar has not
	first1904   = 1462    // days from one way of counting to the other
	clockLayout = "15:04:05"
	dayLayout   = "2006-01-02"
	bothLayout  = dayLayout + "T" + clockLayout
)

// firstDay is the day 0, as it is counted since March 1900.
var firstDay = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// dateText writes a number of days as ISO 8601, to the millisecond. It returns "" for a number that is no date.
func dateText(days float64, style dateStyle, is1904 bool) string {
	if math.IsNaN(days) || days < 0 || days > lastSerial+1 {
		return ""
	}
	millis := int64(math.Round(days * dayMillis))
	if style == elapsedTime {
		return elapsedText(millis)
	}
	if style == timeOnly && millis < dayMillis {
		return withMillis(time.UnixMilli(millis).UTC(), clockLayout)
	}
	day := millis / dayMillis
	if is1904 {
		day += first1904
	}
	if day < 1 || day == leapSerial || day > lastSerial {
		return ""
	}
	if day < leapSerial {
		day++
	}
	at := firstDay.AddDate(0, 0, int(day)).Add(time.Duration(millis%dayMillis) * time.Millisecond)
	if style == dateOnly {
		return at.Format(dayLayout)
	}
	return withMillis(at, bothLayout)
}

func withMillis(at time.Time, layout string) string {
	if at.Nanosecond() != 0 {
		layout += ".000"
	}
	return at.Format(layout)
}

func elapsedText(millis int64) string {
	at := time.UnixMilli(millis).UTC()
	hours := strconv.FormatInt(millis/(60*60*1000), 10)
	if len(hours) == 1 {
		hours = "0" + hours
	}
	return hours + withMillis(at, ":04:05")
}

// numberText writes a number as people do: all digits, no exponent. Whole numbers stay as they are written; others are
// rounded to the 15 digits that spreadsheet programs show, because 59.97 may be kept as 59.969999999999999.
func numberText(into, number []byte) ([]byte, bool) {
	if plainInteger(number) {
		return append(into, number...), true
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return into, false
	}
	if f != math.Trunc(f) {
		f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	}
	if f == 0 {
		f = 0 // not minus nought
	}
	return strconv.AppendFloat(into, f, 'f', -1, 64), true
}

// plainInteger reports whether a number is written with digits alone, as many as people write.
func plainInteger(number []byte) bool {
	digits := number
	if len(digits) > 1 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 40 || len(digits) > 1 && digits[0] == '0' {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
