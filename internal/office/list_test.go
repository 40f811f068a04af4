package office_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fairground/internal/record"
	"fairground/internal/value"
)

const stalls = "/console/records/stall"

func TestAnEmptyListSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.get("sales", stalls).want(http.StatusOK, "No stalls yet", "Add the first, or import a file.", `href="/console/records/stall/new"`)
	w.get("viewer", stalls).want(http.StatusOK, "No stalls yet").lacks(`href="/console/records/stall/new"`)
	w.make("stall", record.Values{"name": "Blue awning"})
	w.get("sales", stalls+"?own=1&q=nowhere").want(http.StatusOK, "Nothing fits").lacks("Blue awning")
}

func TestAListShowsValuesAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	w := market(t)
	tr := w.make("trader", record.Values{"name": "Velo Atelier"})
	w.make("stall", record.Values{
		"name": "Blue awning", "status": "open", "rent": value.Money{Minor: 1840000, Currency: "CHF"}, "size": int64(12), "trader": tr.ID,
		"starts": "2026-11-28", "covered": true, "goods": []string{"bikes", "books"}, "mail": "stall@lakeside.example", "phone": "+41790000000",
	})
	w.make("stall", record.Values{"name": "Red awning", "rent": value.Money{Minor: 100000, Currency: "CHF"}})
	w.get("admin", stalls).want(http.StatusOK, "Blue awning", `<span class="tag safe">Open</span>`, "CHF\u00a018,400", "12\u00a0m", "Velo Atelier", "Nov 28, 2026",
		"2 records", "Rent CHF\u00a019,400", "1–2 · ")
	w.get("admin", stalls+"?own=1&cols=name,goods,mail,phone,number,area").want(http.StatusOK, "Bikes", "Books", `href="mailto:stall@lakeside.example"`, "S-100", ">36").
		lacks("Velo Atelier")
}

func TestAListIsSortedFilteredAndPaged(t *testing.T) {
	t.Parallel()
	w := market(t)
	for n := range 120 {
		w.make("stall", record.Values{"name": fmt.Sprintf("Stall %03d", n), "size": int64(n + 1), "status": []string{"new", "open"}[n%2]})
	}
	first := w.get("admin", stalls+"?own=1&sort=name").want(http.StatusOK, "Stall 000", "Stall 049", "120 records", "1–50").lacks("Stall 050")
	second := w.get("admin", next(first)).want(http.StatusOK, "Stall 050", "Stall 099", "51–100").lacks("Stall 049", "Stall 100")
	third := w.get("admin", next(second)).want(http.StatusOK, "Stall 100", "Stall 119", "101–120").lacks("Stall 099")
	w.get("admin", previous(third)).want(http.StatusOK, "Stall 050", "51–100").lacks("Stall 049", "Stall 100")
	w.get("admin", previous(w.get("admin", previous(third)))).want(http.StatusOK, "Stall 000", "1–50").lacks("Stall 050")
	if next(third) != "" || previous(first) != "" {
		t.Error("there are pages before the first or after the last")
	}
	w.get("admin", stalls+"?own=1&sort=-size").want(http.StatusOK, "Stall 119", `aria-sort="descending"`).lacks("Stall 069")
	w.get("admin", stalls+"?own=1&filter="+url.QueryEscape(`size > 100 && status == "open"`)).want(http.StatusOK, "10 records", "Stall 101", "over 100", "<b>Open</b>").lacks("Stall 100<")
	w.get("admin", stalls+"?own=1&q=stall+007").want(http.StatusOK, "Stall 007").lacks("Stall 008")
}

func next(p page) string     { return link(p, `<a class="step" [^>]*rel="next"[^>]*>`) }
func previous(p page) string { return link(p, `<a class="step" [^>]*rel="prev"[^>]*>`) }

func link(p page, pattern string) string {
	tag := regexp.MustCompile(pattern).FindString(p.body)
	found := regexp.MustCompile(` href="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

func TestAFilterIsBuiltByAForm(t *testing.T) {
	t.Parallel()
	w := market(t)
	tr := w.make("trader", record.Values{"name": "Velo Atelier"})
	w.make("stall", record.Values{"name": "Blue awning", "status": "open", "size": int64(12), "trader": tr.ID, "covered": true, "starts": "2026-11-28", "goods": []string{"bikes"}})
	w.make("stall", record.Values{"name": "Red awning", "size": int64(3), "covered": false, "starts": "2025-01-01"})
	for _, c := range []struct{ field, op, value, chip string }{
		{"name", "contains", "BLUE", "Name <b>contains “BLUE”"},
		{"name", "starts_with", "blue", "Name <b>begins with “blue”"},
		{"name", "is", "Blue awning", "Name <b>Blue awning"},
		{"status", "is", "Open", "Status <b>Open"},
		{"status", "is", "open", "Status <b>Open"},
		{"size", "over", "10", "Size <b>over 10"},
		{"size", "is", "12", "Size <b>12"},
		{"covered", "is.true", "", "Covered <b>yes"},
		{"starts", "at_least", "2026-01-01", "From <b>from Jan 1, 2026"},
		{"goods", "has", "Bikes", "Goods <b>Bikes"},
		{"trader", "is", "Velo Atelier", "Trader <b>Velo Atelier"},
		{"trader", "is_not_empty", "", "Trader <b>filled in"},
		{"name", "not_contains", "red", "Name <b>does not contain “red”"},
		{"status", "any_of", "Open, open", "Status <b>one of Open, Open"},
		{"size", "at_least", "12", "Size <b>from 12"},
		{"starts", "after", "2026-01-01", "From <b>after Jan 1, 2026"},
	} {
		p := w.get("admin", stalls+"?"+form("field", c.field, "op", c.op, "value", c.value).Encode())
		if p.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: %d: %s", c, p.StatusCode, clip(p.body))
			continue
		}
		p = w.get("admin", p.Header.Get("Location")).want(http.StatusOK, "Blue awning").lacks("Red awning")
		if squeezed := strings.Join(strings.Fields(p.body), " "); !strings.Contains(squeezed, c.chip) {
			t.Errorf("%v: no chip %q in %s", c, c.chip, clip(squeezed[strings.Index(squeezed, `<div class="chips"`):]))
		}
	}
	for _, c := range [][3]string{{"size", "over", "many"}, {"starts", "at_least", "soon"}, {"status", "is", "Nowhere"}, {"trader", "is", "Nobody"}, {"size", "contains", "1"}, {"rent_of", "is", "1"}, {"name", "is", ""}} {
		w.get("admin", stalls+"?"+form("field", c[0], "op", c[1], "value", c[2]).Encode()).want(http.StatusUnprocessableEntity, "Blue awning", "Red awning", `id="filter-value-error"`)
	}
}

// TestChipsReadWhatTheFormWrites: every comparison that the menu offers for a kind of field gives a chip in words.
func TestChipsReadWhatTheFormWrites(t *testing.T) {
	t.Parallel()
	w := market(t)
	tr := w.make("trader", record.Values{"name": "Velo Atelier"})
	w.make("stall", record.Values{"name": "Blue awning", "trader": tr.ID})
	typed := map[string]string{"text": `a "quoted" && \b`, "number": "-12", "date": "2026-11-28", "choice": "open", "choices": "bikes", "link": "Velo Atelier"}
	page := w.get("admin", stalls).want(http.StatusOK)
	fields := regexp.MustCompile(`<option value="(\w+)" data-kind="(\w+)"`).FindAllStringSubmatch(page.body, -1)
	offers := regexp.MustCompile(`<option value="([\w.]+)" data-kinds="([\w ]+)"`).FindAllStringSubmatch(page.body, -1)
	tried := 0
	for _, f := range fields {
		for _, o := range offers {
			if !slices.Contains(strings.Fields(o[2]), f[2]) {
				continue
			}
			p := w.get("admin", stalls+"?"+form("field", f[1], "op", o[1], "value", typed[f[2]]).Encode())
			if p.StatusCode == http.StatusUnprocessableEntity && strings.Contains(p.body, "no operator") {
				continue // another field of this kind has it
			}
			if p.StatusCode != http.StatusSeeOther {
				t.Errorf("%s %s: %d", f[1], o[1], p.StatusCode)
				continue
			}
			p = w.get("admin", p.Header.Get("Location")).want(http.StatusOK)
			chip := regexp.MustCompile(`(?s)<span class="clip">(.*?)</span>`).FindStringSubmatch(p.body)
			if chip == nil || regexp.MustCompile(`==|fold\(|\.id|&amp;&amp; [a-z_]+ `).MatchString(chip[1]) || strings.Contains(chip[1], "office.") {
				t.Errorf("%s %s: the chip says %q", f[1], o[1], chip)
			}
			tried++
		}
	}
	if tried < 60 {
		t.Errorf("only %d comparisons were tried", tried)
	}
}

func TestAFaultyFilterShowsWhere(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.make("stall", record.Values{"name": "Blue awning"})
	w.get("admin", stalls+"?own=1&filter="+url.QueryEscape("sice > 5")).want(http.StatusUnprocessableEntity, `<mark class="wrong">sice</mark>`, "Did you mean", "<code>size &gt; 5</code>", "size+%3E+5").lacks("Blue awning")
	w.get("admin", stalls+"?own=1&filter="+url.QueryEscape("size +")).want(http.StatusUnprocessableEntity, "wrong")
	w.get("admin", stalls+"?own=1&filter="+url.QueryEscape("size")).want(http.StatusUnprocessableEntity, "bool")
	w.get("admin", stalls+"?own=1&after=nonsense").want(http.StatusUnprocessableEntity)
}

func TestViewsAreSavedSharedAndRemoved(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.make("stall", record.Values{"name": "Blue awning", "size": int64(12)})
	w.make("stall", record.Values{"name": "Red awning", "size": int64(3)})
	w.post("admin", "/console/views/stall", "name", "", "own", "1").wantTo("admin", stalls)
	big := w.post("admin", "/console/views/stall", "name", "Big ones", "own", "1", "filter", "size > 10", "sort", "-size", "cols", "name,size").
		wantTo("admin", stalls+"?view=").want(http.StatusOK, "Big ones", "Blue awning", "View saved", `aria-sort="descending"`).lacks("Red awning")
	w.get("sales", stalls).lacks("Big ones")
	view := regexp.MustCompile(`/console/views/stall/(viw_\w+)`).FindStringSubmatch(big.body)
	if view == nil {
		t.Fatal("the view has no menu")
	}
	w.post("admin", view[0], "do", "rename", "name", "Large", "shared", "yes").wantTo("admin", stalls+"?view="+view[1]).want(http.StatusOK, "Large")
	w.get("sales", stalls+"?view="+view[1]).want(http.StatusOK, "Large", "Blue awning").lacks("Red awning")
	changed := stalls + "?view=" + view[1] + "&own=1&filter=" + url.QueryEscape("size > 1") + "&cols=name,size"
	w.get("admin", changed).want(http.StatusOK, "View, changed", "Red awning", "Save the changes")
	w.post("admin", view[0], "do", "save", "view", view[1], "own", "1", "filter", "size > 1", "cols", "name,size").wantTo("admin", stalls+"?view="+view[1]).want(http.StatusOK, "Red awning", "Large").lacks("View, changed")
	w.post("admin", view[0]+"/removal").wantTo("admin", stalls).want(http.StatusOK, "View removed").lacks("Large")
	w.get("admin", stalls+"?view="+view[1]).want(http.StatusNotFound)
}

// TestNoPageWaitsForCounts: what is slow to count comes afterwards.
func TestNoPageWaitsForCounts(t *testing.T) {
	t.Parallel()
	w := market(t)
	for n := range 60 {
		w.make("stall", record.Values{"name": fmt.Sprintf("Stall %02d", n), "size": int64(1)})
	}
	w.get("admin", stalls+"?own=1&cols=name,size").want(http.StatusOK, "60 records", ` 60</span>`, "Size 60").lacks("part=tabs")
	w.office.Brief = 1
	w.get("admin", stalls).want(http.StatusOK, "Stall 59", "50+ records", `hx-get="/console/records/stall?part=tabs"`).lacks(` 60</span>`)
	w.part("admin", stalls+"?part=tabs").want(http.StatusOK, ` 60</span>`, `class="tabs-row"`).lacks("<html", "Stall 59")
}

func TestColumnsAreChosen(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.make("stall", record.Values{"name": "Blue awning", "size": int64(12), "weight": "1.25"})
	p := w.get("admin", stalls+"?own=1&cols=name,weight,size").want(http.StatusOK, "1.25")
	if head := p.body[strings.Index(p.body, "<thead"):]; strings.Index(head, "Weight") > strings.Index(head, "Size") {
		t.Error("columns are not in the order that was asked for")
	}
	p.want(http.StatusOK, "cols=name%2Csize%2Cweight", "cols=name%2Csize&amp;", "cols=name%2Cweight%2Csize%2Cstatus")
}

func TestCellsAreEdited(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "size": int64(12), "status": "new"})
	cell := path(s) + "/cells/"
	w.part("sales", cell+"size").want(http.StatusOK, `class="cell-editor"`, `value="12"`, `name="rev" value="1"`)
	w.part("sales", cell+"status").want(http.StatusForbidden)
	w.part("sales", cell+"area").want(http.StatusForbidden)
	w.part("sales", cell+"nothing").want(http.StatusNotFound)
	w.get("sales", cell+"size").wantTo("sales", path(s)+"/edit#field-size")
	fragment := func(as string, field string, pairs ...string) page {
		return w.do(as, "POST", cell+field, form(pairs...), "HX-Request", "true")
	}
	fragment("sales", "size", "size", "0", "rev", "1").want(http.StatusUnprocessableEntity, "A stall is at least one metre long", `value="0"`, "cell-editor")
	fragment("sales", "size", "size", "many", "rev", "1").want(http.StatusUnprocessableEntity, `value="many"`)
	fragment("sales", "size", "size", "14", "rev", "1", "own", "1", "cols", "name,size,area").want(http.StatusOK, "<tr", "14\u00a0m", "42").lacks("<html")
	late := fragment("support", "size", "size", "20", "rev", "1").want(http.StatusUnprocessableEntity, "14\u00a0m", `value="20"`, `name="rev" value="2"`)
	if now := w.find("stall", s.ID); now.Values["size"] != int64(14) {
		t.Errorf("a late change went through: %v; %s", now.Values["size"], late.body)
	}
	fragment("support", "size", "size", "20", "rev", "2").want(http.StatusOK, "20\u00a0m")
	w.post("support", cell+"size", "size", "21", "rev", "3").wantTo("support", stalls).want(http.StatusOK, "21\u00a0m", "is saved")
	w.post("support", cell+"size", "size", "-1", "rev", "4").want(http.StatusUnprocessableEntity, "<html", `value="-1"`, "one metre")
}

func TestManyAreChangedAndPutBack(t *testing.T) {
	t.Parallel()
	w := market(t)
	var ids []string
	for n := range 60 {
		s := w.make("stall", record.Values{"name": fmt.Sprintf("Stall %02d", n), "size": int64(n + 1), "status": "new"})
		ids = append(ids, s.Object.ID(s.ID))
	}
	bulk := stalls + "/bulk"
	w.get("admin", bulk).wantTo("admin", stalls)
	w.post("admin", bulk, "do", "form").wantTo("admin", stalls).want(http.StatusOK, "Select some records first")
	w.post("admin", bulk, "do", "form", "id", ids[0], "id", ids[1]).want(http.StatusOK, "2 selected", `name="change" value="size"`, `name="id" value="`+ids[1]).lacks(`value="name"`)
	w.post("admin", bulk, "do", "save", "id", ids[0], "size", "7").want(http.StatusUnprocessableEntity, "Tick at least one field")
	w.post("admin", bulk, "do", "save", "id", ids[0], "change", "size", "size", "0").want(http.StatusUnprocessableEntity, "one metre")
	done := w.post("admin", bulk, "do", "save", "id", ids[0], "id", ids[1], "change", "status", "status", "open", "size", "9").wantTo("admin", stalls).want(http.StatusOK, "2 records changed", `class="toast`, `action="/console/records/stall/undo"`)
	if n := w.count(`status == "open"`); n != 2 {
		t.Errorf("%d are open, want 2", n)
	}
	batch := regexp.MustCompile(`name="batch" value="(bat_\w+)"`).FindStringSubmatch(done.body)
	_, err := w.store.Update(t.Context(), system, "stall", w.id(ids[1]), 0, record.Values{"status": "closed"})
	w.ok(err)
	w.post("admin", stalls+"/undo", "batch", batch[1]).wantTo("admin", stalls).want(http.StatusOK, "1 record is as it was before", "1 was changed since")
	if n := w.count(`status == "open"`); n != 0 {
		t.Errorf("%d are open after the undo", n)
	}
	w.post("admin", bulk, "do", "form", "all", "yes", "own", "1", "filter", "size > 10").want(http.StatusOK, "50 selected", `name="all" value="yes"`)
	w.post("admin", bulk, "do", "save", "all", "yes", "own", "1", "filter", "size > 10", "change", "covered", "covered", "yes").wantTo("admin", stalls).want(http.StatusOK, "50 records changed")
	if n := w.count("covered == true"); n != 50 {
		t.Errorf("%d are covered, want 50", n)
	}
	gone := w.post("sales", bulk, "do", "delete", "all", "yes", "own", "1", "filter", "size > 30").wantTo("sales", stalls).want(http.StatusOK, "30 records moved to the trash")
	if n := w.count(""); n != 30 {
		t.Errorf("%d are left, want 30", n)
	}
	batch = regexp.MustCompile(`name="batch" value="(bat_\w+)"`).FindStringSubmatch(gone.body)
	w.post("sales", stalls+"/undo", "batch", batch[1]).wantTo("sales", stalls).want(http.StatusOK, "30 records are as they were before")
}

func (w *world) id(text string) value.ID {
	w.Helper()
	id, err := value.ParseID("stl", text)
	w.ok(err)
	return id
}

func (w *world) count(filter string) int {
	w.Helper()
	n, _, err := w.store.Count(w.Context(), system, record.Query{Object: "stall", Filter: filter}, 1000)
	w.ok(err)
	return n
}

func TestTheTrash(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning"})
	id := s.Object.ID(s.ID)
	w.get("admin", stalls+"/trash").want(http.StatusOK, "The trash is empty")
	w.post("admin", path(s)+"/deletion", "rev", "1").wantTo("admin", stalls).want(http.StatusOK, "Moved to the trash", `class="toast`).lacks("<b>Blue awning")
	w.get("admin", stalls+"/trash").want(http.StatusOK, "Blue awning", "Aya Keller")
	w.get("admin", path(s)).want(http.StatusOK, "in the trash", path(s)+"/restoration").lacks(path(s)+"/edit\"", path(s)+"/notes")
	w.get("viewer", stalls+"/trash").want(http.StatusForbidden)
	w.post("admin", path(s)+"/restoration").wantTo("admin", path(s)).want(http.StatusOK, "Restored").lacks("in the trash.")
	w.post("admin", path(s)+"/deletion", "rev", "1").wantTo("admin", path(s)).want(http.StatusOK, "Blue awning")
	rev := fmt.Sprint(w.find("stall", s.ID).Rev)
	w.post("admin", path(s)+"/deletion", "rev", rev).wantTo("admin", stalls)
	w.post("admin", stalls+"/trash", "do", "restore", "id", id).wantTo("admin", stalls+"/trash").want(http.StatusOK, "Restored", "The trash is empty")
	w.post("admin", path(s)+"/deletion", "rev", fmt.Sprint(w.find("stall", s.ID).Rev)).wantTo("admin", stalls)
	w.post("admin", stalls+"/trash", "do", "purge", "id", id).wantTo("admin", stalls+"/trash").want(http.StatusOK, "deleted for good")
	w.get("admin", path(s)).want(http.StatusNotFound)
}

func TestABoardAndACalendar(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "status": "open", "starts": "2026-11-28", "inspected": "2026-11-30T23:30:00Z", "rent": value.Money{Minor: 50000, Currency: "CHF"}})
	w.make("stall", record.Values{"name": "Red awning", "status": "new", "starts": "2026-12-01"})
	board := w.get("admin", stalls+"?own=1&layout=board&by=status").want(http.StatusOK, `data-column="open"`, `data-column="closed"`, "Blue awning", "CHF\u00a0500")
	move := regexp.MustCompile(`data-move="([^"]*` + s.Object.ID(s.ID) + `[^"]*)"`).FindStringSubmatch(board.body)
	if move == nil {
		t.Fatal("the card cannot be moved")
	}
	address := strings.ReplaceAll(move[1], "&amp;", "&")
	w.post("viewer", address, "to", "closed").lacks("Moved")
	w.post("admin", address, "to", "nowhere").wantTo("admin", stalls)
	w.post("admin", address, "to", "closed").wantTo("admin", stalls+"?by=status&layout=board&own=1").want(http.StatusOK, "Moved")
	if now := w.find("stall", s.ID).Values["status"]; now != "closed" {
		t.Errorf("the card is in %v", now)
	}
	if p := w.do("admin", "POST", address, form("to", "open"), "HX-Request", "true"); p.StatusCode != http.StatusConflict {
		t.Errorf("a card that somebody moved meanwhile: %d", p.StatusCode)
	}
	w.get("viewer", stalls+"?own=1&layout=board&by=status").want(http.StatusOK).lacks("data-move")
	month := stalls + "?own=1&layout=calendar&by=starts&month="
	w.get("admin", month+"2026-11").want(http.StatusOK, "Blue awning", "November 2026").lacks("Red awning")
	w.get("admin", month+"2026-12").want(http.StatusOK, "Red awning").lacks("Blue awning")
	w.get("admin", month+"2027-01").want(http.StatusOK, "Nothing in this month")
	w.get("admin", stalls+"?own=1&layout=calendar&by=inspected&month=2026-12").want(http.StatusOK, "Blue awning", "0:30")
	w.get("admin", stalls+"?own=1&layout=calendar&by=name").want(http.StatusOK, "Blue awning", "2 records")
}

func TestAnExportHasWhatTheListShows(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.make("stall", record.Values{"name": "=1+1", "size": int64(12), "status": "open"})
	w.make("stall", record.Values{"name": "Red, awning", "size": int64(3)})
	p := w.get("admin", stalls+"/export?own=1&cols=name,size,status&filter="+url.QueryEscape("size > 5")).want(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(p.body)).ReadAll()
	if err != nil || len(rows) != 2 || strings.Join(rows[0], "|") != "id|name|status|size" && strings.Join(rows[0], "|") != "id|name|size|status" || rows[1][1] != "'=1+1" {
		t.Errorf("%v %v", rows, err)
	}
	if !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
		t.Error("the export is no attachment")
	}
	w.get("sales", stalls+"/export").want(http.StatusForbidden)
}

func TestThePalette(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning"})
	w.make("trader", record.Values{"name": "Blue bikes"})
	w.part("admin", "/console/palette?q=blue").want(http.StatusOK, `role="option"`, "Blue awning", "Blue bikes", path(s)).lacks("<html")
	w.part("admin", "/console/palette?q="+s.Object.ID(s.ID)).want(http.StatusOK, "Blue awning")
	w.part("admin", "/console/palette?q=new+stall").want(http.StatusOK, `href="/console/records/stall/new"`)
	w.part("viewer", "/console/palette?q=new").want(http.StatusOK).lacks("/new")
	w.part("admin", "/console/palette").want(http.StatusOK, "Stalls", "Settings")
	w.part("viewer", "/console/palette").want(http.StatusOK, "Stalls").lacks("/console/settings")
	w.part("admin", "/console/palette?pick=1&about=blue").want(http.StatusOK, `data-id="`+s.Object.ID(s.ID)).lacks("Settings")
	w.get("admin", "/console/palette?q=blue").want(http.StatusOK, "<html", "Blue awning")
}

func TestPickersFindWhatOtherRoomsLend(t *testing.T) {
	t.Parallel()
	w, _ := crmWorld(t)
	w.part("admin", "/console/records/staff/suggest?owner=jon").want(http.StatusOK, "Jon Perret").lacks("Aya Keller")
	w.part("admin", "/console/records/staff/suggest?owner=").want(http.StatusOK, "Jon Perret", "Aya Keller")
	w.get("admin", "/console/records/staff").want(http.StatusOK, "Jon Perret").lacks("/console/records/staff/new", "cells/")
}
