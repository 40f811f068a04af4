// Package search finds listings: by words, category, attributes, price, place and age, and counts what a visitor can narrow
// them by.
//
// Index is the one small interface that pages use. Its implementations give the same results: live, which holds a site's
// listings in memory (packages live and memory), and Database here, which answers from tables in the site's own
// database, on both engines alike. searchtest.Conformance holds them to it. Database answers for sites that want no index in
// memory and while that is made. It follows the change log: whenever a change of object "listing" is applied, it asks its
// Source for the listing's Document as it is visible now, and writes or removes it. The index is never the truth:
// whoever shows a hit checks that the listing is still visible.
//
// # Words
//
// Package words takes title, body and queries apart, so all implementations and both engines agree: letters without accents
// and case, German ae oe ue like ä ö ü, words without the endings of the site's languages. The words of a query must all
// occur, or what staff say means the same (SetSynonyms). "a phrase" keeps its order, -word excludes, and the last word
// also matches as the beginning of a longer one unless a space follows it. No other sign means anything. The first 16 words
// or phrases of the first 1,000 bytes count. Database knows no list of all words: it corrects nothing, which memory does.
//
// When the site's languages or the program's rules change, Renew indexes all listings anew, some at a time. The print of
// the words.Analyzer that all are indexed under is kept in search_state.
//
// # Order
//
// Relevance is the score of relevance.go. Database orders by it roughly: listings with every word in the title first, then
// the others; newest first in both parts. A document's key, its place, follows the time of publication to the
// millisecond, so the newest listings are the end of every list. Within one millisecond the order is that of indexing.
//
// # How Database finds
//
// Beside the words, in the same full-text document, lie tokens that begin with an underscore: the category and its
// ancestors, each choice and yes/no of an attribute, seller, kind, photos, whether it is promoted, and the geographic
// cells of the point at four sizes. So category, filters, radius and map cost an intersection of word lists, not a join.
// Numbers, prices and the point are columns beside it. Prices in other currencies are compared by the query's rates
// in the statement itself (Query.Convert says how they are rounded).
//
// Clusters reads the places of the newest MostTotal that a query finds. Complete reads the newest titles with a word that
// begins so. Alike compares, as likeness.go says, with the newest 200 listings for each of the first 12 words of the title,
// and the newest 400 of the category; Similar with the newest 300 of the category, which are kept. Why reads one
// document from the source. Promoted listings take turns, other ones each hour.
//
// # Bounds
//
// A query returns at most MostHits hits a page and MostPages pages. The total is exact up to MostTotal matching
// listings, facets are exact up to MostCounted; of more listings the newest MostCounted are counted, and Exact is false.
// Both bounds keep the slowest page of a market of 200,000 listings that nothing kept answers near 40 ms on SQLite;
// bench_test.go measures it. The counts of an attribute ignore the filter on that same attribute. Counts are kept per
// query and version of the index.
//
// Stocks. A query without words, place and age asks for some of the documents of one category. The first such query reads
// all of them into memory, attribute by attribute: the stock of the category, a few microseconds a document. Every
// further one, however it filters, is answered from there in well under a millisecond, with the same results as from the
// tables. A stock is kept per version of the index, and as long after as Config.Stale allows; the categories used last
// stay, up to Config.Stocked. Categories with more than a twelfth of that, and attributes with several numbers in one
// document, are left to the database. Hits are never old: a stock gives them only if it is of the present version.
//
// # Misses
//
// NoteMiss keeps what people look for in vain, for the operator: folded, counted, the last 90 days, at most MostMisses.
// What may be about a person, such as mail addresses, links and telephone numbers, is never kept.
//
// Tables: search_document, search_text (SQLite only), search_state, search_synonym, search_miss.
package search
