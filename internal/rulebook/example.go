package rulebook

import (
	"strconv"
	"strings"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// ParseExamples reads examples as they are typed: parted by empty lines, each a text. Lines at its beginning such as
// "title: City bike", "category: vehicles/cars", "price: 120 EUR", "age: 3", "photos: 2", "signal learned: 0.95" or
// "attribute colour: red", "count velocity phone listing 24h: 4", "label: author trusted", "list known_senders: name" or
// "photo match: own" say more than the text. An example that begins with a brace is one in YAML, with every
// field of safety.Example. The error is of kind Invalid.
func ParseExamples(text string) ([]safety.Example, error) {
	var all []safety.Example
	for _, block := range blocks(text) {
		e, err := parseExample(block)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	if len(all) > mostExamples {
		return nil, worded(value.Invalid, "rulebook.fault.many_examples", "give at most 40 examples", "most", mostExamples)
	}
	return all, nil
}

// blocks parts a text at its empty lines.
func blocks(text string) (all []string) {
	var lines []string
	for line := range strings.SplitSeq(normalLines(text)+"\n\n", "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		} else if len(lines) > 0 {
			all, lines = append(all, strings.Join(lines, "\n")), nil
		}
	}
	return all
}

func parseExample(block string) (e safety.Example, err error) {
	if strings.HasPrefix(block, "{") {
		return parseYAML(block)
	}
	lines := strings.Split(block, "\n")
	for len(lines) > 0 {
		name, rest, found := strings.Cut(lines[0], ":")
		if !found {
			break
		}
		known, err := setPart(&e, strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(rest))
		if err != nil {
			return e, err
		}
		if !known {
			break
		}
		lines = lines[1:]
	}
	e.Text = strings.Join(lines, "\n")
	return e, nil
}

// setPart sets what a line at the beginning of an example says. known is false for a line that is text.
func setPart(e *safety.Example, name, rest string) (known bool, err error) {
	switch name {
	case "title":
		e.Title = rest
	case "category":
		e.Category = rest
	case "price":
		amount, currency, _ := strings.Cut(rest, " ")
		e.Price, err = strconv.ParseInt(amount, 10, 64)
		e.Currency = strings.ToUpper(strings.TrimSpace(currency))
	case "age":
		e.Age_days, err = strconv.Atoi(rest)
	case "photos":
		e.Photos, err = strconv.Atoi(rest)
	case "place":
		e.Place = rest
	case "label":
		e.Labels = append(e.Labels, rest)
	case "photo match":
		e.Matches = append(e.Matches, rest)
	default:
		return setNamed(e, name, rest)
	}
	if err != nil {
		return true, worded(value.Invalid, "rulebook.fault.example", "this line of an example needs a whole number", "line", name+": "+rest)
	}
	return true, nil
}

// setNamed sets what a line says about one signal, attribute, count or list.
func setNamed(e *safety.Example, name, rest string) (known bool, err error) {
	kind, of, _ := strings.Cut(name, " ")
	if of = strings.TrimSpace(of); of == "" {
		return false, nil
	}
	switch kind {
	case "signal":
		var score float64
		score, err = strconv.ParseFloat(rest, 64)
		put(&e.Signals, of, score)
	case "count":
		var n int64
		n, err = strconv.ParseInt(rest, 10, 64)
		put(&e.Counts, of, n)
	case "attribute":
		put(&e.Attributes, of, rest)
	case "list":
		put(&e.Lists, of, append(e.Lists[of], rest))
	default:
		return false, nil
	}
	if err != nil {
		return true, worded(value.Invalid, "rulebook.fault.example", "this line of an example needs a number", "line", name+": "+rest)
	}
	return true, nil
}

func put[V any](into *map[string]V, key string, v V) {
	if *into == nil {
		*into = map[string]V{}
	}
	(*into)[key] = v
}

// parseYAML reads an example as package safety does, by way of a pack with one rule.
func parseYAML(block string) (safety.Example, error) {
	indented := strings.ReplaceAll(block, "\n", "\n      ")
	pack, err := safety.ParsePack([]byte("rules:\n  - id: x\n    fires:\n      - " + indented + "\n"))
	if err != nil || len(pack.Rules) != 1 || len(pack.Rules[0].Fires) != 1 {
		return safety.Example{}, worded(value.Invalid, "rulebook.fault.yaml", "this example cannot be read", "line", value.Clip(block, 60)).Because(err)
	}
	return pack.Rules[0].Fires[0], nil
}
