package trade

import "fairground/internal/db"

// HeldReviews lists the reviews and answers that wait for a person's look, the longest waiting first.
func HeldReviews(tx *db.Tx, limit int) ([]Review, error) {
	return db.All(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.status = 'held' order by r.id limit $1", limit)
}
