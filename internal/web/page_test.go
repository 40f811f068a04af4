package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/value"
)

var quiet = slog.New(slog.DiscardHandler)

func working(context.Context) error { return nil }
func broken(context.Context) error  { return errors.New("secret host is down") }

func component(text string, err error) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, werr := io.WriteString(w, text); werr != nil {
			return werr
		}
		return err
	})
}

func TestRenderIsWholeOrNothing(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /good", public, func(w http.ResponseWriter, r *http.Request) error {
		return Render(w, r, 422, component("<p>again</p>", nil))
	})
	b.Handle("GET /bad", public, func(w http.ResponseWriter, r *http.Request) error {
		return Render(w, r, 200, component(strings.Repeat("<p>half", 9000), errors.New("secret")))
	})
	r := b.get("/good")
	if got := body(t, r); r.StatusCode != 422 || got != "<p>again</p>" || r.Header.Get("Cache-Control") != "private, no-cache" || r.Header.Get("Vary") != "HX-Request-Type" {
		t.Errorf("good: %d %q %v", r.StatusCode, got, r.Header)
	}
	r = b.get("/bad")
	if got := body(t, r); r.StatusCode != 500 || strings.Contains(got, "half") {
		t.Errorf("bad: %d %.50q", r.StatusCode, got)
	}
}

func TestFragment(t *testing.T) {
	for _, c := range []struct {
		headers string
		want    bool
	}{
		{"", false},
		{"HX-Request=true HX-Request-Type=partial", true},
		{"HX-Request=true", true},
		{"HX-Request=true HX-Request-Type=full", false},
		{"HX-Request=true HX-Boosted=true", false},
		{"HX-History-Restore-Request=true", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		for _, pair := range strings.Fields(c.headers) {
			name, v, _ := strings.Cut(pair, "=")
			r.Header.Set(name, v)
		}
		if got := Fragment(r); got != c.want {
			t.Errorf("%q: %v", c.headers, got)
		}
	}
}

func TestRedirectStaysOnTheSite(t *testing.T) {
	for path, local := range map[string]bool{
		"/": true, "/listing/lst_1?page=2&q=a%20b#top": true, "/a//b": true, "/%2f%2fevil.example": false,
		"": false, "evil.example": false, "//evil.example": false, "///evil.example": false, "/\\evil.example": false, "\\\\evil.example": false,
		"https://evil.example": false, "https:/evil.example": false, "javascript:alert(1)": false, "/\t/evil.example": false, "/a\r\nSet-Cookie: x=1": false,
		"/\x00": false, "/ x": false, "/%zz": false, "/" + strings.Repeat("a", 3000): false,
	} {
		if got := LocalPath(path, "/instead") == path; got != local {
			t.Errorf("LocalPath(%q): %v", path, got)
		}
		w := httptest.NewRecorder()
		err := Redirect(w, httptest.NewRequest("POST", "/", nil), path)
		if (err == nil) != local || local && (w.Code != 303 || w.Header().Get("Location") != path) {
			t.Errorf("Redirect(%q): %d %q %v", path, w.Code, w.Header().Get("Location"), err)
		}
		if !local && w.Header().Get("Location") != "" {
			t.Errorf("Redirect(%q) set Location all the same", path)
		}
	}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("HX-Request", "true")
	w := httptest.NewRecorder()
	if err := Redirect(w, r, "/done"); err != nil || w.Code != 200 || w.Header().Get("HX-Redirect") != "/done" {
		t.Errorf("fragment: %d %v %v", w.Code, w.Header(), err)
	}
}

func TestMuxDoesNotRedirectAway(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /{path...}", public, says("x"))
	for _, target := range []string{"//evil.example/a/..", "/a/../../evil.example", "//evil.example"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = target
		if to := b.do(r).Header.Get("Location"); to != "" && !isLocal(to) {
			t.Errorf("%s is sent to %s", target, to)
		}
	}
}

func TestFlashTravelsOnce(t *testing.T) {
	for _, https := range []bool{false, true} {
		b := newBench(Config{HTTPS: https})
		b.Handle("POST /save", public, func(w http.ResponseWriter, r *http.Request) error {
			SetFlash(w, r, Flash{Tone: "good", Text: "Saved; “quoted”"})
			return Redirect(w, r, "/next")
		})
		var got []Flash
		b.Handle("GET /next", public, func(w http.ResponseWriter, r *http.Request) error {
			if f, ok := TakeFlash(w, r); ok {
				got = append(got, f)
			}
			return nil
		})
		cookies := b.do(httptest.NewRequest("POST", "/save", nil)).Cookies()
		if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].Secure != https || strings.HasPrefix(cookies[0].Name, "__Host-") != https {
			t.Fatalf("cookies %v", cookies)
		}
		next := httptest.NewRequest("GET", "/next", nil)
		next.AddCookie(cookies[0])
		after := b.do(next).Cookies()
		if len(got) != 1 || got[0].Text != "Saved; “quoted”" || len(after) != 1 || after[0].MaxAge >= 0 {
			t.Errorf("got %v, then %v", got, after)
		}
	}
}

func TestFlashFromAStrangerIsHarmless(t *testing.T) {
	for _, content := range []string{"", "%%%", "bm9uc2Vuc2U", strings.Repeat("A", 3000), "eyJ0ZXh0IjoiXHUwMDAwIn0x"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "flash="+content)
		if f, ok := TakeFlash(httptest.NewRecorder(), r); ok {
			t.Errorf("%q gave %+v", content, f)
		}
	}
}

func TestNotModified(t *testing.T) {
	for header, want := range map[string]bool{"": false, `W/"v1"`: true, `"v1"`: true, `"v0", W/"v1"`: true, "*": true, `"v2"`: false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("If-None-Match", header)
		w := httptest.NewRecorder()
		if got := NotModified(w, r, "v1"); got != want || (w.Code == 304) != want || w.Header().Get("ETag") != `W/"v1"` {
			t.Errorf("%q: %v %d", header, got, w.Code)
		}
	}
}

func TestLimiterRecovers(t *testing.T) {
	clock := &value.FixedClock{At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	l := NewLimiter(clock, Rate{Events: 3, Per: time.Minute}, 100)
	b := newBench(Config{Clock: clock})
	b.Handle("POST /sign-in", Limit(l, ClientNetwork, public), says("in"))
	try := func(peer string) *http.Response {
		r := httptest.NewRequest("POST", "/sign-in", nil)
		r.RemoteAddr = peer
		return b.do(r)
	}
	for i := range 3 {
		if got := try("203.0.113.1:1").StatusCode; got != 200 {
			t.Fatalf("try %d: %d", i, got)
		}
	}
	// Another address of the same network shares the limit; trying on does not prolong it.
	for range 5 {
		r := try("203.0.113.200:1")
		if r.StatusCode != 429 || r.Header.Get("Retry-After") != "20" {
			t.Fatalf("limited: %d, Retry-After %q", r.StatusCode, r.Header.Get("Retry-After"))
		}
	}
	if got := try("198.51.100.1:1").StatusCode; got != 200 {
		t.Errorf("another network: %d", got)
	}
	clock.At = clock.At.Add(20 * time.Second)
	if got := try("203.0.113.1:1").StatusCode; got != 200 {
		t.Errorf("after the wait: %d", got)
	}
	if got := try("203.0.113.1:1").StatusCode; got != 429 {
		t.Errorf("and again at once: %d", got)
	}
	l.Forget("203.0.113.0/24")
	if got := try("203.0.113.1:1").StatusCode; got != 200 {
		t.Errorf("after Forget: %d", got)
	}
}

func TestLimiterKeepsFewKeys(t *testing.T) {
	clock := &value.FixedClock{At: time.Unix(0, 0)}
	l := NewLimiter(clock, Rate{Events: 1, Per: time.Hour}, 10)
	for i := range 1000 {
		if i%5 == 0 {
			_ = l.Allow("busy") // stays, because it is used
		}
		if err := l.Allow(string(rune(i + 1000))); err != nil {
			t.Fatal(err)
		}
	}
	if l.recent.Len() != 10 || len(l.keys) != 10 {
		t.Errorf("keeps %d and %d keys", l.recent.Len(), len(l.keys))
	}
	if err := l.Allow("busy"); value.KindOf(err) != value.Limited {
		t.Errorf("a key in use was forgotten: %v", err)
	}
}
