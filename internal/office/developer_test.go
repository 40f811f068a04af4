package office_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/office"
	"fairground/internal/site"
	"fairground/internal/value"
)

const developers = "/console/setup/developers"

// programs are the tokens and webhooks of a test, with the errors that the real ones have.
type programs struct {
	*world
	tokens     []office.Token
	hooks      []office.Webhook
	deliveries []office.Delivery
	replays    []string
	ids        value.ID
}

func openDevelopers(t testing.TB) *programs {
	t.Helper()
	p := &programs{world: market(t)}
	p.office.DeveloperRoutes(p.router, p)
	return p
}

func (p *programs) next() value.ID { p.ids++; return p.ids }

func (p *programs) Scopes() []office.Scope {
	return []office.Scope{{Verb: "records:read", Limitable: true}, {Verb: "records:write", Limitable: true}, {Verb: "schema:read"}}
}

func (p *programs) Tokens(context.Context, *site.Site) ([]office.Token, error) { return p.tokens, nil }

func (p *programs) MakeToken(_ context.Context, _ *site.Site, _ value.Actor, t office.Token) (office.Token, string, error) {
	switch {
	case t.Name == "":
		return t, "", value.Fieldf("name", "write 1 to 80 characters on one line")
	case t.Account == 0:
		return t, "", value.Fieldf("account", "choose an active account of the staff")
	case len(t.Scopes) == 0:
		return t, "", value.Fieldf("scopes", "choose at least one scope")
	case t.Expires.IsZero():
		return t, "", value.Fieldf("expires", "choose an end in the future")
	}
	t.ID, t.LastFour = p.next(), "9xyz"
	p.tokens = append(p.tokens, t)
	return t, "fgt_secret9xyz", nil
}

func (p *programs) RevokeToken(_ context.Context, _ *site.Site, _ value.Actor, id value.ID) error {
	for i := range p.tokens {
		if p.tokens[i].ID == id {
			p.tokens[i].Revoked = time.Unix(1, 0)
			return nil
		}
	}
	return value.Errorf(value.NotFound, "there is no such token")
}

func (p *programs) Webhooks(context.Context, *site.Site) ([]office.Webhook, error) {
	return p.hooks, nil
}

func (p *programs) at(id value.ID) int {
	return slices.IndexFunc(p.hooks, func(h office.Webhook) bool { return h.ID == id })
}

func (p *programs) Webhook(_ context.Context, _ *site.Site, id value.ID) (office.Webhook, error) {
	if i := p.at(id); i >= 0 {
		return p.hooks[i], nil
	}
	return office.Webhook{}, value.Errorf(value.NotFound, "there is no such webhook")
}

func checked(h office.Webhook) error {
	switch {
	case !strings.HasPrefix(h.URL, "https://"):
		return value.Fieldf("url", "write an address that begins with https://")
	case len(h.Events) == 0:
		return value.Fieldf("events", "choose at least one event")
	case h.Condition == "nonsense":
		return value.Fieldf("condition", "there is no field nonsense")
	}
	return nil
}

func (p *programs) MakeWebhook(_ context.Context, _ *site.Site, _ value.Actor, h office.Webhook) (office.Webhook, string, error) {
	if err := checked(h); err != nil {
		return h, "", err
	}
	h.ID, h.Rev, h.Active = p.next(), 1, true
	p.hooks = append(p.hooks, h)
	return h, "whsec_first", nil
}

func (p *programs) EditWebhook(_ context.Context, _ *site.Site, _ value.Actor, h office.Webhook) (office.Webhook, error) {
	i := p.at(h.ID)
	if h.Rev != p.hooks[i].Rev {
		return h, value.Errorf(value.Conflict, "this webhook is at another revision")
	}
	if err := checked(h); err != nil {
		return h, err
	}
	h.Rev, h.Account = h.Rev+1, p.hooks[i].Account
	p.hooks[i] = h
	return h, nil
}

func (p *programs) RemoveWebhook(_ context.Context, _ *site.Site, _ value.Actor, id value.ID) error {
	p.hooks = slices.Delete(p.hooks, p.at(id), p.at(id)+1)
	return nil
}

func (p *programs) RotateSecret(_ context.Context, _ *site.Site, _ value.Actor, id value.ID) (string, error) {
	p.hooks[p.at(id)].Rev++
	return "whsec_second", nil
}

func (p *programs) Ping(context.Context, *site.Site, value.Actor, value.ID) (office.Delivery, error) {
	d := office.Delivery{ID: p.next(), Type: "ping", State: "delivered", Attempts: 1, Status: 204, Took: 42 * time.Millisecond, Created: time.Unix(1, 0)}
	p.deliveries = append([]office.Delivery{d}, p.deliveries...)
	return d, nil
}

func (p *programs) Deliveries(_ context.Context, _ *site.Site, _ value.ID, state string, before value.ID, limit int) (all []office.Delivery, err error) {
	for _, d := range p.deliveries {
		if (state == "" || d.State == state) && (before == 0 || d.ID < before) && len(all) < limit {
			all = append(all, d)
		}
	}
	return all, nil
}

func (p *programs) ReplayDelivery(_ context.Context, _ *site.Site, _ value.Actor, _, id value.ID) error {
	for _, d := range p.deliveries {
		if d.ID == id && d.Type == "ping" {
			return value.Errorf(value.Invalid, "a ping is not repeated; send another one")
		}
	}
	p.replays = append(p.replays, id.Text("msg"))
	return nil
}

func (p *programs) ReplaySince(_ context.Context, _ *site.Site, _ value.Actor, _ value.ID, since time.Time) error {
	if since.Year() < 2020 {
		return value.Fieldf("since", "choose a moment of the last 30 days")
	}
	p.replays = append(p.replays, since.UTC().Format(time.RFC3339))
	return nil
}

func TestATokenIsMadeShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	p := openDevelopers(t)
	p.get("admin", developers).want(http.StatusOK, "No tokens yet", "curl -H", "fgt_…", `href="/api/v1/"`, `href="/api/v1/openapi.json"`)
	p.get("admin", developers+"/tokens/new").want(http.StatusOK, "Read records", "schema:read", "90 days", "Aya Keller")
	sales := p.accounts["sales"].ID.Text(account.IDKind)
	made := p.post("admin", developers+"/tokens", "name", "Stock sync", "account", sales, "life", "30", "scopes", "records:read", "scopes", "schema:read", "objects", "stall", "objects", "trader")
	made.want(http.StatusOK, "fgt_secret9xyz", "this once", "Bearer fgt_secret9xyz", "Jon Perret")
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the secret may be kept: %q", made.Header.Get("Cache-Control"))
	}
	if got := strings.Join(p.tokens[0].Scopes, " "); got != "records:read:stall records:read:trader schema:read" {
		t.Errorf("the scopes are %s", got)
	}
	p.get("admin", developers).want(http.StatusOK, "Stock sync", "…9xyz", "Active").lacks("fgt_secret9xyz")
	p.do("admin", "GET", developers, nil, "Accept-Language", "de").want(http.StatusOK, "API-Tokens", "Handelt für")
	p.post("admin", developers+"/tokens/"+p.tokens[0].ID.Text("tok")+"/revocation").wantTo("admin", developers).want(http.StatusOK, "is revoked", "Revoked").lacks("/revocation")
	p.post("admin", developers+"/tokens/"+value.ID(99).Text("tok")+"/revocation").want(http.StatusNotFound)
}

func TestTheFormOfATokenKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := openDevelopers(t)
	good := []string{"name", "Stock sync", "account", p.accounts["sales"].ID.Text(account.IDKind), "life", "30", "scopes", "records:read"}
	for at, c := range map[string]struct{ change, want string }{
		"name": {"", `value="records:read" checked`}, "account": {"acc_x", "Stock sync"}, "life": {"9000", "Stock sync"}, "scopes": {"everything", "Stock sync"},
	} {
		input := map[string]string{"life": "expires"}[at]
		if input == "" {
			input = at
		}
		p.post("admin", developers+"/tokens", with(good, at, c.change)...).want(http.StatusUnprocessableEntity, `id="`+input+`-error"`, c.want)
	}
	if len(p.tokens) != 0 {
		t.Errorf("%d tokens were made", len(p.tokens))
	}
}

func TestAWebhookFromFormToRemoval(t *testing.T) {
	t.Parallel()
	p := openDevelopers(t)
	hooks := developers + "/webhooks"
	p.get("admin", hooks).want(http.StatusOK, "No webhooks yet")
	p.get("admin", hooks+"/-/new").want(http.StatusOK, `value="stall.updated"`, `value="*"`)
	good := []string{"name", "Shop", "url", "https://shop.example/in", "account", p.accounts["admin"].ID.Text(account.IDKind), "events", "stall.created", "events", "trader.*", "others", "person.created person.deleted"}
	for _, c := range [][3]string{{"url", "shop", `id="url-error"`}, {"condition", "nonsense", `id="condition-error"`}} {
		p.post("admin", hooks, with(good, c[0], c[1])...).want(http.StatusUnprocessableEntity, c[2], `value="Shop"`, `value="`+c[1]+`"`, `value="stall.created" checked`, "person.deleted")
	}
	p.post("admin", hooks, good[:6]...).want(http.StatusUnprocessableEntity, `id="events-error"`)
	p.post("admin", hooks, good...).want(http.StatusOK, "whsec_first", "this once")
	at := hooks + "/" + p.hooks[0].ID.Text("whk")
	p.get("admin", hooks).want(http.StatusOK, "https://shop.example/in", "stall.created, trader.*, person.created, person.deleted").lacks("whsec_")
	p.get("admin", at).want(http.StatusOK, `value="trader.*" checked`, `value="person.created person.deleted"`, "what Aya Keller may see").lacks("whsec_")

	p.post("admin", at, with(good, "name", "Shop two", "rev", "1")...).wantTo("admin", at).want(http.StatusOK, "is saved", "Switched off")
	if h := p.hooks[0]; h.Active || h.Name != "Shop two" || len(h.Events) != 4 {
		t.Errorf("it was saved as %+v", h)
	}
	p.post("admin", at, with(good, "name", "Late", "rev", "1", "active", "yes")...).want(http.StatusUnprocessableEntity, "while you were writing", `value="Late"`, `name="rev" value="2"`)
	p.post("admin", at, with(good, "name", "Late", "rev", "2", "active", "yes")...).wantTo("admin", at)
	p.post("admin", at+"/secret").want(http.StatusOK, "whsec_second", "For a day", `name="rev" value="4"`)
	p.post("admin", at+"/removal").want(http.StatusOK, "Remove “Late”")
	if len(p.hooks) != 1 {
		t.Fatal("it was removed without being confirmed")
	}
	p.post("admin", at+"/removal", "confirm", "yes").wantTo("admin", hooks).want(http.StatusOK, "is removed")
	p.get("admin", at).want(http.StatusNotFound)
}

func TestDeliveriesAreReadAndSentAgain(t *testing.T) {
	t.Parallel()
	p := openDevelopers(t)
	p.hooks = []office.Webhook{{ID: p.next(), Name: "Shop", URL: "https://shop.example/in", Events: []string{"*"}, Active: true, Failures: 3, Rev: 1}}
	for range 60 {
		p.deliveries = append([]office.Delivery{{
			ID: p.next(), Type: "stall.created", State: "failed", Attempts: 4, Status: 503, Took: 120 * time.Millisecond, Error: "the receiver is full",
			Excerpt: "<b>Sorry</b>", Repeats: true, Created: time.Unix(1, 0),
		}}, p.deliveries...)
	}
	at := developers + "/webhooks/" + p.hooks[0].ID.Text("whk")
	p.get("admin", at).want(http.StatusOK, "3 failures in a row")
	first := p.get("admin", at+"/deliveries").want(http.StatusOK, "503 · 120 ms", "the receiver is full", "&lt;b&gt;Sorry", "Send again").lacks("<b>Sorry")
	oldest := p.deliveries[49].ID.Text("msg")
	if n := strings.Count(first.body, "/replay\""); n != 51 { // each of the page, and the form for all
		t.Errorf("%d can be sent again", n)
	}
	p.get("admin", at+"/deliveries?state=&before="+oldest).want(http.StatusOK, p.deliveries[59].ID.Text("msg")).lacks("before=", p.deliveries[0].ID.Text("msg"))
	p.get("admin", at+"/deliveries?state=waiting").want(http.StatusOK, "Nothing here")
	p.get("admin", at+"/deliveries?before=x").want(http.StatusNotFound)

	p.post("admin", at+"/ping").wantTo("admin", at+"/deliveries").want(http.StatusOK, "after 42 ms", "204 · 42 ms")
	ping := p.deliveries[0].ID.Text("msg")
	p.post("admin", at+"/deliveries/"+ping+"/replay").want(http.StatusUnprocessableEntity, "A ping is not repeated")
	p.post("admin", at+"/deliveries/"+oldest+"/replay").wantTo("admin", at+"/deliveries")
	p.post("admin", at+"/replay", "since", "soon").want(http.StatusUnprocessableEntity, `id="since-error"`)
	p.post("admin", at+"/replay", "since", "2019-01-01T10:00").want(http.StatusUnprocessableEntity, "last 30 days", `value="2019-01-01T10:00"`)
	p.post("admin", at+"/replay", "since", "2026-07-01T10:00").wantTo("admin", at+"/deliveries").want(http.StatusOK, "Everything since then")
	zone := p.Site.Settings().Location()
	want := []string{oldest, time.Date(2026, 7, 1, 10, 0, 0, 0, zone).UTC().Format(time.RFC3339)}
	if !slices.Equal(p.replays, want) {
		t.Errorf("sent again: %v, want %v", p.replays, want)
	}
}

func TestOnlyWhoEditsSettingsLetsProgramsIn(t *testing.T) {
	t.Parallel()
	p := openDevelopers(t)
	p.hooks = []office.Webhook{{ID: p.next(), Name: "Shop", Rev: 1}}
	at := developers + "/webhooks/" + p.hooks[0].ID.Text("whk")
	for role := range p.accounts {
		want := http.StatusForbidden
		if role == "admin" {
			want = http.StatusOK
		}
		for _, address := range []string{developers, developers + "/tokens/new", developers + "/webhooks", developers + "/webhooks/-/new", at, at + "/deliveries"} {
			p.get(role, address).want(want)
		}
		if role == "admin" {
			continue
		}
		for _, address := range []string{developers + "/tokens", developers + "/tokens/tok_x/revocation", developers + "/webhooks", at, at + "/secret", at + "/removal", at + "/ping", at + "/replay", at + "/deliveries/msg_x/replay"} {
			p.post(role, address, "confirm", "yes").want(http.StatusForbidden)
		}
	}
}
