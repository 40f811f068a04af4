package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	b := newBench(Config{HTTPS: true})
	b.Handle("GET /x", public, says("x"))
	b.Handle("GET /panic", public, func(http.ResponseWriter, *http.Request) error { panic("x") })
	for _, path := range []string{"/x", "/panic", "/nowhere"} {
		h := b.get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'; script-src 'self'; style-src 'self'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "strict-origin",
			"Permissions-Policy":         "camera=()",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Strict-Transport-Security":  "max-age=",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: weak policy %q", path, csp)
		}
	}
	plain := newBench(Config{})
	plain.Handle("GET /x", public, says("x"))
	if plain.get("/x").Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS over plain HTTP")
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	b := newBench(Config{Origins: []string{"https://desk.example"}})
	b.Handle("POST /x", public, says("done"))
	b.Handle("GET /x", public, says("page"))
	b.Handle("POST /hook", public, says("done"), CrossOrigin())
	for _, c := range []struct {
		method, path, site, origin string
		status                     int
	}{
		{"POST", "/x", "cross-site", "https://evil.example", 403},
		{"POST", "/x", "same-site", "https://sub.example.com", 403},
		{"POST", "/x", "", "https://evil.example", 403},
		{"POST", "/x", "", "null", 403},
		{"POST", "/x", "same-origin", "http://example.com", 200},
		{"POST", "/x", "cross-site", "https://desk.example", 200},
		{"POST", "/x", "", "", 200}, // no browser
		{"POST", "/hook", "cross-site", "https://pay.example", 200},
		{"GET", "/x", "cross-site", "https://evil.example", 200},
	} {
		r := httptest.NewRequest(c.method, "http://example.com"+c.path, nil)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if got := b.do(r).StatusCode; got != c.status {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "example.org": true, "example.org.": true, "example.org:8080": true, "localhost": true, "127.0.0.1:80": true,
		"[::1]:8080": true, "[::1]": true, "xn--bcher-kva.example": true,
		"example.org:": false, "example.org:99999": false, "example.org:0": false, "example.org:80:80": false, "example.org:-1": false,
		"exa mple.org": false, "../etc": false, "a..b": false, ".": false, "[::1": false, "[nonsense]": false, "<b>": false,
		strings.Repeat("a", 64) + ".org": false, strings.Repeat("a.", 127) + "ab": false,
	} {
		if got := validHost(host); got != want {
			t.Errorf("validHost(%q) = %v", host, got)
		}
	}
	b := newBench(Config{})
	b.Handle("GET /x", public, says("x"))
	r := httptest.NewRequest("GET", "/x", nil)
	r.Host = "example.org:99999"
	if got := b.do(r).StatusCode; got != 400 {
		t.Errorf("wrong port: %d", got)
	}
}

func TestForwardedIsBelievedFromProxiesOnly(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer, header, want string
	}{
		{"203.0.113.9:1000", "198.51.100.1", "203.0.113.9"},
		{"10.0.0.1:1000", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1000", "1.2.3.4, 198.51.100.1, 10.0.0.9", "198.51.100.1"},
		{"10.0.0.1:1000", "", "10.0.0.1"},
		{"10.0.0.1:1000", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1000", "nonsense, 198.51.100.1", "198.51.100.1"},
		{"[fd00::1]:1000", "2001:db8:1:2::3", "2001:db8:1:2::3"},
		{"[::ffff:10.0.0.1]:1000", "::ffff:198.51.100.1", "198.51.100.1"},
		{"@", "198.51.100.1", "invalid IP"},
	} {
		var got netip.Addr
		b := newBench(Config{Proxies: proxies})
		b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error { got = Client(r); return nil })
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.header)
		b.do(r)
		if got.String() != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestProxyTellsOfHTTPSAndID(t *testing.T) {
	for peer, believed := range map[string]bool{"10.0.0.1:1": true, "203.0.113.9:1": false} {
		var https bool
		var id string
		b := newBench(Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
		b.Handle("GET /x", public, func(w http.ResponseWriter, r *http.Request) error { https, id = HTTPS(r), ID(r.Context()); return nil })
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Request-Id", "abcdef-0123")
		b.do(r)
		if https != believed || (id == "abcdef-0123") != believed || id == "" {
			t.Errorf("%s: https %v, id %q", peer, https, id)
		}
	}
}

func TestAccessLogKeepsSecretsOut(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /sign-in/{token}/go", public, says("in"))
	b.Handle("GET /person/{id}", public, says("p"))
	for _, c := range []struct{ path, without, with string }{
		{"/sign-in/verysecrettoken/go", "verysecrettoken", `"path":"/sign-in/…/go"`},
		{"/person/mia@example.org", "mia@", `"path":"/person/…"`},
		{"/person/per_1?token=verysecret&q=mia@example.org", "verysecret", `"path":"/person/per_1"`},
		{"/person/per_1?q=mia@example.org", "mia", `"route":"GET /person/{id}"`},
		{"/nowhere/" + strings.Repeat("k", 100), "kkk", `"route":"none"`},
		{"/nowhere/", "192.0.2.1\"", `"client":"192.0.2.0/24"`},
	} {
		b.log.Reset()
		b.get(c.path)
		log := b.log.String()
		if strings.Contains(log, c.without) || !strings.Contains(log, c.with) {
			t.Errorf("%s: log %s", c.path, log)
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(log), &line); err != nil {
			t.Errorf("not one JSON line: %s", log)
		}
	}
}

func TestNetworks(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "2001:db8:1:2:3::4": "2001:db8:1::/48",
	} {
		if got := network(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	if got := network(netip.Addr{}); got != "unknown" {
		t.Errorf("zero: %s", got)
	}
}

func TestFromNetworks(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /metrics", FromNetworks(netip.MustParsePrefix("192.0.2.0/24")), says("figures"))
	r := httptest.NewRequest("GET", "/metrics", nil)
	if got := b.do(r).StatusCode; got != 200 {
		t.Errorf("inside: %d", got)
	}
	r.RemoteAddr = "203.0.113.9:1000"
	if got := b.do(r).StatusCode; got != 404 {
		t.Errorf("outside: %d", got)
	}
}

func TestMetricsAndHealth(t *testing.T) {
	metrics := NewMetrics()
	b := newBench(Config{Metrics: metrics})
	b.Handle("GET /listing/{id}", public, says("x"))
	b.Mount("GET /metrics", public, metrics.Handler())
	b.Handle("GET /healthz", public, Healthz())
	b.Handle("GET /readyz", public, Readyz(b.config.Log, Check{"database", working}, Check{"mail", broken}))
	b.get("/listing/1")
	b.get("/listing/2")
	b.get("/nowhere/at/all")
	text := body(t, b.get("/metrics"))
	for _, want := range []string{
		`fairground_http_requests_total{route="GET /listing/{id}",status="200"} 2`,
		`fairground_http_requests_total{route="none",status="404"} 1`,
		"fairground_http_requests_in_flight 1", "go_goroutines", `fairground_http_request_seconds_count{route="none"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(text, "/nowhere") {
		t.Error("a path became a series")
	}
	if r := b.get("/healthz"); r.StatusCode != 200 {
		t.Errorf("healthz: %d", r.StatusCode)
	}
	r := b.get("/readyz")
	if got := body(t, r); r.StatusCode != 503 || !strings.Contains(got, `"database":"ok","mail":"failed"`) || strings.Contains(got, "secret") {
		t.Errorf("readyz: %d %s", r.StatusCode, got)
	}
	if !strings.Contains(b.log.String(), "secret host") {
		t.Error("the log lacks why")
	}
}

func TestCompression(t *testing.T) {
	long := strings.Repeat("<p>a red bicycle, hardly used</p>", 200)
	b := newBench(Config{})
	typed := func(kind, text string) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", kind)
			_, err := io.WriteString(w, text)
			return err
		}
	}
	b.Handle("GET /page", public, typed("text/html; charset=utf-8", long))
	b.Handle("GET /short", public, typed("text/html; charset=utf-8", "short"))
	b.Handle("GET /photo", public, typed("image/webp", long))
	b.Handle("GET /stream", public, typed("text/event-stream", long))
	status := func(status int) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, err := io.WriteString(w, long)
			return err
		}
	}
	b.Handle("GET /missing", public, status(404))
	b.Handle("GET /part", public, status(206))
	server := httptest.NewServer(b)
	defer server.Close()
	for _, c := range []struct {
		path, accept string
		zipped       bool
	}{
		{"/page", "gzip, br", true}, {"/page", "br;q=1, gzip;q=0.5", true}, {"/page", "gzip;q=0", false}, {"/page", "br", false},
		{"/short", "gzip", false}, {"/photo", "gzip", false}, {"/stream", "gzip", false},
		{"/missing", "gzip", true}, {"/part", "gzip", false},
	} {
		r, err := http.NewRequest("GET", server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", c.accept)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text := body(t, answer)
		answer.Body.Close()
		if got := answer.Header.Get("Content-Encoding") == "gzip"; got != c.zipped {
			t.Errorf("%s with %q: zipped %v", c.path, c.accept, got)
		}
		if c.zipped && (len(text) > 500 || answer.Header.Get("Vary") != "Accept-Encoding") {
			t.Errorf("%s: %d bytes, Vary %q", c.path, len(text), answer.Header.Get("Vary"))
		}
	}
	r, err := http.Get(server.URL + "/page") // the transport unpacks by itself
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := body(t, r); got != long {
		t.Errorf("unpacked to %d bytes, want %d", len(got), len(long))
	}
}

func BenchmarkPage(b *testing.B) {
	var page strings.Builder
	for i := range 300 {
		fmt.Fprintf(&page, `<article class="card"><h3>Bicycle %d</h3><p>%d.-</p><a href="/listing/lst_%d">see</a></article>`, i, i*37%900, i*7919)
	}
	for name, accept := range map[string]string{"plain": "", "gzip": "gzip"} {
		b.Run(name, func(b *testing.B) {
			m := newBench(Config{})
			m.config.Log = quiet
			m.Handle("GET /page", public, func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, err := io.WriteString(w, page.String())
				return err
			})
			r := httptest.NewRequest("GET", "/page", nil)
			r.Header.Set("Accept-Encoding", accept)
			b.SetBytes(int64(page.Len()))
			for b.Loop() {
				m.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}

func TestImagesOfAnotherOrigin(t *testing.T) {
	b := newBench(Config{})
	b.Handle("GET /map", public, func(w http.ResponseWriter, _ *http.Request) error {
		Images(w.Header(), "https://tiles.example")
		return nil
	})
	fresh := make(http.Header)
	Images(fresh, "https://tiles.example")
	if got := fresh.Get("Content-Security-Policy"); got != strings.Replace(contentPolicy, "img-src 'self'", "img-src 'self' https://tiles.example", 1) {
		t.Errorf("the policy of an answer that is kept is %q", got)
	}
	b.Handle("GET /plain", public, func(w http.ResponseWriter, _ *http.Request) error {
		Images(w.Header(), "")
		return nil
	})
	if got := b.get("/map").Header.Get("Content-Security-Policy"); got != strings.Replace(contentPolicy, "img-src 'self'", "img-src 'self' https://tiles.example", 1) {
		t.Errorf("the policy is %q", got)
	}
	if got := b.get("/plain").Header.Get("Content-Security-Policy"); got != contentPolicy {
		t.Errorf("the policy is %q", got)
	}
}
