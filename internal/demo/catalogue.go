package demo

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// Type says what values an attribute takes.
type Type string

// The types of attribute. The value of a yes-or-no attribute is written "yes" or "no", that of a choice is the slug
// of one of its options, numbers are plain decimals with a point.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Decimal Type = "decimal"
	YesNo   Type = "yesno"
	Choice  Type = "choice"
)

// Category is one branch or leaf of the tree.
type Category struct {
	Slug       string            // path from the top, such as "sports/bicycles"
	Parent     string            // slug of the category above, "" at the top
	Names      map[string]string // by language: "en", "de"
	Icon       string            // name of a Lucide icon
	Leaf       bool              // listings belong to leaves only
	Attributes []Attribute       // its own; those of its parent apply as well
}

// Attribute is one field of the listings of a category.
type Attribute struct {
	Slug      string
	Names     map[string]string
	Type      Type
	Unit      string  // of a number: "km", "m²", "cm", "year"; "" without
	Low, High float64 // bounds of a number; both 0 for none
	Options   []Option
	Required  bool
	Facet     bool   // offered as a filter
	Card      bool   // shown on the card in a grid of listings
	DependsOn string // slug of the choice that decides which options apply
}

// Option is one value of a choice.
type Option struct {
	Slug  string
	Names map[string]string
	Of    string // the value of the attribute depended on, "" when it depends on none
}

//go:embed catalogue.txt
var catalogueText string

// Catalogue returns the category tree, parents before children. The caller owns what it gets.
func Catalogue() []Category {
	tree, err := parseCatalogue(catalogueText)
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return tree
}

// Inherited returns the attributes that listings of a category have: its parents' first, then its own. It returns
// nil when there is no such category.
func Inherited(tree []Category, slug string) []Attribute {
	for _, category := range tree {
		if category.Slug == slug {
			return append(Inherited(tree, category.Parent), category.Attributes...)
		}
	}
	return nil
}

func parseCatalogue(text string) ([]Category, error) {
	var tree []Category
	sets := map[string][]Option{}
	for number, line := range strings.Split(text, "\n") {
		parts := fields(line)
		var err error
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "set "):
			sets[strings.TrimPrefix(parts[0], "set ")], err = parseOptions(parts[1], nil)
		case strings.HasPrefix(line, "- ") && len(tree) > 0:
			var a Attribute
			a, err = parseAttribute(parts, sets)
			last := &tree[len(tree)-1]
			last.Attributes = append(last.Attributes, a)
		case len(parts) == 4:
			tree = append(tree, newCategory(parts))
		default:
			err = fmt.Errorf("not a category: %q", line)
		}
		if err != nil {
			return nil, fmt.Errorf("demo: catalogue.txt line %d: %w", number+1, err)
		}
	}
	return markLeaves(tree), nil
}

func newCategory(parts []string) Category {
	c := Category{Slug: parts[0], Names: names(parts[1], parts[2]), Icon: parts[3]}
	if slash := strings.LastIndexByte(c.Slug, '/'); slash >= 0 {
		c.Parent = c.Slug[:slash]
	}
	return c
}

func markLeaves(tree []Category) []Category {
	parents := map[string]bool{}
	for _, c := range tree {
		parents[c.Parent] = true
	}
	for i := range tree {
		tree[i].Leaf = !parents[tree[i].Slug]
	}
	return tree
}

func parseAttribute(parts []string, sets map[string][]Option) (Attribute, error) {
	words := strings.Fields(strings.TrimPrefix(parts[0], "- "))
	if len(parts) < 3 || len(words) < 2 {
		return Attribute{}, fmt.Errorf("an attribute needs a slug, a type and two names")
	}
	a := Attribute{Slug: words[0], Names: names(parts[1], parts[2])}
	kind, unit, _ := strings.Cut(words[1], "[")
	a.Type, a.Unit = Type(kind), strings.TrimSuffix(unit, "]")
	for _, word := range words[2:] {
		if err := a.flag(word); err != nil {
			return a, err
		}
	}
	if a.Type != Choice {
		return a, nil
	}
	if len(parts) < 4 {
		return a, fmt.Errorf("choice %s has no options", a.Slug)
	}
	var err error
	a.Options, err = parseOptions(parts[3], sets)
	return a, err
}

func (a *Attribute) flag(word string) (err error) {
	low, high, isRange := strings.Cut(word, "..")
	on, isOn := strings.CutPrefix(word, "on:")
	switch {
	case isRange:
		if a.Low, err = strconv.ParseFloat(low, 64); err == nil {
			a.High, err = strconv.ParseFloat(high, 64)
		}
		return err
	case isOn:
		a.DependsOn = on
	case word == "required":
		a.Required = true
	case word == "facet":
		a.Facet = true
	case word == "card":
		a.Card = true
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

func parseOptions(text string, sets map[string][]Option) ([]Option, error) {
	if set, ok := strings.CutPrefix(text, "*"); ok {
		if sets[set] == nil {
			return nil, fmt.Errorf("no set %q", set)
		}
		return append([]Option(nil), sets[set]...), nil
	}
	var options []Option
	for _, part := range strings.Split(text, ", ") {
		slug, label, ok := strings.Cut(part, "=")
		if !ok {
			return nil, fmt.Errorf("option %q has no name", part)
		}
		slug, of, _ := strings.Cut(slug, "@")
		english, german, two := strings.Cut(label, "~")
		if !two {
			german = english
		}
		options = append(options, Option{Slug: slug, Names: names(english, german), Of: of})
	}
	return options, nil
}

// Name returns the option's name in a language.
func (o Option) Name(language string) string { return o.Names[language] }

func names(english, german string) map[string]string {
	return map[string]string{"en": english, "de": german}
}

// fields splits a line at its bars.
func fields(line string) []string {
	parts := strings.Split(line, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
