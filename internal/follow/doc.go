// Package follow is what members keep an eye on: listings they saved and sellers they follow.
//
// A favourite shows the price of now and how it differs from the price when it was saved. What ended is shown as
// ended, under the title that its clearance still covers; what may not be shown any more has no title at all (promise
// 1): this package stores no text of a listing, it asks for it each time (Config.Listings).
//
// Notices of a lower price. A reader of the change log (Reader) looks at listings whose price or status changed and
// enqueues a job for those that somebody saved. The job compares the price that is visible now with the lowest one each
// member was told. So a price raised and lowered again is no news, and a price that nobody may see yet is none either.
// One listing is news for a member at most once a day; a price that fell meanwhile is told when the day is over.
//
// News of a seller. The first time a listing of a followed seller can be seen, its followers are told, all listings of a
// few minutes in one alert, which takes the place of one not yet seen. Listings older than the following are not news,
// and neither are those that come back after a pause.
//
// Both are alerts (package account), so preferences decide: on the site unless switched off, by mail only to those who
// asked.
//
// Heart and FollowButton are the buttons for others' pages: forms that work without JavaScript, links to the sign-in
// for visitors. Saved, CountOf and Follows are read by those pages.
//
// Nothing here tells anybody who saved or follows what: sellers get a number only (CountOf). The change log
// has favourites and followings without the price.
//
// Tables: favourite, following, following_news.
//
// Routes, all guarded by the name at the end:
//
//	GET  /favourites             what I saved                                             SignedIn
//	POST /favourites/{listing}   saves or forgets it: saved=yes or no, without it the other SignedIn
//	GET  /following              whom I follow                                            SignedIn
//	POST /following/{seller}     follows or not: following=yes or no                      SignedIn
//
// Both POST answer htmx with the button as it is now, and others with a redirect to next=, a path of this site.
package follow
