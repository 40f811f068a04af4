package record

import (
	"slices"
	"strings"
	"sync"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Catalog is what is defined at one moment: all objects with their fields. It never changes; a plan makes a new one.
// Whatever is derived from it is remembered with it, see remember.
type Catalog struct {
	Rev   int64 // counts up with every plan
	stamp int64 // of the plan that made it; tells apart two catalogs of one revision when a transaction failed

	all      []*Object // by number, with those that are retired
	alive    []*Object // by number
	byKey    map[string]*Object
	byNumber map[int]*Object
	byShort  map[string]*Object
	byLog    map[string]*Object

	derived  sync.Map // of string; see remember
	currency string   // of the site
	settled  bool     // what cannot be seen from fields alone was worked out
}

// Catalog returns what is defined as the transaction sees it. It costs one small query; what did not change since is
// taken from memory.
func (s *Store) Catalog(tx *db.Tx) (*Catalog, error) {
	var rev, stamp int64
	if err := tx.Row("select rev, stamp from record_catalog").Scan(&rev, &stamp); err != nil {
		return nil, err
	}
	if c := s.latest.Load(); c != nil && c.Rev == rev && c.stamp == stamp {
		return c, nil
	}
	c, err := s.loadCatalog(tx, rev, stamp)
	if err != nil {
		return nil, err
	}
	s.latest.Store(c)
	return c, nil
}

// Object finds an object by its key. It returns an error of kind NotFound when there is none.
func (c *Catalog) Object(key string) (*Object, error) {
	if o := c.byKey[key]; o != nil {
		return o, nil
	}
	return nil, value.Errorf(value.NotFound, "there is no object %q", key)
}

// Objects are all that are not retired, by number.
func (c *Catalog) Objects() []*Object { return slices.Clone(c.alive) }

// ByNumber finds an object by its number, nil when there is none.
func (c *Catalog) ByNumber(number int) *Object { return c.byNumber[number] }

// ByShort finds an object by the letters of its outside ids, nil when there is none.
func (c *Catalog) ByShort(short string) *Object { return c.byShort[short] }

// ByLog finds an object by its name in the change log, nil when there is none.
func (c *Catalog) ByLog(name string) *Object { return c.byLog[name] }

// ByID finds the object and the id that an outside id such as stl_7x… names.
func (c *Catalog) ByID(text string) (*Object, value.ID, error) {
	short, _, _ := strings.Cut(text, "_")
	o := c.byShort[short]
	if o == nil {
		return nil, 0, value.Errorf(value.NotFound, "there is no record %q", text)
	}
	id, err := o.ParseID(text)
	return o, id, err
}

// remember computes something that depends on the catalog alone and keeps it as long as the catalog: compiled
// formulas, scopes of conditions, what a role may see. Errors are not kept. make may run more than once.
func remember[T any](c *Catalog, name string, make func() (T, error)) (T, error) {
	if kept, ok := c.derived.Load(name); ok {
		return kept.(T), nil
	}
	made, err := make()
	if err == nil {
		c.derived.Store(name, made)
	}
	return made, err
}

// settleAll works out what cannot be seen from fields alone, unless that was done. Nobody else sees the catalog yet.
func (c *Catalog) settleAll() {
	if !c.settled {
		c.settled = true
		c.settle(c.currency)
	}
}

// copied is the catalog with objects of its own, for a plan to change.
func (c *Catalog) copied() *Catalog {
	made := &Catalog{Rev: c.Rev, stamp: c.stamp, currency: c.currency, all: make([]*Object, len(c.all))}
	for i, o := range c.all {
		made.all[i] = o.clone()
	}
	made.index()
	return made
}
