package follow

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// startFollowing makes an account a follower of a seller. Twice changes nothing.
func startFollowing(tx *db.Tx, of, seller value.ID) error {
	n, err := countFollowing(tx, of)
	if err != nil {
		return err
	}
	if n >= MostFollowing {
		return &value.Error{Kind: value.Limited, Key: "follow.following_many", Message: "you follow very many sellers; stop following some first"}
	}
	added, err := insertFollowing(tx, of, seller)
	if added {
		tx.Log(db.Change{Object: "following", Record: seller, Diff: map[string]any{"following": [2]bool{false, true}}})
	}
	return err
}

// stopFollowing ends it. Without it there it does nothing.
func stopFollowing(tx *db.Tx, of, seller value.ID) error {
	gone, err := deleteFollowing(tx, of, seller)
	if gone {
		tx.Log(db.Change{Object: "following", Record: seller, Diff: map[string]any{"following": [2]bool{true, false}}})
	}
	return err
}

// Follows reports whether an account follows a seller.
func Follows(tx *db.Tx, of, seller value.ID) (bool, error) {
	if of == 0 {
		return false, nil
	}
	return db.One(tx, db.Column[bool], "select exists (select 1 from following where account = $1 and seller = $2)", of, seller)
}
