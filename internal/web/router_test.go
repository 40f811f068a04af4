package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

var public = GuardFunc("public", func(*http.Request) error { return nil })

// bench is a router whose log can be read.
type bench struct {
	*Router
	log bytes.Buffer
}

func newBench(c Config) *bench {
	b := &bench{}
	c.Log = slog.New(slog.NewJSONHandler(&b.log, nil))
	b.Router = NewRouter(c)
	return b
}

func (b *bench) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Result()
}

func (b *bench) get(path string) *http.Response { return b.do(httptest.NewRequest("GET", path, nil)) }

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func says(text string) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func fails(err error) Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func mustPanic(t *testing.T, what string, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	fn()
}

type pointerGuard struct{}

func (*pointerGuard) Check(*http.Request) error { return nil }

func TestRouteWithoutGuardPanics(t *testing.T) {
	m := NewRouter(Config{})
	var typedNil *pointerGuard
	mustPanic(t, "nil guard", func() { m.Handle("GET /a", nil, says("a")) })
	mustPanic(t, "typed nil guard", func() { m.Handle("GET /a", typedNil, says("a")) })
	mustPanic(t, "nil inside All", func() { All(public, nil) })
	mustPanic(t, "GuardFunc(nil)", func() { GuardFunc("x", nil) })
	mustPanic(t, "nil handler", func() { m.Handle("GET /a", public, nil) })
	mustPanic(t, "nil mount", func() { m.Mount("GET /a", public, nil) })
	if len(m.Routes()) != 0 {
		t.Errorf("routes were registered: %v", m.Routes())
	}
}

func TestRoutesNameTheirGuards(t *testing.T) {
	m := NewRouter(Config{})
	m.Handle("GET /b", All(public, FromNetworks(netip.MustParsePrefix("127.0.0.0/8"))), says("b"))
	m.Handle("GET /a", &pointerGuard{}, says("a"))
	got := fmt.Sprint(m.Routes())
	want := "[GET /a  *web.pointerGuard GET /b  public and from [127.0.0.0/8]]"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestErrorsBecomeStatuses(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: password=hunter")
	for _, c := range []struct {
		err    error
		status int
		want   string
		logged bool
	}{
		{value.Fieldf("price", "write a price").Because(secret), 422, "write a price", false},
		{value.Errorf(value.NotFound, "there is no such listing").Because(secret), 404, "no such listing", false},
		{fmt.Errorf("listing.Find(7): %w", value.Errorf(value.Forbidden, "this is not yours").Because(secret)), 403, "not yours", false},
		{value.Errorf(value.Conflict, "somebody was faster").Because(secret), 409, "faster", false},
		{value.Errorf(value.Limited, "slower please"), 429, "slower", false},
		{value.Errorf(value.Unavailable, "the mail server is down").Because(secret), 503, "is down", true},
		{value.Errorf(value.Internal, "table person is broken").Because(secret), 500, "something went wrong", true},
		{secret, 500, "something went wrong", true},
		{Status(401, value.Errorf(value.Forbidden, "sign in first")), 401, "sign in first", false},
		{RetryAfter(time.Second, Status(412, value.Errorf(value.Conflict, "it changed"))), 412, "it changed", false},
		{&http.MaxBytesError{Limit: 2048}, 413, "2 kB", false},
		{fmt.Errorf("db: %w", context.DeadlineExceeded), 503, "too long", true},
	} {
		b := newBench(Config{})
		b.Handle("GET /x", public, fails(c.err))
		r := b.get("/x")
		text, log := body(t, r), b.log.String()
		if r.StatusCode != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%v: got %d %q, want %d %q", c.err, r.StatusCode, text, c.status, c.want)
		}
		if strings.Contains(text, "hunter") || strings.Contains(text, "person is broken") {
			t.Errorf("%v: the answer leaks the cause: %q", c.err, text)
		}
		if got := strings.Contains(log, `"cause"`); got != c.logged {
			t.Errorf("%v: logged as a fault: %v, want %v: %s", c.err, got, c.logged, log)
		}
	}
}

func TestOnErrorNeverSeesACause(t *testing.T) {
	var seen error
	var id string
	b := newBench(Config{OnError: func(w http.ResponseWriter, r *http.Request, status int, i string, err error) {
		seen, id = err, i
		w.WriteHeader(status)
	}})
	b.Handle("GET /x", public, fails(fmt.Errorf("outer secret: %w", value.Errorf(value.Unavailable, "later").Because(errors.New("inner secret")))))
	r := b.get("/x")
	if seen == nil || seen.Error() != "later" || errors.Unwrap(seen) != nil {
		t.Errorf("OnError saw %v", seen)
	}
	if id == "" || r.Header.Get("X-Request-Id") != id || !strings.Contains(b.log.String(), id) {
		t.Errorf("the id %q is not in header %q and log", id, r.Header.Get("X-Request-Id"))
	}
	if !strings.Contains(b.log.String(), "inner secret") {
		t.Errorf("the log lacks the cause: %s", b.log.String())
	}
}

func TestMuxErrorsTakeTheSameWay(t *testing.T) {
	b := newBench(Config{OnError: func(w http.ResponseWriter, r *http.Request, status int, id string, err error) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "page %d for %s", status, r.Context().Value(siteKey{}))
	}})
	b.Before(func(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
		return r.WithContext(context.WithValue(r.Context(), siteKey{}, "Lakeside")), nil
	})
	b.Handle("GET /listing", public, says("listing"))
	r := b.get("/nowhere")
	if got := body(t, r); r.StatusCode != 404 || got != "page 404 for Lakeside" {
		t.Errorf("404: %d %q", r.StatusCode, got)
	}
	r = b.do(httptest.NewRequest("DELETE", "/listing", nil))
	if got := body(t, r); r.StatusCode != 405 || got != "page 405 for Lakeside" || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("405: %d %q Allow=%q", r.StatusCode, got, r.Header.Get("Allow"))
	}
}

type siteKey struct{}

func TestStepsRunBeforeTheGuardAndMayFail(t *testing.T) {
	b := newBench(Config{})
	b.Before(func(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
		if Host(r) != "lakeside.example" {
			return nil, value.Errorf(value.NotFound, "there is no market here")
		}
		return r.WithContext(context.WithValue(r.Context(), siteKey{}, "Lakeside")), nil
	})
	knows := GuardFunc("knows the site", func(r *http.Request) error {
		if r.Context().Value(siteKey{}) != "Lakeside" {
			return errors.New("the step did not run")
		}
		return nil
	})
	b.Handle("GET /x", knows, says("in"))
	b.Handle("GET /healthz", public, Healthz(), Bare())
	for _, c := range []struct {
		host, path string
		status     int
	}{
		{"lakeside.example", "/x", 200}, {"Lakeside.Example.:8080", "/x", 200}, {"other.example", "/x", 404}, {"other.example", "/healthz", 200},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Host = c.host
		if got := b.do(r).StatusCode; got != c.status {
			t.Errorf("%s%s: %d, want %d", c.host, c.path, got, c.status)
		}
	}
}

func TestGuardRefusesBeforeTheHandlerRuns(t *testing.T) {
	b := newBench(Config{})
	ran := false
	handler := func(w http.ResponseWriter, r *http.Request) error { ran = true; return nil }
	b.Handle("POST /x", GuardFunc("nobody", func(*http.Request) error { return value.Errorf(value.Forbidden, "no") }), handler)
	b.Handle("GET /in", GuardFunc("signed in", func(*http.Request) error { return Detour("/sign-in?to=%2Fin") }), handler)
	if r := b.do(httptest.NewRequest("POST", "/x", nil)); r.StatusCode != 403 || ran {
		t.Errorf("status %d, handler ran: %v", r.StatusCode, ran)
	}
	if r := b.get("/in"); r.StatusCode != 303 || r.Header.Get("Location") != "/sign-in?to=%2Fin" || ran {
		t.Errorf("detour: %d %q", r.StatusCode, r.Header.Get("Location"))
	}
}

func TestPanicIsAnErrorOfTheProgram(t *testing.T) {
	b := newBench(Config{Metrics: NewMetrics()})
	b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, "half a pa")
		panic("secret state")
	})
	r := b.get("/x")
	if text := body(t, r); r.StatusCode != 500 || strings.Contains(text, "secret") || strings.Contains(text, "half") {
		t.Errorf("got %d %q", r.StatusCode, text)
	}
	if log := b.log.String(); !strings.Contains(log, "secret state") || !strings.Contains(log, "router_test.go") {
		t.Errorf("the log has no cause or stack: %s", log)
	}
}

func TestErrorAfterMuchOutputCutsTheConnection(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, strings.Repeat("row\n", 5000))
		return errors.New("the database went away")
	})
	server := httptest.NewServer(b)
	defer server.Close()
	r, err := http.Get(server.URL + "/x")
	if err == nil {
		_, err = io.ReadAll(r.Body)
		r.Body.Close()
	}
	if err == nil {
		t.Error("the broken answer looked complete")
	}
}

func TestHeadHasNoBody(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /x", public, says(strings.Repeat("long ", 1000)))
	server := httptest.NewServer(b)
	defer server.Close()
	r, err := http.Head(server.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text := body(t, r); r.StatusCode != 200 || text != "" {
		t.Errorf("got %d, %d bytes", r.StatusCode, len(text))
	}
}

func TestHandlerTimeout(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /slow", public, func(w http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return fmt.Errorf("listing.Find: %w", r.Context().Err())
	}, Timeout(20*time.Millisecond))
	b.Handle("GET /stream", public, func(w http.ResponseWriter, r *http.Request) error {
		if _, bounded := r.Context().Deadline(); bounded {
			return errors.New("a stream has a deadline")
		}
		return nil
	}, Timeout(0))
	if r := b.get("/slow"); r.StatusCode != 503 {
		t.Errorf("slow: %d", r.StatusCode)
	}
	if r := b.get("/stream"); r.StatusCode != 200 {
		t.Errorf("stream: %d", r.StatusCode)
	}
}

func TestClientGoneIsNoFault(t *testing.T) {
	b := newBench(Config{})
	ctx, cancel := context.WithCancel(context.Background())
	b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error {
		cancel()
		return fmt.Errorf("db: %w", r.Context().Err())
	})
	b.do(httptest.NewRequest("GET", "/x", nil).WithContext(ctx))
	if log := b.log.String(); strings.Contains(log, "ERROR") || !strings.Contains(log, "499") {
		t.Errorf("log: %s", log)
	}
}
