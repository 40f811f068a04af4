package saved_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

func TestWhatFitsIsToldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offer("Trek hybrid from before", 400)
		w.keep("Mina", "/c/bicycles?q=trek&to=500", "instant", "name", "Trek up to 500")
		w.wantNews("")
		l := w.offer("Trek hybrid", 450)
		w.offer("Trek, too dear", 700)
		w.offer("Gravel bicycle", 300)
		alerts := w.alerts()
		if len(alerts) != 1 || alerts[0].Subject != "New for “Trek up to 500”: Trek hybrid, CHF 450, Pully" || alerts[0].kind != "found" {
			t.Fatalf("told was %+v", alerts)
		}
		if a := alerts[0]; !strings.Contains(a.Text, origin+"/l/"+l.Key()) || !strings.HasPrefix(a.stop, "/search-alerts/stop.") {
			t.Errorf("%+v", a)
		}
		w.get("", alerts[0].href).wantTo(t, "/l/"+l.Key())
		w.offer("Trek number two", 100)
		w.offer("Trek number three", 100)
		w.wantNews("Mina found: New for “Trek up to 500”: Trek number two, CHF 100, Pully; Mina found: New for “Trek up to 500”: Trek number three, CHF 100, Pully")
		w.wantNews("")
	})
}

// TestOnlyTheFirstTimeIsNews covers listings that go away and come back, and those that only change their words.
func TestOnlyTheFirstTimeIsNews(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Trek", "drops", "yes")
		l := w.offer("Gravel bicycle", 450)
		w.edit(l, func(c *listing.Content) { c.Title = "Trek bicycle" })
		w.wantNews("Mina found: New for “Trek”: Trek bicycle, CHF 450, Pully") // both happened before anybody looked
		ctx := context.Background()
		w.ok(w.desk.Pause(ctx, tester, l.ID))
		w.wantNews("")
		_, _, err := w.desk.Renew(ctx, tester, l.ID)
		w.ok(err)
		w.wantNews("")
		other := w.offer("City bicycle", 450)
		w.wantNews("")
		w.edit(other, func(c *listing.Content) { c.Title = "Trek city bicycle" })
		w.wantNews("")
	})
}

func TestLowerPrices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Drops", "drops", "yes")
		w.keep("Mina", "/search?q=trek&to=400", "instant", "name", "Up to 400")
		w.keep("Otto", "/search?q=trek", "instant", "name", "Nur neue")
		l := w.offer("Trek hybrid", 450)
		w.wantNews("Mina found: New for “Drops”: Trek hybrid, CHF 450, Pully; Otto found: Neu für «Nur neue»: Trek hybrid, 450 CHF, Pully")
		w.price(l, 500)
		w.wantNews("")
		w.price(l, 450)
		w.wantNews("") // up and down again
		w.price(l, 420)
		w.wantNews("Mina found: Cheaper for “Drops”: Trek hybrid now costs CHF 420")
		w.price(l, 390)
		w.wantNews("Mina found: Cheaper for “Up to 400”: Trek hybrid now costs CHF 390")
		w.price(l, 380)
		w.wantNews("") // once as new, once as cheaper
	})
}

func TestNobodyHearsOfWhomTheyShallNot(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		w.keep("Otto", "/search?q=trek", "daily", "name", "Trek")
		w.apart[[2]value.ID{w.mina.ID, w.elio.ID}] = true
		w.offer("Trek hybrid", 450)
		w.wantNews("")
		w.apart[[2]value.ID{w.otto.ID, w.elio.ID}] = true // before the digest
		w.clock.pass(24 * time.Hour)
		w.wantNews("")
		w.apart = map[[2]value.ID]bool{}
		w.write(func(tx *db.Tx) error { return account.Suspend(tx, w.mina.ID, "a test") })
		w.offer("Trek, another", 450)
		w.wantNews("")
		if n := w.count("saved_find"); n != 2 {
			t.Errorf("%d finds, want those of Otto", n)
		}
	})
}

// TestWhatCannotBeSeenIsNotTold lets listings go between being found and being told.
func TestWhatCannotBeSeenIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "daily", "name", "Trek")
		l, stays := w.offer("Trek hybrid", 450), w.offer("Trek that stays", 450)
		w.wantNews("")
		w.ok(w.desk.MarkSold(context.Background(), tester, l.ID))
		w.clock.pass(24 * time.Hour)
		alerts := w.alerts()
		if len(alerts) != 1 || strings.Contains(alerts[0].Text, "hybrid") || !strings.Contains(alerts[0].Text, stays.Title) {
			t.Errorf("told was %+v", alerts)
		}
		w.clock.pass(7 * 24 * time.Hour)
		w.wantNews("")
	})
}

func TestDigestsAreOneAMorning(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "daily", "name", "Trek")
		w.keep("Mina", "/search?q=gravel", "daily", "name", "Gravel")
		w.keep("Mina", "/search?q=tandem", "weekly", "name", "Tandem")
		w.keep("Mina", "/search?q=cargo", "never", "name", "Cargo")
		for i := range 8 {
			w.offer(fmt.Sprintf("Trek number %d", i), 450)
		}
		w.offer("Gravel bicycle", 200)
		w.offer("Tandem", 900)
		w.offer("Cargo bicycle", 900)
		w.clock.pass(16 * time.Hour) // four in the morning
		w.wantNews("")
		w.clock.pass(4 * time.Hour)
		alerts := w.alerts()
		if len(alerts) != 1 || alerts[0].Subject != "9 listings for your searches" || alerts[0].kind != "digest" {
			t.Fatalf("told was %+v", alerts)
		}
		for _, part := range []string{"“Trek”: 8 listings", "and 3 more:", "“Gravel”: 1 listing", "Gravel bicycle, CHF 200, Pully", origin + "/search-alerts/stop."} {
			if !strings.Contains(alerts[0].Text, part) {
				t.Errorf("%q is not in %s", part, alerts[0].Text)
			}
		}
		if strings.Contains(alerts[0].Text, "Tandem") || strings.Contains(alerts[0].Text, "Cargo") {
			t.Errorf("what is not due is told: %s", alerts[0].Text)
		}
		w.clock.pass(24 * time.Hour)
		w.wantNews("")
		w.clock.pass(4 * 24 * time.Hour) // Monday was in between
		w.wantNews("Mina digest: 1 listing for “Tandem”")
		w.clock.pass(24 * time.Hour)
		w.wantNews("")
	})
}

// TestABusySearchTellsLessOften finds more than a hundred listings in a day.
func TestABusySearchTellsLessOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	path := w.keep("Mina", "/c/bicycles?q=trek", "instant", "name", "Trek")
	for i := range 100 {
		w.offer(fmt.Sprintf("Trek number %d", i), 450)
	}
	if alerts := w.alerts(); len(alerts) != 100 {
		t.Fatalf("%d alerts of a hundred", len(alerts))
	}
	for i := range 3 {
		w.offer(fmt.Sprintf("Trek hundred and %d", i), 450)
	}
	w.wantNews("")
	w.get("Mina", "/saved-searches").want(t, 200, "This search finds much: we tell you every hour.", "more than 99 new")
	w.clock.pass(time.Hour)
	alerts := w.alerts()
	if len(alerts) != 1 || alerts[0].Subject != "3 listings for “Trek”" || !strings.Contains(alerts[0].Text, "every hour") {
		t.Fatalf("told was %+v", alerts)
	}
	w.get("Mina", alerts[0].href).wantTo(t, "/c/bicycles?q=trek&sort=newest")
	w.get("Mina", "/saved-searches").without(t, "new</span>", "more than")
	w.clock.pass(48 * time.Hour)
	w.offer("Trek much later", 450)
	w.wantNews("Mina found: New for “Trek”: Trek much later, CHF 450, Pully")
	w.get("Mina", "/saved-searches").without(t, "every hour")
	_ = path
}

func TestUnreadSearchesSleep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		w.keep("Otto", "/search?q=trek", "instant", "name", "Trek")
		w.offer("Trek hybrid", 450)
		w.news()
		w.clock.pass(30 * 24 * time.Hour)
		w.get("Otto", "/saved-searches").want(t, 200)
		w.clock.pass(31 * 24 * time.Hour)
		alerts := w.alerts()
		if len(alerts) != 1 || alerts[0].Subject != "Your search “Trek” goes to sleep" || !strings.HasPrefix(alerts[0].href, "/search-alerts/wake.") {
			t.Fatalf("told was %+v", alerts)
		}
		w.get("Mina", "/saved-searches").want(t, 200, "Asleep", "Wake it")
		w.offer("Trek while it sleeps", 450)
		w.wantNews("Otto found: Neu für «Trek»: Trek while it sleeps, 450 CHF, Pully")
		w.get("", alerts[0].href).want(t, 200, "Wake this search").without(t, "“Trek”")
		w.offer("Trek before the button", 450)
		w.wantNews("Otto found: Neu für «Trek»: Trek before the button, 450 CHF, Pully")
		w.send("", alerts[0].href).want(t, 200, "looks for you again")
		w.offer("Trek after it", 450)
		if got := w.news(); !strings.Contains(got, "Mina found: New for “Trek”: Trek after it") {
			t.Errorf("told was %q", got)
		}
		w.get("Mina", path+"/results").wantTo(t, "/search?q=trek&sort=newest")
	})
}

func TestWhatWasFoundIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "never", "name", "Trek")
		w.offer("Trek of long ago", 450)
		w.news()
		w.clock.pass(20 * 24 * time.Hour)
		w.offer("Trek of today", 450)
		w.news()
		w.get("Mina", "/saved-searches").want(t, 200, "2 new")
		w.clock.pass(11 * 24 * time.Hour)
		w.work()
		w.get("Mina", "/saved-searches").want(t, 200, "1 new")
	})
}

// TestTheMatcherFollows changes searches after the Matcher was loaded, and starts another process.
func TestTheMatcherFollows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.keep("Mina", "/search?q=trek", "instant", "name", "First")
		w.offer("Trek one", 450)
		w.wantNews("Mina found: New for “First”: Trek one, CHF 450, Pully")
		w.keep("Otto", "/search?q=trek", "instant", "name", "Zweite")
		w.send("Mina", first+"/pause", "paused", "yes").want(t, 303)
		w.offer("Trek two", 450)
		w.wantNews("Otto found: Neu für «Zweite»: Trek two, 450 CHF, Pully")
		w.send("Mina", first+"/pause", "paused", "no").want(t, 303)
		w.send("Otto", first+"/end").want(t, 404)
		w.begin()
		w.offer("Trek three", 450)
		if got := w.news(); !strings.Contains(got, "First") || !strings.Contains(got, "Zweite") {
			t.Errorf("told was %q", got)
		}
		if s := w.saved.State(w.Site); s.Searches != 2 || s.Bytes == 0 {
			t.Errorf("%+v", s)
		}
		w.analyzer = words.New([]string{"en"}, [][]string{{"trek", "bigwheel"}})
		w.offer("Bigwheel", 450)
		if got := w.news(); !strings.Contains(got, "First”: Bigwheel") {
			t.Errorf("told was %q", got)
		}
	})
}

// TestRunAgain repeats what was done, as after a crash: nobody is told twice.
func TestRunAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		l := w.offer("Trek hybrid", 450)
		w.wantNews("Mina found: New for “Trek”: Trek hybrid, CHF 450, Pully")
		w.write(func(tx *db.Tx) error { return w.reader.Rewind(tx) })
		w.wantNews("")
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec("delete from saved_find where listing = $1", l.ID)
			return err
		})
		w.keep("Otto", "/search?q=trek", "instant", "name", "Später")
		w.write(func(tx *db.Tx) error { return w.reader.Rewind(tx) })
		w.wantNews("Mina found: New for “Trek”: Trek hybrid, CHF 450, Pully") // the log is the truth; Otto came later
	})
}

// TestLoadingIsDoneInSteps has a machine so slow that each run of the job loads one batch.
func TestLoadingIsDoneInSteps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const many = 4_500
		w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
		w.addSearches(many)
		w.offer("Trek hybrid", 450)
		w.follows()
		w.clock.mu.Lock()
		w.clock.step = 800 * time.Millisecond
		w.clock.mu.Unlock()
		w.wantNews("Mina found: New for “Trek”: Trek hybrid, CHF 450, Pully")
		if s := w.saved.State(w.Site); s.Searches != many+1 || !s.Loaded {
			t.Errorf("%+v", s)
		}
	})
}
