package record

import (
	"context"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// Reason says why an asker has a right to a record, or has it not.
type Reason struct {
	Right   Right
	Allowed bool
	Rule    string      // the condition that decided; "" = none
	Parts   []expr.Part // what its parts yielded for this record
	Text    string      // the whole in a sentence
	Field   string      // set for a field that is hidden or locked; only askers who may define are told
}

// Why explains what an asker may do with a record and why.
func (s *Store) Why(ctx context.Context, a Asker, object string, id value.ID) ([]Reason, error) {
	return nil, notBuilt
}
