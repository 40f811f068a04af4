package record

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Names are texts by language, such as {"en": "Stall", "de": "Stand"}.
type Names map[value.Locale]string

// In returns the text in a language, or in its base language, in English, or any.
func (n Names) In(locale value.Locale) string {
	for _, l := range []value.Locale{locale, value.Locale(base(locale)), "en"} {
		if text := n[l]; text != "" {
			return text
		}
	}
	for _, l := range sortedKeys(n) {
		return n[l]
	}
	return ""
}

// Object is one kind of record. Objects in a Catalog are shared and must not be changed; a Plan changes them.
type Object struct {
	Number int    `json:"number,omitempty"` // of its table o_7; given when it is defined
	Key    string `json:"key"`              // its name in conditions and the API: lower case, digits, underscores
	Short  string `json:"short"`            // the three letters of its records' outside ids
	Labels Names  `json:"labels"`           // one: "Stall"
	Plural Names  `json:"plural"`           // many: "Stalls"
	About  Names  `json:"about,omitempty"`
	Icon   string `json:"icon,omitempty"` // of ui/icons.txt
	Title  string `json:"title"`          // the field that names a record in lists and links

	Fields   []*Field    `json:"fields"`             // in the order in which forms show them
	Sections []Section   `json:"sections,omitempty"` // of forms and record pages
	Grants   []Grant     `json:"grants,omitempty"`
	Checks   []Check     `json:"checks,omitempty"` // of whole records
	Indexes  []Composite `json:"indexes,omitempty"`

	Declared string    `json:"declared,omitempty"` // the feature that declared it in Go; its fields of that origin stay
	Owned    *Owned    `json:"-"`                  // set when a feature owns table and writes
	Retired  time.Time `json:"retired,omitzero"`   // when it was removed; gone for good after KeepRetired

	byKey   map[string]*Field
	retired []*Field // removed, with columns that wait for an undo
}

// Section groups fields on forms and pages.
type Section struct {
	Key    string `json:"key"`
	Labels Names  `json:"labels"`
}

// Check is a condition that every record must meet. A check that errs rejects, as does one that is false.
type Check struct {
	When    string `json:"when"`    // CEL over the record; true = good
	Message Names  `json:"message"` // what to do when it is not
	Field   string `json:"field,omitempty"`
}

// Composite is an index over several fields, for lists that are used much.
type Composite struct {
	Fields []string `json:"fields"`
}

// Right is one thing somebody may do with records of an object.
type Right string

// The rights. An asker never has more than their role's permissions include; a Grant only narrows.
const (
	See    Right = "see"
	Make   Right = "make"
	Edit   Right = "edit"
	Delete Right = "delete"
	Export Right = "export"
)

// Grant narrows what a role may do with an object. A role without a Grant has what its permissions include.
type Grant struct {
	Role   string  `json:"role"`
	Rights []Right `json:"rights"`
	Rows   string  `json:"rows,omitempty"`   // CEL: the records it sees; "" = all. It must compile to SQL
	Change string  `json:"change,omitempty"` // CEL: those it may change of them; "" = all it sees
}

// Owned is the other side of an object whose table belongs to a feature. Reads use its columns; writes call its verbs.
type Owned struct {
	Table   string                  // the feature's own table
	Key     string                  // its key column
	Rev     string                  // SQL over {t} for the revision; "" = 1
	Created string                  // SQL over {t}, µs
	Updated string                  // SQL over {t}, µs
	Alive   string                  // SQL over {t}: not removed; "" = all
	Log     string                  // the object's name in the change log; "" = the object's key
	Columns map[string][]string     // of each field: SQL over {t}, as Kind.columns of its type would be
	Update  func(OwnedUpdate) error // nil: these records cannot be changed here
}

// Field looks a field up by its key, nil when there is none.
func (o *Object) Field(key string) *Field {
	if o.byKey != nil {
		return o.byKey[key]
	}
	for _, f := range o.Fields {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// ID writes a record's id as outsiders see it.
func (o *Object) ID(id value.ID) string { return id.Text(o.Short) }

// ParseID reads what ID wrote.
func (o *Object) ParseID(text string) (value.ID, error) { return value.ParseID(o.Short, text) }

// LogName is the name of the object in the change log: its number, which a rename does not change, or its owner's word.
func (o *Object) LogName() string {
	if o.Owned != nil && o.Owned.Log != "" {
		return o.Owned.Log
	}
	return o.table()
}

// OwnedUpdate asks a feature to change one of its records through its own verb.
type OwnedUpdate struct {
	Tx     *db.Tx
	Asker  Asker
	ID     value.ID
	Rev    int64 // 0 = whatever it is
	Values Values
}
