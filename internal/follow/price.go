package follow

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	priceJob   = "follow.price"
	priceEvery = 24 * time.Hour // between two notices of one listing to one member
	atOnce     = 200            // members told in one write
)

type priceOrder struct {
	Listing value.ID `json:"listing"`
}

func enqueuePrice(tx *db.Tx, listing value.ID, at time.Time) error {
	_, err := job.Enqueue(tx, job.Job{Kind: priceJob, Key: listing.String(), Payload: priceOrder{listing}, RunAt: at})
	return err
}

// tellPrice tells those who saved a listing that it costs less than they were told so far. Those who were told within a
// day wait until it is over; then it looks again.
func (d *Desk) tellPrice(ctx context.Context, s *site.Site, c job.Claim) error {
	var order priceOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	var later time.Time
	for after, more := value.ID(0), true; more; {
		var last value.ID
		var due time.Time
		err := s.DB.Write(ctx, value.SystemActor("follow"), "follow.tell_price", func(tx *db.Tx) (err error) {
			last, due, more, err = d.tellPriceTo(tx, d.config.Rooms(s), order.Listing, after)
			return err
		})
		if err != nil {
			return err
		}
		after = last
		if later.IsZero() || !due.IsZero() && due.Before(later) {
			later = due
		}
	}
	if later.IsZero() {
		return nil
	}
	return s.DB.Maintain(ctx, "follow: look at a price again", func(tx *db.Tx) error { return enqueuePrice(tx, order.Listing, later) })
}

// tellPriceTo tells the next members. It returns the last of them, when the first of those who wait may be told, and
// whether there may be more members.
func (d *Desk) tellPriceTo(tx *db.Tx, rooms Rooms, id, after value.ID) (last value.ID, due time.Time, more bool, err error) {
	shown, err := rooms.Listings(tx, []value.ID{id})
	l, ok := shown[id]
	if err != nil || !ok || !l.Visible {
		return 0, time.Time{}, false, err
	}
	now := priceOf(l.Price)
	all, err := dearer(tx, id, now, after, atOnce)
	if err != nil || len(all) == 0 {
		return 0, time.Time{}, false, err
	}
	told := 0
	for _, f := range all {
		if free := f.told.Add(priceEvery); !f.told.IsZero() && tx.Now().Before(free) {
			if due.IsZero() || free.Before(due) {
				due = free
			}
			continue
		}
		if err := d.tellPriceOf(tx, rooms, l, f); err != nil {
			return 0, due, false, err
		}
		if err := setTold(tx, f, now); err != nil {
			return 0, due, false, err
		}
		told++
	}
	if told > 0 {
		tx.Log(db.Change{Object: "favourite", Record: id, Diff: map[string]any{"price_told": told}})
	}
	return all[len(all)-1].account, due, len(all) == atOnce, nil
}

func (d *Desk) tellPriceOf(tx *db.Tx, rooms Rooms, l Listing, f favourite) error {
	if not, err := unwelcome(tx, rooms, f.account, l.Seller); err != nil || not {
		return err
	}
	return d.config.Teller.Tell(tx, account.Alert{
		To: f.account, Kind: priceDrop, Href: l.Href, Record: l.ID,
		Words: func(ctx context.Context) account.Words {
			return account.Words{
				Subject: text.T(ctx, "follow.price.subject", "title", l.Title, "price", l.Price),
				Text:    text.T(ctx, "follow.price.text", "title", l.Title, "price", l.Price, "before", f.toldPrice.money()),
			}
		},
	})
}

// unwelcome reports whether somebody shall hear nothing of a seller: they block each other, or are the same.
func unwelcome(tx *db.Tx, rooms Rooms, of, seller value.ID) (bool, error) {
	own, err := rooms.Own(tx, of, seller)
	if err != nil || own {
		return own, err
	}
	return rooms.Apart(tx, of, seller)
}
