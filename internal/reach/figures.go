package reach

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// periods are the numbers of days that can be looked at.
var periods = []int{30, 90}

// Figures are what happened to a listing, or to all of a seller's, day by day.
type Figures struct {
	Days  []Day  // every day of the period, the newest last
	Sum   Total  // of the period
	Ever  Total  // so far
	Best  []Best // of the last bestDays
	zone  *time.Location
	today int64
}

// Day is what happened on one day.
type Day struct {
	Date time.Time // noon of it, in the site's zone
	Total
}

// Best is a listing of a shop with what happened to it lately.
type Best struct {
	Listing
	Total
}

const (
	bestShown = 20
	bestDays  = 30 // looked at for the best, whatever the period: a shop has a row for each listing and day
)

// OfListing reads the figures of one listing.
func (d *Desk) OfListing(tx *db.Tx, listing value.ID, days int) (Figures, error) {
	f := d.period()
	found, err := listingDays(tx, listing, f.first(days))
	if err != nil {
		return f, err
	}
	f.fill(found, days)
	ever, err := Totals(tx, []value.ID{listing})
	f.Ever = ever[listing]
	return f, err
}

// OfSeller reads the figures of all listings of a seller, and which of them did best.
func (d *Desk) OfSeller(tx *db.Tx, seller value.ID, days int) (Figures, error) {
	f := d.period()
	found, err := sellerDays(tx, seller, f.first(days))
	if err != nil {
		return f, err
	}
	f.fill(found, days)
	if f.Ever, err = sellerTotal(tx, seller); err != nil {
		return f, err
	}
	f.Best, err = d.best(tx, seller, f.first(bestDays))
	return f, err
}

func (d *Desk) best(tx *db.Tx, seller value.ID, from int64) ([]Best, error) {
	rows, err := bestListings(tx, seller, from, bestShown)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]value.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.id
	}
	found, err := d.Listings.Find(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[value.ID]Listing, len(found))
	for _, l := range found {
		byID[l.ID] = l
	}
	all := make([]Best, 0, len(rows))
	for _, row := range rows {
		if l, there := byID[row.id]; there {
			all = append(all, Best{l, row.Total})
		}
	}
	return all, nil
}

func (d *Desk) period() Figures {
	zone := d.zone()
	return Figures{zone: zone, today: dayOf(d.DB.Clock().Now().In(zone))}
}

// first is the first of so many days that end today.
func (f Figures) first(days int) int64 { return f.today - int64(days) + 1 }

// fill puts what happened into its days.
func (f *Figures) fill(found []daySum, days int) {
	f.Days = make([]Day, days)
	for i := range f.Days {
		f.Days[i].Date = dateOf(f.first(days)+int64(i), f.zone)
	}
	for _, d := range found {
		if i := d.day - f.first(days); i >= 0 && i < int64(days) {
			f.Days[i].Total = d.Total
			f.Sum = f.Sum.plus(d.Total)
		}
	}
}
