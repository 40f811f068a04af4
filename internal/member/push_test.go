package member_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
	"fairground/internal/push/pushtest"
)

// told is what a device showed.
type told struct{ Title, Text, Href, Tag, Lang string }

func (w *world) shown(b *pushtest.Browser) []told {
	w.Helper()
	var all []told
	for _, m := range b.Take() {
		var one told
		w.ok(json.Unmarshal([]byte(m.Payload), &one))
		all = append(all, one)
	}
	return all
}

// push sends the pushes that are due.
func (w *world) push() {
	w.Helper()
	for range 20 {
		n, err := w.caller.RunDue(context.Background())
		w.ok(err)
		if n == 0 {
			return
		}
	}
	w.Fatal("the pushes do not end")
}

func (w *world) adds(as string, b *pushtest.Browser) page {
	w.Helper()
	return w.send(as, "/account/devices", "endpoint", b.Endpoint, "p256dh", b.P256dh, "auth", b.Auth)
}

func (w *world) wants(a account.Account, kind string, wanted bool) {
	w.Helper()
	w.write(func(tx *db.Tx) error { return w.desk.Prefer(tx, a.ID, kind, member.Push, wanted) })
}

func (w *world) devices(a account.Account) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Column[int], "select count(*) from member_push where account = $1", a.ID)
		return err
	})
	return n
}

func TestADeviceIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.tell(w.mina, "message.new", 1, "Before")
		w.push()
		w.adds("Mina", phone).wantTo(t, "/account/preferences")
		w.tell(w.mina, "message.new", 2, "Otto asks: is the bicycle still there?")
		w.tell(w.mina, "follow.price_drop", 3, "A lower price")
		w.tell(w.mina, "listing.decided", 4, "Your listing is live")
		w.tell(w.otto, "message.new", 5, "Not for Mina")
		w.push()
		got := w.shown(phone)
		if len(got) != 1 || got[0].Title != "Otto asks: is the bicycle still there?" || got[0].Text != w.Site.Settings().Name+" · New messages" || got[0].Lang != "en" {
			t.Fatalf("shown: %+v", got)
		}
		w.get("Mina", got[0].Href).wantTo(t, "/somewhere")
		w.get("Otto", got[0].Href).want(t, http.StatusNotFound)
		w.wants(w.mina, "follow.price_drop", true)
		w.wants(w.mina, "message.new", false)
		w.tell(w.mina, "message.new", 6, "Another")
		w.tell(w.mina, "follow.price_drop", 7, "A lower price")
		w.push()
		if got := w.shown(phone); len(got) != 1 || got[0].Title != "A lower price" {
			t.Errorf("shown: %+v", got)
		}
		rows := w.history("member_push", w.mina.ID)
		if len(rows) != 1 || strings.Contains(rows[0].Diff, phone.Endpoint) || strings.Contains(rows[0].Diff, phone.Auth) {
			t.Errorf("the log has %+v", rows)
		}
	})
}

// What people decided before their first device stays as they decided it.
func TestTheFirstDeviceSwitchesOnWhatWasOpen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get("Mina", "/account/preferences").want(t, 200, "Tell me on this device", `name="push:message.new" value="yes" aria-label`)
		w.wants(w.mina, "message.new", true)
		w.wants(w.mina, "message.new", false)
		w.adds("Mina", w.service.Subscribe())
		w.get("Mina", "/account/preferences").want(t, 200, `name="push:message.new" value="yes" aria-label`, `name="push:member.export_ready" value="yes" checked`)
		w.wants(w.mina, "member.export_ready", false)
		w.adds("Mina", w.service.Subscribe())
		w.get("Mina", "/account/preferences").want(t, 200, `name="push:member.export_ready" value="yes" aria-label`)
		w.send("Mina", "/account/preferences", "kind", "message.new", "push:message.new", "yes")
		w.get("Mina", "/account/preferences").want(t, 200, `name="push:message.new" value="yes" checked`)
		err := w.tryWrite(func(tx *db.Tx) error { return w.desk.Prefer(tx, w.mina.ID, "listing.decided", member.Push, true) })
		if err == nil {
			t.Error("a duty can be pushed")
		}
	})
}

func TestPushesAboutTheSameAreBundled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		for _, subject := range []string{"one", "two", "three"} {
			w.tell(w.mina, "message.new", 5, subject)
			w.push()
		}
		first := phone.Take()
		if len(first) != 1 || !strings.Contains(first[0].Payload, `"one"`) || first[0].Header.Get("Urgency") != "normal" || first[0].Header.Get("TTL") != "86400" {
			t.Fatalf("shown: %+v", first)
		}
		w.clock.pass(11 * time.Minute)
		w.push()
		second := phone.Take()
		if len(second) != 1 || !strings.Contains(second[0].Payload, `"three"`) || second[0].Header.Get("Topic") != first[0].Header.Get("Topic") {
			t.Fatalf("shown: %+v", second)
		}
		if topic := first[0].Header.Get("Topic"); topic == "" || strings.Contains(topic, "message") {
			t.Errorf("the push service reads %q", topic)
		}
		for range 3 { // a conversation is told each by each, and at once
			w.tell(w.mina, "message.new", 9, "hello", func(a *account.Alert) { a.ReplyTo = "c1@reply.example" })
			w.push()
		}
		if got := phone.Take(); len(got) != 3 || got[0].Header.Get("Urgency") != "high" {
			t.Errorf("shown: %+v", got)
		}
	})
}

// An alert that was seen before its push was due is not shown; the next about the same is.
func TestWhatWasSeenIsNotPushed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		w.tell(w.mina, "message.new", 5, "one")
		w.push()
		w.tell(w.mina, "message.new", 5, "two")
		w.write(func(tx *db.Tx) error { return member.Saw(tx, w.mina.ID, "message.new", 5) })
		w.tell(w.mina, "message.new", 5, "three")
		w.clock.pass(11 * time.Minute)
		w.push()
		if got := w.shown(phone); len(got) != 2 || got[0].Title != "one" || got[1].Title != "three" {
			t.Errorf("shown: %+v", got)
		}
		w.tell(w.mina, "message.new", 6, "four")
		w.wants(w.mina, "message.new", false)
		w.tell(w.mina, "follow.price_drop", 7, "five")
		w.push()
		if got := w.shown(phone); len(got) != 0 {
			t.Errorf("shown: %+v", got)
		}
	})
}

func TestDevicesThatAreOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.adds("Mina", w.service.Subscribe())
		w.service.Answer(http.StatusServiceUnavailable)
		w.tell(w.mina, "message.new", 1, "away")
		w.push()
		if w.devices(w.mina) != 1 {
			t.Fatal("a service that was away ended the device")
		}
		w.service.Answer(http.StatusGone)
		w.clock.pass(time.Hour)
		w.push()
		if w.devices(w.mina) != 0 {
			t.Error("a device that is gone is kept")
		}
		w.adds("Mina", w.service.Subscribe())
		w.service.Answer(http.StatusForbidden)
		for i := range 5 {
			if w.devices(w.mina) != 1 {
				t.Fatalf("ended after %d refusals", i)
			}
			w.tell(w.mina, "message.new", 0, "refused")
			w.push()
		}
		if w.devices(w.mina) != 0 {
			t.Error("a device that is refused for ever is kept")
		}
	})
}

func TestOwnersEndAndTryTheirDevices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		shown := w.get("Mina", "/account/preferences").want(t, 200, "Send a test").without(t, phone.Endpoint)
		test := after(t, shown.body, `action="`, "/account/devices/dev_")
		end := strings.TrimSuffix(test, "/test") + "/end"
		for _, path := range []string{test, end} {
			w.send("Otto", path).want(t, http.StatusNotFound)
			w.send("", path).want(t, http.StatusUnauthorized)
			w.do("POST", "Mina", path, nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
		}
		w.push()
		if got := w.shown(phone); len(got) != 0 {
			t.Fatalf("a stranger had it show %+v", got)
		}
		w.send("Mina", test).wantTo(t, "/account/preferences")
		w.push()
		if got := w.shown(phone); len(got) != 1 || got[0].Title != w.Site.Settings().Name || got[0].Href != "/account/preferences" {
			t.Errorf("shown: %+v", got)
		}
		w.send("Mina", end).wantTo(t, "/account/preferences")
		w.send("Mina", end).want(t, http.StatusNotFound)
		w.tell(w.mina, "message.new", 1, "late")
		w.push()
		if got := w.shown(phone); len(got) != 0 {
			t.Errorf("shown after the end: %+v", got)
		}
	})
}

func TestSubscriptionsThatAreAttacks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		other := w.service.Subscribe()
		stolen := []string{"endpoint", phone.Endpoint, "p256dh", other.P256dh, "auth", other.Auth}
		w.send("Otto", "/account/devices", stolen...).want(t, http.StatusConflict)
		for _, endpoint := range []string{"", "https://10.0.0.1/x", "https://169.254.169.254/x", "https://intranet/x", "https://localhost.example@10.0.0.1/x",
			"https://push.example.org:25/x", "javascript:alert(1)", "https://push.example.org/" + strings.Repeat("x", 1000)} {
			w.send("Otto", "/account/devices", "endpoint", endpoint, "p256dh", other.P256dh, "auth", other.Auth).want(t, http.StatusUnprocessableEntity, "handed over nothing")
		}
		w.send("Otto", "/account/devices", "endpoint", other.Endpoint, "p256dh", strings.Repeat("A", 10_000), "auth", other.Auth).want(t, http.StatusUnprocessableEntity)
		w.send("Otto", "/account/devices", "endpoint", other.Endpoint, "p256dh", strings.Repeat("A", 40_000), "auth", other.Auth).want(t, http.StatusRequestEntityTooLarge)
		w.adds("", other).want(t, http.StatusUnauthorized)
		form := map[string][]string{"endpoint": {other.Endpoint}, "p256dh": {other.P256dh}, "auth": {other.Auth}}
		w.do("POST", "Otto", "/account/devices", form, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
		if w.devices(w.otto) != 0 || w.devices(w.mina) != 1 {
			t.Errorf("Otto has %d devices, Mina %d", w.devices(w.otto), w.devices(w.mina))
		}
		for range 9 {
			w.adds("Mina", w.service.Subscribe()).wantTo(t, "/account/preferences")
		}
		w.adds("Mina", w.service.Subscribe()).want(t, http.StatusConflict, "ten devices")
		w.adds("Mina", phone).wantTo(t, "/account/preferences")
	})
}

// A shared browser tells whoever asked last, and nobody else any more.
func TestABrowserBelongsToWhoPressedLast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shared := w.service.Subscribe()
		w.adds("Mina", shared)
		w.tell(w.mina, "message.new", 1, "for Mina, late")
		w.adds("Otto", shared)
		w.tell(w.mina, "message.new", 2, "for Mina")
		w.tell(w.otto, "message.new", 3, "for Otto")
		w.push()
		if got := w.shown(shared); len(got) != 1 || got[0].Title != "for Otto" || !strings.HasSuffix(got[0].Text, "Neue Nachrichten") || got[0].Lang != "de-CH" {
			t.Errorf("shown: %+v", got)
		}
	})
}

func TestDevicesGoWithTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		var exported any
		w.read(func(tx *db.Tx) error {
			return member.OwnEstate{}.Export(tx, w.mina.ID, func(name string, rows any) error {
				if name == "devices" {
					exported = rows
				}
				return nil
			})
		})
		if text, _ := json.Marshal(exported); !strings.Contains(string(text), phone.Endpoint) || strings.Contains(string(text), phone.Auth) {
			t.Errorf("exported: %s", text)
		}
		w.tell(w.mina, "message.new", 1, "too late")
		w.write(func(tx *db.Tx) error { return member.OwnEstate{}.Erase(tx, w.mina.ID, func(_, _, _ string) {}) })
		w.push()
		if got := w.shown(phone); len(got) != 0 || w.devices(w.mina) != 0 {
			t.Errorf("shown: %+v, with %d devices", got, w.devices(w.mina))
		}
	})
}

// A device ends with the session in which it was added: after signing out there, nothing is shown.
func TestADeviceEndsWithItsSession(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec("update member_push set session = 'AAAA' where account = $1", w.mina.ID)
			return err
		})
		w.get("Mina", "/account/preferences").want(t, 200, "Tell me on this device").without(t, "Send a test")
		w.tell(w.mina, "message.new", 1, "after signing out")
		w.push()
		if got := w.shown(phone); len(got) != 0 || w.devices(w.mina) != 0 {
			t.Errorf("shown: %+v, with %d devices", got, w.devices(w.mina))
		}
	})
}

func TestNothingIsPushedToSuspendedAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := w.service.Subscribe()
		w.adds("Mina", phone)
		w.tell(w.mina, "message.new", 1, "queued before")
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec("update account set state = 'suspended' where id = $1", w.mina.ID)
			return err
		})
		w.tell(w.mina, "message.new", 2, "after")
		w.push()
		if got := w.shown(phone); len(got) != 0 {
			t.Errorf("shown: %+v", got)
		}
	})
}

func TestTheServiceWorkerIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	worker := w.get("", "/sw.js").want(t, 200, "notificationclick")
	if h := worker.Header; !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") || h.Get("Cache-Control") != "no-cache" || h.Get("ETag") == "" {
		t.Errorf("the header is %v", h)
	}
	if again := w.get("", "/sw.js", "If-None-Match", worker.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same worker is sent again: %d", again.StatusCode)
	}
	w.get("", "/offline").want(t, 200, "No connection")
	w.get("", "/offline", "Accept-Language", "de").want(t, 200, "Keine Verbindung")
}
