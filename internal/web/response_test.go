package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestStreamsAreSentAtOnce(t *testing.T) {
	next := make(chan struct{})
	b := newBench(Config{})
	b.Handle("GET /changes", public, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, line := range []string{"data: one\n", "data: two\n"} {
			if _, err := io.WriteString(w, line); err != nil {
				return err
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return err
			}
			<-next
		}
		return nil
	}, Timeout(0))
	server := httptest.NewServer(b)
	defer server.Close()
	r, err := http.Get(server.URL + "/changes")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewReader(r.Body)
	for _, want := range []string{"data: one\n", "data: two\n"} {
		got, err := lines.ReadString('\n') // arrives while the handler still waits
		if err != nil || got != want {
			t.Fatalf("got %q, %v", got, err)
		}
		next <- struct{}{}
	}
}

func TestFilesKeepRangesAndTags(t *testing.T) {
	script := strings.Repeat("let bicycle = 'red';\n", 500)
	b := newBench(Config{})
	b.Mount("GET /app.js", public, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "app.js", time.Unix(1e9, 0), strings.NewReader(script))
	}))
	server := httptest.NewServer(b)
	defer server.Close()
	for name, c := range map[string]struct {
		header, content string
		status, bytes   int
		tag             string
	}{
		"whole":    {"Accept", "*/*", 200, len(script), `"v1"`},
		"gzip":     {"Accept-Encoding", "gzip", 200, 0, `W/"v1"`},
		"range":    {"Range", "bytes=10-19", 206, 10, `"v1"`},
		"not new":  {"If-None-Match", `W/"v1"`, 304, 0, `"v1"`},
		"no range": {"Range", "bytes=99999999-", 416, 0, ""},
	} {
		r, err := http.NewRequest("GET", server.URL+"/app.js", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(c.header, c.content)
		if name != "gzip" {
			r.Header.Set("Accept-Encoding", "identity")
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text := body(t, answer)
		answer.Body.Close()
		if answer.StatusCode != c.status || c.bytes > 0 && len(text) != c.bytes || c.tag != "" && answer.Header.Get("ETag") != c.tag {
			t.Errorf("%s: %d, %d bytes, tag %s", name, answer.StatusCode, len(text), answer.Header.Get("ETag"))
		}
		if name == "gzip" && (len(text) > 1000 || answer.Header.Get("Content-Encoding") != "gzip") {
			t.Errorf("gzip: %d bytes, %v", len(text), answer.Header)
		}
	}
}

func TestLogCountsBytesOnTheWire(t *testing.T) {
	long := strings.Repeat("bicycle ", 1000)
	b := newBench(Config{})
	b.Handle("GET /written", public, says(long))
	b.Handle("GET /copied", public, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "image/webp")
		_, err := io.Copy(w, strings.NewReader(long))
		return err
	})
	b.Handle("GET /file", public, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "image/webp")
		_, err := io.Copy(w, struct{ io.Reader }{strings.NewReader(long)}) // by ReadFrom, as from a file
		return err
	})
	for _, path := range []string{"/written", "/copied", "/file"} {
		b.log.Reset()
		if got := body(t, b.get(path)); got != long {
			t.Errorf("%s: %d bytes", path, len(got))
		}
		if !strings.Contains(b.log.String(), `"bytes":8000`) {
			t.Errorf("%s: %s", path, b.log.String())
		}
	}
	b.log.Reset()
	r := httptest.NewRequest("GET", "/written", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.do(r)
	if log := b.log.String(); strings.Contains(log, `"bytes":8000`) || strings.Contains(log, `"bytes":0`) {
		t.Errorf("compressed: %s", log)
	}
}

func TestErrorTakesTheFirstBytesBack(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("Content-Disposition", "attachment")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("ETag", `"v1"`)
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, "id,title\n")
		return errors.New("the database went away")
	})
	r := b.get("/x")
	h := r.Header
	if text := body(t, r); r.StatusCode != 500 || strings.Contains(text, "title") {
		t.Errorf("%d %q", r.StatusCode, text)
	}
	if h.Get("ETag") != "" || h.Get("Content-Disposition") != "" || h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("headers of the answer that failed: %v", h)
	}
}

func TestOddRequests(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{}, router("GET /x", says("x")))
	for request, want := range map[string]string{
		"GET /x HTTP/1.0\r\n\r\n":                                        "200",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":     "200",
		"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n": "40",
		"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n":                   "400",
		"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n":                  "400",
		"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n":                           "400",
		"GET /x\x00 HTTP/1.1\r\nHost: a\r\n\r\n":                         "400",
		"nonsense\r\n\r\n":                                               "400",
		"BREW /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":       "405",
	} {
		conn := dial(t, address)
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(line, " "+want) {
			t.Errorf("%q: %q, %v", request, line, err)
		}
		conn.Close()
	}
}
