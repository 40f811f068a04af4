// Package search finds listings: by words, category, attributes, price, place, and counts what a visitor can narrow
// them by.
//
// Index is the one small interface that pages use. Database, the implementation here, answers from tables in the
// site's own database, on both engines with the same results. It follows the change log: whenever a change of object
// "listing" is applied, it asks its Source for the listing's Document as it is visible now, and writes or removes it.
// The index is never the truth: whoever shows a hit checks that the listing is still visible.
//
// What is indexed. Title and body are taken apart into words in Go, so both engines agree: letters without
// accents and case, German ae oe ue like ä ö ü, endings of English and German plurals removed. Beside the words, in the
// same full-text document, lie tokens that begin with an underscore: the category and its ancestors, each choice and
// yes/no of an attribute, seller, kind, photos, and the geographic cells of the point at four sizes. So category,
// filters and radius cost an intersection of word lists, not a join. Numbers and prices are columns beside it.
//
// Order. A document's key, its place, follows the time of publication to the millisecond, so the newest
// listings are the end of every list. Relevance is: listings with every word in the title first, then the others; newest
// first in both parts. Within one millisecond the order is that of indexing.
//
// Words of a query must all occur. "a phrase" keeps its order, -word excludes, and the last word also matches
// as the beginning of a longer one unless a space follows it. No other sign means anything. The first 16 words or
// phrases of the first 1,000 bytes count.
//
// Bounds. A query returns at most MostHits hits a page and MostPages pages. The total is exact up to MostTotal matching
// listings, facets are exact up to MostCounted; of more listings the newest MostCounted are counted, and Exact is false.
// Both bounds keep the slowest page of a market of 200,000 listings that nothing kept answers near 40 ms on SQLite;
// bench_test.go measures it. The counts of an attribute ignore the filter on that same attribute. Counts are kept per
// query and version of the index.
//
// Stocks. A query without words and place asks for some of the documents of one category. The first such query reads
// all of them into memory, attribute by attribute: the stock of the category, a few microseconds a document. Every
// further one, however it filters, is answered from there in well under a millisecond, with the same results as from the
// tables. A stock is kept per version of the index, and as long after as Config.Stale allows; the categories used last
// stay, up to Config.Stocked. Categories with more than a twelfth of that, and attributes with several numbers in one
// document, are left to the database. Hits are never old: a stock gives them only if it is of the present version.
//
// Tables: search_document, search_text (SQLite only), search_state.
package search
