package console_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

func TestTheHistoryOfAListingShowsWhoChangedWhat(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("Blue sail", "One."))
		content := l.Content
		content.Title, content.Price, content.Category = "Green sail", value.MoneyFromUnits(4900, "CHF"), w.parts
		content.Attributes = listing.Attributes{"length": "7"}
		w.write("seat.give", func(tx *db.Tx) error {
			return listing.GiveSeat(tx, listing.Seat{Seller: l.Seller.ID, Account: w.accounts["member"].ID, Role: listing.Owner})
		})
		_, _, err := w.desk.Edit(context.Background(), w.accounts["member"].Actor(), l.ID, l.Rev, content)
		w.ok(err)
		l = w.find(l.ID)
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "remove", "ground", "duplicate", "reason", "It is listed already.").wantTo(path(l))
		w.get("viewer", path(l)).want(http.StatusOK,
			"Came in", "system: import", "Edited", "Mina Rochat", "Removed by staff", "Aya Keller",
			"before: </span>Blue sail</del>", "now: </span>Green sail</ins>",
			"before: </span>CHF 5200.00</del>", "now: </span>CHF 4900.00</ins>",
			"before: </span>Boats</del>", "now: </span>Boats › Parts</ins>",
			"<dt>Length</dt>", "now: </span>7</ins>", "before: </span>Live</del>", "now: </span>Removed</ins>", "It is listed already.")
		w.do("viewer", "GET", path(l), nil, "Accept-Language", "de").want(http.StatusOK, "Eingegangen", "Länge", "Boote › Teile", "vorher: ", "Vom Team entfernt")
	})
}

func TestAnErasedEntryStaysAsAnEntry(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("Blue sail", "One."))
		w.write("listing.erase", func(tx *db.Tx) error {
			if _, err := change.Erase(tx, listing.Object, l.ID); err != nil {
				return err
			}
			tx.Log(db.Change{Object: "erasure", Record: l.ID, Diff: map[string]int{"entries": 1}})
			return nil
		})
		w.get("viewer", path(l)).want(http.StatusOK, "What changed was erased", "Came in")
	})
}

func TestTheLogIsFilteredAndPaged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("Blue sail", "One."))
		w.file(l, "They asked me to pay before I could see it.")
		w.get("safety", "/console/changes").want(http.StatusOK, "Came in", "Notice filed", "a visitor", "not sealed yet", path(l))
		w.seal()
		w.get("safety", "/console/changes").want(http.StatusOK, "Everything is sealed")
		w.get("safety", "/console/changes?object=notice").want(http.StatusOK, "Notice filed").lacks("Came in</b>")
		w.get("safety", "/console/changes?actor=visitor").want(http.StatusOK, "Notice filed").lacks("Came in</b>")
		w.get("safety", "/console/changes?action=listing.submit").want(http.StatusOK, "Came in").lacks("Notice filed")
		w.get("safety", "/console/changes?object=nothing").want(http.StatusOK, "No entry fits")
		w.get("safety", "/console/changes?before=x").want(http.StatusUnprocessableEntity)
		for range 101 {
			w.write("listing.note", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "note", Record: l.ID, Diff: map[string]string{"text": "x"}})
				return nil
			})
		}
		older := w.get("safety", "/console/changes?object=note").want(http.StatusOK, "Older", "before=").lacks("Newest")
		next := regexp.MustCompile(`/console/changes\?before=\d+&amp;object=note`).FindString(older.body)
		w.get("safety", strings.ReplaceAll(next, "&amp;", "&")).want(http.StatusOK, "Newest", "listing.note").lacks("Older")
		w.get("safety", "/console/changes").want(http.StatusOK, "Older").lacks("Notice filed")
	})
}

func TestTheChartCountsDaysOfTheSite(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.submit(w.boat("Blue sail", "One."))
		w.submit(w.boat("Red sail", "One."))
		w.submit(w.boat("Rusty anchor", "One."))
		w.get("admin", "/console").want(http.StatusOK, "3 listings came in during 14 days", `class="live"`, `class="waiting"`, `class="refused"`, "As a table", `<th scope="row">`, "all done")
		w.get("finance", "/console").want(http.StatusOK, "Nothing here needs you").lacks("came in during")
		w.get("viewer", "/console").want(http.StatusOK, "3 listings came in").lacks("Newest held", "Dead jobs")
		w.arrivals = nil
		w.get("admin", "/console").want(http.StatusOK, "Rejected today", "Dead jobs").lacks("came in during", "Came in today")
	})
}
