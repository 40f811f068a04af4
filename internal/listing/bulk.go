package listing

import (
	"context"
	"errors"
	"fmt"
	"math"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// BulkVerb is what a seller does with many listings at once.
type BulkVerb string

// The verbs. Each does what the desk's verb of the same name does, screening included.
const (
	BulkPause  BulkVerb = "pause"
	BulkRenew  BulkVerb = "renew"
	BulkSold   BulkVerb = "sold"
	BulkRemove BulkVerb = "remove"
	BulkPrice  BulkVerb = "price" // by Percent
)

// BulkVerbs lists all of them in the order in which pages show them.
var BulkVerbs = []BulkVerb{BulkPause, BulkRenew, BulkSold, BulkPrice, BulkRemove}

// MostBulk is how many listings one call goes through.
const MostBulk = 500

// Bulk is one action on many listings of one seller.
type Bulk struct {
	Verb    BulkVerb
	Seller  value.ID
	Percent int // from -90 to +400: how much the price changes
	IDs     []value.ID
}

// BulkResult is what became of one of them. Err is for the person when it could not be done.
type BulkResult struct {
	ID     value.ID
	Title  string
	Status Status
	Err    error
}

const (
	bulkPortion     = 25                  // listings in one transaction
	largestRepriced = math.MaxInt64 / 500 // minor units; five times as much still is a number
)

// Bulk carries an action out in portions and returns one result for each listing, in the order of the ids. What failed
// for one does not stop the others. The error is for the whole: an unknown verb, too many listings, no seat, or a
// fault; the results until then are valid.
func (d *Desk) Bulk(ctx context.Context, actor value.Actor, b Bulk) ([]BulkResult, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error { return mayPost(tx, actor, b.Seller) })
	if err != nil {
		return nil, err
	}
	var all []BulkResult
	for ids := b.IDs; len(ids) > 0; {
		portion := ids[:min(len(ids), bulkPortion)]
		ids = ids[len(portion):]
		results, err := d.bulkPortion(ctx, actor, tree, b, portion)
		if err != nil {
			return all, fmt.Errorf("listing.Bulk(%s): %w", b.Verb, err)
		}
		all = append(all, results...)
	}
	return all, nil
}

func (b Bulk) check() error {
	switch b.Verb {
	case BulkPause, BulkRenew, BulkSold, BulkRemove:
	case BulkPrice:
		if b.Percent == 0 || b.Percent < -90 || b.Percent > 400 {
			return value.Fieldf("percent", "choose a change from -90 to +400 percent")
		}
	default:
		return value.Fieldf("verb", "choose pause, renew, sold, price or remove")
	}
	if len(b.IDs) > MostBulk {
		return value.Errorf(value.Invalid, "choose at most %d listings at once; these are %d", MostBulk, len(b.IDs))
	}
	return nil
}

// bulkPortion stores a portion in one write. Rules refuse before anything of a listing is written, so one that is
// refused leaves the transaction sound.
func (d *Desk) bulkPortion(ctx context.Context, actor value.Actor, tree *Tree, b Bulk, ids []value.ID) (results []BulkResult, err error) {
	err = d.DB.Write(ctx, actor, "listing.bulk."+string(b.Verb), func(tx *db.Tx) error {
		results = make([]BulkResult, 0, len(ids))
		for _, id := range ids {
			l, err := d.bulkOne(tx, tree, b, id)
			var known *value.Error
			if err != nil && (!errors.As(err, &known) || known.Kind == value.Internal || known.Kind == value.Unavailable) {
				return err
			}
			results = append(results, BulkResult{ID: id, Title: l.Title, Status: l.Status, Err: err})
		}
		return nil
	})
	return results, err
}

func (d *Desk) bulkOne(tx *db.Tx, tree *Tree, b Bulk, id value.ID) (Listing, error) {
	l, err := Find(tx, id)
	if err == nil && l.Seller.ID != b.Seller {
		return Listing{}, value.Errorf(value.NotFound, "there is no such listing")
	}
	if err != nil {
		return Listing{}, err
	}
	switch b.Verb {
	case BulkPause:
		err = d.EndIn(tx, id, Paused, "")
	case BulkSold:
		err = d.EndIn(tx, id, Sold, "")
	case BulkRemove:
		err = d.EndIn(tx, id, Removed, "")
	case BulkRenew:
		_, _, err = d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) { return d.renew(tx, tree, l) })
	case BulkPrice:
		_, _, err = d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) { return d.reprice(tx, tree, l, b.Percent) })
	}
	if err != nil {
		return l, err
	}
	return Find(tx, id)
}

// reprice changes the price by so many percent and has the listing screened with it.
func (d *Desk) reprice(tx *db.Tx, tree *Tree, l *Listing, percent int) (safety.Outcome, error) {
	switch {
	case l.Status == Removed || l.Status == Rejected:
		return safety.Outcome{}, cannotBecome(l.Status, "cheaper or dearer")
	case !l.HasPrice() || l.Price.Minor == 0:
		return safety.Outcome{}, keyed(value.Conflict, "listing.bulk.no_price", "this listing states no price")
	}
	if l.Price.Minor > largestRepriced {
		return safety.Outcome{}, value.Fieldf("price", "this price is too large to be changed by percent")
	}
	l.Price.Minor = byPercent(l.Price, percent)
	return d.rescreen(tx, tree, l)
}

// byPercent rounds to whole units from ten units on, as people write prices. It never gives a price of nothing.
func byPercent(price value.Money, percent int) int64 {
	minor := (price.Minor*int64(100+percent) + 50) / 100
	unit := int64(1)
	for range value.Digits(price.Currency) {
		unit *= 10
	}
	if minor >= 10*unit {
		minor = (minor + unit/2) / unit * unit
	}
	return max(minor, 1)
}
