package record

import (
	"context"
	"time"

	"fairground/internal/value"
)

// Event is one write of a record.
type Event struct {
	Seq     int64 // in the change log
	At      time.Time
	Actor   string // as value.Actor.String wrote it
	Action  string
	Changes []FieldChange
}

// FieldChange is what a write did to one field.
type FieldChange struct {
	Field    *Field
	Old, New any                 // in the field's own form; nil = empty
	Titles   map[value.ID]string // of the records they name, as far as the asker may see them
}

// History lists what happened to a record, newest first. Fields that the asker may not see are left out.
func (s *Store) History(ctx context.Context, a Asker, object string, id value.ID, limit int) ([]Event, error) {
	return nil, notBuilt
}
