package office

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// developerRoot is where the pages for programs begin: API tokens, and behind them webhooks.
const (
	developerRoot = "/console/setup/developers"
	webhookRoot   = developerRoot + "/webhooks"
)

// How ids are written in addresses.
const (
	tokenKind    = "tok"
	webhookKind  = "whk"
	deliveryKind = "msg"
)

// Developers is the other side of the pages for programs: tokens and webhooks. Errors of kind Invalid are on the fields
// name, account, scopes and expires of a token, name, account, url, events and condition of a webhook, and since of a
// replay.
type Developers interface {
	Scopes() []Scope
	Tokens(ctx context.Context, s *site.Site) ([]Token, error)
	// MakeToken makes a token and returns its secret, which cannot be read again.
	MakeToken(ctx context.Context, s *site.Site, actor value.Actor, t Token) (Token, string, error)
	RevokeToken(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error

	Webhooks(ctx context.Context, s *site.Site) ([]Webhook, error)
	Webhook(ctx context.Context, s *site.Site, id value.ID) (Webhook, error)
	// MakeWebhook makes a webhook and returns the secret that signs its messages.
	MakeWebhook(ctx context.Context, s *site.Site, actor value.Actor, h Webhook) (Webhook, string, error)
	// EditWebhook changes name, address, events, condition and whether it is active. Another revision is a Conflict.
	EditWebhook(ctx context.Context, s *site.Site, actor value.Actor, h Webhook) (Webhook, error)
	RemoveWebhook(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error
	RotateSecret(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (string, error)
	Ping(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) (Delivery, error)

	// Deliveries are the newest of a webhook before another one (0: the newest of all), of one state or, when it is empty, all.
	Deliveries(ctx context.Context, s *site.Site, webhook value.ID, state string, before value.ID, limit int) ([]Delivery, error)
	ReplayDelivery(ctx context.Context, s *site.Site, actor value.Actor, webhook, id value.ID) error
	ReplaySince(ctx context.Context, s *site.Site, actor value.Actor, webhook value.ID, since time.Time) error
}

// Scope is one thing a token may do.
type Scope struct {
	Verb      string // records:read
	Limitable bool   // to one object: records:read:person
}

// Token is a key by which a program acts for somebody on the staff.
type Token struct {
	ID       value.ID
	Name     string
	LastFour string // of the secret
	Account  value.ID
	Scopes   []string
	Created  time.Time
	Expires  time.Time
	Used     time.Time // last; zero when never
	Revoked  time.Time // zero when it was not
}

// Webhook is an address that is told of changes.
type Webhook struct {
	ID        value.ID
	Account   value.ID // it is told what this account may see
	Name      string
	URL       string
	Events    []string // person.created, person.*, *
	Condition string
	Active    bool
	Reason    string // why it is not
	Failures  int    // in a row
	Rev       int64
}

// Delivery is one message on its way to a webhook.
type Delivery struct {
	ID       value.ID
	Type     string // person.created, or ping
	State    string // waiting, delivered or failed
	Attempts int
	Created  time.Time
	Status   int // of the last answer; 0 when there was none
	Took     time.Duration
	Error    string
	Excerpt  string // how the last answer began
	Repeats  bool   // it can be sent again
}

// developerRoute is one address of the pages for programs. Looking asks for settings.see, the rest for settings.edit.
type developerRoute struct {
	pattern string
	answer  func(*developing, http.ResponseWriter) error
	look    bool
}

func developerRouteList() []developerRoute {
	const hook = webhookRoot + "/{webhook}"
	return []developerRoute{
		{"GET " + developerRoot, (*developing).tokens, true},
		{"GET " + developerRoot + "/tokens/new", (*developing).newToken, false},
		{"POST " + developerRoot + "/tokens", (*developing).makeToken, false},
		{"POST " + developerRoot + "/tokens/{token}/revocation", (*developing).revokeToken, false},
		{"GET " + webhookRoot, (*developing).webhooks, true},
		{"GET " + webhookRoot + "/-/new", (*developing).newWebhook, false},
		{"POST " + webhookRoot, (*developing).saveWebhook, false},
		{"GET " + hook, (*developing).editWebhook, true},
		{"POST " + hook, (*developing).saveWebhook, false},
		{"POST " + hook + "/secret", (*developing).rotate, false},
		{"POST " + hook + "/removal", (*developing).removeWebhook, false},
		{"POST " + hook + "/ping", (*developing).ping, false},
		{"GET " + hook + "/deliveries", (*developing).deliveries, true},
		{"POST " + hook + "/deliveries/{delivery}/replay", (*developing).replay, false},
		{"POST " + hook + "/replay", (*developing).replaySince, false},
	}
}

// DeveloperRoutes registers the pages on which API tokens and webhooks are made and looked after.
func (o *Office) DeveloperRoutes(m *web.Router, developers Developers) {
	for _, route := range developerRouteList() {
		guard := account.May(account.SettingsEdit)
		if route.look {
			guard = account.May(account.SettingsSee)
		}
		m.Handle(route.pattern, guard, func(w http.ResponseWriter, r *http.Request) error {
			d, err := o.beginDeveloping(r, developers)
			if err != nil {
				return err
			}
			return route.answer(d, w)
		}, web.BodyLimit(formBytes))
	}
}

// developing is a visit to the pages for programs.
type developing struct {
	*defining
	programs Developers
	sees     *record.Sight
	staff    []account.Account // those who are active
	hook     Webhook           // of the address; zero on other pages
}

func (o *Office) beginDeveloping(r *http.Request, developers Developers) (*developing, error) {
	base, err := o.beginDefining(r)
	if err != nil {
		return nil, err
	}
	d := &developing{defining: base, programs: developers}
	if r.PathValue("webhook") != "" {
		id, err := d.pathID("webhook", webhookKind)
		if err != nil {
			return nil, err
		}
		if d.hook, err = developers.Webhook(d.ctx, d.site, id); err != nil {
			return nil, err
		}
	}
	err = d.read(func(tx *db.Tx) (err error) {
		if d.sees, err = d.store.Sight(tx, d.asker); err != nil {
			return err
		}
		d.staff, err = activeStaff(tx)
		return err
	})
	return d, err
}

// pathID is an id of the address.
func (d *developing) pathID(name, kind string) (value.ID, error) {
	id, err := value.ParseID(kind, d.r.PathValue(name))
	if err != nil {
		return 0, value.Errorf(value.NotFound, "there is nothing of this id")
	}
	return id, nil
}

// developerShell is the frame of a page about programs.
func (d *developing) developerShell(heading, at string) (ui.ConsolePage, error) {
	page, err := d.office.Shell.Page(d.r, heading, developerRoot)
	page.Tabs, page.TabsName = current([]ui.Link{
		{Text: d.t("office.developer.tokens"), Href: developerRoot, Icon: "key-round"},
		{Text: d.t("office.developer.webhooks"), Href: webhookRoot, Icon: "network"},
	}, at), d.t("office.developer.title")
	return page, err
}

// blameAll puts an error of the other side at its inputs; what no person can mend is returned.
func (d *developing) blameAll(err error, inputs ...string) error {
	found, err := d.faultsOf(err, func(field string) bool { return slices.Contains(inputs, field) })
	for field, said := range found {
		d.blame(field, said)
	}
	return err
}

// accountName is who a token or webhook acts for.
func (d *developing) accountName(id value.ID) string {
	for _, a := range d.staff {
		if a.ID == id {
			return a.Name
		}
	}
	return d.t("office.developer.inactive")
}

func (d *developing) accountOptions() (options []ui.Option) {
	for _, a := range d.staff {
		options = append(options, ui.Option{Value: a.ID.Text(account.IDKind), Text: a.Name + " · " + a.Role.Label(d.ctx)})
	}
	return options
}

// sentAccount is the account of the form; 0 when there is none, which the other side refuses.
func (d *developing) sentAccount() value.ID {
	id, err := value.ParseID(account.IDKind, d.line("account"))
	if err != nil {
		return 0
	}
	return id
}

// objectOptions are the objects that a token or webhook can be about.
func (d *developing) objectOptions() (options []ui.Option) {
	for _, seen := range d.sees.Objects() {
		options = append(options, ui.Option{Value: seen.Key, Text: d.in(seen.Plural)})
	}
	return options
}

// tokenList is the page of tokens; made and secret are of one that was made just now.
type tokenList struct {
	*developing
	all    []Token
	made   Token
	secret string
}

func (d *developing) tokens(w http.ResponseWriter) error {
	return (&tokenList{developing: d}).show(w)
}

func (l *tokenList) show(w http.ResponseWriter) (err error) {
	if l.all, err = l.programs.Tokens(l.ctx, l.site); err != nil {
		return err
	}
	page, err := l.developerShell(l.t("office.developer.title"), developerRoot)
	if err != nil {
		return err
	}
	page.Actions = l.actions()
	return l.developing.show(w, http.StatusOK, page, l.view())
}

// tokenTag says whether a token can be used.
func (l *tokenList) tokenTag(t Token) ui.Tag {
	switch {
	case !t.Revoked.IsZero():
		return ui.Tag{Text: l.t("office.developer.revoked")}
	case !l.now.Before(t.Expires):
		return ui.Tag{Text: l.t("office.developer.expired")}
	default:
		return ui.Tag{Text: l.t("office.developer.active"), Tone: ui.Safe}
	}
}

func (l *tokenList) isActive(t Token) bool { return t.Revoked.IsZero() && l.now.Before(t.Expires) }

// call is how a program asks the API, for the token that was made or any.
func (l *tokenList) call() string {
	scheme, secret := "https", "fgt_…"
	if l.r.TLS == nil && strings.HasPrefix(l.r.Host, "localhost") {
		scheme = "http"
	}
	if l.secret != "" {
		secret = l.secret
	}
	path := "/api/v1/"
	if all := l.sees.Objects(); len(all) > 0 {
		path += "records/" + all[0].Key
	}
	return `curl -H "Authorization: Bearer ` + secret + `" ` + scheme + "://" + l.r.Host + path
}

// lives are how long a token can be valid, in days.
var lives = []int{30, 90, 365, 730}

type tokenForm struct{ *developing }

func (d *developing) newToken(w http.ResponseWriter) error {
	d.form.set("account", d.me.Account.Text(account.IDKind))
	d.form.set("life", "90")
	return d.showToken(w)
}

func (d *developing) showToken(w http.ResponseWriter) error {
	page, err := d.developerShell(d.t("office.developer.new_token"), developerRoot)
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, (&tokenForm{d}).view())
}

// makeToken makes a token and shows its secret, this once.
func (d *developing) makeToken(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	t := Token{Name: d.line("name"), Account: d.sentAccount(), Scopes: d.sentScopes()}
	if days, err := strconv.Atoi(d.line("life")); err == nil && slices.Contains(lives, days) {
		t.Expires = d.now.Add(time.Duration(days) * 24 * time.Hour)
	}
	made, secret, err := d.programs.MakeToken(d.ctx, d.site, d.me.Actor(), t)
	if err != nil {
		if err := d.blameAll(err, "name", "account", "scopes", "expires"); err != nil {
			return err
		}
		return d.showToken(w)
	}
	return (&tokenList{developing: d, made: made, secret: secret}).show(w)
}

// sentScopes are the scopes that were ticked. With objects, those that can be are limited to them.
func (d *developing) sentScopes() (scopes []string) {
	for _, s := range d.programs.Scopes() {
		if !slices.Contains(d.form["scopes"], s.Verb) {
			continue
		}
		if !s.Limitable || len(d.form["objects"]) == 0 {
			scopes = append(scopes, s.Verb)
			continue
		}
		for _, object := range d.form["objects"] {
			scopes = append(scopes, s.Verb+":"+object)
		}
	}
	return scopes
}

func (f *tokenForm) lifeOptions() (options []ui.Option) {
	for _, days := range lives {
		options = append(options, ui.Option{Value: strconv.Itoa(days), Text: f.t("office.developer.days", "count", days)})
	}
	return options
}

// scopeWords says what a scope lets a program do.
func (d *developing) scopeWords(verb string) string {
	key := "office.developer.scope." + strings.ReplaceAll(verb, ":", "_")
	if d.words.Has(key) {
		return d.t(key)
	}
	return verb
}

func (d *developing) revokeToken(w http.ResponseWriter) error {
	id, err := d.pathID("token", tokenKind)
	if err != nil {
		return err
	}
	if err := d.programs.RevokeToken(d.ctx, d.site, d.me.Actor(), id); err != nil {
		return err
	}
	return d.goOn(w, developerRoot, d.t("office.developer.did_revoke"))
}
