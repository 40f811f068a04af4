package listing_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func (w *world) exported(who listing.Author) map[string]string {
	w.Helper()
	all := make(map[string]string)
	w.read(func(tx *db.Tx) error {
		return listing.Estate{}.Export(tx, who.Account, func(name string, rows any) error {
			text, err := json.Marshal(rows)
			all[name] = string(text)
			return err
		})
	})
	return all
}

func (w *world) erase(who listing.Author) (kept []string) {
	w.Helper()
	words, err := text.New(listing.Messages())
	if err != nil {
		w.Fatal(err)
	}
	english := text.WithPrinter(ctx, words.Printer(text.Settings{Locale: "en"}))
	err = w.db.Write(english, actor(who), "erase", func(tx *db.Tx) error {
		kept = nil
		return listing.Estate{}.Erase(tx, who.Account, func(what, why, until string) { kept = append(kept, what+": "+why+": "+until) })
	})
	if err != nil {
		w.Fatal(err)
	}
	return kept
}

func TestAnExportHoldsOnesOwnAndNothingElse(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, elio := w.member("Mina"), w.member("Elio")
		shop := w.shop(mina)
		w.wantKind("a seat", w.give(shop.ID, elio, listing.Editor), "")
		w.offer(elio, w.bicycle("Bicycle of Elio"))
		l := w.offer(mina, w.bicycle("Bicycle of Mina"))
		w.draft(mina, listing.Typed{Title: "Draft of Mina"})
		cheaper := w.bicycle("Bicycle of Mina")
		cheaper.Price.Minor = 12300
		_, _, err := w.desk.Edit(ctx, actor(mina), l.ID, l.Rev, cheaper)
		w.wantKind("edit", err, "")
		all := w.exported(mina)
		for name, want := range map[string]string{"seats": "Velo Lavaux", "drafts": "Draft of Mina", "listings": "Bicycle of Mina", "prices": "123"} {
			if !strings.Contains(all[name], want) || strings.Contains(all[name], "Elio") {
				w.Errorf("%s: %s", name, all[name])
			}
		}
		stranger := w.exported(w.member("Nobody"))
		for name, rows := range stranger {
			if rows != "[]" {
				w.Errorf("%s of somebody without any: %s", name, rows)
			}
		}
	})
}

func TestErasingLeavesNothingThatWasWritten(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina, elio := w.member("Mina"), w.member("Elio")
		shop := w.shop(mina)
		w.wantKind("a seat", w.give(shop.ID, elio, listing.Editor), "")
		offered, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: w.bicycle("Shop bicycle"), Seller: shop})
		w.wantKind("the shop posts", err, "")
		content := w.bicycle("Bicycle of Mina")
		content.Photos = []listing.Photo{photo("a")}
		live := w.offer(mina, content)
		refused := w.offer(mina, w.bicycle("A stolen racing bicycle"))
		w.wantKind("staff remove it", w.desk.Remove(ctx, staff, refused.ID, "stolen"), "")
		w.draft(mina, listing.Typed{Title: "Draft of Mina"})

		kept := w.erase(mina)
		if len(kept) != 2 || !strings.Contains(strings.Join(kept, " "), refused.Key()) || !strings.Contains(strings.Join(kept, " "), "Nov 3, 2026") {
			w.Errorf("kept %q", kept)
		}
		now := w.find(live.ID)
		if now.Status != listing.Removed || strings.Contains(now.Title+now.Body+now.Place.Name, "Mina") || len(now.Photos) > 0 || !now.Place.Point.IsZero() ||
			now.HasPrice() || len(now.Attributes) > 0 || now.Seller.Name == "Mina R." || now.Seller.Town != "" {
			w.Errorf("left: %+v", now)
		}
		if w.find(refused.ID).Title != "A stolen racing bicycle" {
			w.Error("what was refused is not there for an appeal")
		}
		if s := w.find(offered.ID); s.Status != listing.Live || s.Title != "Shop bicycle" {
			w.Errorf("the shop's is %s", s.Status)
		}
		w.read(func(tx *db.Tx) error {
			seat, err := listing.SeatOf(tx, shop.ID, elio.Account)
			held, err2 := listing.SeatsHeldBy(tx, mina.Account)
			if seat.Role != listing.Owner || len(held) != 0 || err2 != nil {
				w.Errorf("%+v, seats left %v", seat, held)
			}
			return err
		})
		if left := w.drafts(mina); len(left) != 0 {
			w.Errorf("%d drafts left", len(left))
		}
		w.erase(elio)
		if s := w.find(offered.ID); s.Status != listing.Paused {
			w.Errorf("a shop that nobody looks after is %s", s.Status)
		}
		clock.At = noon.Add(200 * 24 * time.Hour)
		w.erase(mina) // again: nothing is there any more
	})
}
