// Package saved is what members are looking for: searches that they keep, and what these find later.
//
// # A search
//
// It is kept as the canonical address of its page of results and as a search.Query. The words beside it, and whether the
// address still makes sense, come from the Reader each time, so that a category that is gone is noticed. What was typed
// is taken as finished: the last word no longer stands for words that begin so. A member keeps MostSearches. Deleting
// one can be undone for a day.
//
// # Finding
//
// Reader follows the change log and notes listings that went live or changed their price (saved_due). A job matches
// them right after the commit: a reverse.Matcher for each site, in memory, loaded step by step at first use, kept in step
// by the log (object "saved_search"), and dropped after an hour without use. About 200 bytes a search; State tells. New is
// a listing that can be seen for the first time since the search was saved. Cheaper is one that costs less than ever
// before, when only the new price lies within the bounds of the search, or when the search wants lower prices told.
// Each is found once as new and once as cheaper. Who blocked each other, one's own listings, and accounts that are
// suspended or erased are left out (Rooms.Unwelcome, package account), and what cannot be seen at the moment of telling
// is not told.
//
// # Telling
//
// Searches tell at once, daily, weekly or never, through account.Teller, so each member's preferences choose the channels.
//
//   - At once has a budget, by what the search found in the last 24 hours: up to 100, at once; up to 1,000, once an hour;
//     more, every four hours. Pages say so.
//   - Daily and weekly are one alert a member for all their searches, at 7:00 of the site, on Mondays for weekly, and only
//     when something new can be seen then: the best few of each search, and how many more.
//   - A search whose alerts nobody opened for SleepAfter goes to sleep, with one last alert. Opening is: looking at the
//     list of searches, following an alert to what it found, or changing the search.
//   - Each alert about one search carries an address that stops that search by one click (RFC 8058), and the last alert
//     one that wakes it. They are sealed with a key of the site and can do nothing else. Opening the page changes
//     nothing, because programs open the addresses in mails.
//
// Sellers learn nothing: the change log holds how many searches found a listing, not which. What somebody looks for, and
// under which name, is not in the log either. What was found is forgotten after 30 days.
//
// Jobs(site): saved.match, saved.tell, saved.digest, saved.tend.
//
// Tables: saved_search, saved_find, saved_due.
//
// Routes, all guarded by the name at the end:
//
//	GET  /saved-searches                       what I look for, and how much is new                 SignedIn
//	GET  /saved-searches/new                   the form for address=, a page of results             SignedIn
//	POST /saved-searches                       saves address=, name=, often=, drops=; next= leads on SignedIn
//	POST /saved-searches/{search}              name=, often=, drops=                                SignedIn
//	POST /saved-searches/{search}/pause        paused=yes or no; no wakes, too                      SignedIn
//	POST /saved-searches/{search}/end          deletes it                                           SignedIn
//	POST /saved-searches/{search}/back         undoes that                                          SignedIn
//	GET  /saved-searches/{search}/results      runs it                                              SignedIn
//	GET  /saved-searches/{search}/found/{listing}    leads to a listing it found                          Public
//	GET  /search-alerts/{token}                the button that stops or wakes a search              Public
//	POST /search-alerts/{token}                does it                                              Public
package saved
