package saved_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/saved"
	"fairground/internal/site"
	"fairground/internal/value"
)

func TestSaving(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		address := "/c/bicycles?q=trek&to=500&page=3"
		link := saved.SaveLink(address)
		w.get("", link).wantTo(t, "/sign-in?next="+url.QueryEscape(link))
		w.get("Mina", link).want(t, 200, "Save this search", "trek in Bicycles", "to CHF 500", `value="/c/bicycles?q=trek&amp;to=500"`, `name="often"`)
		w.send("", "/saved-searches", "address", address).want(t, 401)
		w.send("Mina", "/saved-searches", "address", address, "often", "instant", "next", "/c/bicycles").wantTo(t, "/c/bicycles")
		w.get("Mina", "/saved-searches").want(t, 200, "trek in Bicycles", "to CHF 500", "Tells you at once.")
		w.get("Otto", "/saved-searches").want(t, 200, "You have saved no search yet").without(t, "trek")
		w.get("Mina", link).want(t, 200, "You have saved this search already")
		for of, want := range map[value.ID]string{w.mina.ID: "Saved", w.otto.ID: "Save search", 0: "Save search"} {
			var b strings.Builder
			w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
				kept, err := saved.Kept(tx, of, "/c/bicycles?q=trek&to=500")
				w.ok(err)
				return saved.SaveButton{Address: "/c/bicycles?q=trek&to=500", Kept: kept}.Render(inLanguage(t.Context(), "en"), &b)
			}))
			if !strings.Contains(b.String(), want+"</a>") || !strings.Contains(b.String(), "/saved-searches/new?address=%2Fc%2Fbicycles") {
				t.Errorf("%s sees %s", of, b.String())
			}
		}
		w.send("Mina", "/saved-searches", "address", address, "often", "weekly", "name", "My Trek").wantTo(t, "/saved-searches")
		w.get("Mina", "/saved-searches").want(t, 200, "My Trek", "on Mondays")
		if n := w.count("saved_search"); n != 1 {
			t.Errorf("%d searches, want one", n)
		}
		w.do("POST", "Mina", "/saved-searches", url.Values{"address": {"/search?q=gravel"}}, "HX-Request", "true").want(t, 200, "The search is saved.").without(t, "<html")
	})
}

func TestWhatCannotBeSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			status int
			form   []string
			words  string
		}{
			"nothing":         {422, []string{"address", ""}, "no search that can be saved"},
			"another site":    {422, []string{"address", "https://elsewhere.example/search?q=x"}, "no search that can be saved"},
			"another page":    {422, []string{"address", "/account/my-data"}, "no page of results"},
			"a gone category": {404, []string{"address", "/c/submarines"}, "no such category"},
			"everything":      {422, []string{"address", "/search"}, "this finds everything"},
			"a long address":  {422, []string{"address", "/search?q=" + strings.Repeat("a", 3000)}, "no search that can be saved"},
			"a long name":     {422, []string{"address", "/search?q=trek", "name", strings.Repeat("n", 81)}, "A name has at most 80 characters."},
			"another rhythm":  {422, []string{"address", "/search?q=trek", "often", "hourly"}, "Choose how often"},
		} {
			p := w.send("Mina", "/saved-searches", c.form...)
			if p.StatusCode != c.status || !strings.Contains(p.body, c.words) {
				t.Errorf("%s: %d: %s", name, p.StatusCode, mainOf(p.body))
			}
		}
		w.send("Mina", "/saved-searches", "address", "/search?q=trek", "name", strings.Repeat("n", 81), "drops", "yes").want(t, 422, strings.Repeat("n", 81), `aria-invalid="true"`)
		if n := w.count("saved_search"); n != 0 {
			t.Errorf("%d searches were saved", n)
		}
		for i := range saved.MostSearches {
			w.keep("Mina", fmt.Sprintf("/search?q=word%d", i), "daily")
		}
		w.send("Mina", "/saved-searches", "address", "/search?q=onemore").want(t, 429, "you keep very many searches")
		w.keep("Otto", "/search?q=onemore", "daily")
	})
}

func TestChanging(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.keep("Mina", "/search?q=trek", "daily", "name", "Trek")
		w.send("Mina", path, "name", "Treks & friends", "often", "never").wantTo(t, "/saved-searches")
		w.get("Mina", "/saved-searches").want(t, 200, "Treks &amp; friends", "Tells you nothing")
		w.send("Mina", path, "name", strings.Repeat("n", 81), "often", "daily").want(t, 422, "at most 80 characters", "<details class=\"change-search\" open")
		w.offer("Trek hybrid", 450)
		w.wantNews("")
		w.get("Mina", "/saved-searches").want(t, 200, "1 new")
		w.send("Mina", path, "name", "Trek", "often", "instant").want(t, 303)
		w.wantNews("") // what was found before is not told by another rhythm
		w.send("Mina", path+"/pause", "paused", "yes").want(t, 303)
		w.get("Mina", "/saved-searches").want(t, 200, "Paused", "Go on")
		w.offer("Trek while it pauses", 450)
		w.wantNews("")
		w.send("Mina", path+"/pause", "paused", "no").want(t, 303)
		w.wantNews("")
		for _, p := range []string{path, path + "/pause", path + "/end", path + "/back"} {
			w.send("Otto", p, "name", "Mine", "often", "daily").want(t, 404)
			w.send("", p).want(t, 401)
		}
		w.get("Otto", path+"/results").want(t, 404)
		w.get("Mina", path+"/results").wantTo(t, "/search?q=trek&sort=newest")
		w.get("Mina", "/saved-searches").without(t, "1 new")
	})
}

func TestDeletingCanBeUndone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		ended := w.send("Mina", path+"/end")
		ended.wantTo(t, "/saved-searches?ended="+strings.TrimPrefix(path, "/saved-searches/"))
		w.get("Mina", ended.Header.Get("Location")).want(t, 200, "The search is deleted.", "Undo", path+"/back").without(t, "<h2 id=")
		w.offer("Trek meanwhile", 450)
		w.wantNews("")
		w.send("Mina", path+"/pause", "paused", "no").want(t, 404)
		w.send("Mina", path+"/back").wantTo(t, "/saved-searches")
		w.get("Mina", "/saved-searches").want(t, 200, ">Trek<")
		w.offer("Trek again", 450)
		w.wantNews("Mina found: New for “Trek”: Trek again, CHF 450, Pully")
		w.send("Mina", path+"/end").want(t, 303)
		w.keep("Mina", "/search?q=trek", "instant", "name", "Anew")
		w.send("Mina", path+"/back").want(t, 303)
		w.get("Mina", "/saved-searches").want(t, 200, "Anew").without(t, ">Trek<")
		w.clock.pass(25 * time.Hour)
		w.work()
		w.send("Mina", path+"/back").want(t, 404)
		if n := w.count("saved_search"); n != 1 {
			t.Errorf("%d searches are left", n)
		}
	})
}

func TestACategoryThatIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.keep("Mina", "/c/bicycles?q=trek", "daily", "name", "Trek")
		w.closed = true
		w.get("Mina", "/saved-searches").want(t, 200, "Trek", "not on this site any more", path+"/end").without(t, path+"/results", "<details")
	})
}

// TestOneClick stops a search as a mail program does, without signing in, and cannot do more.
func TestOneClick(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Secret bicycle")
		w.keep("Mina", "/search?q=gravel", "instant", "name", "Gravel")
		w.offer("Trek hybrid", 450)
		alerts := w.alerts()
		stop := alerts[0].stop
		w.get("", stop).want(t, 200, "Stop telling me").without(t, "Secret bicycle")
		w.get("Mina", stop).want(t, 200, "Secret bicycle")
		w.offer("Trek after the page was opened", 450)
		if len(w.alerts()) != 1 {
			t.Error("opening the page stopped the search")
		}
		w.do("POST", "", stop, url.Values{"List-Unsubscribe": {"One-Click"}}, "Origin", "https://mail.example", "Sec-Fetch-Site", "cross-site").want(t, 200, "tells you nothing any more")
		w.do("POST", "", stop, url.Values{"List-Unsubscribe": {"One-Click"}}).want(t, 200)
		w.offer("Trek after the button", 450)
		w.offer("Gravel goes on", 450)
		w.wantNews("Mina found: New for “Gravel”: Gravel goes on, CHF 450, Pully")
		for _, forged := range []string{strings.Replace(stop, "stop.", "wake.", 1), strings.Replace(stop, "stop.", "end.", 1), stop[:len(stop)-1], stop + "x", "/search-alerts/x", "/search-alerts/a.b.c"} {
			w.do("POST", "", forged, url.Values{}).want(t, 404)
		}
		w.write(func(tx *db.Tx) error {
			return saved.Estate{}.Erase(tx, w.mina.ID, func(_, _, _ string) { t.Error("something is kept") })
		})
		w.do("POST", "", stop, url.Values{}).want(t, 200) // whether it still exists is not said
	})
}

func TestEstate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		w.keep("Mina", "/search?q=gravel", "daily", "name", "Gravel")
		w.keep("Otto", "/search?q=trek", "instant", "name", "Otto")
		w.offer("Trek hybrid", 450)
		w.news()
		export := func(of value.ID) string {
			var all strings.Builder
			w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
				return saved.Estate{}.Export(tx, of, func(name string, rows any) error {
					fmt.Fprintln(&all, name, rows)
					return nil
				})
			}))
			return all.String()
		}
		mine := export(w.mina.ID)
		for _, part := range []string{"name:Trek", "/search?q=gravel", "tells:daily", "found [map["} {
			if !strings.Contains(mine, part) {
				t.Errorf("%q is not in %s", part, mine)
			}
		}
		if strings.Contains(mine, "Otto") {
			t.Errorf("searches of others are in %s", mine)
		}
		w.write(func(tx *db.Tx) error { return saved.Estate{}.Erase(tx, w.mina.ID, nil) })
		if left := export(w.mina.ID); left != "searches []\nfound []\n" {
			t.Errorf("left is %s", left)
		}
		w.offer("Trek later", 450)
		w.wantNews("Otto found: Neu für «Otto»: Trek later, 450 CHF, Pully")
		if s := w.saved.State(w.Site); s.Searches != 1 {
			t.Errorf("%d searches are matched", s.Searches)
		}
	})
}

// TestNothingTellsWhoLooks reads the change log for what somebody looks for.
func TestNothingTellsWhoLooks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=wunderrad", "instant", "name", "Geheim")
		w.offer("Wunderrad", 450)
		w.news()
		var diffs []string
		w.ok(w.Site.DB.Read(site.With(t.Context(), w.Site), func(tx *db.Tx) (err error) {
			diffs, err = db.All(tx, db.Column[string], "select coalesce(diff, '') from change where object in ('saved_search', 'saved_find')")
			return err
		}))
		all := strings.Join(diffs, "\n")
		if strings.Contains(all, "wunderrad") || strings.Contains(all, "Geheim") || strings.Contains(all, w.mina.ID.String()) || len(diffs) < 2 {
			t.Errorf("the log says %s", all)
		}
	})
}
