package transfer

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// Short begins the outside ids of imports and exports.
const Short = "trf"

// The limits of imports.
const (
	MostBytes    = 2 << 30 // of a file
	MostTried    = 100_000 // rows that Try reads
	MostProblems = 100     // that Try tells
	MostFaults   = 100_000 // refused rows that are kept; the others are only counted
)

// State is how far an import is.
type State string

// The states of an import.
const (
	Uploaded  State = "uploaded"  // the mapping is a guess
	Ready     State = "ready"     // somebody has settled the mapping
	Running   State = "running"   //
	Done      State = "done"      // all rows were read; Failed says how many were refused
	Cancelled State = "cancelled" // somebody stopped it; Start goes on with it
	Failed    State = "failed"    // it had to stop, Reason says why; Start goes on with it
	Undoing   State = "undoing"   //
	Undone    State = "undone"    // Kept says how many records were changed since and stay
)

// OnBlank says what a cell without a text does to its field.
type OnBlank string

// What may happen.
const (
	KeepBlank  OnBlank = "keep"  // nothing; a new record gets the field's default. It is the default
	EmptyBlank OnBlank = "empty" // the field becomes empty
)

// IDField stands for the record's own id in a mapping and as the key.
const IDField = "id"

// Settings say how a file is imported.
type Settings struct {
	Options sheet.Options `json:"options"`
	Columns []Mapped      `json:"columns"` // nil in Configure = suggest them anew
	Key     string        `json:"key"`     // the unique field by which records are found that are there, or id; "" = every row is new
	OnBlank OnBlank       `json:"on_blank"`
	Locale  value.Locale  `json:"locale,omitempty"` // how dates and, in CSV, numbers are written; "" = what can be read in two ways is refused
}

// Mapped says where a column goes.
type Mapped struct {
	Column string `json:"column"` // its name in Guess
	Field  string `json:"field"`  // its key, or id; "" = it is left out

	Number int `json:"number,omitempty"` // of the field, which a rename does not change; set by Configure
}

// Import is one file on its way in.
type Import struct {
	ID      value.ID
	Object  string // its key, as it is called now
	Name    string // of the file
	Bytes   int64
	Account value.ID // whose it is
	State   State
	Reason  string // why it failed, a sentence

	Guess    sheet.Guess
	Settings Settings

	Rows                        int64 // of the file; 0 = not known yet
	Done                        int64 // rows that were dealt with; the four below add up to it
	Made, Changed, Same, Failed int64

	Undone, Kept int64               // records, of an undo
	Why          []record.KeptRecord // the first that were kept

	Created, Started, Moved, Ended time.Time // zero = not yet
	Cleared                        bool      // the file and the refused rows were forgotten
	Before                         value.ID  // an earlier import of the same file into the same object that was not undone; 0 = none; only set by Find

	Rev int64 // for Configure; progress does not count it up

	object int
	sha256 string
	agent  agent
}

// Rate is how many rows it deals with in a second.
func (m Import) Rate() float64 {
	took := m.Moved.Sub(m.Started)
	if !m.Ended.IsZero() {
		took = m.Ended.Sub(m.Started)
	}
	if m.Started.IsZero() || took <= 0 {
		return 0
	}
	return float64(m.Done) / took.Seconds()
}

// Left is about how long a running import will take; 0 when that is not known.
func (m Import) Left() time.Duration {
	if m.State != Running || m.Rate() == 0 || m.Rows <= m.Done {
		return 0
	}
	return time.Duration(float64(m.Rows-m.Done) / m.Rate() * float64(time.Second))
}

// Find returns an import. It is NotFound for those whom it does not belong to.
func (d *Desk) Find(tx *db.Tx, a record.Asker, id value.ID) (Import, error) {
	m, err := findImport(tx, id)
	if err != nil {
		return Import{}, err
	}
	if err := d.show(tx, a, &m); err != nil {
		return Import{}, err
	}
	m.Before, err = earlier(tx, a, m)
	return m, err
}

// List returns the newest imports that the asker may see, newest first.
func (d *Desk) List(tx *db.Tx, a record.Asker, limit int) ([]Import, error) {
	all, err := listImports(tx, a, min(max(limit, 1), 1000))
	if err != nil {
		return nil, err
	}
	var shown []Import
	for _, m := range all {
		switch err := d.show(tx, a, &m); value.KindOf(err) {
		case "":
			shown = append(shown, m)
		case value.NotFound:
		default:
			return nil, err
		}
	}
	return shown, nil
}

var noImport = value.Errorf(value.NotFound, "there is no such import")

// show puts today's names into an import that the asker may see. One whose object was removed is still seen by its
// owner.
func (d *Desk) show(tx *db.Tx, a record.Asker, m *Import) error {
	if !mine(a, m.Account) {
		return noImport
	}
	seen, err := d.seen(tx, a, m.object)
	if value.KindOf(err) == value.NotFound {
		catalog, err := d.Records.Catalog(tx)
		if err != nil {
			return err
		}
		if o := catalog.ByNumber(m.object); o != nil && o.Retired.IsZero() {
			return noImport // it is there, and hidden from them
		}
		return nil
	}
	if err != nil {
		return err
	}
	m.Object = seen.Key
	for i, c := range m.Settings.Columns {
		if f := byNumber(seen, c.Number); f != nil {
			m.Settings.Columns[i].Field = f.Key
			if c.Field == m.Settings.Key && c.Field != f.Key {
				m.Settings.Key = f.Key
			}
		}
	}
	return nil
}

func byNumber(seen *record.Seen, number int) *record.Field {
	for _, f := range seen.Fields {
		if number != 0 && f.Number == number {
			return f
		}
	}
	return nil
}
