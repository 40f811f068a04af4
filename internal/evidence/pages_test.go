package evidence_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// desk is a site whose pages are asked over HTTP.
type desk struct {
	testing.TB
	*sitetest.World
	router *web.Router
	vault  *evidence.Vault
	worker *job.Worker
	people map[string]account.Account
	locale value.Locale
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{TB: t, people: map[string]account.Account{}, locale: "en"}
	d.World = sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema(), job.Schema(), account.Schema(), evidence.Schema()})
	blobs, err := media.LocalBlobs(t.TempDir())
	d.ok(err)
	d.vault = &evidence.Vault{DB: d.Site.DB, Files: blobs, Collector: &shelf{}, Secret: d.Site.Key("evidence"), Effort: 2}
	d.worker = job.NewWorker(d.Site.DB, 1, d.vault.Jobs()...)
	d.ok(d.Site.DB.Write(context.Background(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
		for name, role := range map[string]account.Role{"Aya": account.Safety, "Ben": account.Safety, "Cleo": account.Support} {
			a, err := account.Create(tx, account.Account{Kind: value.Staff, Role: role, Email: value.Email(strings.ToLower(name) + "@example.org"), Name: name, Locale: "en"})
			if err != nil {
				return err
			}
			d.people[name] = a
		}
		return nil
	}))
	d.serve()
	return d
}

func (d *desk) serve() {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), evidence.Messages())
	d.ok(err)
	d.router = web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	d.router.Before(d.Step)
	d.router.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: d.locale, Currency: "CHF", Clock: value.SystemClock{}}))
		if a, known := d.people[r.Header.Get("As")]; known {
			ctx = account.With(ctx, account.Session{Account: a.ID, Kind: a.Kind, Name: a.Name, Role: a.Role})
		}
		return r.WithContext(ctx), nil
	})
	(&evidence.Pages{
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
		Of: func(*site.Site) *evidence.Vault { return d.vault }, Clock: value.SystemClock{},
		Link: func(object string, record value.ID) string { return "/console/" + object + "/" + record.String() },
	}).Routes(d.router)
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) ask(as, method, path string, form url.Values) *httptest.ResponseRecorder {
	d.Helper()
	r := httptest.NewRequest(method, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	r.Header.Set("As", as)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	d.router.ServeHTTP(w, r)
	return w
}

// expect asks and looks for words in the answer.
func (d *desk) expect(as, method, path string, form url.Values, status int, words ...string) string {
	d.Helper()
	w := d.ask(as, method, path, form)
	body := w.Body.String()
	if w.Code != status {
		d.Fatalf("%s %s as %s: %d, want %d\n%s", method, path, as, w.Code, status, body)
	}
	for _, word := range words {
		if !strings.Contains(body, word) {
			d.Fatalf("%s %s as %s lacks %q:\n%s", method, path, as, word, body)
		}
	}
	return body
}

func (d *desk) preserve() value.ID {
	d.Helper()
	d.ok(d.Site.DB.Write(context.Background(), value.SystemActor("test"), "decide", func(tx *db.Tx) error {
		return d.vault.Preserve(tx, "listing", 500, 900, evidence.About{Author: 42, Title: "Room by the lake"})
	}))
	_, err := d.worker.RunDue(context.Background())
	d.ok(err)
	var all []evidence.Evidence
	d.ok(d.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = evidence.List(tx, evidence.Sealed, 0, 10)
		return err
	}))
	return all[0].ID
}

func TestPagesWalkTheWholeWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.expect("Aya", "GET", evidence.Path, nil, 200, "Nothing is preserved", "sealed by this site&#39;s secret alone")
	for name, words := range map[string]string{"Aya": minasWords, "Ben": ottosWords} {
		d.expect(name, "GET", evidence.Path+"/keys", nil, 200, "Make my key")
		d.expect(name, "POST", evidence.Path+"/keys", url.Values{"passphrase": {words}, "again": {words + "x"}}, 422, "not the passphrase above")
		d.expect(name, "POST", evidence.Path+"/keys", url.Values{"passphrase": {"short"}, "again": {"short"}}, 422, "at least 12 letters")
		d.expect(name, "POST", evidence.Path+"/keys", url.Values{"passphrase": {words}, "again": {words}}, 303)
	}
	id := d.preserve()
	at := evidence.Path + "/" + id.Text(evidence.Kind)
	d.expect("Aya", "GET", evidence.Path, nil, 200, id.Text(evidence.Kind), "Severe decision", "Sealed")
	page := d.expect("Aya", "GET", at, nil, 200, "photo/0001.webp", "Any two of these can open it: ", "Aya read this page", "/console/listing/500", "photo 0002: was deleted before")
	if strings.Contains(page, "<img") || strings.Contains(page, "Room by the lake") {
		t.Error("the page shows what is in the package")
	}
	d.expect("Aya", "POST", at+"/propose", url.Values{"kind": {"unseal"}, "purpose": {"why not"}, "passphrase": {minasWords}}, 422, "Say in a sentence", "why not")
	d.expect("Aya", "POST", at+"/propose", url.Values{"kind": {"unseal"}, "purpose": {purpose}, "passphrase": {"wrong words here"}}, 422, "not the passphrase of your key", purpose)
	d.expect("Aya", "POST", at+"/propose", url.Values{"kind": {"unseal"}, "purpose": {purpose}, "passphrase": {minasWords}}, 303)
	own := d.expect("Aya", "GET", at, nil, 200, "It waits for another person", purpose)
	if strings.Contains(own, "Confirm the opening") {
		t.Error("who proposed is offered to confirm")
	}
	waiting := d.expect("Ben", "GET", at, nil, 200, "Confirm the opening")
	order := between(waiting, `name="order" value="`, `"`)
	d.expect("Aya", "POST", at+"/confirm", url.Values{"order": {order}, "passphrase": {minasWords}}, 403)
	d.expect("Ben", "POST", at+"/download", url.Values{"name": {"listing.json"}, "passphrase": {ottosWords}}, 403)
	d.expect("Ben", "POST", at+"/confirm", url.Values{"order": {order}, "passphrase": {ottosWords}}, 303)
	d.expect("Ben", "GET", at, nil, 200, "Open for these two until", "The whole package")
	d.expect("Ben", "POST", at+"/download", url.Values{"name": {"photo/0001.webp"}, "passphrase": {"wrong words here"}}, 422, "not the passphrase of your key")
	w := d.ask("Ben", "POST", at+"/download", url.Values{"name": {"photo/0001.webp"}, "passphrase": {ottosWords}})
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), photo) || w.Header().Get("Content-Disposition") != `attachment; filename="0001.webp"` ||
		w.Header().Get("Content-Type") != "application/octet-stream" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	d.expect("Aya", "GET", at, nil, 200, "Ben opened photo/0001.webp")
	d.expect("Aya", "POST", at+"/extend", url.Values{"purpose": {"the case is still open"}}, 303)
	d.expect("Aya", "POST", at+"/withdraw", url.Values{"order": {order}}, 303)
	d.expect("Ben", "POST", at+"/download", url.Values{"name": {"listing.json"}, "passphrase": {ottosWords}}, 403)
	d.expect("Aya", "POST", evidence.Path+"/keys", url.Values{"end": {"yes"}}, 422, "Without your key nobody could open")
}

func TestPagesAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.preserve()
	at := evidence.Path + "/" + id.Text(evidence.Kind)
	for _, path := range []string{evidence.Path, at, evidence.Path + "/keys"} {
		d.expect("Cleo", "GET", path, nil, 403)
		d.expect("", "GET", path, nil, 303)
	}
	for _, verb := range []string{"propose", "confirm", "withdraw", "extend", "download"} {
		d.expect("Cleo", "POST", at+"/"+verb, url.Values{"purpose": {purpose}}, 403)
	}
	d.expect("Aya", "GET", evidence.Path+"/evi_0", nil, 404)
	d.expect("Aya", "POST", at+"/propose", url.Values{"kind": {"publish"}, "purpose": {purpose}}, 422)
	d.locale = "de-CH"
	d.expect("Aya", "GET", at, nil, 200, "Schutz vor dem Löschen", "nur mit dem Geheimnis der Website versiegelt")
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}
