package record

import (
	"fmt"
	"slices"

	"fairground/internal/expr"
)

// hideFields finds the fields that do not exist for the asker: those hidden from their role, links to objects they may
// not see, and whatever is computed from something they may not see. It goes on until nothing more follows.
func (v *Sight) hideFields() {
	for again := !v.whole; again; {
		again = false
		for _, seen := range v.order {
			for _, f := range seen.full.Fields {
				name := fieldName{seen.full.Key, f.Key}
				if v.hidden[name] != "" {
					continue
				}
				if why := v.whyHidden(seen.full, f); why != "" {
					v.hidden[name] = why
					again = true
				}
			}
		}
	}
}

// whyHidden says why a field does not exist for the asker; "" when it does.
func (v *Sight) whyHidden(o *Object, f *Field) string {
	switch {
	case slices.Contains(f.Hidden, v.role):
		return fmt.Sprintf("the field is hidden from the role %s", v.role)
	case (f.Type == Reference || f.Type == References) && v.seen[f.Options.Target] == nil:
		return fmt.Sprintf("it refers to %s, which the role %s may not see", f.Options.Target, v.role)
	case f.Type == Formula:
		return v.whyFormula(o, f)
	case f.Type == Rollup:
		return v.whyRollup(f.Options.Rollup)
	default:
		return ""
	}
}

func (v *Sight) whyFormula(o *Object, f *Field) string {
	read, err := v.catalog.fieldsRead(o, f.Options.Formula)
	if err != nil {
		return "its formula cannot be read: " + err.Error()
	}
	return v.whyReads(read)
}

func (v *Sight) whyReads(read []expr.FieldUse) string {
	for _, use := range read {
		if v.seen[use.Object] == nil {
			return fmt.Sprintf("it is computed from %s, which the role %s may not see", use.Object, v.role)
		}
		if v.hidden[fieldName{use.Object, use.Field}] != "" || v.namesHidden(use) {
			return fmt.Sprintf("it is computed from %s.%s, which the role %s may not see", use.Object, use.Field, v.role)
		}
	}
	return ""
}

// namesHidden reports whether a field may refer to records of objects that the asker may not see.
func (v *Sight) namesHidden(use expr.FieldUse) bool {
	f := v.seen[use.Object].full.Field(use.Field)
	return f != nil && f.Type == AnyReference && len(v.order) < len(v.catalog.Objects())
}

// whyRollup hides sums over records of which the asker may not see all: the sum would tell of the others.
func (v *Sight) whyRollup(plan *RollupPlan) string {
	from := v.seen[plan.From]
	if from == nil {
		return fmt.Sprintf("it gathers records of %s, which the role %s may not see", plan.From, v.role)
	}
	if from.rows != nil || from.nothing {
		return fmt.Sprintf("it gathers records of %s, of which the role %s sees only some", plan.From, v.role)
	}
	read := []expr.FieldUse{{Object: plan.From, Field: plan.By}}
	if plan.Of != "" {
		read = append(read, expr.FieldUse{Object: plan.From, Field: plan.Of})
	}
	if plan.Where != "" {
		more, err := v.catalog.fieldsRead(from.full, plan.Where)
		if err != nil {
			return "its condition cannot be read: " + err.Error()
		}
		read = append(read, more...)
	}
	return v.whyReads(read)
}

// fieldsRead are the fields that a condition or formula of an object reads, those of other objects too.
func (c *Catalog) fieldsRead(o *Object, text string) ([]expr.FieldUse, error) {
	return remember(c, "fields read "+o.Key+" "+text, func() ([]expr.FieldUse, error) {
		scope, err := c.wideScope(o)
		if err != nil {
			return nil, err
		}
		compiled, err := scope.Compile(text, 0)
		if err != nil {
			return nil, err
		}
		return compiled.Fields(), nil
	})
}
