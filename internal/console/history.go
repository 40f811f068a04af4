package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// event is one entry of the change log as people read it.
type event struct {
	seq    int64
	at     time.Time
	who    string
	what   string // the action in words
	about  string // object and id, for lists over all objects
	href   string // page of the record, if there is one
	edits  []edit
	erased bool
	facts  []edit // edits without an old value
}

// edit is what happened to one field. Old is empty for something new, and for a fact that is not a field.
type edit struct{ label, old, new string }

func (v *visit) history(tx *db.Tx, p *people, object string, record value.ID, limit int) ([]event, error) {
	rows, err := change.History(tx, object, record, limit)
	if err != nil {
		return nil, err
	}
	return v.events(tx, p, rows)
}

func (v *visit) events(tx *db.Tx, p *people, rows []change.Row) ([]event, error) {
	events := make([]event, len(rows))
	for i, row := range rows {
		who, err := p.name(tx, row.Actor)
		if err != nil {
			return nil, err
		}
		events[i] = event{
			seq: row.Seq, at: row.At, who: who, what: v.orRaw("console.action."+row.Action, row.Action),
			about: v.orRaw("console.object."+row.Object, row.Object), erased: row.Diff == "",
		}
		if row.Object == listing.Object {
			events[i].href = pathOf(row.Record)
		}
		for _, e := range v.edits(row) {
			if e.old == "" {
				events[i].facts = append(events[i].facts, e)
			} else {
				events[i].edits = append(events[i].edits, e)
			}
		}
	}
	return events, nil
}

// edits reads a diff: a field with its old and new value as a pair, or as {old, new}, or a fact by itself.
func (v *visit) edits(row change.Row) []edit {
	fields := make(map[string]any)
	decoder := json.NewDecoder(bytes.NewReader([]byte(row.Diff)))
	decoder.UseNumber()
	if decoder.Decode(&fields) != nil {
		return nil
	}
	var edits []edit
	for name, content := range fields {
		before, after := pairOf(name, content)
		if name == "record" && fields["object"] == listing.Object {
			after = shortID(listing.ShortID, fmt.Sprint(content))
		}
		e := edit{label: v.fieldName(row, name), old: v.shown(name, before), new: v.shown(name, after)}
		if e.old != e.new {
			edits = append(edits, e)
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return strings.Compare(a.label, b.label) })
	return edits
}

func pairOf(name string, content any) (before, after any) {
	switch content := content.(type) {
	case []any:
		if len(content) == 2 && name != "rules" && name != "hosts" { // these two are lists
			return content[0], content[1]
		}
	case map[string]any:
		_, hasOld := content["old"]
		if now, hasNew := content["new"]; hasOld && hasNew {
			return content["old"], now
		}
	}
	return nil, content
}

func (v *visit) fieldName(row change.Row, name string) string {
	if slug, ok := strings.CutPrefix(name, "attributes."); ok {
		return v.attributeName(slug)
	}
	return v.orRaw("console.field."+name, name)
}

// attributeValue is the name of an attribute's choice, where it is one.
func (v *visit) attributeValue(slug, text string) string {
	for c := range v.tree.All {
		if a, ok := v.tree.Attribute(c.ID, slug); ok {
			if option, ok := a.Option(text); ok {
				return option.Names.In(v.words.Locale())
			}
		}
	}
	return text
}

// attributeName is the name of an attribute by its slug, wherever in the tree it first occurs.
func (v *visit) attributeName(slug string) string {
	for c := range v.tree.All {
		if a, ok := v.tree.Attribute(c.ID, slug); ok {
			return a.Names.In(v.words.Locale())
		}
	}
	return slug
}

const longestShown = 400 // characters of a value in a history

// shown writes a value of a diff for people.
func (v *visit) shown(field string, content any) string {
	switch content := content.(type) {
	case nil:
		return ""
	case string:
		return value.Clip(v.shownText(field, content), longestShown)
	case json.Number:
		return v.shownNumber(field, content)
	case bool:
		return strconv.FormatBool(content)
	case []any:
		parts := make([]string, len(content))
		for i, one := range content {
			parts[i] = v.shown("", one)
		}
		return value.Clip(strings.Join(parts, ", "), longestShown)
	default:
		text, err := json.Marshal(content)
		if err != nil {
			return fmt.Sprint(content)
		}
		return value.Clip(string(text), longestShown)
	}
}

func (v *visit) shownText(field, text string) string {
	if slug, ok := strings.CutPrefix(field, "attributes."); ok {
		return v.attributeValue(slug, text)
	}
	switch field {
	case "status", "state":
		return v.orRaw("console.status."+text, text)
	case "by":
		return v.orRaw("console.by."+text, text)
	case "ground":
		return v.orRaw("console.ground."+text, text)
	case "kind":
		return v.orRaw("console.kind."+text, text)
	case "outcome":
		return v.orRaw("console.outcome."+text, text)
	case "verdict":
		return v.orRaw("console.verdict."+text, text)
	case "source":
		return v.orRaw("console.source."+text, text)
	case "content_hash":
		return value.Clip(text, 12)
	case "photos":
		var photos []listing.Photo
		if json.Unmarshal([]byte(text), &photos) == nil {
			return v.t("ui.photos", "count", len(photos))
		}
	case "clearance":
		return shortID("clr", text)
	case "seller":
		return shortID(sellerKind, text)
	}
	return text
}

func (v *visit) shownNumber(field string, n json.Number) string {
	if id, err := n.Int64(); err == nil && field == "category" {
		return orDash(v.categoryPath(value.ID(id)))
	}
	return n.String()
}

// shortID writes an id, logged in figures, as the rest of the console does.
func shortID(kind, digits string) string {
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || id == 0 {
		return digits
	}
	return value.ID(id).Text(kind)
}
