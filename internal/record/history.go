package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/change"
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

const (
	usualEvents = 100
	mostEvents  = 1_000
)

// History lists what happened to a record, newest first. Fields that the asker may not see are left out, and so are
// writes that changed no others. A record in the trash has a history too.
func (s *Store) History(ctx context.Context, a Asker, object string, id value.ID, limit int) (events []Event, err error) {
	if limit <= 0 || limit > mostEvents {
		limit = usualEvents
	}
	if err := change.Number(ctx, s.DB); err != nil {
		return nil, err
	}
	err = s.reading(ctx, func(r *Reader) error {
		events, err = r.history(a, object, id, limit)
		return err
	})
	return events, err
}

func (r *Reader) history(a Asker, object string, id value.ID, limit int) ([]Event, error) {
	k, err := r.about(a, object)
	if err != nil {
		return nil, err
	}
	k.both = true
	found, err := k.byID([]value.ID{id})
	if err != nil {
		return nil, fmt.Errorf("record.History(%s, %s): %w", object, id, err)
	}
	if found[id] == nil {
		return nil, k.seen.noRecord()
	}
	rows, err := change.History(r.tx, k.seen.full.LogName(), id, limit)
	if err != nil {
		return nil, fmt.Errorf("record.History(%s, %s): %w", object, id, err)
	}
	keys, err := keyChanges(r.tx, k.sight.catalog, k.seen.full)
	if err != nil {
		return nil, fmt.Errorf("record.History(%s, %s): %w", object, id, err)
	}
	var events []Event
	for _, row := range rows {
		changes, blank := k.seen.changes(row.Diff, func(f *Field) string { return keyAt(f.Key, row.At, keys) })
		if len(changes) > 0 || blank {
			events = append(events, Event{Seq: row.Seq, At: row.At, Actor: row.Actor, Action: row.Action, Changes: changes})
		}
	}
	k.maskEvents(events)
	return events, k.nameEvents(events)
}

// changes reads a diff as far as the asker may. blank tells that it is an event although no field is left to show: one
// that touched no field at all.
func (s *Seen) changes(diff string, key func(*Field) string) (changes []FieldChange, blank bool) {
	decoder := json.NewDecoder(bytes.NewBufferString(diff))
	decoder.UseNumber()
	var parts map[string]any
	if decoder.Decode(&parts) != nil {
		return nil, true // erased, or a feature's own form
	}
	blank = true
	for key, part := range parts {
		if both, ok := part.(map[string]any); ok && (hasKey(both, "old") || hasKey(both, "new")) && key != "deleted" {
			blank = false
		}
	}
	for _, f := range s.Fields {
		both, ok := parts[key(f)].(map[string]any)
		if !ok {
			continue
		}
		c := FieldChange{Field: f, Old: f.logged(both["old"]), New: f.logged(both["new"])}
		if c.Old != nil || c.New != nil {
			changes = append(changes, c)
		}
	}
	return changes, blank
}

func hasKey(m map[string]any, key string) bool { _, ok := m[key]; return ok }

// logged reads a value of the log. One that the field cannot read any more, since its type is another, is shown as text.
func (f *Field) logged(in any) any {
	if in == nil {
		return nil
	}
	v, err := f.Parse(in)
	if err == nil {
		return v
	}
	if plain, ok := in.(string); ok {
		return plain
	}
	written, _ := json.Marshal(in)
	return string(written)
}

// maskEvents empties references to objects that the asker may not see.
func (k *ask) maskEvents(events []Event) {
	mask := func(v any) any {
		if ref, ok := v.(AnyValue); ok && k.sight.seen[ref.Object] == nil {
			return nil
		}
		return v
	}
	for i := range events {
		for j := range events[i].Changes {
			c := &events[i].Changes[j]
			c.Old, c.New = mask(c.Old), mask(c.New)
		}
	}
}

// nameEvents finds the titles of the records that changes name, all at once.
func (k *ask) nameEvents(events []Event) error {
	wanted := map[string]map[value.ID]bool{}
	each := func(fn func(c *FieldChange, object string, id value.ID)) {
		for i := range events {
			for j := range events[i].Changes {
				c := &events[i].Changes[j]
				for _, v := range []any{c.Old, c.New} {
					k.sight.named(c.Field, v, func(object string, id value.ID) { fn(c, object, id) })
				}
			}
		}
	}
	each(func(_ *FieldChange, object string, id value.ID) {
		if wanted[object] == nil {
			wanted[object] = map[value.ID]bool{}
		}
		wanted[object][id] = true
	})
	if len(wanted) == 0 {
		return nil
	}
	titles, err := k.reader.titlesOf(k.asker, k.sight, wanted)
	if err != nil {
		return err
	}
	each(func(c *FieldChange, _ string, id value.ID) {
		if title, ok := titles[id]; ok {
			if c.Titles == nil {
				c.Titles = map[value.ID]string{}
			}
			c.Titles[id] = title
		}
	})
	return nil
}
