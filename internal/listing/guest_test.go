package listing_test

import (
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// guests is mail and accounts as package app wires them, with the letters kept.
type guests struct{ letters []listing.GuestLetter }

func (g *guests) Ask(tx *db.Tx, letter listing.GuestLetter) error {
	tx.After(func() { g.letters = append(g.letters, letter) })
	return nil
}

func (g *guests) Admit(tx *db.Tx, email value.Email, name string, _ value.Locale) (value.ID, error) {
	a, err := account.FindByEmail(tx, email)
	if value.KindOf(err) == value.NotFound {
		a, err = account.Create(tx, account.Account{Kind: value.Member, Name: name, Email: email})
	}
	return a.ID, err
}

func guestDraft(w *world, key, email string) (listing.Author, listing.Draft) {
	w.Helper()
	guest := listing.Author{Key: strings.Repeat(key, 26)}
	typed := typedBicycle(w, "City bicycle of "+key)
	typed.Name, typed.Email = "Nora", email
	return guest, w.draft(guest, typed)
}

func TestAVisitorsListingWaitsForItsLink(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		post := &guests{}
		w.desk.Guests = post
		guest, d := guestDraft(w, "k", "Nora@lakeside.example")
		w.wantKind("ask", w.desk.AskGuest(ctx, guest, d.ID, "de"), "")
		if len(post.letters) != 1 || post.letters[0].To != "nora@lakeside.example" || post.letters[0].Locale != "de" || len(post.letters[0].Token) < 26 {
			w.Fatalf("letters %+v", post.letters)
		}
		token := post.letters[0].Token
		_, _, err := w.desk.ConfirmGuest(ctx, token+"x")
		w.wantKind("a wrong link", err, value.NotFound)
		w.read(func(tx *db.Tx) error {
			n, err := listing.Count(tx, listing.Filter{}, 10)
			if n != 0 {
				w.Errorf("%d listings before the link was used", n)
			}
			g, err2 := listing.FindGuest(tx, token)
			if g.Title != "City bicycle of k" || err2 != nil {
				w.Errorf("%+v, %v", g, err2)
			}
			return err
		})
		l, who, err := w.desk.ConfirmGuest(ctx, token)
		if err != nil || l.Status != listing.Live || l.Seller.Name != "Nora" || who == 0 {
			w.Fatalf("%v, status %s of %q", err, l.Status, l.Seller.Name)
		}
		again, same, err := w.desk.ConfirmGuest(ctx, token)
		if err != nil || again.ID != l.ID || same != who {
			w.Errorf("the second use: %v, listing %v of %v", err, again.ID, same)
		}
		_, err = w.desk.SaveDraft(ctx, guest, d.ID, d.Rev, d.Typed)
		w.wantKind("the visitor's key afterwards", err, value.NotFound)
		clock.At = noon.Add(listing.GuestAge)
		if _, err := w.desk.ExpireDrafts(ctx); err != nil {
			w.Error(err)
		}
		_, _, err = w.desk.ConfirmGuest(ctx, token)
		w.wantKind("an old link", err, value.NotFound)
	})
}

// Whether an address has an account must not show, and nobody's mailbox is filled from here.
func TestKnownAndUnknownAddressesGetTheSameAnswer(t *testing.T) {
	eachWorld(t, func(w *world) {
		post := &guests{}
		w.desk.Guests = post
		mina := w.member("Mina")
		own := w.ownSeller(mina, "Mina R.")
		answers := map[string]string{}
		for key, email := range map[string]string{"a": "mina@lakeside.example", "b": "nobody@lakeside.example"} {
			guest, d := guestDraft(w, key, email)
			err := w.desk.AskGuest(ctx, guest, d.ID, "en")
			answers[key] = string(value.KindOf(err))
			if left := w.drafts(guest); len(left) != 1 {
				w.Errorf("%s: %d drafts", email, len(left))
			}
		}
		if answers["a"] != "" || answers["a"] != answers["b"] || len(post.letters) != 2 {
			w.Errorf("answers %v, %d letters", answers, len(post.letters))
		}
		for _, letter := range post.letters {
			l, who, err := w.desk.ConfirmGuest(ctx, letter.Token)
			if err != nil || (letter.To == "mina@lakeside.example") != (who == mina.Account && l.Seller.ID == own.ID) {
				w.Errorf("%s: %v, account %v, seller %v", letter.To, err, who, l.Seller.ID)
			}
		}
		post.letters = nil
		for _, key := range []string{"c", "d", "e", "f", "g"} {
			guest, d := guestDraft(w, key, "flooded@lakeside.example")
			w.wantKind("ask", w.desk.AskGuest(ctx, guest, d.ID, "en"), "")
		}
		if len(post.letters) != 3 {
			w.Errorf("%d letters to one address", len(post.letters))
		}
	})
}

func TestAVisitorsMistakesAreNamed(t *testing.T) {
	eachWorld(t, func(w *world) {
		guest, d := guestDraft(w, "k", "no address")
		w.wantKind("without mail and accounts", w.desk.AskGuest(ctx, guest, d.ID, "en"), value.Forbidden)
		w.desk.Guests = &guests{}
		d.Typed.Name, d.Typed.Title = "\u200b", "x"
		saved, err := w.desk.SaveDraft(ctx, guest, d.ID, d.Rev, d.Typed)
		w.wantKind("save", err, "")
		err = w.desk.AskGuest(ctx, guest, saved.ID, "en")
		for _, field := range []string{"title ", "name ", "email "} {
			if !strings.Contains(fields(err), field) {
				w.Errorf("no word about %s: %s", field, fields(err))
			}
		}
		_, err = w.desk.SubmitDraft(ctx, guest, d.ID, 0, w.db.Clock().Now())
		w.wantKind("a visitor submits", err, value.Forbidden)
		stranger := listing.Author{Key: strings.Repeat("x", 26)}
		w.wantKind("a stranger asks", w.desk.AskGuest(ctx, stranger, d.ID, "en"), value.NotFound)
	})
}

func TestAVisitorsListingIsScreenedAndLimited(t *testing.T) {
	eachWorld(t, func(w *world) {
		post := &guests{}
		w.desk.Guests, w.desk.Limits = post, limited(listing.Limits{PerDay: 1})
		for _, key := range []string{"a", "b"} {
			guest, d := guestDraft(w, key, "nora@lakeside.example")
			d.Typed.Body = scam
			if _, err := w.desk.SaveDraft(ctx, guest, d.ID, d.Rev, d.Typed); err != nil {
				w.Fatal(err)
			}
			w.wantKind("ask", w.desk.AskGuest(ctx, guest, d.ID, "en"), "")
		}
		l, who, err := w.desk.ConfirmGuest(ctx, post.letters[0].Token)
		if err != nil || l.Status == listing.Live || w.visible(l.ID) {
			w.Errorf("%v, status %s", err, l.Status)
		}
		_, _, err = w.desk.ConfirmGuest(ctx, post.letters[1].Token)
		w.wantKind("one more than the limit", err, value.Limited)
		if left := w.drafts(listing.Author{Account: who}); len(left) != 1 {
			w.Errorf("%d drafts in the account", len(left))
		}
	})
}

// Somebody types another's address, waits for the mail to be sent, and changes what the link would post.
func TestALinkPostsWhatItWasSentFor(t *testing.T) {
	eachWorld(t, func(w *world) {
		post := &guests{}
		w.desk.Guests = post
		guest, d := guestDraft(w, "k", "nora@lakeside.example")
		w.wantKind("ask", w.desk.AskGuest(ctx, guest, d.ID, "en"), "")
		typed := d.Typed
		typed.Title = " " + typed.Title + " " // a form that saves itself once more changes nothing
		same, err := w.desk.SaveDraft(ctx, guest, d.ID, d.Rev, typed)
		w.wantKind("saved again", err, "")
		typed.Body = "Something else."
		if _, err = w.desk.SaveDraft(ctx, guest, d.ID, same.Rev, typed); err != nil {
			w.Fatal(err)
		}
		_, _, err = w.desk.ConfirmGuest(ctx, post.letters[0].Token)
		w.wantKind("the link of the first text", err, value.Conflict)
		w.wantKind("ask again", w.desk.AskGuest(ctx, guest, d.ID, "en"), "")
		l, _, err := w.desk.ConfirmGuest(ctx, post.letters[1].Token)
		if err != nil || l.Body != "Something else." {
			w.Errorf("%v, %q", err, l.Body)
		}
	})
}
