package listing

import (
	"context"
	"fmt"
	"io"
	"regexp"
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
	return n.Decode(&struct {
		Slug  *string `yaml:"slug"`
		Names *Names  `yaml:"names"`
		For   *string `yaml:"for"`
	}{&o.Slug, &o.Names, &o.For})
}

var slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,60}$`)

func slugOf(name string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// ReadTree reads a category tree from YAML and checks it. The error is of kind Invalid and names the branch.
func ReadTree(r io.Reader) ([]Branch, error) {
	decoder := yaml.NewDecoder(io.LimitReader(r, largestMapping))
	decoder.KnownFields(true)
	var tree []Branch
	if err := decoder.Decode(&tree); err != nil {
		return nil, value.Fieldf("tree", "the category tree cannot be read: %v", err)
	}
	return tree, checkBranches("", tree)
}

func checkBranches(above string, branches []Branch) error {
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
		for _, leaf := range b.Attributes {
			if err := leaf.check(path); err != nil {
				return err
			}
		}
		if err := checkBranches(path, b.Below); err != nil {
			return err
		}
	}
	return nil
}

func (l Leaf) check(path string) error {
	switch l.Type {
	case TextType, IntegerType, DecimalType, BooleanType:
	case ChoiceType:
		if len(l.Options) == 0 {
			return value.Fieldf("tree", "the choice %s of %s has no options", l.Slug, path)
		}
	default:
		return value.Fieldf("tree", "%s of %s has the type %q: use text, integer, decimal, boolean or choice", l.Slug, path, l.Type)
	}
	if !slugShape.MatchString(l.Slug) || l.Names.In("en") == "" {
		return value.Fieldf("tree", "the attribute %q of %s needs a slug of lower-case letters and a name", l.Slug, path)
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
