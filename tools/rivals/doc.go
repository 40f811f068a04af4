// Command rivals puts other search engines to the same work as Fairground's index, for "fairground bench search": Bleve,
// in this process, and Sphinx, as the daemon that Debian packages. It is a module of its own, so that the product does
// not depend on them.
//
//	rivals bleve|sphinx --dir DIR --listings FILE --queries FILE [--patience_s N]
//
// The files hold one JSON object a line, as listing and query say. It prints one JSON object a line: an answer for
// each query, as far as it came in its patience, and at the end what building took. Each query wants the first 24 in the order it
// says, the total, the counts of each attribute without the filter on that same attribute, and a histogram of the
// price; every engine does that in the way that suits it best.
//
//	rivals bleve --texts …
//
// indexes texts as they are, with the engine's own analysis for English, and answers typed words by relevance alone.
package main
