package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
	"fairground/internal/web"
)

func TestProblemsOfTheRouter(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		secret := w.secret("webhooks:write", "changes:read")
		w.do("GET", "/nothing", secret, "").problem(http.StatusNotFound, "openapi.json")
		w.do("GET", "/nothing", "", "").problem(http.StatusNotFound)
		a := w.do("PUT", "/webhooks", secret, "{}")
		a.problem(http.StatusMethodNotAllowed)
		if allow := a.Header.Get("Allow"); !strings.Contains(allow, "POST") {
			t.Errorf("Allow is %q", allow)
		}
		w.do("POST", "/webhooks", secret, "{}", "Content-Type", "text/plain").problem(http.StatusUnsupportedMediaType)
		w.do("POST", "/webhooks", secret, strings.Repeat(" ", 70_000)+"{}").problem(http.StatusRequestEntityTooLarge)
		w.do("GET", "/webhooks", secret, "", "Accept", "text/csv").problem(http.StatusNotAcceptable, "application/json")
		w.do("GET", "/webhooks", secret, "", "Accept", "application/json;q=0").problem(http.StatusNotAcceptable)
		w.do("GET", "/webhooks", secret, "", "Accept", "text/html, */*;q=0.1").want(200)
		w.do("GET", "/webhooks/whk_nonsense", secret, "").problem(http.StatusNotFound)
		w.do("GET", "/webhooks/lst_0000000000001", secret, "").problem(http.StatusNotFound)
	})
}

func TestOtherPathsKeepTheirErrors(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		for _, path := range []string{"/elsewhere", "/api/v1x", "/api/v2/token"} {
			rec := httptest.NewRecorder()
			w.router.ServeHTTP(rec, httptest.NewRequest("GET", address+path, nil))
			if rec.Code != 404 || !strings.HasPrefix(rec.Body.String(), "page: ") {
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
		}
	})
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		secret := w.secret("webhooks:write", "changes:read")
		for body, status := range map[string]int{
			"{": 400, "{} {}": 400, "nonsense": 400, "\xff": 400, `{"name": "\u0000"}`: 400, "[]": 422, `{"nmae": 1}`: 422, `{"events": "x"}`: 422,
		} {
			w.do("POST", "/webhooks", secret, body).problem(status)
		}
		p := w.do("POST", "/webhooks", secret, `{"events": 7}`).problem(422)
		if len(p.Errors) != 1 || p.Errors[0].Pointer != "#/events" || p.Errors[0].Field != "events" {
			t.Errorf("%+v", p)
		}
	})
}

func TestProblemTellsAllThatIsWrong(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.probe("PUT", func(http.ResponseWriter, *http.Request) error {
			return fmt.Errorf("saving: %w", errors.Join(
				value.Fieldf("rows.3.email", "no address"), fmt.Errorf("wrapped: %w", value.Fieldf("a~b", "too long").Because(errors.New("cause"))), value.Errorf(value.Invalid, "no more")))
		})
		p := w.do("PUT", "/probe", w.secret("changes:read"), "").problem(422)
		if len(p.Errors) != 3 || p.Errors[0].Pointer != "#/rows/3/email" || p.Errors[1].Pointer != "#/a~0b" || p.Errors[2].Pointer != "" {
			t.Errorf("%+v", p)
		}
		if !strings.HasPrefix(p.Instance, Path+"/requests/") || !strings.HasPrefix(p.Type, Path+"/#problem-") {
			t.Errorf("%+v", p)
		}
	})
}

func TestFaultsTellNothing(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.probe("PUT", func(http.ResponseWriter, *http.Request) error {
			return errors.New("the password of the database is 1234")
		})
		w.probe("PATCH", func(http.ResponseWriter, *http.Request) error { panic("inside") })
		for _, method := range []string{"PUT", "PATCH"} {
			a := w.do(method, "/probe", w.secret("changes:read"), "")
			a.problem(http.StatusInternalServerError)
			if strings.Contains(a.Body, "1234") || strings.Contains(a.Body, "inside") {
				t.Errorf("%s tells %s", method, a.Body)
			}
		}
	})
}

// probe adds an operation to the API.
func (w *world) probe(method string, h web.Handler) {
	w.api.handle(w.router, operation{method: method, path: "/probe", handler: h, Operation: Operation{ID: "probe" + method, Summary: "A probe"}})
}

func TestLimits(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		stopped := &value.FixedClock{At: w.clock.Now()}
		w.serve(Config{Clock: stopped})
		secret, other := w.secret("changes:read"), w.secret("changes:read")
		a := w.do("GET", "/token", secret, "").want(200)
		if a.Header.Get("RateLimit") != `"token";r=199;t=1` || a.Header.Get("RateLimit-Policy") != `"token";q=200;w=2` {
			t.Errorf("%v", a.Header)
		}
		for range burst - 1 {
			w.do("GET", "/token", secret, "").want(200)
		}
		a = w.do("GET", "/token", secret, "")
		a.problem(http.StatusTooManyRequests)
		if a.Header.Get("Retry-After") != "1" || a.Header.Get("RateLimit") != `"token";r=0;t=2` {
			t.Errorf("%v", a.Header)
		}
		w.do("GET", "/token", other, "").want(200)
		stopped.At = stopped.At.Add(2e9)
		w.do("GET", "/token", secret, "").want(200)
	})
}

func TestBatchesCost(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.serve(Config{Clock: &value.FixedClock{At: w.clock.Now()}})
		w.probe("PUT", func(rw http.ResponseWriter, r *http.Request) error { return w.api.Charge(rw, r, 10_000) })
		secret := w.secret("changes:read")
		a := w.do("PUT", "/probe", secret, "").want(200)
		if got := a.Header.Get("RateLimit"); got != `"token";r=99;t=2` {
			t.Errorf("%q", got)
		}
		w.do("PUT", "/probe", secret, "").problem(http.StatusTooManyRequests)
	})
}

func TestGuessingIsLimited(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		limited := 0
		for range 70 {
			if w.do("GET", "/token", newTokenSecret(), "").Status == http.StatusTooManyRequests {
				limited++
			}
		}
		if limited == 0 {
			t.Error("seventy wrong tokens, and no limit")
		}
		w.do("GET", "/token", secret, "").want(200) // those who know theirs are not kept out
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header   string
		required bool
		status   int
	}{
		{"", false, 0}, {"", true, 428}, {`"7"`, true, 0}, {`W/"7"`, true, 0}, {`"6", "7"`, true, 0}, {"*", true, 0},
		{`"8"`, false, 412}, {"7", false, 412}, {`"7`, false, 412}, {`"7\r\nX: y"`, false, 412}, {`""`, false, 412},
	} {
		r := httptest.NewRequest("PATCH", "/", nil)
		if c.header != "" {
			r.Header.Set("If-Match", c.header)
		}
		err := CheckMatch(r, 7, c.required)
		if (err == nil) != (c.status == 0) || err != nil && web.StatusOf(err) != c.status {
			t.Errorf("%q: %v, want %d", c.header, err, c.status)
		}
	}
	r := httptest.NewRequest("PATCH", "/", nil)
	r.Header.Set("If-Match", `W/"41"`)
	if rev, ok, err := ExpectedRev(r); rev != 41 || !ok || err != nil {
		t.Errorf("%d %v %v", rev, ok, err)
	}
	r.Header.Set("If-Match", `"1", "2"`)
	if _, _, err := ExpectedRev(r); err == nil {
		t.Error("two tags are one")
	}
}

func TestCursors(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		c := CursorsOf(w.Site)
		sealed, err := c.Seal("bike price>3 -created", []int64{5, 9})
		w.ok(err)
		var place []int64
		w.ok(c.Open("bike price>3 -created", sealed, &place))
		if len(place) != 2 || place[1] != 9 {
			t.Errorf("%v", place)
		}
		for about, text := range map[string]string{
			"bike price>4 -created": sealed, "bike": sealed,
			"bike price>3 -created": "A" + sealed[1:],
		} {
			if text == sealed && about == "bike price>3 -created" {
				continue
			}
			wantKind(t, c.Open(about, text, &place), value.Invalid, "cursor")
		}
		for _, text := range []string{"", "x", "%%%", sealed + "AA", sealed[:len(sealed)-2], strings.Repeat("A", 40)} {
			wantKind(t, c.Open("bike price>3 -created", text, &place), value.Invalid, "cursor")
		}
		for i := range sealed { // no character can be changed
			forged := []byte(sealed)
			forged[i] = "AB"[btoi(forged[i] == 'A')]
			if c.Open("bike price>3 -created", string(forged), &place) == nil {
				t.Fatalf("a cursor forged at %d opens", i)
			}
		}
		another, err := Cursors{[]byte("another site's key")}.Seal("bike price>3 -created", place)
		w.ok(err)
		wantKind(t, c.Open("bike price>3 -created", another, &place), value.Invalid, "cursor")
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestReadPage(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{"": 50, "?limit=1": 1, "?limit=1000": 1000, "?limit=0": 0, "?limit=1001": 0, "?limit=x": 0, "?limit=-3": 0} {
		p, err := ReadPage(httptest.NewRequest("GET", "/"+query, nil), 50)
		if (err != nil) != (want == 0) || err == nil && p.Limit != want {
			t.Errorf("%q: %d %v", query, p.Limit, err)
		}
	}
	rec := httptest.NewRecorder()
	LinkNext(rec, httptest.NewRequest("GET", "/api/v1/x?b=%3E%22&limit=5&cursor=old", nil), "new")
	if got := rec.Header().Get("Link"); got != `</api/v1/x?b=%3E%22&cursor=new&limit=5>; rel="next"` {
		t.Errorf("Link is %s", got)
	}
}

func TestSchemaIsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.read(func(tx *db.Tx) error {
			tables, err := db.Tables(tx)
			found := 0
			for _, table := range tables {
				switch table.Name {
				case "api_token", "api_idempotency", "webhook", "webhook_delivery":
					found++
				}
			}
			if found != 4 {
				t.Errorf("%d of 4 tables", found)
			}
			return err
		})
	})
}
