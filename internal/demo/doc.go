// Package demo makes the demonstration market: "Lakeside Market", around Lake Geneva, in Swiss francs, in English and
// German. It holds the category tree, the people and shops who sell, any number of plausible listings from one seed,
// a fixed set of listings that screening has to stop, and the pictures of all of them, drawn by the program.
//
// The listings are plain values that know nothing of databases or pages. Only seed.go turns them into rows and photos:
// everything else imports no more than the package value and golang.org/x/image/vector.
//
//	catalogue.txt  the category tree with its attributes (Catalogue)
//	texts/*.txt    one file for each family of things: what there is, what it costs, how people write of it
//	market.go      New, Market.Generate: one listing from a seed and a number
//	write.go       titles and descriptions from the texts
//	people.go      sellers and towns
//	suspicious.*   the listings that must not pass
//	draw*.go       pictures: a canvas, scenes, and one short function for each kind of thing
//	draw_pool.go   which pictures listings share when there are thousands
//	seed.go        Seed.Plant: an empty site becomes the market
//
// Promises. The same seed, number and base time give the same listing on every machine, and listing number i does not
// depend on how many are made. Every attribute value fits the catalogue; required attributes are always there. No
// real person is named, shops are invented, no text holds an address, a link or a telephone number (Suspicious does,
// on purpose). Pictures of one Picture show one thing: its views differ in light, side and nearness.
package demo
