// Package listing holds what is offered: the category tree with its attributes, the listings, their life from
// submission to expiry, their import and export.
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
//
// What people refused does not come back by itself. A content that staff rejected is refused for good on its listing; any
// other content of that listing waits for a person until staff have released one. Removed is for good. A listing that was
// paused, sold or has expired stays so through edits and screenings until its author renews it; an import may renew what
// has expired, and nothing else.
//
// A content is checked (Check: is it well-formed for its category?) and then screened (may it be published?). Both
// happen the same way for a form, an import and an edit.
//
// Tables: category, attribute, seller, listing, listing_photo, import_run.
package listing
