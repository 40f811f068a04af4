package profile

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// The words on which the rules of these tests fire.
const (
	heldWords    = "parcels from the western depot"
	refusedWords = "counterfeit stamps by the sheet"
)

// rules are the provider's with two plain ones for profiles, made once.
var rules = sync.OnceValues(func() (*safety.RuleSet, error) {
	provider, err := safety.ProviderPack()
	if err != nil {
		return nil, err
	}
	rule := func(id, when string, outcome safety.Verdict, ground, fires string) safety.Rule {
		return safety.Rule{ID: id, Version: 1, Title: safety.Words{"en": id, "de": id}, Ground: safety.Words{"en": ground, "de": ground}, Policy: "test/1", Category: "SCAMS_AND_FRAUD",
			Stages: []safety.Stage{safety.StageAccount}, Mode: safety.Live, When: when, Outcome: outcome, Owner: "site", Fires: []safety.Example{{Text: fires}}, Passes: []safety.Example{{Text: "A bicycle"}}}
	}
	return safety.Compile(provider, safety.Pack{
		Lists: map[string]safety.List{"test_hold": {Terms: []string{"western depot"}}, "test_reject": {Terms: []string{"counterfeit stamps"}}},
		Rules: []safety.Rule{
			rule("site/depot", "terms.test_hold > 0", safety.Hold, "Parcels need a look.", heldWords),
			rule("site/stamps", "terms.test_reject > 0", safety.Reject, "Stamps are not sold here.", refusedWords),
		},
	})
})

// sellers is package listing as app lends it.
type sellers struct{}

func of(s listing.Seller) Seller {
	return Seller{ID: s.ID, Business: s.Kind == listing.Business, Name: s.Name, Town: s.Town, Since: s.Since, Verified: s.Verified}
}

func seatsOf(all []listing.Seat) []Seat {
	seats := make([]Seat, len(all))
	for i, s := range all {
		seats[i] = Seat{Seller: s.Seller, Account: s.Account, Role: Role(s.Role), Since: s.Since}
	}
	return seats
}

func (sellers) Find(tx *db.Tx, ids []value.ID) ([]Seller, error) {
	found, err := listing.Sellers(tx, ids)
	all := make([]Seller, len(found))
	for i, s := range found {
		all[i] = of(s)
	}
	return all, err
}

func (sellers) Own(tx *db.Tx, account value.ID, name, town string, since time.Time) (Seller, error) {
	s, err := listing.OwnSeller(tx, account, name, town, since)
	return of(s), err
}

func (sellers) Open(tx *db.Tx, s Seller, owner value.ID) error {
	if err := listing.AddSeller(tx, listing.Seller{ID: s.ID, Kind: listing.Business, Name: s.Name, Town: s.Town, Since: s.Since}); err != nil {
		return err
	}
	return listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: owner, Role: listing.Owner})
}

func (sellers) Rename(tx *db.Tx, seller value.ID, name, town string) error {
	return listing.RenameSeller(tx, seller, name, town)
}

func (sellers) Seats(tx *db.Tx, seller value.ID) ([]Seat, error) {
	all, err := listing.SeatsOf(tx, seller)
	return seatsOf(all), err
}

func (sellers) Held(tx *db.Tx, account value.ID) ([]Seat, error) {
	all, err := listing.SeatsHeldBy(tx, account)
	return seatsOf(all), err
}

func (sellers) Give(tx *db.Tx, s Seat) error {
	return listing.GiveSeat(tx, listing.Seat{Seller: s.Seller, Account: s.Account, Role: listing.SeatRole(s.Role), Since: s.Since})
}

func (sellers) Take(tx *db.Tx, seller, account value.ID) error {
	return listing.TakeSeat(tx, seller, account)
}

// mailbox keeps what was told and mailed.
type mailbox struct {
	mu      sync.Mutex
	alerts  []account.Alert
	letters []account.Letter
}

func (m *mailbox) Tell(tx *db.Tx, a account.Alert) error {
	tx.After(func() { m.mu.Lock(); defer m.mu.Unlock(); m.alerts = append(m.alerts, a) })
	return nil
}

func (m *mailbox) Send(tx *db.Tx, l account.Letter) error {
	tx.After(func() { m.mu.Lock(); defer m.mu.Unlock(); m.letters = append(m.letters, l) })
	return nil
}

func (m *mailbox) Arrived(*db.Tx, value.Email) error { return nil }

// world is one site with its handler and three members.
type world struct {
	*sitetest.World
	testing.TB
	desk          *Desk
	mail          *mailbox
	router        *web.Router
	blobs         media.Blobs
	mina, jon, lu account.Account
	sam           account.Account // staff
	answers       Answering
}

func schemas() []db.Schema {
	return []db.Schema{account.Schema(), safety.Schema(), listing.Schema(), Schema()}
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, schemas(), func(t *testing.T, base *sitetest.World) { test(t, newWorld(t, base)) })
}

func newWorld(t testing.TB, base *sitetest.World) *world {
	t.Helper()
	w := &world{World: base, TB: t, mail: &mailbox{}}
	set, err := rules()
	w.ok(err)
	gate, err := safety.NewGate(base.Site.Key("clearance"), base.Site.DB.IDs(), set)
	w.ok(err)
	w.desk = &Desk{DB: base.Site.DB, Gate: gate, Sellers: sellers{}, Alerts: w.mail,
		Answers: func(*db.Tx, value.ID) (Answering, error) { return w.answers, nil }}
	w.mina, w.jon, w.lu = w.join("mina", value.Member), w.join("jon", value.Member), w.join("lu", value.Member)
	w.sam = w.join("sam", value.Staff)
	blobs, err := media.LocalBlobs(t.TempDir())
	w.ok(err)
	w.blobs = blobs
	t.Cleanup(func() { _ = blobs.Close() })
	w.router = w.serve()
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) join(name string, kind value.ActorKind) (a account.Account) {
	w.Helper()
	a = account.Account{Kind: kind, Email: value.Email(name + "@example.org"), Name: strings.ToUpper(name[:1]) + name[1:] + " Muster"}
	if kind == value.Staff {
		a.Role = account.Safety
	}
	w.write(value.SystemActor("test"), func(tx *db.Tx) (err error) {
		a, err = account.Create(tx, a)
		return err
	})
	return a
}

func (w *world) write(actor value.Actor, fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), actor, "test", fn))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

// behind changes rows behind the program's back.
func (w *world) behind(statement string, args ...any) {
	w.Helper()
	w.ok(w.Site.DB.Maintain(context.Background(), "test", func(tx *db.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	}))
}

func (w *world) shown(seller value.ID) (s Shown) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		s, err = w.desk.Find(tx, seller)
		return err
	})
	return s
}

func (w *world) profile(seller value.ID) (p Profile) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		p, err = FindProfile(tx, seller)
		return err
	})
	return p
}

// saveMine saves Mina's own profile.
func (w *world) saveMine(rev int64, c Content) (Profile, error) {
	return w.desk.SaveMine(context.Background(), w.mina.Actor(), rev, c)
}

func (w *world) mustSave(rev int64, c Content) Profile {
	w.Helper()
	p, err := w.saveMine(rev, c)
	w.ok(err)
	return p
}

// shop opens a shop of Mina.
func (w *world) shop(name string) value.ID {
	w.Helper()
	p, err := w.desk.OpenShop(context.Background(), w.mina.Actor(), w.Site.DB.IDs().Next(), Content{Name: name, Town: "Nyon", Imprint: "Spoke & Lantern, 1 Quai, 1260 Nyon"})
	w.ok(err)
	return p.Seller
}

func (w *world) give(seller value.ID, a account.Account, role Role) {
	w.Helper()
	w.write(value.SystemActor("test"), func(tx *db.Tx) error {
		return sellers{}.Give(tx, Seat{Seller: seller, Account: a.ID, Role: role, Since: tx.Now()})
	})
}

func wantKind(t testing.TB, err error, kind value.Kind) {
	t.Helper()
	if value.KindOf(err) != kind {
		t.Errorf("got %v, want %q", err, kind)
	}
}

// serve assembles the handler as the program does. Who asks is named by a header.
func (w *world) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), Messages())
	w.ok(err)
	room := New(Config{
		Desk:    func(*site.Site) *Desk { return w.desk },
		Photos:  func(*site.Site) Photos { return media.NewPhotos(w.blobs, media.NewDecoders(0)) },
		Letters: w.mail, Page: page,
		Public: func(s Seller) string { return "/s/" + s.ID.Text(SellerShortID) },
	})
	r := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r.Before(w.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if c, err := r.Cookie("language"); err == nil {
			locale = value.Locale(c.Value)
		}
		settings := site.From(r.Context()).Settings()
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: settings.Location(), Currency: "CHF"}))
		for _, a := range []account.Account{w.mina, w.jon, w.lu} {
			if c, err := r.Cookie("who"); err == nil && c.Value == string(a.Email) {
				ctx = account.With(ctx, account.Session{Account: a.ID, Kind: a.Kind, Name: a.Name, Email: a.Email})
			}
		}
		return r.WithContext(ctx), nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	r.Mount("GET "+media.Path, account.Public, media.Handler(w.blobs, func(*http.Request, string) (media.Access, error) { return media.Public, nil }), web.Bare())
	room.Routes(r)
	return r
}

// page is a shell like that of members' pages.
func page(r *http.Request, title string, content templ.Component) templ.Component {
	shell := ui.PublicPage{Title: title, Site: "Lakeside Market", Hidden: true, Member: true, Search: ui.Search{Action: "/search"},
		Account: ui.Account{Name: account.From(r.Context()).Name, Href: "/account/profile"}}
	area := ui.MemberArea{Label: "Mine", Links: []ui.Link{{Text: "Messages", Href: "/messages", Icon: "inbox"}, {Text: "Profile", Href: "/account/profile", Icon: "user", Current: true}}}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		inside := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return area.Render(templ.WithChildren(ctx, content), w)
		})
		return shell.Render(templ.WithChildren(ctx, inside), w)
	})
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	location string
	cookies  []*http.Cookie
}

func (w *world) do(who account.Account, r *http.Request) answer {
	w.Helper()
	if who.ID != 0 {
		r.AddCookie(&http.Cookie{Name: "who", Value: string(who.Email)})
	}
	recorder := httptest.NewRecorder()
	w.router.ServeHTTP(recorder, r)
	if recorder.Code >= 500 {
		w.Errorf("%s %s answered %d", r.Method, r.URL, recorder.Code)
	}
	return answer{recorder.Code, recorder.Body.String(), recorder.Header().Get("Location"), recorder.Result().Cookies()}
}

func (w *world) get(who account.Account, path string) answer {
	w.Helper()
	return w.do(who, httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil))
}

// post sends a form with files, as browsers do; a field whose name begins with @ is a file.
func (w *world) post(who account.Account, path string, pairs ...string) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, isFile := strings.CutPrefix(pairs[i], "@"); isFile {
			part, err := form.CreateFormFile(name, "photo.png")
			w.ok(err)
			_, err = part.Write([]byte(pairs[i+1]))
			w.ok(err)
			continue
		}
		w.ok(form.WriteField(pairs[i], pairs[i+1]))
	}
	w.ok(form.Close())
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(who, r)
}

func (a answer) want(t testing.TB, status int, all ...string) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %.400s", a.status, status, a.body)
	}
	for _, words := range all {
		if !strings.Contains(a.body, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	return a
}

func (a answer) wantTo(t testing.TB, location string) answer {
	t.Helper()
	if a.status != http.StatusSeeOther || a.location != location {
		t.Errorf("%d to %q, want 303 to %q: %.600s", a.status, a.location, location, a.body)
	}
	return a
}

// drawing is a small PNG.
func drawing(t testing.TB, shade uint8) string {
	img := image.NewRGBA(image.Rect(0, 0, 240, 200))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{shade, 140, 120, 255}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(60, 50, 180, 150), image.NewUniform(color.RGBA{230, 210, 160, 255}), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

func fieldsIn(err error) (fields []string) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, one := range joined.Unwrap() {
			fields = append(fields, fieldsIn(one)...)
		}
		return fields
	}
	var known *value.Error
	if errors.As(err, &known) {
		return []string{known.Field}
	}
	return nil
}
