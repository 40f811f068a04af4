package account

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a person, for exporting and erasing it.
type Estate struct{}

// Name is the folder of an export.
func (Estate) Name() string { return "account" }

// Export hands out everything kept of an account but the secrets that check a sign-in.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	a, err := Find(tx, account)
	if err != nil {
		return fmt.Errorf("account.Export(%s): %w", account, err)
	}
	if err := put("account", exportedAccount{
		ID: a.ID.Text(IDKind), Kind: string(a.Kind), Email: string(a.Email), Name: a.Name, Role: string(a.Role), Language: string(a.Locale),
		State: string(a.State), Phone: string(a.Phone), Created: a.Created, Verified: orNil(a.Verified),
	}); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		read func(*db.Tx, value.ID) (any, error)
	}{{"sessions", exportSessions}, {"passkeys", exportPasskeys}, {"other_sign_ins", exportLinked}, {"second_factor", exportFactor}} {
		rows, err := part.read(tx, account)
		if err == nil {
			err = put(part.name, rows)
		}
		if err != nil {
			return fmt.Errorf("account.Export(%s): %s: %w", account, part.name, err)
		}
	}
	return nil
}

type exportedAccount struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Email    string     `json:"email"`
	Name     string     `json:"name"`
	Role     string     `json:"role,omitempty"`
	Language string     `json:"language,omitempty"`
	State    string     `json:"state"`
	Phone    string     `json:"phone,omitempty"`
	Created  time.Time  `json:"created"`
	Verified *time.Time `json:"mail_verified,omitempty"`
}

type exportedSession struct {
	Device  string    `json:"device"`
	Network string    `json:"network"`
	By      Way       `json:"signed_in_by,omitempty"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"last_used"`
}

type exportedKey struct {
	Name    string     `json:"name"`
	Host    string     `json:"host"`
	Created time.Time  `json:"created"`
	Used    *time.Time `json:"last_used,omitempty"`
}

type exportedLink struct {
	Issuer  string    `json:"issuer"`
	Email   string    `json:"email"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"last_used"`
}

type exportedFactor struct {
	On            bool `json:"on"`
	RecoveryCodes int  `json:"recovery_codes_left"`
}

func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func exportSessions(tx *db.Tx, account value.ID) (any, error) {
	devices, err := findDevices(tx, account)
	rows := []exportedSession{}
	for _, d := range devices {
		rows = append(rows, exportedSession{d.Name, d.Network, d.By, d.Created, d.Seen})
	}
	return rows, err
}

func exportPasskeys(tx *db.Tx, account value.ID) (any, error) {
	keys, err := findPasskeys(tx, account)
	rows := []exportedKey{}
	for _, k := range keys {
		rows = append(rows, exportedKey{k.Name, k.Host, k.Created, orNil(k.Used)})
	}
	return rows, err
}

func exportLinked(tx *db.Tx, account value.ID) (any, error) {
	links, err := findLinked(tx, account)
	rows := []exportedLink{}
	for _, l := range links {
		rows = append(rows, exportedLink{l.Issuer, string(l.Email), l.Created, l.Used})
	}
	return rows, err
}

func exportFactor(tx *db.Tx, account value.ID) (any, error) {
	on, err := hasSecondFactor(tx, account)
	if err != nil {
		return nil, err
	}
	left, err := countRecoveryCodes(tx, account)
	return exportedFactor{on, left}, err
}

// Erase makes an account nobody's: no name, no address, no way in. Its row stays so that what others were told of
// somebody still points at one. It runs in the write of package member; keep takes what stays, why and until when.
func (Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	if err := Erase(tx, account); err != nil {
		return err
	}
	ctx := tx.Context()
	keep(text.T(ctx, "account.kept_row"), text.T(ctx, "account.kept_row_why"), text.T(ctx, "account.kept_row_until"))
	return nil
}

// Erase anonymises an account of a member for good. Somebody on the staff must leave the staff first: Conflict.
func Erase(tx *db.Tx, id value.ID) error {
	a, err := Find(tx, id)
	if err != nil {
		return fmt.Errorf("account.Erase(%s): %w", id, err)
	}
	if a.Kind != value.Member {
		return &value.Error{Kind: value.Conflict, Key: "account.erase_staff", Message: "this account belongs to the staff; an administrator must end that first"}
	}
	if !a.Erased.IsZero() {
		return nil
	}
	for _, statement := range []string{
		"delete from session where account = $1", "delete from sign_in_token where account = $1", "delete from ceremony where account = $1",
		"delete from proof_link where account = $1", "delete from passkey where account = $1", "delete from second_factor where account = $1",
		"delete from recovery_code where account = $1", "delete from open_id where account = $1", "delete from phone_check where account = $1",
	} {
		if _, err := tx.Exec(statement, id); err != nil {
			return fmt.Errorf("account.Erase(%s): %w", id, err)
		}
	}
	if _, err := tx.Exec("delete from joining where email = $1", string(a.Email)); err != nil {
		return fmt.Errorf("account.Erase(%s): %w", id, err)
	}
	tx.Log(db.Change{Object: "account", Record: id, Diff: map[string]any{"erased": true}})
	_, err = tx.Exec(`
		update account set email = $2, name = '–', password = null, locale = '', state = 'suspended',
			verified_us = null, phone = null, phone_us = null, erased_us = $3
		where id = $1`, id, "erased-"+a.ID.String()+"@account.invalid", value.Micros(tx.Now()))
	return err
}
