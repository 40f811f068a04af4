package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// faults keeps what a test would have failed with.
type faults struct {
	testing.TB
	all []string
}

func (f *faults) Helper() {}

func (f *faults) Errorf(format string, args ...any) {
	f.all = append(f.all, fmt.Sprintf(format, args...))
}

// TestItFindsFaults shows the examination a page with one fault of each kind: what finds nothing proves nothing.
func TestItFindsFaults(t *testing.T) {
	tab := Open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "style-src 'none'")
		fmt.Fprint(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Faulty</title><main><h1>Faulty</h1><style>h1 { color: red }</style>
			<img src="data:image/png;base64,AAAA"><pre>`+strings.Repeat("wide", 100)+`</pre><button>Averylongwordthatdoesnotfit</button>
			<script>document.querySelector("button").style.inlineSize = "2rem"; throw new Error("thrown on purpose")</script></main></html>`)
	}))
	found := &faults{TB: t}
	tab.t = found
	tab.Show("/", 390, "light")
	tab.Examine("faulty")
	tab.Quiet()
	tab.t = t
	for _, want := range []string{"image-alt", "px wider", "blocked by policy", "not shown", "words run out", "thrown on purpose"} {
		if !strings.Contains(strings.Join(found.all, "\n"), want) {
			t.Errorf("nothing says %q of a faulty page:\n%s", want, strings.Join(found.all, "\n"))
		}
	}
}
