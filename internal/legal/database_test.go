package legal_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/value"
	"fairground/internal/web"
)

const batches = "/console/safety/statements/database"

// reach lets the world's desk set a connection, as app does.
func (w *world) reach() {
	w.desk.Client, w.desk.Key = web.NewOutbound(true, nil, 2*time.Second), bytes.Repeat([]byte{7}, 32)
}

// house is a Transparency Database at an address of its own.
func (w *world) house() (*database, string) {
	w.Helper()
	b := &database{taken: map[string]bool{}, spoilt: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		b.ServeHTTP(jsonErrors{rw}, r)
	}))
	w.Cleanup(server.Close)
	return b, server.URL
}

// jsonErrors keeps the type of answers that http.Error would set to text.
type jsonErrors struct{ http.ResponseWriter }

func (j jsonErrors) WriteHeader(code int) {
	j.Header().Set("Content-Type", "application/json")
	j.ResponseWriter.WriteHeader(code)
}

func TestAnAdministratorConnectsTheDatabase(t *testing.T) {
	each(t, func(w *world) {
		w.reach()
		b, address := w.house()
		h := w.serve()
		if page := w.ask(h, account.Admin, "/console/safety/statements", nil).Body.String(); !strings.Contains(page, "Set up a connection") {
			t.Error("an administrator is not offered a connection")
		}
		if got := w.ask(h, account.Safety, batches, url.Values{"address": {address}, "token": {"secret-token"}}); got.Code != http.StatusForbidden {
			t.Errorf("somebody of the safety desk sets a connection: %d", got.Code)
		}
		b.token = "secret-token"
		if got := w.ask(h, account.Admin, batches, url.Values{"address": {address}, "token": {"secret-token"}}); got.Code != http.StatusSeeOther || b.calls != 1 {
			t.Fatalf("%d after %d calls: %s", got.Code, b.calls, got.Body)
		}
		page := w.ask(h, account.Admin, "/console/safety/statements", nil).Body.String()
		if !strings.Contains(page, "the connection works") || strings.Contains(page, "secret-token") || !strings.Contains(page, address) {
			t.Errorf("the page shows the token, or not what came of it:\n%s", page)
		}
		w.states(3)
		b.spoilt[w.puid(2)] = true
		worker := job.NewWorker(w.Site.DB, 1, w.desk.Handler())
		if n, err := worker.RunDue(context.Background()); n != 1 || err != nil || len(b.taken) != 2 {
			t.Errorf("%d jobs, %d records taken: %v", n, len(b.taken), err)
		}
		if s := w.delivery(2); s.Delivery != legal.Refused {
			t.Errorf("the spoilt record is %s", s.Delivery)
		} else if one := w.ask(h, account.Safety, "/console/safety/statements/"+s.ID.Text(legal.StatementKind), nil).Body.String(); !strings.Contains(one, "<code>category</code>") ||
			!strings.Contains(one, "The selected category is invalid.") {
			t.Errorf("the statement does not name the field:\n%s", one)
		}
		w.clock.pass(time.Hour)
		w.statesFrom(3, 1)
		if n, err := worker.RunDue(context.Background()); n != 1 || err != nil || len(b.taken) != 3 {
			t.Errorf("an hour later %d jobs, %d records taken: %v", n, len(b.taken), err)
		}
	})
}

func TestTheTokenIsKeptAway(t *testing.T) {
	each(t, func(w *world) {
		w.reach()
		b, address := w.house()
		b.token = "secret-token"
		var logged bytes.Buffer
		w.ok(w.desk.Connect(context.Background(), staff, address, "secret-token"))
		log := slog.New(slog.NewTextHandler(&logged, nil))
		b.down = true
		err := w.desk.Try(context.Background())
		log.Warn("tried", "error", err)
		if err == nil || strings.Contains(logged.String()+w.log("statement_database", 1), "secret-token") {
			t.Errorf("logged %s %s", logged.String(), w.log("statement_database", 1))
		}
		var stored string
		w.read(func(tx *db.Tx) (err error) {
			stored, err = db.One(tx, db.Column[string], "select token from statement_database")
			return err
		})
		if stored == "" || strings.Contains(stored, "secret") {
			t.Errorf("stored is %q", stored)
		}
		_, other := w.house()
		if err := w.desk.Connect(context.Background(), staff, other, ""); value.KindOf(err) != value.Invalid {
			t.Errorf("the stored token goes to another address: %v", err)
		}
		w.ok(w.Site.DB.Maintain(context.Background(), "tamper", func(tx *db.Tx) error {
			_, err := tx.Exec("update statement_database set address = $1", other)
			return err
		}))
		if err := w.desk.Try(context.Background()); err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("a token was moved to another address: %v", err)
		}
		w.states(1)
		if n, err := w.deliver(); n != 0 || err == nil {
			t.Errorf("delivered %d with it: %v", n, err)
		}
	})
}

func TestTroubleIsNamed(t *testing.T) {
	answers := func(code int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	each(t, func(w *world) {
		w.reach()
		h := w.serve()
		slow := make(chan struct{})
		w.Cleanup(func() { close(slow) })
		for name, test := range map[string]struct {
			answer http.HandlerFunc
			says   string
		}{
			"token":   {answers(401, "application/json", `{}`), "does not take the token"},
			"place":   {answers(404, "text/html", "<h1>no</h1>"), "Check its path"},
			"moved":   {answers(302, "text/html", ""), "only leads on"},
			"down":    {answers(503, "text/html", "sorry"), "a fault of its own"},
			"website": {answers(200, "text/html", "<h1>Welcome</h1>"), "not an answer that the database gives"},
			"empty":   {answers(422, "application/json", `{"errors":{"statements":["required"]}}`), "the connection works"},
			"slow":    {func(_ http.ResponseWriter, r *http.Request) { <-slow }, "no answer in time"},
		} {
			server := httptest.NewServer(test.answer)
			got := w.ask(h, account.Admin, batches, url.Values{"address": {server.URL + "/" + name}, "token": {"secret-token"}})
			w.clock.pass(10 * time.Minute) // for the limit
			if page := w.ask(h, account.Admin, "/console/safety/statements", nil).Body.String(); got.Code != http.StatusSeeOther || !strings.Contains(page, test.says) {
				t.Errorf("%s: %d, wants %q", name, got.Code, test.says)
			}
			if name != "slow" {
				server.Close()
			}
		}
		for address, token := range map[string]string{"ftp://files.example": "secret-token", "": "secret-token", "https://10.0.0.1/batch": "secret-token",
			"https://name:pass@base.example/": "secret-token", "https://base.example/": "short", "https://base.example/2": "with a space in it"} {
			got := w.ask(h, account.Admin, batches, url.Values{"address": {address}, "token": {token}})
			w.clock.pass(10 * time.Minute)
			if got.Code != http.StatusUnprocessableEntity || strings.Contains(got.Body.String(), "secret-token") || !strings.Contains(got.Body.String(), `aria-invalid`) {
				t.Errorf("%s with %q: %d", address, token, got.Code)
			}
		}
		if got := w.ask(h, account.Admin, batches+"/end", url.Values{}); got.Code != http.StatusSeeOther {
			t.Errorf("forgetting: %d", got.Code)
		}
		w.read(func(tx *db.Tx) error {
			known, err := legal.FindDatabase(tx)
			if known.Set() {
				t.Error("the connection is still there")
			}
			return err
		})
	})
}
