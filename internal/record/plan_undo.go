package record

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// UndoPlan takes a plan back with a new one. It returns an error of kind Conflict, with the reasons, when later plans
// stand on it, or when values entered since would be lost. What the plan had added is retired, with its values.
func (s *Store) UndoPlan(ctx context.Context, a Asker, rev int64) (Plan, error) {
	return s.apply(ctx, a, "schema.undo", func(tx *db.Tx) (*draft, error) {
		p, err := db.One(tx, scanPlan, planColumns+" where rev = $1", rev)
		if err != nil {
			return nil, err
		}
		if p.State == Undone {
			return nil, value.Errorf(value.Conflict, "this plan was undone already")
		}
		later, err := db.All(tx, scanPlan, planColumns+" where rev > $1 order by rev", rev)
		if err != nil {
			return nil, err
		}
		c, err := s.Catalog(tx)
		if err != nil {
			return nil, err
		}
		if reasons := standingOn(c, p, later); len(reasons) > 0 {
			return nil, value.Errorf(value.Conflict, "this plan cannot be undone by itself: %s", strings.Join(reasons, "; "))
		}
		if len(p.Inverse) == 0 {
			return nil, value.Errorf(value.Invalid, "this plan changed nothing that can be undone")
		}
		return s.undoing(tx, a, p)
	})
}

func (s *Store) undoing(tx *db.Tx, a Asker, p Plan) (*draft, error) {
	d, err := s.newDraft(tx, a, p.Inverse)
	if err != nil {
		return nil, err
	}
	d.plan.Title, d.plan.Undoes = "undo: "+p.Title, p.Rev
	for _, step := range p.Inverse {
		if err := d.do(step); err != nil {
			return nil, fmt.Errorf("record.UndoPlan(%d): %s: %w", p.Rev, step.Op, err)
		}
	}
	return d, d.finish()
}

// standingOn names the later plans that changed the same objects and fields, or fields of an object that the plan made.
// A plan and the one that took it back cancel each other.
func standingOn(c *Catalog, p Plan, later []Plan) []string {
	mine := append(touched(p), c.fieldsOfNew(p)...)
	byRev := map[int64]Plan{}
	for _, l := range later {
		byRev[l.Rev] = l
	}
	var reasons []string
	for _, l := range later {
		if l.State == Undone || cancels(l, byRev) {
			continue
		}
		theirs := touched(l)
		if slices.ContainsFunc(mine, func(n int) bool { return slices.Contains(theirs, n) }) {
			reasons = append(reasons, fmt.Sprintf("plan %d (%s) changed the same; undo it first", l.Rev, l.Title))
		}
	}
	return reasons
}

// fieldsOfNew are the fields of the objects that a plan made.
func (c *Catalog) fieldsOfNew(p Plan) []int {
	var all []int
	for _, step := range p.Inverse {
		if o := c.byNumber[step.Number]; step.Op == RemoveObject && o != nil {
			for _, f := range slices.Concat(o.Fields, o.retired) {
				all = append(all, f.Number)
			}
		}
	}
	return all
}

// cancels reports whether a plan took back one of the plans given, so that both together did nothing.
func cancels(l Plan, byRev map[int64]Plan) bool {
	undone, ok := byRev[l.Undoes]
	return l.Undoes != 0 && ok && !cancels(undone, byRev)
}

// touched are the numbers of the objects and fields that a plan changed.
func touched(p Plan) []int {
	var all []int
	for _, step := range p.Inverse {
		for _, n := range append([]int{step.Number, step.Other}, step.Fields...) {
			if n != 0 {
				all = append(all, n)
			}
		}
	}
	return all
}
