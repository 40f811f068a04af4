package message_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/value"
)

// person changes what is known of a member.
func (w *world) person(id value.ID, change func(*message.Person)) {
	w.market.mu.Lock()
	defer w.market.mu.Unlock()
	p := w.market.persons[id]
	change(&p)
	w.market.persons[id] = p
}

func unproven(p *message.Person) { p.Phone = false }

func (w *world) require(by value.ID, seller message.Seller, need message.Need) {
	w.Helper()
	w.ok(w.desk.Require(w.ctx(), member(by), seller.ID, need))
}

// Whatever path somebody tries who may not write, no conversation begins and no word arrives.
func TestNoPathAroundTheGate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.require(w.aya, w.shop, message.Need{Phone: true, Age_days: 30})
		more := w.offerMore(3, w.shop)
		older := w.start(w.mina, w.lamp, "Does it fit?") // mina has everything
		alias := w.aliasOf(w.aya)
		back := ""
		w.send(w.aya, older, "It does.")
		back = w.aliasOf(w.mina)
		begun := w.count(`select count(*) from conversation`)
		written := w.count(`select count(*) from message`)

		for name, someone := range map[string]func(){
			"unproven": func() { w.person(w.ines, unproven) },
			"too young": func() {
				w.person(w.ines, func(p *message.Person) { p.Phone, p.Joined = true, w.clock.Now().Add(-29*24*time.Hour) })
			},
			"suspended": func() { w.person(w.ines, func(p *message.Person) { p.Suspended, p.Joined = true, time.Time{} }) },
			"blocked": func() {
				w.person(w.ines, func(p *message.Person) { p.Suspended = false })
				w.market.blocks[[2]value.ID{w.aya, w.ines}], w.market.blocks[[2]value.ID{w.jon, w.ines}] = true, true
				w.market.seats[w.shop.ID] = []value.ID{w.aya} // one person: a member's own block holds
			},
		} {
			someone()
			for path, try := range map[string]func() error{
				"the verb": func() error {
					_, _, err := w.desk.Start(w.ctx(), member(w.ines), more[0].ID, message.Draft{Text: "Hello " + name})
					return err
				},
				"an offer in the conversation of another": func() error {
					_, err := w.desk.MakeOffer(w.ctx(), member(w.ines), older.ID, value.MoneyFromUnits(10, "CHF"), "")
					return err
				},
				"a message there": func() error {
					_, err := w.desk.Send(w.ctx(), member(w.ines), older.ID, message.Draft{Text: "Hello"})
					return err
				},
				"mail to the seller's alias": func() error { return w.desk.Receive(w.ctx(), alias, mailFrom("ines@example.org", "Hello "+name)) },
				"mail to the buyer's alias":  func() error { return w.desk.Receive(w.ctx(), back, mailFrom("ines@example.org", "Hello "+name)) },
			} {
				if kind := value.KindOf(try()); kind != value.Forbidden && kind != value.NotFound {
					t.Errorf("%s by %s: %s", name, path, kind)
				}
			}
			for _, form := range []string{"/messages/about/" + more[1].ID.Text("lst"), older.Href(), older.Href() + "/offer"} {
				if page := w.post(w.ines, form, "text", "Hello", "amount", "10", "key", name); page.status == 200 || strings.Contains(page.to(), "/messages/cnv") {
					t.Errorf("%s by the form %s: %d %s", name, form, page.status, page.to())
				}
			}
		}
		if n := w.count(`select count(*) from conversation`); n != begun {
			t.Errorf("%d conversations began", n-begun)
		}
		if n := w.count(`select count(*) from message`); n != written {
			t.Errorf("%d messages were stored", n-written)
		}
	})
}

// A suspended member's mail to their own alias is not taken in either.
func TestASuspendedMemberIsNotHeardByMail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Does it fit?")
		w.send(w.aya, c, "It does.")
		alias := w.aliasOf(w.mina)
		w.person(w.mina, func(p *message.Person) { p.Suspended = true })
		wantKind(t, w.desk.Receive(w.ctx(), alias, mailFrom("mina@example.org", "Then I take it.")), value.Forbidden)
		w.get(w.aya, c.Href()).want(200).lacks("Then I take it")
	})
}

// Who lacks only the number is led to it, and finds the words again; conversations that exist go on.
func TestWhatIsNeededIsSaidFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.ines, w.lamp, "Is it new?")
		w.require(w.aya, w.shop, message.Need{Phone: true})
		w.person(w.ines, unproven)
		w.send(w.ines, c, "And bright?") // goes on
		other := w.offerMore(1, w.shop)[0]
		about := "/messages/about/" + other.ID.Text("lst")
		w.get(w.ines, about).want(200, "members with a proven telephone number", "Yours is not proven yet", "Prove my number, then send")
		w.get(w.mina, about).want(200, "members with a proven telephone number", "Send").lacks("Yours is not proven")
		to := w.post(w.ines, about, "text", "Good day\n\nI would take it").want(303).to()
		at, err := url.Parse(to)
		if err != nil || at.Path != "/account/security" || at.Fragment != "phone" || !strings.HasPrefix(at.Query().Get("next"), about+"?draft=") {
			t.Fatalf("led to %q", to)
		}
		w.person(w.ines, func(p *message.Person) { p.Phone = true })
		again := w.get(w.ines, at.Query().Get("next")).want(200, "I would take it").lacks("Yours is not proven")
		w.post(w.ines, about, "text", "Good day\n\nI would take it", "key", again.key()).want(303)

		w.require(w.aya, w.shop, message.Need{Phone: true, Age_days: 30})
		young := w.offerMore(1, w.shop)[0]
		w.person(w.ines, func(p *message.Person) { p.Joined = w.clock.Now().Add(-10 * 24 * time.Hour) })
		about = "/messages/about/" + young.ID.Text("lst")
		w.get(w.ines, about).want(200, "You can write from Dec 10, 2026 on").lacks(`name="text"`)
		w.post(w.ines, about, "text", "My words").want(403, "accounts that have been here for a while", "My words")
		w.clock.pass(21 * 24 * time.Hour)
		w.post(w.ines, about, "text", "My words").want(303)
	})
}

// Only whoever leads a seller sets it, only to what a form offers; the log has who and what.
func TestOnlyItsOwnersDecide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, by := range []value.ID{w.jon, w.mina, w.elio} {
			wantKind(t, w.desk.Require(w.ctx(), member(by), w.shop.ID, message.Need{Phone: true}), value.Forbidden)
		}
		wantKind(t, w.desk.Require(w.ctx(), member(w.aya), w.shop.ID, message.Need{Age_days: 7}), value.Invalid)
		w.post(w.aya, "/account/contact", "seller", w.shop.ID.Text("sel"), "need", "nonsense").want(422, "Choose one of the answers")
		w.post(w.jon, "/account/contact", "seller", w.shop.ID.Text("sel"), "need", "phone").want(403)
		w.post(w.aya, "/account/contact", "seller", w.shop.ID.Text("sel"), "need", "phone_7").want(303)
		w.get(w.aya, "/account/contact").want(200, "Spoke & Lantern", `value="phone_7" selected`)
		w.get(w.mina, "/account/contact").want(200, "Nothing to decide yet")
		w.read(func(tx *db.Tx) error {
			need, err := message.NeedOf(tx, w.shop.ID)
			if need != (message.Need{Phone: true, Age_days: 7}) {
				t.Errorf("it asks for %+v", need)
			}
			return err
		})
		w.require(w.aya, w.shop, message.Need{})
		if n := w.count(`select count(*) from message_contact`); n != 0 {
			t.Errorf("%d rows where nothing is asked", n)
		}
	})
}

// Many at once: what is asked holds for each of them.
func TestManyWriteAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.require(w.aya, w.shop, message.Need{Phone: true})
		w.person(w.ines, unproven)
		done := make(chan error)
		for i := range 12 {
			by := w.mina
			if i%2 == 0 {
				by = w.ines
			}
			go func(ctx context.Context) {
				_, _, err := w.desk.Start(ctx, member(by), w.lamp.ID, message.Draft{Text: "Hello", Key: "k"})
				if by == w.ines && value.KindOf(err) != value.Forbidden {
					t.Errorf("ines: %v", err)
				}
				if by == w.ines {
					err = nil
				}
				done <- err
			}(w.ctx())
		}
		for range 12 {
			w.ok(<-done)
		}
		if n := w.count(`select count(*) from conversation`); n != 1 {
			t.Errorf("%d conversations", n)
		}
	})
}
