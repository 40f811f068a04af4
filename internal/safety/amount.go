package safety

import (
	"bytes"

	"fairground/internal/value"
)

// amounts finds numbers that a currency stands beside: "$1,200", "1'200.- CHF", "12,50 €".
func (s *scan) amounts() []Amount {
	var found []Amount
	for k := 0; k < len(s.tokens); k++ {
		if s.tokens[k].kind != hasDigit {
			continue
		}
		minor, end := s.number(k)
		if code := s.currencyAt(k, end); code != "" && minor > 0 {
			money := value.Money{Minor: minor, Currency: code}
			found = append(found, Amount{Money: money, Span: s.spanOf(k, end)})
		}
		k = end
	}
	return found
}

// number reads a decimal that begins at token k, in hundredths, and the last token of it. Groups of three digits behind
// a sign continue the number; one or two digits end it. It returns -1 for one with more than twelve digits.
func (s *scan) number(k int) (minor int64, end int) {
	minor = digitsValue(s.token(k))
	for end = k; end+1 < len(s.tokens) && minor >= 0 && minor < 1e12; end++ {
		next := s.tokens[end+1]
		if next.first || next.kind != hasDigit || len(s.gap(end)) != 1 || bytes.IndexByte([]byte(".,'"), s.gap(end)[0]) < 0 {
			break
		}
		part := digitsValue(s.token(end + 1))
		switch next.to - next.from {
		case 3:
			minor = minor*1000 + part
		case 2:
			return minor*100 + part, end + 1
		case 1:
			return minor*100 + part*10, end + 1
		default:
			return minor * 100, end
		}
	}
	if minor < 0 || minor >= 1e12 {
		return -1, end
	}
	return minor * 100, end
}

func digitsValue(text []byte) int64 {
	if len(text) > 12 {
		return -1
	}
	var n int64
	for _, c := range text {
		n = n*10 + int64(c-'0')
	}
	return n
}

func (s *scan) currencyAt(k, end int) string {
	if code := signBefore(s.text.plain[:s.tokens[k].from]); code != "" {
		return code
	}
	if code := signBehind(s.text.plain[s.tokens[end].to:]); code != "" {
		return code
	}
	if end+1 < len(s.tokens) && !s.tokens[end+1].first && len(s.gap(end)) <= 4 && s.meaning(end+1).money != "" {
		return s.meaning(end + 1).money
	}
	if k > 0 && !s.tokens[k].first && len(s.gap(k-1)) <= 2 {
		return s.meaning(k - 1).money
	}
	return ""
}

var currencySigns = []struct{ sign, code string }{{"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}}

func signBefore(text []byte) string {
	text = bytes.TrimSuffix(text, []byte(" "))
	for _, c := range currencySigns {
		if bytes.HasSuffix(text, []byte(c.sign)) {
			return c.code
		}
	}
	return ""
}

func signBehind(text []byte) string {
	text = bytes.TrimPrefix(text, []byte(" "))
	for _, c := range currencySigns {
		if bytes.HasPrefix(text, []byte(c.sign)) {
			return c.code
		}
	}
	return ""
}
