package office_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/record"
	"fairground/internal/ui/browser"
)

// TestImportsInBrowser opens the steps of an import in Chromium, wide and narrow.
func TestImportsInBrowser(t *testing.T) {
	browser.Needs(t)
	w := openImports(t)
	w.make("stall", record.Values{"name": "Bread", "size": int64(2)})
	tab := browser.Open(t, w.as("admin"))
	at := strings.TrimSuffix(w.upload("admin", "stall", "stalls of the season.csv", stallFile).Header.Get("Location"), "/mapping")
	look := func(name, address string) {
		for _, width := range []int64{1440, 390} {
			scheme := map[int64]string{1440: "light", 390: "dark"}[width]
			shot := fmt.Sprintf("office-import-%s-%d-%s", name, width, scheme)
			tab.Show(address, width, scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	look("mapping", at+"/mapping")
	sent := w.get("admin", at+"/mapping").kept(at+"/mapping", "field.0", "name", "field.1", "size", "field.2", "size", "key", "name", "on_blank", "keep")
	w.do("admin", "POST", at+"/mapping", sent).want(http.StatusUnprocessableEntity)
	sent.Del("field.2")
	w.do("admin", "POST", at+"/mapping", sent).wantTo("admin", at+"/check")
	look("check", at+"/check")
	w.post("admin", at+"/start", "go", "yes")
	look("progress", at+"/progress")
	w.work()
	look("result", at+"/result")
	look("file", stalls+"/import")
	look("list", stalls)
	tab.Quiet()
}
