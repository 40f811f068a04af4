// Package rulebook is what a site adds to the provider's safety rules: its own rules, lists of values, labels, and what
// is learned from its own decisions.
//
// # The book
//
// A Book is one site's. It composes a safety.Pack from the rows, compiles it with the provider's pack and puts it in
// force at the gate. Every process calls Fresh before it screens; it asks the database at most every half second whether
// anything changed, so that a rule is in force everywhere within a second. The book answers safety.Lists and
// safety.Labels from memory; what has expired by the clock is not there.
//
// # Promises
//
//   - A rule that does not compile with the provider's pack, or whose examples disagree with it, is never stored. One that
//     is in the tables all the same (the provider's pack changed, somebody wrote SQL) is left out and named on the page;
//     the provider's rules and the other rules stay in force.
//   - Nothing here loosens the provider's pack: rules are named site/…, the tables have no word for mandatory, and a
//     tightening that is none is left out like a broken rule.
//   - Every version of a rule is kept with its author, reason and time; none is changed or deleted. Restoring one makes
//     a new version.
//   - A rule that rejects goes live only after a finished back-test of exactly this condition, and no rule that
//     restricts goes live when it would restrict more than a fifth of what came in.
//   - What is learned never rejects by itself: a rule that reads signals.learned and has no other ground holds at most.
//     The signal is nought until the site switched it on, and it can be switched on only above the bar of package learn.
//
// # Lists
//
// A list holds telephone numbers, mail addresses, hosts, accounts, texts or words. Rules ask in_list('name', x). A list
// of words is compiled as a list of terms, so it is found through disguise and read as terms.NAME. A host also stands
// for the hosts below it. Entries have a reason, an author and, if they shall end, a time.
//
// # What people decided
//
// The back-test replays what was screened under the rules in force and under the draft, and shows what would come out
// otherwise, and how that agrees with people's decisions. A rule's precision is how often what it fired on was refused by
// a person, with the interval of Wilson at 95 %.
//
// A back-test names records: Forget takes out one that is erased, Tidy removes those of more than 90 days ago.
//
// Jobs: rulebook.trial (a back-test), rulebook.learn (training).
//
// Tables: site_rule, site_rule_version, rule_tightening, value_list, value_list_entry, entity_label, rule_trial,
// learned_model, rulebook_state.
//
// Routes, guarded by the name at the end:
//
//	GET  /console/safety/rules                          all rules, how right they are        rules.see
//	GET  /console/safety/rules/new                      the editor                           rules.edit
//	POST /console/safety/rules                          a new rule, or try, or back-test     rules.edit
//	POST /console/safety/rules/check                    checks a condition while one types   rules.edit
//	GET  /console/safety/rules/{owner}/{name}           one rule; the editor if it is ours   rules.see
//	POST /console/safety/rules/{owner}/{name}           saves it, tries it or tightens it    rules.edit
//	GET  /console/safety/rules/{owner}/{name}/versions  its versions and what changed        rules.see
//	POST /console/safety/rules/{owner}/{name}/restore   brings a version back                rules.edit
//	GET  /console/safety/rules/trials/{trial}           a back-test                          rules.see
//	GET  /console/safety/rules/trials/{trial}/progress  how far it is                        rules.see
//	GET  /console/safety/rules/learned                  what was learned                     rules.see
//	POST /console/safety/rules/learned                  learn, switch on, switch off         rules.edit
//	GET  /console/safety/lists                          lists and labels                     rules.see
//	POST /console/safety/lists                          a new list                           rules.edit
//	GET  /console/safety/lists/{name}                   one list; q= finds an entry          rules.see
//	POST /console/safety/lists/{name}                   add (pasted or CSV), remove, drop    rules.edit
//	POST /console/safety/labels                         label somebody, or take it away      rules.edit
package rulebook
