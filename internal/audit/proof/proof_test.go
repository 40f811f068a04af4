package proof_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/audit/proof"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

type world struct {
	testing.TB
	db     *db.DB
	key    audit.Key
	codes  audit.Codes
	router *web.Router
	locale value.Locale
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema()}), locale: "en"}
	var err error
	w.key, err = audit.NewKey("lakeside", bytes.Repeat([]byte{7}, 32))
	w.ok(err)
	w.codes, err = audit.NewCodes(bytes.Repeat([]byte{3}, 32))
	w.ok(err)
	words, err := text.New(ui.Messages(), web.Messages(), proof.Messages())
	w.ok(err)
	w.router = web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	w.router.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		printer := words.Printer(text.Settings{Locale: w.locale, Currency: "CHF"})
		return r.WithContext(text.WithPrinter(r.Context(), printer)), nil
	})
	(&proof.Pages{
		Guard: web.GuardFunc("anybody", func(*http.Request) error { return nil }), Clock: &value.FixedClock{At: time.Now()},
		Shell:     func(*http.Request) ui.PublicPage { return ui.PublicPage{Site: "Lakeside Market"} },
		Of:        func(*http.Request) proof.Log { return proof.Log{DB: w.db, Key: w.key, Codes: w.codes} },
		Discloses: func(object string) bool { return object == "statement" },
	}).Routes(w.router)
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// log writes entries of staff about a record; records of other objects fill the log around them.
func (w *world) log(object string, record value.ID, others int) {
	w.Helper()
	staff := value.Actor{Kind: value.Staff, ID: 31337}
	w.ok(w.db.Write(context.Background(), staff, "moderation.decide", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: object, Record: record, Diff: map[string]string{"measure": "remove <this>"}})
		for i := range others {
			tx.Log(db.Change{Object: "other", Record: value.ID(i + 1)})
		}
		return nil
	}))
}

func (w *world) seal() {
	w.Helper()
	_, err := audit.Sealer(w.key).CatchUp(context.Background(), w.db)
	w.ok(err)
}

func (w *world) get(path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://lake.example.org"+path, nil))
	return answer
}

func (w *world) expect(path string, status int, words ...string) string {
	w.Helper()
	answer := w.get(path)
	if answer.Code != status {
		w.Fatalf("%s: %d, want %d\n%s", path, answer.Code, status, answer.Body)
	}
	for _, word := range words {
		if !strings.Contains(answer.Body.String(), word) {
			w.Fatalf("%s lacks %q:\n%s", path, word, answer.Body)
		}
	}
	return answer.Body.String()
}

func (w *world) check(receipt string, asFile bool) *httptest.ResponseRecorder {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if asFile {
		file, err := form.CreateFormFile("file", "receipt.txt")
		w.ok(err)
		_, err = io.WriteString(file, receipt)
		w.ok(err)
	} else {
		w.ok(form.WriteField("receipt", receipt))
	}
	w.ok(form.Close())
	r := httptest.NewRequest(http.MethodPost, "http://lake.example.org/proof", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	return answer
}

func TestAPersonGetsAReceiptAndChecksIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.codes.Of("decision", 42)
	w.expect("/proof/receipt/"+code, 200, "There is no entry")
	w.log("decision", 42, 300)
	w.seal()
	w.log("decision", 42, 0)
	page := w.expect("/proof/receipt/"+code, 200, "Entry 1", "moderation.decide", "the staff of this site", "What a receipt shows", w.key.Public())
	if strings.Contains(page, "31337") || strings.Contains(page, "measure") {
		t.Error("the page names the author, or tells what may not be told")
	}
	w.expect("/proof/receipt/"+code+"/302", 404) // not sealed
	w.expect("/proof/receipt/"+code+"/2", 404)   // another record's
	file := w.get("/proof/receipt/" + strings.ToUpper(code) + "/1")
	if file.Code != 200 || file.Header().Get("Content-Disposition") != `attachment; filename="receipt-1.txt"` || file.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d, %v", file.Code, file.Header())
	}
	receipt := file.Body.String()
	if row, err := audit.CheckReceipt(receipt, w.key.Public()); err != nil || row.Record != 42 {
		t.Fatalf("%+v, %v", row, err)
	}
	for _, asFile := range []bool{false, true} {
		if answer := w.check(receipt, asFile); answer.Code != 200 || !strings.Contains(answer.Body.String(), "This receipt is true") {
			t.Errorf("%d\n%s", answer.Code, answer.Body)
		}
		forged := strings.Replace(receipt, "index 0", "index 1", 1)
		if answer := w.check(forged, asFile); answer.Code != 422 || !strings.Contains(answer.Body.String(), "or it was altered") || !strings.Contains(answer.Body.String(), "index 1") {
			t.Errorf("a forged one: %d\n%s", answer.Code, answer.Body)
		}
	}
	if answer := w.check("", false); answer.Code != 422 {
		t.Errorf("nothing: %d", answer.Code)
	}
	if answer := w.check("\xff\xfe<script>", true); answer.Code != 422 || strings.Contains(answer.Body.String(), "<script>") {
		t.Errorf("nonsense: %d\n%s", answer.Code, answer.Body)
	}
}

func TestWhatMayBeToldIsToldAndProved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.log("statement", 7, 3)
	w.seal()
	code := w.codes.Of("statement", 7)
	w.expect("/proof/receipt/"+code, 200, "remove \\u003cthis\\u003e")
	file := w.get("/proof/receipt/" + code + "/1")
	if row, err := audit.CheckReceipt(file.Body.String(), w.key.Public()); err != nil || !strings.Contains(row.Diff, "remove") {
		t.Errorf("%+v, %v", row, err)
	}
	if answer := w.check(file.Body.String(), true); answer.Code != 200 || !strings.Contains(answer.Body.String(), "this is what was sealed") {
		t.Errorf("%d\n%s", answer.Code, answer.Body)
	}
}

func TestStrangersGetNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.log("decision", 42, 3)
	w.seal()
	other, err := audit.NewCodes(bytes.Repeat([]byte{4}, 32))
	w.ok(err)
	for _, code := range []string{"x", "decision-42", other.Of("decision", 42), w.codes.Of("decision", 42)[1:], url.PathEscape("../decision"), strings.Repeat("a", 3000)} {
		w.expect("/proof/receipt/"+code, 404)
		w.expect("/proof/receipt/"+code+"/1", 404)
	}
}

func TestMachinesFollowTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.expect("/proof/checkpoint", 404)
	w.expect("/proof", 200, "Nothing is sealed yet")
	w.log("decision", 42, 299)
	w.seal()
	w.expect("/proof", 200, "It covers 300 entries")
	w.expect("/proof/checkpoint", 200, "fairground/lakeside\n300\n")
	w.expect("/proof/key", 200, w.key.Public())
	for path, size := range map[string]int{"0/000": 8192, "0/001.p/44": 44 * 32, "1/000.p/1": 32} {
		answer := w.get("/proof/tile/" + path)
		if answer.Code != 200 || answer.Body.Len() != size || !strings.Contains(answer.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %d bytes, %v", path, answer.Code, answer.Body.Len(), answer.Header())
		}
	}
	for _, path := range []string{"entries/000", "0/001", "0/001.p/45", "nonsense", "8/0/000"} {
		w.expect("/proof/tile/"+path, 404)
	}
	w.locale = "de-CH"
	w.expect("/proof", 200, "Das neueste Siegel", "Es umfasst 300 Einträge")
}

func TestFloodsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := 0
	for range 80 {
		last = w.get("/proof/receipt/x").Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 80th request in a minute is answered by %d", last)
	}
}
