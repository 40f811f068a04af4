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

	"fairground/internal/db"
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
	one(t, func(t *testing.T, w *world) {
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
