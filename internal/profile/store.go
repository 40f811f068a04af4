package profile

import (
	"encoding/json"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

const profileColumns = `seller, rev, made_us, updated_us, coalesce(shown, 'null'), shown_hash, shown_us, coalesce(clearance, 0), clearance_seal,
	coalesce(pending, 'null'), pending_hash, pending_us, state, reason, watched, refused`

func scanProfile(row db.Scanner) (Profile, error) {
	var p Profile
	var made_us, updated_us int64
	var shown_us, pending_us *int64
	var shown, pending string
	var shownHash, pendingHash []byte
	err := row.Scan(&p.Seller, &p.Rev, &made_us, &updated_us, &shown, &shownHash, &shown_us, &p.clearance, &p.seal,
		&pending, &pendingHash, &pending_us, &p.State, &p.Reason, &p.watched, &p.refused)
	if err != nil {
		return Profile{}, err
	}
	p.Made, p.Updated = value.FromMicros(made_us), value.FromMicros(updated_us)
	p.ShownAt, p.PendingAt = db.TimeOf(shown_us), db.TimeOf(pending_us)
	p.HasShown = shown != "null"
	copy(p.shownHash[:], shownHash)
	copy(p.pendingHash[:], pendingHash)
	if err := json.Unmarshal([]byte(shown), &p.Shown); err != nil {
		return Profile{}, fmt.Errorf("what profile %s shows: %w", p.Seller, err)
	}
	if err := json.Unmarshal([]byte(pending), &p.Pending); err != nil {
		return Profile{}, fmt.Errorf("what waits in profile %s: %w", p.Seller, err)
	}
	return p, nil
}

func findMany(tx *db.Tx, sellers []value.ID) (map[value.ID]Profile, error) {
	all := make(map[value.ID]Profile, len(sellers))
	if len(sellers) == 0 {
		return all, nil
	}
	marks, args := db.List(1, sellers)
	found, err := db.All(tx, scanProfile, "select "+profileColumns+" from profile where seller in ("+marks+")", args...)
	for _, p := range found {
		all[p.Seller] = p
	}
	return all, err
}

func findByPhoto(tx *db.Tx, sha256 string) ([]Profile, error) {
	if sha256 == "" {
		return nil, nil
	}
	return db.All(tx, scanProfile, "select "+profileColumns+" from profile where shown_photo = $1 or pending_photo = $1", sha256)
}

// storeProfile writes a profile when its row still has the revision it was read with; 0 is a profile that is new.
func storeProfile(tx *db.Tx, p Profile) error {
	var n int64
	var err error
	if p.Rev == 0 {
		n, err = tx.Exec(`
			insert into profile (seller, rev, made_us, updated_us, shown, shown_hash, shown_photo, shown_us, clearance, clearance_seal,
				pending, pending_hash, pending_photo, pending_us, state, reason, watched, refused)
			values ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
			on conflict (seller) do nothing`, append([]any{int64(p.Seller), p.Rev, value.Micros(tx.Now())}, p.values(tx)...)...)
	} else {
		n, err = tx.Exec(`
			update profile set
				rev = rev + 1, updated_us = $3, shown = $4, shown_hash = $5, shown_photo = $6, shown_us = $7, clearance = $8, clearance_seal = $9,
				pending = $10, pending_hash = $11, pending_photo = $12, pending_us = $13, state = $14, reason = $15, watched = $16, refused = $17
			where seller = $1 and rev = $2`, append([]any{int64(p.Seller), p.Rev}, p.values(tx)...)...)
	}
	if err == nil && n == 0 {
		err = changedMeanwhile()
	}
	return err
}

// values are the columns from updated_us on.
func (p Profile) values(tx *db.Tx) []any {
	values := []any{value.Micros(tx.Now()), nil, nil, "", nil, nil, nil, nil, nil, "", nil, string(p.State), p.Reason, p.watched, p.refused}
	if p.HasShown {
		copy(values[1:], []any{toJSON(p.Shown), p.shownHash[:], p.Shown.Photo.Sha256, value.Micros(p.ShownAt), int64(p.clearance), p.seal})
	}
	if p.State != Clear {
		copy(values[7:], []any{toJSON(p.Pending), p.pendingHash[:], p.Pending.Photo.Sha256, value.Micros(p.PendingAt)})
	}
	return values
}

func changedMeanwhile() error {
	return &value.Error{Kind: value.Conflict, Key: "profile.error.meanwhile", Message: "somebody else changed this profile meanwhile; look at it again"}
}

// toJSON writes values that always can be written.
func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("profile: %T cannot be written as JSON: %v", v, err))
	}
	return string(text)
}
