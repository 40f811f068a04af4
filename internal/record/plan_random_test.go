package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// chance draws plans. A seed gives the same ones again.
type chance struct {
	*rand.Rand
	s    *Store
	t    *testing.T
	did  map[string]int
	made int
}

func pick[T any](c *chance, from []T) T { return from[c.IntN(len(from))] }

// TestRandomPlansKeepCatalogAndTablesAlike does hundreds of plans and undoes of plans at random on each engine, a
// thousand with FAIRGROUND_STORM set. Whatever they are, the tables are what the catalog says, every text in it compiles, and a plan that is refused changes nothing.
func TestRandomPlansKeepCatalogAndTablesAlike(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := build(t, d)
		fill(t, s, 20)
		plans := 300
		if os.Getenv("FAIRGROUND_STORM") != "" {
			plans = 1000
		}
		c := &chance{rand.New(rand.NewPCG(1, 7)), s, t, map[string]int{}, 0}
		for i := range plans {
			c.once()
			if i%8 != 0 {
				continue // the comparison takes longer than the plan
			}
			problems, err := s.CheckCatalog(t.Context())
			if err != nil || len(problems) > 0 {
				t.Fatalf("plan %d: %v %+v", i, err, problems)
			}
			c.compiles(i)
		}
		work(t, s)
		sound(t, s)
		t.Logf("%v", c.did)
		if c.did["done"] < plans/4 || c.did["undone"] < plans/20 || c.did["refused"] < plans/20 {
			t.Errorf("too little was tried: %v", c.did)
		}
	})
}

// compiles fails the test when a text of the catalog does not compile.
func (c *chance) compiles(i int) {
	cat := catalog(c.t, c.s)
	for _, o := range cat.Objects() {
		for _, source := range o.sources() {
			if _, err := cat.condition(source); err != nil {
				c.t.Fatalf("plan %d: %s of %s: %q: %v", i, source.what, source.name, *source.text, err)
			}
		}
	}
}

// once does one plan, or undoes one.
func (c *chance) once() {
	before := catalog(c.t, c.s)
	var err error
	undo := c.IntN(4) == 0
	if undo {
		plans := read(c.t, c.s, func(tx *db.Tx) ([]Plan, error) { return Plans(tx, 6) })
		if plans[len(plans)-1].Rev <= 2 { // the world itself stays
			return
		}
		_, err = c.s.UndoPlan(context.Background(), clerk, pick(c, plans).Rev)
	} else {
		_, err = c.s.Apply(context.Background(), clerk, "random", c.steps(before))
	}
	switch {
	case err == nil && undo:
		c.did["undone"]++
	case err == nil:
		c.did["done"]++
	default:
		c.did["refused"]++
		if kind := value.KindOf(err); !slices.Contains([]value.Kind{value.Invalid, value.Conflict, value.NotFound}, kind) {
			c.t.Fatalf("%v", err)
		}
		if catalog(c.t, c.s) != before {
			c.t.Fatalf("refused, and the catalog changed: %v", err)
		}
	}
}

func (c *chance) steps(cat *Catalog) []Step {
	var steps []Step
	for range 1 + c.IntN(3) {
		steps = append(steps, c.step(cat))
	}
	return steps
}

func (c *chance) step(cat *Catalog) Step {
	o := pick(c, cat.Objects())
	c.made++
	if len(o.Fields) == 0 {
		return Step{Op: AddField, Object: o.Key, NewField: c.field(cat, o)}
	}
	f := pick(c, o.Fields)
	switch n := c.IntN(20); {
	case n < 6:
		return Step{Op: AddField, Object: o.Key, NewField: c.field(cat, o)}
	case n < 9:
		return Step{Op: RemoveField, Object: o.Key, Field: f.Key, Force: c.IntN(2) == 0}
	case n < 12:
		renamed := f.clone()
		renamed.Key = fmt.Sprintf("r%d", c.made)
		renamed.Indexed = c.IntN(2) == 0 && f.Type == Integer
		return Step{Op: ChangeField, Object: o.Key, Field: f.Key, NewField: renamed}
	case n < 14:
		return Step{Op: ConvertField, Object: o.Key, Field: f.Key, NewField: named("", "Turned", pick(c, turnsTo))}
	case n < 15 && len(cat.Objects()) < 8:
		return Step{Op: AddObject, NewObject: &Object{Key: fmt.Sprintf("o%d", c.made), Labels: en("O"), Plural: en("Os"),
			Fields: []*Field{named("name", "Name", Text), named("count", "Count", Integer)}}}
	case n < 16 && len(cat.Objects()) > 3:
		return Step{Op: RemoveObject, Object: o.Key, Force: c.IntN(2) == 0}
	case n < 17:
		renamed := o.spoken()
		renamed.Key = fmt.Sprintf("q%d", c.made)
		return Step{Op: ChangeObject, Object: o.Key, NewObject: renamed}
	case n < 18:
		return Step{Op: RestoreField, Object: o.Key, Field: fmt.Sprintf("x%d", c.IntN(c.made))}
	case n < 19 && len(o.Indexes) > 0:
		return Step{Op: RemoveIndex, Object: o.Key, Index: o.Indexes[0].Fields}
	default:
		return Step{Op: AddIndex, Object: o.Key, Index: []string{f.Key, pick(c, o.Fields).Key}}
	}
}

// field is a new field of any type, sometimes one that reads others.
func (c *chance) field(cat *Catalog, o *Object) *Field {
	types := []Type{Text, LongText, Integer, Decimal, MoneyType, YesNo, Date, Choice, Choices, Mail, Place, File, Reference, References, Autonumber, Formula, Formula, Rollup}
	f := named(fmt.Sprintf("x%d", c.made), "X", pick(c, types))
	choices := []Option{{Key: "a", Labels: en("A")}, {Key: "b", Labels: en("B")}}
	var numbers []string
	for _, other := range o.Fields {
		if other.Type == Integer || other.Type == Formula && other.Options.Result == Integer {
			numbers = append(numbers, other.Key)
		}
	}
	switch f.Type {
	case Choice, Choices:
		f.Options.Choices = choices
	case Reference, References:
		f.Options.Target = pick(c, cat.Objects()).Key
		if f.Type == References {
			f.Options.Attributes = []*Field{named("note", "Note", Text)}
		}
	case Formula:
		f.Options.Formula, f.Options.Result = "1", Integer
		if len(numbers) > 0 {
			f.Options.Formula = pick(c, numbers) + " + 1"
		}
	case Rollup:
		f.Options.Rollup = c.rollup(cat, o)
	case Text:
		f.Unique, f.Searchable = c.IntN(3) == 0, c.IntN(2) == 0
	case Integer:
		if c.IntN(3) == 0 && len(numbers) > 0 {
			f.Check = f.Key + " > " + pick(c, numbers)
		}
	}
	return f
}

// rollup counts over any reference to the object; there may be none, and then the plan is refused.
func (c *chance) rollup(cat *Catalog, o *Object) *RollupPlan {
	for _, other := range cat.Objects() {
		for _, f := range other.Fields {
			if f.Type == Reference && f.Options.Target == o.Key {
				return &RollupPlan{From: other.Key, By: f.Key, Op: "count"}
			}
		}
	}
	return &RollupPlan{From: "nobody", By: "nothing", Op: "count"}
}
