package demo

import (
	"fmt"
	"strconv"
	"strings"
)

// condition is one test on a slot, such as type=city,road or year>2005.
type condition struct {
	slot   int
	test   byte // '=' one of, '!' none of, '<', '>', '?' there is a value
	values []string
	number float64
}

// part is a piece of text, or something to fill in.
type part struct {
	text string
	slot int    // of an attribute
	form string // "l" lower case, "first" the first word, "up" with a capital
	word string // a word that agrees with the thing, or a pseudo-slot such as "town"
}

// compile reads one template: "#topic (condition & condition) text with {slots}".
func (b *book) compile(row string) (l line, err error) {
	if strings.HasPrefix(row, "#") {
		name, rest, _ := strings.Cut(row[1:], " ")
		if b.topics[name] == 0 {
			b.topics[name] = len(b.topics) + 1
		}
		l.topic, row = b.topics[name], rest
	}
	if strings.HasPrefix(row, "(") {
		tests, rest, _ := strings.Cut(row[1:], ") ")
		row = rest
		for _, test := range strings.Split(tests, " & ") {
			c, err := b.condition(test)
			if err != nil {
				return l, err
			}
			l.when = append(l.when, c)
		}
	}
	return l, b.parts(&l, row)
}

func (b *book) condition(test string) (c condition, err error) {
	at := strings.IndexAny(test, "!=<>")
	if at < 0 {
		at, c.test = len(test), '?'
	} else {
		c.test = test[at]
	}
	slot, known := b.slots[test[:at]]
	if !known {
		return c, fmt.Errorf("unknown attribute in condition %q", test)
	}
	c.slot = slot
	switch c.test {
	case '<', '>':
		c.number, err = strconv.ParseFloat(test[at+1:], 64)
	case '=', '!':
		c.values = strings.Split(strings.TrimLeft(test[at:], "!="), ",")
	}
	return c, err
}

func (b *book) parts(l *line, text string) error {
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			l.parts = append(l.parts, part{text: before})
		}
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("open brace in %q", text)
		}
		p, err := b.slot(name)
		if err != nil {
			return err
		}
		if p.word == "" {
			l.when = append(l.when, condition{slot: p.slot, test: '?'})
		}
		l.parts = append(l.parts, p)
		text = after
	}
	return nil
}

func (b *book) slot(name string) (part, error) {
	if agreeing[name] != nil || moving[name] {
		return part{word: name}, nil
	}
	base, form, _ := strings.Cut(name, ".")
	if slot, known := b.slots[base]; known {
		return part{slot: slot, form: form}, nil
	}
	if slot, known := b.slots[strings.ToLower(base)]; known {
		return part{slot: slot, form: "up"}, nil
	}
	return part{}, fmt.Errorf("nothing is called {%s}", name)
}

// holds reports whether the values allow a line.
func (l *line) holds(values []string) bool {
	for i := range l.when {
		if !l.when[i].holds(values[l.when[i].slot]) {
			return false
		}
	}
	return true
}

func (c *condition) holds(text string) bool {
	switch c.test {
	case '?':
		return text != ""
	case '=':
		return oneOf(text, c.values)
	case '!':
		return !oneOf(text, c.values)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	return c.test == '<' && number < c.number || c.test == '>' && number > c.number
}

func oneOf(text string, values []string) bool {
	for _, v := range values {
		if v == text {
			return true
		}
	}
	return false
}

// moving names what is filled in from the listing rather than from an attribute.
var moving = map[string]bool{"thing": true, "Thing": true, "a": true, "A": true, "town": true, "month": true,
	"nextmonth": true, "years": true, "jahre": true, "jahren": true, "shape": true, "price": true}

// agreeing are the words that agree with the thing: English singular and plural, or German m, f, n and plural. Where
// an article is a word of its own the space belongs to it.
var agreeing = map[string][]string{
	"this": {"this", "these"}, "This": {"This", "These"},
	"it": {"it", "they"}, "It": {"It", "They"}, "them": {"it", "them"},
	"is": {"is", "are"}, "has": {"has", "have"}, "was": {"was", "were"},
	"der": {"der", "die", "das", "die"}, "Der": {"Der", "Die", "Das", "Die"},
	"er": {"er", "sie", "es", "sie"}, "ihn": {"ihn", "sie", "es", "sie"},
	"ist": {"ist", "ist", "ist", "sind"}, "hat": {"hat", "hat", "hat", "haben"},
	"einen": {"einen ", "eine ", "ein ", ""},
}
