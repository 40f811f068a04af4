package safety

import (
	"bytes"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"fairground/internal/value"
)

// The fewest and most digits of a telephone number.
const (
	leastDigits = 7
	mostDigits  = 15

	mostNational = 12 // with the leading zero; some plans know no limit, and would take two numbers for one
)

// findPhones looks at every run of number-like tokens. The library that knows numbering plans is slow, so only runs that
// have the outer form of a number reach it.
func (s *scan) findPhones(regions []string) {
	for k := 0; k < len(s.tokens); {
		if s.tokens[k].kind&hasDigit == 0 && s.meaning(k).digits == "" { // nearly all tokens end here
			k++
			continue
		}
		end := s.digitRun(k, len(s.tokens)).end
		if end == k {
			k++
			continue
		}
		if k = s.findInRun(k, end, regions); len(s.found.Phones) >= mostPhones {
			return
		}
	}
}

// mostPhones is where the search ends. Nobody has so many, and rules reckon with no more.
const mostPhones = 200

// mostLeading is how many tokens before a number are taken for something else, as in "2 beds 044 ..." without the beds.
const mostLeading = 3

// findInRun looks for a number in tokens k to end: the whole run, then without its last tokens, then without its first. It
// returns the token to go on from.
func (s *scan) findInRun(k, end int, regions []string) int {
	for from := k; from < end && from <= k+mostLeading; from++ {
		for to := end; to > from; to-- {
			run := s.digitRun(from, to)
			if len(run.digits) < leastDigits {
				break
			}
			if phone, ok := s.phone(run, regions); ok {
				s.found.Phones = append(s.found.Phones, phone)
				return to
			}
		}
	}
	return end
}

// digitRun is a stretch of tokens that can be read as digits.
type digitRun struct {
	from, end int // tokens from up to end
	digits    []byte
	spoken    int // digits that were written as words or letters
	single    int // tokens of one digit
}

// digitRun reads number-like tokens from k up to end, as long as little stands between them.
func (s *scan) digitRun(k, end int) digitRun {
	run := digitRun{from: k, end: k}
	run.digits = s.digits[:0]
	tens := false
	times := 1
	for run.end < end && (run.end == k || s.continues(run.end)) {
		digits, spoken, open := s.digitsOf(run.end, run.end > k)
		if digits == "" || len(run.digits)+len(digits)*times > len(s.digits) {
			break
		}
		if digits[0] == '*' {
			times = int(digits[1] - '0')
			run.end++
			continue
		}
		if tens && len(digits) == 1 && digits != "0" { // "fifty" took a nought that "five" replaces
			run.digits = run.digits[:len(run.digits)-1]
		}
		for range times {
			run.digits = append(run.digits, digits...)
		}
		if spoken {
			run.spoken += len(digits) * times
		}
		if len(digits) == 1 && (run.end == k || bytes.IndexByte(s.gap(run.end-1), ',') < 0) {
			run.single++
		}
		tens, times = open, 1
		run.end++
	}
	return run
}

// digitsOf reads one token as digits; "" when it is none. Open means that a further digit may replace the last one. A
// letter o counts as zero only inside a run.
func (s *scan) digitsOf(k int, inside bool) (digits string, spoken, open bool) {
	tok := s.tokens[k]
	if tok.kind == hasDigit {
		if tok.to-tok.from > mostDigits+2 {
			return "", false, false
		}
		return string(s.token(k)), false, false
	}
	known := s.meaning(k)
	switch {
	case strings.HasSuffix(known.digits, "+"):
		return known.digits[:1] + "0", true, true
	case known.digits != "":
		return known.digits, true, false
	case inside && known.role == roleOh:
		return "0", true, false
	case tok.kind == hasDigit|hasLetter && tok.to-tok.from <= mostDigits:
		return s.lettersAsDigits(k)
	}
	return "", false, false
}

// lettersAsDigits reads "o79" as 079. A letter at the end, as in 10l and 525i, means a measure or a model.
func (s *scan) lettersAsDigits(k int) (string, bool, bool) {
	text := s.token(k)
	if last := text[len(text)-1]; len(text) < 3 || last == 'l' || last == 'i' {
		return "", false, false
	}
	var digits [mostDigits]byte
	for i, c := range text {
		switch {
		case c == 'o':
			c = '0'
		case c == 'l' || c == 'i':
			c = '1'
		case c < '0' || c > '9':
			return "", false, false
		}
		digits[i] = c
	}
	return string(digits[:len(text)]), true, false
}

// continues reports whether token k may belong to the number that the token before it is part of.
func (s *scan) continues(k int) bool {
	if s.tokens[k].first {
		return false
	}
	gap := s.gap(k - 1)
	if len(gap) == 0 || len(gap) > 5 || gap[len(gap)-1] == '+' && s.tokens[k].to-s.tokens[k].from > 1 { // +41 begins a number
		return false
	}
	for _, c := range gap {
		if bytes.IndexByte([]byte(" .-()/_*+,:~|"), c) < 0 && (c != '\n' || s.tokens[k].to-s.tokens[k].from > 5) {
			return false
		}
	}
	return true
}

func (s *scan) phone(run digitRun, regions []string) (Phone, bool) {
	n := len(run.digits)
	if n < leastDigits || n > mostDigits+2 {
		return Phone{}, false
	}
	phone := Phone{Hidden: run.spoken >= 3 || run.single >= 7}
	phone.Number = s.plannedNumber(run, phone.Hidden, regions)
	if phone.Number == "" && (run.spoken < leastDigits || n > mostDigits) {
		return Phone{}, false
	}
	phone.Digits = string(run.digits)
	phone.Span = s.spanOf(run.from, run.end-1)
	return phone, true
}

// plannedNumber returns the number in the first numbering plan that a run fits by its outer form and by its digits, or "".
func (s *scan) plannedNumber(run digitRun, hidden bool, regions []string) value.Phone {
	if s.before(run.from) == '+' || bytes.HasPrefix(run.digits, []byte("00")) {
		return numberIn("+"+strings.TrimPrefix(string(run.digits), "00"), "ZZ")
	}
	for _, region := range regions {
		fits := run.digits[0] == '0' && len(run.digits) >= 9 && len(run.digits) <= mostNational
		if region == "US" || region == "CA" {
			fits = hidden && northAmerican(run.digits) || s.groupedNorthAmerican(run)
		}
		if fits {
			if number := numberIn(string(run.digits), region); number != "" {
				return number
			}
		}
	}
	return ""
}

func northAmerican(digits []byte) bool {
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	return len(digits) == 10 && digits[0] >= '2' && digits[3] >= '2'
}

// groupedNorthAmerican reports the ways people write such a number: 3-3-4, 6-4, 3-7 or ten digits in one piece.
func (s *scan) groupedNorthAmerican(run digitRun) bool {
	if !northAmerican(run.digits) || bytes.IndexByte([]byte("$#"), s.before(run.from)) >= 0 {
		return false
	}
	lengths := []byte{}
	for k := run.from; k < run.end; k++ {
		lengths = append(lengths, '0'+byte(s.tokens[k].to-s.tokens[k].from))
	}
	form := strings.TrimPrefix(string(lengths), "1")
	return slices.Contains([]string{"334", "64", "37", ":", ";"}, form) // ':' is ten digits, ';' eleven
}

func numberIn(text, region string) value.Phone {
	number, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	return value.Phone(phonenumbers.Format(number, phonenumbers.E164))
}
