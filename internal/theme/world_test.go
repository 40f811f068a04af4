package theme_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/theme"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// world is a registry with one site, and the handler of this package with a plain home page.
type world struct {
	testing.TB
	*sitetest.World
	router *web.Router
	blobs  map[value.ID]media.Blobs // by site
	host   string                   // to ask; that of the site when empty
	// keepEntities leaves answers as they were sent
	keepEntities bool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, World: sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema()}), blobs: map[value.ID]media.Blobs{}}
	w.router = w.serve()
	return w
}

func (w *world) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), theme.Messages())
	w.ok(err)
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := r.Context()
		if role := r.Header.Get("As"); role != "" {
			ctx = account.With(ctx, account.Session{Account: 7, Kind: value.Staff, Name: "Aya Keller", Role: account.Role(role)})
		}
		printer := words.Printer(text.Settings{Locale: "en", Zone: site.From(ctx).Settings().Location(), Currency: "CHF"})
		return r.WithContext(text.WithPrinter(ctx, printer)), nil
	})
	(&theme.Room{
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
		Files: w.files, Home: home,
		Categories: func(*http.Request) ([]ui.Option, error) {
			return []ui.Option{{Value: "sports", Text: "Sports"}, {Value: "sports/boats", Text: "Sports › Boats"}}, nil
		},
	}).Routes(m)
	return m
}

func (w *world) files(s *site.Site) media.Blobs {
	if w.blobs[s.ID] == nil {
		blobs, err := media.LocalBlobs(w.TempDir())
		w.ok(err)
		w.Cleanup(func() { blobs.Close() })
		w.blobs[s.ID] = blobs
	}
	return w.blobs[s.ID]
}

// home is a home page that says what its settings are.
func home(w http.ResponseWriter, r *http.Request) error {
	settings, tried := site.SettingsOf(r.Context())
	page := ui.PublicPage{Site: settings.Name, Title: settings.Name}
	theme.Dress(&page, settings.Theme, tried)
	page.Closing = settings.Theme.In("en").Footer
	body := templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
		_, err := io.WriteString(out, "<h1>"+html.EscapeString(settings.TaglineIn("en"))+"</h1>")
		for _, b := range settings.Theme.HomeBlocks() {
			_, err = io.WriteString(out, "<p>block "+html.EscapeString(string(b.Kind))+"</p>")
		}
		return err
	})
	return web.Render(w, r, http.StatusOK, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, body), out)
	}))
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) theme() site.Theme { return w.Site.Settings().Theme }

// page is an answer of the handler.
type page struct {
	*world
	*http.Response
	body string
}

func (w *world) send(r *http.Request, as string) page {
	w.Helper()
	r.Header.Set("As", as)
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	if w.keepEntities {
		return page{w, rec.Result(), rec.Body.String()}
	}
	return page{w, rec.Result(), html.UnescapeString(rec.Body.String())}
}

func (w *world) asked() string {
	if w.host != "" {
		return w.host
	}
	return sitetest.Host
}

func (w *world) get(as, path string, headers ...string) page {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), "GET", "http://"+w.asked()+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.send(r, as)
}

func (w *world) post(as, path string, pairs ...string) page {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(w.Context(), "POST", "http://"+w.asked()+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r, as)
}

// upload sends a file in the field "logo".
func (w *world) upload(as, name string, content []byte) page {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("logo", name)
	w.ok(err)
	_, err = part.Write(content)
	w.ok(err)
	w.ok(form.Close())
	r := httptest.NewRequestWithContext(w.Context(), "POST", "http://"+w.asked()+editor+"/logo", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.send(r, as)
}

// want checks the status and that the page has all the words; entities are read as what they stand for.
func (p page) want(status int, words ...string) page {
	p.world.Helper()
	if p.StatusCode != status {
		p.world.Errorf("%d, want %d: %s", p.StatusCode, status, clip(p.body))
	}
	for _, word := range words {
		if !strings.Contains(p.body, word) {
			p.world.Errorf("the page lacks %q:\n%s", word, clip(p.body))
		}
	}
	return p
}

func (p page) lacks(words ...string) page {
	p.world.Helper()
	for _, word := range words {
		if strings.Contains(p.body, word) {
			p.world.Errorf("the page has %q", word)
		}
	}
	return p
}

func (p page) saved() {
	p.world.Helper()
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != editor {
		p.world.Errorf("%d to %q, want 303 to the editor: %s", p.StatusCode, p.Header.Get("Location"), clip(p.body))
	}
}

func clip(text string) string {
	if at := strings.Index(text, `<main`); at > 0 {
		text = text[at:]
	}
	return text[:min(len(text), 5000)]
}

const editor = "/console/setup/theme"
