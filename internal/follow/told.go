package follow

import (
	"encoding/json"

	"fairground/internal/change"
	"fairground/internal/value"
)

// SavedBy reads from an entry of the change log which listing somebody saved (1) or does not save any more (-1); 0 and 0
// for any other entry.
func SavedBy(row change.Row) (listing value.ID, by int) {
	var diff struct{ Saved []bool }
	if row.Object != "favourite" || json.Unmarshal([]byte(row.Diff), &diff) != nil || len(diff.Saved) != 2 {
		return 0, 0
	}
	if diff.Saved[1] {
		return row.Record, 1
	}
	return row.Record, -1
}
