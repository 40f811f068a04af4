package office

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// pageSize is how many records a list shows at once.
const pageSize = 50

// listView is a page of a list, board or calendar.
type listView struct {
	v       *visit
	o       *record.Seen
	look    *look
	views   []record.View
	tabs    []ui.Link
	late    bool // the tabs' counts come afterwards
	page    record.Page
	count   int
	more    bool   // there are more than count
	sums    string // "CHF 131’370 in all"
	fault   string // why the filter finds nothing
	at      int    // where in the filter
	length  int
	instead string // what may have been meant
	added   string // why no filter was added
	body    templ.Component
}

// list shows the records of an object as the address asks.
func (v *visit) list(w http.ResponseWriter) error {
	l, err := v.listView()
	if err != nil {
		return err
	}
	if href, err := l.addFilter(); err != nil || href != "" {
		if err != nil {
			return err
		}
		return web.Redirect(w, v.r, href)
	}
	if v.r.URL.Query().Get("part") == "tabs" {
		if err := l.countTabs(v.ctx); err != nil {
			return err
		}
		return v.part(w, http.StatusOK, l.viewTabs())
	}
	switch l.look.kind {
	case record.BoardView:
		err = l.readBoard()
	case record.CalendarView:
		err = l.readCalendar()
	default:
		err = l.readList()
	}
	if err != nil {
		return err
	}
	return l.answer(w)
}

// listView reads the address and the views of its object.
func (v *visit) listView() (*listView, error) {
	o, err := v.object()
	if err != nil {
		return nil, err
	}
	l := &listView{v: v, o: o}
	err = v.read(func(tx *db.Tx) error {
		l.views, err = v.store.Views(tx, v.asker, o.Key)
		return err
	})
	if err != nil {
		return nil, err
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return nil, err
	}
	if l.look, err = lookFrom(q, o, l.views); err != nil {
		return nil, err
	}
	if id, err := value.ParseID(batchID, q.Raw("batch")); err == nil {
		v.toast = &ui.Toast{Undo: root(o.Key) + "/undo", Kept: []ui.Kept{{Name: "batch", Value: id.Text(batchID)}}}
	}
	return l, nil
}

// addFilter answers the filter form with the address that has the new condition.
func (l *listView) addFilter() (string, error) {
	q, err := web.ReadQuery(l.v.r)
	if err != nil || q.Raw("op") == "" {
		return "", err
	}
	filter, err := l.v.added(l.look, q.Line("field", 100), q.Line("op", 20), q.Line("value", 500))
	var known *value.Error
	if errors.As(err, &known) && known.Kind != value.Internal {
		l.added = l.v.fault(err)
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return l.look.with(func(k *look) { k.filter = filter }), nil
}

// readList reads a page of the list. What is wrong with the filter is told on the page.
func (l *listView) readList() error {
	q := l.look.query()
	q.Limit = pageSize
	page, err := l.v.store.Find(l.v.ctx, l.v.asker, q)
	if err != nil {
		return l.noteFault(err)
	}
	l.page = page
	if err := l.readCount(); err != nil || l.more {
		return err // what is too much to count is too much to add up
	}
	l.sums, err = l.v.sums(l.look)
	return err
}

// readCount counts what the list is a page of; when that takes long, it is what was shown so far, and more.
func (l *listView) readCount() error {
	l.count, l.more = l.look.first+len(l.page.Records), l.page.Next != ""
	if l.look.after == "" && !l.more {
		return nil
	}
	_, err := l.v.briefly(func(ctx context.Context) error {
		n, more, err := l.v.store.Count(ctx, l.v.asker, l.look.query(), mostCounted)
		if err == nil {
			l.count, l.more = n, more
		}
		return err
	})
	return err
}

// noteFault keeps what is wrong with the filter, the sort or the place; other errors stay errors.
func (l *listView) noteFault(err error) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != value.Invalid {
		return err
	}
	l.fault = l.v.fault(err)
	if problem := l.problem(); problem != nil {
		l.fault, l.instead = capital(problem.Message), ""
		l.at, l.length = problem.Column-1, max(1, lengthOf(l.look.filter, problem.Column-1))
		if problem.Suggestion != "" {
			l.instead = replaced(l.look.filter, l.at, l.length, problem.Suggestion)
		}
	}
	return nil
}

// problem is the first mistake of the filter, nil when it is sound.
func (l *listView) problem() *expr.Problem {
	problems := l.o.Scope().Problems(l.look.filter, expr.Bool)
	if len(problems) == 0 {
		return nil
	}
	return &problems[0]
}

// lengthOf is how many characters the word at a place has.
func lengthOf(filter string, at int) int {
	letters := []rune(filter)
	to := max(at, 0)
	for to < len(letters) && (letters[to] == '_' || letters[to] == '.' || letters[to] >= '0' && letters[to] <= '9' || letters[to] >= 'a' && letters[to] <= 'z' || letters[to] >= 'A' && letters[to] <= 'Z') {
		to++
	}
	return to - at
}

func replaced(filter string, at, length int, word string) string {
	letters := []rune(filter)
	if at < 0 || at+length > len(letters) {
		return filter
	}
	return string(letters[:at]) + word + string(letters[at+length:])
}

// sums adds up the first number column of what the list shows.
func (v *visit) sums(l *look) (string, error) {
	f := v.summed(l)
	if f == nil {
		return "", nil
	}
	sum, err := v.sumOf(l, f)
	if sum == "" || err != nil {
		return "", err
	}
	return v.t("office.sum", "field", v.in(f.Labels), "sum", sum), nil
}

// sumOf adds up a field of all that a list finds; "" when there is nothing to add, or it takes long.
func (v *visit) sumOf(l *look, f *record.Field) (sum string, err error) {
	q := l.query()
	q.After, q.Sort = "", nil
	_, err = v.briefly(func(ctx context.Context) error {
		rows, err := v.store.Group(ctx, v.asker, record.GroupQuery{Query: q, Measures: []record.Measure{{Op: "sum", Field: f.Key}}})
		if err == nil && len(rows) == 1 && len(rows[0].Values) == 1 && rows[0].Values[0] != nil {
			sum = v.shown(f, rows[0].Values[0], nil)
		}
		return err
	})
	return sum, err
}

// summed is the field whose sum stands below a list: the first column of money, or else of numbers with decimals.
func (v *visit) summed(l *look) (found *record.Field) {
	for _, key := range l.shown() {
		f := l.object.Field(key)
		if f == nil || !f.Stored() {
			continue
		}
		switch v.typeOf(f) {
		case record.MoneyType:
			return f
		case record.Integer, record.Decimal:
			if found == nil && f.Type != record.Rollup {
				found = f
			}
		}
	}
	return found
}

// readTabs counts the views, each no further than a thousand. When that takes long the page comes with bare tabs, and
// fetches them again by itself.
func (l *listView) readTabs() error {
	done, err := l.v.briefly(l.countTabs)
	if done || err != nil {
		return err
	}
	l.late = true
	l.tabs = []ui.Link{l.allTab("")}
	for _, view := range l.views {
		l.tabs = append(l.tabs, l.tab(view))
	}
	return nil
}

func (l *listView) allTab(count string) ui.Link {
	return ui.Link{Text: l.v.t("office.all"), Href: root(l.o.Key), Count: count, Current: l.look.view == nil}
}

func (l *listView) countTabs(ctx context.Context) error {
	return l.v.site.DB.Read(ctx, func(tx *db.Tx) error {
		reader := l.v.store.In(tx)
		count := func(filter, search string) (string, error) {
			n, more, err := reader.Count(l.v.asker, record.Query{Object: l.o.Key, Filter: filter, Search: search}, mostCounted)
			if value.KindOf(err) == value.Invalid { // a view whose filter fits no more says so when it is opened
				return "!", nil
			}
			return l.v.capped(n, more), err
		}
		all, err := count("", "")
		if err != nil {
			return err
		}
		l.tabs = []ui.Link{l.allTab(all)}
		for _, view := range l.views {
			tab := l.tab(view)
			if tab.Count, err = count(view.Filter, view.Search); err != nil {
				return err
			}
			l.tabs = append(l.tabs, tab)
		}
		return nil
	})
}

func (l *listView) tab(view record.View) ui.Link {
	tab := ui.Link{
		Text: view.Name, Href: root(l.o.Key) + "?view=" + view.ID.Text(viewID),
		Current: l.look.view != nil && l.look.view.ID == view.ID, Title: l.v.t("office.view_shared"),
	}
	if !view.Shared {
		tab.Icon, tab.Title = "user", l.v.t("office.view_own")
	}
	switch view.Kind {
	case record.BoardView:
		tab.Icon = "columns-3"
	case record.CalendarView:
		tab.Icon = "calendar"
	}
	return tab
}

// answer writes the page. A request for the peek alone or the grid alone takes its part from it.
func (l *listView) answer(w http.ResponseWriter) error {
	if err := l.readTabs(); err != nil {
		return err
	}
	page, err := l.v.office.Shell.Page(l.v.r, l.v.in(l.o.Plural), root(l.o.Key))
	if err != nil {
		return err
	}
	page.Actions = l.actions()
	status := http.StatusOK
	if l.fault != "" || l.added != "" {
		status = http.StatusUnprocessableEntity
	}
	return l.v.show(w, status, page, l.view())
}

// grid is the table of records.
func (l *listView) grid() ui.Grid {
	v := l.v
	g := ui.Grid{Label: v.in(l.o.Plural), Bulk: l.bulkBar(), Total: l.total(), Range: l.rangeText(), PrevHref: l.look.previous(pageSize), NextHref: l.look.next(l.page.Next, len(l.page.Records))}
	shown := l.look.shown()
	for n, key := range shown {
		column := ui.Column{Title: v.label(l.o, key), Kind: v.cellKind(l.o, key)}
		if n == 0 {
			column.Kind = ui.TextCell
		}
		if f := l.o.Field(key); f == nil || isSortable(f) {
			column.Sort, column.SortHref = l.look.sorted(key)
		}
		g.Columns = append(g.Columns, column)
	}
	for _, rec := range l.page.Records {
		g.Rows = append(g.Rows, v.row(l.look, rec, shown))
	}
	if (l.page.Next != "" || l.look.after != "") && len(g.Bulk.Buttons) > 0 {
		g.Matching = v.capped(l.count, l.more)
	}
	g.Empty = l.empty()
	return g
}

// row is one record of the list.
func (v *visit) row(l *look, rec *record.Record, shown []string) ui.Row {
	path := pathOf(l.object.Object, rec.ID)
	row := ui.Row{ID: l.object.ID(rec.ID), Name: rec.Title(), Href: address(path, l.values()), PeekURL: path + "/peek"}
	for n, key := range shown {
		cell := v.cell(rec, l.object, key)
		if n == 0 {
			cell.Text = rec.Title()
		}
		if f := l.object.Field(key); f != nil && l.object.May(record.Edit) && isTyped(l.object, f) && isInline(f) {
			cell.EditURL = address(path+"/cells/"+key, l.values())
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// isInline reports whether a value fits into a cell while it is edited.
func isInline(f *record.Field) bool {
	switch f.Type {
	case record.LongText, record.References, record.File, record.Place:
		return false
	default:
		return true
	}
}

func (l *listView) total() string {
	if len(l.page.Records) == 0 {
		return ""
	}
	text := l.v.t("office.records", "count", l.count)
	if l.more {
		text = l.v.t("office.records_many", "most", l.count)
	}
	return joined(text, l.sums)
}

func (l *listView) rangeText() string {
	if len(l.page.Records) == 0 {
		return ""
	}
	words := l.v.words
	text := words.Count(l.look.first+1) + "–" + words.Count(l.look.first+len(l.page.Records))
	return joined(text, l.v.t("office.took", "count", max(1, int(l.page.Took.Milliseconds()))))
}

func joined(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, " · ")
}

// mayDefine reports whether the asker may change fields.
func (v *visit) mayDefine() bool { return v.asker.Define }

func (v *visit) mayExport(o *record.Seen) bool {
	return o.May(record.Export) && v.may(account.RecordsExport)
}

func (v *visit) error(err error) string { return capital(text.Error(v.ctx, err)) }
