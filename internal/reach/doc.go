// Package reach tells sellers how often their listings are seen, asked about and saved, day by day.
//
// Views. Each visitor counts once a day for a listing; programs, staff and the seller's own team do not count. A visitor
// is a keyed hash of network and browser under a key that is drawn at random every day and exists only in memory: it
// identifies nobody, is never written anywhere and means nothing the next day (promise 8). Counter keeps counts and
// visitors in memory of bounded size, in parts that lock on their own, so that counting costs well under a microsecond
// and never touches the database; every few seconds, and before somebody looks, the counts are added to the table. A
// crash loses the last seconds, a second process may count a visitor again.
//
// Contacts and saves are read from the change log (Reader): a contact is the beginning of a conversation about a
// listing; a save is a listing among somebody's favourites, and one taken away is taken off again. So they are exact.
//
// A day is one of the site's time zone.
//
// Figures are seen by those who may edit the seller's listings, and by nobody else: others are answered as if there were
// nothing.
//
//	counter.go flush.go   counting views
//	reader.go             contacts and saves
//	figures.go store.go   sums and days
//	chart.go chart.templ  drawing them
//	pages.go pages.templ  the pages
//
// Tables: reach_day, and its sums reach_seller_day and reach_total.
//
// Routes, all guarded by account.SignedIn:
//
//	GET /my/listings/{id}/figures        a listing's figures; days=30 or 90
//	GET /my/listings/{id}/figures.csv    the same days as a file
//	GET /shop/{seller}/figures           a seller's figures and its best listings
//	GET /shop/{seller}/figures.csv       the same days as a file
package reach
