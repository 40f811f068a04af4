package office

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	viewID  = "viw"
	batchID = "bat"
)

// mostTrail is how many pages back an address remembers; from further on, "previous" leads to the first page.
const mostTrail = 12

// look is what an address asks a list for: a view, or what differs from it.
type look struct {
	object  *record.Seen
	view    *record.View // nil: all records
	own     bool         // the address says what to show instead of the view
	kind    record.ViewKind
	filter  string // CEL
	search  string
	sort    []record.Sort
	columns []string
	by      string // the field of a board or calendar
	month   string // of a calendar: 2026-11
	after   string // where the page begins
	trail   []string
	first   int // how many records stand before the page
}

// lookFrom reads an address. A view that is gone or hidden is NotFound; a column or sort that is, is left out.
func lookFrom(q *web.Form, o *record.Seen, views []record.View) (*look, error) {
	l := &look{object: o, kind: record.ListView}
	if id := q.Raw("view"); id != "" {
		view, err := viewOf(views, id)
		if err != nil {
			return nil, err
		}
		l.view = &view
		l.takeView(view)
	}
	if l.own = q.Bool("own") || l.view == nil && asks(q); l.own {
		l.takeAddress(q)
	}
	l.month, l.after = q.Line("month", 7), q.Line("after", 2000)
	if trail := q.Line("trail", 20_000); l.after != "" && trail != "" {
		l.trail = strings.Split(trail, " ")
	}
	if l.after != "" {
		l.first = int(q.Int("first", 0, 1<<40))
	}
	return l, q.Err()
}

// asks reports whether an address that names no view, as people write it by hand, asks for anything.
func asks(q *web.Form) bool {
	return slices.ContainsFunc([]string{"filter", "q", "sort", "cols", "by", "layout"}, func(name string) bool { return q.Raw(name) != "" })
}

func viewOf(views []record.View, text string) (record.View, error) {
	id, err := value.ParseID(viewID, text)
	for _, view := range views {
		if err == nil && view.ID == id {
			return view, nil
		}
	}
	return record.View{}, value.Errorf(value.NotFound, "this view is gone")
}

func (l *look) takeView(v record.View) {
	l.filter, l.search, l.sort, l.by = v.Filter, v.Search, v.Sort, v.By
	l.columns = l.known(v.Columns)
	if v.Kind != "" {
		l.kind = v.Kind
	}
}

func (l *look) takeAddress(q *web.Form) {
	l.filter, l.search = q.Text("filter", 4000), q.Line("q", 200)
	l.sort, l.columns = l.sortFrom(q.Line("sort", 500)), l.known(strings.Split(q.Line("cols", 4000), ","))
	l.by = q.Line("by", 100)
	l.kind = record.ListView
	switch kind := record.ViewKind(q.Raw("layout")); kind {
	case record.BoardView, record.CalendarView:
		l.kind = kind
	}
}

// known keeps the columns that the asker may see, each once.
func (l *look) known(columns []string) (kept []string) {
	for _, key := range columns {
		if (l.object.Field(key) != nil || isSystem(key)) && !slices.Contains(kept, key) {
			kept = append(kept, key)
		}
	}
	return kept
}

func (l *look) sortFrom(text string) (sort []record.Sort) {
	for _, part := range strings.Split(text, ",") {
		key, down := strings.CutPrefix(part, "-")
		if l.object.Field(key) != nil || isSystem(key) {
			sort = append(sort, record.Sort{Field: key, Down: down})
		}
	}
	return sort
}

func sortText(sort []record.Sort) string {
	parts := make([]string, len(sort))
	for i, s := range sort {
		parts[i] = s.Field
		if s.Down {
			parts[i] = "-" + s.Field
		}
	}
	return strings.Join(parts, ",")
}

// values is the address, without its place in the list.
func (l *look) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if l.view != nil {
		set("view", l.view.ID.Text(viewID))
	}
	if l.own {
		set("own", "1")
		set("filter", l.filter)
		set("q", l.search)
		set("sort", sortText(l.sort))
		set("cols", strings.Join(l.columns, ","))
		set("by", l.by)
		if l.kind != record.ListView {
			set("layout", string(l.kind))
		}
	}
	set("month", l.month)
	return q
}

// place is the address with its place in the list.
func (l *look) place() url.Values {
	q := l.values()
	if l.after != "" {
		q.Set("after", l.after)
		q.Set("first", strconv.Itoa(l.first))
		if len(l.trail) > 0 {
			q.Set("trail", strings.Join(l.trail, " "))
		}
	}
	return q
}

// href is the address of the list itself.
func (l *look) href() string { return address(root(l.object.Key), l.place()) }

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// with is the address of the list after a change, from its first page.
func (l *look) with(change func(*look)) string {
	other := *l
	other.own, other.after, other.trail, other.first = true, "", nil, 0
	change(&other)
	return address(root(l.object.Key), other.values())
}

// next is the page after this one, which has so many records.
func (l *look) next(cursor string, shown int) string {
	if cursor == "" {
		return ""
	}
	other := *l
	other.trail = append(slices.Clone(l.trail), orDot(l.after))
	other.trail = other.trail[max(0, len(other.trail)-mostTrail):]
	other.after, other.first = cursor, l.first+shown
	return other.href()
}

// previous is the page before this one; the first one when the way back is forgotten.
func (l *look) previous(size int) string {
	if l.after == "" {
		return ""
	}
	other := *l
	other.after, other.first = "", 0
	if n := len(l.trail); n > 0 && l.trail[n-1] != "." {
		other.after, other.trail, other.first = l.trail[n-1], l.trail[:n-1], max(0, l.first-size)
	} else {
		other.trail = nil
	}
	return other.href()
}

// orDot keeps the first page's empty cursor apart from nothing.
func orDot(cursor string) string {
	if cursor == "" {
		return "."
	}
	return cursor
}

// kept are the hidden fields of a form that changes part of the address; the names are those it brings itself.
func (l *look) kept(except ...string) (kept []ui.Kept) {
	other := *l
	other.own = true
	q := other.values()
	for _, name := range []string{"view", "own", "filter", "q", "sort", "cols", "by", "layout", "month"} {
		if text := q.Get(name); text != "" && !slices.Contains(except, name) {
			kept = append(kept, ui.Kept{Name: name, Value: text})
		}
	}
	return kept
}

// query is what record is asked for.
func (l *look) query() record.Query {
	return record.Query{Object: l.object.Key, Filter: l.filter, Search: l.search, Sort: l.sort, After: l.after}
}

// isChanged reports whether the address shows something else than the view does.
func (l *look) isChanged() bool {
	if !l.own {
		return false
	}
	plain := &look{object: l.object, kind: record.ListView}
	if l.view != nil {
		plain.takeView(*l.view)
	}
	return plain.filter != l.filter || plain.search != l.search || plain.kind != l.kind || plain.by != l.by ||
		!slices.Equal(plain.sort, l.sort) || !slices.Equal(plain.columns, l.columns)
}

// asView is what the address shows, to be saved.
func (l *look) asView() record.View {
	v := record.View{}
	if l.view != nil {
		v = *l.view
	}
	v.Object, v.Kind, v.Filter, v.Search, v.Sort, v.Columns, v.By = l.object.Key, l.kind, l.filter, l.search, l.sort, l.columns, l.by
	v.Builder = nil
	return v
}

// monthAt is the first day of the calendar's month, at noon so that no zone moves it.
func (l *look) monthAt(now time.Time) time.Time {
	at, err := time.Parse("2006-01", l.month)
	if err != nil {
		at = now
	}
	return time.Date(at.Year(), at.Month(), 1, 12, 0, 0, 0, now.Location())
}
