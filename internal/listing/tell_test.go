package listing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func TestPeopleAreToldWhatBecameOfTheirListing(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		teller := &told{}
		w.desk.Teller = teller
		want := func(what, kinds string) {
			w.Helper()
			if got := teller.kinds(); got != kinds {
				w.Errorf("%s: told %q, want %q", what, got, kinds)
			}
		}
		mina := w.member("Mina")
		held := w.bicycle("City bicycle")
		held.Body = scam
		l := w.offer(mina, held)
		want("her own submission", "")
		racing := w.offer(mina, w.bicycle("Racing bicycle"))
		w.wantKind("removed", w.desk.Remove(ctx, staff, racing.ID, "Sold by somebody who does not own it."), "")
		want("removed by staff", "listing.refused")
		err := w.db.Write(ctx, staff, "release", func(tx *db.Tx) error {
			if _, err := safety.RecordReview(tx, listing.Object, l.ID, l.Content.Hash(), "looked at it"); err != nil {
				return err
			}
			_, _, err := w.desk.ScreenIn(tx, l.ID)
			return err
		})
		w.wantKind("release", err, "")
		want("released", "listing.live")
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
		if _, _, err := w.desk.Renew(ctx, actor(mina), l.ID); err != nil {
			w.Fatal(err)
		}
		want("what she does herself", "")

		expires := w.find(l.ID).Expires
		clock.At = expires.Add(-listing.WarnAhead - time.Minute)
		w.jobs(0)
		want("six days before", "")
		clock.At = expires.Add(-listing.WarnAhead)
		w.jobs(1)
		w.jobs(0)
		want("five days before, once", "listing.expiring")
		clock.At = expires
		if n, err := w.desk.Expire(ctx); n != 1 || err != nil {
			w.Errorf("expired %d: %v", n, err)
		}
		want("expired", "listing.expired")
		if _, _, err := w.desk.Renew(ctx, actor(mina), l.ID); err != nil {
			w.Fatal(err)
		}
		clock.At = w.find(l.ID).Expires.Add(-time.Hour)
		w.jobs(1)
		want("a renewed one is warned of again", "listing.expiring")
	})
}

func (w *world) jobs(warned int) {
	w.Helper()
	if n, err := w.desk.Warn(ctx); n != warned || err != nil {
		w.Errorf("warned of %d, want %d: %v", n, warned, err)
	}
}

func TestAlertsHaveWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	catalogue, err := text.New(listing.Messages())
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []value.Locale{"en", "de"} {
		p := catalogue.Printer(text.Settings{Locale: language, Zone: time.UTC})
		for _, kind := range listing.Alerts() {
			for _, part := range []string{"", ".hint", ".subject", ".text"} {
				if key := "alert." + kind.Name + part; !p.Has(key) {
					t.Errorf("%s: %s is missing", language, key)
				}
			}
		}
		for _, state := range []listing.State{listing.IsChecked, listing.IsLive, listing.IsReserved, listing.IsScheduled, listing.NeedsChange,
			listing.IsRefused, listing.IsPaused, listing.IsSold, listing.IsExpired, listing.IsRemoved} {
			if !p.Has(state.Key()) || !p.Has(state.Key()+".hint") {
				t.Errorf("%s: %s is missing", language, state.Key())
			}
		}
	}
}

func (w *world) standing(id value.ID) (s listing.Standing) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		l, err := listing.Find(tx, id)
		if err != nil {
			return err
		}
		s, err = listing.StandingOf(tx, l)
		return err
	})
	return s
}

func TestTheStateASellerSeesIsHonest(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina := w.member("Mina")
		want := func(id value.ID, state listing.State) listing.Standing {
			w.Helper()
			s := w.standing(id)
			if s.State != state {
				w.Errorf("%s, want %s", s.State, state)
			}
			return s
		}
		l := w.offer(mina, w.bicycle("City bicycle"))
		want(l.ID, listing.IsLive)
		w.wantKind("reserve", w.desk.Reserve(ctx, actor(mina), l.ID), "")
		want(l.ID, listing.IsReserved)
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
		want(l.ID, listing.IsPaused)
		if _, _, err := w.desk.Schedule(ctx, actor(mina), l.ID, noon.Add(time.Hour)); err != nil {
			w.Fatal(err)
		}
		want(l.ID, listing.IsScheduled)
		w.wantKind("sold", w.desk.MarkSold(ctx, actor(mina), l.ID), "")
		want(l.ID, listing.IsSold)
		w.wantKind("remove", w.desk.Remove(ctx, actor(mina), l.ID, ""), "")
		if s := want(l.ID, listing.IsRemoved); s.MayAppeal || s.MayEdit {
			w.Errorf("%+v", s)
		}

		suspect := w.bicycle("City bicycle, nearly new")
		suspect.Body = scam
		held := w.offer(mina, suspect)
		if s := want(held.ID, listing.IsChecked); len(s.Reasons) != 0 {
			w.Errorf("a check tells what it looks for: %+v", s.Reasons)
		}
		racing := w.offer(mina, w.bicycle("Racing bicycle"))
		if err := w.desk.Remove(ctx, staff, racing.ID, "It was stolen in May."); err != nil {
			w.Fatal(err)
		}
		s := want(racing.ID, listing.IsRefused)
		if !s.MayAppeal || s.MayEdit || !s.ByStaff || len(s.Reasons) != 1 || s.Reasons[0].Words.In("de") != "It was stolen in May." {
			w.Errorf("%+v", s)
		}
		old := w.offer(mina, w.bicycle("A tandem for two"))
		clock.At = old.Expires
		want(old.ID, listing.IsExpired)
	})
}

func german(w *world) context.Context {
	w.Helper()
	catalogue, err := text.New(listing.Messages())
	if err != nil {
		w.Fatal(err)
	}
	return text.WithPrinter(ctx, catalogue.Printer(text.Settings{Locale: "de", Zone: time.UTC}))
}

const askRules = `
lists:
  asked: {terms: [secretword]}
  refused: {terms: [otherword]}
rules:
  - id: site/ask
    version: 1
    title: {en: Says brand new}
    policy: "site/2"
    category: OTHER_VIOLATION_TC
    ground: {en: Please say how old it is., de: "Bitte sagen Sie, wie alt es ist."}
    stage: [listing]
    mode: live
    when: in_title.asked > 0
    outcome: challenge
    owner: site
    fires: [{title: A secretword bike}]
    passes: [A bike]
  - id: site/refuse
    version: 1
    title: {en: Says a word}
    policy: "site/3"
    category: OTHER_VIOLATION_TC
    ground: {en: This is not sold here.}
    stage: [listing]
    mode: live
    when: terms.refused > 0
    outcome: reject
    owner: site
    fires: [An otherword bike]
    passes: [A bike]
`

// What needs a change says where and why, in the reader's language, and nothing of what the rule looks for.
func TestReasonsAreForPeople(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.siteRules(askRules)
		mina := w.member("Mina")
		teller := &told{}
		w.desk.Teller = teller
		asked := w.offer(mina, w.bicycle("A secretword bike"))
		refused := w.offer(mina, w.bicycle("An otherword bike with lights"))
		for id, ground := range map[value.ID]string{asked.ID: "Bitte sagen Sie, wie alt es ist.", refused.ID: "This is not sold here."} {
			s := w.standing(id)
			if s.State != listing.NeedsChange || !s.MayEdit || len(s.Reasons) != 1 || s.Reasons[0].Words.In("de") != ground || s.Reasons[0].Field != "title" {
				w.Errorf("%+v", s)
			}
		}
		l := w.offer(mina, w.bicycle("A good bike"))
		better := w.bicycle("A good secretword bike")
		if _, _, err := w.desk.Edit(ctx, staff, l.ID, l.Rev, better); err != nil {
			w.Fatal(err)
		}
		if len(teller.alerts) != 1 {
			w.Fatalf("%d alerts", len(teller.alerts))
		}
		words := teller.alerts[0].Words(german(w))
		if !strings.Contains(words.Text, "wie alt es ist") || strings.Contains(words.Text, "site/ask") || !strings.Contains(words.Subject, "A good secretword bike") {
			w.Errorf("%+v", words)
		}
	})
}
