// Package memory is the search index in the memory of this process. It holds no database, no files and no goroutines:
// package live feeds it, keeps it in step with the change log, and writes down what it saves.
//
// Promises. What Apply puts or removes is found, or not, as soon as it returns, all of a batch at one moment; readers
// never wait. Results are those of search.Database, with these differences: typos are corrected, relevance is the whole
// formula of search.Relevance, totals and facets are exact however many listings match, and of a facet at most the 1,000
// commonest choices are returned. Load refuses what Save cannot have written. An index that would outgrow
// Config.Most_bytes refuses to, and stays as it is.
//
// Segments. The index is a handful of segments that never change, the greatest first, and beside each the set of its
// documents that are dead. All of it hangs on one pointer, the view, that readers take once for a query. A batch becomes a
// segment; small ones are merged at once (settle), greater ones by Compact, four of about the same size at a time. In a
// segment documents stand newest first: a position is also the place in that order, so a page of the newest hits is the
// first bits of a set.
//
// Sets. A query is evaluated with one bit for every document of a segment: 125 kB for a million, which the processor goes
// through in less than 10 µs. So nothing is planned: words, category, place and filters each become a set, and all of
// them are intersected. A facet ignores its own filter; for that one more set is kept while filters are applied, of the
// documents that fail exactly one of them. What is found without filter f is what is found, and those of that set
// that fail f. Compressed bitmaps were considered (roaring): they save time where sets are small, which is where there is
// nothing to save, and need 100 bytes for a list of one, while most of a million terms have just one document.
//
// Words. Lists of documents by term (lists.go) take two bytes an entry, one bit where more than a sixteenth of the documents
// have the term, and a few bytes in all where hardly any has. There is a second list for titles. Places of words are not
// in them: the text of every document is kept as numbers of terms in order (texts.go), and phrases are looked for there, as a
// run of bytes, in what all other conditions have left over. Phrases, excluded or not, are the only thing whose cost
// depends on the text: some 50 ns for each document that holds all of the words and meets the rest. The dictionary is
// words.Lexicon.
//
// Facets. An attribute is kept twice (choices.go): as lists of documents by choice, and as a column of small codes, one byte
// a document mostly, none where few documents have the attribute. Counting reads the column if fewer documents match than
// half of what the lists weigh, otherwise the lists. Several choices of one document have one code together. The path of
// categories, seller, kind and the marks are such attributes too.
//
// Numbers and prices (numbers.go) are codes in order of value, so a range is a range of codes. Where most documents have
// one, 48 sets each hold those up to some code: a range is what lies between two of them and a look at the few beyond
// their edges, and the cheapest hits are found without looking at the others. Histograms are counted by code, and have
// exactly the buckets of search.Buckets. Prices of each currency are apart, and converted as a query demands.
//
// Places (globe.go) are sorted by rows of 4.5 km along the parallels, and from west to east within: a circle or a box is a
// stretch of each row, whose ends alone are measured. By distance the nearest are found in a small circle that grows.
//
// Relevance (relevance.go) is computed for all hits of a tier, those with the same words in title and body, best tiers
// first, and within from the newest on; it stops where nothing that follows could be among the hits asked for.
//
// Measured by fairground bench search on two idle cores, one million listings of 40 words, median and 95th percentile: words,
// three filters, nine counts and an order 1.5 and 5.4 ms, with a typo 2.6 and 6.3, a place with nine counts 4.2 and 9.0,
// completion 0.15 and 1.0; 954 queries a second. 328 bytes a listing, 35 s to build, 2.4 s to load.
//
// Limits. A segment holds at most 4 GB of texts or lists; Compact leaves segments apart that would exceed it. Degrees are
// kept to a centimetre, prices exactly up to 2^53 minor units. A query allocates its results; its sets come from a pool.
package memory
