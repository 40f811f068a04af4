package reach

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

func (w *world) view(listing value.ID, network string, account value.ID) {
	w.desk.Counter.View(listing, Viewer{Network: network, Agent: firefox, Account: account}, w.now())
}

func TestViewsAreWrittenWithoutTheSellersOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.view(lamp, "a", 0)
		w.view(lamp, "b", lu)
		w.view(lamp, "c", jon)  // of the shop's team
		w.view(lamp, "d", mina) // its owner
		w.view(trek, "c", jon)  // a stranger to Mina's own listings
		w.view(999, "a", 0)     // no listing
		w.ok(w.desk.Flush(t.Context()))
		w.view(lamp, "a", 0) // again today
		w.view(lamp, "e", 0)
		w.ok(w.desk.Flush(t.Context()))
		all := w.totals(lamp, trek, 999)
		if all[lamp] != (Total{Views: 3}) || all[trek] != (Total{Views: 1}) || len(all) != 2 {
			t.Errorf("%+v", all)
		}
	})
}

// What cannot be written waits, and is written once.
func TestNothingIsLostWhenTheDatabaseDoesNotAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.view(lamp, "a", 0)
		w.shelf.broken = true
		if w.desk.Flush(t.Context()) == nil {
			t.Fatal("a broken database is no error")
		}
		w.view(lamp, "b", 0)
		w.shelf.broken = false
		w.ok(w.desk.Flush(t.Context()))
		w.ok(w.desk.Flush(t.Context()))
		if all := w.totals(lamp); all[lamp].Views != 2 {
			t.Errorf("%+v", all)
		}
	})
}

func TestTheLoopWritesAtItsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, stop := context.WithCancel(t.Context())
		w.view(lamp, "a", 0)
		stop()
		w.desk.Run(ctx)
		if all := w.totals(lamp); all[lamp].Views != 1 {
			t.Errorf("%+v", all)
		}
	})
}

// Several processes write the same days at once: each adds what it counted, none overwrites another.
func TestProcessesAddUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const processes, rounds = 4, 10
		var all sync.WaitGroup
		for process := range processes {
			desk := *w.desk
			desk.Counter = NewCounter(w.desk.Zone)
			all.Go(func() {
				for round := range rounds {
					for _, id := range []value.ID{lamp, other, trek} {
						desk.Counter.View(id, Viewer{Network: fmt.Sprint(process, round), Agent: firefox}, w.now())
					}
					if err := desk.Flush(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			f, err := w.desk.OfSeller(tx, shop, 30)
			if f.Sum.Views != 2*processes*rounds || f.Ever != f.Sum || len(f.Best) != 2 || f.Best[0].Views != processes*rounds {
				t.Errorf("the shop has %+v, %+v", f.Sum, f.Best)
			}
			return err
		}))
		for id, total := range w.totals(lamp, other, trek) {
			if total.Views != processes*rounds {
				t.Errorf("listing %s has %d views, want %d", id, total.Views, processes*rounds)
			}
		}
	})
}

func TestManyListingsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		figures := make([]figure, 0, 1500)
		ids := make([]value.ID, 0, 1500)
		for i := range 1500 {
			id := value.ID(10_000 + i)
			ids = append(ids, id)
			figures = append(figures, figure{listing: id, seller: shop, day: 20_000, views: int64(i)})
		}
		for range 2 {
			w.ok(w.Site.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error { return addFigures(tx, figures) }))
		}
		all := w.totals(ids...)
		if len(all) != 1500 || all[10_999].Views != 2*999 {
			t.Errorf("%d totals, %+v", len(all), all[10_999])
		}
	})
}

func TestContactsAndSavesComeFromTheLogOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.log("conversation", 1, map[string]any{"listing": lamp, "seller": shop, "buyer": lu})
		w.log("conversation", 1, map[string]any{"side": "buyer", "verb": "archive"})
		w.log("conversation", 2, map[string]any{"listing": lamp, "seller": shop, "buyer": jon})
		w.log("favourite", lamp, map[string]any{"saved": [2]bool{false, true}})
		w.log("favourite", trek, map[string]any{"saved": [2]bool{false, true}})
		w.log("favourite", trek, map[string]any{"saved": [2]bool{true, false}})
		w.log("favourite", lamp, map[string]any{"price_told": 3})
		w.log("favourite", 999, map[string]any{"saved": [2]bool{false, true}})
		w.log("listing", lamp, map[string]any{"listing": lamp, "buyer": lu})
		w.log("conversation", 3, map[string]any{"listing": "nonsense"})
		w.catchUp()
		w.catchUp()
		all := w.totals(lamp, trek, 999)
		if all[lamp] != (Total{Contacts: 2, Saves: 1}) || all[trek] != (Total{}) || len(all) != 2 {
			t.Errorf("%+v", all)
		}
	})
}

// plant writes days as time would have.
func (w *world) plant(listing, seller value.ID, ago int, views, contacts, saves int64) {
	w.Helper()
	day := dayOf(w.now().In(w.desk.zone())) - int64(ago)
	w.ok(w.Site.DB.Maintain(context.Background(), "test", func(tx *db.Tx) error {
		return addFigures(tx, []figure{{listing: listing, seller: seller, day: day, views: views, contacts: contacts, saves: saves}})
	}))
}

func TestFiguresOfAListing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := "/my/listings/" + lamp.Text(listingShortID) + "/figures"
		w.want(w.get("mina", path), 200, "Nothing to count yet", "Brass lamp &lt;b&gt;")
		w.plant(lamp, shop, 0, 4, 1, 2)
		w.plant(lamp, shop, 29, 6, 0, 0)
		w.plant(lamp, shop, 30, 100, 0, 0)
		w.plant(lamp, shop, 3, 0, 0, -1)
		w.view(lamp, "a", 0) // waits in memory and is seen all the same
		body := w.want(w.get("mina", path), 200, "<svg", "Bars for 30 days: 11 views, at most 6 on one day", "111 so far", "Day by day as a table", `aria-current="true"`)
		if n := strings.Count(body, "<rect"); n != 2+1+1 { // two days with views, one with contacts, one with saves
			t.Errorf("%d bars", n)
		}
		w.want(w.get("mina", path+"?days=90"), 200, "111 views")
		w.want(w.get("mina", path+"?days=5000"), 200, "11 views")
		if strings.Contains(body, "style=") {
			t.Error("the page has inline style, which the policy blocks")
		}
	})
}

func TestFiguresOfAShop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plant(lamp, shop, 1, 4, 1, 2)
		w.plant(other, shop, 1, 9, 0, 0)
		w.plant(trek, minas, 1, 50, 5, 5) // somebody else's
		body := w.want(w.get("mina", "/shop/"+shop.Text(sellerShortID)+"/figures"), 200, "Spoke &amp; Lantern", "13 views", "What did best", "Reading chair")
		if strings.Index(body, "Reading chair") > strings.Index(body, "Brass lamp") {
			t.Error("the best listing is not first")
		}
		if strings.Contains(body, "Trek") {
			t.Error("a listing of another seller is shown")
		}
	})
}

func TestFiguresAsAFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plant(lamp, shop, 0, 4, 1, 2)
		answer := w.get("mina", "/my/listings/"+lamp.Text(listingShortID)+"/figures.csv?days=90")
		rows, err := csv.NewReader(strings.NewReader(w.want(answer, 200, "Day,Views,Contacts,Saves"))).ReadAll()
		w.ok(err)
		if len(rows) != 91 {
			t.Errorf("%d lines for 90 days", len(rows))
		}
		again := w.get("mina", "/shop/"+shop.Text(sellerShortID)+"/figures.csv")
		lines, err := csv.NewReader(again.Body).ReadAll()
		w.ok(err)
		today := w.now().In(w.desk.zone()).Format(time.DateOnly)
		if len(lines) != 31 || strings.Join(lines[30], " ") != today+" 4 1 2" || strings.Join(lines[29][1:], "") != "000" {
			t.Errorf("%d lines, the last %v", len(lines), lines[len(lines)-1])
		}
		if disposition := again.Header().Get("Content-Disposition"); !strings.Contains(disposition, "figures-"+today+".csv") {
			t.Errorf("%q", disposition)
		}
	})
}

// Only those who may edit the listings see figures. For others there is nothing, whether the listing exists or not.
func TestAStrangerSeesNoFigures(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plant(lamp, shop, 0, 4, 1, 2)
		missing := w.want(w.get("lu", "/my/listings/"+value.ID(999).Text(listingShortID)+"/figures"), 404)
		for _, page := range []string{"/my/listings/" + lamp.Text(listingShortID) + "/figures", "/my/listings/" + lamp.Text(listingShortID) + "/figures.csv",
			"/shop/" + shop.Text(sellerShortID) + "/figures", "/shop/" + shop.Text(sellerShortID) + "/figures.csv"} {
			for _, who := range []string{"lu", "jon"} {
				if body := w.want(w.get(who, page), 404); strings.Contains(page, "/my/") && strip(body) != strip(missing) {
					t.Errorf("%s learns at %s that there is something: %q", who, page, body)
				}
			}
			if answer := w.get("", page); answer.Code != 303 || !strings.HasPrefix(answer.Header().Get("Location"), "/sign-in") {
				t.Errorf("a visitor at %s: %d", page, answer.Code)
			}
		}
		for _, nonsense := range []string{"lst_x", "sel_" + strings.Repeat("0", 13), "%00"} {
			w.want(w.get("mina", "/my/listings/"+nonsense+"/figures"), 404)
		}
	})
}

// strip leaves out the id of the request.
func strip(body string) string { return strings.Join(strings.Fields(body)[:3], " ") }

func TestErasedListingsLeaveNoFigures(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plant(lamp, shop, 0, 4, 1, 2)
		w.plant(other, shop, 0, 1, 0, 0)
		w.ok(w.Site.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error { return Forget(tx, []value.ID{lamp}) }))
		if all := w.totals(lamp, other); len(all) != 1 {
			t.Errorf("%v", all)
		}
	})
}

// Nothing of a visitor is ever written: the table has listings, days and numbers.
func TestNoVisitorIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.view(lamp, "192.0.2.0/24", lu)
		w.ok(w.desk.Flush(t.Context()))
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			tablesSeen := 0
			tables, err := db.Tables(tx)
			for _, table := range tables {
				if !strings.HasPrefix(table.Name, "reach_") {
					continue
				}
				tablesSeen++
				names := ""
				for _, column := range table.Columns {
					names += fmt.Sprint(column.Name, " ")
				}
				if strings.Trim(strings.NewReplacer("listing ", "", "day ", "", "seller ", "", "views ", "", "contacts ", "", "saves ", "").Replace(names), " ") != "" {
					t.Errorf("the table %s has %s", table.Name, names)
				}
			}
			if tablesSeen != 3 {
				t.Errorf("%d tables", tablesSeen)
			}
			return err
		}))
	})
}
