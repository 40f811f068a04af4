package follow

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// minor is the column of a price that may not be stated.
func (p price) column() any {
	if p.currency == "" {
		return nil
	}
	return p.minor
}

func priceFrom(minor *int64, currency string) price {
	if minor == nil {
		return price{}
	}
	return price{*minor, currency}
}

const favouriteColumns = "account, listing, saved_us, saved_minor, told_minor, currency, told_us"

func scanFavourite(row db.Scanner) (favourite, error) {
	var f favourite
	var saved_us int64
	var saved, told, told_us *int64
	var currency string
	err := row.Scan(&f.account, &f.listing, &saved_us, &saved, &told, &currency, &told_us)
	f.saved, f.told = value.FromMicros(saved_us), db.TimeOf(told_us)
	f.savedPrice, f.toldPrice = priceFrom(saved, currency), priceFrom(told, currency)
	return f, err
}

func countFavourites(tx *db.Tx, of value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from favourite where account = $1", of)
}

func insertFavourite(tx *db.Tx, f favourite) (added bool, err error) {
	n, err := tx.Exec(`
		insert into favourite (account, listing, saved_us, saved_minor, told_minor, currency) values ($1, $2, $3, $4, $5, $6)
		on conflict (account, listing) do nothing`,
		f.account, f.listing, value.Micros(f.saved), f.savedPrice.column(), f.toldPrice.column(), f.savedPrice.currency)
	return n > 0, err
}

func deleteFavourite(tx *db.Tx, of, listing value.ID) (gone bool, err error) {
	n, err := tx.Exec("delete from favourite where account = $1 and listing = $2", of, listing)
	return n > 0, err
}

func isSaved(tx *db.Tx, of, listing value.ID) (bool, error) {
	return db.One(tx, db.Column[bool], "select exists (select 1 from favourite where account = $1 and listing = $2)", of, listing)
}

func savedAmong(tx *db.Tx, of value.ID, listings []value.ID) (map[value.ID]bool, error) {
	gaps, ids := db.List(2, listings)
	found, err := db.All(tx, db.Column[value.ID], "select listing from favourite where account = $1 and listing in ("+gaps+")", append([]any{of}, ids...)...)
	return set(found), err
}

func set(ids []value.ID) map[value.ID]bool {
	all := make(map[value.ID]bool, len(ids))
	for _, id := range ids {
		all[id] = true
	}
	return all
}

// favouritesOf is a page of somebody's list, newest first.
func favouritesOf(tx *db.Tx, of value.ID, offset, limit int) ([]favourite, error) {
	return db.All(tx, scanFavourite, "select "+favouriteColumns+` from favourite
		where account = $1
		order by saved_us desc, listing desc
		limit $2 offset $3`, of, limit, offset)
}

// favouritesAmong returns which of some listings anybody has saved.
func favouritesAmong(tx *db.Tx, listings []value.ID) ([]value.ID, error) {
	gaps, args := db.List(1, listings)
	return db.All(tx, db.Column[value.ID], "select distinct listing from favourite where listing in ("+gaps+")", args...)
}

// dearer are the favourites of a listing whose owners were told a higher price in the same currency, by account.
func dearer(tx *db.Tx, listing value.ID, now price, after value.ID, limit int) ([]favourite, error) {
	return db.All(tx, scanFavourite, "select "+favouriteColumns+` from favourite
		where listing = $1 and currency = $2 and told_minor > $3 and account > $4
		order by account
		limit $5`, listing, now.currency, now.minor, after, limit)
}

func setTold(tx *db.Tx, f favourite, now price) error {
	_, err := tx.Exec("update favourite set told_minor = $3, told_us = $4 where account = $1 and listing = $2",
		f.account, f.listing, now.minor, value.Micros(tx.Now()))
	return err
}

func countFollowing(tx *db.Tx, of value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from following where account = $1", of)
}

func insertFollowing(tx *db.Tx, of, seller value.ID) (added bool, err error) {
	n, err := tx.Exec(`
		insert into following (account, seller, since_us, told_us) values ($1, $2, $3, $3)
		on conflict (account, seller) do nothing`, of, seller, value.Micros(tx.Now()))
	return n > 0, err
}

func deleteFollowing(tx *db.Tx, of, seller value.ID) (gone bool, err error) {
	n, err := tx.Exec("delete from following where account = $1 and seller = $2", of, seller)
	return n > 0, err
}

// followed is a seller whom somebody follows.
type followed struct {
	seller value.ID
	since  time.Time
}

func followingOf(tx *db.Tx, of value.ID) ([]followed, error) {
	return db.All(tx, func(row db.Scanner) (followed, error) {
		var f followed
		var since_us int64
		err := row.Scan(&f.seller, &since_us)
		f.since = value.FromMicros(since_us)
		return f, err
	}, "select seller, since_us from following where account = $1 order by since_us desc, seller limit $2", of, MostFollowing)
}

// followedAmong returns which of some sellers anybody follows.
func followedAmong(tx *db.Tx, sellers []value.ID) (map[value.ID]bool, error) {
	if len(sellers) == 0 {
		return nil, nil
	}
	gaps, args := db.List(1, sellers)
	ids, err := db.All(tx, db.Column[value.ID], "select distinct seller from following where seller in ("+gaps+")", args...)
	return set(ids), err
}

// addNews notes that a listing went live for the first time; again, it is no news. It is bookkeeping.
func addNews(tx *db.Tx, listing, seller value.ID, at time.Time) error {
	return tx.Keep(`
		insert into following_news (listing, seller, at_us, told) values ($1, $2, $3, false)
		on conflict (listing) do nothing`, listing, seller, value.Micros(at))
}

// news is a listing that went live.
type news struct {
	listing value.ID
	at      time.Time
}

func waitingNews(tx *db.Tx, seller value.ID, limit int) ([]news, error) {
	return db.All(tx, func(row db.Scanner) (news, error) {
		var n news
		var at_us int64
		err := row.Scan(&n.listing, &at_us)
		n.at = value.FromMicros(at_us)
		return n, err
	}, "select listing, at_us from following_news where seller = $1 and not told order by at_us, listing limit $2", seller, limit)
}

func newsTold(tx *db.Tx, listings []value.ID) error {
	gaps, args := db.List(1, listings)
	_, err := tx.Exec("update following_news set told = true where listing in ("+gaps+")", args...)
	return err
}

// follower is somebody to whom news are due.
type follower struct {
	account value.ID
	told    time.Time // of news up to here they know
}

func followersDue(tx *db.Tx, seller value.ID, until time.Time, limit int) ([]follower, error) {
	return db.All(tx, func(row db.Scanner) (follower, error) {
		var f follower
		var told_us int64
		err := row.Scan(&f.account, &told_us)
		f.told = value.FromMicros(told_us)
		return f, err
	}, "select account, told_us from following where seller = $1 and told_us < $2 order by account limit $3", seller, value.Micros(until), limit)
}

func setFollowerTold(tx *db.Tx, of, seller value.ID, until time.Time) error {
	_, err := tx.Exec("update following set told_us = $3 where account = $1 and seller = $2", of, seller, value.Micros(until))
	return err
}

func eraseRows(tx *db.Tx, of value.ID) error {
	for _, statement := range []string{"delete from favourite where account = $1", "delete from following where account = $1"} {
		if _, err := tx.Exec(statement, of); err != nil {
			return err
		}
	}
	return nil
}
