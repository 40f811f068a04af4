package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/mail"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const address = "http://" + sitetest.Host

var operator = value.SystemActor("test")

// clock runs with the machine's, and can be put forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time {
	return time.Now().UTC().Add(time.Duration(c.ahead.Load())).Truncate(time.Microsecond)
}

func (c *clock) add(d time.Duration) { c.ahead.Add(int64(d)) }

// world is a site with the API in front of it, and two of its staff.
type world struct {
	*sitetest.World
	t      *testing.T
	clock  *clock
	api    *API
	router *web.Router
	ada    account.Account // admin
	vic    account.Account // viewer
}

var schemas = []db.Schema{job.Schema(), mail.Schema(), account.Schema(), record.Schema(), transfer.Schema(), Schema()}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, engine))
		})
	}
}

// one runs a test on one engine, for what does not depend on the database.
func one(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	test(t, newWorld(t, db.SQLite))
}

func newWorld(t *testing.T, engine db.Engine) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{}}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) {
		c.Clock = w.clock
		c.IDs = value.NewIDs(w.clock, 1)
	})
	w.World = sitetest.New(t, cluster, schemas)
	w.ada = w.staff("ada@example.org", account.Admin)
	w.vic = w.staff("vic@example.org", account.Viewer)
	w.serve(Config{})
	return w
}

// serve puts an API with a configuration in front of the site.
func (w *world) serve(c Config) {
	w.t.Helper()
	words, err := text.New(Messages(), ui.Messages(), web.Messages())
	w.ok(err)
	if c.Clock == nil {
		c.Clock = w.clock
	}
	if c.Sight == nil {
		c.Sight = func(*site.Site) Sight { return Sights{"bike": plainSight{}, "job_offer": plainSight{}} }
	}
	c.Letters = func(ctx context.Context, _ value.Locale) context.Context {
		return text.WithPrinter(ctx, words.Printer(text.Settings{Locale: "en"}))
	}
	w.api = New(c)
	page := func(rw http.ResponseWriter, _ *http.Request, status int, _ string, err error) {
		http.Error(rw, "page: "+err.Error(), status)
	}
	w.router = web.NewRouter(web.Config{OnError: Errors(page), Clock: w.clock, Log: slog.New(slog.DiscardHandler)})
	w.router.Before(w.Step)
	w.router.Before(w.api.Step)
	w.router.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		return r.WithContext(text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: "en"}))), nil
	})
	w.api.Routes(w.router)
}

// plainSight shows everything but what is called secret.
type plainSight struct{}

func (plainSight) See(_ context.Context, _ Caller, row change.Row) (Seen, bool) {
	if strings.Contains(row.Diff, "secret") {
		return Seen{}, false
	}
	return Seen{ID: row.Record.Text("bik"), Diff: json.RawMessage(row.Diff)}, true
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) staff(email value.Email, role account.Role) (a account.Account) {
	w.t.Helper()
	w.write("test.staff", func(tx *db.Tx) (err error) {
		a, err = account.Create(tx, account.Account{Kind: value.Staff, Email: email, Name: "Staff Muster", Role: role})
		return err
	})
	return a
}

func (w *world) write(action string, fn func(*db.Tx) error) {
	w.t.Helper()
	w.ok(w.Site.DB.Write(w.t.Context(), operator, action, fn))
}

func (w *world) read(fn func(*db.Tx) error) {
	w.t.Helper()
	w.ok(w.Site.DB.Read(w.t.Context(), fn))
}

// log writes changes of an object, as a feature would.
func (w *world) log(action, object string, diffs ...any) {
	w.t.Helper()
	w.write(action, func(tx *db.Tx) error {
		for _, diff := range diffs {
			tx.Log(db.Change{Object: object, Record: tx.NewID(), Diff: diff})
		}
		return nil
	})
}

// token makes a token of an account for a year.
func (w *world) token(a account.Account, scopes ...string) (Token, string) {
	w.t.Helper()
	t, secret, err := MakeToken(w.t.Context(), w.Site, operator, NewToken{
		Name: "test", Account: a.ID, Scopes: scopes, Expires: w.clock.Now().Add(365 * 24 * time.Hour),
	})
	w.ok(err)
	return t, secret
}

func (w *world) secret(scopes ...string) string {
	w.t.Helper()
	_, secret := w.token(w.ada, scopes...)
	return secret
}

// answer is what a request got.
type answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   string
}

// do sends a request. Headers are names and values in turn.
func (w *world) do(method, path, secret, body string, headers ...string) answer {
	w.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	defer end()
	r := httptest.NewRequestWithContext(ctx, method, address+Path+path, strings.NewReader(body))
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	text, err := io.ReadAll(rec.Result().Body)
	w.ok(err)
	return answer{w.t, rec.Code, rec.Result().Header, string(text)}
}

func (a answer) want(status int, words ...string) answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%d %s, want %d", a.Status, a.Body, status)
	}
	for _, word := range words {
		if !strings.Contains(a.Body, word) {
			a.t.Fatalf("%s\nwant %q in it", a.Body, word)
		}
	}
	return a
}

// problem checks that the answer is a problem and returns it.
func (a answer) problem(status int, words ...string) Problem {
	a.t.Helper()
	a.want(status, words...)
	var p Problem
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil || a.Header.Get("Content-Type") != problemType || p.Status != status || p.Title == "" || p.Detail == "" {
		a.t.Fatalf("%s is no problem: %v, type %s", a.Body, err, a.Header.Get("Content-Type"))
	}
	return p
}

func into[T any](a answer) (v T) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		a.t.Fatalf("%s: %v", a.Body, err)
	}
	return v
}

func wantKind(t *testing.T, err error, kind value.Kind, field string) {
	t.Helper()
	all := collect(err)
	if len(all) == 0 || all[0].Kind != kind || all[0].Field != field {
		t.Errorf("got %v, want %s on field %q", err, kind, field)
	}
}

// eventually waits for something that another goroutine brings about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(fmt.Sprint("this did not happen: ", what))
		}
	}
}

// runJobs runs what is due, as the program's worker does.
func (w *world) runJobs() {
	w.t.Helper()
	_, err := job.NewWorker(w.Site.DB, 2, w.api.Jobs(w.Site)...).RunDue(w.t.Context())
	w.ok(err)
}

// attend lets the reader follow the log and runs what is due then.
func (w *world) attend() {
	w.t.Helper()
	for _, reader := range w.api.Readers(w.Site) {
		_, err := reader.CatchUp(w.t.Context(), w.Site.DB)
		w.ok(err)
	}
	w.runJobs()
}
