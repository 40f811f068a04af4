package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// activityObject is the object whose records tell what was done about others: calls, mails, meetings, tasks, notes.
const activityObject = "activity"

// The most that a page and a peek tell.
const (
	mostEvents = 100
	fewEvents  = 6
)

// happening is one line of a timeline: a write of the record, or an activity about it.
type happening struct {
	at       time.Time
	event    *record.Event
	activity *record.Record
}

// happenings are what was written to a record and what was done about it, newest first.
func (v *visit) happenings(o *record.Seen, rec *record.Record, most int) ([]happening, error) {
	events, err := v.store.History(v.ctx, v.asker, o.Key, rec.ID, most)
	if err != nil {
		return nil, err
	}
	all := make([]happening, 0, len(events))
	for i := range events {
		all = append(all, happening{at: events[i].At, event: &events[i]})
	}
	activities, err := v.activities(o, rec, most)
	if err != nil {
		return nil, err
	}
	all = append(all, activities...)
	slices.SortStableFunc(all, func(a, b happening) int { return cmp.Compare(b.at.UnixMicro(), a.at.UnixMicro()) })
	return all[:min(len(all), most)], nil
}

// activities finds the activities that refer to a record, by whichever of their fields.
func (v *visit) activities(o *record.Seen, rec *record.Record, most int) (all []happening, err error) {
	n := v.notes()
	seen := map[value.ID]bool{}
	for _, f := range n.referring(o.Key) {
		page, err := v.store.Find(v.ctx, v.asker, record.Query{Object: n.object.Key, Filter: refersTo(f, o.Key, rec.ID), Limit: most})
		if err != nil {
			return nil, err
		}
		for _, activity := range page.Records {
			if !seen[activity.ID] {
				seen[activity.ID] = true
				all = append(all, happening{at: n.at(activity), activity: activity})
			}
		}
	}
	return all, nil
}

// timeline writes happenings in words.
func (v *visit) timeline(all []happening) (ui.Timeline, error) {
	var timeline ui.Timeline
	for _, h := range all {
		entry, err := v.entry(h)
		if err != nil {
			return nil, err
		}
		entry.When = v.words.AgoBriefly(h.at)
		timeline = append(timeline, entry)
	}
	return timeline, nil
}

func (v *visit) entry(h happening) (ui.Entry, error) {
	if h.activity != nil {
		return v.activityEntry(h.activity)
	}
	by, err := v.who(h.event.Actor)
	entry := ui.Entry{Text: v.deed(h.event.Action), By: by}
	if strings.HasSuffix(h.event.Action, ".delete") {
		entry.Tone = ui.Alarm
	}
	if strings.HasSuffix(h.event.Action, ".create") || strings.HasSuffix(h.event.Action, ".import") {
		entry.Tone = ui.Safe
		return entry, err
	}
	for _, change := range h.event.Changes {
		entry.Lines = append(entry.Lines, ui.Edit{
			Field: v.in(change.Field.Labels), Old: clipped(v.shown(change.Field, change.Old, change.Titles), longShown), New: clipped(v.shown(change.Field, change.New, change.Titles), longShown),
		})
	}
	return entry, err
}

// deed is an action of the change log in words; one without words stands as it is.
func (v *visit) deed(action string) string {
	if key := "office.deed." + strings.TrimPrefix(action, "record."); v.words.Has(key) {
		return v.t(key)
	}
	return action
}

func (v *visit) activityEntry(rec *record.Record) (ui.Entry, error) {
	n := v.notes()
	by, err := v.who(rec.By)
	entry := ui.Entry{Text: rec.Title(), By: by, Icon: "pencil", Href: pathOf(rec.Object, rec.ID)}
	if n.kind != nil {
		kind, _ := rec.Values[n.kind.Key].(string)
		entry.Icon = activityIcon(kind)
		entry.By = joined(v.shown(n.kind, rec.Values[n.kind.Key], nil), by)
	}
	if n.body != nil {
		body, _ := rec.Values[n.body.Key].(string)
		line, rest, _ := strings.Cut(body, "\n")
		if line == entry.Text { // a note's first line is its name
			body = strings.TrimSpace(rest)
		}
		entry.Body = clipped(body, 600)
	}
	return entry, err
}

// activityIcon is the icon of a kind of activity.
func activityIcon(kind string) string {
	switch kind {
	case "call":
		return "phone"
	case "mail", "email":
		return "mail"
	case "meeting":
		return "users"
	case "task":
		return "check"
	default:
		return "pencil"
	}
}

// who turns an actor as the change log writes it into a name.
func (v *visit) who(actor string) (string, error) {
	kind, rest, _ := strings.Cut(actor, ":")
	switch value.ActorKind(kind) {
	case value.Staff, value.Member:
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			return actor, nil
		}
		return v.account(value.ID(n))
	case value.System:
		return v.t("office.program", "part", rest), nil
	}
	return actor, nil
}

// account names an account, each asked for once.
func (v *visit) account(id value.ID) (string, error) {
	if name, known := v.names[id]; known {
		return name, nil
	}
	name := v.t("office.former")
	err := v.read(func(tx *db.Tx) error {
		a, err := account.Find(tx, id)
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		if err == nil {
			name = a.Name
		}
		return err
	})
	if v.names == nil {
		v.names = map[value.ID]string{}
	}
	v.names[id] = name
	return name, err
}
