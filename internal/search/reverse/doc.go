// Package reverse finds, for one listing, the stored queries that it matches: the index the other way round.
//
// A Matcher holds queries (search.Query) in memory. Match gives the ids of those that would find a document, by the same
// query tree as the indexes of package search: words, phrases, beginnings of words, synonyms, exclusions, category,
// filters, price in any currency that has a rate, distance, box, seller, kind, photos, age. A query that is Literal uses
// no synonyms. There are no typos here: what a stored query means does not change with what is on the market. Sort,
// page and facets do not matter.
//
// Filing. A query is a list of conditions that all must hold. Every condition that names something a document has or has
// not (a word, a category, a choice) is a group of tokens, of which one must be there. The query is filed under the group
// that is rarest: fewest documents had its tokens so far, and fewest queries lie there already. Match looks at the files
// of the tokens that the document has, and nowhere else. Each entry of a file also carries a second token that must be
// there and a rough box of the place, so that most entries are passed over without touching the query itself. What is
// left is checked condition by condition. Queries of which no condition has tokens lie in one file that every document
// reads.
//
// Size. Tokens are kept once for all queries and forgotten with the last query that names them. A query of ordinary
// length takes about 200 bytes; Bytes tells. At a million queries of a realistic mix one core matches far more than
// 2,000 documents a second; matcher_bench_test.go measures it.
//
// A Matcher is safe for use by several goroutines. Matching never waits for matching; adding and removing wait for each
// other and hold matching up for microseconds.
//
// No tables, no files, no goroutines.
package reverse
