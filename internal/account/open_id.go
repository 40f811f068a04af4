package account

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// awayAge is how long somebody may take at another house.
const awayAge = 15 * time.Minute

// away is what this house keeps while the browser is at another.
type away struct {
	House    string   `json:"house"`
	State    string   `json:"state"`
	Nonce    string   `json:"nonce"`
	Verifier string   `json:"verifier"`
	Next     string   `json:"next"`
	Link     value.ID `json:"link"` // the account that wants the sign-in added; zero when signing in
}

// identity is who another house says somebody is.
type identity struct {
	issuer   string
	subject  string
	email    value.Email
	verified bool // the house knows that the address is theirs
	name     string
}

// houses are the sign-ins that a site accepts.
func (d *Door) houses(s *site.Site) []OpenID {
	if d.config.OpenID == nil {
		return nil
	}
	return d.config.OpenID(s)
}

func (d *Door) house(s *site.Site, name string) (OpenID, error) {
	for _, house := range d.houses(s) {
		if house.Name == name {
			return house, nil
		}
	}
	return OpenID{}, value.Errorf(value.NotFound, "there is no such sign-in")
}

// discovered is what a house publishes about itself. It is asked once and remembered.
func (d *Door) discovered(house OpenID) (*oidc.Provider, error) {
	if known, ok := d.discoveries.Load(house.Issuer); ok {
		return known.(*oidc.Provider), nil
	}
	// The provider keeps the context for fetching keys later, so it must not end with the request; the client has a limit.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.Background(), d.config.HTTP), house.Issuer)
	if err != nil {
		return nil, (&value.Error{Kind: value.Unavailable, Key: "account.house_away", Message: "that sign-in does not answer just now"}).Because(err)
	}
	d.discoveries.Store(house.Issuer, provider)
	return provider, nil
}

func (house OpenID) client(provider *oidc.Provider, origin string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: house.ClientID, ClientSecret: house.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: origin + "/sign-in/with/" + house.Name + "/return", Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// leave begins a sign-in at another house: the address to go to, and the secret of the browser's cookie.
func (d *Door) leave(ctx context.Context, house OpenID, link value.ID, v visit) (address, secret string, err error) {
	provider, err := d.discovered(house)
	if err != nil {
		return "", "", err
	}
	state, _ := newSecret()
	nonce, _ := newSecret()
	a := away{House: house.Name, State: state, Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Next: v.next, Link: link}
	secret, hash := newSecret()
	err = site.From(ctx).DB.Maintain(ctx, "leave for another house", func(tx *db.Tx) error {
		if err := pruneCeremonies(tx); err != nil {
			return err
		}
		return insertCeremony(tx, hash, awayAtOpenID, link, a, awayAge)
	})
	return house.client(provider, v.origin).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(a.Verifier)), secret, err
}

// back checks what a browser brings back from another house. The ceremony is used up by it, right or wrong.
func (d *Door) back(ctx context.Context, house OpenID, hash []byte, state, issuer, code string, v visit) (identity, away, error) {
	var a away
	if hash == nil {
		return identity{}, a, over()
	}
	err := site.From(ctx).DB.Maintain(ctx, "come back from another house", func(tx *db.Tx) error {
		c, err := takeCeremony(tx, hash, awayAtOpenID)
		if err != nil {
			return err
		}
		a = away{}
		return c.read(&a)
	})
	if value.KindOf(err) == value.NotFound {
		err = over()
	}
	if err != nil {
		return identity{}, a, err
	}
	right := a.House == house.Name && subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) == 1
	if !right || issuer != "" && issuer != house.Issuer || code == "" {
		return identity{}, a, notFromThere(fmt.Errorf("state, issuer or code do not fit"))
	}
	who, err := d.exchange(ctx, house, code, a, v)
	return who, a, err
}

func (d *Door) exchange(ctx context.Context, house OpenID, code string, a away, v visit) (identity, error) {
	provider, err := d.discovered(house)
	if err != nil {
		return identity{}, err
	}
	ctx = oidc.ClientContext(ctx, d.config.HTTP)
	tokens, err := house.client(provider, v.origin).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return identity{}, notFromThere(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return identity{}, notFromThere(fmt.Errorf("there is no id_token"))
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: house.ClientID, Now: d.config.Clock.Now}).Verify(ctx, raw)
	if err != nil {
		return identity{}, notFromThere(err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(a.Nonce)) != 1 {
		return identity{}, notFromThere(fmt.Errorf("the nonce is another's"))
	}
	var claims struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some houses write the word "true"
		Name     string `json:"name"`
	}
	if err := token.Claims(&claims); err != nil {
		return identity{}, notFromThere(err)
	}
	who := identity{issuer: token.Issuer, subject: token.Subject, name: claims.Name}
	if who.email, err = value.ParseEmail(claims.Email); err == nil {
		who.verified = claims.Verified == true || claims.Verified == "true"
	}
	return who, nil
}

func notFromThere(cause error) error {
	return (&value.Error{Kind: value.Invalid, Key: "account.house_wrong", Message: "that sign-in did not work; please try again"}).Because(cause)
}

// byOpenID signs in who another house vouches for: by the link of an earlier time or, the first time, by an address
// that the house has verified and may speak for. An address that is only claimed opens nothing.
func (d *Door) byOpenID(ctx context.Context, house OpenID, who identity, v visit) (in entry, err error) {
	s := site.From(ctx)
	author, action, joins := visitor, "account.sign_in", value.ID(0)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := d.accountFor(tx, house, who)
		if value.KindOf(err) == value.NotFound && house.For == value.Member {
			joins, action = s.DB.IDs().Next(), "account.join"
			author = value.Actor{Kind: value.Member, ID: joins}
			return nil
		}
		author = a.Actor()
		return err
	})
	if value.KindOf(err) == value.NotFound {
		err = refused("account.house_no_account", "there is no account for this address; ask an administrator of this site to invite you")
	}
	if err != nil {
		return in, err
	}
	name := d.nameFrom(ctx, s, who)
	err = s.DB.Write(ctx, author, action, func(tx *db.Tx) error {
		a, err := d.accountFor(tx, house, who)
		if value.KindOf(err) == value.NotFound && joins != 0 {
			a, err = Create(tx, Account{ID: joins, Kind: value.Member, Email: who.email, Name: name, Locale: text.FromContext(ctx).Locale(), Verified: tx.Now()})
		}
		if err != nil {
			return err
		}
		if err := d.linkOpenID(tx, a, who, house, a.ID != joins, v); err != nil {
			return err
		}
		in, err = letIn(tx, a.ID, ByOpenID, v, map[string]any{"house": house.Name})
		return err
	})
	return in, err
}

// accountFor finds the account that an identity opens, or an error: NotFound when a first-time identity is fit to get
// one, Forbidden when it opens nothing.
func (d *Door) accountFor(tx *db.Tx, house OpenID, who identity) (Account, error) {
	id, err := db.One(tx, db.Column[value.ID], "select account from open_id where issuer = $1 and subject = $2", who.issuer, who.subject)
	var a Account
	switch {
	case err == nil:
		a, err = Find(tx, id)
	case value.KindOf(err) != value.NotFound:
		return a, err
	case !who.verified:
		return a, refused("account.house_unverified", "that sign-in does not vouch for your mail address, so it cannot be used here")
	case !house.speaksFor(who.email):
		return a, refused("account.house_domain", "that sign-in is not for addresses like yours")
	default:
		a, err = FindByEmail(tx, who.email)
	}
	if err == nil && a.Kind != house.For {
		err = refused("account.house_other_kind", "that sign-in is for other accounts than yours")
	}
	return a, err
}

// speaksFor reports whether a house may vouch for an address. One for the staff must name its domains.
func (house OpenID) speaksFor(email value.Email) bool {
	_, domain, _ := strings.Cut(string(email), "@")
	return len(house.Domains) == 0 && house.For == value.Member ||
		slices.ContainsFunc(house.Domains, func(d string) bool { return strings.EqualFold(d, domain) })
}

// nameFrom is what somebody is called at the other house, if it may be shown here.
func (d *Door) nameFrom(ctx context.Context, s *site.Site, who identity) string {
	name, err := checkName(who.name)
	if err == nil && d.config.Screen != nil {
		err = d.config.Screen(ctx, s, name)
	}
	if err != nil {
		return text.T(ctx, "account.member")
	}
	return name
}

// linkOpenID remembers that an identity opens an account. Its owner is told the first time, if told is true.
func (d *Door) linkOpenID(tx *db.Tx, a Account, who identity, house OpenID, told bool, v visit) error {
	n, err := tx.Exec("update open_id set used_us = $3, email = $4 where issuer = $1 and subject = $2", who.issuer, who.subject, value.Micros(tx.Now()), string(who.email))
	if err != nil || n > 0 {
		return err
	}
	err = tx.Insert("open_id", []string{"issuer", "subject", "account", "email", "created_us", "used_us"},
		[][]any{{who.issuer, who.subject, a.ID, string(who.email), value.Micros(tx.Now()), value.Micros(tx.Now())}})
	if err != nil || !told {
		return err
	}
	return d.warn(tx, a.ID, v.origin, "account.warn_house_added", "house", cmp.Or(house.Label, house.Name))
}

// addOpenID links an identity to the account of who is signed in, whatever address the house knows.
func (d *Door) addOpenID(ctx context.Context, session Session, house OpenID, who identity, v visit) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.add_open_id", func(tx *db.Tx) error {
		owner, err := db.One(tx, db.Column[value.ID], "select account from open_id where issuer = $1 and subject = $2", who.issuer, who.subject)
		if err == nil && owner != session.Account {
			return &value.Error{Kind: value.Conflict, Key: "account.house_taken", Message: "that sign-in belongs to another account already"}
		}
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if session.Kind != house.For {
			return refused("account.house_other_kind", "that sign-in is for other accounts than yours")
		}
		a, err := Find(tx, session.Account)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"house": house.Name}})
		return d.linkOpenID(tx, a, who, house, true, v)
	})
}

// linked is a sign-in of another house that opens an account.
type linked struct {
	Issuer  string
	Label   string
	Email   value.Email
	Created time.Time
	Used    time.Time
}

func findLinked(tx *db.Tx, account value.ID) ([]linked, error) {
	return db.All(tx, func(row db.Scanner) (l linked, err error) {
		var created_us, used_us int64
		err = row.Scan(&l.Issuer, &l.Email, &created_us, &used_us)
		l.Created, l.Used = value.FromMicros(created_us), value.FromMicros(used_us)
		return l, err
	}, "select issuer, email, created_us, used_us from open_id where account = $1 order by created_us, issuer", account)
}

// removeOpenID ends the links of an account to a house.
func (d *Door) removeOpenID(ctx context.Context, session Session, issuer string, v visit) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.remove_open_id", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"issuer": issuer}})
		n, err := tx.Exec("delete from open_id where account = $1 and issuer = $2", session.Account, issuer)
		if err != nil || n == 0 {
			return err
		}
		return d.warn(tx, session.Account, v.origin, "account.warn_house_removed")
	})
}
