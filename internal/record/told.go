package record

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// Told is what an asker may know of an entry of the change log without a look at the record.
type Told struct {
	Object *Seen
	ID     string          // of the record, as outsiders see it
	Diff   json.RawMessage // the fields they see, and "deleted"; nil when there is nothing to show
	Made   bool            // the record was made
	Gone   bool            // it went to the trash, or for good
}

// Told decides from memory what an asker may know of an entry of the log. What cannot be decided there is denied:
//
//   - Of an object of which they see only some rows, it tells of changes that show by themselves that the record is
//     among those: they name every field that the rule reads.
//   - Of an object that a feature owns it tells which record changed, since the log has the feature's own words; and
//     nothing when not every row of the feature's table is a record.
//
// What changed no field that they see does not exist for them.
func (v *Sight) Told(a Asker, row change.Row) (Told, bool) {
	o := v.catalog.ByLog(row.Object)
	if o == nil || v.seen[o.Key] == nil {
		return Told{}, false
	}
	seen := v.seen[o.Key]
	t := Told{Object: seen, ID: o.ID(row.Record)}
	if o.Owned != nil {
		return t, seen.rows == nil && !seen.nothing && o.Owned.Alive == ""
	}
	var parts map[string]json.RawMessage
	if row.Diff != "" && json.Unmarshal([]byte(row.Diff), &parts) != nil {
		return Told{}, false
	}
	if seen.nothing || seen.rows != nil && !seen.tells(v.catalog, a, row, parts) {
		return Told{}, false
	}
	what := happened(parts)
	t.Made, t.Gone = what.Made, what.Gone
	return t, row.Diff == "" || t.show(v, row.At, parts)
}

// show puts what may be seen of a diff into what is told. It reports whether that is anything at all.
func (t *Told) show(v *Sight, at time.Time, parts map[string]json.RawMessage) bool {
	shown := make(map[string]json.RawMessage, len(parts))
	for _, f := range t.Object.Fields {
		part, changed := parts[v.catalog.logged(t.Object.full, f, at)]
		if !changed || !isStep(part) {
			continue
		}
		if f.Type == AnyReference {
			part = v.maskStep(part)
		}
		shown[f.Key] = part
	}
	if state, ok := parts["deleted"]; ok && !isStep(state) {
		shown["deleted"] = state
	}
	if len(shown) == 0 {
		return t.Gone || t.Made
	}
	text, err := json.Marshal(shown)
	t.Diff = text
	return err == nil
}

func isStep(part json.RawMessage) bool { return len(part) > 0 && part[0] == '{' }

// maskStep empties references to objects that the asker may not see.
func (v *Sight) maskStep(part json.RawMessage) json.RawMessage {
	var both map[string]*string
	if json.Unmarshal(part, &both) != nil {
		return json.RawMessage("{}")
	}
	for key, text := range both {
		if text == nil {
			continue
		}
		short, _, _ := strings.Cut(*text, "_")
		if o := v.catalog.ByShort(short); o == nil || v.seen[o.Key] == nil {
			both[key] = nil
		}
	}
	masked, err := json.Marshal(both)
	if err != nil {
		return json.RawMessage("{}")
	}
	return masked
}

// tells reports whether a diff by itself tells that the record is one that the asker sees: it has every field that the
// row rule reads, and the rule is true for what they became.
func (s *Seen) tells(c *Catalog, a Asker, row change.Row, parts map[string]json.RawMessage) bool {
	values := expr.Fields{"id": int64(row.Record)}
	for _, use := range s.rows.Fields() {
		if use.Field == "id" && use.Object == s.full.Key {
			continue
		}
		f := s.full.Field(use.Field)
		if use.Object != s.full.Key || f == nil || !f.plain() {
			return false
		}
		part, changed := parts[c.logged(s.full, f, row.At)]
		if !changed {
			return false
		}
		var both map[string]any
		if json.Unmarshal(part, &both) != nil {
			return false
		}
		v, err := f.Parse(both["new"])
		if err != nil {
			return false
		}
		values[f.Key] = ruled(v)
	}
	return matchRule(context.Background(), s.rows, values, a.constants(row.At))
}

// plain reports whether the log holds the field's values as conditions read them.
func (f *Field) plain() bool {
	return slices.Contains([]Type{Text, LongText, Mail, Phone, Link, Choice, Integer, YesNo, Date, DateTime, Reference}, f.Type)
}

// ruled is a plain value as conditions read it. Nothing but its id is known of a linked record.
func ruled(v any) any {
	switch v := v.(type) {
	case Day:
		return int64(v)
	case time.Time:
		return value.Micros(v)
	case value.ID:
		return expr.Gone{ID: int64(v)}
	default:
		return v
	}
}
