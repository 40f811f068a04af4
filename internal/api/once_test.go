package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// counter adds an operation that logs a change each time it takes effect.
func (w *world) counter() *atomic.Int64 {
	var effects atomic.Int64
	w.probe("POST", func(rw http.ResponseWriter, r *http.Request) error {
		body, err := ReadBody(r)
		if err != nil {
			return err
		}
		return w.api.Write(rw, r, body, "bike.create", func(tx *db.Tx) (Answer, error) {
			id := tx.NewID()
			tx.Log(db.Change{Object: "bike", Record: id, Diff: json.RawMessage(body)})
			tx.After(func() { effects.Add(1) })
			answer, err := AnswerJSON(http.StatusCreated, map[string]string{"id": id.Text("bik")})
			answer.Header["Location"] = Path + "/bikes/" + id.Text("bik")
			return answer, err
		})
	})
	return &effects
}

func TestSameKeySameAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		effects := w.counter()
		secret, other := w.secret("changes:read"), w.secret("changes:read")
		first := w.do("POST", "/probe", secret, `{"a":1}`, keyHeader, `"k-1"`).want(201)
		again := w.do("POST", "/probe", secret, `{"a":1}`, keyHeader, "k-1").want(201)
		if again.Body != first.Body || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%+v, then %+v", first, again)
		}
		if first.Header.Get("Idempotency-Replayed") != "" {
			t.Error("the first answer is marked as a repetition")
		}
		w.do("POST", "/probe", secret, `{"a":2}`, keyHeader, "k-1").problem(422, "another request")
		w.do("POST", "/probe?x=1", secret, `{"a":1}`, keyHeader, "k-1").problem(422)
		w.do("POST", "/probe", other, `{"a":1}`, keyHeader, "k-1").want(201) // a key belongs to its token
		w.do("POST", "/probe", secret, `{"a":1}`).want(201)
		if effects.Load() != 3 {
			t.Errorf("%d effects, want 3", effects.Load())
		}
		w.clock.add(25 * time.Hour)
		w.do("POST", "/probe", secret, `{"a":2}`, keyHeader, "k-1").want(201)
		if effects.Load() != 4 {
			t.Errorf("%d effects, want 4", effects.Load())
		}
	})
}

func TestKeysThatAreNone(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.counter()
		secret := w.secret("changes:read")
		for _, key := range []string{`""`, " ", "a b", "ä", `a"b`, "a\tb", "x\x7f", strings.Repeat("k", 256)} {
			w.do("POST", "/probe", secret, "{}", keyHeader, key).problem(http.StatusBadRequest)
		}
	})
}

// Sixteen requests with one key at a time, over two processes: two APIs know nothing of each other's work, so only the
// database decides.
func TestOneEffectAmongMany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		first := w.counter()
		routers := []http.Handler{w.router}
		w.serve(Config{})
		second := w.counter()
		routers = append(routers, w.router)
		var ids sync.Map
		var busy atomic.Int64
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), "POST", address+Path+"/probe", strings.NewReader(`{"a":1}`))
				r.Header.Set("Authorization", "Bearer "+secret)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set(keyHeader, "the-key")
				rec := httptest.NewRecorder()
				routers[i%2].ServeHTTP(rec, r)
				switch rec.Code {
				case 201:
					ids.Store(rec.Body.String(), true)
				case 409:
					busy.Add(1)
				default:
					t.Errorf("%d %s", rec.Code, rec.Body)
				}
			})
		}
		all.Wait()
		answers := 0
		ids.Range(func(any, any) bool { answers++; return true })
		if first.Load()+second.Load() != 1 || answers != 1 {
			t.Errorf("%d effects, %d different answers, %d told to wait", first.Load()+second.Load(), answers, busy.Load())
		}
	})
}

func TestInProgress(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		began, go_ := make(chan bool), make(chan bool)
		w.probe("POST", func(rw http.ResponseWriter, r *http.Request) error {
			leave, err := w.api.flights.enter(w.Site.Slug, Key{Token: CallerFrom(r.Context()).Token, Text: r.Header.Get(keyHeader)})
			if err != nil {
				return err
			}
			defer leave()
			close(began)
			<-go_
			return nil
		})
		secret := w.secret("changes:read")
		var all sync.WaitGroup
		all.Go(func() { w.do("POST", "/probe", secret, "{}", keyHeader, "slow") })
		<-began
		a := w.do("POST", "/probe", secret, "{}", keyHeader, "slow")
		a.problem(http.StatusConflict, "being worked on")
		if a.Header.Get("Retry-After") != "1" {
			t.Errorf("%v", a.Header)
		}
		close(go_)
		all.Wait()
	})
}

func TestFailedEffectKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		fails := true
		w.probe("POST", func(rw http.ResponseWriter, r *http.Request) error {
			return w.api.Write(rw, r, nil, "bike.create", func(tx *db.Tx) (Answer, error) {
				tx.Log(db.Change{Object: "bike", Record: 7, Diff: "x"})
				if fails {
					return Answer{}, errors.New("the disk is full")
				}
				return Answer{Status: 204}, nil
			})
		})
		secret := w.secret("changes:read")
		w.do("POST", "/probe", secret, "", keyHeader, "k").problem(500)
		fails = false
		w.do("POST", "/probe", secret, "", keyHeader, "k").want(204)
		fails = true
		if a := w.do("POST", "/probe", secret, "", keyHeader, "k").want(204); a.Header.Get("Idempotency-Replayed") == "" {
			t.Error("it was not kept")
		}
	})
}

func TestUnchangedIsKeptToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		runs := 0
		w.probe("POST", func(rw http.ResponseWriter, r *http.Request) error {
			return w.api.Write(rw, r, nil, "bike.update", func(*db.Tx) (Answer, error) {
				runs++
				return Answer{Status: 200, Unchanged: true, Body: []byte("{}")}, nil
			})
		})
		secret := w.secret("changes:read")
		w.do("POST", "/probe", secret, "", keyHeader, "k").want(200)
		w.do("POST", "/probe", secret, "", keyHeader, "k").want(200)
		if runs != 1 {
			t.Errorf("it ran %d times", runs)
		}
	})
}

func TestPurge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.counter()
		secret := w.secret("changes:read")
		w.do("POST", "/probe", secret, "{}", keyHeader, "old").want(201)
		w.clock.add(25 * time.Hour)
		w.do("POST", "/probe", secret, "{}", keyHeader, "new").want(201)
		w.runJobs()
		w.read(func(tx *db.Tx) error {
			left, err := db.All(tx, db.Column[string], "select key from api_idempotency")
			if len(left) != 1 || left[0] != "new" {
				t.Errorf("%v are left", left)
			}
			return err
		})
	})
}

func TestKeyIsBoundToItsRevision(t *testing.T) {
	t.Parallel()
	request := func(match string) *http.Request {
		r := httptest.NewRequest("PATCH", "/x", nil)
		r.Header.Set(keyHeader, "k")
		r.Header.Set("If-Match", match)
		return r.WithContext(WithCaller(r.Context(), Caller{Token: value.ID(5)}))
	}
	one, err := KeyOf(request(`"1"`), nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := KeyOf(request(`"2"`), nil)
	if err != nil || one.hash == two.hash || one.Token != 5 {
		t.Errorf("%v %v %v", one, two, err)
	}
}
