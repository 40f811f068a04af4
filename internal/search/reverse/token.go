package reverse

import (
	"strconv"

	"fairground/internal/value"
)

// token stands for something that a document has or has not. 0 is none, 1 is what every document has.
type token = uint32

const every token = 1

// sort says what a token is about.
type sort uint8

const (
	word     sort = iota // a term of the title or the body
	begun                // some term begins so
	category             // the document's, or above it
	choice               // of the attribute of that number
	seller
	kind
	photos
	always
)

// name is what a token stands for.
type name struct {
	sort      sort
	attribute uint16
	text      string
}

func categoryName(id value.ID) name {
	return name{sort: category, text: strconv.FormatInt(int64(id), 36)}
}

// tokens numbers names. A number is free again when nobody uses it.
type tokens struct {
	numbers map[name]token
	names   []name
	uses    []uint32
	seen    []uint32 // documents that had it, of those matched since it is there; changed atomically
	free    []token
	begun   lengths // of the beginnings that are in use, or were
}

func newTokens() tokens {
	return tokens{numbers: map[name]token{}, names: make([]name, 2), uses: make([]uint32, 2), seen: make([]uint32, 2)}
}

// use returns the number of a name for one more use.
func (t *tokens) use(n name) token {
	number, known := t.numbers[n]
	if !known {
		number = t.number(n)
	}
	t.uses[number]++
	return number
}

func (t *tokens) number(n name) token {
	var number token
	if last := len(t.free) - 1; last >= 0 {
		number, t.free = t.free[last], t.free[:last]
		t.names[number], t.uses[number], t.seen[number] = n, 0, 0
	} else {
		number = token(len(t.names))
		t.names, t.uses, t.seen = append(t.names, n), append(t.uses, 0), append(t.seen, 0)
	}
	t.numbers[n] = number
	if n.sort == begun {
		t.begun.add(len(n.text))
	}
	return number
}

// drop ends one use.
func (t *tokens) drop(number token) {
	if number <= every {
		return
	}
	if t.uses[number]--; t.uses[number] == 0 {
		delete(t.numbers, t.names[number])
		t.names[number] = name{}
		t.free = append(t.free, number)
	}
}

// lengths is a set of lengths in bytes up to that of the longest term.
type lengths [4]uint64

func (l *lengths) add(n int)      { l[n/64%4] |= 1 << (n % 64) }
func (l *lengths) has(n int) bool { return l[n/64%4]>>(n%64)&1 == 1 }
