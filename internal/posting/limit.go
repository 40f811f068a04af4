package posting

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// tellLimit says before anything is typed what would keep the listing from being posted. Package listing decides when it
// is posted; this reads the same figures.
func (v *visit) tellLimit(f *formView) error {
	if v.by.Account == 0 {
		return nil
	}
	return v.read(func(tx *db.Tx) error {
		seller, err := v.sellerOf(tx, f.draft.Seller)
		if value.KindOf(err) == value.NotFound {
			return nil // their first listing
		}
		if err != nil {
			return err
		}
		f.limit, err = v.limitOf(tx, seller, f.draft.Category)
		return err
	})
}

func (v *visit) limitOf(tx *db.Tx, seller listing.Seller, category value.ID) (string, error) {
	seat, err := listing.SeatOf(tx, seller.ID, v.by.Account)
	if err != nil && value.KindOf(err) != value.NotFound {
		return "", err
	}
	if !seat.Role.MayPost() {
		return v.t("listing.seat.may_not_post"), nil
	}
	if v.Desk.Limits == nil {
		return "", nil
	}
	limits := v.Desk.Limits(seller)
	if again, n, err := reached(tx, seller.ID, 0, limits.PerDay); err != nil || n > 0 {
		return v.t("listing.limit.day", "count", n, "again", again), err
	}
	if again, n, err := reached(tx, seller.ID, category, limits.PerCategoryDay[category]); err != nil || n > 0 {
		return v.t("listing.limit.category", "count", n, "again", again), err
	}
	n, err := onMarket(tx, seller.ID, limits.Live)
	if err != nil || limits.Live == 0 || n < limits.Live {
		return "", err
	}
	return v.t("listing.limit.live", "count", limits.Live), nil
}

// reached looks whether so many listings were made within a day, and from when on another may be; n is 0 when it may now.
func reached(tx *db.Tx, seller, category value.ID, most int) (again time.Time, n int, err error) {
	if most <= 0 {
		return again, 0, nil
	}
	filter := listing.Filter{Seller: seller, Limit: most}
	if category != 0 {
		filter.Category = []value.ID{category}
	}
	newest, err := listing.List(tx, filter)
	if err != nil || len(newest) < most {
		return again, 0, err
	}
	again = newest[len(newest)-1].Created.Add(24 * time.Hour)
	if !tx.Now().Before(again) {
		return again, 0, nil
	}
	return again, most, nil
}

// onMarket counts what is live or will be after a check, no further than most.
func onMarket(tx *db.Tx, seller value.ID, most int) (int, error) {
	all := 0
	for _, status := range []listing.Status{listing.Live, listing.Held, listing.Challenged} {
		n, err := listing.Count(tx, listing.Filter{Seller: seller, Status: status}, max(1, most))
		if err != nil {
			return 0, fmt.Errorf("posting.onMarket(%s): %w", status, err)
		}
		all += n
	}
	return all, nil
}

// says is an error in the reader's words.
func (v *visit) says(err error) string { return text.Error(v.ctx, err) }
