package record

import (
	"time"
)

// Type names what a field holds.
type Type string

// The field types. The forms of their values are in value.go; one file field_<type>.go each.
const (
	Text         Type = "text"          // one line
	LongText     Type = "long_text"     // several
	Integer      Type = "integer"       // 64 bits
	Decimal      Type = "decimal"       // exact, of a fixed number of digits after the point
	MoneyType    Type = "money"         // minor units and ISO 4217 currency
	YesNo        Type = "yes_no"        //
	Date         Type = "date"          // a day, without time or zone
	DateTime     Type = "date_time"     // an instant
	Choice       Type = "choice"        // one of a list
	Choices      Type = "choices"       // several of a list
	Mail         Type = "mail"          // an address of e-mail
	Phone        Type = "phone"         // in E.164
	Link         Type = "link"          // a web address
	Place        Type = "place"         // a name and a point
	File         Type = "file"          // files, kept by package media
	Reference    Type = "reference"     // one record of another object
	References   Type = "references"    // several records of another object, each with attributes
	AnyReference Type = "any_reference" // one record of any object
	Autonumber   Type = "autonumber"    // counts up from a start
	Formula      Type = "formula"       // CEL over the record; stored where it depends on nothing else
	Rollup       Type = "rollup"        // a count or sum over records that refer to this one; kept up to date
)

// Field is one field of an object.
type Field struct {
	Number     int       `json:"number,omitempty"` // of its columns f_12; given when it is defined
	Key        string    `json:"key"`              // its name in conditions and the API
	Labels     Names     `json:"labels"`
	Help       Names     `json:"help,omitempty"`
	Type       Type      `json:"type"`
	Section    string    `json:"section,omitempty"`
	Required   bool      `json:"required,omitempty"`
	Unique     bool      `json:"unique,omitempty"`     // among records not in the trash; texts without regard to case
	Indexed    bool      `json:"indexed,omitempty"`    // beyond those that are indexed anyway: references, unique, choices
	Searchable bool      `json:"searchable,omitempty"` // its words are found by searching
	Default    string    `json:"default,omitempty"`    // CEL without fields: "new", today(), me.id
	Check      string    `json:"check,omitempty"`      // CEL over the record; anything but true rejects the value
	Message    Names     `json:"message,omitempty"`    // what to do then
	Options    Options   `json:"options,omitzero"`
	Hidden     []string  `json:"hidden,omitempty"`   // roles for which the field does not exist
	Locked     []string  `json:"locked,omitempty"`   // roles that see it and may not change it
	Declared   bool      `json:"declared,omitempty"` // declared in Go: it cannot be removed or change its type
	Retired    time.Time `json:"retired,omitzero"`   // when it was removed; its column stays for KeepRetired

	Gone []*Field `json:"gone,omitempty"` // references: attributes that were removed; their columns stay as long as the field

	into   *Field   // what it is being converted to; see twin
	source int      // the number of the field that is being converted to this one
	made   []column // its columns, also those it had before; of references, those of attributes are not among them

	settled settled // what the catalog works out about it
}

// KeepRetired is how long the columns of removed fields and the tables of removed objects wait for an undo.
const KeepRetired = 30 * 24 * time.Hour

// Options are what only some types have. A type refuses those of others.
type Options struct {
	Length     int         `json:"length,omitempty"`   // text: most characters; default 500, long text 20,000
	Scale      int         `json:"scale,omitempty"`    // decimal: digits after the point, 0 to 9
	Least      *float64    `json:"least,omitempty"`    // numbers
	Most       *float64    `json:"most,omitempty"`     // numbers
	Unit       string      `json:"unit,omitempty"`     // numbers: shown behind
	Currency   string      `json:"currency,omitempty"` // money: the only one allowed; "" = any
	Choices    []Option    `json:"choices,omitempty"`
	Target     string      `json:"target,omitempty"`     // reference, references: the object's key
	OnDelete   OnDelete    `json:"on_delete,omitempty"`  // reference
	Related    Names       `json:"related,omitempty"`    // reference, references: heading of the list on the target's page
	Attributes []*Field    `json:"attributes,omitempty"` // references: of each reference; text, integer, date, yes/no, choice
	Prefix     string      `json:"prefix,omitempty"`     // autonumber: shown before the number
	Start      int64       `json:"start,omitempty"`      // autonumber
	Formula    string      `json:"formula,omitempty"`    // formula: CEL
	Result     Type        `json:"result,omitempty"`     // formula: text, integer, decimal, yes_no, date or date_time
	Rollup     *RollupPlan `json:"rollup,omitempty"`
	Files      int         `json:"files,omitempty"` // file: most of them; default 10
}

// Option is one choice of a list. Its code is stored, so key, labels and order can change.
type Option struct {
	Code    int    `json:"code,omitempty"` // given when it is defined; never used again
	Key     string `json:"key"`
	Labels  Names  `json:"labels"`
	Tone    string `json:"tone,omitempty"`    // of ui.Tag: safe, paid, alarm or ""
	Retired bool   `json:"retired,omitempty"` // records keep it, nobody may choose it
}

// OnDelete says what happens to a record when the one it refers to goes to the trash.
type OnDelete string

// What may happen.
const (
	Restrict OnDelete = "restrict" // the other cannot be deleted while this one is there
	Clear    OnDelete = "clear"    // the field becomes empty; the default
	Cascade  OnDelete = "cascade"  // this one goes to the trash too
)

// RollupPlan says what a roll-up gathers: Op of the field Of over the records of From whose reference By is this record.
type RollupPlan struct {
	From  string `json:"from"`            // object key
	By    string `json:"by"`              // its reference field to this object
	Op    string `json:"op"`              // count, sum, min, max, average
	Of    string `json:"of,omitempty"`    // its field; none for count
	Where string `json:"where,omitempty"` // CEL over the other record
}

// Stored reports whether the field has columns or rows of its own. Formulas that read the time or other records have
// none: they are computed when they are read.
func (f *Field) Stored() bool { return f.Type != Formula || f.storedFormula() }

// Written reports whether people may give the field a value.
func (f *Field) Written() bool {
	return f.Type != Formula && f.Type != Rollup && f.Type != Autonumber
}

// Option looks a choice up by its key.
func (f *Field) Option(key string) (Option, bool) {
	for _, o := range f.Options.Choices {
		if o.Key == key {
			return o, true
		}
	}
	return Option{}, false
}
