package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/safety"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// Texts of which the provider's rules are certain, and one that a person should read.
const (
	certain  = "You are next of kin to an inheritance fund; a small processing fee is due."
	doubtful = "Please send payment with gift cards before I ship the bicycle."
)

func (w *world) decideHeld(m message.Message, release bool, reason string) (released bool, err error) {
	err = w.write(value.Actor{Kind: value.Staff, ID: w.staff}, func(tx *db.Tx) error {
		if release {
			released, err = w.desk.Release(tx, m.ID, reason)
			return err
		}
		return w.desk.Refuse(tx, m.ID, false, reason)
	})
	return released, err
}

func TestWhatTheRulesHoldIsNotDelivered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.elio, w.lamp, "Is the lamp there?")
		told := len(w.market.to(w.aya))
		m := w.send(w.elio, c, doubtful)
		if m.State != message.Held {
			t.Fatalf("the message is %s", m.State)
		}
		w.get(w.elio, c.Href()).want(200, "gift cards", "a person looks at this message first")
		for _, path := range []string{c.Href(), "/messages", "/messages?q=gift"} {
			w.get(w.aya, path).want(200).lacks("gift cards before")
		}
		if len(w.market.to(w.aya)) != told {
			t.Error("a mail was sent with a message that is held")
		}
		w.get(w.staff, "/console/messages").want(200, "gift cards", "A rule fired", "Payment outside and ahead").lacks("Is the lamp there?")
		path := "/console/messages/" + m.ID.Text("msg")
		w.post(w.mina, path+"/release", "reason", "mine").want(403)
		w.post(w.staff, path+"/release", "reason", "").want(422, `aria-invalid`)
		w.post(w.staff, path+"/release", "reason", "a joke between friends").want(303)
		w.get(w.aya, c.Href()).want(200, "gift cards", "Money sent like that is seldom seen again")
		w.get(w.aya, "/messages").want(200, "gift cards")
		if len(w.market.to(w.aya)) != told+1 {
			t.Error("no mail was sent when it was released")
		}
		w.post(w.staff, path+"/release", "reason", "a second time").want(409)
	})
}

func TestWhatTheRulesRejectStaysAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		page := w.post(w.elio, "/messages/about/"+w.lamp.ID.Text("lst"), "text", certain).want(303)
		at := strings.TrimSuffix(page.to(), "#end")
		w.get(w.elio, at).want(200, "breaks the rules")
		w.get(w.aya, "/messages").want(200, "No messages yet")
		w.get(w.aya, at).want(200).lacks("inheritance")
		var m message.Message
		w.read(func(tx *db.Tx) error { return tx.Row(`select id from message`).Scan(&m.ID) })
		if _, err := w.decideHeld(m, true, "I think it is fine"); value.KindOf(err) != value.Conflict {
			t.Errorf("staff released what a mandatory rule rejects: %v", err)
		}
	})
}

func TestStaffRefuse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.elio, w.lamp, "Hello")
		m := w.send(w.elio, c, doubtful)
		if _, err := w.decideHeld(m, false, " "); value.KindOf(err) != value.Invalid {
			t.Errorf("refused without a reason: %v", err)
		}
		_, err := w.decideHeld(m, false, "payment outside is not allowed here")
		w.ok(err)
		w.get(w.elio, c.Href()).want(200, "Not delivered")
		told := w.market.to(w.elio)
		if len(told) != 1 || told[0].Kind != "message.refused" || !strings.Contains(told[0].Words(w.ctx()).Text, "payment outside") {
			t.Errorf("elio was told %+v", told)
		}
		spoken := w.send(w.elio, c, "Another one")
		w.ok(w.write(value.Actor{Kind: value.Staff, ID: w.staff}, func(tx *db.Tx) error {
			return w.desk.Refuse(tx, spoken.ID, true, "reported and found to be an insult")
		}))
		w.get(w.aya, c.Href()).want(200, "Removed by the staff").lacks("Another one")
	})
}

// A site may leave messages unread; a report opens one conversation, and only that.
func TestUnreadUntilReported(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.scanAll = false
		c := w.start(w.elio, w.lamp, "Hello")
		other := w.start(w.mina, w.lamp, doubtful)
		first := w.send(w.elio, c, doubtful)
		if first.State != message.Delivered || first.Screened {
			t.Fatalf("the message is %s, screened %v", first.State, first.Screened)
		}
		if n := w.count(`select count(*) from screening`) + w.count(`select count(*) from clearance`); n != 0 {
			t.Errorf("rules have read what nobody reported: %d rows", n)
		}
		look := "/console/conversations/" + c.ID.Text("cnv")
		w.get(w.staff, look).want(404)
		w.post(w.aya, c.Href()+"/report", "ground", "", "explanation", "They want gift cards from me").want(422, "Choose what is wrong", "They want gift cards")
		w.post(w.aya, c.Href()+"/report", "ground", "scam", "explanation", "bad").want(422, "what is wrong")
		w.post(w.aya, c.Href()+"/report", "ground", "nonsense", "explanation", "They want gift cards from me").want(422)
		w.post(w.aya, c.Href()+"/report", "ground", "scam", "explanation", "They want gift cards from me").want(200, "ABCDE-FGHIJ", "Back to Elio")
		if len(w.market.reports) != 1 || w.market.reports[0] != (message.Report{Conversation: c.ID, By: w.aya, Ground: "scam", Text: "They want gift cards from me"}) {
			t.Errorf("reported %+v", w.market.reports)
		}
		w.read(func(tx *db.Tx) error {
			s, err := safety.FindScreening(tx, first.ID)
			if err == nil && s.Verdict != safety.Hold {
				t.Errorf("the rules say %s", s.Verdict)
			}
			return err
		})
		if m := w.send(w.elio, c, doubtful+" Please."); m.State != message.Held {
			t.Errorf("after the report a message is %s", m.State)
		}
		if m, err := w.desk.Send(w.ctx(), member(w.mina), other.ID, message.Draft{Text: doubtful + " Yes."}); err != nil || m.Screened {
			t.Errorf("a report opened another conversation: %+v, %v", m, err)
		}
		w.get(w.staff, look).want(200, "gift cards", "Payment outside", "Elio T.", "ABCDE-FGHIJ").lacks("elio@example.org")
		w.get(w.staff, look).want(200)
		looks := 0
		for _, row := range sitetest.History(t, w.Site, "conversation", c.ID) {
			if row.Action == "conversation.look" && strings.HasPrefix(row.Actor, "staff:") {
				looks++
			}
		}
		if looks != 2 {
			t.Errorf("the log has %d looks, want 2", looks)
		}
		w.get(w.staff, "/console/conversations/"+other.ID.Text("cnv")).want(404)
		w.get(w.staff, c.Href()).want(404)
	})
}

func TestOneTextToManyIsHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		states := map[message.State]int{}
		for i, l := range append(w.offerMore(8, w.shop), w.bike) {
			_, m, err := w.desk.Start(w.ctx(), member(w.mina), l.ID, message.Draft{Text: "I buy wheels of ALL kinds" + strings.Repeat("!", i)})
			w.ok(err)
			states[m.State]++
		}
		if states[message.Delivered] != 5 || states[message.Held] != 4 {
			t.Errorf("of nine copies %v", states)
		}
		w.clock.pass(25 * time.Hour)
		if _, m, err := w.desk.Start(w.ctx(), member(w.mina), w.lamp.ID, message.Draft{Text: "I buy wheels of all kinds"}); err != nil || m.State != message.Delivered {
			t.Errorf("a day later: %s, %v", m.State, err)
		}
		// A shop answers many with the same words, as long as they lead nowhere else.
		answers := map[message.State]int{}
		for i, l := range w.offerMore(8, w.shop) {
			c := w.start(w.ines, l, fmt.Sprintf("Number %d: is it there?", i))
			answers[w.send(w.aya, c, "Yes, it is. Come by until six.").State]++
			answers[w.send(w.aya, c, "Yes, see wheels.example.com").State] += 100
		}
		if answers[message.Delivered] != 508 || answers[message.Held] != 300 {
			t.Errorf("of sixteen answers %v", answers)
		}
	})
}

func TestTooManyBegunAreHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		held := 0
		for i, l := range w.offerMore(44, w.shop) {
			_, m, err := w.desk.Start(w.ctx(), member(w.mina), l.ID, message.Draft{Text: fmt.Sprintf("Question %d about the wheel", i)})
			w.ok(err)
			if m.State == message.Held && m.HeldFor == "pace" {
				held++
			}
		}
		if held != 4 {
			t.Errorf("%d of 44 are held, want 4", held)
		}
		w.get(w.staff, "/console/messages").want(200, "Very many messages")
	})
}

func TestTheReaderIsWarned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Write to mina.private@example.org or call 044 668 18 00, or look at www.example.com/pay")
		for _, warning := range []string{"This has a link", "This has a mail address", "This has a telephone number"} {
			w.get(w.elio, c.Href()).want(200, warning)
			w.get(w.mina, c.Href()).want(200).lacks(warning)
		}
		told := w.market.to(w.elio)
		if text := told[0].Words(w.ctx()).Text; !strings.Contains(text, "This has a link") {
			t.Errorf("the mail does not warn: %s", text)
		}
	})
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]message.Warning{
		"Is it still there? I could come on Saturday at 14:30.":   nil,
		"I offer 250 francs, cash when we meet.":                  nil,
		"No payment in advance, please. Never send a gift card.":  nil,
		"Keine Anzahlung nötig, bar bei Abholung.":                nil,
		"The frame number is 4711, the size 54.":                  nil,
		"Please pay in advance and I ship it.":                    {message.WarnPayment},
		"Send the money first":                                    {message.WarnPayment},
		"Zahlung per Vorkasse, bitte":                             {message.WarnPayment},
		"Could you buy a gift card for me?":                       {message.WarnPayment},
		"My account: CH93 0076 2011 6238 5295 7":                  {message.WarnPayment},
		"Look at www.example.com/bicycle":                         {message.WarnLink},
		"anna@example.org":                                        {message.WarnMail},
		"anna (at) example (dot) org":                             {message.WarnMail},
		"044 668 18 00":                                           {message.WarnPhone},
		"zero four four six six eight one eight zero zero":        {message.WarnPhone},
		"Pay with bitcoin at www.example.com or anna@example.org": {message.WarnPayment, message.WarnLink, message.WarnMail},
	} {
		if got := message.Warnings(text, "CH"); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"plain":                            "plain",
		"a\r\nb\rc":                        "a\nb\nc",
		"  spaces \n":                      "spaces",
		"pass\u200bword":                   "password",
		"evil \u202etxt.exe":               "evil txt.exe",
		"\u2066hidden\u2069":               "hidden",
		"bell\x07 and null\x00":            "bell and null",
		"\ufeffmark":                       "mark",
		"tag\U000e0041ged":                 "tagged",
		"مرحبا بك":                         "مرحبا بك",
		"می\u200cخواهم":                    "می\u200cخواهم",
		"lat\u200cin":                      "latin",
		"\U0001f469\u200d\U0001f527 ok":    "\U0001f469\u200d\U0001f527 ok",
		"x" + strings.Repeat("\u0334", 40): "x" + strings.Repeat("\u0334", 4),
		"a\n\n\n\n\n\n\nb":                 "a\n\n\nb",
		"bad \xff bytes":                   "bad  bytes",
		"e\u200b\u0301":                    "é",
		"e\u0301":                          "é",
		"\u3164\u115f":                     "",
	} {
		got := message.Clean(given)
		if got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
		if again := message.Clean(got); again != got {
			t.Errorf("%q is not clean: %q", got, again)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"plain", "a\u202eb", "\U0001f469\u200d\U0001f527", "می\u200cخواهم", "x\u0334\u0334\u0334\u0334\u0334"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := message.Clean(text)
		if again := message.Clean(got); again != got {
			t.Errorf("%q is cleaned to %q and then to %q", text, got, again)
		}
		if strings.ContainsAny(got, "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x00") {
			t.Errorf("%q still has what it should not: %q", text, got)
		}
	})
}

func TestExportAndErasure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Mina's own words")
		w.send(w.elio, c, "Elio's answer")
		w.postFiles(w.elio, c.Href(), "", picture(t, 5)).want(303)
		shop := w.start(w.mina, w.lamp, "More of Mina's")
		w.send(w.aya, shop, "Aya for the shop")
		w.bid(w.mina, c, 200)
		_, err := w.desk.ReportConversation(w.ctx(), member(w.mina), c.ID, "scam", "He asked for my card number")
		w.ok(err)
		taken := map[string]string{}
		var e message.Estate
		w.read(func(tx *db.Tx) error {
			return e.Export(tx, w.mina, func(name string, rows any) error { taken[name] = fmt.Sprintf("%+v", rows); return nil })
		})
		for _, want := range []string{"Mina's own words", "Elio's answer", "More of Mina's", "Aya for the shop", c.Href() + "/photos/msg_"} {
			if !strings.Contains(taken["messages"], want) {
				t.Errorf("the export lacks %q", want)
			}
		}
		if !strings.Contains(taken["offers"], "20000") {
			t.Errorf("the export of offers is %s", taken["offers"])
		}
		w.read(func(tx *db.Tx) error {
			return e.Export(tx, w.ines, func(_ string, rows any) error {
				if text := fmt.Sprintf("%+v", rows); text != "[]" {
					t.Errorf("a stranger takes %s", text)
				}
				return nil
			})
		})

		kept := 0
		w.ok(w.write(value.SystemActor("test"), func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "account", Record: w.mina})
			return e.Erase(tx, w.mina, func(string, string, string) { kept++ })
		}))
		delete(w.market.persons, w.mina)
		if kept != 1 {
			t.Errorf("%d things are kept, want the report", kept)
		}
		w.get(w.elio, c.Href()).want(200, "Former member", "Removed by its author", "Elio's answer", "closed").lacks("Mina")
		w.get(w.elio, "/messages").want(200, "Former member").lacks("Mina")
		w.post(w.elio, c.Href(), "text", "Hello?").want(403, "closed")
		if n := w.count(`select count(*) from message where body like '%Mina%' or author = $1`, w.mina); n != 0 {
			t.Errorf("%d messages still have words or author", n)
		}
	})
}
