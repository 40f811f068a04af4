package office

import (
	"time"

	"fairground/internal/record"
	"fairground/internal/ui"
)

// mostEntries is how many records a month shows.
const mostEntries = 500

// readCalendar reads the records of a month by a date.
func (l *listView) readCalendar() error {
	f := l.o.Field(l.look.by)
	if f == nil || f.Type != record.Date && f.Type != record.DateTime {
		l.look.kind = record.ListView
		return l.readList()
	}
	v := l.v
	month := l.look.monthAt(v.now.In(v.words.Zone()))
	q := l.look.query()
	q.Filter = and(l.look.filter, f.Key+" >= "+v.edge(f, month), f.Key+" < "+v.edge(f, month.AddDate(0, 1, 0)))
	q.Sort, q.Limit, q.After = []record.Sort{{Field: f.Key}}, mostEntries, ""
	page, err := v.store.Find(v.ctx, v.asker, q)
	if err != nil {
		return l.noteFault(err)
	}
	calendar := ui.Calendar{
		Label: v.in(f.Labels), Month: month, Today: v.now.In(v.words.Zone()), Empty: v.t("office.empty_month"),
		PrevHref: l.monthHref(month.AddDate(0, -1, 0)), NextHref: l.monthHref(month.AddDate(0, 1, 0)), TodayHref: l.monthHref(v.now.In(v.words.Zone())),
	}
	for _, rec := range page.Records {
		calendar.Entries = append(calendar.Entries, v.calendarEntry(l.o, f, rec))
	}
	l.body = calendar
	return nil
}

// edge is the beginning of a month as conditions write it: a day has no zone, a moment has the reader's.
func (v *visit) edge(f *record.Field, month time.Time) string {
	if f.Type == record.Date {
		return `timestamp("` + month.Format(dayLayout) + `T00:00:00Z")`
	}
	at := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, v.words.Zone())
	return `timestamp("` + at.UTC().Format(time.RFC3339) + `")`
}

func (l *listView) monthHref(month time.Time) string {
	return l.look.with(func(k *look) { k.month = month.Format("2006-01") })
}

func (v *visit) calendarEntry(o *record.Seen, f *record.Field, rec *record.Record) ui.CalendarEntry {
	path := pathOf(o.Object, rec.ID)
	entry := ui.CalendarEntry{Text: rec.Title(), Href: path, PeekURL: path + "/peek"}
	switch x := rec.Values[f.Key].(type) {
	case record.Day:
		entry.Day = v.noon(x)
	case time.Time:
		entry.Day, entry.Time = x.In(v.words.Zone()), v.words.Time(x)
	}
	for _, field := range o.Fields {
		if field.Type == record.Choice && rec.Values[field.Key] != nil {
			entry.Tone = v.tags(field, rec.Values[field.Key])[0].Tone
			break
		}
	}
	return entry
}
