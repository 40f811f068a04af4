package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/transfer"
	"fairground/internal/value"
	"fairground/internal/web"
)

// warehouse is the office with stalls, and files that go in and out.
type warehouse struct {
	*office
	desk *transfer.Desk
}

func stallObject() *record.Object {
	return &record.Object{Key: "stall", Short: "stl", Labels: name("Stall"), Plural: name("Stalls"), Icon: "list", Title: "name", Fields: []*record.Field{
		field("name", record.Text, needed, unique),
		field("size", record.Integer, func(f *record.Field) { f.Check, f.Message = "size > 0", name("A stall is at least one metre long.") }),
		field("note", record.Text, secret),
		field("keeper", record.Reference, func(f *record.Field) { f.Options.Target = "person" }),
	}}
}

func eachWarehouse(t *testing.T, test func(t *testing.T, h *warehouse)) {
	t.Helper()
	eachOffice(t, func(t *testing.T, o *office) { test(t, openWarehouse(t, o)) })
}

func oneWarehouse(t *testing.T, test func(t *testing.T, h *warehouse)) {
	t.Helper()
	oneOffice(t, func(t *testing.T, o *office) { test(t, openWarehouse(t, o)) })
}

func openWarehouse(t *testing.T, o *office) *warehouse {
	t.Helper()
	_, err := o.store.Apply(t.Context(), record.System("test"), "test", []record.Step{{Op: record.AddObject, NewObject: stallObject()}})
	o.ok(err)
	blobs, err := media.LocalBlobs(t.TempDir())
	o.ok(err)
	t.Cleanup(func() { _ = blobs.Close() })
	h := &warehouse{o, &transfer.Desk{DB: o.Site.DB, Records: o.store, Files: blobs, Asker: func(tx *db.Tx, id value.ID) (record.Asker, error) {
		a, err := account.Find(tx, id)
		return askerFor(Caller{Account: a}), err
	}}}
	c := o.config()
	c.Transfer = func(*site.Site) *transfer.Desk { return h.desk }
	o.serve(c)
	return h
}

// work does what the worker of imports and exports does.
func (h *warehouse) work() {
	h.t.Helper()
	_, err := job.NewWorker(h.Site.DB, 1, h.desk.Jobs()...).RunDue(h.t.Context())
	h.ok(err)
}

const stalls = "Name,Size,Note,Keeper,Remark\nFirst,3,by the lake,,x\nSecond,nine,,,\nThird,0,,,\nFourth,4,,,\n"

func (h *warehouse) upload(secret, file string) importWhole {
	h.t.Helper()
	return into[importWhole](h.do("POST", "/imports?object=stall&name=stalls.csv", secret, file, "Content-Type", "text/csv").want(201))
}

func (h *warehouse) show(secret, id string) importWhole {
	h.t.Helper()
	return into[importWhole](h.do("GET", "/imports/"+id, secret, "").want(200))
}

// settle sends back what was suggested, with a key.
func (h *warehouse) settle(secret string, m importWhole, key string) importWhole {
	h.t.Helper()
	m.Settings.Key = key
	body, err := json.Marshal(m.Settings)
	h.ok(err)
	return into[importWhole](h.do("PUT", "/imports/"+m.ID+"/settings", secret, string(body), "If-Match", Tag(m.Rev)).want(200))
}

// fits checks an answer against the document.
func (h *warehouse) fits(doc *openapi3.T, a answer, method, path string) answer {
	h.t.Helper()
	response := doc.Paths.Value(path).GetOperation(method).Responses.Status(a.Status)
	if response == nil {
		h.t.Fatalf("%s %s does not describe %d: %s", method, path, a.Status, a.Body)
	}
	var v any
	h.ok(json.Unmarshal([]byte(a.Body), &v))
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if err := response.Value.Content.Get(kind).Schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
		h.t.Errorf("%s %s: %v\n%s", method, path, err, a.Body)
	}
	return a
}

// A file goes the whole way: suggested, settled, tried, imported with two bad rows, mended, and taken back.
func TestImportOfAFile(t *testing.T) {
	eachWarehouse(t, func(t *testing.T, h *warehouse) {
		secret := h.secret("import", "records:read", "records:write")
		doc := h.load(secret)
		made := h.fits(doc, h.do("POST", "/imports?object=stall&name=stalls.csv", secret, stalls, "Content-Type", "text/csv", keyHeader, "u"), "POST", "/imports").want(201)
		m := into[importWhole](made)
		at := "/imports/" + m.ID
		if !strings.HasPrefix(m.ID, ImportKind+"_") || made.Header.Get("Location") != Path+at || made.Header.Get("ETag") != Tag(1) || m.State != "uploaded" ||
			len(m.Columns) != 5 || len(m.Settings.Columns) != 5 || m.Settings.Columns[1] != (mappedColumn{"Size", "size"}) || m.Settings.Columns[4].Field != "" || m.Settings.Options.Comma != "," {
			t.Errorf("%+v, %v", m, made.Header)
		}
		if again := h.do("POST", "/imports?object=stall&name=stalls.csv", secret, stalls, "Content-Type", "text/csv", keyHeader, "u").want(201); again.Body != made.Body {
			t.Errorf("a repeated upload is another one: %s", again.Body)
		}
		h.do("POST", at+"/start", secret, "").problem(409, "settle first")
		h.do("PUT", at+"/settings", secret, `{}`).problem(428)
		h.do("PUT", at+"/settings", secret, `{}`, "If-Match", Tag(7)).problem(412)
		h.do("PUT", at+"/settings", secret, `{"key": "size"}`, "If-Match", Tag(1)).problem(422, "unique")
		m = h.settle(secret, m, "name")
		if m.State != "ready" || m.Settings.Key != "name" || m.Rev != 2 {
			t.Errorf("%+v", m)
		}
		trial := into[trialShown](h.fits(doc, h.do("POST", at+"/trial", secret, ""), "POST", "/imports/{id}/trial").want(200))
		if trial.Rows != 4 || trial.Make != 2 || trial.Fail != 2 || len(trial.Problems) != 2 || trial.Problems[0].Line != 3 || trial.Problems[0].Column != "Size" {
			t.Errorf("%+v", trial)
		}
		if n := len(h.list(secret, "stall").Records); n != 0 {
			t.Errorf("the trial left %d", n)
		}
		h.fits(doc, h.do("POST", at+"/start", secret, "", keyHeader, "s"), "POST", "/imports/{id}/start").want(202, `"running"`)
		h.do("POST", at+"/start", secret, "", keyHeader, "s").want(202, `"running"`)
		h.do("POST", at+"/start", secret, "").problem(409, "already")
		h.do("POST", at+"/undo", secret, "").problem(409)
		h.work()
		done := into[importWhole](h.fits(doc, h.do("GET", at, secret, ""), "GET", "/imports/{id}").want(200))
		if done.State != "done" || done.Rows != 4 || done.Done != 4 || done.Made != 2 || done.Failed != 2 || done.Rate <= 0 || done.Ended == nil {
			t.Errorf("%+v", done)
		}
		h.do("POST", at+"/cancel", secret, "").problem(409)
		if names := h.list(secret, "stall", "sort", "name").names(); names != "First Fourth" {
			t.Error(names)
		}
		faults := h.do("GET", at+"/errors", secret, "").want(200, "Second,nine", "Third,0", "at least one metre")
		if faults.Header.Get("Content-Type") != "text/csv; charset=utf-8" || strings.Contains(faults.Body, "First") {
			t.Errorf("%v %s", faults.Header, faults.Body)
		}
		mended := strings.NewReplacer("nine", "9", "Third,0", "Third,1").Replace(faults.Body)
		second := h.settle(secret, h.upload(secret, mended), "name")
		h.do("POST", "/imports/"+second.ID+"/start", secret, "").want(202)
		h.work()
		if m := h.show(secret, second.ID); m.Made != 2 || m.Failed != 0 {
			t.Errorf("%+v", m)
		}
		fourth := h.list(secret, "stall", "filter", `name == "Fourth"`).Records[0].ID
		h.do("PATCH", "/records/stall/"+fourth, secret, `{"values": {"size": 8}}`).want(200)
		h.do("POST", at+"/undo", secret, "").want(202, `"undoing"`)
		h.work()
		undone := into[importWhole](h.fits(doc, h.do("GET", at, secret, ""), "GET", "/imports/{id}"))
		if undone.State != "undone" || undone.Undone != 1 || undone.Kept != 1 || len(undone.Why) != 1 || undone.Why[0].ID != fourth {
			t.Errorf("%+v", undone)
		}
		if names := h.list(secret, "stall", "sort", "name").names(); names != "Fourth Second Third" {
			t.Error(names)
		}
		all := into[importList](h.fits(doc, h.do("GET", "/imports?limit=10", secret, ""), "GET", "/imports").want(200)).Imports
		if len(all) != 2 || all[0].ID != second.ID || all[1].ID != m.ID {
			t.Errorf("%+v", all)
		}
	})
}

// A cancelled import goes on when it is started again.
func TestCancelledImportGoesOn(t *testing.T) {
	eachWarehouse(t, func(t *testing.T, h *warehouse) {
		secret := h.secret("import:stall")
		m := h.settle(secret, h.upload(secret, stalls), "")
		h.do("POST", "/imports/"+m.ID+"/start", secret, "").want(202)
		h.do("POST", "/imports/"+m.ID+"/cancel", secret, "").want(200, `"cancelled"`)
		h.work()
		if m := h.show(secret, m.ID); m.State != "cancelled" || m.Done != 0 {
			t.Errorf("%+v", m)
		}
		h.do("POST", "/imports/"+m.ID+"/start", secret, "").want(202)
		h.work()
		if m := h.show(secret, m.ID); m.State != "done" || m.Made != 2 {
			t.Errorf("%+v", m)
		}
	})
}

// What the scopes or the role do not allow is refused before anything is told, and what belongs to others does not exist.
func TestImportsThatAreRefused(t *testing.T) {
	eachWarehouse(t, func(t *testing.T, h *warehouse) {
		narrow, wide := h.as(h.sal, "import:stall"), h.as(h.sal, "import", "records:read")
		m := h.upload(wide, stalls)
		for _, c := range []struct {
			secret, object string
			status         int
		}{
			{h.secret("records:read", "records:write"), "stall", 403}, {narrow, "person", 403}, {h.as(h.vic, "records:read"), "stall", 403},
			{narrow, "nothing_such", 403}, {wide, "nothing_such", 404}, {wide, "ledger", 404}, {wide, "No!", 404}, {wide, "", 400}, {"", "stall", 401},
		} {
			h.do("POST", "/imports?name=x.csv&object="+c.object, c.secret, stalls, "Content-Type", "text/csv").problem(c.status)
		}
		h.do("POST", "/imports?object=stall&header=1", wide, stalls).problem(400, "header")
		h.do("POST", "/imports?object=stall", wide, stalls, "Content-Type", "multipart/form-data; boundary=x").problem(415)
		h.do("POST", "/imports?object=stall", wide, "", "Content-Type", "text/csv").problem(422)
		for _, secret := range []string{h.secret("import", "records:read"), h.as(h.sal, "import:deal"), h.as(h.sal, "import:deal", "records:read")} {
			for method, path := range map[string]string{"GET": "", "PUT": "/settings", "POST": "/start"} {
				h.do(method, "/imports/"+m.ID+path, secret, `{}`, "If-Match", "*").problem(404)
			}
			for _, path := range []string{"/trial", "/cancel", "/undo"} {
				h.do("POST", "/imports/"+m.ID+path, secret, "").problem(404)
			}
			h.do("GET", "/imports/"+m.ID+"/errors", secret, "").problem(404)
			if all := into[importList](h.do("GET", "/imports", secret, "").want(200)).Imports; len(all) != 0 {
				t.Errorf("%+v", all)
			}
		}
		h.do("GET", "/imports/"+strings.Replace(m.ID, ImportKind, transfer.Short, 1), wide, "").problem(404)
		h.show(h.secret("import", "schema:read"), m.ID) // who may define objects sees all imports
		for body, field := range map[string]string{
			`{"blank": "maybe"}`: "blank", `{"options": {"comma": "ab"}}`: "comma", `{"columns": [{"column": "Note", "field": "note"}]}`: "columns",
			`{"locale": "??"}`: "locale", `{"mapping": []}`: "mapping",
		} {
			if p := h.do("PUT", "/imports/"+m.ID+"/settings", wide, body, "If-Match", Tag(m.Rev)).problem(422); len(p.Errors) != 1 || p.Errors[0].Field != field {
				t.Errorf("%s: %+v", body, p)
			}
		}
		// The reference to people does not exist for a token that names stalls only.
		n := h.upload(narrow, stalls)
		if n.Settings.Columns[3].Field != "" {
			t.Errorf("%+v", n.Settings.Columns)
		}
		h.do("PUT", "/imports/"+n.ID+"/settings", narrow, `{"columns": [{"column": "Keeper", "field": "keeper"}]}`, "If-Match", "*").problem(422, "keeper")
		if m := h.settle(wide, m, ""); m.Settings.Columns[3].Field != "keeper" {
			t.Errorf("%+v", m.Settings.Columns)
		}
	})
}

// A file that does not arrive whole leaves nothing behind, and is not taken for a bad one.
func TestAFileThatBreaksOff(t *testing.T) {
	oneWarehouse(t, func(t *testing.T, h *warehouse) {
		secret := h.secret("import")
		body := io.MultiReader(strings.NewReader(stalls), brokenReader{})
		r := httptest.NewRequest("POST", address+Path+"/imports?object=stall", body)
		r.Header.Set("Authorization", "Bearer "+secret)
		rec := httptest.NewRecorder()
		h.router.ServeHTTP(rec, r)
		answer{t, rec.Code, rec.Result().Header, rec.Body.String()}.problem(400, "to its end")
		if all := into[importList](h.do("GET", "/imports", secret, "").want(200)).Imports; len(all) != 0 {
			t.Errorf("%+v", all)
		}
		if status := web.StatusOf((&incoming{err: &http.MaxBytesError{Limit: 9}}).blame(io.EOF)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("a file that is too large is answered with %d", status)
		}
	})
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

// An export is made in the background with the columns that the token sees, and given to who asked for it.
func TestExportOfAFile(t *testing.T) {
	eachWarehouse(t, func(t *testing.T, h *warehouse) {
		secret := h.secret("export", "records:read", "records:write")
		doc := h.load(secret)
		person := h.create(secret, "person", `{"name": "Ann"}`).ID
		h.create(secret, "stall", `{"name": "First", "size": 3, "keeper": "`+person+`"}`)
		h.create(secret, "stall", `{"name": "Second", "size": 1}`)
		started := h.fits(doc, h.do("POST", "/exports", secret, `{"object": "stall", "filter": "size > 2", "fields": ["name", "keeper.title"]}`), "POST", "/exports").want(202)
		x := into[exportShown](started)
		at := "/exports/" + x.ID
		if !strings.HasPrefix(x.ID, ExportKind+"_") || started.Header.Get("Location") != Path+at || x.State != "running" {
			t.Errorf("%+v, %v", x, started.Header)
		}
		h.do("GET", at+"/file", secret, "").problem(409)
		narrow := h.secret("export:stall")
		whole := into[exportShown](h.do("POST", "/exports", narrow, `{"object": "stall", "format": "ndjson"}`).want(202))
		h.work()
		x = into[exportShown](h.fits(doc, h.do("GET", at, secret, ""), "GET", "/exports/{id}").want(200))
		if x.State != "done" || x.Rows != 1 || x.Bytes == 0 || x.Ended == nil {
			t.Errorf("%+v", x)
		}
		file := h.do("GET", at+"/file", secret, "").want(200, "id,name,keeper.title", "First,Ann")
		if file.Header.Get("Content-Type") != exportTypes["csv"] || !strings.Contains(file.Header.Get("Content-Disposition"), "stall-") || int64(len(file.Body)) != x.Bytes {
			t.Errorf("%v", file.Header)
		}
		lines := h.do("GET", "/exports/"+whole.ID+"/file", narrow, "").want(200, `"name":"Second"`).Body
		if strings.Contains(lines, "keeper") || strings.Contains(lines, person) {
			t.Errorf("the job shows more than the token sees: %s", lines)
		}
		h.do("GET", at+"/file", narrow, "").problem(403)
		for _, other := range []string{h.as(h.sal, "import", "records:read"), h.secret("records:read")} {
			h.do("GET", at, other, "").problem(403)
			h.do("POST", "/exports", other, `{"object": "stall"}`).problem(403)
		}
		for _, other := range []string{h.secret("export:deal"), h.as(h.staff("eve@example.org", account.Admin), "export")} {
			h.do("GET", at, other, "").problem(404)
			h.do("GET", at+"/file", other, "").problem(404)
		}
		for body, status := range map[string]int{
			`{}`: 422, `{"object": "nothing_such"}`: 404, `{"object": "stall", "format": "pdf"}`: 422, `{"object": "stall", "fields": ["x"]}`: 422,
			`{"object": "stall", "filter": "size >"}`: 400, `{"object": "stall", "filters": ""}`: 422,
		} {
			h.do("POST", "/exports", secret, body).problem(status)
		}
		h.do("POST", "/exports", narrow, `{"object": "stall", "filter": "keeper.name == \"Ann\""}`).problem(400)
		h.do("POST", "/exports", narrow, `{"object": "person"}`).problem(403)
	})
}

// The routes are in the document, each under the scope it says, and absent without a desk.
func TestTransferInTheDocument(t *testing.T) {
	oneWarehouse(t, func(t *testing.T, h *warehouse) {
		paths := map[string]Scope{"/imports": Import, "/imports/{id}/settings": Import, "/imports/{id}/errors": Import, "/exports": Export, "/exports/{id}/file": Export}
		doc := h.load(h.secret("import"))
		for path, scope := range paths {
			for method, o := range doc.Paths.Value(path).Operations() {
				if !strings.Contains(o.Description, "`"+string(scope)+"`") {
					t.Errorf("%s %s: %q", method, path, o.Description)
				}
			}
		}
		h.serve(h.office.config())
		if doc := h.load(""); doc.Paths.Value("/imports") != nil || doc.Paths.Value("/exports") != nil {
			t.Error("they are described without a desk")
		}
		h.do("GET", "/imports", h.secret("import"), "").problem(404)
	})
}
