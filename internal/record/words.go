package record

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// worded is a record whose words changed: all its values, not only those that were written.
type worded struct {
	id     value.ID
	values Values
	fresh  bool // it was made just now, so there are no words to take away
}

// wordsDDL are the statements that make an object's table of words. They differ between the engines.
func wordsDDL(o *Object, engine db.Engine) []string { return nil }

// wordsDrop are the statements that remove it.
func wordsDrop(o *Object, engine db.Engine) []string { return nil }

// worded reports whether a write of these fields changes the object's words, so that reword must be called.
func (o *Object) rewords(v Values) bool { return false }

// reword writes what the records' searchable fields hold into the object's table of words, in few statements.
func reword(tx *db.Tx, o *Object, records []worded) error { return notBuilt }

// unword forgets the words of records that were purged.
func unword(tx *db.Tx, o *Object, ids []value.ID) error { return notBuilt }

// rewordFrom writes the words of up to limit records with ids after one anew, for fields that became searchable. It
// returns the last id and how many there were; 0 when it is done.
func (s *Store) rewordFrom(tx *db.Tx, o *Object, after value.ID, limit int) (value.ID, int, error) {
	return 0, 0, notBuilt
}
