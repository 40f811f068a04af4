package trade

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// HeldReviews lists the reviews and answers that wait for a person's look, the longest waiting first.
func HeldReviews(tx *db.Tx, limit int) ([]Review, error) {
	return db.All(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.status = 'held' order by r.id limit $1", limit)
}

const checkedAtOnce = 500

// Check is the part of fairground check that guards promise 1 here: one sentence for every review that is shown without
// a genuine clearance for what it says, and how many it went through.
func Check(tx *db.Tx, gate *safety.Gate) (faults []string, read int, err error) {
	var after value.ID
	for {
		page, err := db.All(tx, scanReview, "select "+reviewColumns+` from trade_review r
			where r.status = 'published' and r.id > $1
			order by r.id
			limit $2`, int64(after), checkedAtOnce)
		if err != nil {
			return faults, read, err
		}
		for _, r := range page {
			after, read = r.ID, read+1
			if err := r.Cleared(gate); err != nil {
				faults = append(faults, fmt.Sprintf("review %s is shown and %v", r.Key(), err))
			}
		}
		if len(page) < checkedAtOnce {
			return faults, read, nil
		}
	}
}
