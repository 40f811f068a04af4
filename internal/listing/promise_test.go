package listing_test

import (
	"context"
	"encoding/hex"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Promise 1: nothing is public unscreened. Each test here is somebody trying to get around it.

func TestACleanListingIsLiveAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, outcome := w.submit(w.bicycle("City bicycle, size M"))
		if l.Status != listing.Live || !w.visible(l.ID) {
			w.Fatalf("status %s, verdict %s, firings %v", l.Status, outcome.Verdict, outcome.Firings)
		}
	})
}

func TestASuspiciousListingIsNotVisible(t *testing.T) {
	eachWorld(t, func(w *world) {
		c := w.bicycle("Bicycle, pay with gift cards only")
		c.Body = "I am abroad. Pay the deposit by gift card or Western Union before viewing, then I send the keys."
		l, outcome := w.submit(c)
		if l.Status == listing.Live || w.visible(l.ID) || len(outcome.Firings) == 0 {
			w.Fatalf("status %s, verdict %s", l.Status, outcome.Verdict)
		}
	})
}

func TestDirectSQLCannotMakeAListingLive(t *testing.T) {
	eachWorld(t, func(w *world) {
		held := w.held()
		live, _ := w.submit(w.bicycle("City bicycle, size M"))
		for name, attack := range map[string]string{
			"without a clearance":       "update listing set status = 'live', published_us = 1 where id = $1",
			"with another's clearance":  "update listing set status = 'live', published_us = 1, clearance = (select clearance from listing where id = $2), clearance_seal = (select clearance_seal from listing where id = $2) where id = $1",
			"with another's everything": "update listing set status = 'live', published_us = 1, clearance = (select clearance from listing where id = $2), content_hash = (select content_hash from listing where id = $2), clearance_seal = (select clearance_seal from listing where id = $2) where id = $1",
		} {
			err := w.attack(attack, held.ID, live.ID)
			if err == nil || w.visible(held.ID) {
				w.Errorf("%s: err %v, visible %v", name, err, w.visible(held.ID))
			}
		}
	})
}

func TestDirectSQLCannotForgeAClearance(t *testing.T) {
	eachWorld(t, func(w *world) {
		held := w.held()
		hash := held.Content.Hash()
		err := w.attack(`insert into clearance (id, object, record, content_hash, rules, made_us, seal) values (7, 'listing', $1, $2, '1', 1, $3)`,
			held.ID, hash[:], make([]byte, 32))
		if err != nil {
			w.Fatal(err)
		}
		err = w.attack("update listing set status = 'live', published_us = 1, expires_us = 4000000000000000, clearance = 7, clearance_seal = $2 where id = $1", held.ID, make([]byte, 32))
		if err != nil {
			w.Fatalf("the table cannot know of seals, yet refused: %v", err)
		}
		if w.visible(held.ID) {
			w.Error("a forged clearance made a listing visible")
		}
		w.read(func(tx *db.Tx) error {
			faults, _, err := listing.Check(tx, w.gate)
			if len(faults) != 1 {
				w.Errorf("check found %v", faults)
			}
			return err
		})
	})
}

func TestContentCannotChangeUnderItsClearance(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		for _, column := range []string{
			"title = 'x'", "body = 'x'", "price_minor = 1", "currency = 'EUR'", "place = 'x'", "lat = 1.5", "lon = 1.5",
			"kind = 'wanted'", "locale = 'de'", `attributes = '{"type":"road"}'`, `photos = '[{"sha256":"aa"}]'`,
		} {
			if err := w.attack("update listing set "+column+" where id = $1", l.ID); err == nil {
				w.Errorf("%s was changed and the clearance kept", column)
			}
		}
		if err := w.attack("update listing set title = 'x', content_hash = $2 where id = $1", l.ID, make([]byte, 32)); err == nil {
			w.Error("content and hash were changed and the clearance kept")
		}
		if !w.visible(l.ID) {
			w.Error("the refused attacks hid the listing")
		}
	})
}

// Somebody who can drop triggers can change a row; the reading still notices.
func TestContentChangedWithoutTriggersIsNotShown(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		drop := "drop trigger listing_content_guard"
		if w.db.Engine() == db.Postgres {
			drop += " on listing"
		}
		if err := w.attack(drop); err != nil {
			w.Fatal(err)
		}
		if err := w.attack("update listing set body = 'something else' where id = $1", l.ID); err != nil {
			w.Fatal(err)
		}
		if w.visible(l.ID) {
			w.Error("a listing with another content than the cleared one is visible")
		}
		w.read(func(tx *db.Tx) error {
			docs, err := listing.Documents{Gate: w.gate}.Documents(tx, []value.ID{l.ID})
			if len(docs) != 0 {
				w.Error("and it is in the search index")
			}
			return err
		})
	})
}

func TestPublishRefusesAClearanceForSomethingElse(t *testing.T) {
	eachWorld(t, func(w *world) {
		held := w.held()
		_, outcome := w.submit(w.bicycle("City bicycle, size M"))
		clearance, _ := outcome.Clearance()
		for name, c := range map[string]safety.Clearance{"nothing": {}, "another listing": clearance} {
			if err := held.Publish(c, time.Now()); value.KindOf(err) != value.Forbidden || held.Status == listing.Live {
				w.Errorf("a clearance of %s: %v", name, err)
			}
		}
	})
}

func TestAnEditIsScreenedAgain(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		before := l.ClearedBy()
		better := w.bicycle("City bicycle, size M, new chain")
		l, _, err := w.desk.Edit(context.Background(), tester, l.ID, l.Rev, better)
		if err != nil || l.Status != listing.Live || l.ClearedBy() == before {
			w.Fatalf("%v, status %s", err, l.Status)
		}
		worse := better
		worse.Body = "Send the deposit by gift card or Western Union before viewing."
		l, _, err = w.desk.Edit(context.Background(), tester, l.ID, l.Rev, worse)
		if err != nil || l.Status == listing.Live || w.visible(l.ID) {
			w.Fatalf("%v, status %s", err, l.Status)
		}
	})
}

func TestRenewalIsScreenedByTheRulesOfTheDay(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle with a basket"))
		if err := w.desk.Pause(context.Background(), tester, l.ID); err != nil {
			w.Fatal(err)
		}
		if w.visible(l.ID) {
			w.Error("a paused listing is visible")
		}
		provider, err := safety.ProviderPack()
		if err != nil {
			w.Fatal(err)
		}
		stricter, err := safety.ParsePack([]byte(noBaskets))
		if err != nil {
			w.Fatal(err)
		}
		set, err := safety.Compile(provider, stricter)
		if err != nil {
			w.Fatal(err)
		}
		if err := w.gate.Replace(set); err != nil {
			w.Fatal(err)
		}
		l, _, err = w.desk.Renew(context.Background(), tester, l.ID)
		if err != nil || l.Status != listing.Held {
			w.Fatalf("%v, status %s", err, l.Status)
		}
	})
}

func TestWhatPeopleRefusedDoesNotComeBackByItself(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		w.write(func(tx *db.Tx) error { return listing.End(tx, l.ID, listing.Rejected, "a stolen bicycle") })
		if _, _, err := w.desk.Edit(context.Background(), tester, l.ID, 2, l.Content); value.KindOf(err) != value.Conflict {
			w.Errorf("the same content again: %v", err)
		}
		if _, _, err := w.desk.Renew(context.Background(), tester, l.ID); value.KindOf(err) != value.Conflict {
			w.Errorf("renewed: %v", err)
		}
		edited, _, err := w.desk.Edit(context.Background(), tester, l.ID, 2, w.bicycle("City bicycle, size M!"))
		if err != nil || edited.Status != listing.Held {
			w.Errorf("another content: %v, status %s", err, edited.Status)
		}
	})
}

func TestExpiryHidesAtTheMomentAndIsIdempotent(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		if l.Visible(w.gate, l.Expires) {
			w.Error("visible at the moment of its expiry")
		}
		if n, err := w.desk.Expire(context.Background()); n != 0 || err != nil {
			w.Errorf("expired %d before the time, %v", n, err)
		}
		if err := w.attack("update listing set expires_us = 1 where id = $1", l.ID); err != nil {
			w.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			if n, err := w.desk.Expire(context.Background()); n != want || err != nil {
				w.Errorf("expired %d, want %d, %v", n, want, err)
			}
		}
		if got := w.find(l.ID).Status; got != listing.Expired {
			w.Errorf("status %s", got)
		}
	})
}

func TestTwoPeopleCannotEditOneRevision(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle, size M"))
		if _, _, err := w.desk.Edit(context.Background(), tester, l.ID, l.Rev, w.bicycle("Mine")); err != nil {
			w.Fatal(err)
		}
		_, _, err := w.desk.Edit(context.Background(), tester, l.ID, l.Rev, w.bicycle("No, mine"))
		if value.KindOf(err) != value.Conflict || w.find(l.ID).Title != "Mine" {
			w.Errorf("%v, title %q", err, w.find(l.ID).Title)
		}
	})
}

// held submits something that a person must look at.
func (w *world) held() listing.Listing {
	w.Helper()
	c := w.bicycle("Bicycle, deposit first")
	c.Body = "I am abroad. Pay the deposit by gift card or Western Union before viewing, then I send the bicycle."
	l, _ := w.submit(c)
	if l.Status == listing.Live {
		w.Fatal("the fixture was not held")
	}
	return l
}

// attack runs a statement past all of the program's own code.
func (w *world) attack(text string, args ...any) error {
	return w.db.Maintain(context.Background(), "attack", func(tx *db.Tx) error {
		for i, arg := range args {
			if hash, ok := arg.(safety.ContentHash); ok {
				args[i], _ = hex.DecodeString(hash.String())
			}
		}
		_, err := tx.Exec(text, args...)
		return err
	})
}

const noBaskets = `
lists:
  baskets:
    terms: [basket]
rules:
  - id: site/baskets
    version: 1
    title: {en: Baskets}
    policy: "site/1"
    category: OTHER_VIOLATION_TC
    ground: {en: Baskets are looked at by a person.}
    stage: [listing]
    mode: live
    when: terms.baskets > 0
    outcome: hold
    owner: site
    fires: [A bicycle with a basket.]
    passes: [A bicycle.]
`

// The seller's name stands on every page of a listing, so it is read like the rest.
func TestTheNameOfTheSellerIsScreened(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.write(func(tx *db.Tx) error {
			w.seller = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Pay by gift card, send codes", Town: "Pully", Since: tx.Now()}
			return listing.AddSeller(tx, w.seller)
		})
		if l, outcome := w.submit(w.bicycle("City bicycle, size M")); l.Status == listing.Live {
			w.Errorf("verdict %s", outcome.Verdict)
		}
		err := w.db.Write(context.Background(), tester, "test", func(tx *db.Tx) error {
			return listing.AddSeller(tx, w.seller)
		})
		if value.KindOf(err) != value.Conflict {
			w.Errorf("the seller was changed: %v", err)
		}
	})
}
