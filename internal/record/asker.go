package record

import (
	"slices"

	"fairground/internal/value"
)

// Asker is on whose behalf records are read or written.
type Asker struct {
	Actor   value.Actor
	Account value.ID // me.id in conditions
	Role    string   // me.role
	Rights  []Right  // what the role's permissions include; grants narrow it
	Define  bool     // may change the catalog
	whole   bool     // the system: no grant applies
	only    []string // keys of the objects it is limited to, sorted; nil = all
}

// System is the program itself, for a stated part. It sees and may do everything; its writes are logged as its own.
func System(part string) Asker {
	return Asker{Actor: value.SystemActor(part), Rights: []Right{See, Make, Edit, Delete, Export}, Define: true, whole: true}
}

// As is the system acting within what an asker sees and may do: automation that somebody switched on.
func (a Asker) As(actor value.Actor) Asker {
	a.Actor = actor
	return a
}

// Only is the asker limited to some objects. The others do not exist for it: no field leads to them, no condition names
// them, and what is computed from them is hidden. It never sees more than before.
func (a Asker) Only(objects []string) Asker {
	limited := []string{}
	for _, key := range slices.Sorted(slices.Values(objects)) {
		if a.only == nil || slices.Contains(a.only, key) {
			limited = append(limited, key)
		}
	}
	a.only, a.whole = slices.Compact(limited), false
	return a
}

// may reports whether the asker's permissions include a right at all.
func (a Asker) may(r Right) bool { return slices.Contains(a.Rights, r) }
