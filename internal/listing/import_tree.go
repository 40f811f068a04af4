package listing

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Branch is a category with its attributes and what is below it, as an operator writes it in YAML.
type Branch struct {
	Slug       string   `yaml:"slug"`
	Names      Names    `yaml:"names"`
	Icon       string   `yaml:"icon"`
	Attributes []Leaf   `yaml:"attributes"`
	Below      []Branch `yaml:"below"`
}

// Leaf is an attribute of a Branch.
type Leaf struct {
	Slug      string          `yaml:"slug"`
	Names     Names           `yaml:"names"`
	Type      Type            `yaml:"type"`
	Unit      string          `yaml:"unit"`
	Options   []WrittenOption `yaml:"options"`
	DependsOn string          `yaml:"depends_on"`
	Required  bool            `yaml:"required"`
	Facet     bool            `yaml:"facet"`
	OnCard    bool            `yaml:"on_card"`
}

// WrittenOption is an Option that may be written as its name alone.
type WrittenOption struct{ Option }

// UnmarshalYAML reads "Mercedes-Benz" or {slug: …, names: …, for: …}.
func (o *WrittenOption) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		o.Option = Option{Slug: slugOf(n.Value), Names: Names{"en": n.Value}}
		return nil
	}
	return decodeKnown(n, &struct {
		Slug  *string `yaml:"slug"`
		Names *Names  `yaml:"names"`
		For   *string `yaml:"for"`
	}{&o.Slug, &o.Names, &o.For}, "slug", "names", "for")
}

var slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,60}$`)

func slugOf(name string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// ReadTree reads a category tree from YAML and checks it. The error is of kind Invalid and names the branch.
func ReadTree(r io.Reader) ([]Branch, error) {
	var tree []Branch
	if err := readYAML(r, "tree", "the category tree", &tree); err != nil {
		return nil, err
	}
	return tree, checkBranches("", nil, tree)
}

// checkBranches checks branches under a path whose attributes they inherit.
func checkBranches(above string, inherited []Leaf, branches []Branch) error {
	seen := make(map[string]bool)
	for _, b := range branches {
		path := strings.TrimPrefix(above+"/"+b.Slug, "/")
		switch {
		case !slugShape.MatchString(b.Slug):
			return value.Fieldf("tree", "%q: a slug has lower-case letters, digits and hyphens", path)
		case seen[b.Slug]:
			return value.Fieldf("tree", "%s stands there twice", path)
		case b.Names.In("en") == "":
			return value.Fieldf("tree", "%s has no name", path)
		}
		seen[b.Slug] = true
		leaves := slices.Clone(inherited)
		for _, leaf := range b.Attributes {
			if err := leaf.check(path, leaves); err != nil {
				return err
			}
			leaves = append(leaves, leaf)
		}
		if err := checkBranches(path, leaves, b.Below); err != nil {
			return err
		}
	}
	return nil
}

// check checks an attribute of a branch; before are those that stand before it or are inherited.
func (l Leaf) check(path string, before []Leaf) error {
	named := func(slug string) func(Leaf) bool { return func(other Leaf) bool { return other.Slug == slug } }
	switch {
	case !slugShape.MatchString(l.Slug) || l.Names.In("en") == "":
		return value.Fieldf("tree", "the attribute %q of %s needs a slug of lower-case letters and a name", l.Slug, path)
	case slices.ContainsFunc(before, named(l.Slug)):
		return value.Fieldf("tree", "the attribute %s of %s stands there twice, or is inherited", l.Slug, path)
	case l.DependsOn != "" && !slices.ContainsFunc(before, named(l.DependsOn)):
		return value.Fieldf("tree", "the attribute %s of %s depends on %s, which does not stand before it", l.Slug, path, l.DependsOn)
	}
	switch l.Type {
	case TextType, IntegerType, DecimalType, BooleanType:
		return nil
	case ChoiceType:
		return l.checkOptions(path)
	default:
		return value.Fieldf("tree", "%s of %s has the type %q: use text, integer, decimal, boolean or choice", l.Slug, path, l.Type)
	}
}

func (l Leaf) checkOptions(path string) error {
	if len(l.Options) == 0 {
		return value.Fieldf("tree", "the choice %s of %s has no options", l.Slug, path)
	}
	seen := make(map[[2]string]bool, len(l.Options))
	for _, o := range l.Options {
		key := [2]string{o.Slug, o.For}
		switch {
		case !slugShape.MatchString(o.Slug) || o.Names.In("en") == "":
			return value.Fieldf("tree", "an option of %s of %s has no name, or needs a slug: {slug: …, names: …}", l.Slug, path)
		case seen[key]:
			return value.Fieldf("tree", "the option %s of %s of %s stands there twice", o.Slug, l.Slug, path)
		case o.For != "" && l.DependsOn == "":
			return value.Fieldf("tree", "%s of %s has options for %s and depends on nothing", l.Slug, path, o.For)
		}
		seen[key] = true
	}
	return nil
}

// PlantTree adds a category tree to a site that has none of these categories.
func PlantTree(ctx context.Context, d *db.DB, actor value.Actor, tree []Branch) error {
	err := d.Write(ctx, actor, "category.plant", func(tx *db.Tx) error { return plant(tx, 0, tree) })
	if err != nil {
		return fmt.Errorf("listing.PlantTree: %w", err)
	}
	return nil
}

func plant(tx *db.Tx, parent value.ID, branches []Branch) error {
	for i, b := range branches {
		c, err := AddCategory(tx, Category{Parent: parent, Slug: b.Slug, Names: b.Names, Icon: b.Icon, Position: int64(i)})
		if err != nil {
			return err
		}
		for j, l := range b.Attributes {
			a := Attribute{
				Category: c.ID, Slug: l.Slug, Names: l.Names, Type: l.Type, Unit: l.Unit, DependsOn: l.DependsOn,
				Required: l.Required, Facet: l.Facet, OnCard: l.OnCard, Position: int64(j),
			}
			for _, o := range l.Options {
				a.Options = append(a.Options, o.Option)
			}
			if _, err := AddAttribute(tx, a); err != nil {
				return err
			}
		}
		if err := plant(tx, c.ID, b.Below); err != nil {
			return err
		}
	}
	return nil
}
