package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Answer is an answer that can be kept and given again.
type Answer struct {
	Status int
	Header map[string]string // ETag, Location; the type is always JSON
	Body   []byte

	// Unchanged says that the effect wrote and logged nothing. Its answer is then kept after the transaction, not in it,
	// because a write that changes rows must log a change.
	Unchanged bool

	replayed bool
}

// AnswerJSON is an answer with a value as JSON.
func AnswerJSON(status int, v any) (Answer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Answer{}, fmt.Errorf("api.AnswerJSON(%T): %w", v, err)
	}
	return Answer{Status: status, Header: map[string]string{}, Body: append(body, '\n')}, nil
}

// Write sends the answer.
func (a Answer) Write(w http.ResponseWriter) error {
	h := w.Header()
	for name, content := range a.Header {
		h.Set(name, content)
	}
	if a.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	h.Set("Cache-Control", "no-store")
	if len(a.Body) > 0 {
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.Status)
	_, err := w.Write(a.Body)
	return err
}

// Key names a request that is to take effect once. The zero Key is a request without one.
type Key struct {
	Token value.ID
	Text  string
	hash  [sha256.Size]byte
}

const (
	keyHeader  = "Idempotency-Key"
	longestKey = 255
	keyAge     = 24 * time.Hour // how long an answer is kept
)

// KeyOf reads a request's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible characters,
// with or without quotes. The key belongs to the token, and holds for one method, address and body.
func KeyOf(r *http.Request, body []byte) (Key, error) {
	given := r.Header.Values(keyHeader)
	if len(given) == 0 {
		return Key{}, nil
	}
	text := strings.TrimSpace(given[0])
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	if len(given) > 1 || text == "" || len(text) > longestKey || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' }) {
		return Key{}, badRequest(malformed("an %s has 1 to %d visible characters, and there is one of it", keyHeader, longestKey))
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %s\n%s\n", r.Method, r.URL.RequestURI(), r.Header.Get("If-Match"))
	hash.Write(body)
	return Key{Token: CallerFrom(r.Context()).Token, Text: text, hash: [sha256.Size]byte(hash.Sum(nil))}, nil
}

// Once runs an effect in the caller's transaction unless it was run for the key before; then it returns the answer of
// that time. Effect and answer are committed together, so after a crash either both are there or neither. When the
// effect fails, nothing is kept and the key can be used again. A key that came with another request is refused with
// 422. Of two transactions with one key, one waits for the other or is repeated, and finds its answer.
func Once(tx *db.Tx, k Key, effect func() (Answer, error)) (Answer, error) {
	if k.Text == "" {
		return effect()
	}
	kept, err := replayed(tx, k)
	if value.KindOf(err) != value.NotFound {
		return kept, err
	}
	answer, err := effect()
	if err != nil || answer.Unchanged {
		return answer, err
	}
	return answer, insertAnswer(tx, k, answer)
}

// replayed is the answer that was kept for a key, or NotFound.
func replayed(tx *db.Tx, k Key) (Answer, error) {
	if k.Text == "" {
		return Answer{}, value.Errorf(value.NotFound, "there is no key")
	}
	kept, hash, err := findAnswer(tx, k)
	if err == nil && hash != string(k.hash[:]) {
		return Answer{}, value.Errorf(value.Invalid, "this %s was used for another request; take a new one", keyHeader)
	}
	kept.replayed = true
	return kept, err
}

// Write runs the effect of a request in one write by the caller, once for its Idempotency-Key, and answers. body is
// what ReadBody read. While a request with the same key runs in this process, another is refused with 409.
func (a *API) Write(w http.ResponseWriter, r *http.Request, body []byte, action string, effect func(tx *db.Tx) (Answer, error)) error {
	answer, err := a.once(r, body, action, effect)
	if err != nil {
		return err
	}
	return answer.Write(w)
}

func (a *API) once(r *http.Request, body []byte, action string, effect func(tx *db.Tx) (Answer, error)) (answer Answer, err error) {
	key, err := KeyOf(r, body)
	if err != nil {
		return answer, err
	}
	s := site.From(r.Context())
	leave, err := a.flights.enter(s.Slug, key)
	if err != nil {
		return answer, err
	}
	defer leave()
	err = s.DB.Write(r.Context(), CallerFrom(r.Context()).Actor(), action, func(tx *db.Tx) (err error) {
		answer, err = Once(tx, key, func() (Answer, error) { return effect(tx) })
		return err
	})
	if err == nil && answer.Unchanged && key.Text != "" && !answer.replayed {
		err = s.DB.Maintain(r.Context(), "keep an answer", func(tx *db.Tx) error { return insertAnswer(tx, key, answer) })
	}
	return answer, err
}

// afterwards answers a request whose effect opens transactions of its own. Its answer is kept once the effect is there,
// so after a crash between the two a repetition finds the effect done already, and says so as the effect itself does.
func (a *API) afterwards(w http.ResponseWriter, r *http.Request, body []byte, effect func() (Answer, error)) error {
	key, err := KeyOf(r, body)
	if err != nil {
		return err
	}
	s := site.From(r.Context())
	leave, err := a.flights.enter(s.Slug, key)
	if err != nil {
		return err
	}
	defer leave()
	var answer Answer
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		answer, err = replayed(tx, key)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		if answer, err = effect(); err == nil && key.Text != "" {
			err = s.DB.Maintain(r.Context(), "keep an answer", func(tx *db.Tx) error { return insertAnswer(tx, key, answer) })
		}
	}
	if err != nil {
		return err
	}
	return answer.Write(w)
}

// flights knows which keys are being worked on.
type flights struct {
	mu  sync.Mutex
	now map[string]bool
}

func (f *flights) enter(site string, k Key) (leave func(), err error) {
	if k.Text == "" {
		return func() {}, nil
	}
	name := fmt.Sprintf("%s %d %s", site, k.Token, k.Text)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now[name] {
		return nil, web.RetryAfter(time.Second, value.Errorf(value.Conflict, "a request with this %s is being worked on", keyHeader))
	}
	f.now[name] = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.now, name)
	}, nil
}
