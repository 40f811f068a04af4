// Package listing holds what is offered: the category tree with its attributes, the sellers and who acts for them, the
// drafts and listings, their life from the first word typed to expiry, their import and export. Its pages are in market
// (for everyone), posting (for those who offer) and console (for staff).
//
// # Promises
//
// Promise 1: a listing is live only while a safety.Clearance exists for exactly its present content. It is kept by
//   - the type: Publish takes a safety.Clearance, which only safety.Screen makes;
//   - the table: live demands a clearance, a foreign key ties it to the content's hash, and a trigger refuses content
//     that changes without its hash;
//   - the reading: Visible computes the hash of what is about to be shown and checks the clearance's seal. A row
//     that was edited behind the program's back, with triggers disabled, is not shown.
//
// Promise 8: the exact place is stored; what leaves this package for the public is Place.Coarse.
//
// Every text the public sees is screened: title, body, attributes, the name of the place, the descriptions of photos.
// Check takes out of them what nobody sees: zero-width characters, marks that turn the direction of reading.
//
// What people refused does not come back by itself. A content that staff rejected is refused for good on its listing; any
// other content of that listing waits for a person until staff have released one; and a new listing of the same seller
// that says nearly the same waits for a person too. Removed is for good. A listing that was paused, sold or has expired
// stays so through edits and screenings until its author renews it; an import may renew what has expired, and nothing
// else.
//
// A content is checked (Check: is it well-formed for its category?) and then screened (may it be published?). Both
// happen the same way for a form, an import, an edit, a renewal, a plan and a bulk action.
//
// # Sellers and seats
//
// A member acts through a seat at a seller: owner, editor or agent. Every verb of Desk asks for the seat of a member in
// its own transaction (mayPost); staff and the program act for anybody. A private person has one seller of their own,
// made at their first listing (OwnSeller).
//
// # Reserved and scheduled
//
// Both are marks beside the status, not statuses: so the question "is it public?" stays one of one status and one
// clearance, in SQL as in Go. Reserved (Listing.Reserved) is a live listing that is promised to somebody; page, photos and
// clearance stay. A scheduled listing (Listing.Opens) was screened and is paused until its time; Publish refuses it
// earlier, Visible too. When it opens it is screened again, because rules may have changed.
//
// # Restricted
//
// Staff leave a listing to those who have its address (RestrictIn): another mark beside the status, and everything about
// its life and its screening stays as it is. Reachable asks whether the public may see it by its address, and its own page
// and its photos ask that; Visible asks whether the public may find it, and all that lists, counts, recommends or tells
// asks that. So whoever forgets restrictions hides too much, never too little. Neither edit, renewal nor import lifts the
// mark, and what repeats a restricted listing waits for a person.
//
// # Drafts
//
// A draft belongs to who writes it, an account or a visitor with a key, and nobody else reads it or sees its photos; so it
// is not screened. Saving is cheap and often, and leaves no entry in the change log (Tx.Keep): only that a draft began,
// was submitted, discarded or forgotten is told, without what it said. A draft that is submitted becomes a listing in the
// same transaction, under the draft's id as its key at the source "form", so a double submit gives one listing. A
// visitor's draft becomes a listing when the link in a mail is used, and posts what it said when the mail was sent.
//
// # Limits and repeats
//
// Limits count what was submitted, whatever became of it, in the transaction that stores the new listing. A listing that
// nearly repeats one which its seller ended within 60 days is marked (RelistedOf) and keeps that one's time of
// publication, so that posting again does not win a place among the newest.
//
// # What a seller is told
//
// StandingOf says where a listing stands, with reasons in words for people and nothing of what a rule looks for. Alerts
// tell what changed without the seller's doing: live after a check, needs a change, refused, expires soon, expired.
//
// # Jobs
//
// Expire, Open, Warn and ExpireDrafts are to be called every minute or so; each does what is due, in portions, and is
// idempotent.
//
// Tables: category, attribute, seller, seat, listing, listing_photo, listing_price, listing_draft, listing_draft_photo,
// listing_guest, import_run.
package listing
