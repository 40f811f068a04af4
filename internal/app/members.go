package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/follow"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/media"
	"fairground/internal/member"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/notice"
	"fairground/internal/posting"
	"fairground/internal/profile"
	"fairground/internal/push"
	"fairground/internal/reach"
	"fairground/internal/safety"
	"fairground/internal/saved"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// members are the rooms of people who have joined. They meet here, and through the change log.
type members struct {
	member  *member.Desk
	follow  *follow.Desk
	profile *profile.Room
	reach   *reach.Room
	message *message.Desk
	trade   *trade.Pages
	saved   *saved.Desk
	posting *posting.Posting
}

// furnishMembers makes them. Package member goes first: it tells members what the others write.
func (a *App) furnishMembers() {
	a.member = member.New(member.Config{
		Clock: a.clock, Post: alertPost{}, Kinds: alertKinds(), Page: a.memberPage, Plain: a.accountPage, Letters: a.lettersIn,
		Origin: a.origin, Files: a.filesOf, Estates: estates(a), Confirm: a.confirmSelf,
		Push: push.NewSender(a.clock, web.NewOutbound(a.config.SMTP == "", nil, pushTimeout)),
	})
	a.follow = follow.New(follow.Config{
		Clock: a.clock, Teller: a.member, Page: a.memberPage,
		Rooms: func(s *site.Site) follow.Rooms { return followed{a.Rooms(s)} },
	})
	a.profile = profile.New(profile.Config{
		Desk: func(s *site.Site) *profile.Desk { return a.Rooms(s).Profiles }, Letters: post{}, Page: a.memberPage, Plain: a.formPage, Clock: a.clock,
		Photos: func(s *site.Site) profile.Photos { return a.Rooms(s).Photos },
		Public: func(s profile.Seller) string { return sellerHref(s.ID) },
	})
	a.saved = saved.New(saved.Config{
		Clock: a.clock, Teller: a.member, Page: a.memberPage, Plain: a.formPage, Origin: a.origin,
		Rooms: func(s *site.Site) saved.Rooms { return sought{a, s, a.Rooms(s)} },
	})
	a.reach = reach.New(reach.Config{Desk: func(s *site.Site) *reach.Desk { return a.Rooms(s).Reach }, Page: a.memberPage})
	a.trade = trade.NewPages(a.clock, trade.Config{Desk: func(s *site.Site) *trade.Desk { return a.Rooms(s).Trades }, Page: a.memberPage})
	a.message = message.New(message.Config{
		Page: a.memberPage, Console: a.consolePage, Clock: a.clock, Teller: a.member,
		Room: func(s *site.Site) message.Room {
			rooms, settings := a.Rooms(s), s.Settings()
			return message.Room{
				Gate: rooms.Gate, Photos: rooms.Photos, Blobs: rooms.Blobs, ReplyDomain: a.replyDomain(s), ScanAll: settings.ScanMessages == site.ScanAll,
				Veils: images{rooms.Photos, rooms.Banks}.veils,
			}
		},
		Listings: talkedAbout, Seats: answering, SellersOf: answersFor, Persons: persons,
		Blocked: member.Blocked, Block: blockKnown, BlockedPage: "/account/blocked",
		Report: a.reportConversation, Grounds: grounds,
		Deal: dealOf, Plain: a.formPage, Leads: leading, Proving: "/account/security", Known: known,
		Agreed: func(tx *db.Tx, g message.Agreement) error {
			_, err := a.Rooms(site.From(tx.Context())).Trades.Agree(tx, trade.Agreement(g), trade.Buyer)
			return err
		},
	})
	a.posting = posting.New(posting.Config{
		Clock: a.clock, Page: a.memberPage, Form: a.formPage,
		Services: func(s *site.Site) posting.Services {
			rooms := a.Rooms(s)
			return posting.Services{Desk: rooms.Listings, Photos: rooms.Photos, Suggester: rooms.Suggester}
		},
		Figures: figures, AppealHref: reasonsOf,
		FiguresHref: func(l listing.Listing) string { return "/my/listings/" + l.Key() + "/figures" },
	})
}

func (a *App) memberRoutes(m *web.Router) {
	a.member.Routes(m)
	a.follow.Routes(m)
	a.profile.Routes(m)
	a.saved.Routes(m)
	a.reach.Routes(m)
	a.message.Routes(m)
	a.trade.Routes(m)
	a.posting.Routes(m)
	a.standingPages().Routes(m)
}

const pushTimeout = 15 * time.Second

// alertKinds are all alerts, in the order in which the page of preferences shows them.
func alertKinds() []account.AlertKind {
	var all []account.AlertKind
	for _, kinds := range [][]account.AlertKind{
		message.Alerts(), trade.Alerts(), listing.Alerts(), profile.Alerts(), follow.Alerts(), saved.Alerts(), member.Alerts(), standing.Alerts(), account.Alerts(),
	} {
		all = append(all, kinds...)
	}
	return all
}

func (a *App) filesOf(s *site.Site) media.Blobs { return a.Rooms(s).Blobs }

// origin is scheme and host of a site, for addresses in mails.
func (a *App) origin(s *site.Site) string {
	host, err := a.Registry.HostOf(context.Background(), s.Slug)
	if err != nil || host == "" {
		host = "localhost"
	}
	scheme := "http://"
	if a.config.HTTPS {
		scheme = "https://"
	}
	return scheme + host + a.config.Port
}

// replyDomain is where answers to masked addresses arrive; empty when this installation takes no mail in.
func (a *App) replyDomain(s *site.Site) string {
	if a.config.MailIn == "" {
		return ""
	}
	if domain := s.Settings().ReplyDomain; domain != "" {
		return domain
	}
	host, err := a.Registry.HostOf(context.Background(), s.Slug)
	if err != nil {
		return ""
	}
	return host
}

// alertPost puts the mails of package member into the site's outbox.
type alertPost struct{}

// Send queues a letter in the writer's transaction.
func (alertPost) Send(tx *db.Tx, l member.Letter) error {
	return mail.Send(tx, mail.Message{
		Kind: mail.Kind{Name: l.Kind}, To: l.To, ReplyTo: l.ReplyTo, Subject: l.Subject, Text: l.Text, Unsubscribe: l.Unsubscribe,
		Sender: l.Sender, Thread: l.Thread,
	})
}

// confirmSelf lets through whoever signed in a short while ago, and sends others to do it again.
func (a *App) confirmSelf(r *http.Request, back string) error { return a.door.Confirm(r, back) }

// memberLinks are the places of somebody signed in.
func (a *App) memberLinks(r *http.Request) []ui.Link {
	ctx, path := r.Context(), r.URL.Path
	links := []ui.Link{
		{Text: text.T(ctx, "app.my_listings"), Href: "/my/listings", Icon: "list"},
		{Text: text.T(ctx, "app.messages"), Href: "/messages", Icon: "message-square"},
		{Text: text.T(ctx, "app.alerts"), Href: "/account/alerts", Icon: "bell"},
		{Text: text.T(ctx, "app.favourites"), Href: "/favourites", Icon: "heart"},
		{Text: text.T(ctx, "app.following"), Href: "/following", Icon: "store"},
		{Text: text.T(ctx, "app.saved_searches"), Href: "/saved-searches", Icon: "search"},
		{Text: text.T(ctx, "app.trades"), Href: "/trades", Icon: "handshake"},
		{Text: text.T(ctx, "app.profile"), Href: "/account/profile", Icon: "user-round"},
		{Text: text.T(ctx, "app.security"), Href: "/account/security", Icon: "lock"},
		{Text: text.T(ctx, "app.preferences"), Href: "/account/preferences", Icon: "sliders-horizontal"},
		{Text: text.T(ctx, "app.contact"), Href: "/account/contact", Icon: "shield-check"},
		{Text: text.T(ctx, "app.blocked"), Href: "/account/blocked", Icon: "ban"},
		{Text: text.T(ctx, "app.standing"), Href: "/account/standing", Icon: "scale"},
		{Text: text.T(ctx, "app.my_data"), Href: "/account/my-data", Icon: "download"},
	}
	waiting := a.waitingFor(r)
	for i := range links {
		links[i].Current = path == links[i].Href || len(path) > len(links[i].Href) && path[:len(links[i].Href)+1] == links[i].Href+"/"
		links[i].Count = waiting[links[i].Href]
	}
	return links
}

// waitingFor counts what is unread, by the page where it is. Without an answer there is no count.
func (a *App) waitingFor(r *http.Request) map[string]string {
	session := account.From(r.Context())
	counts := make(map[string]string)
	if session.IsZero() {
		return counts
	}
	_ = site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) error {
		unread, err := a.message.Unread(tx, session.Account)
		if err != nil {
			return err
		}
		unseen, err := member.Unseen(tx, session.Account)
		if unread > 0 {
			counts["/messages"] = text.FromContext(r.Context()).Count(unread)
		}
		if unseen > 0 {
			counts["/account/alerts"] = text.FromContext(r.Context()).Count(unseen)
		}
		return err
	})
	return counts
}

// memberPage puts a page of somebody signed in into the public shell, beside their places.
func (a *App) memberPage(r *http.Request, title string, content templ.Component) templ.Component {
	area := ui.MemberArea{Label: text.T(r.Context(), "app.my_places"), Links: a.memberLinks(r)}
	return a.formPage(r, title, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return area.Render(templ.WithChildren(ctx, content), w)
	}))
}

// formPage puts a page into the public shell, with what members' pages need beside it.
func (a *App) formPage(r *http.Request, title string, content templ.Component) templ.Component {
	page := a.publicShell(r)
	page.Title, page.Hidden, page.Member = title, true, true
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	})
}

// consolePage puts a page of staff into the console.
func (a *App) consolePage(r *http.Request, title string, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		page, err := a.console.Page(r, title, "/console/messages")
		if err != nil {
			return err
		}
		return page.Render(templ.WithChildren(ctx, content), w)
	})
}

// grounds are the reasons for a report, in the reader's words.
func grounds(ctx context.Context) []message.Ground {
	var all []message.Ground
	for _, g := range moderation.Grounds {
		all = append(all, message.Ground{Value: string(g), Text: text.T(ctx, "market.ground."+string(g))})
	}
	return all
}

// reportConversation files a notice in the write that reports.
func (a *App) reportConversation(tx *db.Tx, r message.Report) (code string, err error) {
	from, err := account.Find(tx, r.By)
	if err != nil {
		return "", err
	}
	filed, err := a.notices.TakeIn(tx, site.From(tx.Context()), "", notice.Report{
		Lane: notice.Harm, Ground: r.Ground, Explanation: r.Text, Name: from.Name, Email: string(from.Email), Locale: from.Locale,
	}, notice.Target{Object: message.ConversationObject, Record: r.Conversation})
	return filed.Code, err
}

// guestsOf lets visitors post on a site.
type guestsOf struct{ app *App }

var guestMail = mail.Kind{Name: "listing.guest", Secret: true}

// Ask mails the link by which a visitor confirms a listing.
func (g guestsOf) Ask(tx *db.Tx, l listing.GuestLetter) error {
	s := site.From(tx.Context())
	ctx := g.app.lettersIn(tx.Context(), l.Locale)
	return mail.Send(tx, mail.Message{
		Kind: guestMail, To: l.To, Until: l.Expires, Subject: text.T(ctx, "app.guest.subject", "title", l.Title, "site", s.Settings().Name),
		Text: text.T(ctx, "app.guest.text", "name", l.Name, "title", l.Title, "site", s.Settings().Name,
			"link", g.app.origin(s)+posting.ConfirmPath(l.Token), "until", text.FromContext(ctx).Moment(l.Expires)),
	})
}

// Admit finds the account of an address that was just proven, or makes one.
func (g guestsOf) Admit(tx *db.Tx, email value.Email, name string, locale value.Locale) (value.ID, error) {
	known, err := account.FindByEmail(tx, email)
	if value.KindOf(err) == value.NotFound {
		known, err = account.Create(tx, account.Account{Kind: value.Member, Email: email, Name: name, Locale: locale, State: account.Active, Verified: tx.Now()})
	}
	switch {
	case err != nil:
		return 0, err
	case known.State != account.Active:
		return 0, value.Errorf(value.Forbidden, "this account is suspended")
	default:
		return known.ID, nil
	}
}

// limitsOf is how much a seller may post on a site: businesses ten times what private members may.
func limitsOf(s *site.Site) func(listing.Seller) listing.Limits {
	return func(seller listing.Seller) listing.Limits {
		settings, times := s.Settings(), 1
		if seller.Kind == listing.Business {
			times = 10
		}
		return listing.Limits{PerDay: times * settings.PostsPerDay, Live: times * settings.LivePerMember}
	}
}

// tidyEvery is how often listings are looked through for what is due: warnings, openings, drafts that nobody wants.
const tidyEvery = 5 * time.Minute

// memberJobs are the handlers that the rooms of members bring into a site's queue.
func (a *App) memberJobs(s *site.Site, desk *listing.Desk, trades *trade.Desk) []job.Handler {
	return slices.Concat(a.member.Jobs(s), a.follow.Jobs(s), a.saved.Jobs(s), a.message.Jobs(s), trades.Jobs(), []job.Handler{
		{Kind: "listing.tend", Every: tidyEvery, Run: func(ctx context.Context, _ job.Claim) error {
			_, opened := desk.Open(ctx)
			_, warned := desk.Warn(ctx)
			_, expired := desk.ExpireDrafts(ctx)
			return errors.Join(opened, warned, expired)
		}},
		{Kind: "account.tidy", Every: 24 * time.Hour, Run: func(ctx context.Context, _ job.Claim) error { return account.Tidy(ctx, s) }},
	})
}

// home is where signing in leads when nothing else was asked for.
func home(a account.Account) string {
	if a.Kind == value.Staff {
		return "/console"
	}
	return "/my/listings"
}

// ownPhoto reports whether a photo belongs to something the sender of a request works on.
func (a *App) ownPhoto(r *http.Request, tx *db.Tx, sha256 string) (bool, error) {
	if own, err := a.posting.MayShow(r, tx, sha256); own || err != nil {
		return own, err
	}
	session := account.From(r.Context())
	if session.IsZero() {
		return false, nil
	}
	return a.Rooms(site.From(r.Context())).Profiles.PhotoOf(tx, session.Account, sha256)
}

// screenName says whether a name may be shown to others. The rules read it as they read profiles.
func (a *App) screenName(ctx context.Context, s *site.Site, name string) error {
	subject := safety.Subject{
		Stage: safety.StageAccount, Object: "account", Record: s.DB.IDs().Next(), Hash: sha256.Sum256([]byte(name)), Title: name,
		Author: safety.Author{Kind: value.Member},
	}
	if outcome := a.Rooms(s).Gate.Screen(ctx, subject, safety.Review{}); outcome.Verdict >= safety.Challenge {
		return &value.Error{Kind: value.Invalid, Field: "name", Key: "app.name_refused", Message: "choose another name; this one cannot be shown here"}
	}
	return nil
}
