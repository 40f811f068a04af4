package listing

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
)

// Type is the type of an attribute.
type Type string

// The types of attribute.
const (
	TextType    Type = "text"
	IntegerType Type = "integer"
	DecimalType Type = "decimal"
	BooleanType Type = "boolean"
	ChoiceType  Type = "choice"
)

// Names are the words for one thing by language.
type Names map[string]string

// In returns the name in a locale's language, in English when there is none, and otherwise any.
func (n Names) In(locale value.Locale) string {
	if name, ok := n[locale.Language()]; ok {
		return name
	}
	if name, ok := n["en"]; ok {
		return name
	}
	for _, language := range slices.Sorted(maps.Keys(n)) {
		return n[language]
	}
	return ""
}

// Category is a node of the tree. Listings stand in leaves and in inner nodes alike.
type Category struct {
	ID       value.ID
	Parent   value.ID // 0 for a top category
	Slug     string
	Names    Names
	Icon     string // a name of ui.Icon
	Position int64
}

// Attribute is a typed field of a category's listings; the categories below inherit it.
type Attribute struct {
	ID        value.ID
	Category  value.ID
	Slug      string
	Names     Names
	Type      Type
	Unit      string // such as km or m²; empty for none
	Options   []Option
	DependsOn string // the choice attribute whose value decides which options there are
	Required  bool
	Facet     bool // offered as a filter
	OnCard    bool // shown on result cards
	Position  int64
}

// Option is one value of a choice.
type Option struct {
	Slug  string `json:"slug"`
	Names Names  `json:"names"`
	For   string `json:"for,omitempty"` // the value of DependsOn it belongs to
}

const longestText = 200 // characters of a text attribute

// Parse checks a value for the attribute and returns its stored form: digits for numbers, "true" or "false", the slug
// of an option. It accepts an option's name in any language. The error is of kind Invalid on the attribute's slug.
func (a Attribute) Parse(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch a.Type {
	case IntegerType, DecimalType:
		return a.parseNumber(text)
	case BooleanType:
		return a.parseBoolean(text)
	case ChoiceType:
		if option, ok := a.Option(text); ok {
			return option.Slug, nil
		}
		return "", value.Fieldf(a.Slug, "%q is not one of the choices for %s", value.Clip(text, 40), a.Names.In("en"))
	default:
		text = tidyLine(strings.ToValidUTF8(text, "�"))
		if utf8.RuneCountInString(text) > longestText {
			return "", value.Fieldf(a.Slug, "%s may have at most %d characters", a.Names.In("en"), longestText)
		}
		return text, nil
	}
}

const (
	largestNumber  = 1e12
	smallestNumber = 1e-9 // other than nought
)

func (a Attribute) parseNumber(text string) (string, error) {
	n, ok := plainNumber(strings.TrimSpace(strings.TrimSuffix(text, a.Unit)))
	if !ok || math.Abs(n) > largestNumber || n != 0 && math.Abs(n) < smallestNumber {
		return "", value.Fieldf(a.Slug, "%q is not a number for %s", value.Clip(text, 40), a.Names.In("en"))
	}
	if a.Type == IntegerType {
		if n != math.Trunc(n) {
			return "", value.Fieldf(a.Slug, "%s must be a whole number", a.Names.In("en"))
		}
		return strconv.FormatInt(int64(n), 10), nil
	}
	return strconv.FormatFloat(n+0, 'f', -1, 64), nil // -0 + 0 is 0
}

var (
	number          = regexp.MustCompile(`^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?$`)
	groupedByComma  = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?$`) // also 1,00,000
	groupedByPoint  = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$`)
	decimalComma    = regexp.MustCompile(`^[+-]?\d+,\d+$`)
	thousandsSpaces = strings.NewReplacer("'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "")
)

// plainNumber reads a number as people of several countries write it: 1'234.5, 1,234.5, 1.234,5 and 1234,5 are the
// same. A single comma with three digits after it separates thousands, a single point never does.
func plainNumber(text string) (float64, bool) {
	text = thousandsSpaces.Replace(text)
	switch {
	case number.MatchString(text):
	case groupedByComma.MatchString(text):
		text = strings.ReplaceAll(text, ",", "")
	case groupedByPoint.MatchString(text), decimalComma.MatchString(text):
		text = strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	default:
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

func (a Attribute) parseBoolean(text string) (string, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "1", "on", "ja":
		return "true", nil
	case "false", "no", "0", "off", "nein":
		return "false", nil
	default:
		return "", value.Fieldf(a.Slug, "answer %s with yes or no", a.Names.In("en"))
	}
}

// within returns the attribute with those options only that belong to a value of what it depends on.
func (a Attribute) within(parent string) Attribute {
	if a.DependsOn == "" {
		return a
	}
	own := make([]Option, 0, len(a.Options))
	for _, option := range a.Options {
		if option.For == "" || option.For == parent {
			own = append(own, option)
		}
	}
	a.Options = own
	return a
}

// Option finds a choice by its slug or by its name in any language, whatever the case.
func (a Attribute) Option(text string) (Option, bool) {
	for _, option := range a.Options {
		if option.Slug == text || strings.EqualFold(option.Slug, text) {
			return option, true
		}
	}
	for _, option := range a.Options {
		for _, name := range option.Names {
			if strings.EqualFold(name, text) {
				return option, true
			}
		}
	}
	return Option{}, false
}

// Tree is the categories of a site at one moment. It is not changed after it is made, so many may read it at once.
type Tree struct {
	nodes    map[value.ID]*node
	top      []Category
	byPath   map[string]value.ID
	lastSlug map[string]value.ID // a slug that occurs once in the tree
}

type node struct {
	Category
	path       []Category  // from the top down to and with this one
	pathSlug   string      // "sports/bicycles"
	attributes []Attribute // inherited ones first
	children   []Category
}

// NewTree arranges categories and attributes. Categories whose parent is missing are left out.
func NewTree(categories []Category, attributes []Attribute) *Tree {
	t := &Tree{nodes: make(map[value.ID]*node), byPath: make(map[string]value.ID), lastSlug: make(map[string]value.ID)}
	children := make(map[value.ID][]Category)
	for _, c := range categories {
		children[c.Parent] = append(children[c.Parent], c)
	}
	own := make(map[value.ID][]Attribute)
	for _, a := range attributes {
		own[a.Category] = append(own[a.Category], a)
	}
	t.top = t.add(nil, 0, children, own)
	return t
}

func (t *Tree) add(above *node, parent value.ID, children map[value.ID][]Category, own map[value.ID][]Attribute) []Category {
	here := children[parent]
	slices.SortStableFunc(here, func(a, b Category) int { return cmp.Compare(a.Position, b.Position) })
	for _, c := range here {
		n := &node{Category: c, pathSlug: c.Slug}
		if above != nil {
			n.path = slices.Clone(above.path)
			n.pathSlug = above.pathSlug + "/" + c.Slug
			n.attributes = slices.Clone(above.attributes)
		}
		n.path = append(n.path, c)
		mine := own[c.ID]
		slices.SortStableFunc(mine, func(a, b Attribute) int { return cmp.Compare(a.Position, b.Position) })
		n.attributes = append(n.attributes, mine...)
		t.nodes[c.ID] = n
		t.byPath[n.pathSlug] = c.ID
		if _, twice := t.lastSlug[c.Slug]; twice {
			t.lastSlug[c.Slug] = 0
		} else {
			t.lastSlug[c.Slug] = c.ID
		}
		n.children = t.add(n, c.ID, children, own)
	}
	return here
}

// Top returns the categories without a parent, in their order.
func (t *Tree) Top() []Category { return t.top }

// Category finds a category.
func (t *Tree) Category(id value.ID) (Category, bool) {
	n, ok := t.nodes[id]
	if !ok {
		return Category{}, false
	}
	return n.Category, true
}

// Children returns the categories right below, in their order.
func (t *Tree) Children(id value.ID) []Category {
	if n, ok := t.nodes[id]; ok {
		return n.children
	}
	return nil
}

// Path returns the categories from the top down to this one.
func (t *Tree) Path(id value.ID) []Category {
	if n, ok := t.nodes[id]; ok {
		return n.path
	}
	return nil
}

// PathSlug is the address of a category, such as "sports/bicycles".
func (t *Tree) PathSlug(id value.ID) string {
	if n, ok := t.nodes[id]; ok {
		return n.pathSlug
	}
	return ""
}

// Find looks a category up by its path, or by its last part where only one category has it.
func (t *Tree) Find(path string) (Category, bool) {
	path = strings.Trim(strings.ToLower(path), "/")
	id, ok := t.byPath[path]
	if !ok {
		id = t.lastSlug[path]
	}
	return t.Category(id)
}

// Attributes returns the attributes of a category, inherited ones first.
func (t *Tree) Attributes(id value.ID) []Attribute {
	if n, ok := t.nodes[id]; ok {
		return n.attributes
	}
	return nil
}

// Attribute finds one attribute of a category by its slug.
func (t *Tree) Attribute(category value.ID, slug string) (Attribute, bool) {
	for _, a := range t.Attributes(category) {
		if a.Slug == slug {
			return a, true
		}
	}
	return Attribute{}, false
}

// All calls yield with every category, parents before children.
func (t *Tree) All(yield func(Category) bool) {
	var walk func([]Category) bool
	walk = func(categories []Category) bool {
		for _, c := range categories {
			if !yield(c) || !walk(t.Children(c.ID)) {
				return false
			}
		}
		return true
	}
	walk(t.top)
}
