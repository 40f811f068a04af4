package safety

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

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
		if s.tokens[k].kind&hasDigit == 0 && s.meaning(k).digits == "" && !s.mayBeJoined(k, 3) { // nearly all tokens end here
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
	spoken    int // digits that were written as words
	letters   int // letters in the place of digits
	single    int // tokens of one digit
	falling   int // tokens that are not greater than the one before: none in a list such as 1/2/3/4/5/7/8
}

// digitRun reads number-like tokens from k up to end, as long as little stands between them.
func (s *scan) digitRun(k, end int) digitRun {
	run := digitRun{from: k, end: k}
	run.digits = s.digits[:0]
	tens := false
	times := 1
	last := int64(-1)
	for run.end < end && (run.end == k || s.continues(run.end)) {
		part := s.digitsOf(run.end, run.end > k)
		digits := part.digits
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
		run.spoken += part.spoken * times
		run.letters += part.letters
		n := digitsValue([]byte(digits))
		if n <= last {
			run.falling++
		}
		last = n
		if len(digits) == 1 && (run.end == k || bytes.IndexByte(s.gap(run.end-1), ',') < 0) {
			run.single++
		}
		tens, times = part.open, 1
		run.end++
	}
	return run
}

// digitPart is what one token says of a number.
type digitPart struct {
	digits  string
	spoken  int  // how many of them were words
	letters int  // how many of them were letters that look like digits
	open    bool // a further digit may replace the last one
}

// digitsOf reads one token as digits; none when it is none. Articles, and letters alone, count only inside a run.
func (s *scan) digitsOf(k int, inside bool) digitPart {
	tok := s.tokens[k]
	if tok.kind == hasDigit {
		if tok.to-tok.from > mostDigits+2 {
			return digitPart{}
		}
		return digitPart{digits: string(s.token(k))}
	}
	known := s.meaning(k)
	switch {
	case strings.HasSuffix(known.digits, "+"):
		return digitPart{digits: known.digits[:1] + "0", spoken: 2, open: true}
	case known.digits != "":
		return digitPart{digits: known.digits, spoken: len(known.digits)}
	case inside && known.role == roleOh:
		return digitPart{digits: "0", spoken: 1}
	case inside && known.role == roleOne:
		return digitPart{digits: "1", spoken: 1}
	}
	least := 3
	if inside {
		least = 2
	}
	if s.mayBeJoined(k, least) {
		if joined := s.words.joinedDigits(s.token(k), least); joined != "" {
			return digitPart{digits: joined, spoken: len(joined)}
		}
	}
	if tok.to-tok.from <= mostDigits && (inside || tok.kind&hasDigit != 0) {
		digits, letters := s.lettersAsDigits(k, inside)
		return digitPart{digits: digits, letters: letters}
	}
	return digitPart{}
}

// mostLetters is the longest group that letters alone may stand for: "oooo", but no more than "SO", for "lbs" is a word.
func mostLetters(text []byte) int {
	if bytes.ContainsAny(text, "sb") {
		return 2
	}
	return 4
}

// lettersAsDigits reads "o79" as 079. At the begin of a run, a letter at the end, as in 10l and 525i, means a measure or a
// model, unless the token begins as numbers do.
func (s *scan) lettersAsDigits(k int, inside bool) (digits string, letters int) {
	text := s.token(k)
	last, begins := text[len(text)-1], text[0] == '0' || text[0] == 'o' || s.before(k) == '+'
	if s.tokens[k].kind&hasDigit == 0 && len(text) > mostLetters(text) || !inside && !begins && (len(text) < 3 || last == 'l' || last == 'i') {
		return "", 0
	}
	var read [mostDigits]byte
	for i, c := range text {
		if c < '0' || c > '9' {
			if c = likeDigit(c); c == 0 {
				return "", 0
			}
			letters++
		}
		read[i] = c
	}
	return string(read[:len(text)]), letters
}

// likeDigit is the digit that a letter looks like, or 0.
func likeDigit(c byte) byte {
	switch c {
	case 'o':
		return '0'
	case 'l', 'i':
		return '1'
	case 's':
		return '5'
	case 'b':
		return '8'
	}
	return 0
}

// mayBeJoined is the quick test for a word such as "nullviervier", of at least so many names of three letters.
func (s *scan) mayBeJoined(k, least int) bool {
	tok := s.tokens[k]
	return tok.kind&hasLetter != 0 && int(tok.to-tok.from) >= 3*least && tok.known == 0 && s.words.beginsDigit(s.text.plain[tok.from], s.text.plain[tok.from+1])
}

// mostGap is how much may stand between two parts of a number, in bytes of its compared form.
const mostGap = 8

// continues reports whether token k may belong to the number that the token before it is part of.
func (s *scan) continues(k int) bool {
	if s.tokens[k].first {
		return false
	}
	gap := s.gap(k - 1)
	if len(gap) == 0 || len(gap) > mostGap || bytes.Contains(gap, []byte("€")) || bytes.Contains(gap, []byte("£")) || gap[len(gap)-1] == '+' && s.tokens[k].to-s.tokens[k].from > 1 { // +41 begins a number
		return false
	}
	for _, c := range gap {
		if c < utf8.RuneSelf && bytes.IndexByte([]byte(" .-()/_*+,:~|[]{}=;"), c) < 0 && (c != '\n' || s.tokens[k].to-s.tokens[k].from > 5) {
			return false
		}
	}
	return true
}

func (s *scan) phone(run digitRun, regions []string) (Phone, bool) {
	n := len(run.digits)
	if n < leastDigits || n > mostDigits+2 || run.end-run.from > 4 && run.falling == 0 {
		return Phone{}, false
	}
	if s.before(run.from) == '#' && run.spoken == 0 || s.beginsWithDate(run) {
		return Phone{}, false // the number of a licence, a day
	}
	span := s.spanOf(run.from, run.end-1)
	disguised := run.spoken + run.letters
	spelt := disguised >= 3 || s.text.disguised(span)
	phone := Phone{Hidden: spelt || disguised > 0 || run.single >= 7, Spelt: spelt}
	phone.Number = s.plannedNumber(run, phone.Hidden, regions)
	if phone.Number == "" && (run.spoken < leastDigits || n > mostDigits) {
		return Phone{}, false
	}
	phone.Digits = string(run.digits)
	phone.Span = span
	return phone, true
}

// beginsWithDate reports runs such as "07/01/2017 2828", "05/24/17 1812" and "08/2017 202,463", which begin as numbers do.
func (s *scan) beginsWithDate(run digitRun) bool {
	slash := func(k int) bool { return k+1 < run.end && len(s.gap(k)) == 1 && s.gap(k)[0] == '/' }
	year := func(k int) bool {
		text := s.token(k)
		return len(text) == 4 && (bytes.HasPrefix(text, []byte("19")) || bytes.HasPrefix(text, []byte("20")))
	}
	k := run.from
	if !slash(k) || len(s.token(k)) > 2 {
		return false
	}
	if k++; year(k) {
		return true
	}
	return slash(k) && len(s.token(k)) <= 2 && (year(k+1) || len(s.token(k+1)) == 2 && !slash(k+1))
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
