// Package moderation is the safety desk: the notices that come from outside, the cases that wait for staff, the decisions
// of staff about what screening held or a notice pointed at, and what those decisions do.
//
// # Decisions
//
// A decision to publish does not publish. It is stored as a safety review of exactly the content that was looked at, and
// the content is screened again, now with that review; so a mandatory rule that rejects cannot be overruled here, and
// a content that changed under the reviewer's eyes is not covered (promise 1). A decision that takes something away needs
// a ground and a reason, which are stored and shown to whoever is concerned (promise 3).
//
// A decision is one transaction: who may decide, the evidence, what it does to the record, its row, the statement of
// reasons, the duties and the cases it settles. If any of these fails, none of them happened. What a room can do follows
// from the interfaces it has: Changer (ask the author for a change), Restricter, Describer (authors, for statements and
// suspensions), Reverter (undo exactly), Restorer (uphold an appeal), Waiter (does it still wait?), Appealable. What a room
// cannot do is not offered (Desk.Can).
//
// Severe acts need two people: to suspend, to escalate, and to decide about more than ten records at once. One proposes
// (Propose), another confirms (Confirm); the tables refuse a decision and a proposal whose two people are one.
//
// Undo takes a decision back: its author within 15 minutes, somebody else later and with a reason. Overturn does it for an
// appeal that is upheld, and never by whoever decided.
//
// # Cases
//
// A case is what waits for a person: open, claimed for 30 minutes, waiting for its author, decided. Reader opens them from
// the change log, OpenCase for everybody else. Two people never decide one case: it is settled by an update that finds
// it undecided, and whoever comes second is told who works on it (Taken). Next gives the most urgent case a reviewer may
// take: by severity, then by its clock (1, 8, 24 or 72 hours), within the queues and languages they work on and without the
// kinds they declined. Clocks may be set back: a claim never lasts longer than 30 minutes from now, and nobody's own time to
// undo grows.
//
// An entry whose consequences fail, because a room or a hook returns an error, holds up nothing: it is undone by itself,
// written down as a Failure and tried again alone (Retry), with what came after it about the same record, until it succeeds.
// The desk shows what fails, and Troubled tells people at the third time.
//
// # People
//
// Every look at a veiled photo is recorded before it is shown (See): one look a photo and person unless asked again, a cap
// on severe looks a day, a reminder to rest. Views of a photo are derived from these looks. A share of the decided cases,
// picked by a secret seed, is decided a second time by somebody who does not know the first decision (Judge); Quality
// gives their agreement and Cohen's kappa.
//
// # Notices
//
// A notice can be filed by anyone without an account. Its author gets a code, and with it a page that says what came of
// it. The person reported is never told who reported: the author's name and address are seen by staff only.
//
// Tables: notice, decision, safety_case, safety_route, proposal, exposure, reviewer, second_look, saved_reply, case_failure.
package moderation
