package member_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
	"fairground/internal/value"
)

func TestWhoIsToldWhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write(func(tx *db.Tx) error { return account.Suspend(tx, w.sam.ID, "a test") })
		for _, test := range []struct {
			name   string
			to     account.Account
			kind   string
			listed int
			mailed bool
		}{
			{"a service is mailed", w.mina, "message.new", 1, true},
			{"others are mailed to those who asked", w.mina, "follow.price_drop", 1, false},
			{"a duty goes everywhere", w.mina, "listing.decided", 1, true},
			{"no service to an address that was never proven", w.una, "message.new", 1, false},
			{"a duty to it all the same", w.una, "listing.decided", 1, true},
			{"no service to a suspended account", w.sam, "message.new", 1, false},
			{"a duty to it all the same", w.sam, "listing.decided", 1, true},
			{"nobody", account.Account{ID: 77}, "listing.decided", 0, false},
		} {
			before := w.unseen(test.to)
			w.tell(test.to, test.kind, 0, "Something happened")
			letters := w.post.take()
			if got := w.unseen(test.to) - before; got != test.listed || (len(letters) == 1) != test.mailed {
				t.Errorf("%s: listed %d, mailed %q", test.name, got, subjects(letters))
			}
		}
	})
}

func TestPreferencesDecide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		prefer := func(kind string, c member.Channel, wanted bool) {
			w.write(func(tx *db.Tx) error { return w.desk.Prefer(tx, w.mina.ID, kind, c, wanted) })
		}
		prefer("message.new", member.Mail, false)
		prefer("follow.price_drop", member.Mail, true)
		prefer("follow.price_drop", member.Site, false)
		w.tell(w.mina, "message.new", 0, "A message")
		w.tell(w.mina, "follow.price_drop", 0, "A price")
		if got := subjects(w.post.take()); got != "mina@example.org: A price" {
			t.Errorf("mailed %q", got)
		}
		if got := w.unseen(w.mina); got != 1 {
			t.Errorf("%d alerts are listed, want the message alone", got)
		}
		w.tell(w.otto, "message.new", 0, "A message")
		if got := len(w.post.take()); got != 1 {
			t.Error("somebody else's preferences changed too")
		}
		for _, kind := range []string{"listing.decided", "no.such"} {
			err := w.tryWrite(func(tx *db.Tx) error { return w.desk.Prefer(tx, w.mina.ID, kind, member.Mail, false) })
			if k := value.KindOf(err); k != value.Conflict && k != value.NotFound {
				t.Errorf("%s could be switched off: %v", kind, err)
			}
		}
		if got := len(w.history("member_preference", w.mina.ID)); got != 3 {
			t.Errorf("the log has %d changes of preferences, want 3", got)
		}
	})
}

func TestRepeatsAreGathered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 5, "first")
		w.tell(w.mina, "message.new", 5, "second")
		w.tell(w.mina, "message.new", 5, "third")
		w.tell(w.mina, "message.new", 6, "another")
		if got := w.unseen(w.mina); got != 2 {
			t.Errorf("%d alerts, want two: one of them stands for three", got)
		}
		if got := subjects(w.post.take()); got != "mina@example.org: first; mina@example.org: another" {
			t.Errorf("mailed %q", got)
		}
		w.get("Mina", "/account/alerts").want(t, 200, "third", "3 times", "another").without(t, "second")
		w.work()
		if got := w.post.take(); len(got) != 0 {
			t.Errorf("mailed before its time: %q", subjects(got))
		}
		w.clock.pass(11 * time.Minute)
		w.work()
		if got := subjects(w.post.take()); got != "mina@example.org: third" {
			t.Errorf("after ten minutes mailed %q, want the newest, once", got)
		}
		w.clock.pass(time.Hour)
		w.work()
		if got := w.post.take(); len(got) != 0 {
			t.Errorf("mailed again: %q", subjects(got))
		}
	})
}

// A new alert about the same after the old one was read is a line of its own, but no way around the pause.
func TestReadingDoesNotOpenTheTap(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 5 {
			w.tell(w.mina, "message.new", 5, "again")
			w.write(func(tx *db.Tx) error { return member.Saw(tx, w.mina.ID, "message.new", 5) })
		}
		if got := len(w.post.take()); got != 1 {
			t.Errorf("%d mails within the pause, want 1", got)
		}
		w.clock.pass(11 * time.Minute)
		w.work()
		if got := w.post.take(); len(got) != 0 {
			t.Errorf("mailed what was read already: %q", subjects(got))
		}
		if got := w.unseen(w.mina); got != 0 {
			t.Errorf("%d alerts are unseen", got)
		}
	})
}

func TestConversationsAndDutiesAreMailedEach(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answerable := func(a *account.Alert) {
			a.ReplyTo, a.Thread, a.Sender = "c1@reply.example", "cnv_1", "Otto at Lakeside Market"
		}
		for range 3 {
			w.tell(w.mina, "message.new", 5, "hello", answerable)
			w.tell(w.mina, "listing.decided", 9, "decided")
		}
		letters := w.post.take()
		if len(letters) != 6 {
			t.Fatalf("mailed %q, want six", subjects(letters))
		}
		if l := letters[0]; strings.Contains(l.Text, "/unsubscribe/") || !strings.Contains(l.Unsubscribe, "/unsubscribe/") {
			t.Errorf("who gets a quoted answer could stop the mail: %q", l.Text)
		}
		if l := letters[0]; l.ReplyTo != "c1@reply.example" || l.Thread != "cnv_1" || l.Sender != "Otto at Lakeside Market" || l.Kind != "message.new" {
			t.Errorf("the letter lost something: %+v", l)
		}
		if got := w.unseen(w.mina); got != 2 {
			t.Errorf("%d alerts are listed, want 2", got)
		}
	})
}

func TestMailSwitchedOffWhileItWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 5, "first")
		w.tell(w.mina, "message.new", 5, "second")
		w.post.take()
		w.write(func(tx *db.Tx) error { return w.desk.Prefer(tx, w.mina.ID, "message.new", member.Mail, false) })
		w.clock.pass(11 * time.Minute)
		w.work()
		if got := w.post.take(); len(got) != 0 {
			t.Errorf("mailed %q to somebody who said no", subjects(got))
		}
	})
}

func TestAnAlertMayBringItsOwnStop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		own := func(a *account.Alert) { a.Stop = "/search-alerts/abc" }
		w.tell(w.mina, "message.new", 5, "at once", own)
		w.tell(w.mina, "message.new", 5, "waits", own)
		w.clock.pass(11 * time.Minute)
		w.work()
		w.tell(w.mina, "message.new", 6, "elsewhere", func(a *account.Alert) { a.Stop = "https://elsewhere.example/" })
		letters := w.post.take()
		if len(letters) != 3 {
			t.Fatalf("mailed %q, want three", subjects(letters))
		}
		for _, l := range letters[:2] {
			if l.Unsubscribe != origin+"/search-alerts/abc" || !strings.Contains(l.Text, l.Unsubscribe) || !strings.Contains(l.Text, origin+"/unsubscribe/") {
				t.Errorf("%q is stopped by %q and says %s", l.Subject, l.Unsubscribe, l.Text)
			}
		}
		if l := letters[2]; !strings.HasPrefix(l.Unsubscribe, origin+"/unsubscribe/") {
			t.Errorf("another site's address stops it: %q", l.Unsubscribe)
		}
	})
}

func TestLettersAreInTheRecipientsLanguage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.otto, "message.new", 0, "Neues")
		w.tell(w.otto, "listing.decided", 0, "Entscheid")
		letters := w.post.take()
		for i, want := range [][]string{
			{"Guten Tag, Neues", origin + "/somewhere", "«Neue Nachrichten»", "Keine E-Mails dieser Art mehr: " + origin + "/unsubscribe/"},
			{"Guten Tag, Entscheid", "lässt sich deshalb nicht abstellen"},
		} {
			for _, words := range want {
				if !strings.Contains(letters[i].Text, words) {
					t.Errorf("%q is not in %s", words, letters[i].Text)
				}
			}
		}
		if letters[0].Unsubscribe == "" || letters[1].Unsubscribe != "" {
			t.Errorf("unsubscribe: %q for a service, %q for a duty", letters[0].Unsubscribe, letters[1].Unsubscribe)
		}
	})
}

func TestHostileWordsMakeOneLine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 0, "Hello\r\nBcc: all@example.org\x00 "+strings.Repeat("long ", 100))
		l := w.post.take()[0]
		if strings.ContainsAny(l.Subject, "\r\n\x00") || len([]rune(l.Subject)) > 200 {
			t.Errorf("the subject is %q", l.Subject)
		}
		if strings.ContainsAny(l.Text, "\r\x00") {
			t.Errorf("the text is %q", l.Text)
		}
		w.tell(w.mina, "message.new", 0, "Hi", func(a *account.Alert) { a.Sender, a.Href = "Eve\r\nBcc: x@example.org", "https://evil.example/" })
		if l := w.post.take()[0]; l.Sender != "Eve Bcc: x@example.org" || strings.Contains(l.Text, "evil.example") {
			t.Errorf("the letter is %+v", l)
		}
		w.tell(w.mina, "message.new", 0, "<script>alert(1)</script>")
		w.get("Mina", "/account/alerts").want(t, 200, "&lt;script&gt;").without(t, "<script>alert")
	})
}

func TestAlertsPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get("", "/account/alerts").wantTo(t, "/sign-in?next=%2Faccount%2Falerts")
		w.get("Mina", "/account/alerts").want(t, 200, "Nothing has happened yet")
		for i := range 35 {
			w.tell(w.mina, "follow.price_drop", value.ID(i+1), "price "+string(rune('A'+i)))
		}
		first := w.get("Mina", "/account/alerts").want(t, 200, "Mark all as read", "Older")
		if got := strings.Count(first.body, "unseen-alert"); got != 30 {
			t.Errorf("%d lines on the first page, want 30", got)
		}
		second := w.get("Mina", after(t, first.body, `href="`, "/account/alerts?after=")).want(t, 200, "price A", "Newest")
		if got := strings.Count(second.body, "unseen-alert"); got != 5 {
			t.Errorf("%d lines on the second page, want 5", got)
		}
		one := after(t, second.body, `href="`, "/account/alerts/alt_")
		w.get("Otto", one).want(t, http.StatusNotFound)
		if got := w.unseen(w.mina); got != 35 {
			t.Errorf("%d unseen after a stranger's try", got)
		}
		w.get("Mina", one).wantTo(t, "/somewhere")
		if got := w.unseen(w.mina); got != 34 {
			t.Errorf("%d unseen, want 34", got)
		}
		w.send("Mina", "/account/alerts/seen").wantTo(t, "/account/alerts")
		if got := w.unseen(w.mina); got != 0 {
			t.Errorf("%d unseen, want none", got)
		}
		w.get("Mina", "/account/alerts").want(t, 200).without(t, "unseen-alert", "Mark all as read")
		for _, path := range []string{"/account/alerts?after=x", "/account/alerts?after=99999999999999999999.alt_1", "/account/alerts?after=-5.alt_2"} {
			w.get("Mina", path).want(t, 200)
		}
		for _, path := range []string{"/account/alerts/alt_", "/account/alerts/acc_1", "/account/alerts/alt_zzzz"} {
			if status := w.get("Mina", path).StatusCode; status != 404 && status != 422 && status != 400 {
				t.Errorf("%s: %d", path, status)
			}
		}
	})
}

// An alert that came after the page was read is not marked by its button.
func TestMarkAllLeavesWhatCameLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 1, "early")
		shown := w.get("Mina", "/account/alerts")
		until := before(t, after(t, shown.body, `name="until" value="`, ""), `"`)
		w.clock.pass(time.Second)
		w.tell(w.mina, "message.new", 2, "late")
		w.send("Mina", "/account/alerts/seen", "until", until).wantTo(t, "/account/alerts")
		if got := w.unseen(w.mina); got != 1 {
			t.Errorf("%d unseen, want the late one", got)
		}
	})
}

func TestUnknownKindIsAMistakeOfTheProgram(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		err := w.tryWrite(func(tx *db.Tx) error {
			return w.desk.Tell(tx, account.Alert{To: w.mina.ID, Kind: "no.such"})
		})
		if err == nil || !strings.Contains(err.Error(), "no.such") {
			t.Errorf("got %v", err)
		}
	})
}

func TestOldAlertsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 1, "old")
		w.clock.pass(80 * 24 * time.Hour)
		w.tell(w.mina, "message.new", 2, "newer")
		w.work()
		w.get("Mina", "/account/alerts").want(t, 200, "old", "newer")
		w.clock.pass(20 * 24 * time.Hour)
		w.work()
		w.get("Mina", "/account/alerts").want(t, 200, "newer").without(t, ">old<")
	})
}

// after is what stands behind a mark, beginning with begins, up to the end of the attribute.
func after(t testing.TB, body, mark, begins string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, mark+begins)
	if !found {
		t.Fatalf("%q is not on the page: %s", mark+begins, main(body))
	}
	return strings.ReplaceAll(before(t, begins+rest, `"`), "&amp;", "&")
}

func before(t testing.TB, text, mark string) string {
	t.Helper()
	text, _, found := strings.Cut(text, mark)
	if !found {
		return text
	}
	return text
}
