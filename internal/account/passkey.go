package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	passkeyAge   = 5 * time.Minute // how long a challenge stands
	mostPasskeys = 20              // of one account
)

// Passkey is one as its owner sees it.
type Passkey struct {
	ID      value.ID
	Name    string
	Host    string // under which it works
	Created time.Time
	Used    time.Time // zero when it never was
	Copied  time.Time // when its counter went backwards, so that it is refused; zero otherwise
}

// PasskeyKind is the kind of a passkey's id in forms.
const PasskeyKind = "pky"

// passkeyRow is a passkey with what checks it.
type passkeyRow struct {
	Passkey
	account    value.ID
	credential webauthn.Credential
}

// passkeyOwner is an account in the words of the library.
type passkeyOwner struct {
	handle []byte
	Account
	credentials []webauthn.Credential
}

func (o passkeyOwner) WebAuthnID() []byte                         { return o.handle }
func (o passkeyOwner) WebAuthnName() string                       { return string(o.Email) }
func (o passkeyOwner) WebAuthnDisplayName() string                { return o.Name }
func (o passkeyOwner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

// ownerOfPasskeys is an account and its passkeys for a host.
func ownerOfPasskeys(tx *db.Tx, s *site.Site, id value.ID, host string) (o passkeyOwner, err error) {
	o.handle = passkeyHandle(s, id)
	if o.Account, err = Find(tx, id); err != nil {
		return o, err
	}
	rows, err := findPasskeys(tx, id)
	for _, row := range rows {
		if row.Host == host {
			o.credentials = append(o.credentials, row.credential)
		}
	}
	return o, err
}

// passkeyHandle is what an authenticator keeps instead of the account: it names nobody to others.
func passkeyHandle(s *site.Site, id value.ID) []byte {
	mac := hmac.New(sha256.New, s.Key("passkey handle"))
	mac.Write([]byte(id.String()))
	return mac.Sum(nil)
}

// relyingHost is the host that browsers bind passkeys to; empty where they cannot, as at a bare network address.
func relyingHost(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	if net.ParseIP(strings.Trim(host, "[]")) != nil {
		return ""
	}
	return host
}

// relyingParty is the site at one host in the words of the library.
func relyingParty(s *site.Site, host, origin string) (*webauthn.WebAuthn, error) {
	if host == "" {
		return nil, &value.Error{Kind: value.Invalid, Key: "account.passkey_host", Message: "passkeys need a site with a name"}
	}
	required := true
	party, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: s.Settings().Name, RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("account.relyingParty(%s): %w", host, err)
	}
	return party, nil
}

// offerPasskeys begins a sign-in by passkey: what the browser is told, and the secret of its cookie.
func (d *Door) offerPasskeys(ctx context.Context, host string, v visit) (options any, secret string, err error) {
	s := site.From(ctx)
	party, err := relyingParty(s, host, v.origin)
	if err != nil {
		return nil, "", err
	}
	assertion, data, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, "", fmt.Errorf("account.offerPasskeys(%s): %w", host, err)
	}
	secret, hash := newSecret()
	err = s.DB.Maintain(ctx, "offer a sign-in by passkey", func(tx *db.Tx) error {
		if err := pruneCeremonies(tx); err != nil {
			return err
		}
		return insertCeremony(tx, hash, usingPasskey, 0, data, passkeyAge)
	})
	return assertion.Response, secret, err
}

// byPasskey signs in by what an authenticator answered. The challenge is used up by it, right or wrong.
func (d *Door) byPasskey(ctx context.Context, host string, hash, answer []byte, v visit) (entry, error) {
	s := site.From(ctx)
	data, _, err := takeChallenge(ctx, s, hash, usingPasskey)
	if err != nil {
		return entry{}, err
	}
	party, err := relyingParty(s, host, v.origin)
	if err != nil {
		return entry{}, err
	}
	var row passkeyRow
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return entry{}, d.passkeyFailed(ctx, s, row, v, err)
	}
	_, credential, err := party.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) {
		var owner passkeyOwner
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if row, err = findPasskey(tx, host, id); err == nil {
				owner, err = ownerOfPasskeys(tx, s, row.account, host)
			}
			return err
		})
		return owner, err
	}, data, parsed)
	if err != nil {
		return entry{}, d.passkeyFailed(ctx, s, row, v, err)
	}
	if credential.Authenticator.CloneWarning || !row.Copied.IsZero() {
		return entry{}, d.passkeyCopied(ctx, s, row, v)
	}
	return d.passkeyRight(ctx, s, row, credential, parsed.Response.AuthenticatorData.Flags.HasUserVerified(), v)
}

// takeChallenge ends a ceremony of passkeys and returns what it began with.
func takeChallenge(ctx context.Context, s *site.Site, hash []byte, k kind) (data webauthn.SessionData, account value.ID, err error) {
	if hash == nil {
		return data, 0, over()
	}
	err = s.DB.Maintain(ctx, "use a challenge", func(tx *db.Tx) error {
		c, err := takeCeremony(tx, hash, k)
		if err != nil {
			return err
		}
		account, data = c.account, webauthn.SessionData{}
		return c.read(&data)
	})
	if value.KindOf(err) == value.NotFound {
		err = over()
	}
	return data, account, err
}

func (d *Door) passkeyRight(ctx context.Context, s *site.Site, row passkeyRow, c *webauthn.Credential, verified bool, v visit) (in entry, err error) {
	author := visitor
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := Find(tx, row.account)
		author = a.Actor()
		return err
	})
	if err != nil {
		return in, err
	}
	err = s.DB.Write(ctx, author, "account.sign_in", func(tx *db.Tx) error {
		if err := updatePasskey(tx, row.ID, c); err != nil {
			return err
		}
		more := map[string]any{"passkey": row.Name, "person_checked": verified}
		if verified {
			in, err = admit(tx, row.account, ByPasskey, v, more, nil)
		} else {
			in, err = letIn(tx, row.account, ByPasskey, v, more)
		}
		return err
	})
	return in, err
}

// passkeyFailed logs an attempt that came to nothing. The person is not told more than that it did not work.
func (d *Door) passkeyFailed(ctx context.Context, s *site.Site, row passkeyRow, v visit, why error) error {
	if kind := value.KindOf(why); kind == value.Unavailable || errors.Is(why, context.Canceled) {
		return why
	}
	err := s.DB.Write(ctx, visitor, "account.sign_in_failed", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: row.account, Diff: map[string]any{"by": ByPasskey, "network": v.network}})
		return nil
	})
	if err != nil {
		return err
	}
	return (&value.Error{Kind: value.Invalid, Key: "account.passkey_unknown", Message: "this passkey does not work here; sign in another way"}).Because(why)
}

// passkeyCopied refuses a passkey whose counter went backwards: somebody may have a copy of it. Its owner is told.
func (d *Door) passkeyCopied(ctx context.Context, s *site.Site, row passkeyRow, v visit) error {
	err := s.DB.Write(ctx, visitor, "account.passkey_copied", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: row.account, Diff: map[string]any{"passkey": row.Name, "network": v.network}})
		n, err := tx.Exec("update passkey set copied_us = $2 where id = $1 and copied_us is null", row.ID, value.Micros(tx.Now()))
		if err != nil || n == 0 {
			return err
		}
		return d.warn(tx, row.account, v.origin, "account.warn_passkey_copied", "passkey", row.Name)
	})
	if err != nil {
		return err
	}
	return &value.Error{Kind: value.Forbidden, Key: "account.passkey_copied", Message: "there may be a copy of this passkey, so it is refused; sign in another way and remove it"}
}

// offerRegistration begins to make a passkey for who is signed in.
func (d *Door) offerRegistration(ctx context.Context, session Session, host string, v visit) (options any, secret string, err error) {
	s := site.From(ctx)
	party, err := relyingParty(s, host, v.origin)
	if err != nil {
		return nil, "", err
	}
	var owner passkeyOwner
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		owner, err = ownerOfPasskeys(tx, s, session.Account, host)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	creation, data, err := party.BeginRegistration(owner, webauthn.WithExclusions(webauthn.Credentials(owner.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, "", fmt.Errorf("account.offerRegistration(%s): %w", host, err)
	}
	secret, hash := newSecret()
	err = s.DB.Maintain(ctx, "offer a passkey", func(tx *db.Tx) error {
		if err := pruneCeremonies(tx); err != nil {
			return err
		}
		return insertCeremony(tx, hash, makingPasskey, session.Account, data, passkeyAge)
	})
	return creation.Response, secret, err
}

// keepPasskey stores the passkey that an authenticator made.
func (d *Door) keepPasskey(ctx context.Context, session Session, host, name string, hash, answer []byte, v visit) error {
	s := site.From(ctx)
	data, account, err := takeChallenge(ctx, s, hash, makingPasskey)
	if err == nil && account != session.Account {
		err = over()
	}
	if err != nil {
		return err
	}
	party, err := relyingParty(s, host, v.origin)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return badPasskey(err)
	}
	credential, err := party.CreateCredential(passkeyOwner{handle: passkeyHandle(s, session.Account)}, data, parsed)
	if err != nil {
		return badPasskey(err)
	}
	return s.DB.Write(ctx, session.Actor(), "account.add_passkey", func(tx *db.Tx) error {
		if err := insertPasskey(tx, session.Account, host, name, credential); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"passkey": name}})
		return d.warn(tx, session.Account, v.origin, "account.warn_passkey_added", "passkey", name)
	})
}

func badPasskey(cause error) error {
	return (&value.Error{Kind: value.Invalid, Key: "account.passkey_bad", Message: "the passkey could not be kept; please try again"}).Because(cause)
}

// namePasskey gives a passkey another name.
func (d *Door) namePasskey(ctx context.Context, session Session, id value.ID, name string) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.name_passkey", func(tx *db.Tx) error {
		was, err := takeName(tx, id, session.Account)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]Edit{"passkey": {was, name}}})
		_, err = tx.Exec("update passkey set name = $2 where id = $1", id, name)
		return err
	})
}

// removePasskey takes a passkey away. One that is gone already is no error.
func (d *Door) removePasskey(ctx context.Context, session Session, id value.ID, v visit) error {
	s := site.From(ctx)
	err := s.DB.Write(ctx, session.Actor(), "account.remove_passkey", func(tx *db.Tx) error {
		name, err := takeName(tx, id, session.Account)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"passkey": Edit{name, nil}}})
		if _, err := tx.Exec("delete from passkey where id = $1", id); err != nil {
			return err
		}
		return d.warn(tx, session.Account, v.origin, "account.warn_passkey_removed", "passkey", name)
	})
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	return err
}

func takeName(tx *db.Tx, id, owner value.ID) (string, error) {
	return db.One(tx, db.Column[string], "select name from passkey where id = $1 and account = $2", id, owner)
}
