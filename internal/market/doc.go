// Package market is what the public sees: home, categories, search, the pages of listings, feeds for machines, and the
// way to report something. It works without JavaScript; with it, results update while filters change.
//
// Promises kept here:
//   - What is shown was asked to be Visible in the same request, whatever the index said (promise 1). A listing that is
//     held, rejected, paused, expired or tampered with is nowhere: not on a page, in a feed, in the sitemap, among
//     similar ones. One that was public and has ended answers 410, without a word of what it said.
//   - No exact coordinate leaves the site. Drawings, maps and their clusters know Place.Coarse alone (promise 8).
//   - What members write is text: never markup, never a link.
//   - Anybody can report a listing without an account, and gets a code that leads to the answer.
//
// A search is its address. wish.go reads an address and writes it back in one canonical form, to which any other is sent
// on; every filter, chip, sort and page is a link to the address with one thing changed. A parameter that makes no sense
// is said so at its field, where it can be mended, and otherwise left out. Search engines may keep categories, and
// categories around a place where there is something to find; combinations ask them to stay away.
//
// One search on the page. The fields at the top belong to the form of filters (HTML's form attribute), so a page works
// the same with a button and without scripts. With them (scripts/results.ts) every change, and every link with
// data-live, is asked through htmx, which comes with the first question; the answer is the region alone (web.Fragment).
// The last question wins. Words being typed and a map being moved are no steps of the history and no misses.
//
// Words may hold a place: "bicycle near Lausanne", "velo à Lausanne", "Rad bei Bern" (places.go). Places are those that
// listings name, then those of the Atlas. Where little is found, relax.go asks at most eight times for what a little less
// would find, one change at a time, and shows the first with a sentence that says what was changed.
//
//	market.go        Market, its routes, the frame around every page
//	wish.go          what a visitor looks for; query.go for the index, canonical.go as an address, read.go for those who keep it
//	results.go       the answer to a wish; facets.go, chips.go, tiles.go, relax.go, corrections.go its parts
//	complete.go      suggestions while somebody types; places.go, gazetteer.go, ruler.go where things are and how far
//	map.go           what a map shows
//	listing.go       the page of a listing; place.go where it is, facts.go its facts, linked.go what machines read
//	seller.go        the page of a seller
//	parts.go         what other rooms put on these pages
//	feed.go sitemap.go report.go about.go fault.go
//
// It owns no tables.
//
// Routes, all guarded by account.Public:
//
//	GET  /                    home
//	GET  /c/{path...}         a category, with the parameters of a search
//	GET  /search              q place within box from to seller kind photos since literal sort view page a.ATTRIBUTE
//	GET  /search/complete     suggestions for q, or for place: the options of a listbox
//	GET  /search/map          clusters for ui.Map: the parameters of a search, category, box
//	GET  /search/card/{id}    the card of one listing, for the map
//	GET  /feed.atom           the newest of a search, same parameters
//	GET  /l/{id}[/{slug}]     a listing
//	GET  /s/{id}[/{slug}]     a seller: face, rating, reviews, listings; sort page before reviews
//	GET  /report/{id}         the form of a report about a listing, a seller or a review
//	POST /report/{id}         files it (limited by network, as are the pages that search)
//	GET  /reports[/{code}]    what came of it (limited by network)
//	GET  /safety /about /imprint
//	GET  /sitemap.xml /sitemap/{part} /robots.txt
package market
