package showcase_test

import (
	"fmt"
	"testing"

	"fairground/internal/ui/browser"
	"fairground/internal/ui/showcase"
)

// TestInBrowser opens every page of the showcase in Chromium, wide and narrow, light and dark, and finds accessibility
// faults (axe-core), content wider than the page, and things the Content-Security-Policy blocked. With
// FAIRGROUND_SHOTS set to a folder it leaves a screenshot of each.
func TestInBrowser(t *testing.T) {
	tab := open(t)
	for _, page := range []string{"home", "search", "listing", "queue", "records", "board", "calendar", "record", "import", "inputs", "controls", "error"} {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", page, width, scheme)
				tab.Show("/showcase/"+page, width, scheme)
				tab.Examine(name)
				tab.Shoot(name)
			}
		}
	}
}

func open(t *testing.T) *browser.Tab {
	t.Helper()
	handler, err := showcase.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return browser.Open(t, handler)
}
