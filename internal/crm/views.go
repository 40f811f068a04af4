package crm

import (
	"context"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// AddViews gives a site the views that a sales team begins with, once: those that staff removed do not come back. Their
// names are in the site's first language.
func AddViews(ctx context.Context, store *record.Store, locale value.Locale) error {
	asker := record.System("crm")
	there := false
	err := store.DB.Read(ctx, func(tx *db.Tx) error {
		entries, err := change.Newest(tx, change.Filter{Object: "record_view", Actor: author.String()}, 0, 1)
		if there = len(entries) > 0; err != nil || there {
			return err
		}
		for _, object := range []string{Business, Deal, Activity} {
			views, err := store.Views(tx, asker, object)
			if err != nil {
				return err
			}
			there = there || len(views) > 0
		}
		return nil
	})
	if err != nil || there {
		return err
	}
	for _, v := range views(locale) {
		v.Shared = true
		if _, err := store.SaveView(ctx, asker, v); err != nil {
			return err
		}
	}
	return nil
}

func views(locale value.Locale) []record.View {
	name := func(en, de string) string { return named(en, de).In(locale) }
	by := func(field string) []record.Sort { return []record.Sort{{Field: field}} }
	return []record.View{
		{Object: Business, Name: name("Renewals, 30 days", "Verlängerungen, 30 Tage"), Kind: record.ListView, Sort: by("renews_on"),
			Filter:  `renews_on >= today() && renews_on < today() + duration("720h")`,
			Columns: []string{"name", "trade", "standing", "owner", "stage", "renews_on", "won_value", "last_touch"}},
		{Object: Business, Name: name("Papers due", "Unterlagen fällig"), Kind: record.ListView, Filter: `standing == "papers_due"`, Sort: by("name")},
		{Object: Business, Name: name("Mine", "Meine"), Kind: record.ListView, Filter: `owner.id == me.id`, Sort: by("name")},
		{Object: Business, Name: name("By stage", "Nach Phase"), Kind: record.BoardView, By: "stage"},
		{Object: Deal, Name: name("Pipeline", "Pipeline"), Kind: record.BoardView, By: "stage"},
		{Object: Deal, Name: name("Open", "Offen"), Kind: record.ListView, Filter: `!(stage in ["won", "lost"])`, Sort: by("closes_on")},
		{Object: Deal, Name: name("Closing", "Abschlüsse"), Kind: record.CalendarView, By: "closes_on"},
		{Object: Activity, Name: name("My tasks", "Meine Aufgaben"), Kind: record.ListView, Sort: by("due"),
			Filter: `kind == "task" && done != true && owner.id == me.id`},
		{Object: Activity, Name: name("Calendar", "Kalender"), Kind: record.CalendarView, By: "due"},
	}
}
