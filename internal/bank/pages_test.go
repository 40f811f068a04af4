package bank

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/media/pdq/edit"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// office is the console of one site, as far as these pages go.
type office struct {
	*sitetest.World
	*testing.T
	desk   *Desk
	worker *job.Worker
	router *web.Router
}

func eachOffice(t *testing.T, test func(w *office)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, []db.Schema{job.Schema(), Schema()}, func(t *testing.T, base *sitetest.World) {
		test(newOffice(t, base))
	})
}

func newOffice(t *testing.T, base *sitetest.World) *office {
	w := &office{World: base, T: t}
	blobs, err := media.LocalBlobs(t.TempDir())
	w.ok(err)
	t.Cleanup(func() { w.ok(blobs.Close()) })
	w.desk = New(Config{DB: base.Site.DB, Blobs: blobs})
	w.worker = job.NewWorker(base.Site.DB, 1, w.desk.Jobs()...)
	w.router = w.serve(media.NewPhotos(blobs, media.NewDecoders(1)))
	return w
}

func (w *office) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *office) serve(photos *media.Photos) *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), media.Messages(), Messages())
	w.ok(err)
	pages := &Pages{
		Of:       func(*site.Site) *Desk { return w.desk },
		Pictures: func(*site.Site) Pictures { return photos },
		Record:   func(object string, id value.ID) string { return "/console/" + object + "/" + id.Text("lst") },
		Shell: func(_ *http.Request, heading, at string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market", Tabs: []ui.Link{{Text: "Hashes", Href: at, Current: true}}}, nil
		},
	}
	r := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r.Before(w.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if c, err := r.Cookie("language"); err == nil {
			locale = value.Locale(c.Value)
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: site.From(r.Context()).Settings().Location(), Currency: "CHF"}))
		for name, role := range map[string]account.Role{"mara": account.Safety, "sam": account.Sales} {
			if c, err := r.Cookie("who"); err == nil && c.Value == name {
				ctx = account.With(ctx, account.Session{Account: 7, Kind: value.Staff, Name: name, Role: role})
			}
		}
		return r.WithContext(ctx), nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(r)
	return r
}

func (w *office) ask(who string, r *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	r.Host = sitetest.Host
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	return answer
}

func (w *office) get(who, path string) *httptest.ResponseRecorder {
	w.Helper()
	return w.ask(who, httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil))
}

func (w *office) post(who, path string, fields url.Values) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.ask(who, r)
}

// send is a form with a file.
func (w *office) send(path, field string, file []byte, fields url.Values) *httptest.ResponseRecorder {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range fields {
		w.ok(form.WriteField(name, fields.Get(name)))
	}
	if file != nil {
		part, err := form.CreateFormFile(field, "file.csv")
		w.ok(err)
		_, err = part.Write(file)
		w.ok(err)
	}
	w.ok(form.Close())
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.ask("mara", r)
}

func (w *office) want(answer *httptest.ResponseRecorder, status int, all ...string) string {
	w.Helper()
	body := answer.Body.String()
	if answer.Code != status {
		w.Errorf("status %d, want %d: %.400s", answer.Code, status, body)
	}
	for _, words := range all {
		if !strings.Contains(body, words) {
			w.Errorf("the answer does not say %q: %.3000s", words, body)
		}
	}
	return body
}

func (w *office) jobs() {
	w.Helper()
	for range 5 {
		_, err := w.worker.RunDue(w.Context())
		w.ok(err)
	}
}

func TestPagesAskForPermissions(t *testing.T) {
	eachOffice(t, func(w *office) {
		for _, r := range w.router.Routes() {
			if said := fmt.Sprint(r); strings.Contains(said, pagesPath) && !strings.Contains(said, "hashes.") {
				w.Errorf("%v asks for something else", r)
			}
		}
		for _, path := range []string{pagesPath, pagesPath + "/illegal"} {
			for who, status := range map[string]int{"": http.StatusSeeOther, "sam": http.StatusForbidden, "mara": http.StatusOK} {
				if got := w.get(who, path).Code; got != status && !(who == "" && got != http.StatusOK) {
					w.Errorf("%q at %s: %d", who, path, got)
				}
			}
		}
		if got := w.post("sam", pagesPath+"/illegal/entries", url.Values{"pdq": {hashes()[0]}, "reason": {"x"}}).Code; got == http.StatusSeeOther || got == http.StatusOK {
			w.Errorf("sales added a hash: %d", got)
		}
		w.want(w.get("mara", pagesPath+"/nonsense"), http.StatusNotFound)
		w.want(w.get("mara", importsPath+"/nonsense"), http.StatusNotFound)
	})
}

func TestAddAndRemoveOnPages(t *testing.T) {
	eachOffice(t, func(w *office) {
		h := hashes()[0]
		bank := pagesPath + "/prohibited"
		w.want(w.get("mara", bank), http.StatusOK, "No entries", "Add a hash")
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {"abc"}, "reason": {"a <scam>"}}), http.StatusUnprocessableEntity, "64 characters", `value="abc"`, "a &lt;scam&gt;")
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {h}}), http.StatusUnprocessableEntity, "Say why", h)
		w.want(w.post("mara", bank+"/entries", url.Values{"reason": {"x"}}), http.StatusUnprocessableEntity, "Enter a PDQ hash or a SHA-256")
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {h}, "quality": {"400"}, "reason": {"x"}}), http.StatusUnprocessableEntity)
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {strings.Repeat("0", 64)}, "reason": {"x"}}), http.StatusUnprocessableEntity, "fits too many photos")
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {h}, "quality": {"80"}, "source": {"case 12"}, "reason": {"a <scam>"}}), http.StatusSeeOther)
		w.want(w.post("mara", bank+"/entries", url.Values{"pdq": {h}, "reason": {"again"}}), http.StatusUnprocessableEntity, "in the bank already")
		body := w.want(w.get("mara", bank), http.StatusOK, h[:16], "a &lt;scam&gt;", "case 12", "staff:7")
		w.want(w.get("mara", bank+"?q="+h), http.StatusOK, h[:16])
		w.want(w.get("mara", bank+"?q=nothing"), http.StatusOK, "No entries")
		remove := regexp.MustCompile(`/console/safety/hashes/prohibited/removals/[a-z0-9_]+`).FindString(body)
		if remove == "" {
			w.Fatalf("no way to remove: %s", body)
		}
		w.want(w.post("mara", remove, url.Values{"reason": {""}}), http.StatusUnprocessableEntity, "Say why")
		w.want(w.post("mara", strings.Replace(remove, "prohibited", "stock", 1), url.Values{"reason": {"wrong bank"}}), http.StatusNotFound)
		w.want(w.post("mara", remove, url.Values{"reason": {"listed by mistake"}}), http.StatusSeeOther)
		w.want(w.get("mara", bank), http.StatusOK, "Removed by staff:7: listed by mistake")
		w.want(w.post("mara", remove, url.Values{"reason": {"again"}}), http.StatusUnprocessableEntity, "removed before")
	})
}

func TestLookUpOnPages(t *testing.T) {
	eachOffice(t, func(w *office) {
		picture := edit.Scene(500, 400, 3)
		var file bytes.Buffer
		w.ok(png.Encode(&file, picture))
		hash, quality := pdq.Of(picture)
		write := func(fn func(tx *db.Tx) error) error {
			return w.Site.DB.Write(w.Context(), value.SystemActor("test"), "test", fn)
		}
		near, far := flipped(hash, 14), flipped(hash, 50)
		w.ok(write(func(tx *db.Tx) error {
			return errors.Join(w.desk.Add(tx, Entry{Bank: Removed, PDQ: &near, Quality: 90, Reason: "x"}), w.desk.Add(tx, Entry{Bank: Stock, PDQ: &far, Quality: 90, Reason: "x"}))
		}))
		body := w.want(w.send(pagesPath+"/lookup", "photo", file.Bytes(), nil), http.StatusOK, hash.String(), near.String(), far.String(), ">14<", ">50<", fmt.Sprintf("Quality %d", quality))
		if strings.Contains(body, "<img") || strings.Count(body, "no match") != 1 {
			w.Errorf("%s", body)
		}
		other := edit.Scene(500, 400, 4)
		file.Reset()
		w.ok(png.Encode(&file, other))
		w.want(w.send(pagesPath+"/lookup", "photo", file.Bytes(), nil), http.StatusOK, "No entry is near")
		w.want(w.send(pagesPath+"/lookup", "photo", nil, nil), http.StatusUnprocessableEntity, "Choose a photo")
		w.want(w.send(pagesPath+"/lookup", "photo", []byte("no photo"), nil), http.StatusUnprocessableEntity, "photo")
		for key := range w.desk.config.Blobs.(media.Blobs).Keys(w.Context(), "") {
			w.Errorf("a photo that was looked up is kept: %s", key)
		}
	})
}

func TestHitsOnPages(t *testing.T) {
	eachOffice(t, func(w *office) {
		w.want(w.get("mara", pagesPath), http.StatusOK, "No matches yet", "Known illegal", "sealed", "never")
		h, err := pdq.ParseHash(hashes()[0])
		w.ok(err)
		image := safety.Image{Sha256: strings.Repeat("ab", 32), PDQ: h, Quality: 80}
		w.ok(w.Site.DB.Write(w.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
			return w.desk.Learn(tx, []safety.Image{image}, Illegal, "an order")
		}))
		_, _, err = w.desk.Match(w.Context(), "", nil)
		w.ok(err)
		w.ok(w.Site.DB.Write(w.Context(), value.SystemActor("test"), "test", func(tx *db.Tx) error {
			_, err := w.desk.Note(tx, "listing", 4242, []safety.Image{image})
			return err
		}))
		body := w.want(w.get("mara", pagesPath), http.StatusOK, value.ID(4242).Text("lst"), "the same file")
		if strings.Contains(body, "<img") || strings.Contains(body, image.Sha256) {
			w.Error("the list shows a photo, or leads to one")
		}
	})
}

func TestImportOnPages(t *testing.T) {
	eachOffice(t, func(w *office) {
		bank := pagesPath + "/removed"
		list := []byte("pdq\n" + hashes()[0] + "\nbroken\n")
		w.want(w.send(bank+"/imports", "file", nil, url.Values{"reason": {"old ones"}}), http.StatusUnprocessableEntity, "Choose a file", "old ones")
		w.want(w.send(bank+"/imports", "file", list, nil), http.StatusUnprocessableEntity, "Say why")
		answer := w.send(bank+"/imports", "file", list, url.Values{"reason": {"old ones"}, "source": {"the old site"}})
		w.want(answer, http.StatusSeeOther)
		page := answer.Header().Get("Location")
		w.want(w.get("mara", page), http.StatusOK, "file.csv", page+"/progress", "every 1s")
		w.jobs()
		w.want(w.get("mara", page), http.StatusOK, "Refused rows", "64 characters", "<td class=\"num\">3</td>", "old ones")
		fragment := httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+page+"/progress", nil)
		fragment.Header.Set("HX-Request", "true")
		if body := w.want(w.ask("mara", fragment), http.StatusOK, "2 rows"); strings.Contains(body, "<html") || strings.Contains(body, "every 1s") {
			w.Errorf("%s", body)
		}
		w.want(w.get("mara", page+"/progress"), http.StatusSeeOther)
		w.want(w.get("mara", bank), http.StatusOK, "the old site", "file.csv", "done")
	})
}

func TestPagesSpeakGerman(t *testing.T) {
	eachOffice(t, func(w *office) {
		r := httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+pagesPath, nil)
		r.AddCookie(&http.Cookie{Name: "language", Value: "de-CH"})
		body := w.want(w.ask("mara", r), http.StatusOK, "Bekannt illegal", "Ein Foto nachschlagen")
		if strings.Contains(body, "bank.") {
			w.Error("a message is missing")
		}
	})
}
