package listing

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Limits are how much a seller may post. Zero fields do not limit.
type Limits struct {
	PerDay         int              // new listings within 24 hours, those that were removed since included
	Live           int              // at once; those that are held, paused until a date or reserved count too
	PerCategoryDay map[value.ID]int // new listings in one category within 24 hours
}

const day = 24 * time.Hour

// mayPost returns nil when the actor may write listings of a seller: a member needs a seat that allows it; staff and the
// program act for anybody. A seller at which a member has no seat is NotFound to them.
func mayPost(tx *db.Tx, actor value.Actor, seller value.ID) error {
	switch actor.Kind {
	case value.Staff, value.System:
		return nil
	case value.Member:
		seat, err := SeatOf(tx, seller, actor.ID)
		if err != nil {
			return err
		}
		if !seat.Role.MayPost() {
			return keyed(value.Forbidden, "listing.seat.may_not_post", "your seat allows messages only; ask an owner to let you change listings")
		}
		return nil
	default:
		return keyed(value.Forbidden, "listing.sign_in", "sign in first")
	}
}

// limited returns an error of kind Limited when a member's new listing would be one too many. It runs in the write that
// stores the listing; writes are serialisable, so two at once cannot both be the last.
func (d *Desk) limited(tx *db.Tx, l Listing) error {
	if d.Limits == nil || tx.Actor().Kind != value.Member {
		return nil
	}
	limits := d.Limits(l.Seller)
	if err := limitDay(tx, l.Seller.ID, 0, limits.PerDay); err != nil {
		return err
	}
	if err := limitDay(tx, l.Seller.ID, l.Category, limits.PerCategoryDay[l.Category]); err != nil {
		return err
	}
	return d.limitedLive(tx, l.Seller)
}

// limitedLive returns an error of kind Limited when one more listing of a member would be on the market than may be.
func (d *Desk) limitedLive(tx *db.Tx, seller Seller) error {
	if d.Limits == nil || tx.Actor().Kind != value.Member {
		return nil
	}
	most := d.Limits(seller).Live
	if most <= 0 {
		return nil
	}
	n, err := db.One(tx, db.Column[int], `
		select count(*) from (
			select 1 from listing
			where seller = $1 and (status in ('live', 'held', 'challenged') or status = 'paused' and opens_us is not null)
			limit $2) as counted`, int64(seller.ID), most)
	if err != nil || n < most {
		return err
	}
	return keyed(value.Limited, "listing.limit.live",
		fmt.Sprintf("%d of your listings are on the market, which is the most; pause or end one first", most), "count", most)
}

// limitDay looks at the listings of the last day; category 0 means all. Whatever became of them, they count.
func limitDay(tx *db.Tx, seller, category value.ID, most int) error {
	if most <= 0 {
		return nil
	}
	args := []any{int64(seller), value.Micros(tx.Now().Add(-day)), most}
	where := "seller = $1 and created_us > $2"
	if category != 0 {
		where, args = where+" and category = $4", append(args, int64(category))
	}
	times, err := db.All(tx, db.Column[int64], "select created_us from listing where "+where+" order by created_us desc limit $3", args...)
	if err != nil || len(times) < most {
		return err
	}
	again := value.FromMicros(times[len(times)-1]).Add(day)
	key := "listing.limit.day"
	if category != 0 {
		key = "listing.limit.category"
	}
	return keyed(value.Limited, key,
		fmt.Sprintf("you posted %d listings within a day, which is the most here; you can post again on %s", most, again.Format("2 January at 15:04 UTC")),
		"count", most, "again", again)
}
