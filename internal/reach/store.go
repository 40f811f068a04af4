package reach

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

const rowsAtOnce = 200 // in one statement

// addFigures adds to the days of listings, and to the sums kept beside them.
func addFigures(tx *db.Tx, figures []figure) error {
	days, ofSeller, ofListing := make([]row, len(figures)), make(map[[2]int64]Total), make(map[[2]int64]Total)
	for i, f := range figures {
		t := Total{f.views, f.contacts, f.saves}
		days[i] = row{[]int64{int64(f.listing), f.day, int64(f.seller)}, t}
		seller, listing := [2]int64{int64(f.seller), f.day}, [2]int64{int64(f.listing)}
		ofSeller[seller], ofListing[listing] = ofSeller[seller].plus(t), ofListing[listing].plus(t)
	}
	if err := add(tx, "reach_day", "listing, day, seller", "listing, day", days); err != nil {
		return err
	}
	if err := add(tx, "reach_seller_day", "seller, day", "seller, day", rowsOf(ofSeller, 2)); err != nil {
		return err
	}
	return add(tx, "reach_total", "listing", "listing", rowsOf(ofListing, 1))
}

// row is what is added to one row of a table: its key, with what stands beside it, and the sums.
type row struct {
	key []int64
	Total
}

// rowsOf sorts sums by their keys, so that two who write the same rows take them in the same order.
func rowsOf(sums map[[2]int64]Total, parts int) []row {
	rows := make([]row, 0, len(sums))
	for key, t := range sums {
		rows = append(rows, row{key[:parts:parts], t})
	}
	slices.SortFunc(rows, func(a, b row) int { return slices.Compare(a.key, b.key) })
	return rows
}

func add(tx *db.Tx, table, columns, key string, all []row) error {
	for some := range slices.Chunk(all, rowsAtOnce) {
		var marks []string
		var args []any
		for _, r := range some {
			var places []string
			for _, n := range append(slices.Clone(r.key), r.Views, r.Contacts, r.Saves) {
				args = append(args, n)
				places = append(places, fmt.Sprintf("$%d", len(args)))
			}
			marks = append(marks, "("+strings.Join(places, ", ")+")")
		}
		err := tx.Keep("insert into "+table+" ("+columns+", views, contacts, saves) values "+strings.Join(marks, ", ")+`
			on conflict (`+key+`) do update set
				views = `+table+`.views + excluded.views, contacts = `+table+`.contacts + excluded.contacts, saves = `+table+`.saves + excluded.saves`, args...)
		if err != nil {
			return fmt.Errorf("reach: adding %d rows to %s: %w", len(some), table, err)
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
			select listing, views, contacts, saves from reach_total
			where listing in (`+strings.Join(marks, ", ")+`)`, args...)
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
		select day, views, contacts, saves from reach_seller_day
		where seller = $1 and day >= $2 order by day`, int64(seller), from)
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
		select cast(coalesce(sum(views), 0) as bigint), cast(coalesce(sum(contacts), 0) as bigint), cast(coalesce(sum(saves), 0) as bigint) from reach_seller_day
		where seller = $1`, int64(seller)).Scan(&t.Views, &t.Contacts, &t.Saves)
	return t, err
}

// Forget deletes the figures of listings that are erased. What they added to their seller's days stays: it names nobody.
func Forget(tx *db.Tx, listings []value.ID) error {
	for _, id := range listings {
		for _, statement := range []string{"delete from reach_day where listing = $1", "delete from reach_total where listing = $1"} {
			if err := tx.Keep(statement, int64(id)); err != nil {
				return err
			}
		}
	}
	return nil
}
