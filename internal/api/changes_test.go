package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
	"fairground/internal/web"
)

// stream is a client of the change stream over a real connection.
type stream struct {
	t    *testing.T
	body *bufio.Scanner
	end  func()
}

// follow opens a stream on a server of its own.
func (w *world) follow(secret, query string, headers ...string) *stream {
	w.t.Helper()
	server := httptest.NewServer(w.router)
	w.t.Cleanup(server.Close)
	return w.followAt(server.URL, secret, query, headers...)
}

func (w *world) followAt(url, secret, query string, headers ...string) *stream {
	w.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	w.t.Cleanup(end)
	r, err := http.NewRequestWithContext(ctx, "GET", url+Path+"/changes"+query, nil)
	w.ok(err)
	r.Host = strings.TrimPrefix(address, "http://")
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", "gzip")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	w.ok(err)
	w.t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("Content-Encoding") != "" {
		w.t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	return &stream{w.t, bufio.NewScanner(response.Body), end}
}

// next is the next change; ok is false when the stream has ended.
func (s *stream) next() (c Change, ok bool) {
	s.t.Helper()
	id := ""
	for s.body.Scan() {
		line := s.body.Text()
		if rest, is := strings.CutPrefix(line, "id: "); is {
			id = rest
		}
		rest, is := strings.CutPrefix(line, "data: ")
		if !is {
			continue
		}
		if err := json.Unmarshal([]byte(rest), &c); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		if id != fmt.Sprint(c.Seq) {
			s.t.Errorf("the id %q of change %d", id, c.Seq)
		}
		return c, true
	}
	return c, false
}

func (s *stream) want(diff string) Change {
	s.t.Helper()
	c, ok := s.next()
	if !ok || string(c.Diff) != diff {
		s.t.Fatalf("%+v %v, want %s", c, ok, diff)
	}
	return c
}

func TestStream(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		w.log("bike.create", "bike", "before")
		s := w.follow(secret, "")
		w.log("bike.create", "bike", "one", "a secret", "two")
		w.log("mail.send", "mail", "unseen")
		w.log("bike.update", "bike", "three")
		one := s.want(`"one"`)
		if one.Object != "bike" || one.Actor != "system" || one.Action != "bike.create" || !strings.HasPrefix(one.ID, "bik_") || one.At.IsZero() {
			t.Errorf("%+v", one)
		}
		two := s.want(`"two"`)
		s.want(`"three"`)
		s.end()

		replay := w.follow(secret, "?after=0")
		replay.want(`"before"`)
		replay.want(`"one"`)
		back := w.follow(secret, "?after=0", "Last-Event-ID", fmt.Sprint(two.Seq)) // what a browser sends wins
		back.want(`"three"`)
	})
}

func TestStreamShowsWhatScopesAndObjectsAllow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.log("x", "bike", "a bike")
		w.log("x", "job_offer", "a job")
		w.log("x", "bike", "another bike")
		narrow := w.follow(w.secret("changes:read:bike"), "?after=0")
		narrow.want(`"a bike"`)
		narrow.want(`"another bike"`)
		chosen := w.follow(w.secret("changes:read"), "?after=0&object=job_offer")
		chosen.want(`"a job"`)
		w.do("GET", "/changes", w.secret("records:read"), "").problem(http.StatusForbidden)
		w.do("GET", "/changes?object=Bad-Name", w.secret("changes:read"), "").problem(http.StatusBadRequest)
		w.do("GET", "/changes?after=-4", w.secret("changes:read"), "").problem(http.StatusBadRequest)
		w.do("GET", "/changes?after=x", w.secret("changes:read"), "").problem(http.StatusBadRequest)
	})
}

func TestNobodySeesWithoutSight(t *testing.T) {
	t.Parallel()
	c := Caller{Account: account.Account{ID: 1, Role: account.Admin}, Scopes: Verbs()}
	row := change.Row{Seq: 1, Object: "bike", Diff: "1"}
	for what, sight := range map[string]Sight{"nil": nil, "none": Sights{}, "of others": Sights{"mail": plainSight{}}} {
		if _, _, ok := see(t.Context(), sight, c, row); ok {
			t.Errorf("%s: seen", what)
		}
	}
	if _, _, ok := see(t.Context(), Sights{"bike": plainSight{}}, c, row); !ok {
		t.Error("not seen at all")
	}
	c.Scopes = Scopes{"changes:read:mail"}
	if _, _, ok := see(t.Context(), Sights{"bike": plainSight{}}, c, row); ok {
		t.Error("seen beyond the scope")
	}
}

func TestStreamEndsWithItsToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for what, end := range map[string]func(Token, account.Account){
			"revoked": func(token Token, _ account.Account) { w.ok(RevokeToken(t.Context(), w.Site, operator, token.ID)) },
			"suspended": func(_ Token, a account.Account) {
				w.write("t", func(tx *db.Tx) error { return account.Suspend(tx, a.ID, "left") })
			},
		} {
			a := w.staff(value.Email(what+"@example.org"), account.Support)
			token, secret := w.token(a, "changes:read")
			s := w.follow(secret, "")
			w.log("bike.create", "bike", "seen")
			s.want(`"seen"`)
			end(token, a)
			w.log("bike.create", "bike", "after the end")
			if c, ok := s.next(); ok {
				t.Errorf("%s: it went on with %+v", what, c)
			}
		}
	})
}

func TestStreamEndsWhenTheTokenExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.serve(Config{Heartbeat: 20 * time.Millisecond})
		s := w.follow(w.secret("changes:read"), "")
		w.clock.add(366 * 24 * time.Hour)
		if c, ok := s.next(); ok {
			t.Errorf("it went on with %+v", c)
		}
	})
}

func TestHeartbeatMovesTheCursor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.serve(Config{Heartbeat: 20 * time.Millisecond})
		s := w.follow(w.secret("changes:read"), "")
		w.log("mail.send", "mail", "unseen", "unseen", "unseen")
		var last int64
		w.read(func(tx *db.Tx) (err error) {
			last, err = change.Last(tx)
			return err
		})
		ok := false
		for s.body.Scan() && !ok {
			ok = s.body.Text() == fmt.Sprintf("id: %d", last)
		}
		if !ok {
			t.Error("a client spared many changes would see them again")
		}
	})
}

func TestPagesForPollers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		var diffs []any
		for i := range 25 {
			diffs = append(diffs, i, "a secret")
		}
		w.log("bike.create", "bike", diffs...)
		after, seen, pages := int64(0), 0, 0
		for more := true; more; pages++ {
			page := into[ChangePage](w.do("GET", fmt.Sprintf("/changes?format=json&limit=10&after=%d", after), secret, "").want(200))
			for _, c := range page.Changes {
				if string(c.Diff) != fmt.Sprint(seen) {
					t.Fatalf("%s at %d", c.Diff, seen)
				}
				seen++
			}
			if page.Next <= after {
				t.Fatalf("next is %d after %d", page.Next, after)
			}
			after, more = page.Next, page.More
		}
		if seen != 25 || pages != 3 {
			t.Errorf("%d changes on %d pages", seen, pages)
		}
		page := into[ChangePage](w.do("GET", fmt.Sprintf("/changes?after=%d", after), secret, "", "Accept", "application/json").want(200))
		if len(page.Changes) != 0 || page.Next != after || page.More {
			t.Errorf("%+v", page)
		}
	})
}

// sink is a client in process that counts the changes it gets.
type sink struct {
	header http.Header
	got    atomic.Int64
	slow   func()
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
func (s *sink) Flush()              {}

func (s *sink) Write(p []byte) (int, error) {
	if s.slow != nil {
		s.slow()
	}
	s.got.Add(int64(bytes.Count(p, []byte("event: change"))))
	return len(p), nil
}

// join starts a client in process.
func (w *world) join(all *sync.WaitGroup, ctx context.Context, secret string, slow func()) *sink {
	s := &sink{header: http.Header{}, slow: slow}
	r := httptest.NewRequestWithContext(ctx, "GET", address+Path+"/changes", nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	all.Go(func() { w.router.ServeHTTP(s, r) })
	return s
}

func (w *world) followers() int {
	h := w.api.room(w.Site).hub
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.followers
}

// A thousand programs follow the log; what that costs the database depends on the changes and not on the programs.
func TestThousandFollowers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const followers, writes, perWrite = 1000, 20, 5
		var secrets []string
		for range 10 {
			secrets = append(secrets, w.secret("changes:read"))
		}
		ctx, end := context.WithCancel(context.Background())
		var all sync.WaitGroup
		defer all.Wait()
		defer end()
		sinks := make([]*sink, followers)
		for i := range sinks {
			sinks[i] = w.join(&all, ctx, secrets[i%len(secrets)], nil)
		}
		eventually(t, "a thousand follow", func() bool { return w.followers() == followers })
		time.Sleep(50 * time.Millisecond)
		h := w.api.room(w.Site).hub
		before, began := h.reads.Load(), time.Now()
		for range writes {
			w.log("bike.create", "bike", 1, 2, 3, 4, 5)
		}
		eventually(t, "everybody has everything", func() bool {
			for _, s := range sinks {
				if s.got.Load() != writes*perWrite {
					return false
				}
			}
			return true
		})
		took := time.Since(began)
		reads := h.reads.Load() - before
		if most := int64(2*writes) + int64(took/lookAnyway) + 5; reads > most {
			t.Errorf("%d reads of the log for %d writes and %d followers, want at most %d", reads, writes, followers, most)
		}
		t.Logf("%d followers got %d changes each in %s with %d reads of the log", followers, writes*perWrite, took.Round(time.Millisecond), reads)
	})
}

// A client that stalls falls out of the window, keeps nobody waiting, and misses nothing.
func TestSlowFollower(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		ctx, end := context.WithCancel(context.Background())
		var all sync.WaitGroup
		defer all.Wait()
		defer end()
		stalled, resume := make(chan bool, 1), make(chan bool)
		var once atomic.Bool
		slow := w.join(&all, ctx, secret, func() {
			if once.CompareAndSwap(false, true) {
				stalled <- true
				<-resume
			}
		})
		<-stalled
		quick := w.join(&all, ctx, secret, nil)
		eventually(t, "both follow", func() bool { return w.followers() == 2 })
		const changes = windowRows + 1000
		diffs := make([]any, changes/2)
		for i := range diffs {
			diffs[i] = i
		}
		for range 2 {
			w.log("bike.create", "bike", diffs...)
		}
		eventually(t, "the quick one has everything", func() bool { return quick.got.Load() == int64(len(diffs)*2) })
		h := w.api.room(w.Site).hub
		h.mu.Lock()
		kept := len(h.window)
		h.mu.Unlock()
		if kept > windowRows {
			t.Errorf("the window keeps %d", kept)
		}
		close(resume)
		eventually(t, "the slow one has everything", func() bool { return slow.got.Load() == int64(len(diffs)*2) })
	})
}

// A stream that begins after a quiet time starts at the present, not where the last one ended.
func TestJoinAfterAQuietTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		first := w.follow(secret, "")
		w.log("bike.create", "bike", "first")
		first.want(`"first"`)
		first.end()
		eventually(t, "it has left", func() bool { return w.followers() == 0 })
		w.log("bike.create", "bike", "while nobody looked")
		second := w.follow(secret, "")
		w.log("bike.create", "bike", "second")
		second.want(`"second"`)
	})
}

func TestTooManyFollowers(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		h := w.api.room(w.Site).hub
		h.mu.Lock()
		h.followers = mostFollowers
		h.mu.Unlock()
		w.do("GET", "/changes", w.secret("changes:read"), "").problem(http.StatusTooManyRequests)
	})
}

func TestVerbOf(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]Verb{"record.create": Created, "bike.remove": Deleted, "listing.publish": Updated, "create": Created, "": Updated, "a.b.erase": Deleted} {
		if got := VerbOf(action); got != want {
			t.Errorf("%q is %s", action, got)
		}
	}
}

// A stream outlives the server's time to write, and ends when the server stops.
func TestStreamOnTheRealServer(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		bound, served := make(chan net.Addr, 1), make(chan error, 1)
		go func() {
			served <- web.Serve(ctx, web.Server{Address: "127.0.0.1:0", Write: 100 * time.Millisecond, Read: 100 * time.Millisecond,
				Stop: 10 * time.Second, Bound: func(a net.Addr) { bound <- a }}, w.router)
		}()
		s := w.followAt("http://"+(<-bound).String(), w.secret("changes:read"), "")
		time.Sleep(200 * time.Millisecond)
		w.log("bike.create", "bike", "late")
		s.want(`"late"`)
		began := time.Now()
		stop()
		if c, ok := s.next(); ok {
			t.Errorf("it went on with %+v", c)
		}
		if err := <-served; err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("stopped after %s: %v", time.Since(began), err)
		}
	})
}
