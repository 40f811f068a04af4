package listing

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Trees keeps a site's category tree in memory and reads it again when it is older than a moment, so that every page
// has it for nothing and a change by another process shows at once for a person.
type Trees struct {
	db     *db.DB
	cached atomic.Pointer[cachedTree]
}

type cachedTree struct {
	tree *Tree
	at   time.Time
}

const treeAge = 2 * time.Second

// NewTrees returns the keeper of one site's tree.
func NewTrees(d *db.DB) *Trees { return &Trees{db: d} }

// Tree returns the present category tree.
func (t *Trees) Tree(ctx context.Context) (*Tree, error) {
	if c := t.cached.Load(); c != nil && t.db.Clock().Now().Sub(c.at) < treeAge {
		return c.tree, nil
	}
	var tree *Tree
	err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
		tree, err = LoadTree(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.cached.Store(&cachedTree{tree, t.db.Clock().Now()})
	return tree, nil
}

// LoadTree reads the category tree.
func LoadTree(tx *db.Tx) (*Tree, error) {
	categories, err := db.All(tx, scanCategory, "select id, coalesce(parent, 0), slug, names, icon, position from category")
	if err != nil {
		return nil, err
	}
	attributes, err := db.All(tx, scanAttribute, `
		select id, category, slug, names, type, unit, options, depends_on, required, facet, on_card, position
		from attribute`)
	if err != nil {
		return nil, err
	}
	return NewTree(categories, attributes), nil
}

func scanCategory(row db.Scanner) (Category, error) {
	var c Category
	var names string
	if err := row.Scan(&c.ID, &c.Parent, &c.Slug, &names, &c.Icon, &c.Position); err != nil {
		return Category{}, err
	}
	return c, json.Unmarshal([]byte(names), &c.Names)
}

func scanAttribute(row db.Scanner) (Attribute, error) {
	var a Attribute
	var names, options string
	err := row.Scan(&a.ID, &a.Category, &a.Slug, &names, &a.Type, &a.Unit, &options, &a.DependsOn,
		&a.Required, &a.Facet, &a.OnCard, &a.Position)
	if err != nil {
		return Attribute{}, err
	}
	if err := json.Unmarshal([]byte(names), &a.Names); err != nil {
		return Attribute{}, err
	}
	return a, json.Unmarshal([]byte(options), &a.Options)
}

// AddCategory adds a category and returns it with its id.
func AddCategory(tx *db.Tx, c Category) (Category, error) {
	c.ID = tx.NewID()
	var parent any
	if c.Parent != 0 {
		parent = int64(c.Parent)
	}
	err := tx.Insert("category", []string{"id", "parent", "slug", "names", "icon", "position"}, [][]any{
		{int64(c.ID), parent, c.Slug, toJSON(c.Names), c.Icon, c.Position}})
	if err != nil {
		return Category{}, err
	}
	tx.Log(db.Change{Object: "category", Record: c.ID, Diff: map[string]any{"slug": c.Slug, "names": c.Names, "parent": c.Parent}})
	return c, nil
}

// AddAttribute adds an attribute to its category and returns it with its id.
func AddAttribute(tx *db.Tx, a Attribute) (Attribute, error) {
	a.ID = tx.NewID()
	if a.Options == nil {
		a.Options = []Option{}
	}
	err := tx.Insert("attribute", []string{"id", "category", "slug", "names", "type", "unit", "options", "depends_on",
		"required", "facet", "on_card", "position"}, [][]any{
		{int64(a.ID), int64(a.Category), a.Slug, toJSON(a.Names), string(a.Type), a.Unit, toJSON(a.Options), a.DependsOn,
			a.Required, a.Facet, a.OnCard, a.Position}})
	if err != nil {
		return Attribute{}, err
	}
	tx.Log(db.Change{Object: "attribute", Record: a.ID, Diff: map[string]any{"slug": a.Slug, "category": a.Category, "type": a.Type}})
	return a, nil
}

// Below lists a category and all below it.
func (t *Tree) Below(id value.ID) []value.ID {
	ids := []value.ID{id}
	for _, child := range t.Children(id) {
		ids = append(ids, t.Below(child.ID)...)
	}
	return ids
}
