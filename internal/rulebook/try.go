package rulebook

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/expr"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Trial is one example of a draft and what came of it.
type Trial struct {
	Text  string // as typed
	Fires bool   // what is asked for
	Right bool
	Error string // why it could not be told
}

// Problem is the first mistake of a condition. Line and Column are 0 where there is no place.
type Problem struct {
	Message      string
	Line, Column int
	Suggestion   string
}

var (
	placed    = regexp.MustCompile(`(?s)^(?:rule \S+: )?line (\d+), column (\d+): (.*)$`)
	suggested = regexp.MustCompile(`(?s)^(.*?)[;,]? did you mean "([^"]+)"\?$`)
)

// CheckCondition looks at a condition alone, while it is typed. ok is true for one that compiles.
func (b *Book) CheckCondition(when string) (p Problem, ok bool) {
	err := b.tryWith(Draft{When: when, Stages: []safety.Stage{safety.StageListing}}, nil, nil)
	if err == nil {
		if list := b.unknownList(when); list != "" {
			return Problem{Message: "there is no list " + strconv.Quote(list)}, false
		}
		return Problem{}, true
	}
	return problemOf(reasonOf(err)), false
}

func problemOf(text string) Problem {
	text, _, _ = strings.Cut(text, "\n")
	p := Problem{Message: conditionPrefix.ReplaceAllString(text, "")}
	if m := placed.FindStringSubmatch(text); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // digits by the pattern
		p.Column, _ = strconv.Atoi(m[2])
		p.Message = m[3]
	}
	if m := suggested.FindStringSubmatch(p.Message); m != nil {
		p.Message, p.Suggestion = m[1], m[2]
	}
	if first, size := utf8.DecodeRuneInString(p.Message); size > 0 {
		p.Message = string(unicode.ToUpper(first)) + p.Message[size:]
	}
	return p
}

// String is the whole sentence.
func (p Problem) String() string {
	if p.Suggestion != "" {
		return p.Message + ": " + p.Suggestion + "?"
	}
	return p.Message
}

// Try runs a draft on each of its examples.
func (b *Book) Try(d Draft) []Trial {
	var all []Trial
	for _, kind := range []struct {
		text  string
		fires bool
	}{{d.Fires, true}, {d.Passes, false}} {
		for i, block := range blocks(kind.text) {
			if i == mostExamples {
				break
			}
			all = append(all, b.tryExample(d, block, kind.fires))
		}
	}
	return all
}

func (b *Book) tryExample(d Draft, block string, fires bool) Trial {
	t := Trial{Text: block, Fires: fires}
	example, err := parseExample(block)
	if err != nil {
		t.Error = reasonOf(err)
		return t
	}
	examples := []safety.Example{example}
	if fires {
		err = b.tryWith(d, examples, nil)
	} else {
		err = b.tryWith(d, nil, examples)
	}
	t.Right = err == nil
	if why := ""; err != nil {
		if why = reasonOf(err); !strings.Contains(why, "does not fire on") && !strings.Contains(why, "which must pass") {
			t.Error = problemOf(why).Message
		}
	}
	return t
}

// tryWith compiles a draft as a rule that decides nothing, with the provider's lists and the site's words, without any
// other rule.
func (b *Book) tryWith(d Draft, fires, passes []safety.Example) error {
	var pieces []piece
	for name, l := range b.memory.Load().lists {
		if l.kind == WordList {
			pieces = append(pieces, piece{name, func(p *safety.Pack) error {
				p.Lists[name] = safety.List{Terms: l.terms()}
				return nil
			}})
		}
	}
	pieces = append(pieces, piece{"site/draft", func(p *safety.Pack) error {
		stages := d.Stages
		if len(stages) == 0 {
			stages = []safety.Stage{safety.StageListing}
		}
		p.Rules = append(p.Rules, safety.Rule{ID: "site/draft", Version: 1, Title: safety.Words{"en": "draft"}, Owner: "site", Mode: safety.Shadow,
			Outcome: safety.Label, Stages: stages, When: d.When, Fires: fires, Passes: passes})
		return nil
	}})
	_, err := compiler{bare(b.compiler.provider)}.compile(pieces)
	return err
}

func (l *knownList) terms() []string {
	all := make([]string, 0, len(l.entries))
	for term := range l.entries {
		all = append(all, term)
	}
	return all
}

var asksList = regexp.MustCompile(`\bin_list\s*\(\s*(?:'([^']*)'|"([^"]*)")`)

// listsIn are the lists that a condition asks by name.
func listsIn(when string) (all []string) {
	for _, m := range asksList.FindAllStringSubmatch(when, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}

func (b *Book) unknownList(when string) string {
	known := b.memory.Load().lists
	for _, list := range listsIn(when) {
		if known[list] == nil {
			return list
		}
	}
	return ""
}

// lookLearned refuses rules that reject on nothing but what was learned, the provider's that a site made stricter included.
func lookLearned(provider, site safety.Pack) error {
	for _, r := range site.Rules {
		if r.Outcome >= safety.Reject && learnedAlone(provider, site, r.When) {
			return onlyLearned(r.ID)
		}
	}
	for _, r := range provider.Rules {
		if site.Tighten[r.ID] >= safety.Reject && r.Outcome < safety.Reject && learnedAlone(provider, site, r.When) {
			return onlyLearned(r.ID)
		}
	}
	return nil
}

func onlyLearned(rule string) error {
	return worded(value.Invalid, "rulebook.fault.learned",
		"rule "+rule+": what was learned never rejects by itself; require a term, a number or another signal as well, or let the rule hold")
}

// learnedAlone reports whether a condition may be true on the strength of signals.learned without any other ground. What
// cannot be told counts as alone.
func learnedAlone(provider, site safety.Pack, when string) bool {
	suspect := strings.Contains(when, LearnedSignal)
	if !suspect && !strings.Contains(when, "features") && !strings.Contains(when, "signals") {
		return false
	}
	text, ok := plain(when)
	if !ok {
		return suspect
	}
	analysis, err := newGrounds(provider, site)
	if err != nil {
		return suspect
	}
	program, err := analysis.environment.Compile(text, expr.Bool)
	if err != nil {
		return suspect
	}
	return analysis.alone(program)
}
