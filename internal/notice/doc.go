// Package notice takes in reports from outside through lanes: for people who are harmed, for intimate pictures, for
// holders of rights, trusted flaggers, authorities, and everything else. No lane needs an account.
//
// The notice itself, its code and its answer belong to package moderation; app files it there in the same write
// (Config.File). This package adds what a lane asks: in which capacity somebody writes, what they swear, which work is
// meant. Each lane asks only what the law needs (DSA, article 16; TAKE IT DOWN Act, section 3) and takes nothing that it
// does not: who is harmed may stay without a name.
//
// A request to take an intimate picture down starts a clock of 48 hours (Config.Began), and so does every notice a clock
// of its own.
//
// Promises:
//   - Whoever is reported is never told who reported. The change log names neither address nor flagger.
//   - A form sent twice is one notice: what the same person says about the same thing is filed once.
//   - Misuse is warned of before it is limited, never by a program, and never for the lanes of people who are harmed:
//     somebody who cried wolf may be in need today.
//   - A trusted flagger's precision is counted from the answers to their notices, not from what anybody says of them.
//
// Leaving in a hurry: the pages have a button, and the key Escape pressed twice, that put an empty page in place of this
// one, so that "back" does not lead here.
//
// Tables: flagger, notice_lane, notifier.
//
// Routes, with the guard at the end:
//
//	GET  /notice                            which lane                              everybody
//	GET  /notice/{lane}                     its form; about= is an address          everybody
//	POST /notice/{lane}                     files one notice for each address       everybody (limited by network)
//	GET  /notice/filed                      the codes; code=, several times         everybody (limited by network)
//	GET  /console/safety/reporters          flaggers, and who reports without ground notices.see
//	POST /console/safety/flaggers           a new flagger; their key is shown once  notices.decide
//	POST /console/safety/flaggers/{id}      suspends or restores                    notices.decide
//	POST /console/safety/reporters/{key}    warns, limits or lifts                  notices.decide
//	POST /console/safety/baseless/{notice}  marks a notice as plainly without ground, or takes the mark off notices.decide
package notice
