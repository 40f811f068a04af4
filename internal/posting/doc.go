// Package posting is where people offer something: the form of a listing, its photos, and the list of their own.
//
// It has pages and no rules: what a content must be, how many a member may have, what is screened and when something
// is live is decided in package listing; what a photo may be, in package media.
//
// # The form
//
// There is one page without steps. It is kept as a draft from the first thing typed: at every pause, when the page is
// left, and again when the network comes back, so a crash or a closed tab loses nothing. A draft belongs to a member, or
// to the browser of a visitor by a cookie that scripts cannot read; to everybody else it is as if it were not there.
// Whoever signs in meanwhile finds the draft of the visitor they were. Publishing takes the draft away in the same
// transaction, so that a form that is sent twice makes one listing.
//
// The category is suggested from the title; the fields that follow are those of the category. What is wrong stands at its
// field, and nothing that was typed is lost. Limits are told before one types. Editing a listing is the same form on a
// draft that belongs to the listing.
//
// Without JavaScript all of it works but dragging, progress and cropping by hand: the browser sends the form as a whole,
// photos included, and buttons of the form ask for its parts.
//
// # Photos
//
// Each photo is sent alone and has its own progress and its own error; others go on. Browsers shrink what has more than 12
// million pixels first, where they can. Turning and cropping is done here, from the largest size there is, because the
// original is never kept (package media). A photo of a draft is seen by whoever may open the draft: MayShow tells app's
// gate so.
//
// # Routes
//
// Everybody may post where the site lets visitors post; otherwise these lead to the sign-in. {draft} is drf_…:
//
//	GET  /post                               the form, or what keeps one from posting                Public
//	GET  /post/{draft}                       the form of a draft                                     Public, own
//	POST /post/{draft}                       what its button says: publish, preview, save, fields    Public, own
//	POST /post/{draft}/save                  keeps what is typed                                     Public, own
//	POST /post/{draft}/parts                 keeps it, and answers the parts that depend on it       Public, own
//	GET  /post/{draft}/categories            the tree to choose from; q= narrows it                  Public, own
//	GET  /post/{draft}/preview               how it will look                                        Public, own
//	POST /post/{draft}/photos                takes photos                                            Public, own
//	GET  /post/{draft}/photos/{photo}        one photo: turn, crop, describe                         Public, own
//	POST /post/{draft}/photos/{photo}        does it                                                 Public, own
//	POST /post/{draft}/discard               throws the draft away                                   Public, own
//	POST /post/{draft}/restore               takes that back                                         Public, own
//	GET  /post/sent                          "check your mail", for visitors                         Public
//	GET  /post/confirm/link/{token}          the button that publishes what a visitor posted         Public
//	POST /post/confirm/link/{token}          does it                                                 Public
//	GET  /my/listings                        my listings by standing; drafts                         SignedIn
//	POST /my/listings                        does something to several of them                       SignedIn
//	GET  /my/listings/{listing}              how one stands: being checked, live, what must change   SignedIn, own
//	POST /my/listings/{listing}              pause, reserve, sold, renew, remove, price              SignedIn, own
//	POST /my/listings/{listing}/edit         opens the draft that edits it                           SignedIn, own
//
// The package has no tables.
package posting
