package safety

import (
	"sync"

	"fairground/internal/value"
)

// Slots are the typed things a text contains.
type Slots struct {
	Phones  []Phone  `json:"phones,omitempty"`
	Mails   []Mail   `json:"mails,omitempty"`
	Links   []Link   `json:"links,omitempty"`
	Handles []Handle `json:"handles,omitempty"`
	Amounts []Amount `json:"amounts,omitempty"`
}

// Phone is a telephone number in a text. Number is empty when the digits were hidden and fit no numbering plan.
type Phone struct {
	Number value.Phone `json:"number,omitempty"`
	Digits string      `json:"digits"`
	Hidden bool        `json:"hidden,omitempty"` // in any way that a search for digits would miss, such as digit by digit
	Spelt  bool        `json:"spelt,omitempty"`  // hidden in words, or in signs that are no digits
	Span   Span        `json:"span"`
}

// Mail is a mail address in a text.
type Mail struct {
	Address string `json:"address"`
	Hidden  bool   `json:"hidden,omitempty"` // with "at" or "dot" in words or brackets
	Span    Span   `json:"span"`
}

// Link is a web address in a text.
type Link struct {
	Host   string `json:"host"`
	Hidden bool   `json:"hidden,omitempty"` // with "dot" in words or brackets
	Span   Span   `json:"span"`
}

// Handle is a name on a messenger or network.
type Handle struct {
	Name    string `json:"name"`
	Network string `json:"network,omitempty"`
	Span    Span   `json:"span"`
}

// Amount is a sum of money in a text.
type Amount struct {
	Money value.Money `json:"money"`
	Span  Span        `json:"span"`
}

// signalWords are the words that signals know, without those of any rules. They are only read.
var signalWords = sync.OnceValue(newVocabulary)

// Extract finds all slots of one text. Regions are the ISO 3166 codes in whose national form telephone numbers are
// recognised; numbers in international form always are.
func Extract(text string, regions ...string) Slots {
	s := scan{words: signalWords()}
	s.text.add("body", text)
	s.run(regions)
	s.found.Amounts = s.amounts()
	return s.found
}

// extract fills all slots but the amounts, which rules seldom ask for.
func (s *scan) extract(regions []string) {
	s.findPhones(regions)
	s.findMails()
	s.findLinks()
	s.findHandles()
}

// gap is what lies between token k and the one after it.
func (s *scan) gap(k int) []byte {
	return s.text.plain[s.tokens[k].to:s.tokens[k+1].from]
}

// token returns the compared form of one token.
func (s *scan) token(k int) []byte { return s.bytes(k, k) }

// meaning returns what the vocabulary knows of token k; the zero word when it knows nothing.
func (s *scan) meaning(k int) *word { return &s.words.words[s.tokens[k].known] }

// before is the byte of the compared form before token k, or a blank.
func (s *scan) before(k int) byte {
	if at := s.tokens[k].from; at > 0 {
		return s.text.plain[at-1]
	}
	return ' '
}

// spanOf is where tokens k to end came from.
func (s *scan) spanOf(k, end int) Span {
	return s.text.Span(int(s.tokens[k].from), int(s.tokens[end].to))
}
