package console_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// visible gives the index the listings that are live.
type visible struct{}

func (visible) Documents(tx *db.Tx, ids []value.ID) ([]search.Document, error) {
	found, err := listing.FindMany(tx, ids)
	var all []search.Document
	for _, l := range found {
		if l.Status == listing.Live {
			all = append(all, search.Document{
				Listing: l.ID, Title: l.Title, Body: l.Body, Category: l.Category, Price: l.Price, Kind: search.Sell, Seller: search.Private,
				Photos: len(l.Photos), At: l.Published,
			})
		}
	}
	return all, err
}

// follow brings the index up to date, as the program does in the background.
func (w *world) follow() {
	w.Helper()
	for range 20 {
		w.settle()
		n, err := w.index.Reader().CatchUp(context.Background(), w.Site.DB)
		w.ok(err)
		busy, err := w.index.Renew(context.Background())
		w.ok(err)
		if n == 0 && !busy {
			return
		}
	}
	w.Fatal("the index does not catch up")
}

func (w *world) fleet() listing.Listing {
	w.Helper()
	w.submit(w.boat("Folding kayak, blue", "Kept under cover."))
	w.submit(w.boat("Cabin cruiser", "With a kayak on its roof."))
	l := w.submit(w.boat("Canoe of larch", "Two paddles."))
	w.follow()
	return l
}

func TestTheStateOfTheIndexInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	now := time.Now()
	for phase, words := range map[live.Phase][]string{
		live.Off: {"The database answers, as the settings say"}, live.Waiting: {"Nobody has searched"}, live.Making: {"1,200 of 5,000 listings", "every 2s"},
		live.Catching: {"newest changes follow", "every 2s"}, live.Ready: {"12,345 listings in 7.1 MB", "3 changes", "420 ms", "from a snapshot, in 1.2 s", "7.1 MB of 512 MB"},
		live.Refused: {"could not be kept in memory", "it needs more &lt;memory&gt;", "900 from memory, 40 from the database"},
	} {
		w.state = live.State{
			Phase: phase, Documents: 12_345, Bytes: 7_100_000, Most_bytes: 512_000_000, Read: 1200, To_read: 5000, Took: 1200 * time.Millisecond, Loaded: true,
			Lag_changes: 3, Delay_most: 420 * time.Millisecond, From_memory: 900, From_database: 40, Snapshot_at: now, Snapshot_bytes: 3_000_000,
		}
		if phase == live.Refused {
			w.state.Why, w.state.Until = "it needs more <memory>", now.Add(time.Hour)
		}
		w.get("viewer", "/console/search").want(http.StatusOK, words...).lacks("console.index.", "/console/settings#")
	}
	w.get("admin", "/console/search").want(http.StatusOK, "/console/settings#searching")
	w.do("admin", "GET", "/console/search", nil, "Accept-Language", "de").want(http.StatusOK, "Vergeblich gesucht").lacks("console.index.")
}

func TestSearchesInVain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.get("admin", "/console/search").want(http.StatusOK, "Everything was found")
		w.fleet()
		for range 3 {
			w.index.NoteMiss(`Gondola <b>"red"`, "en")
		}
		w.index.NoteMiss("mail me at mina@lakeside.example", "en")
		w.ok(w.index.FlushMisses(t.Context()))
		shown := w.get("admin", "/console/search").want(http.StatusOK, "Gondola &lt;b&gt;", `<td class="num">3</td>`, "/console/search/synonyms?add=Gondola+").lacks("<b>\"red", "mina@")
		w.get("viewer", "/console/search").want(http.StatusOK, "Gondola").lacks("Forget", "synonyms?add=")
		query := regexp.MustCompile(`name="query" value="([^"]+)"`).FindStringSubmatch(shown.body)[1]
		w.post("viewer", "/console/search/misses", "query", query).want(http.StatusForbidden)
		w.post("admin", "/console/search/misses").want(http.StatusUnprocessableEntity)
		w.post("admin", "/console/search/misses", "query", query).wantTo("/console/search")
		w.get("admin", "/console/search").want(http.StatusOK, "Everything was found")
	})
}

// undoOf is the form that takes the last change back, as its fields.
func undoOf(p page) []string {
	p.world.Helper()
	found := regexp.MustCompile(`name="was" value="([^"]*)"> <input type="hidden" name="words" value="([^"]*)">`).FindStringSubmatch(p.body)
	if found == nil {
		p.world.Fatalf("there is nothing to undo: %s", clip(p.body))
	}
	return []string{"was", found[1], "words", found[2]}
}

func (w *world) groups() string {
	w.Helper()
	lists, err := w.index.Synonyms(context.Background())
	w.ok(err)
	var all []string
	for _, list := range lists {
		all = append(all, strings.Join(list, ", "))
	}
	return strings.Join(all, " | ")
}

// edit sends a change of the synonyms and opens the page it leads to.
func (w *world) edit(pairs ...string) page {
	w.Helper()
	answer := w.post("admin", "/console/search/synonyms", pairs...)
	if answer.StatusCode != http.StatusSeeOther {
		w.Fatalf("%d: %s", answer.StatusCode, clip(answer.body))
	}
	return w.get("admin", answer.Header.Get("Location")).want(http.StatusOK)
}

func TestSynonymsAreAddedChangedRemovedAndTakenBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.fleet()
		w.get("admin", "/console/search/synonyms/trial?words=kayak,+canoe,+%3F%3F").want(http.StatusOK, "kayak finds 2 · canoe finds 1").lacks("<html")
		added := w.edit("was", "", "words", " kayak ,canoe,, Kayak").want(http.StatusOK, "Added: kayak, canoe")
		if got := w.groups(); got != "kayak, canoe" {
			t.Fatalf("the groups are %q", got)
		}
		w.follow()
		w.get("viewer", "/console/search/synonyms").want(http.StatusOK, "1 group", "kayak, canoe", "finds 3").lacks("Undo", "name=\"was\"")
		changed := w.edit("was", "kayak, canoe", "words", "kayak, canoe, paddle boat").want(http.StatusOK, "Changed from kayak, canoe to kayak, canoe, paddle boat")
		w.edit(undoOf(changed)...)
		if got := w.groups(); got != "kayak, canoe" {
			t.Errorf("taking the change back left %q", got)
		}
		removed := w.edit("was", "kayak, canoe", "words", "kayak, canoe", "do", "remove").want(http.StatusOK, "Removed: kayak, canoe", "No groups")
		w.edit(undoOf(removed)...).want(http.StatusOK, "Added: kayak, canoe")
		w.edit(undoOf(added)...).want(http.StatusOK, "Removed: kayak, canoe")
		if got := w.groups(); got != "" {
			t.Errorf("in the end there is %q", got)
		}
	})
}

func TestSynonymsThatWillNotDo(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.edit("was", "", "words", "kayak, canoe")
		for typed, want := range map[string]string{
			"": "two words or more", "kayak": "two words or more", "kayak, KAYAK": "two words or more", "kayak, !!!": "no letter and no digit",
			"kayak, " + strings.Repeat("x", 61): "at most 60 letters", "a, b, c, d, e, f, g, h, i, j, k, l, m": "at most 12 words",
			"boat, boats": "differ by more than their endings", "kayak, one two three four five six": "at most five words",
		} {
			w.post("admin", "/console/search/synonyms", "was", "", "words", typed).want(http.StatusUnprocessableEntity, want, `id="add-error"`, `value="`+typed+`"`)
			if typed != "" {
				w.post("admin", "/console/search/synonyms", "was", "kayak, canoe", "words", typed).want(http.StatusUnprocessableEntity, want, `id="group0-error"`, `value="`+typed+`"`).lacks(`id="add-error"`)
			}
		}
		w.post("admin", "/console/search/synonyms", "was", "velo, bicycle", "words", "velo, bike").want(http.StatusConflict, "changed this group meanwhile", `value="velo, bike"`)
		w.post("safety", "/console/search/synonyms", "was", "", "words", "a b, c d").want(http.StatusForbidden)
		cross := w.do("admin", "POST", "/console/search/synonyms", url.Values{"words": {"a, b"}}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		cross.want(http.StatusForbidden)
		if got := w.groups(); got != "kayak, canoe" {
			t.Errorf("the groups are %q", got)
		}
		w.get("admin", "/console/search/synonyms?was=gun&now=&seal=AAAA").want(http.StatusOK).lacks("Undo", "gun")
		w.get("admin", "/console/search/synonyms?add=%3Cscript%3E&page=x").want(http.StatusOK, "&lt;script&gt;, ").lacks("<script>,")
	})
}

func TestManyGroupsHavePagesAndAFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	var lists [][]string
	for _, a := range "abcdefghijklmnopqrstuvwxyz" {
		lists = append(lists, []string{strings.Repeat(string(a), 4), strings.Repeat(string(a), 5) + "q"})
	}
	w.ok(w.index.SetSynonyms(t.Context(), tester, append(lists, []string{"kayak", "canoe"})))
	w.get("admin", "/console/search/synonyms").want(http.StatusOK, "27 groups", "kayak, canoe", "page=2").lacks("aaaa")
	w.get("admin", "/console/search/synonyms?page=2").want(http.StatusOK, "aaaa, aaaaaq", "page=1")
	w.get("admin", "/console/search/synonyms?q=AAA").want(http.StatusOK, "aaaa, aaaaaq").lacks("kayak, canoe")
	w.post("admin", "/console/search/synonyms", "was", "aaaa, aaaaaq", "words", "alone").want(http.StatusUnprocessableEntity, `id="group0-error"`, `value="alone"`)
}

func TestWhyAListingStandsWhereItStands(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		canoe := w.fleet()
		w.get("viewer", "/console/search/why").want(http.StatusOK, "Explain").lacks("Nothing is found", "<table")
		shown := w.get("viewer", "/console/search/why?q=kayak").want(http.StatusOK, "2 found", "Folding kayak, blue", "In the title", "In the text", "Freshness", `class="meter"`)
		if strings.Index(shown.body, "Folding kayak") > strings.Index(shown.body, "Cabin cruiser") {
			t.Error("the title does not come first")
		}
		w.get("viewer", "/console/search/why?q=kayak&listing="+canoe.Key()).want(http.StatusOK, "Is not among what this search finds", "not met", "Canoe of larch")
		w.get("viewer", "/console/search/why?q=canoe&listing=http://"+sitetest.Host+"/l/"+canoe.Key()).want(http.StatusOK, "Stands at place 1")
		w.get("viewer", "/console/search/why?q=kayak&listing=lst_0000000000001").want(http.StatusUnprocessableEntity, `id="listing-error"`)
		w.get("viewer", "/console/search/why?q=kayak&listing=nonsense").want(http.StatusUnprocessableEntity, `id="listing-error"`, `value="nonsense"`)
		w.get("viewer", "/console/search/why?q=gondola").want(http.StatusOK, "Nothing is found")
		w.get("viewer", "/console/search/why?q="+url.QueryEscape(`<b>"x`)+strings.Repeat("%20y", 300)).want(http.StatusOK).lacks(`<b>"x`)
		w.get("finance", "/console/search/why?q=kayak").want(http.StatusForbidden)
	})
}

// TestSearchInBrowser opens the pages in Chromium, and tries the words of a group while they are typed.
func TestSearchInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	canoe := w.fleet()
	w.state = live.State{Phase: live.Ready, Documents: 3, Bytes: 7_100_000, Most_bytes: 512_000_000, Took: time.Second, Delay_most: 90 * time.Millisecond}
	w.index.NoteMiss("gondola", "en")
	w.ok(w.index.FlushMisses(t.Context()))
	w.edit("was", "", "words", "rowing boat, skiff")
	undo := w.post("admin", "/console/search/synonyms", "was", "", "words", "dinghy, tender").Header.Get("Location")
	tab := browser.Open(t, w.as("admin"))
	for name, address := range map[string]string{"search": "/console/search", "synonyms": undo, "why": "/console/search/why?q=kayak&listing=" + canoe.Key()} {
		for _, look := range []struct {
			width  int64
			scheme string
		}{{1440, "light"}, {390, "dark"}} {
			tab.Show(address, look.width, look.scheme)
			tab.Examine("console " + name + " " + look.scheme)
			tab.Shoot("console-" + name + "-" + look.scheme)
		}
	}
	tab.Show("/console/search/synonyms", 1440, "light")
	tab.Type("#add", "kayak, canoe")
	tab.Until(`document.querySelector("#trial").textContent === "kayak finds 2 · canoe finds 1"`)
	tab.Press(browser.Enter)
	tab.Until(`document.querySelector(".notice")?.textContent.includes("saved")`)
	tab.Quiet()
}
