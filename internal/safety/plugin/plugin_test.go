package plugin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"fairground/internal/safety"
	"fairground/internal/value"
	"fairground/internal/web"
)

var key = []byte("twenty-four bytes or more")

func secret() string { return secretPrefix + base64.StdEncoding.EncodeToString(key) }

func config(url string) Config {
	return Config{
		Name: "risk", URL: url, Secret: secret(), Deadline: 150 * time.Millisecond, Out: web.NewOutbound(true, nil, 5*time.Second),
		IDs: value.NewIDs(value.SystemClock{}, 1), Clock: value.SystemClock{},
	}
}

func signal(t *testing.T, c Config) *Signal {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func subject() safety.Subject {
	return safety.Subject{
		Stage: safety.StageListing, Object: "listing", Record: 42, Hash: safety.ContentHash{1}, Category: "housing/flats", Title: "Flat", Body: "Two rooms",
		Price: value.MoneyFromUnits(900, "EUR"), Place: "Ulm", Point: value.Point{Lat: 48.4011, Lon: 9.9876}, Photos: 1, Images: []safety.Image{{Sha256: "ab", Quality: 80}},
		Author: safety.Author{Kind: value.Member, ID: 987654321, Age_days: 3},
	}
}

// answering serves one answer.
func answering(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

func jsonAnswer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, text)
	}
}

func TestTheServiceIsAsked(t *testing.T) {
	t.Parallel()
	var got Request
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		at, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		if want := Sign(key, r.Header.Get("webhook-id"), time.Unix(at, 0), body); r.Header.Get("webhook-signature") != want || r.Method != http.MethodPost {
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		for _, private := range []string{"48.4", "9.98", "987654321"} {
			if strings.Contains(string(body), private) {
				t.Errorf("the service learns %s: %s", private, body)
			}
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		jsonAnswer(`{"score": 0.75, "why": "known text"}`)(w, r)
	})
	score, err := signal(t, config(url)).Score(t.Context(), subject())
	if err != nil || score != 0.75 {
		t.Fatalf("%v, %v", score, err)
	}
	if got.Signal != "risk" || got.Title != "Flat" || got.Record != "42" || got.Price.Minor != 90_000 || got.Photos[0].Sha256 != "ab" || got.Author.Age_days != 3 {
		t.Errorf("it was told %+v", got)
	}
}

// TestBadAnswersAreErrors: and so a rule that asks holds.
func TestBadAnswersAreErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		want   string
	}{
		"too slow": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}, "deadline"},
		"slow to end": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"score": 0.`)
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}, "deadline"},
		"huge": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range 200 {
				fmt.Fprint(w, strings.Repeat(" ", 1<<10))
			}
			fmt.Fprint(w, `{"score": 0.1}`)
		}, "more than 4096 bytes"},
		"a redirect":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, "answered 302"},
		"an error":       {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }, "answered 500"},
		"nothing":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "answered 204"},
		"a page":         {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<p>0.1</p>") }, "not application/json"},
		"no JSON":        {jsonAnswer("0.1.2"), "no JSON object"},
		"half of it":     {jsonAnswer(`{"score": 0.1`), "no JSON object"},
		"a list":         {jsonAnswer(`[0.1]`), "no JSON object"},
		"a text":         {jsonAnswer(`{"score": "0.1"}`), "no JSON object"},
		"two objects":    {jsonAnswer(`{"score": 0.1} {"score": 0.9}`), "no JSON object"},
		"no score":       {jsonAnswer(`{"points": 0.1}`), "no score"},
		"a null":         {jsonAnswer(`{"score": null}`), "no score"},
		"below zero":     {jsonAnswer(`{"score": -0.1}`), "no score"},
		"above one":      {jsonAnswer(`{"score": 1.5}`), "no score"},
		"beyond numbers": {jsonAnswer(`{"score": 1e999}`), "no JSON object"},
		"a broken line": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				conn.Close()
			}
		}, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := signal(t, config(answering(t, c.handle))).Score(t.Context(), subject())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestConfigurationsAreChecked(t *testing.T) {
	t.Parallel()
	strict := web.NewOutbound(false, nil, time.Second)
	for name, change := range map[string]func(*Config){
		"name":     func(c *Config) { c.Name = "Risk score" },
		"url":      func(c *Config) { c.URL = "ftp://example.org" },
		"secret":   func(c *Config) { c.Secret = "whsec_c2hvcnQ=" },
		"deadline": func(c *Config) { c.Deadline = time.Minute },
	} {
		c := config("https://signals.example.org/score")
		change(&c)
		if _, err := New(c); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, inside := range []string{"http://signals.example.org", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/x", "https://localhost/", "https://signals/"} {
		c := config(inside)
		c.Out = strict
		if _, err := New(c); value.KindOf(err) != value.Invalid {
			t.Errorf("%s may be asked: %v", inside, err)
		}
	}
	c := config("https://signals.example.org/score")
	c.Deadline = 0
	if s := signal(t, c); s.Deadline() != DefaultDeadline || s.Name() != "risk" {
		t.Errorf("%s within %v", s.Name(), s.Deadline())
	}
}

// TestAGateHoldsWithoutAnAnswer is the whole way: a rule, a gate, a service.
func TestAGateHoldsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	site, err := safety.ParsePack([]byte(`
signals: [risk]
rules:
  - {id: site/risk, version: 1, title: {en: Risk}, ground: {en: Because.}, policy: site/1, category: SCAMS_AND_FRAUD, stage: [listing], mode: live,
     when: signals.risk > 0.5, outcome: reject, owner: site, fires: [{text: x, signals: {risk: 0.9}}], passes: [x]}`))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(safety.Pack{}, site)
	if err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]safety.Verdict{`{"score": 0.1}`: safety.Allow, `{"score": 0.9}`: safety.Reject, `{}`: safety.Hold, `no`: safety.Hold} {
		gate, err := safety.NewGate(make([]byte, 32), value.NewIDs(value.SystemClock{}, 1), rules, signal(t, config(answering(t, jsonAnswer(answer)))))
		if err != nil {
			t.Fatal(err)
		}
		if out := gate.Screen(context.Background(), subject(), safety.Review{}); out.Verdict != want {
			t.Errorf("%s: %s, want %s (%+v)", answer, out.Verdict, want, out.Firings)
		}
	}
}
