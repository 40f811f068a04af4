package market

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of the public pages, for text.New.
func Messages() fs.FS { return messages }

// Notices files reports; moderation.Desk does.
type Notices interface {
	File(ctx context.Context, actor value.Actor, n moderation.Notice) (moderation.Notice, error)
}

// Services are the rooms of one site that its public pages read from.
type Services struct {
	Desk    *listing.Desk
	Index   search.Index
	Notices Notices
	Parts   Parts
	Atlas   Atlas                                   // of the world's places; nil knows only those of the site's listings
	Missed  func(ctx context.Context, words string) // told of words that found nothing; nil for nobody. It must be quick
}

// Limits bounds what one network may ask for. Zero rates get a default.
type Limits struct {
	Reports  web.Rate // attempts to file a notice; 0 means 20 an hour
	Lookups  web.Rate // codes of notices asked for; 0 means 60 a minute
	Pages    web.Rate // pages that search; 0 means 1,200 a minute
	Machines web.Rate // sitemaps and feeds; 0 means 120 a minute
	Typing   web.Rate // suggestions while somebody types, and pieces of the map; 0 means 1,200 a minute
}

// Market answers for the public pages of all sites.
type Market struct {
	Services func(*site.Site) Services
	Shell    func(r *http.Request) ui.PublicPage                   // what every page has, without title and content
	Keep     func(web.Handler) web.Handler                         // keeps pages that are the same for all visitors; nil keeps none
	Printer  func(s *site.Site, locale value.Locale) *text.Printer // for ReadSearch; nil takes the one of its context
	Limits   Limits
	Clock    value.Clock // for the limits; nil is the machine's
}

const limitedNetworks = 20_000 // remembered by each limiter

// Routes registers all public pages.
func (m *Market) Routes(r *web.Router) {
	reports := m.limited(m.Limits.Reports, web.Rate{Events: 20, Per: time.Hour, Burst: 10})
	lookups := m.limited(m.Limits.Lookups, web.Rate{Events: 60, Per: time.Minute, Burst: 20})
	pages := web.Limit(m.limiter(m.Limits.Pages, web.Rate{Events: 1200, Per: time.Minute, Burst: 300}), strangers, account.Public)
	typing := web.Limit(m.limiter(m.Limits.Typing, web.Rate{Events: 1200, Per: time.Minute, Burst: 200}), strangers, account.Public)
	machines := m.limited(m.Limits.Machines, web.Rate{Events: 120, Per: time.Minute, Burst: 60})
	for _, route := range []struct {
		pattern string
		guard   web.Guard
		answer  func(*visit, http.ResponseWriter) error
		kept    bool // the same for all visitors without a session
	}{
		{"GET /{$}", pages, (*visit).home, true},
		{"GET /c/{path...}", pages, (*visit).category, true},
		{"GET /search", pages, (*visit).search, true},
		{"GET /search/complete", typing, (*visit).complete, false},
		{"GET /search/map", typing, (*visit).clusters, false},
		{"GET /search/card/{id}", typing, (*visit).mapCard, false},
		{"GET /l/{id}", pages, (*visit).listing, true},
		{"GET /l/{id}/{slug}", pages, (*visit).listing, true},
		{"GET /s/{id}", pages, (*visit).seller, true},
		{"GET /s/{id}/{slug}", pages, (*visit).seller, true},
		{"GET /report/{id}", account.Public, (*visit).reportForm, false},
		{"POST /report/{id}", reports, (*visit).fileReport, false},
		{"GET /reports", lookups, (*visit).findReport, false},
		{"GET /reports/{code}", lookups, (*visit).receipt, false},
		{"GET /safety", account.Public, (*visit).safety, true},
		{"GET /about", account.Public, (*visit).about, true},
		{"GET /imprint", account.Public, (*visit).imprint, true},
		{"GET /feed.atom", machines, (*visit).feed, true},
		{"GET /sitemap.xml", machines, (*visit).sitemapIndex, false},
		{"GET /sitemap/{part}", machines, (*visit).sitemapPart, false},
		{"GET /robots.txt", account.Public, (*visit).robots, false},
	} {
		handler := func(w http.ResponseWriter, r *http.Request) error {
			v, err := m.begin(r)
			if err != nil {
				return err
			}
			return route.answer(v, w)
		}
		if route.kept && m.Keep != nil {
			handler = m.Keep(handler)
		}
		if strings.HasPrefix(route.pattern, "GET /l/") {
			handler = m.counted(handler)
		}
		r.Handle(route.pattern, route.guard, handler)
	}
}

func (m *Market) limited(rate, otherwise web.Rate) web.Guard {
	return web.Limit(m.limiter(rate, otherwise), web.ClientNetwork, account.Public)
}

func (m *Market) limiter(rate, otherwise web.Rate) *web.Limiter {
	if rate.Events == 0 {
		rate = otherwise
	}
	clock := m.Clock
	if clock == nil {
		clock = value.SystemClock{}
	}
	return web.NewLimiter(clock, rate, limitedNetworks)
}

// strangers counts pages by the visitor's network. The machine's own and private networks are not counted: there stand
// proxies, behind which is everybody.
func strangers(r *http.Request) string {
	if client := web.Client(r); client.IsLoopback() || client.IsPrivate() {
		return ""
	}
	return web.ClientNetwork(r)
}

// visit is what one request has at hand.
type visit struct {
	Services
	market   *Market
	r        *http.Request
	ctx      context.Context
	site     *site.Site
	settings site.Settings
	words    *text.Printer
	tree     *listing.Tree
	now      time.Time
	hearts   map[value.ID]templ.Component // of the listings shown, for those signed in
}

func (m *Market) begin(r *http.Request) (*visit, error) {
	return m.beginFor(r, site.From(r.Context()))
}

func (m *Market) beginFor(r *http.Request, s *site.Site) (*visit, error) {
	settings := s.Settings()
	if here, ok := site.Found(r.Context()); ok && here == s {
		settings, _ = site.SettingsOf(r.Context())
	}
	v := &visit{
		Services: m.Services(s), market: m, r: r, ctx: r.Context(), site: s, settings: settings,
		words: text.FromContext(r.Context()), now: s.DB.Clock().Now(),
	}
	var err error
	v.tree, err = v.Desk.Trees.Tree(v.ctx)
	return v, err
}

// t writes a message in the reader's language.
func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

// name is a name in the reader's language.
func (v *visit) name(n listing.Names) string { return n.In(v.words.Locale()) }

// origin is the scheme and host the visitor used, for addresses that leave the page.
func (v *visit) origin() string {
	if web.HTTPS(v.r) {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}

// page is the shell with a title; canonical is a path, or empty for a page that search engines shall leave alone.
func (v *visit) page(title, canonical string) ui.PublicPage {
	p := v.market.Shell(v.r)
	p.Title, p.Hidden = title, canonical == ""
	if canonical != "" {
		p.Canonical = v.origin() + canonical
	}
	if p.Search.Action != "" {
		p.Search.Radii, p.Search.Complete = v.radii(), completeAddress
	}
	return p
}

// show writes a page. A visitor without a session, whose page holds nothing personal, gets an entity tag of it.
func (v *visit) show(w http.ResponseWriter, status int, page ui.PublicPage, content templ.Component) error {
	whole := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	})
	plain := status == http.StatusOK && account.From(v.ctx).IsZero() && len(page.Flash) == 0
	if !plain || w.Header().Get("Cache-Control") != "" {
		return web.Render(w, v.r, status, whole)
	}
	var written bytes.Buffer
	if err := whole.Render(v.ctx, &written); err != nil {
		return fmt.Errorf("market: %s: %w", v.r.URL.Path, err)
	}
	return v.send(w, "text/html; charset=utf-8", written.Bytes())
}

// send writes bytes that may be kept and asked for again by their entity tag.
func (v *visit) send(w http.ResponseWriter, kind string, body []byte) error {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	sum := sha256.Sum256(body)
	if web.NotModified(w, v.r, hex.EncodeToString(sum[:12])) {
		return nil
	}
	h.Set("Content-Type", kind)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body)
	return err
}

// visible returns those of the listings that the public may see now, in the order of the ids.
func (v *visit) visible(ids []value.ID) ([]listing.Listing, error) {
	var found []listing.Listing
	err := v.site.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if found, err = listing.FindMany(tx, ids); err == nil {
			err = v.saving(tx, found)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[value.ID]int, len(found))
	for i := range found {
		if found[i].Visible(v.Desk.Gate, v.now) {
			byID[found[i].ID] = i + 1
		}
	}
	shown := make([]listing.Listing, 0, len(found))
	for _, id := range ids {
		if i := byID[id]; i > 0 {
			shown = append(shown, found[i-1])
		}
	}
	return shown, nil
}
