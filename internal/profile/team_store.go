package profile

import (
	"encoding/base64"

	"fairground/internal/db"
	"fairground/internal/value"
)

const invitationColumns = "id, seller, email, role, coalesce(account, 0), secret, invited_by, made_us, expires_us"

func scanInvitation(row db.Scanner) (Invitation, error) {
	var i Invitation
	var made_us, expires_us int64
	err := row.Scan(&i.ID, &i.Seller, &i.Email, &i.Role, &i.Account, &i.secret, &i.InvitedBy, &made_us, &expires_us)
	i.Made, i.Expires = value.FromMicros(made_us), value.FromMicros(expires_us)
	return i, err
}

// storeInvitation keeps an invitation; a newer one to the same address takes the place of the older.
func storeInvitation(tx *db.Tx, i Invitation) error {
	if _, err := tx.Exec("delete from team_invitation where seller = $1 and (email = $2 or expires_us <= $3)", int64(i.Seller), string(i.Email), value.Micros(tx.Now())); err != nil {
		return err
	}
	var invited, secret any
	if i.Account != 0 {
		invited = int64(i.Account)
	} else {
		secret = i.secret
	}
	return tx.Insert("team_invitation", []string{"id", "seller", "email", "role", "account", "secret", "invited_by", "made_us", "expires_us"}, [][]any{
		{int64(i.ID), int64(i.Seller), string(i.Email), string(i.Role), invited, secret, int64(i.InvitedBy), value.Micros(tx.Now()), value.Micros(i.Expires)}})
}

// findInvitations lists the open invitations of a seller, the newest first.
func findInvitations(tx *db.Tx, seller value.ID) ([]Invitation, error) {
	return db.All(tx, scanInvitation, "select "+invitationColumns+` from team_invitation
		where seller = $1 and expires_us > $2 order by id desc`, int64(seller), value.Micros(tx.Now()))
}

// findInvitation finds an open invitation by the key of its link, or without a key by the account it is for.
func findInvitation(tx *db.Tx, seller, account value.ID, key string) (Invitation, error) {
	var i Invitation
	var err error
	if secret, decodeErr := base64.RawURLEncoding.DecodeString(key); key != "" && decodeErr == nil {
		i, err = db.One(tx, scanInvitation, "select "+invitationColumns+` from team_invitation
			where seller = $1 and expires_us > $2 and account is null and secret = $3`, int64(seller), value.Micros(tx.Now()), hashOf(secret))
	} else {
		i, err = db.One(tx, scanInvitation, "select "+invitationColumns+` from team_invitation
			where seller = $1 and expires_us > $2 and account = $3`, int64(seller), value.Micros(tx.Now()), int64(account))
	}
	if value.KindOf(err) == value.NotFound {
		err = noInvitation()
	}
	return i, err
}

func deleteInvitation(tx *db.Tx, i Invitation) error {
	n, err := tx.Exec("delete from team_invitation where id = $1 and seller = $2", int64(i.ID), int64(i.Seller))
	if err == nil && n == 0 {
		err = noInvitation()
	}
	return err
}

func noInvitation() error {
	return &value.Error{Kind: value.NotFound, Key: "profile.error.no_invitation", Message: "this invitation was used already, taken back, or is too old"}
}
