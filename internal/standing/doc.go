// Package standing is what is on record about a member, seen from both sides: by those who deal with them, and by
// themselves.
//
// Others see Facts: what was proven and when, never the value itself (promise 8), and a history in plain numbers, with what
// is not proven said as plainly. Each fact has a sentence on what it means and what it does not prove. How somebody signs in
// is not among them: it would help whoever wants to take an account over.
//
// A member sees Holdings: the same facts, and every decision, label, limit, screening, safety note, network and hold that
// concerns them, each with who may contest it and where. Decisions are contested by their appeal (package appeal); all else
// by a Contest, which this package keeps.
//
// Promises:
//   - There is no score, secret or shown. Whatever changes what a member may do stands on their page as a fact, a label, a
//     limit or a decision, or it does not exist.
//   - Nobody sees the page of another; a contest can be made only about what stands on one's own page.
//   - A contest is answered by a person, and by another than the one who made what is contested. The table refuses a row
//     where both are the same, and an answer by a program.
//   - Who reported something is nowhere on the page, in a contest or in an export. Neither is what would harm an inquiry that
//     runs: holds that the member was not told of by a decision, and holds of decisions about exploitation, are left out.
//     That they are left out is said on the page, to everybody alike.
//   - The change log has neither the words of a contest nor those of its answer.
//
// What is held is asked of the neighbours through Config.Held; app fulfils it.
//
//	facts.go facts.templ              what others see
//	holdings.go                       what is held, and as lines of the page
//	contest.go file.go answer.go      contests
//	pages.go pages.templ              the member's pages
//	pages_console.go, its .templ      the desk's
//
// Table: contest.
//
// Routes:
//
//	GET  /safety/facts                      what the facts mean                           Public
//	GET  /account/standing                  what stands about me                          SignedIn
//	GET  /account/standing/contest          the form to contest one line; about=          SignedIn
//	POST /account/standing/contest          files a contest                               SignedIn, limited
//	GET  /console/safety/contests           the queue; state=answered                     staff who may appeals.decide
//	GET  /console/safety/contests/{id}      one contest with the line it is about         staff who may appeals.decide
//	POST /console/safety/contests/{id}      answers it                                    staff who may appeals.decide
package standing
