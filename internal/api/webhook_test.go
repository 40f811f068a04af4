package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// receiver takes messages and answers what it is told to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []message
}

type message struct {
	id, at, signature string
	body              []byte
	Event
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: 200}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		m := message{id: req.Header.Get("webhook-id"), at: req.Header.Get("webhook-timestamp"), signature: req.Header.Get("webhook-signature"), body: body}
		_ = json.Unmarshal(body, &m.Event)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, m)
		w.WriteHeader(r.status)
		fmt.Fprint(w, "thank you")
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// take returns what came since the last time.
func (r *receiver) take() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// verify checks a message as its receiver would, after the Standard Webhooks.
func (m message) verify(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 || !strings.HasPrefix(secret, "whsec_") {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + m.at + "."))
	mac.Write(m.body)
	return slices.Contains(strings.Split(m.signature, " "), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func types(all []message) string {
	var names []string
	for _, m := range all {
		names = append(names, m.Type)
	}
	return strings.Join(names, " ")
}

// hook makes a webhook of Ada's to a receiver.
func (w *world) hook(r *receiver, events ...string) (Webhook, string) {
	w.t.Helper()
	h, secret, err := w.api.MakeWebhook(w.t.Context(), w.Site, operator, WebhookDraft{Account: w.ada.ID, Name: "shop", URL: r.URL, Events: events})
	w.ok(err)
	return h, secret
}

func (w *world) found(id value.ID) (h Webhook) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) {
		h, err = FindWebhook(tx, id)
		return err
	})
	return h
}

func (w *world) deliveries(id value.ID) (all []Delivery) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = Deliveries(tx, id, "", 0, 1000)
		return err
	})
	slices.Reverse(all)
	return all
}

func eachHook(t *testing.T, test func(t *testing.T, w *world, r *receiver)) {
	each(t, func(t *testing.T, w *world) {
		w.serve(Config{Loopback: true})
		test(t, w, newReceiver(t))
	})
}

func TestWebhookIsTold(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		w.log("bike.create", "bike", "before it was made")
		w.clock.add(time.Second)
		h, secret := w.hook(r, "bike.created", "bike.deleted", "job_offer.*")
		w.clock.add(time.Second)
		w.log("bike.create", "bike", "one", "a secret")
		w.log("bike.update", "bike", "not wanted")
		w.log("job_offer.update", "job_offer", "two")
		w.log("mail.send", "mail", "unseen")
		w.attend()
		got := r.take()
		if types(got) != "bike.created job_offer.updated" {
			t.Fatalf("%q", types(got))
		}
		for _, m := range got {
			if !m.verify(secret) || m.verify("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32))) {
				t.Errorf("the signature of %s", m.Type)
			}
			at, err := strconv.ParseInt(m.at, 10, 64)
			if err != nil || w.clock.Now().Sub(time.Unix(at, 0)).Abs() > time.Minute || !strings.HasPrefix(m.id, "msg_") {
				t.Errorf("%+v", m)
			}
		}
		if string(got[0].Data.Diff) != `"one"` || got[0].Data.Object != "bike" || got[0].Data.Actor != "system" {
			t.Errorf("%+v", got[0].Event)
		}
		for _, d := range w.deliveries(h.ID) {
			if d.State != Delivered || d.Status != 200 || d.Excerpt != "thank you" || d.Attempts != 1 {
				t.Errorf("%+v", d)
			}
		}
		w.attend()
		if again := r.take(); len(again) != 0 {
			t.Errorf("told twice: %q", types(again))
		}
	})
}

func TestSecretIsNowhere(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		secret := w.secret("webhooks:write", "changes:read")
		body := `{"name": "shop", "url": "` + r.URL + `", "events": ["bike.*"]}`
		a := w.do("POST", "/webhooks", secret, body, keyHeader, "make").want(201)
		made := into[webhookShown](a)
		if !strings.HasPrefix(made.Secret, "whsec_") || a.Header.Get("Location") != Path+"/webhooks/"+made.ID {
			t.Errorf("%+v %v", made, a.Header)
		}
		again := into[webhookShown](w.do("POST", "/webhooks", secret, body, keyHeader, "make").want(201))
		if again.Secret != made.Secret || again.ID != made.ID {
			t.Errorf("repeated: %+v", again)
		}
		w.read(func(tx *db.Tx) error {
			kept, err := db.All(tx, db.Column[[]byte], "select body from api_idempotency")
			if len(kept) != 1 || strings.Contains(string(kept[0]), "whsec_") {
				t.Errorf("kept: %s", kept)
			}
			return err
		})
		if shown := w.do("GET", "/webhooks/"+made.ID, secret, "").want(200); strings.Contains(shown.Body, "whsec_") {
			t.Error("shown twice")
		}
		id, err := value.ParseID(WebhookKind, made.ID)
		w.ok(err)
		for _, row := range sitetest.History(t, w.Site, webhookObject, id) {
			if strings.Contains(row.Diff, "whsec_") {
				t.Error("the log has the secret")
			}
		}
	})
}

func TestRotation(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		h, old := w.hook(r, "*")
		_, new, err := w.api.RotateSecret(t.Context(), w.Site, operator, h.ID)
		w.ok(err)
		w.log("bike.update", "bike", 1)
		w.attend()
		if got := r.take(); len(got) != 1 || !got[0].verify(old) || !got[0].verify(new) || old == new {
			t.Errorf("on the day of the rotation: %+v", got)
		}
		w.clock.add(25 * time.Hour)
		w.log("bike.update", "bike", 2)
		w.attend()
		if got := r.take(); len(got) != 1 || got[0].verify(old) || !got[0].verify(new) {
			t.Errorf("a day later: %+v", got)
		}
	})
}

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
		w.clock.add(15 * time.Hour)
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

func TestWebhookRoutes(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		secret := w.secret("webhooks:write", "changes:read")
		made := into[webhookShown](w.do("POST", "/webhooks", secret, `{"name": "shop", "url": "`+r.URL+`", "events": ["bike.*"]}`).want(201))
		at := "/webhooks/" + made.ID
		tag := w.do("GET", at, secret, "").want(200).Header.Get("ETag")
		w.do("GET", at, secret, "", "If-None-Match", tag).want(http.StatusNotModified)
		w.do("PATCH", at, secret, `{"name": "store"}`).problem(http.StatusPreconditionRequired)
		changed := w.do("PATCH", at, secret, `{"name": "store"}`, "If-Match", tag).want(200, `"name":"store"`)
		stale := w.do("PATCH", at, secret, `{"name": "late"}`, "If-Match", tag)
		stale.problem(http.StatusPreconditionFailed, "revision 2")
		if stale.Header.Get("ETag") != changed.Header.Get("ETag") || stale.Header.Get("ETag") != `"2"` {
			t.Errorf("%v", stale.Header)
		}
		w.do("PATCH", at, secret, `{"name": "store"}`, "If-Match", "*", keyHeader, "same").want(200) // changes nothing
		w.do("PATCH", at, secret, `{"url": "https://10.0.0.1/"}`, "If-Match", "*").problem(422, "#/url")
		w.do("PATCH", at, secret, `{"events": ["Bike"]}`, "If-Match", "*").problem(422, "#/events")
		w.do("PATCH", at, secret, `{"condition": "price > 3"}`, "If-Match", "*").problem(422, "#/condition")
		w.do("POST", at+"/ping", secret, "").want(200, `"state":"delivered"`)
		w.log("bike.update", "bike", 1, 2, 3)
		w.attend()
		first := w.do("GET", at+"/deliveries?limit=3", secret, "").want(200)
		link := first.Header.Get("Link")
		next := strings.TrimPrefix(link[1:strings.IndexByte(link, '>')], Path)
		rest := into[deliveryList](w.do("GET", next, secret, "").want(200))
		if n := len(into[deliveryList](first).Deliveries); n != 3 || len(rest.Deliveries) != 1 || rest.Deliveries[0].Type != "ping" {
			t.Errorf("%d, then %+v", n, rest)
		}
		w.do("GET", strings.Replace(next, "limit", "state=failed&limit", 1), secret, "").problem(400, "cursor")
		w.do("GET", at+"/deliveries?state=odd", secret, "").problem(400)
		w.do("POST", at+"/replay", secret, `{"delivery": "`+into[deliveryList](first).Deliveries[0].ID+`"}`).want(202)
		w.do("POST", at+"/replay", secret, `{}`).problem(422)
		rotated := into[webhookShown](w.do("POST", at+"/rotation", secret, "").want(201))
		if rotated.Secret == made.Secret || rotated.Generation != 2 {
			t.Errorf("%+v", rotated)
		}
		w.do("GET", "/webhooks", secret, "").want(200, made.ID)
		w.do("DELETE", at, secret, "", "If-Match", `"1"`).problem(http.StatusPreconditionFailed)
		w.do("DELETE", at, secret, "").want(http.StatusNoContent)
		w.do("GET", at, secret, "").problem(http.StatusNotFound)
	})
}

// A token that may read little cannot make, or turn, a webhook that tells much.
func TestNarrowTokenMakesNoWideWebhook(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		body := func(events string) string {
			return `{"name": "shop", "url": "` + r.URL + `", "events": [` + events + `]}`
		}
		blind, narrow := w.secret("webhooks:write"), w.secret("webhooks:write", "records:read:bike")
		w.do("POST", "/webhooks", blind, body(`"bike.*"`)).problem(http.StatusForbidden, "changes:read:bike")
		w.do("POST", "/webhooks", narrow, body(`"*"`)).problem(http.StatusForbidden)
		w.do("POST", "/webhooks", narrow, body(`"bike.*", "job_offer.created"`)).problem(http.StatusForbidden)
		w.do("POST", "/webhooks", narrow, body(`"bike.created"`)).want(201)
		wide, _ := w.hook(r, "*")
		at := "/webhooks/" + wide.ID.Text(WebhookKind)
		w.do("PATCH", at, narrow, `{"url": "https://elsewhere.example.org/"}`, "If-Match", "*").problem(http.StatusForbidden)
		w.do("POST", at+"/rotation", narrow, "").problem(http.StatusForbidden)
		if got := w.found(wide.ID); got.URL != r.URL || got.generation != 1 {
			t.Errorf("%+v", got)
		}
		var left int
		w.read(func(tx *db.Tx) error {
			all, err := Webhooks(tx)
			left = len(all)
			return err
		})
		if left != 2 {
			t.Errorf("%d webhooks", left)
		}
	})
}

func TestWebhookStrictInProduction(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		_, _, err := w.api.MakeWebhook(t.Context(), w.Site, operator, WebhookDraft{Account: w.ada.ID, Name: "x", URL: r.URL, Events: []string{"*"}})
		wantKind(t, err, value.Invalid, "url")
		for _, events := range [][]string{nil, {"bike"}, {"bike.changed"}, {"*.created"}, {"bike.created\r\nX: y"}, slices.Repeat([]string{"*"}, 51)} {
			_, err := checkEvents(events)
			wantKind(t, err, value.Invalid, "events")
		}
	})
}

func TestEventsMatch(t *testing.T) {
	t.Parallel()
	h := Webhook{Events: []string{"bike.created", "person.*"}}
	for name, want := range map[string]bool{"bike.created": true, "bike.updated": false, "person.deleted": true, "bikes.created": false} {
		object, verb, _ := strings.Cut(name, ".")
		if got := h.wants(object, Verb(verb)); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
