package member_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
)

func (w *world) mailsTo(a account.Account, kind string) bool {
	w.Helper()
	w.post.take()
	w.tell(a, kind, 0, "probe")
	return len(w.post.take()) == 1
}

func (w *world) unsubscribeOf(a account.Account, kind string) string {
	w.Helper()
	w.post.take()
	w.tell(a, kind, 0, "a mail")
	return strings.TrimPrefix(w.post.take()[0].Unsubscribe, origin)
}

func TestOneClickStopsTheMail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		link := w.unsubscribeOf(w.mina, "message.new")
		w.get("", link).want(t, 200, "Stop these mails", "New messages").without(t, "Mina", "mina@")
		if !w.mailsTo(w.mina, "message.new") {
			t.Fatal("opening the page stopped the mail; a program that looks into mails would, too")
		}
		// The click of a mail program: no session, no cookie, another origin.
		one := w.do("POST", "", link, map[string][]string{"List-Unsubscribe": {"One-Click"}}, "Origin", "https://mail.example", "Sec-Fetch-Site", "cross-site")
		one.want(t, 200, "Done.")
		if w.mailsTo(w.mina, "message.new") {
			t.Error("the mail still goes out")
		}
		if !w.mailsTo(w.otto, "message.new") || !w.mailsTo(w.mina, "listing.decided") {
			t.Error("more was stopped than the one kind of the one account")
		}
		w.send("", link).want(t, 200, "Done.")
		rows := w.history("member_preference", w.mina.ID)
		if len(rows) != 1 || rows[0].Action != "member.unsubscribe" || strings.Contains(rows[0].Diff, "@") {
			t.Errorf("the log has %+v", rows)
		}
		w.get("Mina", "/account/preferences").want(t, 200, `name="mail:message.new" value="yes" aria-label`)
	})
}

func TestUnsubscribeCannotBeMadeUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write(func(tx *db.Tx) error { return w.desk.Prefer(tx, w.mina.ID, "follow.price_drop", member.Mail, true) })
		minas, ottos := w.unsubscribeOf(w.mina, "message.new"), w.unsubscribeOf(w.otto, "message.new")
		prices := w.unsubscribeOf(w.mina, "follow.price_drop")
		seal := func(link string) string { return link[strings.LastIndexByte(link, '.')+1:] }
		head := strings.TrimSuffix(minas, seal(minas))
		zeros := base64.RawURLEncoding.EncodeToString(make([]byte, 18))
		for name, link := range map[string]string{
			"the seal of another account": head + seal(ottos), "the seal of another kind": head + seal(prices), "a guessed seal": head + zeros,
			"no seal": head, "half a seal": head + seal(minas)[:12], "a seal with more": minas + "AA", "an empty token": "/unsubscribe/x",
			"only dots": "/unsubscribe/...", "a duty": strings.Replace(minas, "message.new", "listing.decided", 1),
			"a kind that is not": strings.Replace(minas, "message.new", "message.old", 1), "padding": minas + "=",
		} {
			for _, method := range []string{"GET", "POST"} {
				if got := w.do(method, "", link, nil).StatusCode; got != http.StatusNotFound && got != http.StatusBadRequest {
					t.Errorf("%s %s: %d", method, name, got)
				}
			}
		}
		for _, kind := range []string{"message.new", "follow.price_drop"} {
			if !w.mailsTo(w.mina, kind) {
				t.Errorf("a made-up link stopped %s", kind)
			}
		}
	})
}

// A link of one site is worth nothing on another: each has its own key.
func TestUnsubscribeIsOfOneSite(t *testing.T) {
	t.Parallel()
	one, two := newWorld(t, db.SQLite), newWorld(t, db.SQLite)
	two.mina.ID = one.mina.ID
	link := one.unsubscribeOf(one.mina, "message.new")
	two.send("", link).want(t, http.StatusNotFound)
}

// Whether an account is still there is not said: the answer to a link of an erased account is the ordinary one.
func TestUnsubscribeTellsNothingOfAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		link := w.unsubscribeOf(w.mina, "message.new")
		w.write(func(tx *db.Tx) error { return accounts{}.Erase(tx, w.mina.ID, nil) })
		w.get("", link).want(t, 200, "Stop these mails")
		w.send("", link).want(t, 200, "Done.")
		if rows := w.history("member_preference", w.mina.ID); len(rows) != 0 {
			t.Errorf("a preference of nobody was written: %+v", rows)
		}
	})
}

func TestPreferencesPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shown := w.get("Mina", "/account/preferences").want(t, 200, "New messages", "always", `name="mail:message.new" value="yes" checked`)
		shown.without(t, `name="mail:follow.price_drop" value="yes" checked`, `name="mail:listing.decided"`, "not confirmed")
		w.get("Una", "/account/preferences").want(t, 200, "not confirmed yet")
		w.send("Mina", "/account/preferences", "kind", "message.new", "kind", "follow.price_drop",
			"site:message.new", "yes", "mail:follow.price_drop", "yes", "site:follow.price_drop", "yes").wantTo(t, "/account/preferences")
		if w.mailsTo(w.mina, "message.new") || !w.mailsTo(w.mina, "follow.price_drop") {
			t.Error("the preferences do not work")
		}
		w.get("Mina", "/account/preferences").want(t, 200, `name="mail:follow.price_drop" value="yes" checked`).
			without(t, `name="mail:message.new" value="yes" checked`)
		w.send("Mina", "/account/preferences", "kind", "listing.decided").want(t, http.StatusConflict)
		w.send("Mina", "/account/preferences", "kind", "no.such").want(t, http.StatusNotFound)
		if !w.mailsTo(w.mina, "listing.decided") {
			t.Error("a duty was switched off")
		}
		w.send("", "/account/preferences", "kind", "message.new").want(t, http.StatusUnauthorized)
		w.get("Otto", "/account/preferences", "Accept-Language", "de").want(t, 200, "Mitteilungen", "Neue Nachrichten", "Per E-Mail")
	})
}

func TestChangesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	for range 120 {
		w.send("Mina", "/account/preferences", "kind", "message.new", "mail:message.new", "yes", "site:message.new", "yes")
	}
	w.send("Mina", "/account/preferences", "kind", "message.new").want(t, http.StatusTooManyRequests)
	w.send("Otto", "/account/preferences", "kind", "message.new").wantTo(t, "/account/preferences")
}
