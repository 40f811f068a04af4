package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"fairground/internal/account"
	"fairground/internal/api"
	"fairground/internal/appeal"
	"fairground/internal/audit"
	"fairground/internal/audit/proof"
	"fairground/internal/automation"
	"fairground/internal/bank"
	"fairground/internal/change"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/follow"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/market"
	"fairground/internal/media"
	"fairground/internal/member"
	"fairground/internal/message"
	"fairground/internal/network"
	"fairground/internal/notice"
	"fairground/internal/office"
	"fairground/internal/place"
	"fairground/internal/posting"
	"fairground/internal/profile"
	"fairground/internal/reach"
	"fairground/internal/record"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/saved"
	"fairground/internal/search/live"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/theme"
	"fairground/internal/trade"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// App is one running installation: its databases, its sites and everything that answers for them.
type App struct {
	Cluster  *db.Cluster
	Registry *site.Registry
	Metrics  *web.Metrics

	config   Config
	clock    value.Clock
	blobs    media.Blobs
	closers  []func() error
	decoders *media.Decoders
	indexes  sync.Map   // of *live.Index by slug
	copies   sync.Map   // by slug: the *network.Desk of an open site
	smtp     *mail.SMTP // nil: mail is kept for reading

	postmasters *web.Limiter // mails to the postmaster of a site
	pack        safety.Pack
	rules       *safety.RuleSet
	words       *text.Catalogue
	printers    sync.Map // of *text.Printer by printerKey
	door        *account.Door
	market      *market.Market
	console     *console.Console
	office      *office.Office
	theme       *theme.Room
	notices     *notice.Desk

	providerSealer *change.Reader // of the provider's own log
	api            *api.API
	members
}

// Open opens an installation. Nothing runs in the background until Attend is called.
func Open(ctx context.Context, config Config) (*App, error) {
	if config.Clock == nil {
		config.Clock = value.SystemClock{}
	}
	a := &App{config: config, clock: config.Clock, Metrics: web.NewMetrics(), decoders: media.NewDecoders(0)}
	for _, step := range []func(context.Context) error{a.openWords, a.openRules, a.openFiles, a.openMail, a.openDatabases} {
		if err := step(ctx); err != nil {
			a.Close()
			return nil, fmt.Errorf("app.Open: %w", err)
		}
	}
	a.postmasters = web.NewLimiter(a.clock, web.Rate{Events: 30, Per: time.Hour}, 1000)
	a.furnish()
	return a, nil
}

func (a *App) openWords(context.Context) (err error) {
	a.words, err = text.New(ui.Messages(), web.Messages(), media.Messages(), account.Messages(), market.Messages(), console.Messages(), office.Messages(), theme.Messages(), api.Messages(),
		member.Messages(), follow.Messages(), profile.Messages(), reach.Messages(), saved.Messages(), message.Messages(), trade.Messages(), listing.Messages(), posting.Messages(), notice.Messages(), legal.Messages(), evidence.Messages(), bank.Messages(), rulebook.Messages(), appeal.Messages(), network.Messages(), standing.Messages(), proof.Messages(), Messages())
	return err
}

func (a *App) openRules(context.Context) (err error) {
	if a.pack, err = safety.WholePack(); err != nil {
		return err
	}
	a.rules, err = safety.Compile(a.pack, safety.Pack{})
	return err
}

func (a *App) openFiles(ctx context.Context) error {
	if a.config.S3.Endpoint != "" {
		blobs, err := media.S3Blobs(ctx, a.config.S3)
		a.blobs = blobs
		return err
	}
	if err := os.MkdirAll(a.config.files(), 0o700); err != nil {
		return err
	}
	blobs, err := media.LocalBlobs(a.config.files())
	if err != nil {
		return err
	}
	a.blobs = blobs
	a.closers = append(a.closers, blobs.Close)
	return nil
}

func (a *App) openDatabases(ctx context.Context) (err error) {
	a.Cluster, err = db.NewCluster(ctx, db.Config{
		Directory: a.config.databases(), PostgresURL: a.config.PostgresURL, Unsafe: a.config.Unsafe,
		Clock: a.clock, IDs: value.NewIDs(a.clock, os.Getpid()), Log: change.Append,
	})
	if err != nil {
		return err
	}
	a.Registry, err = site.New(ctx, a.Cluster, a.config.keys(), ProviderSchemas(), SiteSchemas(), site.Limits{})
	if err == nil {
		a.Registry.Prepare, a.Registry.Closing = a.prepare, a.closeIndex
		a.Registry.Dropped = func(database string) error { return live.Discard(a.config.indexes(), database) }
	}
	if err != nil {
		return err
	}
	secret, err := a.Registry.ProviderKey("audit")
	if err != nil {
		return err
	}
	key, err := audit.NewKey("_provider", secret)
	a.providerSealer = audit.Sealer(key)
	return err
}

// furnish makes the rooms that serve all sites.
func (a *App) furnish() {
	a.furnishMembers()
	door := account.Config{
		Clock: a.clock, Post: post{}, Page: a.accountPage, Letters: a.lettersIn, Teller: a.member, Home: home, Screen: a.screenName,
		OpenID: func(*site.Site) []account.OpenID { return a.config.OpenID },
	}
	if a.config.SMTP == "" {
		door.Texts = account.MailboxTexts(post{})
	}
	a.door = account.NewDoor(door)
	pages := web.NewPages(a.clock, pagesAge, pagesBytes)
	a.market = &market.Market{
		Services: func(s *site.Site) market.Services {
			rooms := a.Rooms(s)
			return market.Services{Desk: rooms.Listings, Index: rooms.Index, Notices: reports{a, s}, Parts: a.marketParts(s),
				Atlas: atlas{}, Missed: func(ctx context.Context, words string) {
					rooms.Database.NoteMiss(words, text.FromContext(ctx).Locale().Language())
				}}
		},
		Shell: a.publicShell, Printer: func(s *site.Site, locale value.Locale) *text.Printer { return a.printer(s.Settings(), locale) },
		Keep: func(h web.Handler) web.Handler { return pages.Keep(h, a.pageState) },
	}
	a.api = api.New(api.Config{
		Clock: a.clock, Page: a.accountPage, Letters: a.lettersIn, Loopback: a.config.SMTP == "",
		Limit:   api.Limit{PerSecond: a.config.APIRate, Burst: 2 * a.config.APIRate},
		Records: func(s *site.Site) *record.Store { return a.Rooms(s).Records },
		Asker:   func(c api.Caller) record.Asker { return askerOf(c.Account.ID, c.Role()) },

		Transfer: func(s *site.Site) *transfer.Desk { return a.Rooms(s).Transfer },
	})
	a.console = &console.Console{
		Services: func(s *site.Site) console.Services {
			rooms := a.Rooms(s)
			return console.Services{Listings: rooms.Listings, Moderation: rooms.Moderation, Mailbox: a.config.SMTP == "", Arrivals: arrivals, Texts: heldTexts,
				Foreign: elsewhere, Network: linked, Takedowns: rooms.Takedowns, Lane: a.laneShown, Alarms: a.alarms(s), Photo: a.givenPhoto(s),
				Search: &console.Search{Index: rooms.Index, State: rooms.Index.State, Words: rooms.Database, Asked: a.askedAbout}}
		},
		Account: accountOf, Palette: "/console/palette", SafetyTabs: safetyTabs,
	}
	a.office = &office.Office{
		Store: func(s *site.Site) *record.Store { return a.Rooms(s).Records },
		Files: func(s *site.Site) media.Blobs { return a.Rooms(s).Blobs },
		Asker: func(s account.Session) record.Asker { return askerOf(s.Account, s.Role) },
		Shell: a.console,

		Transfer: func(s *site.Site) *transfer.Desk { return a.Rooms(s).Transfer },
	}
	a.console.Rail = a.office.Rail
	a.notices = a.noticeDesk()
	a.theme = &theme.Room{
		Shell: a.console.Page, Files: func(s *site.Site) media.Blobs { return a.Rooms(s).Blobs },
		Home: a.market.Home, Categories: a.categories,
	}
}

// categories are those of the request's site, each with those above it.
func (a *App) categories(r *http.Request) ([]ui.Option, error) {
	tree, err := a.Rooms(site.From(r.Context())).Listings.Trees.Tree(r.Context())
	if err != nil {
		return nil, err
	}
	locale := text.FromContext(r.Context()).Locale()
	var all []ui.Option
	for c := range tree.All {
		var names []string
		for _, above := range tree.Path(c.ID) {
			names = append(names, above.Names.In(locale))
		}
		all = append(all, ui.Option{Value: tree.PathSlug(c.ID), Text: strings.Join(names, " › ")})
	}
	return all, nil
}

// arrivals is listing.Arrivals in the console's words.
func arrivals(tx *db.Tx, since time.Time) ([]console.Arrival, error) {
	found, err := listing.Arrivals(tx, since)
	all := make([]console.Arrival, len(found))
	for i, a := range found {
		all[i] = console.Arrival(a)
	}
	return all, err
}

// Close stops using the databases and files.
func (a *App) Close() {
	if a.Cluster != nil {
		a.closeIndexes()
		a.Cluster.Close()
	}
	for _, closer := range a.closers {
		if err := closer(); err != nil {
			slog.Warn("closing", "error", err)
		}
	}
}

// Handler returns everything the installation serves.
func (a *App) Handler() http.Handler { return a.Router() }

// Router returns everything the installation serves, route by route.
func (a *App) Router() *web.Router {
	m := web.NewRouter(web.Config{
		OnError: api.Errors(a.showError), Clock: a.clock, Metrics: a.Metrics, HTTPS: a.config.HTTPS, Proxies: a.config.Proxies,
	})
	m.Before(a.Registry.Step)
	m.Before(a.api.Step)
	m.Before(a.door.Step)
	m.Before(a.speak)
	m.Before(fromNetwork)
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	m.Handle("GET "+media.Path, account.Public, a.servePhoto)
	m.Handle("GET /language/{locale}", account.Public, chooseLanguage)
	m.Handle("GET /healthz", account.Public, web.Healthz(), web.Bare())
	m.Handle("GET /readyz", account.Public, web.Readyz(slog.Default(), web.Check{Name: "database", Run: a.ready}), web.Bare())
	m.Mount("GET /metrics", web.FromNetworks(localNetworks...), a.Metrics.Handler(), web.Bare())
	a.door.Routes(m)
	a.market.Routes(m)
	m.Mount("GET /map/", account.Public, place.Pieces(), web.Bare())
	a.memberRoutes(m)
	a.console.Routes(m)
	a.office.Routes(m)
	a.theme.Routes(m)
	a.safetyRoutes(m)
	a.office.FlowRoutes(m, office.Flows{Desk: func(s *site.Site) *automation.Desk { return a.Rooms(s).Automation }, Secret: api.CallSecret})
	a.office.DeveloperRoutes(m, developers{a.api})
	a.api.Routes(m)
	return m
}

// ready asks the provider's database for an answer.
func (a *App) ready(ctx context.Context) error {
	return a.Registry.Provider().Read(ctx, func(tx *db.Tx) error {
		_, err := db.One(tx, db.Column[int], "select 1")
		return err
	})
}

// servePhoto shows a photo to everybody while a live listing or a profile shows it; otherwise to whoever works on the
// listing, draft or profile it belongs to, and to staff who may see listings; what is held only while they look (staffMaySee).
func (a *App) servePhoto(w http.ResponseWriter, r *http.Request) error {
	s := site.From(r.Context())
	rooms := a.Rooms(s)
	handler := media.Handler(rooms.Blobs, func(r *http.Request, sha256 string) (media.Access, error) {
		var veiled, listed, shown, own, staff bool
		err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			if veiled, err = bank.Severe(tx, sha256); veiled || err != nil {
				return err
			}
			if listed, err = listing.PhotoShown(tx, rooms.Gate, sha256); listed {
				shown = true
			} else if err == nil {
				shown, err = rooms.Profiles.PhotoShown(tx, sha256)
			}
			if !shown && err == nil {
				own, err = a.ownPhoto(r, tx, sha256)
			}
			if !shown && !own && err == nil {
				staff, err = staffMaySee(r, tx, sha256)
			}
			return err
		})
		switch {
		case err != nil:
			return media.Hidden, err
		case !veiled && !listed: // no screening has looked at it
			veiled, err = images{rooms.Photos, rooms.Banks}.veils(r.Context(), sha256)
		}
		switch {
		case err != nil:
			return media.Hidden, err
		case veiled: // from everybody, its owner and staff too
			return media.Hidden, nil
		case shown:
			return media.Public, nil
		case own, staff:
			return media.Private, nil
		default:
			return media.Hidden, nil
		}
	})
	handler.ServeHTTP(w, r)
	return nil
}

// post puts the letters of package account into the site's outbox.
type post struct{}

// Send queues a letter in the writer's transaction. All but news of a change let somebody in.
func (post) Send(tx *db.Tx, l account.Letter) error {
	kind := mail.Kind{Name: "account." + l.Purpose, Secret: l.Purpose != "security"}
	return mail.Send(tx, mail.Message{Kind: kind, To: l.To, Subject: strings.TrimSpace(l.Subject), Text: l.Text})
}

// Arrived forgets failures of the past.
func (post) Arrived(tx *db.Tx, address value.Email) error { return mail.Forgive(tx, address) }

// lettersIn gives a context the words of another language than the page's.
func (a *App) lettersIn(ctx context.Context, locale value.Locale) context.Context {
	s, ok := site.Found(ctx)
	if !ok || locale == "" {
		return ctx
	}
	return text.WithPrinter(ctx, a.printer(s.Settings(), locale))
}
