package listing_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// More people who try to get around promise 1: with texts in odd places, by going to and fro between contents, by
// files. Each of these got through once.

const scam = "I am abroad. Pay the deposit by gift card or Western Union before viewing."

var staff = value.Actor{Kind: value.Staff, ID: 7}

func photo(letter string) listing.Photo {
	return listing.Photo{Sha256: strings.Repeat(letter, 64), Width: 1600, Height: 1200, Colour: "#3a7d5c"}
}

func TestEveryTextThatIsShownIsScreened(t *testing.T) {
	eachWorld(t, func(w *world) {
		place, alt, note := w.bicycle("In the place"), w.bicycle("Under a photo"), w.car("In an attribute")
		place.Place.Name = scam
		alt.Photos = []listing.Photo{photo("a"), photo("b")}
		alt.Photos[1].Alt = scam
		note.Attributes["note"] = scam
		for _, c := range []listing.Content{place, alt, note} {
			if l, outcome := w.submit(c); l.Status == listing.Live || len(outcome.Firings) == 0 {
				w.Errorf("%s: status %s, verdict %s", c.Title, l.Status, outcome.Verdict)
			}
		}
	})
}

func (w *world) car(title string) listing.Content {
	return listing.Content{Kind: listing.Sell, Category: w.cars, Locale: "en", Title: title, Attributes: listing.Attributes{"make": "audi", "model": "a1"}}
}

// What is stored must read back with the hash it was cleared under, on both engines, or it is live and never seen.
func TestOddContentsReadBackAsTheyWereCleared(t *testing.T) {
	minusNought := math.Copysign(0, -1)
	odd := map[string]func(c *listing.Content){
		"no price":          func(c *listing.Content) { c.Price = value.Money{} },
		"free":              func(c *listing.Content) { c.Kind = listing.Free },
		"no place":          func(c *listing.Content) { c.Place = listing.Place{} },
		"-0 degrees":        func(c *listing.Content) { c.Place.Point = value.Point{Lat: minusNought, Lon: 5} },
		"-0, 0 degrees":     func(c *listing.Content) { c.Place.Point = value.Point{Lat: minusNought} },
		"a corner of earth": func(c *listing.Content) { c.Place.Point = value.Point{Lat: -90, Lon: 180} },
		"many digits":       func(c *listing.Content) { c.Place.Point = value.Point{Lat: math.Nextafter(46.5, 47), Lon: 1e-300} },
		"broken alt":        func(c *listing.Content) { c.Photos[0].Alt = "a\xff\x00b" },
		"broken body":       func(c *listing.Content) { c.Body = "a\xff\x00b\u2028c" },
		"every plane": func(c *listing.Content) {
			c.Body = "é e\u0301 \U0001F6B2 \U0010FFFD \u200d \ufeff <b>&amp;</b> \\u0000 \"'"
		},
		"an escaped value":    func(c *listing.Content) { c.Photos[0].Alt = `\u0000 \ "<>&` },
		"an odd locale":       func(c *listing.Content) { c.Locale = "DE_ch" },
		"the largest price":   func(c *listing.Content) { c.Price.Minor = math.MaxInt64 },
		"a decimal comma":     func(c *listing.Content) { c.Attributes["frame"] = "54,0 cm" },
		"one photo twice":     func(c *listing.Content) { c.Photos = append(c.Photos, c.Photos[0]) },
		"a photo without alt": func(c *listing.Content) { c.Photos = []listing.Photo{photo("c")} },
	}
	eachWorld(t, func(w *world) {
		for name, change := range odd {
			c := w.bicycle("City bicycle, size M")
			c.Photos = []listing.Photo{photo("a")}
			c.Photos[0].Alt = "From the left"
			change(&c)
			l, outcome := w.submit(c)
			if l.Status != listing.Live || !w.visible(l.ID) {
				w.Errorf("%s: status %s, verdict %s, visible %v", name, l.Status, outcome.Verdict, w.visible(l.ID))
			}
			if again := w.find(l.ID); again.Content.Hash() != l.Content.Hash() {
				w.Errorf("%s: reads back as\n%+v, was\n%+v", name, again.Content, l.Content)
			}
		}
	})
}

func TestWhatEndedStaysEndedUntilRenewed(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		for _, status := range []listing.Status{listing.Paused, listing.Sold, listing.Expired} {
			l, _ := w.submit(w.bicycle("City bicycle, size M"))
			w.write(func(tx *db.Tx) error { return listing.End(tx, l.ID, status, "") })
			if _, _, err := w.desk.Screen(ctx, tester, l.ID); err != nil || w.find(l.ID).Status != status {
				w.Errorf("screening made a listing that was %s %s (%v)", status, w.find(l.ID).Status, err)
			}
			l, _, err := w.desk.Edit(ctx, tester, l.ID, w.find(l.ID).Rev, w.bicycle("City bicycle, size S"))
			if err != nil || w.find(l.ID).Status != status {
				w.Errorf("an edit made a listing that was %s %s (%v)", status, w.find(l.ID).Status, err)
			}
			if l, _, err = w.desk.Renew(ctx, tester, l.ID); err != nil || !w.visible(l.ID) {
				w.Errorf("%s and renewed: %v, %s", status, err, l.Status)
			}
		}
	})
}

func TestRemovedIsForGood(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		if err := w.desk.Remove(ctx, staff, l.ID, "stolen"); err != nil {
			w.Fatal(err)
		}
		_, _, screened := w.desk.Screen(ctx, tester, l.ID)
		_, _, renewed := w.desk.Renew(ctx, tester, l.ID)
		_, _, edited := w.desk.Edit(ctx, tester, l.ID, 2, w.bicycle("Another"))
		for name, err := range map[string]error{"screened": screened, "renewed": renewed, "edited": edited,
			"removed again": w.desk.Remove(ctx, tester, l.ID, ""), "paused": w.desk.Pause(ctx, tester, l.ID)} {
			if value.KindOf(err) != value.Conflict {
				w.Errorf("%s: %v", name, err)
			}
		}
		if found := w.find(l.ID); found.Status != listing.Removed || found.ClearedBy() != 0 {
			w.Errorf("%s under clearance %d", found.Status, found.ClearedBy())
		}
	})
}

// A refused content does not come back by way of another one.
func TestWhatPeopleRefusedDoesNotComeBackInTwoSteps(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		refused, other := w.bicycle("City bicycle, size M"), w.bicycle("Another bicycle")
		l, _ := w.submit(refused)
		w.write(func(tx *db.Tx) error { return listing.End(tx, l.ID, listing.Rejected, "a stolen bicycle") })
		edit := func(c listing.Content) (listing.Status, error) {
			_, _, err := w.desk.Edit(ctx, tester, l.ID, w.find(l.ID).Rev, c)
			return w.find(l.ID).Status, err
		}
		for range 2 { // the second edit begins from Held, not from Rejected
			if status, err := edit(other); status != listing.Held || err != nil {
				w.Fatalf("another content: %s, %v", status, err)
			}
			other.Body += " Really."
		}
		if status, err := edit(refused); value.KindOf(err) != value.Conflict || status == listing.Live {
			w.Errorf("back to the refused content: %s, %v", status, err)
		}
		w.release(l.ID)
		if !w.visible(l.ID) {
			w.Error("staff released it and it is not visible")
		}
		if status, err := edit(w.bicycle("A third bicycle")); status != listing.Live || err != nil {
			w.Errorf("after the release: %s, %v", status, err)
		}
		if status, err := edit(refused); value.KindOf(err) != value.Conflict || status != listing.Live {
			w.Errorf("the refused content after the release: %s, %v", status, err)
		}
	})
}

// release records a review of the present content and screens again, as a decision of staff does.
func (w *world) release(id value.ID) {
	w.Helper()
	err := w.db.Write(context.Background(), staff, "test.release", func(tx *db.Tx) error {
		l, err := listing.Find(tx, id)
		if err != nil {
			return err
		}
		if _, err := safety.RecordReview(tx, listing.Object, id, l.Content.Hash(), "looked at it"); err != nil {
			return err
		}
		_, _, err = w.desk.ScreenIn(tx, id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestAReviewDoesNotOutliveARefusal(t *testing.T) {
	eachWorld(t, func(w *world) {
		held := w.held()
		w.release(held.ID)
		if !w.visible(held.ID) {
			w.Fatal("released and not visible")
		}
		w.write(func(tx *db.Tx) error { return listing.End(tx, held.ID, listing.Rejected, "it was a scam after all") })
		if _, _, err := w.desk.Edit(context.Background(), tester, held.ID, w.find(held.ID).Rev, w.bicycle("Harmless")); err != nil {
			w.Fatal(err)
		}
		_, _, err := w.desk.Edit(context.Background(), tester, held.ID, w.find(held.ID).Rev, held.Content)
		if value.KindOf(err) != value.Conflict || w.visible(held.ID) {
			w.Errorf("the old review cleared a refused content: %v", err)
		}
	})
}

func TestAnEditDoesNotProlong(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		soon := value.Micros(w.db.Clock().Now()) + 3_600_000_000
		if err := w.attack("update listing set expires_us = $2 where id = $1", l.ID, soon); err != nil {
			w.Fatal(err)
		}
		edited, _, err := w.desk.Edit(context.Background(), tester, l.ID, l.Rev, w.bicycle("City bicycle, size S"))
		if err != nil || value.Micros(edited.Expires) != soon {
			w.Errorf("%v, expires %s", err, edited.Expires)
		}
		renewed, _, err := w.desk.Renew(context.Background(), tester, l.ID)
		if err != nil || value.Micros(renewed.Expires) <= soon {
			w.Errorf("%v, expires %s", err, renewed.Expires)
		}
	})
}

func TestPhotosAreShownWhileAVisibleListingShowsThem(t *testing.T) {
	eachWorld(t, func(w *world) {
		c := w.bicycle("City bicycle, size M")
		c.Photos = []listing.Photo{photo("a")}
		shown := func(letter string) (is bool) {
			w.read(func(tx *db.Tx) (err error) {
				is, err = listing.PhotoShown(tx, w.gate, strings.Repeat(letter, 64))
				return err
			})
			return is
		}
		l, _ := w.submit(c)
		if !shown("a") || shown("b") {
			w.Errorf("a %v, b %v", shown("a"), shown("b"))
		}
		if err := w.attack("insert into listing_photo (sha256, listing) values ($2, $1)", l.ID, strings.Repeat("b", 64)); err != nil || shown("b") {
			w.Errorf("a photo that the content does not have: %v, shown %v", err, shown("b"))
		}
		if err := w.attack("update listing set expires_us = 1 where id = $1", l.ID); err != nil || shown("a") {
			w.Errorf("an expired listing shows its photo (%v)", err)
		}
		other, _ := w.submit(c)
		if !shown("a") {
			w.Error("another listing shows it too")
		}
		if _, _, err := w.desk.Edit(context.Background(), tester, other.ID, other.Rev, w.bicycle("Without photos")); err != nil || shown("a") {
			w.Errorf("after the photo was taken out: %v", err)
		}
	})
}

func TestHistoryTellsOldAndNewAndNoExactPlace(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		c := w.bicycle("City bicycle, size S")
		delete(c.Attributes, "frame")
		c.Place.Point.Lat += .02
		if _, _, err := w.desk.Edit(context.Background(), tester, l.ID, l.Rev, c); err != nil {
			w.Fatal(err)
		}
		rows := w.history(l.ID)
		if len(rows) != 2 || rows[0].Action != "listing.edit" || rows[0].Actor != tester.String() {
			w.Fatalf("%d entries, newest %+v", len(rows), rows[0])
		}
		for _, want := range []string{`"title":["City bicycle, size M","City bicycle, size S"]`, `"attributes.frame":["54",null]`, `"near":["46.5`} {
			if !strings.Contains(rows[0].Diff, want) {
				w.Errorf("%s is not in %s", want, rows[0].Diff)
			}
		}
		for _, row := range rows {
			if strings.Contains(row.Diff, "46.5104") || strings.Contains(row.Diff, "46.5304") {
				w.Errorf("the exact place is in the history: %s", row.Diff)
			}
		}
	})
}

// history returns the entries of the log about a listing, newest first.
func (w *world) history(id value.ID) (rows []change.Row) {
	w.Helper()
	if err := change.Number(context.Background(), w.db); err != nil {
		w.Fatal(err)
	}
	w.read(func(tx *db.Tx) (err error) {
		rows, err = change.History(tx, listing.Object, id, 1000)
		return err
	})
	return rows
}
