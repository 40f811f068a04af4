package record

import "context"

// RelatedList is records of one object that refer to a record by one field.
type RelatedList struct {
	Object  *Seen
	Field   *Field
	Records []*Record // the newest
	More    bool
}

// Related lists what refers to a record, by object and field.
func (s *Store) Related(ctx context.Context, a Asker, rec *Record) ([]RelatedList, error) {
	return nil, notBuilt
}

// Suggest finds records of an object whose words begin with these, for link pickers and the palette.
func (s *Store) Suggest(ctx context.Context, a Asker, object, words string, limit int) ([]*Record, error) {
	return nil, notBuilt
}

// SearchAll finds records of every object, each of them up to a number. Objects without any are left out.
func (s *Store) SearchAll(ctx context.Context, a Asker, words string, each int) ([]Page, error) {
	return nil, notBuilt
}
