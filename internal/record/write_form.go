package record

import (
	"slices"

	"fairground/internal/expr"
)

// form is what a writer needs to know of an object, worked out once for each catalog. Values of a record stand in it by
// the place of their field.
type form struct {
	object  *Object
	fields  []*Field
	kinds   []kind
	at      map[string]int
	columns []string // of the whole row, the system's first
	cells   []int    // of each field: where its columns begin; -1 when it has none
	twins   []int    // of each field: where the columns of its twin begin; -1 when it has none

	sides       []int // fields with rows of their own: choices, references, files
	links       []int // fields that name records
	uniques     []int
	worded      []int // fields whose words are found by searching
	autos       []int
	rollups     []int
	formulas    []formFormula // stored ones, in the order in which they are computed
	computed    []formFormula // the others
	checks      []formCheck
	fieldChecks int // so many of them are of fields
	defaults    map[int]*expr.Condition
	gathers     []gather // roll-ups that gather these records
	fails       error    // a check that cannot be compiled rejects every write
}

type formFormula struct {
	at        int
	condition *expr.Condition
}

type formCheck struct {
	condition *expr.Condition
	field     string
	message   Names
}

// systemColumns stand before those of fields in every row.
var systemColumns = []string{"id", "rev", "created_us", "updated_us", "created_by", "updated_by", "deleted_us"}

func (c *Catalog) form(o *Object) (*form, error) {
	return remember(c, "form "+o.Key, func() (*form, error) { return c.newForm(o) })
}

func (c *Catalog) newForm(o *Object) (*form, error) {
	m := &form{object: o, fields: o.Fields, at: map[string]int{}, columns: slices.Clone(systemColumns), defaults: map[int]*expr.Condition{}}
	for i, f := range o.Fields {
		m.at[f.Key] = i
		k := kindOf(f.Type)
		m.kinds = append(m.kinds, k)
		m.cells = append(m.cells, m.place(f))
		m.twins = append(m.twins, m.placeTwin(f))
		m.sort(i, f)
	}
	if err := m.compile(c); err != nil {
		return nil, err
	}
	m.gathers = c.gathersOf(o)
	return m, nil
}

func (m *form) place(f *Field) int {
	columns := kindOf(f.Type).columns(f)
	if len(columns) == 0 || !f.Stored() {
		return -1
	}
	begin := len(m.columns)
	for _, c := range columns {
		m.columns = append(m.columns, f.column(c.suffix))
	}
	return begin
}

func (m *form) placeTwin(f *Field) int {
	if twin := f.twin(); twin != nil {
		return m.place(twin)
	}
	return -1
}

func (m *form) sort(i int, f *Field) {
	if f.side() != "" || f.Type == File {
		m.sides = append(m.sides, i)
	}
	if m.object.searched(f) {
		m.worded = append(m.worded, i)
	}
	if f.Unique {
		m.uniques = append(m.uniques, i)
	}
	switch f.Type {
	case Reference, References, AnyReference:
		m.links = append(m.links, i)
	case Autonumber:
		m.autos = append(m.autos, i)
	case Rollup:
		m.rollups = append(m.rollups, i)
	}
}

// compile compiles formulas, defaults and checks. A check or default that is broken, which plans prevent, stops writes
// rather than letting anything through.
func (m *form) compile(c *Catalog) error {
	o := m.object
	formulas, err := c.compileFormulas(o, o.Fields)
	if err != nil {
		return err
	}
	for _, one := range formulas {
		if one.err != nil {
			continue
		}
		ready := formFormula{m.at[one.field.Key], one.condition}
		if one.field.Stored() {
			m.formulas = append(m.formulas, ready)
		} else {
			m.computed = append(m.computed, ready)
		}
	}
	byPlace := func(a, b formFormula) int {
		return formulas[m.fields[a.at].Key].place - formulas[m.fields[b.at].Key].place
	}
	slices.SortFunc(m.formulas, byPlace)
	slices.SortFunc(m.computed, byPlace)
	scope, err := c.wideScope(o)
	if err != nil {
		return err
	}
	m.compileChecks(scope)
	return nil
}

func (m *form) compileChecks(scope *expr.Scope) {
	check := func(text, field string, message Names) {
		condition, err := scope.Compile(text, expr.Bool)
		if err != nil {
			m.fails = invalid("the rule %q of %s is broken; mend it first", text, m.object.Key).Because(err)
			return
		}
		m.checks = append(m.checks, formCheck{condition, field, message})
	}
	for i, f := range m.fields {
		if f.Check != "" {
			check(f.Check, f.Key, f.Message)
		}
		if f.Default != "" {
			condition, err := scope.Compile(f.Default, 0)
			if err != nil {
				m.fails = invalid("the default of %s.%s is broken; mend it first", m.object.Key, f.Key).Because(err)
				continue
			}
			m.defaults[i] = condition
		}
	}
	m.fieldChecks = len(m.checks)
	for _, c := range m.object.Checks {
		check(c.When, c.Field, c.Message)
	}
}
