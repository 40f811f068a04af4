// Package moderation holds what people decide: the notices that come from outside and the decisions of staff about what
// screening held, or what a notice pointed at.
//
// A decision to publish does not publish. It is stored as a safety review of exactly the content that was looked at, and
// the content is screened again, now with that review; so a mandatory rule that rejects cannot be overruled here, and
// a content that changed under the reviewer's eyes is not covered (promise 1). A decision to refuse needs a ground and
// a reason, which are stored and shown to whoever is concerned (promise 3).
//
// A notice can be filed by anyone without an account. Its author gets a code, and with it a page that says what came of
// it. The person reported is never told who reported: the author's name and address are seen by staff only.
//
// Tables: notice, decision.
package moderation
