// Package notice takes in reports from outside through lanes: for people who are harmed, for intimate pictures, for
// holders of rights, trusted flaggers, authorities, and everything else. No lane needs an account.
//
// The notice itself, its code and its answer belong to package moderation; app files it there in the same write
// (Config.File). This package adds what a lane asks: in which capacity somebody writes, what they swear, which work is
// meant. Each lane asks only what the law needs (DSA, article 16; TAKE IT DOWN Act, section 3) and takes nothing that it
// does not: who is harmed may stay without a name.
//
// A request to take an intimate picture down starts a clock of 48 hours (Config.Began), an order about terrorist content one of an hour,
// and so does every notice a clock of its own. Which photos such a request means, and the removal of their copies that staff ordered
// (Order, Finish), is kept here; app carries it out with packages bank and moderation.
//
// Promises:
//   - Whoever is reported is never told who reported. The change log names neither address nor flagger.
//   - A form sent twice is one notice: what the same person says about the same thing is filed once.
//   - Misuse is warned of before it is limited, never by a program, and never for the lanes of people who are harmed:
//     somebody who cried wolf may be in need today.
//   - A warning is mailed; who gave no address reads it when they report again. What was typed outlives every limit.
//   - A trusted flagger's precision is counted from the answers to their notices, not from what anybody says of them.
//
// Leaving in a hurry: the pages have a button, and the key Escape pressed twice, that put an empty page in place of this
// one, so that "back" does not lead here.
//
// Tables: flagger, notice_lane, notice_photo, notice_removal, notifier.
//
// Routes, with the guard at the end:
//
//	GET  /notice                            which lane                              everybody
//	GET  /notice/{lane}                     its form; about= is an address          everybody
//	POST /notice/{lane}                     files one notice for each address       everybody (limited by network)
//	GET  /notice/flaggers                   who is trusted                          everybody
//	GET  /notice/filed                      the codes; code=, several times         everybody (limited by network)
//	GET  /console/safety/reporters          flaggers, and who reports without ground notices.see
//	POST /console/safety/flaggers           a new flagger; their key is shown once  notices.decide
//	GET  /console/safety/flaggers/{id}      one of them, month by month             notices.see
//	POST /console/safety/flaggers/{id}      suspends, restores or ends              notices.decide
//	POST /console/safety/reporters/{key}    warns, limits or lifts                  notices.decide
//	POST /console/safety/baseless/{notice}  marks a notice as plainly without ground, or takes the mark off notices.decide
package notice
