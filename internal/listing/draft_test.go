package listing_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

func TestADraftKeepsWhatWasTyped(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		typed := listing.Typed{Title: "  half a ti", Price: "about 12", Currency: "CHF", Attributes: map[string]string{"frame": "fifty-"},
			Body: "line\r\n\u200bnext \x00", Photos: []listing.Photo{photo("a")}, Opens: "tomorrow"}
		d := w.draft(mina, typed)
		for i := range 3 {
			typed.Title += "x"
			saved, err := w.desk.SaveDraft(ctx, mina, d.ID, d.Rev, typed)
			if err != nil || saved.Rev != int64(i+2) {
				w.Fatalf("%v, revision %d", err, saved.Rev)
			}
			d = saved
		}
		_, err := w.desk.SaveDraft(ctx, mina, d.ID, d.Rev-1, listing.Typed{Title: "from another window"})
		w.wantKind("a page that is behind", err, value.Conflict)
		w.read(func(tx *db.Tx) error {
			all, err := listing.Drafts(tx, mina)
			if len(all) != 1 || all[0].Title != "  half a tixxx" || all[0].Price != "about 12" || all[0].Attributes["frame"] != "fifty-" ||
				all[0].Body != "line\r\n\u200bnext " || len(all[0].Photos) != 1 || all[0].Opens != "tomorrow" {
				w.Errorf("%+v", all)
			}
			return err
		})
		if rows := w.changes(listing.DraftObject, d.ID); len(rows) != 1 {
			w.Errorf("%d entries in the change log, want the one of its making", len(rows))
		}
		w.wantKind("discard", w.desk.DiscardDraft(ctx, mina, d.ID), "")
		w.wantKind("discard again", w.desk.DiscardDraft(ctx, mina, d.ID), value.NotFound)
		if rows := w.changes(listing.DraftObject, d.ID); len(rows) != 2 || strings.Contains(rows[0].Diff+rows[1].Diff, "half") {
			w.Errorf("entries %+v", rows)
		}
	})
}

func (w *world) changes(object string, id value.ID) (rows []change.Row) {
	w.Helper()
	if err := change.Number(ctx, w.db); err != nil {
		w.Fatal(err)
	}
	w.read(func(tx *db.Tx) (err error) {
		rows, err = change.History(tx, object, id, 1000)
		return err
	})
	return rows
}

func TestADraftIsItsAuthorsAlone(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		guest := listing.Author{Key: strings.Repeat("k", 26)}
		typed := typedBicycle(w, "City bicycle")
		typed.Photos = []listing.Photo{photo("a")}
		hers, theirs := w.draft(mina, typed), w.draft(guest, typed)
		others := []listing.Author{w.member("Elio"), {Key: strings.Repeat("x", 26)}, {}, {Key: "short"}}
		for _, d := range []listing.Draft{hers, theirs} {
			for _, who := range append(others, map[bool]listing.Author{true: guest, false: mina}[d.ID == hers.ID]) {
				_, saved := w.desk.SaveDraft(ctx, who, d.ID, d.Rev, listing.Typed{})
				_, submitted := w.desk.SubmitDraft(ctx, who, d.ID, 0, time.Time{})
				w.wantKind("save", saved, value.NotFound)
				if kind := value.KindOf(submitted); kind != value.NotFound && kind != value.Forbidden {
					w.Errorf("submit: %v", submitted)
				}
				w.wantKind("discard", w.desk.DiscardDraft(ctx, who, d.ID), value.NotFound)
			}
		}
		w.read(func(tx *db.Tx) error {
			for _, who := range others {
				seen, err := listing.PhotoOfDraft(tx, who, typed.Photos[0].Sha256)
				drafts, err2 := listing.Drafts(tx, who)
				if seen || len(drafts) > 0 || errors.Join(err, err2) != nil {
					w.Errorf("%+v sees the photo: %v, %d drafts", who, seen, len(drafts))
				}
			}
			for _, who := range []listing.Author{mina, guest} {
				if seen, err := listing.PhotoOfDraft(tx, who, typed.Photos[0].Sha256); !seen || err != nil {
					w.Errorf("the author does not see the photo: %v", err)
				}
			}
			if shown, err := listing.PhotoShown(tx, w.gate, typed.Photos[0].Sha256); shown || err != nil {
				w.Errorf("a photo of a draft is public: %v", err)
			}
			return nil
		})
		_, err := w.desk.StartDraft(ctx, listing.Author{}, 0, typed)
		w.wantKind("a draft of nobody", err, value.Forbidden)
	})
}

func TestDraftsAreLimitedAndExpire(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina, guest := w.member("Mina"), listing.Author{Key: strings.Repeat("k", 26)}
		for who, most := range map[listing.Author]int{mina: listing.MostDrafts, guest: listing.MostGuestDrafts} {
			for range most {
				w.draft(who, listing.Typed{Title: "one"})
			}
			_, err := w.desk.StartDraft(ctx, who, 0, listing.Typed{})
			w.wantKind("one more", err, value.Limited)
		}
		_, err := w.desk.SaveDraft(ctx, mina, w.drafts(mina)[0].ID, 1, listing.Typed{Body: strings.Repeat("long ", 50_000)})
		if err == nil || !strings.Contains(err.Error(), "250000") {
			w.Errorf("a text of 100 pages: %v", err)
		}
		_, err = w.desk.SaveDraft(ctx, mina, w.drafts(mina)[0].ID, 1, listing.Typed{Photos: []listing.Photo{{Sha256: "../../etc"}}})
		w.wantKind("a photo that is none", err, value.Invalid)

		clock.At = noon.Add(listing.DraftAge - time.Hour)
		last := w.drafts(mina)[0]
		if _, err := w.desk.SaveDraft(ctx, mina, last.ID, last.Rev, last.Typed); err != nil {
			w.Fatal(err)
		}
		clock.At = noon.Add(listing.DraftAge)
		if left := w.drafts(mina); len(left) != 1 || left[0].ID != last.ID {
			w.Errorf("%d drafts are shown after their time", len(left))
		}
		for _, want := range []int{listing.MostDrafts - 1 + listing.MostGuestDrafts, 0} {
			if n, err := w.desk.ExpireDrafts(ctx); n != want || err != nil {
				w.Errorf("%d expired, want %d: %v", n, want, err)
			}
		}
	})
}

func (w *world) drafts(who listing.Author) (all []listing.Draft) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = listing.Drafts(tx, who)
		return err
	})
	return all
}

func TestSubmittingADraftTwiceGivesOneListing(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, elio := w.member("Mina"), w.member("Elio")
		d := w.draft(mina, typedBicycle(w, "City bicycle"))
		var all [8]listing.Listing
		var wait sync.WaitGroup
		for i := range all {
			wait.Go(func() {
				var err error
				if all[i], err = w.desk.SubmitDraft(ctx, mina, d.ID, d.Rev, time.Time{}); err != nil {
					w.Error(err)
				}
			})
		}
		wait.Wait()
		for _, l := range all {
			if l.ID == 0 || l.ID != all[0].ID {
				w.Errorf("listings %v and %v", l.ID, all[0].ID)
			}
		}
		if l := w.find(all[0].ID); l.Status != listing.Live || l.Seller.Name != "Mina" || !w.visible(l.ID) {
			w.Errorf("status %s of %q", l.Status, l.Seller.Name)
		}
		_, err := w.desk.SubmitDraft(ctx, elio, d.ID, 0, time.Time{})
		w.wantKind("another's submitted draft", err, value.NotFound)
		if left := w.drafts(mina); len(left) != 0 {
			w.Errorf("%d drafts left", len(left))
		}
	})
}

func TestADraftThatIsNotReadyStays(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		d := w.draft(mina, listing.Typed{Title: "x", Price: "twelve", Currency: "CHF", Kind: listing.Sell, Locale: "en"})
		_, err := w.desk.SubmitDraft(ctx, mina, d.ID, d.Rev, time.Time{})
		for _, field := range []string{"title", "category", "price"} {
			if !strings.Contains(fields(err), field+" ") {
				w.Errorf("no word about %s: %s", field, fields(err))
			}
		}
		_, err = w.desk.SubmitDraft(ctx, mina, d.ID, d.Rev+1, time.Time{})
		w.wantKind("a page that is behind", err, value.Conflict)
		if len(w.drafts(mina)) != 1 {
			w.Error("the draft is gone")
		}
	})
}

// fields lists the fields of a joined error, each with a blank after it.
func fields(err error) string {
	var known *value.Error
	switch many := err.(type) {
	case interface{ Unwrap() []error }:
		all := ""
		for _, one := range many.Unwrap() {
			all += fields(one)
		}
		return all
	case *value.Error:
		return many.Field + " "
	}
	if wrapped := errors.Unwrap(err); wrapped != nil {
		return fields(wrapped)
	}
	if errors.As(err, &known) {
		return known.Field + " "
	}
	return ""
}
