package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// Sight is what an asker may see: objects, fields and which rows of them. It does not change and may be shared.
type Sight struct {
	catalog *Catalog
	role    string
	whole   bool
	seen    map[string]*Seen
	looked  map[string]*Seen // also those the asker may not see, which have no fields; for explanations
	order   []*Seen
	hidden  map[fieldName]string // why a field is not seen
}

// fieldName names a field of an object.
type fieldName struct{ object, field string }

// Seen is one object as an asker sees it.
type Seen struct {
	*Object // a copy: only the fields they may see
	full    *Object
	sight   *Sight
	rights  []Right
	grant   *Grant          // that narrowed the rights; nil = none did
	rows    *expr.Condition // which records they see; nil = all
	change  *expr.Condition // which of them they may change; nil = all
	nothing bool            // a rule is broken: they see none
	frozen  bool            // a rule is broken: they change none
	broken  string          // why

	scoped func() (*expr.Scope, error)

	formulas map[string]*expr.Condition // of formulas that are not stored, as the asker sees what they read
	inMemory map[string]*expr.Condition // those that the database cannot compute
	compiled compiledFilters
}

// Sight returns what an asker may see.
func (s *Store) Sight(tx *db.Tx, a Asker) (*Sight, error) {
	c, err := s.Catalog(tx)
	if err == nil {
		err = followKeys(tx, c)
	}
	if err != nil {
		return nil, err
	}
	return sightOf(c, a, tx.Engine())
}

// sightOf is kept as long as the catalog: it depends on the asker's role and rights, not on who they are.
func sightOf(c *Catalog, a Asker, engine db.Engine) (*Sight, error) {
	rights := slices.Clone(a.Rights)
	slices.Sort(rights)
	name := fmt.Sprintf("sight %q %v %t %s", a.Role, rights, a.whole, engine)
	if a.only != nil {
		name += fmt.Sprintf(" only %q", a.only)
	}
	return remember(c, name, func() (*Sight, error) { return newSight(c, a, dialect(engine)), nil })
}

func newSight(c *Catalog, a Asker, d expr.Dialect) *Sight {
	v := &Sight{catalog: c, role: a.Role, whole: a.whole, seen: map[string]*Seen{}, looked: map[string]*Seen{}, hidden: map[fieldName]string{}}
	for _, o := range c.Objects() {
		seen := v.look(o, a)
		v.looked[o.Key] = seen
		if seen.May(See) {
			v.seen[o.Key] = seen
			v.order = append(v.order, seen)
		}
	}
	slices.SortStableFunc(v.order, func(a, b *Seen) int {
		return cmp.Or(strings.Compare(fold(a.full.Plural.In("en")), fold(b.full.Plural.In("en"))), strings.Compare(a.full.Key, b.full.Key))
	})
	for _, seen := range v.order {
		seen.rule(c, d)
	}
	v.hideFields()
	for _, seen := range v.order {
		seen.cut()
		seen.scoped = sync.OnceValues(func() (*expr.Scope, error) { return v.scope(seen) })
		seen.prepareFormulas(d)
	}
	return v
}

// look finds out which rights an asker has to an object at all.
func (v *Sight) look(o *Object, a Asker) *Seen {
	seen := &Seen{full: o, sight: v, rights: a.Rights}
	if a.only != nil && !slices.Contains(a.only, o.Key) {
		seen.rights = nil
		return seen
	}
	if v.whole {
		return seen
	}
	for i := range o.Grants {
		if o.Grants[i].Role == a.Role {
			seen.grant = &o.Grants[i]
			seen.rights = slices.DeleteFunc(slices.Clone(a.Rights), func(r Right) bool { return !slices.Contains(seen.grant.Rights, r) })
		}
	}
	if o.Owned != nil {
		seen.rights = slices.DeleteFunc(slices.Clone(seen.rights), func(r Right) bool {
			return r == Make || r == Delete || r == Edit && o.Owned.Update == nil
		})
	}
	return seen
}

// rule compiles the row rules of the grant. One that cannot be compiled denies: the asker sees nothing, or changes
// nothing.
func (s *Seen) rule(c *Catalog, d expr.Dialect) {
	if s.grant == nil {
		return
	}
	var err error
	if s.rows, err = ruleOf(c, s.full, s.grant.Rows, d); err != nil {
		s.nothing, s.broken = true, err.Error()
	}
	if s.change, err = ruleOf(c, s.full, s.grant.Change, d); err != nil {
		s.frozen, s.broken = true, err.Error()
	}
}

func ruleOf(c *Catalog, o *Object, text string, d expr.Dialect) (*expr.Condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	scope, err := c.ruleScope(o)
	if err != nil {
		return nil, err
	}
	rule, err := scope.Compile(text, expr.Bool)
	if err != nil {
		return nil, err
	}
	if reason, ok := rule.Compiles(d); !ok {
		return nil, value.Errorf(value.Invalid, "%s", reason)
	}
	return rule, nil
}

// cut makes the copy of the object that has only the fields the asker may see.
func (s *Seen) cut() {
	copied := *s.full
	copied.Fields, copied.byKey = nil, map[string]*Field{}
	for _, f := range s.full.Fields {
		if _, hidden := s.sight.hidden[fieldName{s.full.Key, f.Key}]; !hidden {
			copied.Fields = append(copied.Fields, f)
			copied.byKey[f.Key] = f
		}
	}
	if !s.sight.whole {
		copied.Grants, copied.Checks, copied.Indexes = nil, nil, nil
		copied.retired = nil
	}
	s.Object = &copied
}

// Objects lists the objects that the asker may see, by plural label.
func (v *Sight) Objects() []*Seen { return v.order }

// Object looks an object up. One that is hidden is NotFound, as one that does not exist.
func (v *Sight) Object(key string) (*Seen, error) {
	if seen := v.seen[key]; seen != nil {
		return seen, nil
	}
	return nil, value.Errorf(value.NotFound, "there is no object %q", value.Clip(key, 40))
}

// May reports whether the asker has a right to some record of the object at least.
func (s *Seen) May(r Right) bool { return slices.Contains(s.rights, r) }

// Editable reports whether the asker may give a field a value, in records that they may change.
func (s *Seen) Editable(f *Field) bool {
	if !f.Written() || s.Object.byKey[f.Key] == nil {
		return false
	}
	return s.sight.whole || !slices.Contains(f.Locked, s.sight.role)
}

// Scope is where conditions over the object are compiled. Fields that the asker may not see are unknown in it. It is nil
// when the catalog holds what no condition can be made of.
func (s *Seen) Scope() *expr.Scope {
	scope, _ := s.scoped()
	return scope
}
