package app

import (
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

// erase carries the wish of a member to be erased out, as package member does, and returns what they are told.
func (w *world) erase(r *Rooms, of value.ID) (kept string) {
	w.Helper()
	err := r.Site.DB.Write(w.app.lettersIn(within(r), "en"), value.Actor{Kind: value.Member, ID: of}, "member.erase", func(tx *db.Tx) error {
		for _, estate := range estates(w.app)(r.Site) {
			if err := estate.Erase(tx, of, func(what, why, until string) { kept += what + ": " + why + " – " + until + "\n" }); err != nil {
				return err
			}
		}
		tx.Log(db.Change{Object: "member_erasure", Record: of})
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return kept
}

// again submits one more listing of the same seller.
func (w *world) again(r *Rooms, l listing.Listing, title string) listing.Listing {
	w.Helper()
	content := l.Content
	content.Title, content.Body = title, "Another thing altogether, used for a year."
	more, _, err := r.Listings.Submit(within(r), tester, listing.Submission{Seller: l.Seller, Content: content})
	if err != nil {
		w.Fatal(err)
	}
	return more
}

// holdDuties are those to renew or end holds.
func (w *world) holdDuties(r *Rooms, state string) (all []legal.Duty) {
	w.Helper()
	w.read(r, func(tx *db.Tx) (err error) {
		all, err = legal.Board(tx, legal.DutyFilter{Kind: legal.PreservationYearDuty, State: state}, tx.Now())
		return err
	})
	return all
}

func TestWhoIsHeldIsErasedInTwoSteps(t *testing.T) {
	eachTimed(t, func(w *world, clock *hand) {
		r := w.lake
		taken := w.submit(r, plain)
		anna := w.anna(r, taken.Seller.ID)
		other := w.again(r, taken, "Garden table")
		err := r.Moderation.Decide(within(r), safe, moderation.Decision{Object: listing.Object, Record: taken.ID, Outcome: moderation.Remove,
			Ground: moderation.Exploitation, Reason: "It looks like bait for people in need."})
		if err != nil {
			w.Fatal(err)
		}
		w.jobs(r)
		clock.pass(200 * 24 * time.Hour) // the time to appeal is over
		kept := w.erase(r, anna.ID)
		if !strings.Contains(kept, "the law asks for it; afterwards it is erased by itself") || strings.Contains(kept, "bait") || strings.Contains(kept, taken.Title) {
			w.Errorf("they are told %q", kept)
		}
		if l := w.find(r, other.ID); l.Title == "Garden table" || l.Status != listing.Removed {
			w.Errorf("what no hold is about stayed: %s %q", l.Status, l.Title)
		}
		if l := w.find(r, taken.ID); l.Title != taken.Title || l.Body != taken.Body {
			w.Errorf("what is held was altered: %q", l.Title)
		}
		if a := w.state(r, anna.ID); a.State != account.Suspended || a.Name != "Anna" {
			w.Errorf("the account is %s of %q", a.State, a.Name)
		}
		var held []evidence.Evidence
		w.read(r, func(tx *db.Tx) (err error) { held, err = evidence.List(tx, "", 0, 10); return err })
		if len(held) != 1 || held[0].State != evidence.Sealed {
			w.Fatalf("%+v", held)
		}
		if got := w.holdDuties(r, ""); len(got) != 1 || got[0].Record != held[0].ID || !got[0].Due.Equal(held[0].HoldUntil) {
			w.Errorf("the board has %+v", got)
		}
		clock.pass(2 * time.Hour)
		w.jobs(r)
		if w.state(r, anna.ID).Name != "Anna" {
			w.Error("erased while the hold lasts")
		}
		o, err := r.Vault.Propose(within(r), safe, held[0].ID, evidence.Release, "the proceedings are over", "")
		if err == nil {
			err = r.Vault.Confirm(within(r), wise, o.ID, "")
		}
		if err != nil {
			w.Fatal(err)
		}
		if open, done := w.holdDuties(r, ""), w.holdDuties(r, "done"); len(open) != 0 || len(done) != 1 {
			w.Errorf("after the release %+v run, %+v are done", open, done)
		}
		w.jobs(r)
		if a := w.state(r, anna.ID); a.Erased.IsZero() || a.Name == "Anna" {
			w.Errorf("two people ended the hold, and %q is still there", a.Name)
		}
		if l := w.find(r, taken.ID); l.Title == taken.Title {
			w.Error("what was held stayed after the hold")
		}
		if got := w.lettersTo(r, anna.Email); len(got) != 1 || !strings.Contains(got[0].Subject, "What was left of your account") || strings.Contains(got[0].Text, "Bicycle") {
			w.Errorf("they got %+v", got)
		}
	})
}
