package app

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/account"
	"fairground/internal/site"
	"fairground/internal/theme"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// publicShell is the part of every public page that does not depend on what it shows.
func (a *App) publicShell(r *http.Request) ui.PublicPage {
	ctx := r.Context()
	settings, tried := site.SettingsOf(ctx)
	page := ui.PublicPage{
		Site:      settings.Name,
		Search:    ui.Search{Action: "/search"},
		Account:   accountOf(r),
		SignIn:    ui.Link{Text: text.T(ctx, "app.sign_in"), Href: "/sign-in"},
		Languages: languageLinks(r, settings.Locales),
		Footer: []ui.Link{
			{Text: text.T(ctx, "app.what_we_check"), Href: "/safety"},
			{Text: text.T(ctx, "app.report"), Href: "/notice"},
			{Text: text.T(ctx, "app.report_status"), Href: "/reports"},
			{Text: text.T(ctx, "app.about"), Href: "/about"},
			{Text: text.T(ctx, "app.imprint"), Href: "/imprint"},
		},
	}
	theme.Dress(&page, settings.Theme, tried)
	page.Closing = settings.Theme.In(text.FromContext(ctx).Locale()).Footer
	page.Post = ui.Link{Text: text.T(ctx, "app.post"), Href: "/post", Icon: "plus"}
	if session := account.From(ctx); session.IsZero() {
		page.Nav = append(page.Nav, ui.Link{Text: text.T(ctx, "app.join"), Href: "/join", Icon: "user-round"})
	} else {
		waiting := a.waitingFor(r)
		page.Nav = append(page.Nav,
			ui.Link{Text: text.T(ctx, "app.messages"), Href: "/messages", Icon: "message-square", Count: waiting["/messages"], Brief: true},
			ui.Link{Text: text.T(ctx, "app.favourites"), Href: "/favourites", Icon: "heart", Brief: true})
	}
	if account.From(ctx).IsStaff() {
		page.Nav = append(page.Nav, ui.Link{Text: text.T(ctx, "app.console"), Href: "/console", Icon: "shield-check", Brief: true})
	}
	return page
}

// accountOf is the signed-in person as both shells show them.
func accountOf(r *http.Request) ui.Account {
	session := account.From(r.Context())
	if session.IsZero() {
		return ui.Account{}
	}
	shown := ui.Account{Name: session.Name, Href: "/my/listings", SignOut: "/sign-out"}
	if session.IsStaff() {
		shown.Href = "/account/security"
		shown.Role = text.T(r.Context(), "account.role."+string(session.Role))
	}
	return shown
}

// languageLinks offers the other languages of the site, each in its own words.
func languageLinks(r *http.Request, spoken []value.Locale) []ui.Link {
	if len(spoken) < 2 {
		return nil
	}
	now := text.FromContext(r.Context()).Locale()
	var links []ui.Link
	for _, locale := range spoken {
		links = append(links, ui.Link{
			Text: display.Self.Name(language.Make(locale.Language())), Lang: string(locale), Current: locale == now,
			Href: "/language/" + string(locale) + "?next=" + url.QueryEscape(r.URL.RequestURI()),
		})
	}
	return links
}

// accountPage puts a page of package account into the public shell.
func (a *App) accountPage(r *http.Request, title string, content templ.Component) templ.Component {
	if !account.From(r.Context()).IsZero() && strings.HasPrefix(r.URL.Path, "/account/") {
		return a.memberPage(r, title, content)
	}
	page := a.publicShell(r)
	page.Title, page.Hidden = title, true
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	})
}

// showError writes an error page in the shell of the site, or a plain one when the request is for no site.
func (a *App) showError(w http.ResponseWriter, r *http.Request, status int, id string, err error) {
	if _, ok := site.Found(r.Context()); ok && a.market.Error(w, r, status, id, err) == nil {
		return
	}
	http.Error(w, web.Public(err).Message, status)
}
