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
// A content is checked (Check: is it well-formed for its category?) and then screened (may it be published?). Both
// happen the same way for a form, an import and an edit.
//
// Tables: category, attribute, seller, listing, listing_photo, import_run.
package listing
