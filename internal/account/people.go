package account

import (
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Edit is how the change log tells a field's change.
type Edit struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// Create adds an account and returns it as stored. An address that has an account already is a Conflict on "email".
func Create(tx *db.Tx, a Account) (Account, error) {
	a, err := a.check()
	if err != nil {
		return a, err
	}
	if a.ID == 0 {
		a.ID = tx.NewID()
	}
	if a.State == "" {
		a.State = Active
	}
	a.Created = tx.Now()
	if _, err := findCredential(tx, a.Email); err == nil {
		return a, taken()
	} else if value.KindOf(err) != value.NotFound {
		return a, err
	}
	tx.Log(db.Change{Object: "account", Record: a.ID, Diff: map[string]any{
		"kind": a.Kind, "name": a.Name, "email": a.Email.Masked(), "role": a.Role, "locale": a.Locale,
	}})
	return a, insertAccount(tx, a)
}

func taken() error {
	err := value.Fieldf("email", "there is an account with this address already")
	err.Kind, err.Key = value.Conflict, "account.email_taken"
	return err
}

// Invitation is a new member of the staff and the way in.
type Invitation struct {
	Account Account
	Path    string    // of the page with the button that signs them in, once; secret, add the site's address before it
	Expires time.Time // after it they ask for a link at the sign-in page
}

// InvitationAge is how long an invitation's link works.
const InvitationAge = 72 * time.Hour

// Invite adds somebody to the staff without a password, and makes the link by which they sign in first.
func Invite(tx *db.Tx, email value.Email, name string, role Role) (Invitation, error) {
	a, err := Create(tx, Account{Kind: value.Staff, Email: email, Name: name, Role: role})
	if err != nil {
		return Invitation{}, err
	}
	secret, hash := newSecret()
	expires := tx.Now().Add(InvitationAge)
	return Invitation{Account: a, Path: linkPath(secret, ""), Expires: expires}, insertToken(tx, hash, a.ID, "invitation", expires)
}

// Find returns an account, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Account, error) {
	return db.One(tx, scanAccount, "select "+accountColumns+" from account where id = $1", id)
}

// FindByEmail returns the account of an address, or an error of kind NotFound.
func FindByEmail(tx *db.Tx, email value.Email) (Account, error) {
	return db.One(tx, scanAccount, "select "+accountColumns+" from account where lower(email) = $1", strings.ToLower(string(email)))
}

// Staff lists the accounts of the staff by their names.
func Staff(tx *db.Tx) ([]Account, error) {
	return db.All(tx, scanAccount, "select "+accountColumns+" from account where kind = 'staff' order by name, id")
}

// SetRole gives somebody on the staff another role, effective at their next request. Taking the role from the last
// active admin is a Conflict: nobody could give it back.
func SetRole(tx *db.Tx, id value.ID, role Role) error {
	if !role.Known() {
		return unknownRole(role)
	}
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	if a.Kind != value.Staff {
		return value.Fieldf("role", "a member has no role")
	}
	if a.Role == role {
		return nil
	}
	if err := keepAnAdmin(tx, a); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "account", Record: id, Diff: map[string]Edit{"role": {a.Role, role}}})
	_, err = tx.Exec("update account set role = $2 where id = $1", id, string(role))
	return err
}

// Suspend keeps an account from being used, at once, for a reason, which is logged. Its sessions end.
func Suspend(tx *db.Tx, id value.ID, reason string) error {
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return value.Fieldf("reason", "write why the account is suspended")
	}
	if a.State == Suspended {
		return value.Errorf(value.Conflict, "the account is suspended already")
	}
	if err := keepAnAdmin(tx, a); err != nil {
		return err
	}
	if _, err := deleteSessions(tx, id, nil); err != nil {
		return err
	}
	return setState(tx, a, Suspended, reason)
}

// Restore lets a suspended account be used again.
func Restore(tx *db.Tx, id value.ID, reason string) error {
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	if a.State == Active {
		return value.Errorf(value.Conflict, "the account is not suspended")
	}
	if !a.Erased.IsZero() {
		return value.Errorf(value.Conflict, "the account was erased; it belongs to nobody any more")
	}
	return setState(tx, a, Active, strings.TrimSpace(reason))
}

func setState(tx *db.Tx, a Account, state State, reason string) error {
	tx.Log(db.Change{Object: "account", Record: a.ID, Diff: map[string]any{"state": Edit{a.State, state}, "reason": reason}})
	_, err := tx.Exec("update account set state = $2 where id = $1", a.ID, string(state))
	return err
}

func keepAnAdmin(tx *db.Tx, a Account) error {
	if a.Role != Admin || a.State != Active {
		return nil
	}
	others, err := db.One(tx, db.Column[int64], "select count(*) from account where role = 'admin' and state = 'active' and id <> $1", a.ID)
	if err == nil && others == 0 {
		return &value.Error{Kind: value.Conflict, Key: "account.last_admin", Message: "this is the last administrator; give the role to somebody else first"}
	}
	return err
}

// SetPassword stores a hash that Passwords.Hash made and ends all sessions of the account.
func SetPassword(tx *db.Tx, id value.ID, hash string) error { return setPassword(tx, id, hash, nil) }

// setPassword keeps one session, the one that asks.
func setPassword(tx *db.Tx, id value.ID, hash string, keep []byte) error {
	if _, _, _, err := decodeHash(hash); err != nil {
		return err
	}
	n, err := tx.Exec("update account set password = $2 where id = $1", id, hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return value.Errorf(value.NotFound, "there is no such account")
	}
	ended, err := deleteSessions(tx, id, keep)
	tx.Log(db.Change{Object: "account", Record: id, Diff: map[string]any{"password": "changed", "sessions_ended": ended}})
	return err
}
