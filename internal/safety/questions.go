package safety

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// questions are what the conditions of one rule set ask of memory. The language knows variables that are looked up when
// they are needed, and functions that know only their arguments. So each question becomes a variable: read puts the
// name of a variable in the place of a call of velocity, distinct, label or photo_match, and in the place of the name of
// the list in in_list. Blanks fill up the place, so that errors still point at the right column.
type questions struct {
	facts []fact
	lists []string
}

const (
	factPrefix = "fact_"
	listPrefix = "l_"
)

// read returns a condition with variables in place of its questions.
func (q *questions) read(condition string) (string, error) {
	r := questionReader{q: q, text: condition}
	return r.read()
}

func (r *questionReader) read() (string, error) {
	for r.err == nil && r.at < len(r.text) {
		r.step()
	}
	if r.err != nil {
		return "", value.Errorf(value.Invalid, "%s", r.problem())
	}
	return r.out.String(), nil
}

// problem is the mistake the reader stopped at.
func (r *questionReader) problem() expr.Problem {
	before := r.text[:r.at]
	line := strings.LastIndexByte(before, '\n') + 1
	return expr.Problem{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[line:]), Message: r.err.Error()}
}

type questionReader struct {
	q    *questions
	text string
	at   int
	out  strings.Builder
	last byte // the last byte written that is not blank
	err  error
}

// step copies one name, literal, comment or sign, or replaces one question.
func (r *questionReader) step() {
	c := r.text[r.at]
	switch {
	case c == '\'' || c == '"':
		r.copy(literalEnd(r.text, r.at))
	case strings.HasPrefix(r.text[r.at:], "//"):
		end := strings.IndexByte(r.text[r.at:], '\n')
		if end < 0 {
			end = len(r.text) - r.at
		}
		r.copy(r.at + end)
	case isNameByte(c):
		r.name()
	default:
		r.copy(r.at + 1)
	}
}

func (r *questionReader) copy(to int) {
	piece := r.text[r.at:to]
	r.out.WriteString(piece)
	if trimmed := strings.TrimSpace(piece); trimmed != "" {
		r.last = trimmed[len(trimmed)-1]
	}
	r.at = to
}

func (r *questionReader) name() {
	end := r.at
	for end < len(r.text) && isNameByte(r.text[end]) {
		end++
	}
	name := r.text[r.at:end]
	if ours(name) && r.last != '.' {
		r.err = fmt.Errorf("there is no %q here", name)
	}
	called := strings.HasPrefix(strings.TrimLeftFunc(r.text[end:], unicode.IsSpace), "(") && r.last != '.'
	switch {
	case called && asking[name].kind != 0:
		r.fact(name, end)
	case called && name == "in_list":
		r.list(end)
	default:
		r.copy(end)
	}
}

// ours reports the name of a variable that stands for a question; people cannot use it.
func ours(name string) bool {
	for _, prefix := range []string{factPrefix, listPrefix} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && isNumber(rest) {
			return true
		}
	}
	return false
}

// fact replaces a whole call.
func (r *questionReader) fact(function string, end int) {
	args, to, ok := fixedArguments(r.text, end)
	if !ok {
		r.err = fmt.Errorf("%s takes fixed texts, as in %s", function, asking[function].example)
		return
	}
	f, err := newFact(function, args)
	if err != nil {
		r.err = err
		return
	}
	at := slices.IndexFunc(r.q.facts, func(known fact) bool { return known.text == f.text })
	if at < 0 {
		at = len(r.q.facts)
		r.q.facts = append(r.q.facts, f)
	}
	r.replace(fmt.Sprintf("%s%d", factPrefix, at), to)
}

// list replaces the first argument of in_list.
func (r *questionReader) list(end int) {
	open := end + strings.IndexByte(r.text[end:], '(') + 1
	from := open + blanks(r.text[open:])
	name, to, ok := fixedText(r.text, from)
	if behind := to + blanks(r.text[to:]); !ok || behind >= len(r.text) || r.text[behind] != ',' {
		r.err = fmt.Errorf("in_list takes the name of a list as a fixed text and a value, as in in_list('name', category)")
		return
	}
	if r.err = checkName("list", name, false); r.err != nil {
		return
	}
	at := slices.Index(r.q.lists, name)
	if at < 0 {
		at = len(r.q.lists)
		r.q.lists = append(r.q.lists, name)
	}
	r.copy(from)
	r.replace(fmt.Sprintf("%s%d", listPrefix, at), to)
}

// replace writes a name in the place of everything up to to, as long as that was.
func (r *questionReader) replace(name string, to int) {
	r.out.WriteString(name)
	spare := -utf8.RuneCountInString(name)
	for _, c := range r.text[r.at:to] {
		if spare++; spare > 0 || c == '\n' {
			if c != '\n' {
				c = ' '
			}
			r.out.WriteRune(c)
		}
	}
	r.at, r.last = to, 'x'
}

// fixedArguments reads the literals between the brackets that follow at; to lies behind the closing one.
func fixedArguments(text string, at int) (args []string, to int, ok bool) {
	at += strings.IndexByte(text[at:], '(') + 1
	for {
		arg, end, ok := fixedText(text, at+blanks(text[at:]))
		if !ok {
			return nil, 0, false
		}
		args = append(args, arg)
		at = end + blanks(text[end:])
		if at >= len(text) || text[at] != ',' && text[at] != ')' {
			return nil, 0, false
		}
		if at++; text[at-1] == ')' {
			return args, at, true
		}
	}
}

// fixedText reads one plain literal; to lies behind it.
func fixedText(text string, at int) (plain string, to int, ok bool) {
	if at >= len(text) || text[at] != '\'' && text[at] != '"' {
		return "", at, false
	}
	end := literalEnd(text, at)
	if end-at < 2 || strings.ContainsAny(text[at+1:end-1], "\\'\"\n") {
		return "", at, false
	}
	return text[at+1 : end-1], end, true
}

func blanks(text string) int { return len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace)) }

// literalEnd is the offset behind the literal that begins at at, or the end of the text.
func literalEnd(text string, at int) int {
	quote := text[at : at+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text[at:], triple) {
		quote = triple
	}
	raw := at > 0 && (text[at-1] == 'r' || text[at-1] == 'R')
	for i := at + len(quote); i < len(text); i++ {
		if text[i] == '\\' && !raw {
			i++
		} else if strings.HasPrefix(text[i:], quote) {
			return i + len(quote)
		}
	}
	return len(text)
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// original turns the variables in a text back into the questions they stand for.
func (q *questions) original(text string) string {
	if len(q.facts)+len(q.lists) == 0 {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		if end == i {
			out.WriteByte(text[i])
			i++
			continue
		}
		name := text[i:end]
		if i == 0 || text[i-1] != '.' {
			name = q.meant(name)
		}
		out.WriteString(name)
		if name != text[i:end] { // the blanks that filled up the place
			for end+1 < len(text) && text[end] == ' ' && strings.IndexByte(" ,)", text[end+1]) >= 0 {
				end++
			}
		}
		i = end
	}
	return out.String()
}

func (q *questions) meant(name string) string {
	if rest, ok := strings.CutPrefix(name, factPrefix); ok && isNumber(rest) {
		if n, err := strconv.Atoi(rest); err == nil && n < len(q.facts) {
			return q.facts[n].text
		}
	}
	if rest, ok := strings.CutPrefix(name, listPrefix); ok && isNumber(rest) {
		if n, err := strconv.Atoi(rest); err == nil && n < len(q.lists) {
			return "'" + q.lists[n] + "'"
		}
	}
	return name
}
