package record

import (
	"fairground/internal/expr"
)

// scope is where conditions about an object are compiled that hold for everybody: checks, formulas, roll-ups. No grant
// narrows it. Those of an asker are made by their Sight.
func (c *Catalog) scope(o *Object) (*expr.Scope, error) {
	return remember(c, "scope "+o.Key, func() (*expr.Scope, error) {
		return expr.NewScope(c.exprObjects(), o.Key, expr.Limits{})
	})
}

// exprObjects describes all objects to conditions.
func (c *Catalog) exprObjects() []expr.Object {
	objects, _ := remember(c, "expr objects", func() ([]expr.Object, error) {
		made := make([]expr.Object, len(c.alive))
		for i, o := range c.alive {
			made[i] = o.expr()
		}
		return made, nil
	})
	return objects
}

// expr describes the object to conditions, with all its fields and without a row rule.
func (o *Object) expr() expr.Object {
	x := expr.Object{Name: o.Key, Table: o.table(), Key: "id", Alive: "{t}.deleted_us is null"}
	x.Fields = o.systemFields()
	if o.Owned != nil {
		x.Key, x.Alive = o.Owned.Key, o.Owned.Alive
	}
	for _, f := range o.Fields {
		x.Fields = append(x.Fields, kindOf(f.Type).expr(f))
	}
	return x
}

// systemFields are those that every record has.
func (o *Object) systemFields() []expr.Field {
	rev, created, updated, id := "{t}.rev", "{t}.created_us", "{t}.updated_us", "{t}.id"
	if w := o.Owned; w != nil {
		rev, created, updated, id = w.Rev, w.Created, w.Updated, "{t}."+w.Key
		if rev == "" {
			rev = "1"
		}
	}
	return []expr.Field{
		{Name: "id", Type: expr.FieldInt, Columns: []string{id}},
		{Name: "rev", Type: expr.FieldInt, Columns: []string{rev}},
		{Name: "created", Type: expr.FieldTime, Columns: []string{created}},
		{Name: "updated", Type: expr.FieldTime, Columns: []string{updated}},
	}
}
