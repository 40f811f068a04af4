package record

import (
	"slices"

	"fairground/internal/db"
	"fairground/internal/expr"
)

// Sight is what an asker may see: objects, fields and which rows of them. It does not change and may be shared.
type Sight struct {
	catalog *Catalog
	seen    map[string]*Seen
	order   []*Seen
}

// Seen is one object as an asker sees it.
type Seen struct {
	*Object // a copy: only the fields they may see
	full    *Object
	rights  []Right
	locked  map[string]bool
	scope   *expr.Scope
}

// Sight returns what an asker may see.
func (s *Store) Sight(tx *db.Tx, a Asker) (*Sight, error) { return nil, notBuilt }

// Objects lists the objects that the asker may see, by plural label.
func (v *Sight) Objects() []*Seen { return v.order }

// Object looks an object up. One that is hidden is NotFound, as one that does not exist.
func (v *Sight) Object(key string) (*Seen, error) { return nil, notBuilt }

// May reports whether the asker has a right to some record of the object at least.
func (s *Seen) May(r Right) bool { return slices.Contains(s.rights, r) }

// Editable reports whether the asker may give a field a value.
func (s *Seen) Editable(f *Field) bool { return !s.locked[f.Key] && f.Written() }

// Scope is where conditions over the object are compiled. Fields that the asker may not see are unknown in it.
func (s *Seen) Scope() *expr.Scope { return s.scope }
