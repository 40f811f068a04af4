// Package profile is the public face of a seller: of a private member, or of a shop with its address, hours and imprint;
// and the team that runs a shop.
//
// Promise 1: what the public sees of a profile is exactly what safety cleared. It is kept by
//   - the type: only settle puts a content into Profile.Shown, and it takes a safety.Clearance for it;
//   - the table: what is shown demands a clearance, and a foreign key ties that to the content's hash;
//   - the reading: Visible computes the hash of what is about to be shown and checks the clearance's seal. A row that
//     was edited behind the program's back is not shown.
//
// A profile has up to two contents: the one that is shown, and a newer one that waits for a person or was refused. While
// the newer one waits, the older one stays public; its author sees which of the two that is, and why. Staff release or
// refuse exactly the content they looked at. What a person refused does not come back: that content never, and any other
// only when a person has looked at it.
//
// A name and a town go to package listing (Sellers.Rename) only when they are cleared.
//
// A shop has a team: owners do everything, editors write its listings and answer, agents answer. Seats are
// package listing's; the invitations to them are ours. Somebody with an account is told by an alert, anybody else by a
// letter with a link that works once; the page says the same in both cases, so that nobody learns who has an account.
//
// The record of a profile is its seller: clearances, reviews and the change log name the seller's id, under the object
// "profile".
//
//	content.go hours.go check.go   what a profile says, and whether it is well-formed
//	open.go                        is the shop open now?
//	profile.go save.go decide.go   a profile and its life
//	face.go face.templ             how it looks, for every page that shows a seller
//	team.go                        invitations and seats
//	mine.go shop.go pages.templ    the pages
//
// Tables: profile, team_invitation.
//
// Routes, all guarded by account.SignedIn but the one that is Public:
//
//	GET  /account/profile            my own profile, as its form and as the public sees it
//	POST /account/profile            saves it
//	GET  /shop/new                   the form to open a shop
//	POST /shop/new                   opens it
//	GET  /shop/{seller}/profile      a shop's profile; owners
//	POST /shop/{seller}/profile      saves it
//	GET  /shop/{seller}/team         who acts for the shop; anybody of its team
//	POST /shop/{seller}/team         invites somebody; owners
//	POST /shop/{seller}/team/role    gives somebody another role; owners
//	POST /shop/{seller}/team/remove  takes a seat away; owners, and everybody their own
//	POST /shop/{seller}/team/revoke  takes an invitation back; owners
//	GET  /shop/{seller}/join         an invitation with the button that accepts it    Public
//	POST /shop/{seller}/join         accepts it
package profile
