package ui

import (
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

func TestCutMarksTheFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text                string
		at, length          int
		before, part, after string
	}{
		{"a < b", 4, 1, "a < ", "b", ""},
		{"größe > 1", 0, 5, "", "größe", " > 1"},
		{"a <", 3, 0, "a <", " ", ""},
		{"a", 9, 9, "a", " ", ""},
		{"abc", -4, 0, "", "a", "bc"},
		{"abc", 1, 99, "a", "bc", ""},
		{"", 0, 0, "", " ", ""},
	} {
		before, part, after := cut(c.text, c.at, c.length)
		if before != c.before || part != c.part || after != c.after {
			t.Errorf("cut(%q, %d, %d) = %q, %q, %q", c.text, c.at, c.length, before, part, after)
		}
	}
}

func TestOffsetCountsLines(t *testing.T) {
	t.Parallel()
	const source = "a &&\nbé && c"
	for _, c := range []struct{ line, column, want int }{{1, 1, 0}, {1, 3, 2}, {2, 1, 5}, {2, 7, 11}, {9, 1, 5}, {0, 0, 0}} {
		if got := offset(source, c.line, c.column); got != c.want {
			t.Errorf("offset of line %d, column %d = %d, want %d", c.line, c.column, got, c.want)
		}
	}
}

func TestGridSaysHowItIsSorted(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	yes := true
	g := Grid{Label: "Shops", Peek: "side", Columns: []Column{{Title: "Name", Sort: Descending, SortHref: "/list?sort=name", Width: 13}, {Title: "Spend", Kind: MoneyCell}, {Title: "Trader", Kind: YesNoCell}, {Title: "Stage"}},
		Rows: []Row{{ID: "7", Name: "Velo", Href: "/7", PeekURL: "/7/peek", Current: true, Cells: []Cell{{Text: "Velo"}, {Text: "CHF 1"}, {Yes: &yes}, {EditURL: "/7/stage"}}}, {ID: "8", Href: "/8"}}}
	html := render(t, ctx, g)
	for _, want := range []string{`aria-sort="descending"`, `href="/list?sort=name"`, `hx-select="#grid"`, `<col class="w12">`, `hx-target="#side"`, `aria-current="true"`, `<td class="num">CHF 1</td>`, `>Yes<`, `hx-get="/7/stage"`, `>Nothing<`} {
		if !strings.Contains(html, want) {
			t.Errorf("missing %s in %s", want, html)
		}
	}
	if strings.Contains(html, "checkbox") || strings.Contains(html, "<form") {
		t.Errorf("a grid without actions has boxes: %s", html)
	}
	g.Bulk, g.Matching = BulkBar{Action: "/bulk", Buttons: []Button{{Text: "Write"}}}, "1,000+"
	html = render(t, ctx, g)
	for _, want := range []string{`form="grid-bulk"`, `id="grid-bulk"`, `name="all"`, "1,000+", `aria-label="Select Velo"`} {
		if !strings.Contains(html, want) {
			t.Errorf("missing %s in %s", want, html)
		}
	}
	if row := render(t, ctx, g.Row(g.Rows[0])); !strings.HasPrefix(row, `<tr id="grid-7"`) || !strings.Contains(html, row) {
		t.Errorf("the answer to an edit is not the row of the grid: %s", row)
	}
}

func TestEmptyGridShowsWhatToDo(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	g := Grid{Label: "Shops", Columns: []Column{{Title: "Name"}}, Empty: EmptyState{Title: "No shops yet"}}
	if html := render(t, ctx, g); strings.Contains(html, "<table") || !strings.Contains(html, "No shops yet") {
		t.Errorf("an empty grid: %s", html)
	}
	if html := render(t, ctx, Peek{}); !strings.Contains(html, `data-peek></aside>`) {
		t.Errorf("an empty peek takes room, since it is not quite empty: %s", html)
	}
}

func TestCalendarBeginsItsWeeksByLocale(t *testing.T) {
	t.Parallel()
	may := time.Date(2027, 5, 20, 12, 0, 0, 0, time.UTC) // 1 May 2027 is a Saturday
	for locale, c := range map[value.Locale]struct {
		first string
		days  int
	}{"de-CH": {"2027-04-26", 42}, "en-US": {"2027-04-25", 42}, "ar": {"2027-05-01", 35}} {
		words := Words(speaking(t, locale))
		days := Calendar{Month: may, Today: may, Entries: []CalendarEntry{{Day: may, Text: "one"}, {Day: may.AddDate(0, 1, 0)}}}.days(words)
		if got := days[0].at.Format(dayLayout); got != c.first || len(days) != c.days {
			t.Errorf("%s: %d days from %s, want %d from %s", locale, len(days), got, c.days, c.first)
		}
		entries, today := 0, 0
		for _, d := range days {
			entries += len(d.entries)
			if d.isToday {
				today++
			}
		}
		if entries != 1 || today != 1 {
			t.Errorf("%s: %d entries and %d days today, want one each", locale, entries, today)
		}
	}
}

func TestProgressStopsAskingWhenDone(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	running := render(t, ctx, Progress{URL: "/job/1", Label: "Import", Share: .414, Left: 100 * time.Second})
	for _, want := range []string{`hx-trigger="every 1s"`, `value="41.4"`, "41%", "about 2 minutes left"} {
		if !strings.Contains(running, want) {
			t.Errorf("missing %s in %s", want, running)
		}
	}
	if unknown := render(t, ctx, Progress{URL: "/job/1", Share: -1}); strings.Contains(unknown, "value=") || strings.Contains(unknown, "%") {
		t.Errorf("nothing is known of the share: %s", unknown)
	}
	done := render(t, ctx, Progress{URL: "/job/1", Share: .4, Done: true, Tone: Safe, Text: "All in."})
	if strings.Contains(done, "hx-") || !strings.Contains(done, `value="100"`) || !strings.Contains(done, "All in.") {
		t.Errorf("done: %s", done)
	}
	if failed := render(t, ctx, Progress{Share: .4, Done: true, Tone: Alarm, Text: "The file ends early."}); !strings.Contains(failed, `value="40"`) {
		t.Errorf("a failed piece of work did not get to its end: %s", failed)
	}
}

func TestPickersWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	one := render(t, ctx, LinkPicker{Input: Input{Name: "owner", Label: "Owner"}, Value: "pe_1", Text: "Aya", URL: "/find"})
	if !strings.Contains(one, `name="owner" value="Aya"`) || strings.Contains(one, ` name="owner_id"`) || !strings.Contains(one, `data-name="owner_id"`) {
		t.Errorf("without a script only the words count, so no id may be sent: %s", one)
	}
	several := render(t, ctx, LinksPicker{Input: Input{Name: "tags", Label: "Tags"}, Chosen: []Option{{"t1", "Urgent"}}, URL: "/find"})
	if !strings.Contains(several, `name="tags" value="t1" checked`) || !strings.Contains(several, `name="tags_add"`) {
		t.Errorf("chosen records are boxes, and one more can be typed: %s", several)
	}
}
