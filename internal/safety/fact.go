package safety

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fact is one question to memory that a condition asks: velocity('phone', 'listing', '24h').
type fact struct {
	kind   factKind
	entity string        // of velocity, distinct and label
	about  string        // an event, a field, the name of a label or of a bank
	window time.Duration // of velocity and distinct
	text   string        // as a condition writes it
	brief  string        // as examples and stored facts name it: "velocity phone listing 24h"
}

type factKind byte

const (
	factVelocity factKind = iota + 1
	factDistinct
	factLabel
	factPhoto
)

// counts reports whether the answer is a number; otherwise it is yes or no.
func (f *fact) counts() bool { return f.kind == factVelocity || f.kind == factDistinct }

// asking is how each function is written: its arguments, and an example for whoever got it wrong.
var asking = map[string]struct {
	kind    factKind
	args    int
	example string
}{
	"velocity":    {factVelocity, 3, "velocity('phone', 'listing', '24h')"},
	"distinct":    {factDistinct, 3, "distinct('phone', 'author', '7d')"},
	"label":       {factLabel, 2, "label('author', 'name')"},
	"photo_match": {factPhoto, 1, "photo_match('bank')"},
}

// newFact checks a call of a function with fixed texts. Its error says what is allowed.
func newFact(function string, args []string) (fact, error) {
	form := asking[function]
	if len(args) != form.args {
		return fact{}, fmt.Errorf("%s takes fixed texts, as in %s", function, form.example)
	}
	f := fact{kind: form.kind, text: function + "('" + strings.Join(args, "', '") + "')", brief: strings.TrimSpace(function + " " + strings.Join(args, " "))}
	if f.kind == factPhoto {
		f.about = args[0]
		return f, checkName("bank", f.about, true)
	}
	f.entity, f.about = args[0], args[1]
	if !slices.Contains(entities, f.entity) {
		return fact{}, fmt.Errorf("%s knows no %q; it knows %s", function, f.entity, strings.Join(entities, ", "))
	}
	switch f.kind {
	case factLabel:
		return f, checkName("label", f.about, false)
	case factVelocity:
		if stages := Stages(); !slices.Contains(stages, Stage(f.about)) {
			return fact{}, fmt.Errorf("velocity knows no event %q; it knows %s", f.about, joined(stages))
		}
	default:
		if !slices.Contains(Fields(), f.about) {
			return fact{}, fmt.Errorf("distinct cannot count %q; it counts %s", f.about, strings.Join(Fields(), ", "))
		}
	}
	var err error
	f.window, err = parseWindow(args[2])
	return f, err
}

func joined(stages []Stage) string {
	texts := make([]string, len(stages))
	for i, s := range stages {
		texts[i] = string(s)
	}
	return strings.Join(texts, ", ")
}

// checkName accepts what a list, a label or a bank may be called.
func checkName(what, name string, empty bool) error {
	if name == "" && empty {
		return nil
	}
	if name == "" || len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-/.") != "" {
		return fmt.Errorf("%q is no name of a %s: use small letters, digits, dots and - _ /", name, what)
	}
	return nil
}

// parseWindow reads "15m", "24h" or "7d", from one minute to 90 days.
func parseWindow(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is no window: write minutes, hours or days such as '15m', '24h' or '7d', at most '90d'", text)
	if len(text) < 2 || len(text) > 6 {
		return 0, wrong
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if window := time.Duration(n) * unit; err == nil && n > 0 && unit > 0 && window <= keptFor {
		return window, nil
	}
	return 0, wrong
}

// parseBrief reads how an example names a fact: "velocity phone listing 24h", "label author name", "photo_match bank".
func parseBrief(text string) (fact, error) {
	words := strings.Fields(text)
	if len(words) == 0 || asking[words[0]].kind == 0 {
		return fact{}, fmt.Errorf("%q is nothing a rule can ask, such as \"velocity phone listing 24h\"", text)
	}
	args := words[1:]
	if words[0] == "photo_match" && len(args) == 0 {
		args = []string{""}
	}
	return newFact(words[0], args)
}
