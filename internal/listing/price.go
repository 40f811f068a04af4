package listing

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// PriceAt is a price a listing had from a moment on. No currency means that it stated none.
type PriceAt struct {
	At    time.Time
	Price value.Money
}

// notePrice keeps the new price of a listing, and the first time also the one it had from the beginning.
func notePrice(tx *db.Tx, before, after Listing) error {
	if before.Price == after.Price {
		return nil
	}
	if _, err := tx.Exec(`
		insert into listing_price (listing, at_us, price_minor, currency)
		select $1, $2, $3, $4 where not exists (select 1 from listing_price where listing = $1)`,
		int64(before.ID), value.Micros(before.Created), amount(before.Content), before.Price.Currency); err != nil {
		return err
	}
	_, err := tx.Exec(`
		insert into listing_price (listing, at_us, price_minor, currency) values ($1, $2, $3, $4)
		on conflict (listing, at_us) do update set price_minor = excluded.price_minor, currency = excluded.currency`,
		int64(after.ID), value.Micros(tx.Now()), amount(after.Content), after.Price.Currency)
	return err
}

func amount(c Content) any {
	if !c.HasPrice() {
		return nil
	}
	return c.Price.Minor
}

// PriceHistory returns the prices a listing had, the oldest first; none when its price never changed.
func PriceHistory(tx *db.Tx, id value.ID) ([]PriceAt, error) {
	return db.All(tx, func(row db.Scanner) (p PriceAt, err error) {
		var at_us int64
		err = row.Scan(&at_us, &p.Price.Minor, &p.Price.Currency)
		p.At = value.FromMicros(at_us)
		return p, err
	}, "select at_us, coalesce(price_minor, 0), currency from listing_price where listing = $1 order by at_us", int64(id))
}

const dropWindow = 30 * 24 * time.Hour

// Drop returns by how much the present price is below what it was, and that earlier price. The earlier price is the
// lowest of the 30 days before the last change, so that nobody raises a price for a day to drop it the next. ok is
// false when the price did not drop, or the last change is itself older than 30 days.
func Drop(history []PriceAt, now time.Time) (by, from value.Money, ok bool) {
	if len(history) < 2 {
		return by, from, false
	}
	last := history[len(history)-1]
	if now.Sub(last.At) > dropWindow || last.Price.Currency == "" {
		return by, from, false
	}
	for i, p := range history[:len(history)-1] {
		if history[i+1].At.Before(last.At.Add(-dropWindow)) || p.At.Equal(last.At) {
			continue // it was over before the window began
		}
		if p.Price.Currency != last.Price.Currency {
			return by, from, false
		}
		if from.Currency == "" || p.Price.Minor < from.Minor {
			from = p.Price
		}
	}
	if from.Currency == "" || from.Minor <= last.Price.Minor {
		return by, value.Money{}, false
	}
	return value.Money{Minor: from.Minor - last.Price.Minor, Currency: from.Currency}, from, true
}
