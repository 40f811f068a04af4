package demo

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of the texts made, in runes.
const (
	TitleLimit       = 90
	DescriptionLimit = 1000
)

func (w *writer) title() string {
	section := w.l.Language + " title"
	if w.l.Kind != Sell {
		section = w.l.Language + " " + string(w.l.Kind) + " title"
	}
	own, shared := w.m.book.lines(w.leaf.family, section)
	for range 4 {
		w.text, w.used = w.text[:0], w.used[:0]
		w.write(own, shared)
		if n := utf8.RuneCount(w.text); n > 0 && n <= TitleLimit {
			return string(w.text)
		}
	}
	return capital(w.name())
}

// description is an opening, one to three sentences of detail and a close.
func (w *writer) description() string {
	w.text, w.used = w.text[:0], w.used[:0]
	open, more, end := "open", "more", "end"
	switch w.l.Kind {
	case Wanted:
		open, more, end = "wanted open", "wanted more", "wanted end"
	case Free:
		end = "free end"
	}
	w.section(open, 1)
	w.section(more, 1+w.r.IntN(3))
	w.section(end, 1)
	return string(w.text)
}

func (w *writer) section(name string, count int) {
	own, shared := w.m.book.lines(w.leaf.family, w.l.Language+" "+name)
	for range count {
		before := len(w.text)
		if before > 0 {
			w.text = append(w.text, ' ')
		}
		if !w.write(own, shared) {
			w.text = w.text[:before]
		}
	}
}

// write adds one line that the values allow and whose topic is new. It prefers the family's own words.
func (w *writer) write(own, shared []line) bool {
	first, second := own, shared
	if len(own) == 0 || len(shared) > 0 && w.r.IntN(4) == 0 {
		first, second = shared, own
	}
	l := w.choose(first)
	if l == nil {
		l = w.choose(second)
	}
	if l == nil {
		return false
	}
	if l.topic > 0 {
		w.used = append(w.used, l.topic)
	}
	for i := range l.parts {
		w.fill(&l.parts[i])
	}
	return true
}

// choose tries some lines at random before it goes through all of them, so that each has nearly the same chance.
func (w *writer) choose(lines []line) *line {
	if len(lines) == 0 {
		return nil
	}
	for range 6 {
		if l := &lines[w.r.IntN(len(lines))]; w.fits(l) {
			return l
		}
	}
	start := w.r.IntN(len(lines))
	for i := range lines {
		if l := &lines[(start+i)%len(lines)]; w.fits(l) {
			return l
		}
	}
	return nil
}

func (w *writer) fits(l *line) bool {
	for _, topic := range w.used {
		if topic == l.topic {
			return false
		}
	}
	return l.holds(w.values)
}

func (w *writer) fill(p *part) {
	switch {
	case p.text != "":
		w.text = append(w.text, p.text...)
	case p.word == "":
		w.text = append(w.text, w.label(p)...)
	case agreeing[p.word] != nil:
		w.text = append(w.text, w.agree(agreeing[p.word])...)
	default:
		w.text = w.fillMoving(w.text, p.word)
	}
}

func (w *writer) agree(forms []string) string {
	if len(forms) == 2 {
		if w.thing.plural {
			return forms[1]
		}
		return forms[0]
	}
	return forms[strings.IndexByte("mfnp", w.thing.gender)]
}

// label is how a value reads in the language of the listing.
func (w *writer) label(p *part) string {
	text := w.values[p.slot]
	if names, known := w.m.book.labels[p.slot][text]; known {
		text = names[w.side()]
	} else if len(text) > 4 && strings.Trim(text, "0123456789") == "" {
		text = grouped(text)
	}
	switch p.form {
	case "l":
		return strings.ToLower(text)
	case "first":
		text, _, _ = strings.Cut(text, " ")
	}
	return text
}

func (w *writer) side() int {
	if w.german {
		return 1
	}
	return 0
}

func (w *writer) name() string {
	if w.german {
		return w.thing.german
	}
	return w.thing.english
}

func (w *writer) fillMoving(text []byte, word string) []byte {
	switch word {
	case "thing":
		return append(text, w.name()...)
	case "Thing":
		return append(text, capital(w.name())...)
	case "a", "A":
		return append(text, w.article(word == "A")...)
	case "town":
		return append(text, w.town.Name...)
	case "month":
		return append(text, w.monthName(-1-w.r.IntN(5))...)
	case "nextmonth":
		return append(text, w.monthName(1+w.r.IntN(2))...)
	case "years", "jahre", "jahren":
		return append(text, spans[word][w.r.IntN(len(spans[word]))]...)
	case "shape":
		return append(text, shapes[w.side()][w.values[w.m.book.slots["condition"]]]...)
	default: // price
		return append(append(text, "CHF "...), grouped(w.values[slotPrice])...)
	}
}

// article is "a " or "an ", or nothing before a plural. An e-bike and an iPhone sound like their letters.
func (w *writer) article(upper bool) string {
	switch name := w.thing.english; {
	case w.thing.plural:
		return ""
	case strings.ContainsRune("aeioAEIO", rune(name[0])):
		if upper {
			return "An "
		}
		return "an "
	case upper:
		return "A "
	default:
		return "a "
	}
}

// monthName names the month that lies some months before or after that of the listing.
func (w *writer) monthName(away int) string {
	month := (int(w.l.At.Month()) - 1 + away + 12) % 12
	return months[w.side()][month]
}

var months = [2][12]string{
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
}

var spans = map[string][]string{
	"years":  {"two years", "three years", "four years", "five years", "a few years", "six years"},
	"jahre":  {"zwei Jahre", "drei Jahre", "vier Jahre", "ein paar Jahre", "fünf Jahre"},
	"jahren": {"zwei Jahren", "drei Jahren", "vier Jahren", "ein paar Jahren", "fünf Jahren"},
}

var shapes = [2]map[string]string{
	{"": "as pictured", "new": "new", "like-new": "as good as new", "good": "in good condition", "fair": "used, in working order", "parts": "for parts"},
	{"": "wie abgebildet", "new": "neu", "like-new": "neuwertig", "good": "gut erhalten", "fair": "gebraucht", "parts": "für Bastler"},
}

// grouped sets thousands apart as the Swiss do: 84’000.
func grouped(digits string) string {
	if len(digits) < 4 {
		return digits
	}
	if _, err := strconv.Atoi(digits); err != nil {
		return digits
	}
	return grouped(digits[:len(digits)-3]) + "’" + digits[len(digits)-3:]
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if text == "" || first == 'i' && (strings.HasPrefix(text, "iP") || strings.HasPrefix(text, "iM")) {
		return text
	}
	return strings.ToUpper(string(first)) + text[size:]
}
