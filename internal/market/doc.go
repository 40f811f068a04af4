// Package market is what the public sees: home, categories, search, the pages of listings, feeds for machines, and the
// way to report something. It works without JavaScript; with it, results update while filters change.
//
// Promises kept here:
//   - What is shown was asked to be Visible in the same request, whatever the index said (promise 1). A listing that is
//     held, rejected, paused, expired or tampered with is nowhere: not on a page, in a feed, in the sitemap, among
//     similar ones. One that was public and has ended answers 410, without a word of what it said.
//   - No coordinate leaves the site. The drawing on a listing's page is made from Place.Coarse (promise 8).
//   - What members write is text: never markup, never a link.
//   - Anybody can report a listing without an account, and gets a code that leads to the answer.
//
// A search is its address. wish.go reads an address and writes it back in one canonical form; every filter, chip, sort
// and page is a link to the address with one thing changed. A parameter that makes no sense is said so at its field
// and otherwise left out. Combinations of filters ask search engines to stay away; plain categories are theirs.
//
//	market.go     Market, its routes, the frame around every page
//	wish.go       what a visitor looks for: address ↔ search.Query
//	results.go    the answer to a wish; facets.go, chips.go, loosen.go its parts
//	listing.go    the page of a listing; place.go its drawing, facts.go its facts, linked.go what machines read
//	seller.go     the page of a seller
//	parts.go      what other rooms put on these pages
//	feed.go sitemap.go report.go about.go fault.go
//
// It owns no tables.
//
// Routes, all guarded by account.Public:
//
//	GET  /                    home
//	GET  /c/{path...}         a category, with the parameters of a search
//	GET  /search              q place within category from to seller kind photos sort view page a.ATTRIBUTE
//	GET  /feed.atom           the newest of a search, same parameters
//	GET  /l/{id}[/{slug}]     a listing
//	GET  /s/{id}[/{slug}]     a seller: face, rating, reviews, listings; sort page before reviews
//	GET  /report/{id}         the form of a report about a listing, a seller or a review
//	POST /report/{id}         files it (limited by network, as are the pages that search)
//	GET  /reports[/{code}]    what came of it (limited by network)
//	GET  /safety /about /imprint
//	GET  /sitemap.xml /sitemap/{part} /robots.txt
package market
