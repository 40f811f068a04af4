package ui

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func fetch(path, accept string) *http.Response {
	request := httptest.NewRequest("GET", path, nil)
	request.Header.Set("Accept-Encoding", accept)
	recorder := httptest.NewRecorder()
	Static().ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestStaticChoosesTheEncoding(t *testing.T) {
	t.Parallel()
	sizes := map[string]int{}
	for accept, want := range map[string]string{"gzip, deflate, br, zstd": "br", "gzip": "gzip", "": "", "br;q=0, gzip;q=0.5": "gzip", "br;q=1.0": "br", "identity": "", "gzip;q=0.0": ""} {
		response := fetch(AssetURL("public.css"), accept)
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%q: status %d, %v", accept, response.StatusCode, err)
		}
		if got := response.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q is answered in %q, want %q", accept, got, want)
		}
		if kind := response.Header.Get("Content-Type"); kind != "text/css; charset=utf-8" {
			t.Errorf("%q: type %q", accept, kind)
		}
		sizes[want] = len(body)
	}
	if sizes["br"] >= sizes["gzip"] || sizes["gzip"] >= sizes[""] {
		t.Errorf("sizes %v: compressed ones should be smaller", sizes)
	}
}

func TestStaticMayBeKept(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"public.css", "public.js", "console.css", "console.js", "theme.js", "htmx.esm.js", "inter-latin-wght-normal.woff2", "bricolage-grotesque-latin-wght-normal.woff2"} {
		response := fetch(AssetURL(name), "br")
		if response.StatusCode != 200 || !strings.Contains(response.Header.Get("Cache-Control"), "immutable") || response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: status %d, headers %v", name, response.StatusCode, response.Header)
		}
		if strings.HasSuffix(AssetURL(name), "/"+name) {
			t.Errorf("%s has no hash in its address", name)
		}
	}
}

func TestStaticServesOnlyWhatPagesNeed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/", "/static/.keep", "/static/manifest.json", "/static/icons.json", "/static/../assets.go", "/static/none.css", "/static/%2e%2e/doc.go", AssetURL("public.css") + ".br"} {
		if response := fetch(path, "br"); response.StatusCode != 404 {
			t.Errorf("%s: status %d, want 404", path, response.StatusCode)
		}
	}
}
