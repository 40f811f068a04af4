package notice_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/notice"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300"><path d="M0 0h400v300H0Z" fill="#dfe7d8"/><path d="m200 40 110 160H90Z" fill="#c76b3f"/></svg>`

// shown is the world in a browser, with drawn photos.
func (w *world) shown(rw http.ResponseWriter, r *http.Request) {
	r.Host = sitetest.Host
	switch {
	case strings.HasPrefix(r.URL.Path, "/static/"):
		ui.Static().ServeHTTP(rw, r)
	case strings.HasPrefix(r.URL.Path, "/media/"):
		rw.Header().Set("Content-Type", "image/svg+xml")
		_, _ = io.WriteString(rw, drawing) // a browser that left needs no answer
	default:
		w.router.ServeHTTP(rw, r)
	}
}

func newShown(t *testing.T) *world {
	t.Helper()
	browser.Needs(t)
	w := &world{TB: t, World: sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{account.Schema(), notice.Schema()}), outcomes: map[value.ID]notice.Outcome{}}
	w.desk = notice.New(w.config())
	w.router = w.serve()
	return w
}

// TestEveryLaneInBrowser opens each form wide and narrow, light and dark, empty and with everything wrong.
func TestEveryLaneInBrowser(t *testing.T) {
	t.Parallel()
	w := newShown(t)
	key, err := w.desk.AddFlagger(context.Background(), w.Site.DB, staff, notice.Trusted{Name: "Watch House of the Lakes and the Mountains above them", Email: "desk@watch.example", Awarded: "Coordinator", Website: "https://watch.example"})
	if err != nil || key == "" {
		t.Fatal(err)
	}
	tab := browser.Open(t, http.HandlerFunc(w.shown))
	paths := []string{"/notice", "/notice/flaggers", "/notice/filed?code=AAAAA-BBBBB-CCCCC-DDDD1"}
	for _, lane := range notice.Lanes {
		paths = append(paths, "/notice/"+string(lane)+"?about=lst_one")
	}
	for i, path := range paths {
		for j, look := range []struct {
			width  int64
			scheme string
		}{{390, "light"}, {1440, "dark"}, {390, "dark"}, {1440, "light"}} {
			if (i+j)%2 == 0 { // each twice
				tab.Show(path, look.width, look.scheme)
				tab.Examine(path + " " + look.scheme)
			}
		}
	}
	for _, lane := range notice.Lanes {
		tab.Show("/notice/"+string(lane)+"?about=lst_two", 390, "light")
		tab.Evaluate(`document.querySelector("main form").noValidate = true; document.querySelector("main [name=explanation]").value = "` + strings.Repeat("a", 300) + ` ` + strings.Repeat("very long ", 300) + `"; document.querySelector("main form").requestSubmit(); ""`)
		tab.Until(`document.querySelector("main [aria-invalid=true], main .error")`)
		tab.Until(`document.querySelector("main [name=explanation]").value.includes("very long")`)
		tab.Examine(string(lane) + " with faults")
	}
	w.staff = true
	var id string
	_, page := w.get("/console/safety/reporters")
	if at := strings.Index(page, "/console/safety/flaggers/flg_"); at > 0 {
		id, _, _ = strings.Cut(page[at:], `"`)
	}
	for _, path := range []string{"/console/safety/reporters", id} {
		tab.Show(path, 1440, "light")
		tab.Examine(path)
		tab.Show(path, 390, "dark")
		tab.Examine(path + " narrow")
	}
	tab.Quiet()
}

// TestAReportByKeyboard fills a form without a mouse, and leaves in a hurry by Escape pressed twice.
func TestAReportByKeyboard(t *testing.T) {
	t.Parallel()
	w := newShown(t)
	tab := browser.Open(t, http.HandlerFunc(w.shown))
	tab.Show("/notice/takedown?about=lst_one", 390, "light")
	tab.Focus("main [name=capacity]")
	tab.Press("t")                     // the person shown
	tab.Press("\t\t \t\t")             // past the addresses to the first photo, ticked; past the second
	tab.Press("That is me.\tNora\t")   // explanation, name
	tab.Press("nora@example.org\t \t") // address, the statement ticked
	tab.Press(browser.Enter)           // the button
	tab.Until(`location.pathname === "/notice/filed"`)
	if len(w.filed) != 1 || w.filed[0].Name != "Nora" || w.filed[0].Explanation != "That is me." {
		t.Errorf("filed %+v", w.filed)
	}
	var photos []string
	err := w.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		photos, err = db.All(tx, db.Column[string], "select sha256 from notice_photo")
		return err
	})
	if err != nil || len(photos) != 1 || photos[0] != strings.Repeat("a", 64) {
		t.Errorf("the photos that are meant: %v, %v", photos, err)
	}
	tab.Show("/notice/harm?about=lst_one", 390, "light")
	tab.Focus("main [name=explanation]")
	tab.Press(browser.Escape + browser.Escape)
	tab.Until(`location.href === "about:blank"`)
}

// TestReportsWithoutScripts sends one with plain forms, wrong first.
func TestReportsWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newShown(t)
	tab := browser.Open(t, http.HandlerFunc(w.shown))
	tab.WithoutScripts()
	tab.Show("/notice/harm", 390, "light")
	tab.Type("main [name=addresses]", "lst_one")
	tab.Type("main [name=explanation]", "I am worried about her.")
	tab.Click("main form button:not([type=button])")
	if len(w.filed) != 0 {
		t.Error("it was filed without a ground")
	}
	tab.Focus("main [name=ground]")
	tab.Press("s")
	tab.Click("main form button:not([type=button])")
	for range 50 {
		if len(w.filed) == 1 {
			break
		}
		tab.Evaluate(`""`)
	}
	tab.At("/notice/filed")
	if len(w.filed) != 1 || w.filed[0].Email != "" {
		t.Errorf("filed %+v", w.filed)
	}
}
