package showcase_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fairground/internal/ui"
	"fairground/internal/ui/showcase"
)

// TestPageWeight holds pages to the budgets of the design: what a first visit loads, compressed, without photos and
// fonts, stays within 30 kB for a public page and 120 kB for the console. The markup counts as gzip writes it.
func TestPageWeight(t *testing.T) {
	handler, err := showcase.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		page   string
		assets []string
		kB     float64
	}{
		{"search", []string{"public.css", "public.js", "theme.js", "htmx.esm.js"}, 30},
		{"listing", []string{"public.css", "public.js", "theme.js"}, 30},
		{"queue", []string{"console.css", "desk.css", "console.js", "theme.js"}, 120},
		{"records", []string{"console.css", "console.js", "theme.js"}, 120},
		{"record", []string{"console.css", "console.js", "theme.js"}, 120},
		{"controls", []string{"console.css", "console.js", "theme.js"}, 120},
	} {
		markup := squeezed(t, load(t, handler, "/showcase/"+c.page, ""))
		total, parts := float64(markup)/1000, []string{}
		for _, name := range c.assets {
			weight := float64(len(load(t, handler, ui.AssetURL(name), "br"))) / 1000
			total += weight
			parts = append(parts, name)
		}
		t.Logf("%s: %.1f kB in all, markup %.1f kB, and %s", c.page, total, float64(markup)/1000, strings.Join(parts, ", "))
		if total > c.kB {
			t.Errorf("%s weighs %.1f kB, over its budget of %.0f kB", c.page, total, c.kB)
		}
	}
	for name, most := range map[string]int{"public.css": 9000, "console.css": 12000, "desk.css": 3000, "public.js": 4000} {
		weight := len(load(t, handler, ui.AssetURL(name), "br"))
		t.Logf("%s: %d bytes", name, weight)
		if weight > most {
			t.Errorf("%s weighs %d bytes, over its budget of %d", name, weight, most)
		}
	}
}

func load(t *testing.T, handler http.Handler, path, accept string) []byte {
	t.Helper()
	request := httptest.NewRequest("GET", path, nil)
	request.Header.Set("Accept-Encoding", accept)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	body, err := io.ReadAll(recorder.Result().Body)
	if err != nil || recorder.Code != 200 {
		t.Fatalf("%s: status %d, %v", path, recorder.Code, err)
	}
	return body
}

func squeezed(t *testing.T, content []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// BenchmarkSearchPage measures writing the markup of a search page with eight cards.
func BenchmarkSearchPage(b *testing.B) {
	handler, err := showcase.Handler()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/showcase/search", nil))
	}
}
