package posting_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/posting"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

var operator = value.SystemActor("test")

func schemas() []db.Schema {
	return []db.Schema{account.Schema(), safety.Schema(), listing.Schema(), search.Schema()}
}

// world is one site with a small tree, two members, one of them with a shop, and the whole handler.
type world struct {
	testing.TB
	*sitetest.World
	desk     *listing.Desk
	photos   *media.Photos
	blobs    media.Blobs
	guests   *guests
	handler  http.Handler
	anna     account.Account // a private person
	bruno    account.Account // owner of a shop, and a private person too
	shop     listing.Seller
	bicycles value.ID
	cars     value.ID
	limits   listing.Limits
}

// newWorld is a world on SQLite; rules that differ between databases are package listing's, and tested there.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, World: sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas())}
	gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), rules(t))
	w.ok(err)
	w.blobs, err = media.LocalBlobs(filepath.Join(t.TempDir(), "files"))
	w.ok(err)
	w.photos = media.NewPhotos(w.blobs, media.NewDecoders(2))
	w.desk = &listing.Desk{DB: w.Site.DB, Gate: gate, Trees: listing.NewTrees(w.Site.DB), Limits: func(listing.Seller) listing.Limits { return w.limits }}
	w.guests = &guests{}
	w.desk.Guests = w.guests
	w.plant()
	w.handler = w.serve()
	return w
}

func rules(t testing.TB) *safety.RuleSet {
	t.Helper()
	pack, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	set, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// inStep is an index that has always seen what was published.
type inStep struct {
	*search.Database
	db *db.DB
}

func (i inStep) Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error) {
	if _, err := i.Reader().CatchUp(ctx, i.db); err != nil {
		return nil, err
	}
	return i.Database.Alike(ctx, d, most)
}

// guests are the accounts and the mail that visitors' listings need.
type guests struct {
	mu      sync.Mutex
	letters []listing.GuestLetter
}

func (g *guests) Ask(tx *db.Tx, letter listing.GuestLetter) error {
	tx.After(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.letters = append(g.letters, letter)
	})
	return nil
}

func (g *guests) Admit(tx *db.Tx, email value.Email, name string, locale value.Locale) (value.ID, error) {
	a, err := account.Create(tx, account.Account{Kind: value.Member, Email: email, Name: name, Locale: locale})
	return a.ID, err
}

func (g *guests) last(t testing.TB) listing.GuestLetter {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.letters) == 0 {
		t.Fatal("no letter was sent")
	}
	return g.letters[len(g.letters)-1]
}

// serve assembles the handler as the program does. A header signs a request in, as the door's step would by a cookie.
func (w *world) serve() http.Handler {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), listing.Messages(), media.Messages(), posting.Messages())
	w.ok(err)
	index := search.New(w.Site.DB, listing.Documents{Gate: w.desk.Gate}, search.Config{})
	suggester := listing.NewSuggester(inStep{index, w.Site.DB}, w.desk.Trees)
	p := posting.New(posting.Config{
		Services: func(*site.Site) posting.Services {
			return posting.Services{Desk: w.desk, Photos: w.photos, Suggester: suggester}
		},
		Page: func(r *http.Request, title string, content templ.Component) templ.Component {
			return inShell(r, title, inArea(content))
		},
		Form: inShell,
		Figures: func(_ *db.Tx, ids []value.ID) (map[value.ID]posting.Figures, error) {
			all := make(map[value.ID]posting.Figures)
			for _, id := range ids {
				all[id] = posting.Figures{Views: 148, Saves: 6, Contacts: 2}
			}
			return all, nil
		},
		FiguresHref: func(l listing.Listing) string { return "/my/listings/" + l.Key() + "/figures" },
	})
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(failing{w}, &slog.HandlerOptions{Level: slog.LevelError})),
		OnError: func(rw http.ResponseWriter, r *http.Request, status int, _ string, err error) {
			http.Error(rw, text.Error(r.Context(), err), status)
		}})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if _, err := r.Cookie("german"); err == nil {
			locale = "de-CH"
		}
		settings := site.From(r.Context()).Settings()
		printer := words.Printer(text.Settings{Locale: locale, Zone: settings.Location(), Currency: settings.Currency})
		return r.WithContext(text.WithPrinter(r.Context(), printer)), nil
	})
	m.Before(w.signedIn)
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	m.Handle("GET "+media.Path, account.Public, w.showPhoto(p))
	m.Handle("GET /sign-in", account.Public, func(rw http.ResponseWriter, r *http.Request) error {
		return web.Render(rw, r, 200, inShell(r, "Sign in", templ.Raw("<h1>Sign in</h1>")))
	})
	p.Routes(m)
	return m
}

const asCookie = "as" // names who is signed in, in these tests

func (w *world) signedIn(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
	cookie, err := r.Cookie(asCookie)
	if err != nil {
		return r, nil
	}
	for _, a := range []account.Account{w.anna, w.bruno} {
		if string(a.Email) == cookie.Value {
			return r.WithContext(account.With(r.Context(), account.Session{Account: a.ID, Kind: a.Kind, Name: a.Name, Email: a.Email})), nil
		}
	}
	return r, nil
}

// showPhoto is app's gate of photos, as far as these pages need it.
func (w *world) showPhoto(p *posting.Posting) web.Handler {
	return func(rw http.ResponseWriter, r *http.Request) error {
		media.Handler(w.blobs, func(r *http.Request, sha string) (access media.Access, err error) {
			err = w.Site.DB.Read(r.Context(), func(tx *db.Tx) error {
				shown, err := p.MayShow(r, tx, sha)
				if shown {
					access = media.Private
				}
				return err
			})
			return access, err
		}).ServeHTTP(rw, r)
		return nil
	}
}

type failing struct{ w *world }

func (f failing) Write(line []byte) (int, error) {
	f.w.Errorf("the router logged: %s", line)
	return len(line), nil
}

func inShell(r *http.Request, title string, content templ.Component) templ.Component {
	page := ui.PublicPage{Title: title, Site: "Lakeside Market", Member: true, Hidden: true, Search: ui.Search{Action: "/search"}, SignIn: ui.Link{Text: "Sign in", Href: "/sign-in"}}
	if s := account.From(r.Context()); !s.IsZero() {
		page.Account = ui.Account{Name: s.Name, Href: "/account/sessions", SignOut: "/sign-out"}
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return page.Render(templ.WithChildren(ctx, content), w) })
}

func inArea(content templ.Component) templ.Component {
	area := ui.MemberArea{Label: "My account", Links: []ui.Link{{Text: "My listings", Href: "/my/listings", Icon: "tag", Current: true}, {Text: "Messages", Href: "/messages", Icon: "message-square"}}}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return area.Render(templ.WithChildren(ctx, content), w) })
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), operator, "test", fn))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

func names(english, german string) listing.Names { return listing.Names{"en": english, "de": german} }

func (w *world) plant() {
	w.write(func(tx *db.Tx) (err error) {
		category := func(parent value.ID, slug, english, german, icon string) value.ID {
			c, err := listing.AddCategory(tx, listing.Category{Parent: parent, Slug: slug, Names: names(english, german), Icon: icon})
			w.ok(err)
			return c.ID
		}
		sports := category(0, "sports", "Sports", "Sport", "bike")
		w.bicycles = category(sports, "bicycles", "Bicycles", "Velos", "bike")
		vehicles := category(0, "vehicles", "Vehicles", "Fahrzeuge", "car")
		w.cars = category(vehicles, "cars", "Cars", "Autos", "car")
		homes := category(0, "homes", "Homes", "Wohnen", "house")
		category(homes, "rooms", "Rooms in shared flats", "Zimmer in Wohngemeinschaften", "bed-double")
		w.attributes(tx)
		if w.anna, err = account.Create(tx, account.Account{Kind: value.Member, Email: "anna@example.org", Name: "Anna Muster"}); err != nil {
			return err
		}
		if w.bruno, err = account.Create(tx, account.Account{Kind: value.Member, Email: "bruno@example.org", Name: "Bruno Beispiel"}); err != nil {
			return err
		}
		w.shop = listing.Seller{ID: tx.NewID(), Kind: listing.Business, Name: "Spoke & Lantern", Town: "Nyon", Since: tx.Now().AddDate(-5, 0, 0)}
		if err := listing.AddSeller(tx, w.shop); err != nil {
			return err
		}
		return listing.GiveSeat(tx, listing.Seat{Seller: w.shop.ID, Account: w.bruno.ID, Role: listing.Owner})
	})
}

func (w *world) attributes(tx *db.Tx) {
	option := func(slug, name, of string) listing.Option {
		return listing.Option{Slug: slug, Names: names(name, name), For: of}
	}
	for i, a := range []listing.Attribute{
		{Category: w.bicycles, Slug: "type", Names: names("Type", "Typ"), Type: listing.ChoiceType, Required: true, Options: []listing.Option{option("city", "City & hybrid", ""), option("road", "Road", "")}},
		{Category: w.bicycles, Slug: "gears", Names: names("Gears", "Gänge"), Type: listing.IntegerType},
		{Category: w.bicycles, Slug: "lights", Names: names("With lights", "Mit Licht"), Type: listing.BooleanType},
		{Category: w.cars, Slug: "make", Names: names("Make", "Marke"), Type: listing.ChoiceType, Required: true, Options: []listing.Option{option("volvo", "Volvo", ""), option("fiat", "Fiat", "")}},
		{Category: w.cars, Slug: "model", Names: names("Model", "Modell"), Type: listing.ChoiceType, DependsOn: "make", Options: []listing.Option{option("v60", "V60", "volvo"), option("panda", "Panda", "fiat")}},
		{Category: w.cars, Slug: "km", Names: names("Mileage", "Kilometerstand"), Type: listing.IntegerType, Unit: "km", Required: true},
	} {
		a.Position = int64(i)
		_, err := listing.AddAttribute(tx, a)
		w.ok(err)
	}
}

// reader keeps cookies like one, without JavaScript.
type reader struct {
	w       *world
	cookies map[string]string
	headers map[string]string
}

func (w *world) visitor() *reader { return &reader{w, map[string]string{}, map[string]string{}} }

func (w *world) as(a account.Account) *reader {
	return &reader{w, map[string]string{asCookie: string(a.Email)}, map[string]string{}}
}

// answer is what came back.
type answer struct {
	*reader
	status int
	header http.Header
	body   string
}

func (b *reader) get(path string) answer {
	b.w.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil))
}

// post sends a form; pairs of the same name are sent all.
func (b *reader) post(path string, pairs ...string) answer {
	b.w.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// file is a file of a form.
type file struct {
	name    string
	content []byte
}

// send sends a form with files, as the browser does without JavaScript.
func (b *reader) send(path string, files []file, pairs ...string) answer {
	b.w.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		b.w.ok(parts.WriteField(pairs[i], pairs[i+1]))
	}
	for _, f := range files {
		part, err := parts.CreateFormFile("photos", f.name)
		b.w.ok(err)
		_, err = part.Write(f.content)
		b.w.ok(err)
	}
	b.w.ok(parts.Close())
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	return b.do(r)
}

func (b *reader) do(r *http.Request) answer {
	b.w.Helper()
	ctx, end := context.WithTimeout(context.Background(), 30*time.Second)
	defer end()
	r = r.WithContext(ctx)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, content := range b.headers {
		r.Header.Set(name, content)
	}
	for name, content := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: content})
	}
	rec := httptest.NewRecorder()
	b.w.handler.ServeHTTP(rec, r)
	for _, cookie := range rec.Result().Cookies() {
		b.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	if rec.Code >= 500 && rec.Code != 503 {
		b.w.Errorf("%s %s answered %d", r.Method, r.URL, rec.Code)
	}
	return answer{b, rec.Code, rec.Header(), rec.Body.String()}
}

func (a answer) want(status int, words ...string) answer {
	a.w.Helper()
	if a.status != status {
		a.w.Fatalf("%d, want %d: %s", a.status, status, plain(a.body))
	}
	for _, word := range words {
		if !strings.Contains(plain(a.body), word) {
			a.w.Errorf("nothing says %q: %s", word, plain(a.body))
		}
	}
	return a
}

func (a answer) without(words ...string) answer {
	a.w.Helper()
	for _, word := range words {
		if strings.Contains(plain(a.body), word) {
			a.w.Errorf("it says %q: %s", word, plain(a.body))
		}
	}
	return a
}

// to is where a redirect leads, without its fragment.
func (a answer) to() string {
	a.w.Helper()
	a.want(http.StatusSeeOther)
	path, _, _ := strings.Cut(a.header.Get("Location"), "#")
	return path
}

// follow goes where a redirect leads.
func (a answer) follow() answer {
	a.w.Helper()
	return a.get(a.to())
}

var (
	markup = regexp.MustCompile(`(?s)<script.*?</script>|<svg.*?</svg>|<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// plain is the text of a page.
func plain(body string) string {
	if _, main, ok := strings.Cut(body, "<main"); ok {
		body = main
	}
	return strings.NewReplacer("\u00a0", " ", "&amp;", "&", "&#39;", "'", "&#34;", `"`).Replace(blanks.ReplaceAllString(markup.ReplaceAllString(body, " "), " "))
}

func (a answer) find(pattern string) string {
	a.w.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(a.body)
	if match == nil {
		a.w.Fatalf("nothing like %s in %s", pattern, a.body)
	}
	return match[1]
}

// shot is a photo of the given size in one colour, as JPEG.
func shot(t testing.TB, width, height int, shade uint8) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{shade, uint8(x * 255 / width), uint8(y * 255 / height), 255}
			if x < width/3 && y < height/3 {
				c = color.RGBA{230, 30, 30, 255}
			}
			picture.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// live offers a bicycle of a seller, cleared and live.
func (w *world) live(seller listing.Seller, title string, francs int64) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(context.Background(), operator, listing.Submission{Seller: seller, Content: listing.Content{
		Kind: listing.Sell, Category: w.bicycles, Locale: "en", Title: title, Body: "Serviced in May, kept indoors.",
		Price: value.MoneyFromUnits(francs, "CHF"), Place: listing.Place{Name: "Pully", Point: value.Point{Lat: 46.510473, Lon: 6.661829}},
		Attributes: listing.Attributes{"type": "city"},
	}})
	w.ok(err)
	if l.Status != listing.Live {
		w.Fatalf("%q is %s", title, l.Status)
	}
	return l
}

// safetyReview is a person's word that the present content of a listing may be published.
func safetyReview(tx *db.Tx, w *world, id value.ID) (value.ID, error) {
	l, err := listing.Find(tx, id)
	if err != nil {
		return 0, err
	}
	review, err := safety.RecordReview(tx, listing.Object, id, l.Content.Hash(), "looked at")
	return review.ID(), err
}
