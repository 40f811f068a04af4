package follow_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/follow"
	"fairground/internal/listing"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func (w *world) countOf(l listing.Listing) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = follow.CountOf(tx, l.ID)
		return err
	})
	return n
}

func TestHeartTogglesAndIsCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.send("Mina", heartOf(l), "next", "/l/"+l.Key()).wantTo(t, "/l/"+l.Key())
		w.send("Otto", heartOf(l), "saved", "yes").wantTo(t, "/favourites")
		w.send("Otto", heartOf(l), "saved", "yes", "next", "//evil.example/").wantTo(t, "/favourites") // pressed twice
		if got := w.countOf(l); got != 2 {
			t.Errorf("%d members saved it, want 2", got)
		}
		w.read(func(tx *db.Tx) error {
			saved, err := follow.Saved(tx, w.mina.ID, []value.ID{l.ID, 99})
			if err != nil || !saved[l.ID] || saved[99] {
				t.Errorf("saved: %v %v", saved, err)
			}
			nobody, err := follow.Saved(tx, 0, []value.ID{l.ID})
			if err != nil || len(nobody) != 0 {
				t.Errorf("a visitor saved %v: %v", nobody, err)
			}
			return nil
		})
		fragment := w.do("POST", "Mina", heartOf(l), url.Values{"saved": {"no"}, "next": {"/c/bicycles"}}, "HX-Request", "true")
		fragment.want(t, 200, `aria-pressed="false"`, `name="saved" value="yes"`, `value="/c/bicycles"`, "Save “Trek hybrid”").without(t, "<html")
		w.do("POST", "Mina", heartOf(l), url.Values{"saved": {"yes"}, "words": {"yes"}}, "HX-Request", "true").want(t, 200, "Saved", `<span class="n">2</span>`)
		w.send("Mina", heartOf(l)).wantTo(t, "/favourites")
		if got := w.countOf(l); got != 1 {
			t.Errorf("%d members saved it, want 1", got)
		}
		if rows := sitetest.History(t, w.Site, "favourite", l.ID); len(rows) != 5 || rows[0].Actor == rows[1].Actor {
			t.Errorf("the log has %d entries", len(rows))
		}
	})
}

func TestOnlyWhatCanBeSeenIsSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.ok(w.desk.MarkSold(context.Background(), tester, l.ID))
		held := w.offer(w.elio, "Folding bicycle", 200)
		w.ok(w.desk.Remove(context.Background(), tester, held.ID, "a test"))
		for name, path := range map[string]string{"sold": heartOf(l), "removed": heartOf(held), "none": "/favourites/" + value.ID(5).Text("lst"),
			"another kind": "/favourites/" + w.mina.ID.Text("acc"), "nonsense": "/favourites/x"} {
			w.send("Mina", path, "saved", "yes").want(t, http.StatusNotFound).without(t, "Trek", "Folding")
			_ = name
		}
		w.own[[2]value.ID{w.mina.ID, w.elio.ID}] = true
		mine := w.offer(w.elio, "Gravel bicycle", 900)
		w.send("Mina", heartOf(mine), "saved", "yes").want(t, http.StatusConflict)
		w.send("", heartOf(mine), "saved", "yes").want(t, http.StatusUnauthorized)
		w.get("", "/favourites").wantTo(t, "/sign-in?next=%2Ffavourites")
	})
}

func TestFavouritesPageIsHonest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get("Mina", "/favourites").want(t, 200, "You have saved nothing yet")
		cheaper, dearer := w.offer(w.elio, "Trek hybrid", 450), w.offer(w.elio, "Gravel bicycle", 900)
		sold, removed := w.offer(w.elio, "Town bicycle", 100), w.offer(w.elio, "Strange bicycle", 1)
		for _, l := range []listing.Listing{cheaper, dearer, sold, removed} {
			w.send("Mina", heartOf(l), "saved", "yes")
		}
		w.price(cheaper, 400)
		w.price(dearer, 950)
		w.ok(w.desk.MarkSold(context.Background(), tester, sold.ID))
		w.ok(w.desk.Remove(context.Background(), tester, removed.ID, "a test"))
		shown := w.get("Mina", "/favourites").want(t, 200, "Trek hybrid", "CHF", "50 less than when you saved it", "50 more than when you saved it",
			"Town bicycle", "sold", "A listing that is not here any more")
		shown.without(t, "Strange", `href="/l/`+sold.Key())
		w.get("Otto", "/favourites").want(t, 200, "You have saved nothing yet")
		w.get("Mina", "/favourites", "Accept-Language", "de").want(t, 200, "Gemerkt", "verkauft", "weniger, seit Sie es gemerkt haben")
		w.send("Mina", heartOf(removed), "saved", "no", "next", "/favourites?page=1").wantTo(t, "/favourites?page=1")
		w.get("Mina", "/favourites").without(t, "A listing that is not here any more")
		for _, odd := range []string{"0", "-1", "x", "99999999999999999999"} {
			w.get("Mina", "/favourites?page="+odd).want(t, 200)
		}
	})
}

func TestALowerPriceIsNewsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.send("Mina", heartOf(l), "saved", "yes")
		w.follows()
		for _, step := range []struct {
			francs int64
			want   string
		}{
			{450, ""}, {500, ""}, {450, ""}, // up and down again
			{400, "Mina price_drop: “Trek hybrid” now costs CHF 400"},
			{600, ""}, {400, ""}, // nor is this
			{350, ""}, // within a day: it waits
		} {
			w.price(l, step.francs)
			if got := w.news(); clean(got) != step.want {
				t.Errorf("at %d: told %q, want %q", step.francs, clean(got), step.want)
			}
		}
		w.clock.pass(25 * time.Hour)
		if got := clean(w.news()); got != "Mina price_drop: “Trek hybrid” now costs CHF 350" {
			t.Errorf("a day later: %q", got)
		}
		w.clock.pass(25 * time.Hour)
		if got := w.news(); got != "" {
			t.Errorf("again: %q", got)
		}
	})
}

// clean writes the spaces that do not break as plain ones.
func clean(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)
}

func TestAPriceNobodyCanSeeIsNoNews(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.send("Mina", heartOf(l), "saved", "yes")
		w.ok(w.desk.Pause(context.Background(), tester, l.ID))
		w.price(l, 300)
		if got := w.news(); got != "" {
			t.Errorf("told %q of a paused listing", got)
		}
		_, _, err := w.desk.Renew(context.Background(), tester, l.ID)
		w.ok(err)
		if got := w.news(); !strings.Contains(got, "Trek hybrid") {
			t.Errorf("told %q when it could be seen again", got)
		}
		w.price(l, 200)
		w.follows()
		w.ok(w.desk.Remove(context.Background(), tester, l.ID, "a test"))
		w.clock.pass(48 * time.Hour)
		if got := w.news(); got != "" {
			t.Errorf("told %q of a removed listing", got)
		}
	})
}

func TestPriceNewsRespectsBlocksAndOwners(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.send("Mina", heartOf(l), "saved", "yes")
		w.send("Otto", heartOf(l), "saved", "yes")
		w.apart[[2]value.ID{w.mina.ID, w.elio.ID}] = true
		w.own[[2]value.ID{w.otto.ID, w.elio.ID}] = true
		w.price(l, 300)
		if got := w.news(); got != "" {
			t.Errorf("told %q", got)
		}
	})
}

func TestFollowersHearOfNewListings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offer(w.shop, "Old bicycle", 100)
		w.send("Mina", sellerOf(w.shop), "next", "/s/x").wantTo(t, "/s/x")
		if got := w.news(); got != "" {
			t.Errorf("told %q of what was there before", got)
		}
		w.clock.pass(time.Second)
		l := w.offer(w.shop, "Trek hybrid", 450)
		w.offer(w.elio, "Somebody else’s", 50)
		if got := w.news(); got != "Mina new_listing: New from Spoke & Lantern: Trek hybrid" {
			t.Errorf("told %q", got)
		}
		w.offer(w.shop, "One", 10)
		w.offer(w.shop, "Two", 20)
		w.offer(w.shop, "Three", 30)
		if got := w.news(); got != "Mina new_listing: Spoke & Lantern has 3 new listings" {
			t.Errorf("told %q", got)
		}
		// What comes back is not new.
		w.ok(w.desk.Pause(context.Background(), tester, l.ID))
		w.follows()
		_, _, err := w.desk.Renew(context.Background(), tester, l.ID)
		w.ok(err)
		w.price(l, 500)
		if got := w.news(); got != "" {
			t.Errorf("told %q again", got)
		}
		// Who starts now hears of what comes now.
		w.send("Otto", sellerOf(w.shop), "following", "yes")
		w.clock.pass(time.Second)
		w.offer(w.shop, "Four", 40)
		if got := w.news(); got != "Mina new_listing: New from Spoke & Lantern: Four; Otto new_listing: New from Spoke & Lantern: Four" {
			t.Errorf("told %q", got)
		}
	})
}

// A listing that was live before anybody followed is no news when it comes back after they do.
func TestWhatWasLiveBeforeIsNotNew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.shop, "Old bicycle", 100)
		w.ok(w.desk.Pause(context.Background(), tester, l.ID))
		w.follows()
		w.send("Mina", sellerOf(w.shop), "following", "yes")
		w.clock.pass(time.Second)
		_, _, err := w.desk.Renew(context.Background(), tester, l.ID)
		w.ok(err)
		if got := w.news(); got != "" {
			t.Errorf("told %q", got)
		}
	})
}

func TestNewsOfWhatIsGoneAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.send("Mina", sellerOf(w.shop), "following", "yes")
		w.clock.pass(time.Second)
		l := w.offer(w.shop, "Trek hybrid", 450)
		w.follows()
		w.ok(w.desk.Remove(context.Background(), tester, l.ID, "a test"))
		if got := w.news(); got != "" {
			t.Errorf("told %q of what was removed meanwhile", got)
		}
	})
}

// Many followers are told in several writes; nobody twice, though the job runs twice.
func TestManyFollowersAreToldOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const many = 450
		w.write(func(tx *db.Tx) error {
			var people, rows [][]any
			for i := range many {
				id := int64(tx.NewID())
				people = append(people, []any{id, "member", fmt.Sprintf("m%d@example.org", i), fmt.Sprintf("M%d", i), "en", "active", 1})
				rows = append(rows, []any{id, int64(w.shop.ID), 1, 1})
			}
			if err := tx.Insert("account", []string{"id", "kind", "email", "name", "locale", "state", "created_us"}, people); err != nil {
				return err
			}
			return tx.Insert("following", []string{"account", "seller", "since_us", "told_us"}, rows)
		})
		w.offer(w.shop, "Trek hybrid", 450)
		got := strings.Split(w.news(), "; ")
		if len(got) != many {
			t.Errorf("%d alerts, want %d", len(got), many)
		}
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec("update following_news set told = false")
			return err
		})
		w.offer(w.shop, "Gravel bicycle", 450)
		if got := w.news(); strings.Contains(got, "Trek") || strings.Count(got, "New from Spoke & Lantern: Gravel bicycle") != many {
			t.Errorf("%d alerts of the second, and told again of the first: %v", strings.Count(got, "Gravel"), strings.Contains(got, "Trek"))
		}
	})
}

func TestFollowingPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get("Mina", "/following").want(t, 200, "You follow nobody yet")
		w.send("Mina", sellerOf(w.shop), "following", "yes").wantTo(t, "/following")
		w.send("Mina", sellerOf(w.shop), "following", "yes").wantTo(t, "/following")
		w.get("Mina", "/following").want(t, 200, "Spoke &amp; Lantern", "Nyon", "2 listings", `aria-pressed="true"`)
		w.get("Mina", "/following", "Accept-Language", "de").want(t, 200, "Wem ich folge", "2 Inserate")
		w.read(func(tx *db.Tx) error {
			mine, err := follow.Follows(tx, w.mina.ID, w.shop.ID)
			other, err2 := follow.Follows(tx, w.otto.ID, w.shop.ID)
			nobody, err3 := follow.Follows(tx, 0, w.shop.ID)
			if !mine || other || nobody || err != nil || err2 != nil || err3 != nil {
				t.Errorf("follows: %v %v %v", mine, other, nobody)
			}
			return nil
		})
		fragment := w.do("POST", "Mina", sellerOf(w.shop), url.Values{"following": {"no"}}, "HX-Request", "true")
		fragment.want(t, 200, `aria-pressed="false"`, "Spoke &amp; Lantern").without(t, "<html")
		w.apart[[2]value.ID{w.mina.ID, w.elio.ID}] = true
		w.own[[2]value.ID{w.mina.ID, w.shop.ID}] = true
		blocked := w.send("Mina", sellerOf(w.elio), "following", "yes").want(t, http.StatusConflict)
		own := w.send("Mina", sellerOf(w.shop), "following", "yes").want(t, http.StatusConflict)
		if blocked.body != own.body {
			t.Error("the answers tell who blocked whom")
		}
		w.send("Mina", "/following/"+value.ID(7).Text("sel"), "following", "yes").want(t, http.StatusNotFound)
		w.send("", sellerOf(w.elio), "following", "yes").want(t, http.StatusUnauthorized)
	})
}

func TestListsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		w.write(func(tx *db.Tx) error {
			var saved, followed [][]any
			for i := range follow.MostFavourites {
				saved = append(saved, []any{int64(w.mina.ID), i + 1, 1, ""})
			}
			for i := range follow.MostFollowing {
				followed = append(followed, []any{int64(w.mina.ID), i + 1, 1, 1})
			}
			if err := tx.Insert("favourite", []string{"account", "listing", "saved_us", "currency"}, saved); err != nil {
				return err
			}
			return tx.Insert("following", []string{"account", "seller", "since_us", "told_us"}, followed)
		})
		w.send("Mina", heartOf(l), "saved", "yes").want(t, http.StatusTooManyRequests)
		w.send("Mina", sellerOf(w.shop), "following", "yes").want(t, http.StatusTooManyRequests)
		w.get("Mina", "/favourites?page=42").want(t, 200)
		w.get("Mina", "/following").want(t, 200, "A seller who is not here any more")
	})
}

func TestPressingIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	l := w.offer(w.elio, "Trek hybrid", 450)
	limited := false
	for range 130 {
		limited = limited || w.send("Mina", heartOf(l)).StatusCode == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("somebody may press as often as a program does")
	}
	w.send("Otto", heartOf(l)).wantTo(t, "/favourites")
}

func TestEstate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l := w.offer(w.elio, "Trek hybrid", 450)
		for _, as := range []string{"Mina", "Otto"} {
			w.send(as, heartOf(l), "saved", "yes")
			w.send(as, sellerOf(w.shop), "following", "yes")
		}
		parts := map[string]string{}
		w.read(func(tx *db.Tx) error {
			return follow.Estate{}.Export(tx, w.mina.ID, func(name string, rows any) error {
				parts[name] = fmt.Sprint(rows)
				return nil
			})
		})
		if !strings.Contains(parts["favourites"], l.Key()) || !strings.Contains(parts["favourites"], "CHF 450.00") || !strings.Contains(parts["following"], w.shop.ID.Text("sel")) {
			t.Errorf("the export has %v", parts)
		}
		kept := 0
		for range 2 {
			w.write(func(tx *db.Tx) error { return follow.Estate{}.Erase(tx, w.mina.ID, func(a, b, c string) { kept++ }) })
		}
		w.get("Mina", "/favourites").want(t, 200, "You have saved nothing yet")
		w.get("Mina", "/following").want(t, 200, "You follow nobody yet")
		w.get("Otto", "/favourites").want(t, 200, "Trek hybrid")
		if kept != 0 || w.countOf(l) != 1 {
			t.Errorf("kept %d, counted %d", kept, w.countOf(l))
		}
	})
}
