package record

import (
	"time"

	"fairground/internal/value"
)

// Values are a record's fields by key. An empty field has no entry, or nil. The forms by type:
//
//	text, long_text, mail, phone, link, choice   string (a choice's key; a phone in E.164)
//	integer, autonumber                          int64
//	decimal                                      Number
//	money                                        value.Money
//	yes_no                                       bool
//	date                                         Day
//	date_time                                    time.Time, UTC, in microseconds
//	choices                                      []string of keys, in the order of the list
//	place                                        PlaceValue
//	file                                         []FileValue
//	reference                                    value.ID
//	references                                   []RefValue
//	any_reference                                AnyValue
//	formula, rollup                              as their result's type
type Values map[string]any

// Day is a date: days since 1 January 1970.
type Day int64

// Number is a decimal: Units / 10^Scale.
type Number struct {
	Units int64
	Scale int
}

// PlaceValue is a named point. A place may have a name and no point.
type PlaceValue struct {
	Name  string
	Point *value.Point
}

// FileValue is one file of a record. Its bytes lie in package media's store under the hash.
type FileValue struct {
	Sha256 string `json:"sha256"`
	Name   string `json:"name"`
	Type   string `json:"type"` // MIME
	Bytes  int64  `json:"bytes"`
}

// RefValue is one of several references, with its attributes.
type RefValue struct {
	ID         value.ID
	Attributes Values
}

// AnyValue refers to a record of any object.
type AnyValue struct {
	Object string // its key
	ID     value.ID
}

// Record is one record as an asker sees it: fields they may not see are not in it.
type Record struct {
	Object  *Object
	ID      value.ID
	Rev     int64
	Created time.Time
	Updated time.Time
	By      string    // who made it, as value.Actor.String wrote it
	LastBy  string    // who changed it last
	Deleted time.Time // when it went to the trash
	Values  Values
	Linked  map[string][]*Record // of the reference fields asked for in Query.Expand; nil entries are not visible
	Titles  map[value.ID]string  // of every record its references name, as far as the asker may see them
}

// Title is the text that names the record.
func (r *Record) Title() string {
	if f := r.Object.Field(r.Object.Title); f != nil {
		if v := r.Values[f.Key]; v != nil {
			if text := f.Show(v); text != "" {
				return text
			}
		}
	}
	return r.Object.ID(r.ID)
}
