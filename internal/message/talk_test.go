package message_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestTwoPeopleTalk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		page := w.post(w.mina, "/messages/about/"+w.bike.ID.Text("lst"), "text", "Is the basket included?", "key", "one")
		page.want(303)
		at := strings.TrimSuffix(page.to(), "#end")
		w.get(w.mina, at).want(200, "Elio T.", "City bicycle with basket", "Is the basket included?", "Delivered", "CHF\u00a0320", "Available")
		w.get(w.elio, "/messages").want(200, "Mina R.", "Is the basket included?", "unread message")
		w.get(w.elio, at).want(200, "Mina R.", "Is the basket included?").lacks("mina@example.org")
		w.get(w.elio, "/messages").lacks("unread message")
		w.get(w.mina, at).want(200, "Seen")
		w.post(w.elio, at, "text", "Yes, and a lock.", "key", "two").want(303)
		w.get(w.mina, "/messages").want(200, "Yes, and a lock.", "unread message")
		w.get(w.mina, "/messages", "Accept-Language", "de").want(200, "Nachrichten", "ungelesene Nachricht", "Kaufen")

		told := w.market.to(w.elio)
		if len(told) != 1 || told[0].Kind != "message.new" || told[0].Sender != "Mina R. · Lakeside Market" || told[0].Href != at {
			t.Fatalf("elio was told %+v", told)
		}
		letter := told[0].Words(w.ctx())
		if !strings.Contains(letter.Text, "Is the basket included?") || !strings.Contains(letter.Subject, "Mina R.") {
			t.Errorf("the mail says %+v", letter)
		}
	})
}

func TestWhatCannotBeBegun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		about := func(l message.Listing) string { return "/messages/about/" + l.ID.Text("lst") }
		w.post(w.elio, about(w.bike), "text", "Hello me").want(403, "your own listing", "Hello me")
		w.post(w.jon, about(w.lamp), "text", "Hello us").want(403, "your own listing")
		w.market.set(w.bike, func(l *message.Listing) { l.Open, l.Status = false, "sold" })
		w.post(w.mina, about(w.bike), "text", "Still there?").want(403, "is over", "Still there?")
		w.ok(w.write(member(w.elio), func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test", Record: 1})
			return w.market.Block(tx, w.elio, w.mina)
		}))
		w.market.set(w.bike, func(l *message.Listing) { l.Open, l.Status = true, "live" })
		w.post(w.mina, about(w.bike), "text", "Hello?").want(403, "blocked")
		w.get(w.mina, about(w.bike)).want(200, "blocked")
		w.post(w.mina, "/messages/about/"+value.ID(99).Text("lst"), "text", "Hello?").want(404)
		w.post(w.mina, about(w.lamp), "text", " \u200b ").want(422, "Write a message first")
		long := strings.Repeat("A hundred pages of one sentence. ", 9000)
		w.post(w.mina, about(w.lamp), "text", long).want(422, "at most 4,000 characters", "A hundred pages of one sentence. A hundred")
		w.market.mu.Lock()
		w.market.seats[w.shop.ID] = nil
		w.market.mu.Unlock()
		w.post(w.mina, about(w.lamp), "text", "Anybody?").want(403, "Nobody can be written to")
		if n := w.count(`select count(*) from conversation`); n != 0 {
			t.Errorf("%d conversations were begun", n)
		}
	})
}

// What a visitor typed comes back after the sign-in.
func TestVisitorsSignInFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		about := "/messages/about/" + w.bike.ID.Text("lst")
		page := w.post(0, about, "text", "Could I see it on Saturday?").want(303)
		if !strings.HasPrefix(page.to(), "/sign-in?next=%2Fmessages%2Fabout%2F") {
			t.Fatalf("led to %s", page.to())
		}
		_, draft, _ := strings.Cut(page.to(), "draft%3D")
		form := w.get(w.mina, about+"?draft="+draft).want(200, "Could I see it on Saturday?", "Elio T.")
		w.get(w.mina, "/messages/about/"+w.lamp.ID.Text("lst")+"?draft="+draft).lacks("Saturday")
		w.get(0, about+"?draft="+draft).want(303)
		w.post(w.mina, about, "text", "Could I see it on Saturday?", "key", form.key()).want(303)
		w.clock.pass(25 * time.Hour)
		_, err := message.Tidy(w.ctx(), w.Site.DB)
		w.ok(err)
		if n := w.count(`select count(*) from message_draft`); n != 0 {
			t.Errorf("%d drafts are left after a day", n)
		}
	})
}

func TestAFormSentTwiceIsOneMessage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		about := "/messages/about/" + w.bike.ID.Text("lst")
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() { w.post(w.mina, about, "text", "Is it available?", "key", "same").want(303) })
		}
		wait.Wait()
		if c, m := w.count(`select count(*) from conversation`), w.count(`select count(*) from message`); c != 1 || m != 1 {
			t.Errorf("%d conversations with %d messages", c, m)
		}
		if told := w.market.to(w.elio); len(told) != 1 {
			t.Errorf("elio was told %d times", len(told))
		}
	})
}

// A third member sees nothing of a conversation, whatever they ask for.
func TestStrangersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "My words to Elio")
		w.postFiles(w.mina, c.Href(), "Look", picture(t, 9)).want(303)
		photo := photoIn(t, w.get(w.mina, c.Href()).want(200))
		w.get(w.elio, photo).want(200)
		_, err := w.desk.MakeOffer(w.ctx(), member(w.mina), c.ID, value.MoneyFromUnits(250, "CHF"), "")
		w.ok(err)
		var offer value.ID
		w.read(func(tx *db.Tx) error { return tx.Row(`select id from message_offer`).Scan(&offer) })
		offerPath := c.Href() + "/offers/" + offer.Text("ofr") + "/accept"
		for name, who := range map[string]value.ID{"a member": w.ines, "another seller": w.aya, "staff": w.staff} {
			for _, path := range []string{c.Href(), c.Href() + "/report", photo, c.Href() + "?before=" + "AAAA"} {
				if got := w.get(who, path); got.status != 404 || strings.Contains(got.body, "words") {
					t.Errorf("%s gets %d at %s", name, got.status, path)
				}
			}
			w.post(who, c.Href(), "text", "Me too").want(404)
			w.post(who, offerPath).want(404)
			for _, verb := range []string{"archive", "delete", "block", "mute", "offer", "report"} {
				w.post(who, c.Href()+"/"+verb, "amount", "5", "ground", "scam", "explanation", "They wrote to me").want(404)
			}
			w.get(who, "/messages").want(200).lacks("My words", "Elio")
			w.get(who, "/messages?q=words").want(200).lacks("My words")
		}
		for _, path := range []string{c.Href(), photo, "/messages", "/messages/events"} {
			w.get(0, path).want(303)
		}
		w.get(w.staff, "/console/conversations/"+c.ID.Text("cnv")).want(404)
		w.get(w.mina, "/console/conversations/"+c.ID.Text("cnv")).want(403)
		w.get(w.mina, "/console/messages").want(403)
	})
}

func photoIn(t *testing.T, a answer) string {
	t.Helper()
	_, rest, ok := strings.Cut(a.body, `src="/messages/`)
	path, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal("the page has no photo")
	}
	return "/messages/" + path
}

func TestATeamSharesItsInbox(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Does it fit a city bicycle?")
		w.get(w.jon, "/messages").want(200, "Does it fit", "unread message")
		w.get(w.aya, c.Href()).want(200)
		w.get(w.jon, "/messages").lacks("unread message")
		w.send(w.aya, c, "It does.")
		w.get(w.jon, c.Href()).want(200, "Aya Keller", "It does.")
		w.get(w.aya, c.Href()).want(200, "You")
		w.get(w.mina, c.Href()).want(200, "Spoke & Lantern", "It does.").lacks("Aya", "Keller")
		for _, a := range w.market.to(w.mina) {
			if words := a.Words(w.ctx()); strings.Contains(a.Sender+words.Subject+words.Text, "Aya") {
				t.Errorf("the buyer is told who of the team wrote: %+v", a)
			}
		}
		w.post(w.jon, c.Href()+"/mute").want(303)
		w.send(w.mina, c, "Thank you!")
		if a, j := len(w.market.to(w.aya)), len(w.market.to(w.jon)); a != 2 || j != 1 {
			t.Errorf("aya was told %d times, jon %d", a, j)
		}
		w.market.mu.Lock()
		w.market.seats[w.shop.ID] = []value.ID{w.aya}
		w.market.mu.Unlock()
		w.get(w.jon, c.Href()).want(404)
		w.get(w.jon, "/messages").lacks("Mina")
	})
}

func TestArchiveDeleteBlock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "First words")
		w.post(w.aya, c.Href()+"/archive").want(303)
		w.get(w.aya, "/messages").lacks("First words")
		w.get(w.aya, "/messages?show=archived").want(200, "First words")
		w.send(w.mina, c, "Second words")
		w.get(w.aya, "/messages").want(200, "Second words")
		w.post(w.mina, c.Href()+"/delete").want(303)
		w.get(w.mina, "/messages").lacks("Second words")
		w.get(w.mina, c.Href()).want(200).lacks("First words", "Second words")
		w.get(w.aya, c.Href()).want(200, "First words", "Second words")
		w.send(w.aya, c, "Third words")
		w.get(w.mina, "/messages").want(200, "Third words")
		w.get(w.mina, c.Href()).want(200, "Third words").lacks("First words")

		w.post(w.aya, c.Href()+"/block").want(303)
		w.post(w.mina, c.Href(), "text", "Are you there?").want(403, "blocked", "Are you there?")
		w.post(w.mina, "/messages/about/"+w.offerMore(1, w.shop)[0].ID.Text("lst"), "text", "Hello?").want(403, "blocked")
		w.get(w.jon, c.Href()).want(200, "Unblock")
		w.get(w.mina, c.Href()).want(200, "Whom you have blocked").lacks("Unblock")
		w.post(w.jon, c.Href()+"/unblock").want(303)
		w.post(w.mina, c.Href(), "text", "Are you there?").want(303)

		own := w.start(w.mina, w.bike, "Hello Elio")
		w.post(w.mina, own.Href()+"/block").want(303)
		if !w.market.blocks[[2]value.ID{w.mina, w.elio}] {
			t.Error("a block between two persons is not one between members")
		}
		w.post(w.elio, own.Href(), "text", "Hello Mina").want(403, "blocked")
	})
}

func TestTheInboxHasPagesAndFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, l := range w.offerMore(35, w.shop) {
			w.start(w.mina, l, "Question "+strings.Repeat("i", i+1)+" about the wheel")
		}
		w.start(w.mina, w.bike, "Is the BÄNDER set included?")
		first := w.get(w.mina, "/messages").want(200, "BÄNDER", "Wheel number 34", "Wheel number 6").lacks("Wheel number 5 ", ">Wheel number 5<")
		_, rest, _ := strings.Cut(first.body, `href="/messages?after=`)
		next, _, _ := strings.Cut(rest, `"`)
		w.get(w.mina, "/messages?after="+next).want(200, "Wheel number 5", "Wheel number 0").lacks("Wheel number 6<")
		w.get(w.mina, "/messages?after=nonsense").want(404)
		w.get(w.mina, "/messages?show=selling").want(200, "No conversation fits")
		w.get(w.aya, "/messages?show=buying").want(200, "No conversation fits")
		w.get(w.aya, "/messages?shop="+w.shop.ID.Text("sel")).want(200, "Wheel number 34")
		w.get(w.aya, "/messages?shop="+w.own.ID.Text("sel")).want(200, "No conversation fits").lacks("BÄNDER")
		w.get(w.mina, "/messages?q=bänder").want(200, "BÄNDER").lacks("Wheel")
		w.get(w.mina, "/messages?q=question+iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii").want(200, "Wheel number 34").lacks("Wheel number 3<")
		w.get(w.mina, "/messages?q=unicorns").want(200, "Nothing found")
		if n := w.unread(w.aya); n != 35 {
			t.Errorf("aya has %d unread", n)
		}
	})
}

func (w *world) unread(who value.ID) (n int) {
	w.read(func(tx *db.Tx) (err error) {
		n, err = w.desk.Unread(tx, who)
		return err
	})
	return n
}

func TestLongConversationsHavePages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Number 0 of many.")
		for i := 1; i < 60; i++ {
			w.send([]value.ID{w.mina, w.elio}[i%2], c, "Number "+strings.Repeat("x", i)+" of many.")
		}
		page := w.get(w.mina, c.Href()).want(200, "Earlier messages", "Number "+strings.Repeat("x", 59)+" of").lacks("Number 0 of")
		_, rest, _ := strings.Cut(page.body, `href="`+c.Href()+`?before=`)
		before, _, _ := strings.Cut(rest, `"`)
		w.get(w.mina, c.Href()+"?before="+before).want(200, "Number 0 of many", "To the newest messages").lacks(`<p class="talk-text" dir="auto">Number `+strings.Repeat("x", 59)+" of", "Earlier messages")
	})
}

func TestPhotosArePrivate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Hello")
		w.postFiles(w.elio, c.Href(), "", picture(t, 50), picture(t, 90)).want(303)
		photo := photoIn(t, w.get(w.mina, c.Href()).want(200))
		got := w.get(w.mina, photo).want(200)
		if got.header.Get("Content-Type") != "image/webp" || !strings.HasPrefix(got.header.Get("Cache-Control"), "private") {
			t.Errorf("the photo comes with %v", got.header)
		}
		other := w.start(w.ines, w.bike, "Hello too")
		w.get(w.ines, strings.Replace(photo, c.ID.Text("cnv"), other.ID.Text("cnv"), 1)).want(404)
		w.postFiles(w.elio, c.Href(), "Kept words", []byte("GIF89a and no more")).want(422, "Kept words")
		many := make([][]byte, 5)
		for i := range many {
			many[i] = picture(t, uint8(i))
		}
		w.postFiles(w.elio, c.Href(), "Five", many...).want(422, "at most 4 photos", "Five")
		w.postFiles(w.ines, c.Href(), "", picture(t, 1)).want(404)
		w.post(w.mina, c.Href()+"/delete").want(303)
		w.get(w.mina, photo).want(404)
		w.get(w.elio, photo).want(200)
	})
}

// TestAVeiledPhotoIsShownToNobody sends a photo before and after it became one that nobody may see.
func TestAVeiledPhotoIsShownToNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Hello")
		w.postFiles(w.elio, c.Href(), "", picture(t, 50)).want(303)
		photo := photoIn(t, w.get(w.mina, c.Href()).want(200))
		w.get(w.mina, photo).want(200)
		name := photo[strings.LastIndexByte(photo, '/')+1:]
		sha, _, _ := strings.Cut(name, "-")
		w.veiled = map[string]bool{sha: true}
		for _, who := range []value.ID{w.mina, w.elio, w.staff} {
			w.get(who, photo).want(404)
		}
		w.scanAll = false // and yet it does not travel again
		told := len(w.market.to(w.mina))
		w.postFiles(w.elio, c.Href(), "Look at this", picture(t, 50)).want(303)
		w.get(w.mina, c.Href()).want(200).lacks("Look at this")
		if len(w.market.to(w.mina)) != told {
			t.Error("a mail told of it")
		}
		w.get(w.staff, "/console/messages").want(200, "Look at this")
		w.veiled, w.veilFault = nil, errors.New("the bank does not answer")
		w.postFiles(w.elio, c.Href(), "And at this", picture(t, 51)).want(303)
		w.get(w.mina, c.Href()).want(200).lacks("And at this")
	})
}

// The log tells what happened and not what was said.
func TestTheLogHasNoWords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "A secret about velvet")
		m := w.send(w.elio, c, "Call me: 044 668 18 00 or velvet@example.org")
		rows := sitetest.History(t, w.Site, "conversation", c.ID)
		rows = append(rows, sitetest.History(t, w.Site, "message", m.ID)...)
		if len(rows) < 2 {
			t.Fatalf("the log has %d entries", len(rows))
		}
		for _, row := range rows {
			if strings.Contains(row.Diff, "velvet") || strings.Contains(row.Diff, "668 18") {
				t.Errorf("the log says %s", row.Diff)
			}
		}
		if !strings.Contains(last(rows).Diff, `"bytes"`) {
			t.Errorf("the log does not tell the size: %s", last(rows).Diff)
		}
	})
}

func last(rows []change.Row) change.Row { return rows[len(rows)-1] }

func TestSeenIsToldOnlyAmongThoseWhoTell(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		elio := w.market.persons[w.elio]
		elio.SeenMarks = false
		w.market.persons[w.elio] = elio
		c := w.start(w.mina, w.bike, "Hello")
		w.get(w.elio, c.Href()).want(200)
		w.get(w.mina, c.Href()).want(200, "Delivered").lacks(">Seen<")
		w.send(w.elio, c, "Hi")
		w.get(w.mina, c.Href()).want(200)
		w.get(w.elio, c.Href()).want(200, "Delivered").lacks(">Seen<")
	})
}
