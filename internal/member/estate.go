package member

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what one feature holds about people. Its words (names aside) are in the language of the Tx's context.
type Estate interface {
	// Name is the folder of this estate in an export: lower-case letters.
	Name() string

	// Export hands over everything that belongs to an account. A name without a dot is a JSON document: rows is written
	// as encoding/json does. A name with a dot is a file: rows is its bytes ([]byte), or the key of a stored blob (string),
	// which is copied; a blob that is gone is left out. Names are lower-case letters, digits, dots, dashes and slashes.
	Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error

	// Erase removes or unnames what belongs to an account, within the one write that does it in all features. It calls
	// keep for each sort of record that has to stay: what it is, the reason, and until when, in words for the person and
	// without a full stop, since they are shown as "what: why – until until".
	// An account without anything, or erased before, is no error. A value.Conflict refuses: its message tells the
	// person what to do first. It must not change anything outside of tx: files are removed by a job it enqueues.
	Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error
}
