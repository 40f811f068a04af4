package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/value"
	"fairground/internal/web"
)

// kept is a router whose one page counts how often it was made.
type kept struct {
	clock   *value.FixedClock
	made    atomic.Int64
	version atomic.Int64
	router  *web.Router
}

func newKept(bytes int, page web.Handler) *kept {
	k := &kept{clock: &value.FixedClock{At: time.Unix(1e9, 0)}}
	if page == nil {
		page = func(w http.ResponseWriter, r *http.Request) error {
			n := k.made.Add(1)
			w.Header().Set("ETag", `W/"`+strconv.FormatInt(n, 10)+`"`)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, err := io.WriteString(w, "page "+strconv.FormatInt(n, 10)+" "+strings.Repeat("long ", 1000))
			return err
		}
	}
	k.router = web.NewRouter(web.Config{})
	pages := web.NewPages(k.clock, time.Minute, bytes)
	state := func(r *http.Request) (web.State, error) {
		if r.Header.Get("Cookie") != "" {
			return web.State{}, nil
		}
		return web.State{Key: r.Header.Get("Accept-Language"), Version: strconv.FormatInt(k.version.Load(), 10)}, nil
	}
	k.router.Handle("GET /{rest...}", web.GuardFunc("anybody", func(*http.Request) error { return nil }), pages.Keep(page, state))
	return k
}

func (k *kept) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", "en")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	k.router.ServeHTTP(w, r)
	return w
}

func TestKeptPagesAreMadeAgainWhenSomethingChanges(t *testing.T) {
	t.Parallel()
	k := newKept(1<<20, nil)
	for _, step := range []struct {
		what   string
		before func()
		header []string
		path   string
		made   int64
	}{
		{"first", func() {}, nil, "/", 1},
		{"again", func() {}, nil, "/", 1},
		{"another query", func() {}, nil, "/?page=2", 2},
		{"another language", func() {}, []string{"Accept-Language", "de"}, "/", 3},
		{"somebody known", func() {}, []string{"Cookie", "session=x"}, "/", 4},
		{"a fragment", func() {}, []string{"HX-Request", "true", "HX-Request-Type", "partial"}, "/", 5},
		{"still there", func() {}, nil, "/", 5},
		{"something changed", func() { k.version.Add(1) }, nil, "/", 6},
		{"nothing changed", func() {}, nil, "/", 6},
		{"old", func() { k.clock.At = k.clock.At.Add(time.Minute) }, nil, "/", 7},
	} {
		step.before()
		if w := k.get(step.path, step.header...); w.Code != 200 || k.made.Load() != step.made {
			t.Errorf("%s: status %d, made %d times, want %d", step.what, w.Code, k.made.Load(), step.made)
		}
	}
}

func TestKeptPagesAreTheSamePageInEveryForm(t *testing.T) {
	t.Parallel()
	k := newKept(1<<20, nil)
	plain := k.get("/")
	if zipped := k.get("/", "Accept-Encoding", "gzip"); zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Error("not compressed")
	} else if r, err := gzip.NewReader(zipped.Body); err != nil {
		t.Error(err)
	} else if text, _ := io.ReadAll(r); string(text) != plain.Body.String() {
		t.Error("the compressed page is another")
	}
	if w := k.get("/", "If-None-Match", plain.Header().Get("ETag")); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("status %d with %d bytes for a page the client has", w.Code, w.Body.Len())
	}
	if plain.Header().Get("Content-Security-Policy") == "" {
		t.Error("a kept page lacks the headers of every answer")
	}
	if k.made.Load() != 1 {
		t.Errorf("made %d times", k.made.Load())
	}
}

func TestErrorsAndCookiesAreNotKept(t *testing.T) {
	t.Parallel()
	made := 0
	k := newKept(1<<20, func(w http.ResponseWriter, r *http.Request) error {
		made++
		switch r.URL.Path {
		case "/gone":
			return value.Errorf(value.NotFound, "there is no such page")
		case "/cookie":
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		}
		w.WriteHeader(map[bool]int{true: 410, false: 200}[r.URL.Path == "/past"])
		return nil
	})
	for path, status := range map[string]int{"/gone": 404, "/cookie": 200, "/past": 410} {
		made = 0
		for range 2 {
			if w := k.get(path); w.Code != status {
				t.Errorf("%s: status %d", path, w.Code)
			}
		}
		if made != 2 {
			t.Errorf("%s was made %d times of 2", path, made)
		}
	}
}

func TestManyAtOnceMakeAPageOnce(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	begun := make(chan struct{})
	k := newKept(1<<20, func(w http.ResponseWriter, r *http.Request) error {
		made.Add(1)
		<-begun
		_, err := io.WriteString(w, "hello")
		return err
	})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if w := k.get("/"); w.Body.String() != "hello" {
				t.Errorf("got %q", w.Body)
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	close(begun)
	wait.Wait()
	if made.Load() > 2 {
		t.Errorf("made %d times", made.Load())
	}
}

func TestKeptPagesStayWithinTheirBytes(t *testing.T) {
	t.Parallel()
	k := newKept(30_000, nil)
	for i := range 50 {
		k.get("/" + strconv.Itoa(i))
	}
	before := k.made.Load()
	k.get("/49")
	if k.made.Load() != before {
		t.Error("the page asked for last is gone")
	}
	k.get("/0")
	if k.made.Load() == before {
		t.Error("the page asked for first is still there")
	}
}
