package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestRetries(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "*")
		r.answer(500)
		w.log("bike.update", "bike", 1)
		w.attend()
		first := r.take()
		for i, pause := range pauses {
			if i > 5 {
				break // 5 days of failing would disable it before the last one in this test's steps
			}
			w.attend()
			if early := r.take(); len(early) != 0 {
				t.Fatalf("attempt %d came early", i+2)
			}
			w.clock.add(pause + pause/10)
			w.attend()
			got := r.take()
			if len(got) != 1 || got[0].id != first[0].id || string(got[0].body) != string(first[0].body) {
				t.Fatalf("attempt %d: %+v", i+2, got)
			}
		}
		d := w.deliveries(h.ID)[0]
		if d.State != Waiting || d.Attempts != 7 || d.Error != "the receiver answered 500" || d.Status != 500 {
			t.Errorf("%+v", d)
		}
		r.answer(204)
		w.clock.add(16 * time.Hour)
		w.attend()
		if d := w.deliveries(h.ID)[0]; d.State != Delivered || d.Attempts != 8 || d.Error != "" {
			t.Errorf("%+v", d)
		}
		if h := w.found(h.ID); h.Failures != 0 || !h.Failing.IsZero() {
			t.Errorf("%+v", h)
		}
	})
}

func TestDeliveryFailsForGood(t *testing.T) {
	t.Parallel()
	d := Delivery{State: Waiting}
	var waits time.Duration
	at := time.Now()
	for d.State == Waiting {
		d.Attempts++
		if d = d.again(at); d.State == Waiting {
			waits += d.Next.Sub(at)
		}
	}
	if d.Attempts != len(pauses)+1 || waits < 75*time.Hour || waits > 84*time.Hour {
		t.Errorf("%d attempts in %s", d.Attempts, waits)
	}
}

// A receiver that is down is asked once and rests, however much waits for it; another is told meanwhile.
func TestReceiverThatIsDown(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, down *receiver) {
		up := newReceiver(t)
		h, _ := w.hook(down, "*")
		w.hook(up, "*")
		down.answer(503)
		w.log("bike.update", "bike", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		w.attend()
		if got := len(down.take()); got != 1 {
			t.Errorf("asked %d times", got)
		}
		if got := len(up.take()); got != 10 {
			t.Errorf("the other got %d", got)
		}
		down.answer(200)
		w.clock.add(6 * time.Second)
		w.attend()
		if got := len(down.take()); got != 10 {
			t.Errorf("after its rest it got %d", got)
		}
		if h := w.found(h.ID); h.Failures != 0 {
			t.Errorf("%+v", h)
		}
	})
}

func TestDisabledAfterFiveDays(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "*")
		r.answer(500)
		w.log("bike.update", "bike", 1)
		w.attend()
		w.clock.add(5*24*time.Hour + time.Hour)
		w.log("bike.update", "bike", 2)
		w.attend()
		now := w.found(h.ID)
		if now.State != WebhookDisabled || !strings.Contains(now.Reason, "nothing has arrived since") {
			t.Fatalf("%+v", now)
		}
		w.read(func(tx *db.Tx) error {
			letters, err := mail.Messages(tx, 10)
			if err == nil && (len(letters) != 1 || letters[0].To != w.ada.Email || !strings.Contains(letters[0].Text, "shop") || !strings.Contains(letters[0].Subject, "switched off")) {
				t.Errorf("%+v", letters)
			}
			return err
		})
		history := sitetest.History(t, w.Site, webhookObject, h.ID)
		if last := history[len(history)-1]; last.Action != "webhook.disable" || last.Actor != "system:webhook" {
			t.Errorf("%+v", last)
		}
		r.take()
		w.log("bike.update", "bike", "while it was off")
		w.attend()
		if got := r.take(); len(got) != 0 {
			t.Errorf("told while off: %q", types(got))
		}
		// Switched on again, it can have what it missed.
		r.answer(200)
		on := true
		_, err := w.api.EditWebhook(t.Context(), w.Site, operator, h.ID, 0, WebhookEdit{Active: &on})
		w.ok(err)
		w.ok(w.api.ReplaySince(t.Context(), w.Site, operator, h.ID, w.clock.Now().Add(-6*24*time.Hour)))
		w.attend()
		w.attend()
		seen := map[string]int{}
		for _, m := range r.take() {
			seen[string(m.Data.Diff)]++
		}
		if seen[`"while it was off"`] != 1 || seen["1"] == 0 || seen["2"] == 0 {
			t.Errorf("%v", seen)
		}
	})
}

func TestGoneDisables(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "*")
		r.answer(http.StatusGone)
		w.log("bike.update", "bike", 1)
		w.attend()
		if now := w.found(h.ID); now.State != WebhookDisabled || !strings.Contains(now.Reason, "410") {
			t.Errorf("%+v", now)
		}
		r.answer(200)
		r.take()
		on := true
		_, err := w.api.EditWebhook(t.Context(), w.Site, operator, h.ID, 0, WebhookEdit{Active: &on})
		w.ok(err)
		w.clock.add(time.Minute)
		w.attend()
		if got := r.take(); len(got) != 1 || string(got[0].Data.Diff) != "1" {
			t.Errorf("what waited was not sent: %+v", got)
		}
	})
}

func TestReplayOfOne(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "*")
		w.log("bike.update", "bike", 1, 2)
		w.attend()
		first := r.take()
		_, err := w.api.ReplayDelivery(t.Context(), w.Site, operator, h.ID, w.deliveries(h.ID)[1].ID)
		w.ok(err)
		w.attend()
		if got := r.take(); len(got) != 1 || got[0].id != first[1].id {
			t.Errorf("%+v", got)
		}
		_, err = w.api.ReplayDelivery(t.Context(), w.Site, operator, h.ID+1, w.deliveries(h.ID)[1].ID)
		wantKind(t, err, value.NotFound, "")
	})
}

// A replay finds its beginning in a long log.
func TestReplaySince(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "bike.*")
		for i := range 10 {
			w.log("bike.update", "bike", i)
			w.clock.add(time.Minute)
		}
		w.attend()
		if got := len(r.take()); got != 10 {
			t.Fatalf("%d", got)
		}
		w.ok(w.api.ReplaySince(t.Context(), w.Site, operator, h.ID, w.clock.Now().Add(-210*time.Second)))
		w.attend()
		w.attend()
		var diffs []string
		for _, m := range r.take() {
			diffs = append(diffs, string(m.Data.Diff))
		}
		if slices.Sort(diffs); !slices.Equal(diffs, []string{"7", "8", "9"}) {
			t.Errorf("%v", diffs)
		}
		wantKind(t, w.api.ReplaySince(t.Context(), w.Site, operator, h.ID, w.clock.Now().Add(-31*24*time.Hour)), value.Invalid, "since")
		wantKind(t, w.api.ReplaySince(t.Context(), w.Site, operator, h.ID, w.clock.Now().Add(time.Hour)), value.Invalid, "since")
	})
}

func TestPing(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, secret := w.hook(r, "bike.created")
		d, err := w.api.Ping(t.Context(), w.Site, operator, h.ID)
		w.ok(err)
		got := r.take()
		if d.State != Delivered || d.Status != 200 || len(got) != 1 || got[0].Type != "ping" || !got[0].verify(secret) {
			t.Errorf("%+v %+v", d, got)
		}
		r.Close()
		d, err = w.api.Ping(t.Context(), w.Site, operator, h.ID)
		w.ok(err)
		if d.State != Failed || d.Error == "" || strings.Contains(d.Error, r.URL) {
			t.Errorf("%+v", d)
		}
	})
}

// What was erased between the change and its delivery is not sent.
func TestErasedIsNotSent(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		w.serve(Config{Loopback: true, Sight: func(*site.Site) Sight { return Sights{"bike": erasable{}} }})
		h, _ := w.hook(r, "*")
		r.answer(500)
		var record value.ID
		w.write("bike.create", func(tx *db.Tx) error {
			record = tx.NewID()
			tx.Log(db.Change{Object: "bike", Record: record, Diff: "somebody's name"})
			return nil
		})
		w.attend()
		w.write("bike.erase", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "mail", Record: record, Diff: "erased"})
			_, err := change.Erase(tx, "bike", record)
			return err
		})
		r.answer(200)
		w.clock.add(time.Minute)
		w.attend()
		got := r.take()
		if len(got) != 2 || !strings.Contains(string(got[0].body), "somebody's name") || strings.Contains(string(got[1].body), "somebody's name") {
			t.Errorf("%d messages, the last %s", len(got), got[len(got)-1].body)
		}
		for _, d := range w.deliveries(h.ID) {
			if strings.Contains(fmt.Sprintf("%+v", d), "somebody") {
				t.Errorf("the log of deliveries keeps %+v", d)
			}
		}
	})
}

type erasable struct{ plainSight }

// A webhook tells what its owner may see at the time of sending, and nothing when the owner is suspended.
func TestWebhookActsForItsOwner(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "*")
		w.staff("eve@example.org", account.Admin)
		r.answer(500)
		w.log("bike.update", "bike", 1)
		w.attend()
		r.take()
		w.write("t", func(tx *db.Tx) error { return account.Suspend(tx, w.ada.ID, "left") })
		r.answer(200)
		w.log("bike.update", "bike", 2)
		w.clock.add(time.Minute)
		w.attend()
		if got := r.take(); len(got) != 0 {
			t.Errorf("told: %q", types(got))
		}
		if all := w.deliveries(h.ID); len(all) != 1 || all[0].State != Failed || !strings.Contains(all[0].Error, "may not see") {
			t.Errorf("%+v", all)
		}
	})
}

// A replay that overtakes the reader leaves to it what it has not seen, so nothing is told twice or stuck.
func TestReplayBesideTheReader(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, _ := w.hook(r, "bike.*")
		began := w.clock.Now().Add(-time.Second)
		w.log("bike.update", "bike", 1)
		w.attend()
		r.take()
		w.log("bike.update", "bike", 2)
		w.ok(w.api.ReplaySince(t.Context(), w.Site, operator, h.ID, began))
		w.runJobs()
		w.attend()
		w.attend()
		var diffs []string
		for _, m := range r.take() {
			diffs = append(diffs, string(m.Data.Diff))
		}
		if slices.Sort(diffs); !slices.Equal(diffs, []string{"1", "2"}) {
			t.Errorf("%v", diffs)
		}
	})
}
