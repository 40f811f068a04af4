package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Token is a key by which a program acts for somebody on the staff. Its secret is not part of it.
type Token struct {
	ID       value.ID
	Name     string
	LastFour string // of the secret, to tell tokens apart
	Account  value.ID
	Scopes   Scopes
	Created  time.Time
	By       string // who made it, as value.Actor.String writes it
	Expires  time.Time
	Used     time.Time // last, to the minute; zero when never
	Revoked  time.Time // zero when it was not
}

// Active reports whether the token itself can be used at a time; whether its account can, it does not know.
func (t Token) Active(at time.Time) bool { return t.Revoked.IsZero() && at.Before(t.Expires) }

// TokenKind is the kind of a token's id: value.ID.Text(api.TokenKind).
const TokenKind = "tok"

// LongestLife is how long a token can be valid at most.
const LongestLife = 2 * 365 * 24 * time.Hour

const (
	tokenPrefix     = "fgt_" // scanners of leaked secrets know it by
	tokenBytes      = 32
	tokensEach      = 100 // active ones of one account
	tokenTextLength = 52
	touchEvery      = time.Minute
)

var tokenText = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewToken says what a token is to be.
type NewToken struct {
	Name    string
	Account value.ID // of the staff; whom it acts for
	Scopes  []string
	Expires time.Time
}

// MakeToken makes a token and returns it with its secret, which cannot be read again. The account must be on the staff
// and active, the name one line of 1 to 80 characters, the end in the future and at most LongestLife away. A scope for
// which the account's role lacks the permission is refused.
func MakeToken(ctx context.Context, s *site.Site, actor value.Actor, n NewToken) (Token, string, error) {
	var made Token
	secret := newTokenSecret()
	err := s.DB.Write(ctx, actor, "api_token.create", func(tx *db.Tx) (err error) {
		if made, err = n.check(tx); err != nil {
			return err
		}
		made.ID, made.Created, made.By = tx.NewID(), tx.Now(), actor.String()
		made.LastFour = secret[len(secret)-4:]
		tx.Log(db.Change{Object: tokenObject, Record: made.ID, Diff: map[string]any{
			"name": made.Name, "account": made.Account, "scopes": made.Scopes, "expires": made.Expires,
		}})
		return insertToken(tx, made, hashToken(secret))
	})
	return made, secret, err
}

// tokenObject is what tokens are called in the change log.
const tokenObject = "api_token"

func newTokenSecret() string {
	random := make([]byte, tokenBytes)
	rand.Read(random) // never fails
	return tokenPrefix + strings.ToLower(tokenText.EncodeToString(random))
}

// hashToken is what is stored of a secret, and what it is looked up by: comparing hashes of 256 random bits in an index
// tells nobody anything by the time it takes.
func hashToken(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// looksLikeToken spares the database what cannot be a token.
func looksLikeToken(secret string) bool {
	rest, ok := strings.CutPrefix(secret, tokenPrefix)
	return ok && len(rest) == tokenTextLength && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

func (n NewToken) check(tx *db.Tx) (Token, error) {
	t := Token{Account: n.Account, Expires: n.Expires}
	var err error
	if t.Name, err = oneLine("name", n.Name, 80); err != nil {
		return t, err
	}
	if t.Scopes, err = ParseScopes(n.Scopes); err != nil {
		return t, err
	}
	if !t.Expires.After(tx.Now()) || t.Expires.After(tx.Now().Add(LongestLife)) {
		return t, value.Fieldf("expires", "choose an end in the future, at most two years away")
	}
	holder, err := activeStaff(tx, n.Account)
	if err != nil {
		return t, err
	}
	for _, scope := range t.Scopes {
		if !holder.Role.May(scope.Permission()) {
			return t, value.Fieldf("scopes", "the role %s of this account does not allow %s", holder.Role, scope)
		}
	}
	others, err := countTokens(tx, n.Account)
	if err == nil && others >= tokensEach {
		err = value.Errorf(value.Conflict, "this account has %d tokens; revoke one first", others)
	}
	return t, err
}

// activeStaff returns the account that a token or webhook is to act for.
func activeStaff(tx *db.Tx, id value.ID) (account.Account, error) {
	a, err := account.Find(tx, id)
	if value.KindOf(err) == value.NotFound || err == nil && (a.Kind != value.Staff || a.State != account.Active) {
		return a, value.Fieldf("account", "choose an active account of the staff")
	}
	return a, err
}

// oneLine trims a name and refuses what is empty, too long, or more than a line.
func oneLine(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > most || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", value.Fieldf(field, "write 1 to %d characters on one line", most)
	}
	return text, nil
}

// Tokens lists tokens, newest first: those of one account, or all when account is zero. Revoked and expired ones are
// among them for as long as their account exists.
func Tokens(tx *db.Tx, account value.ID) ([]Token, error) { return findTokens(tx, account) }

// RevokeToken ends a token at once. Ending one again changes nothing.
func RevokeToken(ctx context.Context, s *site.Site, actor value.Actor, id value.ID) error {
	return s.DB.Write(ctx, actor, "api_token.revoke", func(tx *db.Tx) error {
		t, err := findToken(tx, id)
		if err != nil || !t.Revoked.IsZero() {
			return err
		}
		tx.After(func() { revocations(s).Add(1) })
		tx.Log(db.Change{Object: tokenObject, Record: id, Diff: map[string]any{"revoked": true}})
		return revokeToken(tx, id)
	})
}

// authenticate finds whom a secret acts for: one look-up by the hash, one of the account. NotFound means that nobody
// is to be let in, for whatever reason.
func authenticate(tx *db.Tx, secret string) (Caller, Token, error) {
	if !looksLikeToken(secret) {
		return Caller{}, Token{}, noToken()
	}
	t, err := findTokenByHash(tx, hashToken(secret))
	if err != nil {
		return Caller{}, t, err
	}
	c, err := callerOf(tx, t)
	return c, t, err
}

// callerOf is whom a token acts for now, or NotFound when it does not any more.
func callerOf(tx *db.Tx, t Token) (Caller, error) {
	if !t.Active(tx.Now()) {
		return Caller{}, noToken()
	}
	a, err := account.Find(tx, t.Account)
	if err != nil {
		return Caller{}, err
	}
	if a.Kind != value.Staff || a.State != account.Active {
		return Caller{}, noToken()
	}
	return Caller{Token: t.ID, Name: t.Name, Account: a, Scopes: slices.Clone(t.Scopes), Expires: t.Expires}, nil
}

func noToken() error { return value.Errorf(value.NotFound, "there is no such token") }
