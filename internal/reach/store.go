package reach

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

const rowsAtOnce = 200 // in one statement

// addFigures adds to the days of listings.
func addFigures(tx *db.Tx, figures []figure) error {
	for some := range slices.Chunk(figures, rowsAtOnce) {
		rows, args := make([]string, len(some)), make([]any, 0, 6*len(some))
		for i, f := range some {
			n := 6 * i
			rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6)
			args = append(args, int64(f.listing), f.day, int64(f.seller), f.views, f.contacts, f.saves)
		}
		err := tx.Keep(`
			insert into reach_day (listing, day, seller, views, contacts, saves)
			values `+strings.Join(rows, ", ")+`
			on conflict (listing, day) do update set
				views = reach_day.views + excluded.views, contacts = reach_day.contacts + excluded.contacts, saves = reach_day.saves + excluded.saves`, args...)
		if err != nil {
			return fmt.Errorf("reach: adding to %d days: %w", len(some), err)
		}
	}
	return nil
}

// Total is what happened to a listing, or to all of a seller's, so far.
type Total struct {
	Views    int64
	Contacts int64
	Saves    int64
}

func (t Total) plus(o Total) Total {
	return Total{t.Views + o.Views, t.Contacts + o.Contacts, t.Saves + o.Saves}
}

// Totals returns what happened to listings so far, for lists of them. Nought is left out.
func Totals(tx *db.Tx, listings []value.ID) (map[value.ID]Total, error) {
	all := make(map[value.ID]Total, len(listings))
	for some := range slices.Chunk(listings, idsAtOnce) {
		marks, args := make([]string, len(some)), make([]any, len(some))
		for i, id := range some {
			marks[i], args[i] = fmt.Sprintf("$%d", i+1), int64(id)
		}
		err := db.Each(tx, func(row db.Scanner) error {
			var id value.ID
			var t Total
			err := row.Scan(&id, &t.Views, &t.Contacts, &t.Saves)
			all[id] = t
			return err
		}, `
			select listing, cast(sum(views) as bigint), cast(sum(contacts) as bigint), cast(sum(saves) as bigint) from reach_day
			where listing in (`+strings.Join(marks, ", ")+`) group by listing`, args...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// daySum is what happened on one day.
type daySum struct {
	day int64
	Total
}

func scanDay(row db.Scanner) (d daySum, err error) {
	err = row.Scan(&d.day, &d.Views, &d.Contacts, &d.Saves)
	return d, err
}

// listingDays returns the days of a listing from one on, in order. Days on which nothing happened are left out.
func listingDays(tx *db.Tx, listing value.ID, from int64) ([]daySum, error) {
	return db.All(tx, scanDay, "select day, views, contacts, saves from reach_day where listing = $1 and day >= $2 order by day", int64(listing), from)
}

// sellerDays does the same for all listings of a seller together.
func sellerDays(tx *db.Tx, seller value.ID, from int64) ([]daySum, error) {
	return db.All(tx, scanDay, `
		select day, cast(sum(views) as bigint), cast(sum(contacts) as bigint), cast(sum(saves) as bigint) from reach_day
		where seller = $1 and day >= $2 group by day order by day`, int64(seller), from)
}

// best is a listing with what happened to it in a while.
type best struct {
	id value.ID
	Total
}

// bestListings returns the listings of a seller that most was done with since a day.
func bestListings(tx *db.Tx, seller value.ID, from int64, limit int) ([]best, error) {
	return db.All(tx, func(row db.Scanner) (b best, err error) {
		err = row.Scan(&b.id, &b.Views, &b.Contacts, &b.Saves)
		return b, err
	}, `
		select listing, cast(sum(views) as bigint) as seen, cast(sum(contacts) as bigint) as asked, cast(sum(saves) as bigint) from reach_day
		where seller = $1 and day >= $2
		group by listing order by seen desc, asked desc, listing desc limit $3`, int64(seller), from, limit)
}

// sellerTotal is what happened to all listings of a seller so far.
func sellerTotal(tx *db.Tx, seller value.ID) (t Total, err error) {
	err = tx.Row(`
		select cast(coalesce(sum(views), 0) as bigint), cast(coalesce(sum(contacts), 0) as bigint), cast(coalesce(sum(saves), 0) as bigint) from reach_day
		where seller = $1`, int64(seller)).Scan(&t.Views, &t.Contacts, &t.Saves)
	return t, err
}

// Forget deletes the figures of listings that are erased.
func Forget(tx *db.Tx, listings []value.ID) error {
	for _, id := range listings {
		if err := tx.Keep("delete from reach_day where listing = $1", int64(id)); err != nil {
			return err
		}
	}
	return nil
}
