package office_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/transfer"
	"fairground/internal/value"
)

// importWorld is the market with a desk for files and a worker that carries imports out when it is told to.
type importWorld struct {
	*world
	jobs *job.Worker
}

func openImports(t testing.TB) *importWorld {
	t.Helper()
	w := market(t)
	desk := &transfer.Desk{DB: w.Site.DB, Records: w.store, Files: w.blobs, Asker: func(_ *db.Tx, id value.ID) (record.Asker, error) {
		for role, who := range w.accounts {
			if who.ID == id {
				return asker(sessionOf(w, role)), nil
			}
		}
		return record.Asker{}, value.Errorf(value.NotFound, "nobody has this id")
	}}
	w.office.Transfer = func(*site.Site) *transfer.Desk { return desk }
	return &importWorld{w, job.NewWorker(w.Site.DB, 1, desk.Jobs()...)}
}

func (w *importWorld) work() {
	w.Helper()
	_, err := w.jobs.RunDue(context.Background())
	w.ok(err)
}

// upload sends a file to the page of an object.
func (w *importWorld) upload(as, object, name, content string) page {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		w.ok(err)
		_, err = part.Write([]byte(content))
		w.ok(err)
	}
	w.ok(form.Close())
	r := httptest.NewRequestWithContext(context.Background(), "POST", "http://"+sitetest.Host+"/console/records/"+object+"/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("As", as)
	return w.world.send(r)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// kept are the hidden fields of the form of a page that leads to an address, and more pairs.
func (p page) kept(action string, pairs ...string) url.Values {
	p.world.Helper()
	_, form, found := strings.Cut(p.body, `action="`+action+`"`)
	if !found {
		p.world.Fatalf("no form leads to %s: %s", action, clip(p.body))
	}
	form, _, _ = strings.Cut(form, "</form>")
	q := url.Values{}
	for _, match := range hidden.FindAllStringSubmatch(form, -1) {
		q.Set(match[1], match[2])
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// mapped uploads a file, and settles the suggested mapping as the page shows it.
func (w *importWorld) mapped(as, object, content string, pairs ...string) string {
	w.Helper()
	at := strings.TrimSuffix(w.upload(as, object, object+"s.csv", content).Header.Get("Location"), "/mapping")
	p := w.get(as, at+"/mapping").want(http.StatusOK)
	w.do(as, "POST", at+"/mapping", p.kept(at+"/mapping", append([]string{"on_blank", "keep"}, pairs...)...)).wantTo(as, at+"/check").want(http.StatusOK)
	return at
}

const stallFile = "\ufeffName;Size;Size;Status\nBread;3;wide;Open\nSalt;0;;\nOil;4;;closed\nTea;;;new\n"

func TestAFileIsImportedStepByStep(t *testing.T) {
	t.Parallel()
	w := openImports(t)
	const start = stalls + "/import"
	w.get("admin", start).want(http.StatusOK, `type="file"`, `enctype="multipart/form-data"`, `aria-current="step"`).lacks("Earlier imports")
	w.upload("admin", "stall", "", "").want(http.StatusUnprocessableEntity, "Choose a file.", `aria-invalid="true"`)

	answer := w.upload("admin", "stall", `C:\files\stalls.csv`, stallFile)
	at := strings.TrimSuffix(answer.Header.Get("Location"), "/mapping")
	answer.wantTo("admin", at+"/mapping").want(http.StatusOK, "stalls.csv", "4 columns", "4 rows", "Size (2)", "wide",
		"The column name Size occurs again; the later one is called Size (2).", `<option value="59" selected>`, `<option value="name" selected>`)
	w.get("admin", at).wantTo("admin", at+"/mapping")
	w.mapStalls(at)

	checked := w.get("admin", at+"/check").want(http.StatusOK, "Would be made", "All 4 rows were checked", "1 row cannot be taken", `<td class="num">3</td>`, "A stall is at least one metre long.")
	if n := w.rows("stall"); n != 0 {
		t.Fatalf("before the start there are %d stalls", n)
	}
	for _, step := range []string{"/mapping", "/check"} {
		w.do("admin", "GET", at+step, nil, "Accept-Language", "de").want(http.StatusOK, `lang="de-CH"`, "Spalten").lacks("office.", "sheet.", "ui.", "%!")
	}
	w.do("admin", "POST", at+"/start", checked.kept(at+"/start", "go", "yes")).wantTo("admin", at+"/progress").want(http.StatusOK, "Importing stalls.csv", at+"/cancellation", `hx-get="`+at+`/progress"`)
	w.part("admin", at+"/progress").want(http.StatusOK, `hx-trigger="every 1s"`).lacks("<html")
	w.get("admin", at+"/mapping").wantTo("admin", at+"/progress")

	w.work()
	w.part("admin", at+"/progress").want(http.StatusOK, "3 made, 0 changed", at+"/result").lacks("<html", "hx-trigger")
	w.get("admin", at+"/progress").wantTo("admin", at+"/result").want(http.StatusOK, "The import is done: 3 made, 0 changed. 1 row was refused.", "A stall is at least one metre long.", at+"/errors", at+"/undo")
	refused := w.get("admin", at+"/errors").want(http.StatusOK)
	lines, err := csv.NewReader(strings.NewReader(refused.body)).ReadAll()
	if err != nil || len(lines) != 2 || lines[1][0] != "Salt" || lines[1][4] != "3" || !strings.HasPrefix(refused.Header.Get("Content-Disposition"), `attachment; filename="stall-errors-`) {
		t.Errorf("%v %v %q", lines, err, refused.Header.Get("Content-Disposition"))
	}
	w.takeBack(at)
	w.get("admin", start).want(http.StatusOK, "Earlier imports", "stalls.csv", "Undone", at)
}

// mapStalls corrects what was guessed, wrongly at first.
func (w *importWorld) mapStalls(at string) {
	w.Helper()
	p := w.get("admin", at+"/mapping")
	w.do("admin", "POST", at+"/reading", p.kept(at+"/reading", "comma", "44", "encoding", "utf-8", "header_line", "1")).wantTo("admin", at+"/mapping").want(http.StatusOK, "1 column", "Name;Size;Size;Status")
	stale := p.kept(at+"/mapping", "field.0", "name", "on_blank", "keep")
	p = w.get("admin", at+"/mapping")
	w.do("admin", "POST", at+"/reading", p.kept(at+"/reading", "comma", "59", "encoding", "utf-8", "header_line", "x")).want(http.StatusUnprocessableEntity, `id="header_line-error"`)
	w.do("admin", "POST", at+"/reading", p.kept(at+"/reading", "comma", "59", "encoding", "utf-8", "header_line", "1")).wantTo("admin", at+"/mapping").want(http.StatusOK, "4 columns")
	w.do("admin", "POST", at+"/mapping", stale).wantTo("admin", at)

	p = w.get("admin", at+"/mapping").want(http.StatusOK)
	sent := p.kept(at+"/mapping", "field.0", "name", "field.1", "size", "field.2", "size", "on_blank", "keep")
	w.do("admin", "POST", at+"/mapping", sent).want(http.StatusUnprocessableEntity, "“Size” goes to this field already.")
	sent.Set("field.2", "rnet")
	w.do("admin", "POST", at+"/mapping", sent).want(http.StatusUnprocessableEntity, "has no field")
	sent.Set("field.2", "")
	sent.Set("key", "trader")
	w.do("admin", "POST", at+"/mapping", sent).want(http.StatusUnprocessableEntity, `id="key-error"`)
	sent.Set("key", "")
	sent.Set("field.3", "status")
	w.do("admin", "POST", at+"/mapping", sent).wantTo("admin", at+"/check").want(http.StatusOK)
}

// takeBack undoes an import of which one record was changed since.
func (w *importWorld) takeBack(at string) {
	w.Helper()
	bread := w.named("stall", "Bread")
	_, err := w.store.Update(context.Background(), system, "stall", bread.ID, 0, record.Values{"size": int64(9)})
	w.ok(err)
	w.post("admin", at+"/undo", "go", "yes").wantTo("admin", at+"/progress").want(http.StatusOK, "Undoing the import of stalls.csv").lacks("/cancellation")
	w.work()
	w.get("admin", at+"/result").want(http.StatusOK, "The import is undone: 2 records", "1 record was changed since and stays.", path(bread)).lacks(at + "/undo")
	if n := w.rows("stall"); n != 1 {
		w.Errorf("%d stalls are left", n)
	}
	w.post("admin", at+"/undo", "go", "yes").wantTo("admin", at)
}

func (w *importWorld) rows(object string) int {
	w.Helper()
	n, _, err := w.store.Count(context.Background(), system, record.Query{Object: object}, 100)
	w.ok(err)
	return n
}

func (w *importWorld) named(object, name string) *record.Record {
	w.Helper()
	page, err := w.store.Find(context.Background(), system, record.Query{Object: object, Filter: `name == "` + name + `"`, Limit: 1})
	w.ok(err)
	if len(page.Records) != 1 {
		w.Fatalf("no %s is called %s", object, name)
	}
	return page.Records[0]
}

func TestAnImportIsStoppedAndGoesOn(t *testing.T) {
	t.Parallel()
	w := openImports(t)
	w.make("trader", record.Values{"name": "Anna", "mail": "anna@lakeside.example"})
	at := w.mapped("sales", "trader", "name,e-mail\nAnna Weber,anna@lakeside.example\nBo,bo@lakeside.example\n", "field.0", "name", "field.1", "mail", "key", "mail")
	w.get("sales", at+"/check").want(http.StatusOK, "Would be changed").lacks("cannot be taken")
	w.post("sales", at+"/start", "go", "yes").wantTo("sales", at+"/progress")
	w.post("sales", at+"/start", "go", "yes").wantTo("sales", at) // it runs already
	w.post("sales", at+"/cancellation", "go", "yes").wantTo("sales", at+"/result").want(http.StatusOK, "stopped after 0 rows", "Go on with the import").lacks("/undo")
	w.work()
	if n := w.rows("trader"); n != 1 {
		t.Fatalf("a stopped import made %d traders", n-1)
	}
	w.get("sales", at+"/mapping").want(http.StatusOK, `<option value="mail" selected>`)
	w.post("sales", at+"/start", "go", "yes").wantTo("sales", at+"/progress")
	w.work()
	w.get("sales", at).wantTo("sales", at+"/result")
	w.get("sales", at+"/result").want(http.StatusOK, "1 made, 1 changed").lacks("Go on with the import", "/errors")
	if anna := w.named("trader", "Anna Weber"); anna.Rev != 2 {
		t.Errorf("%v", anna.Values)
	}
	again := w.upload("sales", "trader", "traders.csv", "name,e-mail\nAnna Weber,anna@lakeside.example\nBo,bo@lakeside.example\n")
	again.wantTo("sales", "/console/imports/").want(http.StatusOK, "This file was imported before", at)
}

// TestAReadingWithoutSuggestionsIsMapped by hand: it is kept with its mapping, not before.
func TestAReadingWithoutSuggestionsIsMapped(t *testing.T) {
	t.Parallel()
	w := openImports(t)
	at := strings.TrimSuffix(w.upload("admin", "stall", "stalls.csv", "Name;b\nBread,3;x\nOil,4;y\n").Header.Get("Location"), "/mapping")
	p := w.get("admin", at+"/mapping").want(http.StatusOK, "2 columns")
	p = w.do("admin", "POST", at+"/reading", p.kept(at+"/reading", "comma", "124", "encoding", "utf-8", "header_line", "0")).want(http.StatusUnprocessableEntity, "Column A", "Bread,3;x", "none does yet")
	w.get("admin", at+"/mapping").want(http.StatusOK, "2 columns")
	w.do("admin", "POST", at+"/mapping", p.kept(at+"/mapping", "field.0", "name", "on_blank", "keep")).wantTo("admin", at+"/check").want(http.StatusOK, "All 3 rows were checked", "1 column")

	lines := w.upload("admin", "stall", "stalls.ndjson", `{"name": "Bread", "size": 3}`+"\n").wantTo("admin", "/console/imports/")
	lines.want(http.StatusOK, "JSON lines", `<option value="size" selected>`).lacks("/reading")
}

func TestImportsAreForThoseWhoMayMakeRecords(t *testing.T) {
	t.Parallel()
	w := openImports(t)
	for _, role := range []string{"viewer", "finance", "support"} { // support may change stalls, and make none
		w.get(role, stalls+"/import").want(http.StatusForbidden)
		w.upload(role, "stall", "stalls.csv", stallFile).want(http.StatusForbidden)
	}
	w.get("marketing", stalls+"/import").lacks(`type="file"`)
	at := w.mapped("sales", "trader", "name\nBread\n", "field.0", "name")
	for _, step := range []string{"", "/mapping", "/check", "/progress", "/result", "/errors"} {
		w.get("support", at+step).want(http.StatusNotFound).lacks("traders.csv")
		w.get("viewer", at+step).want(http.StatusForbidden)
	}
	for _, step := range []string{"/reading", "/mapping", "/start", "/cancellation", "/undo"} {
		w.post("support", at+step, "rev", "1", "format", "csv").want(http.StatusNotFound)
		w.post("viewer", at+step, "rev", "1").want(http.StatusForbidden)
	}
	w.get("admin", at+"/check").want(http.StatusOK)
	p := w.upload("sales", "stall", "stalls.csv", stallFile)
	p.wantTo("sales", "/console/imports/").want(http.StatusOK, `value="size"`).lacks(`value="status"`) // which sales may not set
	sent := w.get("sales", p.Header.Get("Location")).kept(p.Header.Get("Location"), "field.0", "name", "field.3", "status", "on_blank", "keep")
	w.do("sales", "POST", p.Header.Get("Location"), sent).want(http.StatusUnprocessableEntity, "may not change")
	w.work()
	if w.rows("stall")+w.rows("trader") != 0 {
		t.Error("something was imported")
	}
}

func TestHostileFilesAreRefusedOrInert(t *testing.T) {
	t.Parallel()
	w := openImports(t)
	for name, content := range map[string]string{
		"empty.csv": "", "book.xlsx": "PK\x03\x04 and then nothing of a workbook", "packed.csv.gz": "\x1f\x8b\x08\x00 no gzip", "noise.bin": strings.Repeat("\x00\x01\x02\x03", 300),
	} {
		w.upload("admin", "stall", name, content).want(http.StatusUnprocessableEntity, `id="file-error"`)
	}
	const attack = `<img src=x onerror=alert(1)>`
	p := w.upload("admin", "stall", attack+`".csv`, "Name,"+attack+",Size\n"+attack+",<script>alert(2)</script>,x\n=1+1,b,2\n")
	at := strings.TrimSuffix(p.Header.Get("Location"), "/mapping")
	mapping := w.get("admin", at+"/mapping").want(http.StatusOK, "&lt;img", "&lt;script&gt;").lacks("<img src=x", "<script>alert", " style=")
	w.do("admin", "POST", at+"/mapping", mapping.kept(at+"/mapping", "field.0", "name", "field.2", "size", "on_blank", "keep")).wantTo("admin", at+"/check").want(http.StatusOK, "1 row cannot be taken").lacks("<img src=x")
	w.post("admin", at+"/start", "go", "yes")
	w.part("admin", at+"/progress").want(http.StatusOK, "&lt;img").lacks("<img src=x")
	w.work()
	w.get("admin", at+"/result").want(http.StatusOK, "1 made").lacks("<img src=x", "<script>alert")
	w.get("admin", stalls+"/import").want(http.StatusOK, "&lt;img").lacks("<img src=x")
	w.get("admin", "/console/imports/"+url.PathEscape(attack)).want(http.StatusNotFound)
	w.get("admin", "/console/imports/trf_0000000000001/check").want(http.StatusNotFound)
}

func TestAnExportComesInEveryFormat(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.make("stall", record.Values{"name": "Blue awning", "size": int64(12), "status": "open"})
	w.make("stall", record.Values{"name": "Red awning", "size": int64(3)})
	w.get("admin", stalls).want(http.StatusOK, "/export?format=csv", "/export?format=xlsx", "/export?format=ndjson")
	address := stalls + "/export?own=1&cols=name,size,created&filter=" + url.QueryEscape("size > 5") + "&format="
	for format, want := range map[string][2]string{
		"csv": {"text/csv", "id,name,size,created\n"}, "xlsx": {"application/vnd.openxmlformats", "PK"}, "ndjson": {"application/x-ndjson", `{"id":"stl_`},
	} {
		p := w.get("admin", address+format).want(http.StatusOK).lacks("Red awning")
		if !strings.HasPrefix(p.Header.Get("Content-Type"), want[0]) || !strings.HasPrefix(p.body, want[1]) {
			t.Errorf("%s: %q begins with %q", format, p.Header.Get("Content-Type"), p.body[:min(40, len(p.body))])
		}
		if disposition := p.Header.Get("Content-Disposition"); !strings.HasPrefix(disposition, `attachment; filename="stall-2`) || !strings.HasSuffix(disposition, "."+format+`"`) {
			t.Errorf("%s: %q", format, disposition)
		}
	}
	for _, wrong := range []string{address + "pdf", stalls + "/export?own=1&filter=" + url.QueryEscape("size >")} {
		if p := w.get("admin", wrong).want(http.StatusUnprocessableEntity); p.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s is answered with a file", wrong)
		}
	}
	w.get("sales", address+"csv").want(http.StatusForbidden)
	w.get("sales", stalls).want(http.StatusOK).lacks("/export")
}
