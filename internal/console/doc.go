// Package console is where the staff of a marketplace work: what came in, what is held and why, notices from outside,
// the change log, settings and colleagues. It decides nothing itself: decisions go to package moderation, settings to
// site, people to account.
//
// Promises:
//   - Every route states a permission of package account, and the rail shows only where the role may go.
//   - Photos of what is not public are veiled until somebody asks to look, one page at a time.
//   - A decision is about what its author saw: when the listing changed since, the decision is refused and says so.
//     What a mandatory rule refuses has no button to publish.
//   - Whoever filed a notice is named only to those who may decide it.
//   - All text from outside is text here: nothing of it becomes markup, and the pages need no inline style or script.
//
// Console answers for all sites; visit is one request. A page is one Go file that reads and one templ file that shows.
// Pages work without JavaScript; with it, j and k walk, letters press buttons, V lifts the veil while it is held, / goes
// to the saved replies and ? lists the keys. A look at a veiled photo is recorded before the photo is shown.
//
// The safety desk shows cases of package moderation. Severe measures are proposed by the form and carried out when
// somebody else confirms them on the page of the second person. Rooms of other packages bring their tabs (SafetyTabs) and
// name their cases (Services.Foreign); SafetyPage is the shell for their pages.
//
// Tables: none.
//
// Routes, with the permission at the end:
//
//	GET  /console                           today                                    console.see
//	GET  /console/listings                  all listings, with filters               listings.see
//	GET  /console/listings/{id}             one listing, why, decisions, history     listings.see
//	POST /console/listings/{id}/decision    outcome= reject, remove, restrict, change, publish, suspend, escalate  listings.decide
//	POST /console/listings/{id}/feature     days=; 0 ends it                         listings.feature
//	GET  /console/safety                    cases; c= or l= selects, q= is a queue   listings.decide
//	POST /console/safety/next               claims the most urgent case              listings.decide
//	POST /console/safety/cases/{id}/claim   claims one; /release gives it back       listings.decide
//	POST /console/safety/cases/{id}/judgement  the second decision about a sample    listings.decide
//	POST /console/safety/looks              records looks; /end how long they lasted listings.decide
//	POST /console/safety/decisions/{id}/undo  takes a decision back                  listings.decide
//	GET  /console/safety/second             what waits for a second person           listings.decide
//	POST /console/safety/second/{id}/confirmation  carries it out                    members.suspend
//	POST /console/safety/second/{id}/refusal       does not                          listings.decide
//	GET  /console/safety/work               one's own work; who= somebody else's     listings.decide
//	POST /console/safety/work               queues, caps, breaks, opt-outs           listings.decide
//	GET  /console/safety/replies            saved replies; POST saves or forgets one listings.decide
//	GET  /console/safety/routing            which cases go to whom                   listings.decide
//	POST /console/safety/routing            changes that                             rules.edit
//	GET  /console/safety/quality            how well reviewers agree                 listings.decide
//	GET  /console/safety/notices            reports from outside                     notices.see
//	GET  /console/safety/notices/{id}       one of them                              notices.see
//	POST /console/safety/notices/{id}       answers it                               notices.decide
//	POST /console/safety/notices/{id}/removal       removes all copies of a photo    notices.decide
//	POST /console/safety/notices/{id}/removal/undo  takes that back                  notices.decide
//	POST /console/safety/notices/{id}/looks[/end]   a look at its photos             notices.decide
//	GET  /console/safety/texts              profiles and reviews that are held               listings.decide
//	POST /console/safety/texts/{object}/{record}  publishes or rejects one                   listings.decide
//	GET  /console/changes                   the change log                           audit.see
//	GET  /console/mailbox                   mail kept on a development machine       operations.see
//	GET  /console/mailbox/{id}              one of them                              operations.see
//	GET  /console/settings                  the site's settings                      settings.see
//	POST /console/settings                  saves them                               settings.edit
//	GET  /console/search                    state of the index, searches in vain     listings.see
//	POST /console/search/misses             takes one of these off the list          settings.edit
//	GET  /console/search/synonyms           words that mean the same                 listings.see
//	POST /console/search/synonyms           adds, changes or removes a group         settings.edit
//	GET  /console/search/synonyms/trial     what each word of a group finds          listings.see
//	GET  /console/search/why                why a listing stands where it stands     listings.see
//	GET  /console/staff                     who works here                           staff.see
//	POST /console/staff                     invites somebody                         staff.edit
//	POST /console/staff/{id}/role           gives another role                       staff.edit
//	POST /console/staff/{id}/suspension     suspends                                 staff.edit
//	POST /console/staff/{id}/restoration    restores                                 staff.edit
//	GET  /console/find                      by id, title or a notice's code          console.see
package console
